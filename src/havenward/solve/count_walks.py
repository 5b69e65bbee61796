"""Compiled loops of ordered moves, count by count. Each has a plain twin in tests.

Cells are seen to one by one, and in each the members side by side: what one member needs most need, and loops over members
have no branches where they can do without.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from havenward.core.compiled import allocating_kernel, kernel
from havenward.core.orders import Counts
from havenward.core.streams import ANYWHERE
from havenward.core.totals import is_any
from havenward.solve.kernels import (
    F64,
    I32,
    I64,
    LEAST,
    U32,
    Bools,
    Out,
    two_uniforms,
    uniform,
)
from havenward.solve.quantiles import binomial_quantile
from havenward.solve.unit_kernels import EACH
from havenward.solve.walk_arrays import Account, Answers, Question, Room, Ways
from havenward.solve.walk_shares import (
    CIRCLE,
    FINE,
    MISFIT,
    MOST_STEPS,
    among_the_rest,
    is_thinned,
    option_of,
    room_at,
    thinned_shares,
)

FEW = 8
"""Units of a cell up to which each is drawn for itself: that takes fewer numbers than counts would."""


class Desk(NamedTuple):
    """Room to work in: for what crowds leave of the options of a cell, for its parts, and for numbers."""

    seen: F64
    thinned: F64
    chance: F64
    share: F64
    among: F64
    parts: Out
    stayed: Out
    who: I32
    named: U32
    pair: U32
    left: I64
    u: F64
    listed: Bools


@kernel
def span(numbers: F64) -> tuple[float, float]:
    """Return the least and the greatest of some numbers from 0 to 1."""
    least, most = 1.0, 0.0
    for i in range(numbers.size):
        least = min(least, numbers[i])
        most = max(most, numbers[i])
    return least, most


@kernel
def crowd_totals(units: Counts, rows: I64, place: I32, totals: F64) -> None:
    """Add (C, M) units of some rows to their crowds in (P, M)."""
    for r in range(rows.size):
        p = place[rows[r]]
        for m in range(units.shape[1]):
            totals[p, m] += units[rows[r], m]


@kernel
def name_crowds(weight: F64, crowd: I32, named: Out) -> None:
    """Mark in (P, columns) the crowds of options that are not closed: no other crowd can thin anything out."""
    for k in range(crowd.size):
        if crowd[k] >= 0:
            for m in range(weight.shape[1]):
                named[crowd[k], m] |= weight[k, m] >= 0.0


@kernel
def parts_of_few(
    part: Counts,
    p: F64,
    share: F64,
    low: int,
    high: int,
    seed: int,
    members: U32,
    hashed: Any,
    at: int,
    who: I32,
    named: U32,
    pair: U32,
    u: F64,
    parts: Out,
) -> None:
    """Add to (options, M) how many units go each way where a member has no more than FEW: each draws for itself.

    Units share a counter by twos. `p` (columns,) is the chance to go, and options `low` to `high` of `share` (columns, K)
    are the ways; one column serves all members. `who`, `pair` and `u` (2, as many) are room for M x FEW / 2 counters.
    """
    number = 0
    for m in range(part.size):
        if part[m] <= FEW:
            for i in range((part[m] + 1) // 2):
                who[number] = m
                named[number] = members[m]
                pair[number] = i
                number += 1
    for i in range(number):
        u[0, i], u[1, i] = two_uniforms(seed, named[i], hashed ^ np.uint64(EACH), at, pair[i])
    for i in range(number):
        m = who[i]
        c = m if p.size > 1 else 0
        for j in range(min(part[m] - 2 * np.int64(pair[i]), 2)):
            k = option_of(u[j, i], p[c], share, c, low, high)
            if k >= 0:
                parts[k, m] += 1


@kernel
def parts_of_many(
    part: Counts,
    p: F64,
    among: F64,
    low: int,
    tags: U32,
    seed: int,
    members: U32,
    hashed: Any,
    at: int,
    who: I32,
    named: U32,
    left: I64,
    u: F64,
    parts: Out,
) -> None:
    """Add to (options, M) how many units go each way where a member has more than FEW: how many go at all, then where to.

    `p` (columns,) is the chance to go, and `among` (columns, K) from `low` on that of each way among it and those after
    it; one column serves all members. `tags` are those of the ways. `who` (M,), `left` (M,) and `u` (2, M or more) are room.
    """
    number = 0
    certain = True
    for m in range(part.size):
        if part[m] > FEW:
            who[number] = m
            named[number] = members[m]
            left[number] = part[m]
            certain &= p[m if p.size > 1 else 0] >= 1.0
            number += 1
    if not certain:
        for i in range(number):
            u[0, i] = uniform(seed, named[i], hashed, at, ANYWHERE)
        for i in range(number):
            left[i] = binomial_quantile(u[0, i], left[i], p[who[i] if p.size > 1 else 0])
    for k in range(tags.size):
        for i in range(number):
            u[0, i] = uniform(seed, named[i], hashed, at, tags[k])
        for i in range(number):
            m = who[i]
            go = binomial_quantile(u[0, i], left[i], among[m if p.size > 1 else 0, low + k])
            parts[k, m] += go
            left[i] -= go


@kernel
def move_parts(moved: Counts, row: int, target: int, link: int, ways: Ways, account: Account) -> None:
    """Move (M,) units from one cell to another, and count them wherever they pass."""
    change = account.heavy[target] - account.heavy[row]
    for m in range(moved.size):
        account.units[row, m] -= moved[m]
        account.units[target, m] += moved[m]
        account.drift[m] += account.heavy.dtype.type(moved[m]) * change
    if link >= 0:
        for m in range(moved.size):
            account.passed[link, m] += moved[m]
    a, b = ways.place[row], ways.place[target]
    if a != b and a >= 0:
        for m in range(moved.size):
            account.totals[a, m] -= moved[m]
        if ways.out_of[a] >= 0:
            for m in range(moved.size):
                account.passed[ways.out_of[a], m] += moved[m]
    if a != b and b >= 0:
        for m in range(moved.size):
            account.totals[b, m] += moved[m]
        if ways.into[b] >= 0:
            for m in range(moved.size):
                account.passed[ways.into[b], m] += moved[m]


@kernel
def own_shares(part: Counts, g: int, question: Question, room: Room, answers: Answers, desk: Desk) -> None:
    """Write the chance of a group and the shares of its options for each member who has anybody, as crowds thin them out."""
    low, high = question.options[g], question.options[g + 1]
    width = high - low
    for m in range(part.size):
        c = m if question.weight.shape[1] > 1 else 0
        desk.chance[m] = question.chance[g, c]
        if part[m] == 0:
            continue
        if is_thinned(question.crowd, low, high, desk.seen, m, room.free):
            thinned_shares(g, c, desk.seen[:, m], question, room, desk.thinned, desk.share[m, :width])
            among_the_rest(desk.share[m, :width], desk.among[m, :width])
        else:
            for k in range(width):
                desk.share[m, k] = answers.share[c, low + k]
                desk.among[m, k] = answers.among[c, low + k]


@kernel
def step_counts(
    acting: Out,
    rows: I32,
    expected: bool,
    ways: Ways,
    question: Question,
    room: Room,
    answers: Answers,
    seed: int,
    members: U32,
    at: int,
    account: Account,
    desk: Desk,
    reached: I32,
) -> int:
    """Let (rows, M) units act once. Lists in `reached` the cells where they act again; returns how many, or less than 0."""
    size = members.size
    length = 0
    for i in range(rows.size):
        row = rows[i]
        part = acting[i]
        g = question.group[row]
        if g < 0 or not is_any(part):
            continue
        first, low = ways.first[row], question.options[g]
        width = question.options[g + 1] - low
        if ways.first[row + 1] - first != width:
            return -1
        p, share, among, base = question.chance[g], answers.share, answers.among, low
        if answers.gated[g]:
            own_shares(part, g, question, room, answers, desk)
            p, share, among, base = desk.chance, desk.share, desk.among, np.int64(0)
        least, most = span(p)
        if expected:
            for k in range(width):
                for m in range(size):
                    c = m if p.size > 1 else 0
                    desk.parts[k, m] = part[m] * p[c] * share[c, base + k]
        elif width == 1 and least >= 1.0:
            for m in range(size):
                desk.parts[0, m] = part[m] if share[m if p.size > 1 else 0, base] > 0.0 else 0
        elif width > 0 and most > 0.0:
            stream = (seed, members, ways.hashes[row], at)
            parts_of_few(part, p, share, base, base + width, *stream, desk.who, desk.named, desk.pair, desk.u, desk.parts)
            tags = ways.tags[first : first + width]
            parts_of_many(part, p, among, base, tags, *stream, desk.who, desk.named, desk.left, desk.u, desk.parts)
        for m in range(size):
            desk.stayed[m] = part[m]
        for k in range(width):
            moved = desk.parts[k]
            c, veto = question.crowd[low + k], question.veto[low + k]
            if veto > 0.0 and c >= 0:
                for m in range(size):
                    if room_at(desk.seen[c, m], room.free[c], room.full[c]) < veto:
                        moved[m] = 0
            if is_any(moved):
                target = ways.to[first + k]
                move_parts(moved, row, target, ways.links[first + k], ways, account)
                for m in range(size):
                    desk.stayed[m] -= moved[m]
                    moved[m] = 0
                if ways.through[target] and not desk.listed[target]:
                    desk.listed[target] = True
                    reached[length] = target
                    length += 1
        target = ways.stay[row]
        if expected:
            for m in range(size):
                desk.stayed[m] = desk.stayed[m] if desk.stayed[m] >= LEAST else 0.0
        if (target != row or ways.through[row]) and is_any(desk.stayed):
            move_parts(desk.stayed, row, target, -1, ways, account)
            if ways.through[target] and not desk.listed[target]:
                desk.listed[target] = True
                reached[length] = target
                length += 1
        if expected:
            # all went, in parts whose sum was rounded
            for m in range(size):
                account.units[row, m] = max(account.units[row, m], 0.0)
    return length


@allocating_kernel
def walk_counts(
    expected: bool,
    asked: I64,
    waves: I64,
    ways: Ways,
    question: Question,
    room: Room,
    answers: Answers,
    seed: int,
    members: U32,
    at: int,
    account: Account,
) -> int:
    """Let (C, M) counts act in waves, each step by step as far as its units go.

    A wave takes an equal part of every cell that is `asked`; all of it sees the crowds as they stood when the wave's step
    began. Who comes to a cell within a step acts in the next, so that it does not matter in which sequence cells are seen
    to, nor who else is in the batch. `waves` (M,) says how many there are for each member. Returns FINE or what is wrong.
    """
    units, size, cells, widest = account.units, members.size, ways.stay.size, answers.widest
    desk = Desk(
        seen=account.totals.copy(),
        thinned=np.empty(widest),
        chance=np.empty(size),
        share=np.zeros((size, widest)),
        among=np.zeros((size, widest)),
        parts=np.zeros((widest, size), dtype=units.dtype),
        stayed=np.empty(size, dtype=units.dtype),
        who=np.empty(size * FEW, dtype=np.int32),
        named=np.empty(size * FEW, dtype=np.uint32),
        pair=np.empty(size * FEW, dtype=np.uint32),
        left=np.empty(size, dtype=np.int64),
        u=np.empty((2, size * FEW)),
        listed=np.zeros(cells, dtype=np.bool_),
    )
    here = np.empty(cells, dtype=np.int32)
    reached = np.empty(cells, dtype=np.int32)
    start = np.empty(asked.size, dtype=np.int32)
    number = 0
    for i in range(asked.size):
        if is_any(units[asked[i]]):
            start[number] = asked[i]
            number += 1
    unasked = np.empty((number, size), dtype=units.dtype)
    acting = np.empty((number, size), dtype=units.dtype)
    for i in range(number):
        unasked[i] = units[start[i]]
    for wave in range(waves.max()):
        here[:number] = start[:number]
        there = number
        for step in range(MOST_STEPS + 1):
            if there == 0:
                break
            if step == MOST_STEPS:
                return CIRCLE
            desk.seen[:] = account.totals
            if there > acting.shape[0]:
                acting = np.empty((2 * there, size), dtype=units.dtype)
            for i in range(there):
                desk.listed[here[i]] = False
                for m in range(size):
                    if step > 0:
                        acting[i, m] = units[here[i], m]
                    elif wave < waves[m]:
                        acting[i, m] = unasked[i, m] / (waves[m] - wave) if expected else unasked[i, m] // (waves[m] - wave)
                        unasked[i, m] -= acting[i, m]
                    else:
                        acting[i, m] = 0
            stream = (seed, members, at + step + wave * MOST_STEPS)
            given = (expected, ways, question, room, answers)
            there = step_counts(acting, here[:there], *given, *stream, account, desk, reached)
            if there < 0:
                return MISFIT
            if expected:
                # real numbers add up to the same bits in one sequence only
                reached[:there].sort()
            here[:there] = reached[:there]
    return FINE
