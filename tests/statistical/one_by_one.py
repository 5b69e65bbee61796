"""What "one after the other" means, by brute force: every way that a few units may go, with its chance.

Written from what `core.orders` says of an ordered move, without any of its arrays being turned into another: a unit at a
time, a step at a time, all branches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from havenward.core.orders import Ordered

Law = dict[tuple[int, ...], float]


def final_law(order: Ordered, units: tuple[int, ...], sequence: Iterable[int]) -> Law:
    """Return the chance of each outcome of an order: the cells of all units, given those before and who acts after whom."""
    states: Law = {units: 1.0}
    for unit in sequence:
        after: Law = defaultdict(float)
        for state, chance in states.items():
            for outcome, share in _turn(order, state, unit).items():
                after[outcome] += chance * share
        states = after
    return states


def _turn(order: Ordered, state: tuple[int, ...], unit: int) -> Law:
    """Return where one unit's turn leads, and the chance of each."""
    ends: Law = defaultdict(float)
    acting = {state: 1.0}
    while acting:
        further: Law = defaultdict(float)
        for here, chance in acting.items():
            for there, share in _step(order, here, unit):
                target = further if order.net.through[there[unit]] and order.choice.group[there[unit]] >= 0 else ends
                target[there] += chance * share
        acting = further
    return ends


def _step(order: Ordered, state: tuple[int, ...], unit: int) -> list[tuple[tuple[int, ...], float]]:
    net, choice, row = order.net, order.choice, state[unit]

    def at(target: int) -> tuple[int, ...]:
        return (*state[:unit], int(target), *state[unit + 1 :])

    group = choice.group[row]
    if group < 0:
        return [(state, 1.0)]
    edges = list(enumerate(range(choice.first[group], choice.first[group + 1]), start=net.first[row]))
    room = {edge: _room(order, state, choice.crowd[k]) for edge, k in edges}
    weight = {
        edge: choice.weight[k, 0] * room[edge] ** order.crowds.power for edge, k in edges if choice.weight[k, 0] >= 0.0
    }
    weight = {edge: w if w >= choice.keep[group] * max(weight.values()) else 0.0 for edge, w in weight.items()}
    if not any(weight.values()):
        weight = dict.fromkeys(weight, 1.0)
    steps, stays = [], 1.0
    for edge, k in edges:
        if weight.get(edge, 0.0) > 0.0 and room[edge] >= choice.veto[k]:
            share = choice.chance[group, 0] * weight[edge] / sum(weight.values())
            steps.append((at(net.to[edge]), share))
            stays -= share
    return [*steps, (at(net.stay[row]), stays)]


def _room(order: Ordered, state: tuple[int, ...], crowd: int) -> float:
    if crowd < 0:
        return 1.0
    inside = sum(order.net.place[cell] == crowd for cell in state)
    free, full = order.crowds.free[crowd], order.crowds.full[crowd]
    return 1.0 if inside <= free else max(0.0, 1.0 - (inside - free) / (full - free)) if full > free else 0.0
