"""Compiled: the shares of an ordered move's options, and how crowds thin them out. Each has a plain twin in tests."""

from __future__ import annotations

import numpy as np

from havenward.core.compiled import kernel
from havenward.solve.kernels import F64, I32, Out
from havenward.solve.walk_arrays import Question, Room

MOST_STEPS = 1024
"""Steps of a unit in one order after which the net is taken for a circle."""
FINE, CIRCLE, MISFIT = 0, 1, 2


@kernel
def room_at(total: float, free: float, full: float) -> float:
    """Return the room that a crowd leaves: 1 up to `free`, 0 from `full`, a straight line between."""
    if total <= free:
        return 1.0
    if total >= full:
        return 0.0
    return 1.0 - (total - free) / (full - free)


@kernel
def prepare(question: Question, free: F64, share: Out, among: Out, gated: Out) -> int:
    """Work out what is the same for all units of an order; return the largest number of options of a group.

    Writes (columns, K) shares of all options where every crowd leaves room, also among those that come after them, and
    (G,) whether any crowd may thin out a group's options.
    """
    options, crowd = question.options, question.crowd
    widest = 1
    for g in range(options.size - 1):
        low, high = options[g], options[g + 1]
        widest = max(widest, high - low)
        gated[g] = False
        for k in range(low, high):
            gated[g] |= crowd[k] >= 0 and free[crowd[k]] < np.inf
        for m in range(share.shape[0]):
            shares_of(question.weight[low:high, m], question.keep[g], share[m, low:high])
            among_the_rest(share[m, low:high], among[m, low:high])
    return widest


@kernel
def shares_of(weight: F64, keep: float, share: Out) -> None:
    """Turn weights into shares: closed and weak options get none; where all weights are 0, all open ones are alike."""
    best = 0.0
    alike = 0
    for k in range(weight.size):
        best = max(best, weight[k])
        alike += weight[k] >= 0.0
    least = best * keep
    total = 0.0
    for k in range(weight.size):
        share[k] = weight[k] if weight[k] > 0.0 and weight[k] >= least else 0.0
        total += share[k]
    for k in range(weight.size):
        if total > 0.0:
            share[k] /= total
        elif weight[k] >= 0.0:
            share[k] = 1.0 / alike
        else:
            share[k] = 0.0


@kernel
def among_the_rest(share: F64, among: Out) -> None:
    """Write the share of each option among it and those after it: 1 for the last that has any, whatever was rounded."""
    rest = 0.0
    for k in range(share.size - 1, -1, -1):
        rest += share[k]
        among[k] = share[k] / rest if share[k] > 0.0 else 0.0


@kernel
def thinned_shares(g: int, c: int, totals: F64, question: Question, room: Room, thinned: Out, share: Out) -> None:
    """Write the shares of a group's options, by column c of their weights, as crowds of this moment thin them out."""
    low, high = question.options[g], question.options[g + 1]
    for k in range(low, high):
        w = question.weight[k, c]
        p = question.crowd[k]
        if w > 0.0 and p >= 0 and totals[p] > room.free[p]:
            left = room_at(totals[p], room.free[p], room.full[p])
            w = w * (left if room.power == 1.0 else left**room.power)
        thinned[k - low] = w
    shares_of(thinned[: high - low], question.keep[g], share)


@kernel
def is_thinned(crowd: I32, low: int, high: int, totals: F64, m: int, free: F64) -> bool:
    """Return whether a crowd leaves less than all room at the end of any option from `low` to `high`, for one member."""
    thinned = False
    for k in range(low, high):
        c = crowd[k]
        if c >= 0 and totals[c, m] > free[c]:
            thinned = True
    return thinned


@kernel
def option_of(u: float, p: float, share: F64, c: int, low: int, high: int) -> int:
    """Return which option from `low` to `high`, counted from `low`, a unit takes that goes with chance p; -1: none.

    It is the first whose cumulated share in column c, times p, exceeds u, and the last that has any where rounding left over
    so much.
    """
    edge = 0.0
    option = -1
    for k in range(low, high):
        if share[c, k] > 0.0 and u >= edge and u < p:
            option = k - low
        edge += p * share[c, k]
    return option
