"""Compiled loops of ordered moves through a net of cells: by unit, or by count. Each has a plain twin in tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from havenward.core.orders import Counts
from havenward.core.streams import ANYWHERE, MULTIPLIER_0, MULTIPLIER_1, ROUNDS, WEYL_0, WEYL_1
from havenward.solve.kernels import (
    F64,
    I32,
    I64,
    LEAST,
    LOW,
    MANY,
    U32,
    U64,
    Bools,
    Out,
    Weights,
    uniform,
    uniforms_of_members,
)
from havenward.solve.quantiles import binomial_quantile
from havenward.solve.unit_kernels import EACH, GAP, SKIP_BELOW

FEW = 8
"""Units of a cell up to which each is drawn for itself: that takes fewer numbers than counts would."""
MOST_STEPS = 1024
"""Steps of a unit in one order after which the net is taken for a circle."""
FINE, CIRCLE, MISFIT = 0, 1, 2
UNKNOWN, NEVER, ALWAYS = -1, -2, -3


@njit(cache=True, nogil=True, inline="always")
def two_uniforms(seed: int, member: int, hashed: Any, at: int, draw: int) -> tuple[float, float]:
    """Return two numbers strictly between 0 and 1 of one counter; the first is that of `kernels.uniform`."""
    c0 = np.uint64(hashed) & np.uint64(LOW)
    c1 = np.uint64(hashed) >> np.uint64(32)
    c2 = np.uint64(at)
    c3 = np.uint64(draw)
    k0 = np.uint64(seed)
    k1 = np.uint64(member)
    for _ in range(ROUNDS):
        product_0 = np.uint64(MULTIPLIER_0) * c0
        product_1 = np.uint64(MULTIPLIER_1) * c2
        c0 = (product_1 >> np.uint64(32)) ^ c1 ^ k0
        c2 = (product_0 >> np.uint64(32)) ^ c3 ^ k1
        c1 = product_1 & np.uint64(LOW)
        c3 = product_0 & np.uint64(LOW)
        k0 = (k0 + np.uint64(WEYL_0)) & np.uint64(LOW)
        k1 = (k1 + np.uint64(WEYL_1)) & np.uint64(LOW)
    one = ((c0 >> np.uint64(6)) << np.uint64(26)) | (c1 >> np.uint64(6))
    two = ((c2 >> np.uint64(6)) << np.uint64(26)) | (c3 >> np.uint64(6))
    return (np.float64(one) + 0.5) / 4503599627370496.0, (np.float64(two) + 0.5) / 4503599627370496.0


@njit(cache=True, nogil=True, inline="always")
def room_at(total: float, free: float, full: float) -> float:
    """Return the room that a crowd leaves: 1 up to `free`, 0 from `full`, a straight line between."""
    if total <= free:
        return 1.0
    if total >= full:
        return 0.0
    return 1.0 - (total - free) / (full - free)


@njit(cache=True, nogil=True)
def prepare(options: I64, weight: F64, crowd: I32, free: F64, keep: F64, share: Out, gated: Out) -> int:
    """Work out what is the same for all units of an order; return the largest number of options of a group.

    Writes (columns, K) shares of all options where every crowd leaves room, and (G,) whether any crowd may thin out a
    group's options.
    """
    widest = 1
    for g in range(options.size - 1):
        widest = max(widest, options[g + 1] - options[g])
        gated[g] = False
        for k in range(options[g], options[g + 1]):
            gated[g] |= crowd[k] >= 0 and free[crowd[k]] < np.inf
        for m in range(share.shape[0]):
            shares_of(weight[options[g] : options[g + 1], m], keep[g], share[m, options[g] : options[g + 1]])
    return widest


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def thinned_shares(
    weight: F64, crowd: I32, totals: F64, free: F64, full: F64, power: float, keep: float, thinned: Out, share: Out
) -> None:
    """Write the shares of a group's options as the crowds of this moment thin them out."""
    for k in range(weight.size):
        w = weight[k]
        p = crowd[k]
        if w > 0.0 and p >= 0 and totals[p] > free[p]:
            room = room_at(totals[p], free[p], full[p])
            w = w * (room if power == 1.0 else room**power)
        thinned[k] = w
    shares_of(thinned[: weight.size], keep, share)


@njit(cache=True, nogil=True, inline="always")
def is_thinned(crowd: I32, low: int, high: int, totals: F64, m: int, free: F64) -> bool:
    """Return whether a crowd leaves less than all room at the end of any option from `low` to `high`, for one member."""
    thinned = False
    for k in range(low, high):
        c = crowd[k]
        if c >= 0 and totals[c, m] > free[c]:
            thinned = True
    return thinned


@njit(cache=True, nogil=True, inline="always")
def taken(u: float, share: F64) -> int:
    """Return the first option whose cumulated share exceeds u, or the last that has any."""
    edge = 0.0
    last = -1
    for k in range(share.size):
        if share[k] > 0.0:
            edge += share[k]
            last = k
            if u < edge:
                return k
    return last


@njit(cache=True, nogil=True)
def walk_units(
    cells: I32,
    awake: I64,
    first: I64,
    to: I32,
    stay: I32,
    through: Bools,
    place: I32,
    links: I32,
    into: I32,
    out_of: I32,
    hashes: U64,
    group: I32,
    chance: F64,
    options: I64,
    weight: F64,
    crowd: I32,
    veto: F64,
    free: F64,
    full: F64,
    power: float,
    keep: F64,
    share: F64,
    gated: Bools,
    widest: int,
    totals: F64,
    seed: int,
    members: U32,
    at: int,
    counts: Counts,
    heavy: Weights,
    drift: Weights,
    passed: Counts,
) -> tuple[int, int]:
    """Let the first units of each member, `awake` (M,) of them, act one after the other, each as far as it goes.

    Units that hardly ever go are passed over: the number until the next who goes is a geometric number. Who stands in a
    cell that others come through is not asked. Cells are (M, N), counts (C, M), totals (P, M), and what passed is added to
    (M, L). Returns how many units acted, and FINE or what is wrong.
    """
    thinned = np.empty(widest)
    now = np.empty(widest)
    # what is known of a cell: nothing yet, that nobody ever goes, that every unit is asked, or how many are passed over
    gap = np.full(group.size, UNKNOWN, dtype=np.int64)
    jump = np.empty(group.size, dtype=np.int32)
    seen = np.empty(group.size, dtype=np.int32)
    acted = 0
    for m in range(members.size):
        cell = cells[m]
        column = m if weight.shape[1] > 1 else 0
        member = members[m]
        number = 0
        for unit in range(awake[m]):
            start = cell[unit]
            g = group[start]
            if g < 0:
                continue
            goes = False
            left = gap[start]
            if left > 0:
                gap[start] = left - 1
                continue
            if left == NEVER:
                continue
            if left == UNKNOWN:
                seen[number] = start
                number += 1
                if first[start + 1] - first[start] != options[g + 1] - options[g]:
                    return acted, MISFIT
                p = chance[g, column]
                if through[start]:
                    gap[start] = NEVER
                    continue
                if stay[start] != start or p >= SKIP_BELOW:
                    gap[start] = ALWAYS
                elif p <= 0.0 or options[g + 1] == options[g]:
                    gap[start] = NEVER
                    continue
                else:
                    jump[start] = 0
                    gap[start] = gap_of(p, seed, member, hashes[start], at, 0)
                    if gap[start] > 0:
                        gap[start] -= 1
                        continue
                    left = 0
            if left == 0:
                goes = True
                jump[start] += 1
                gap[start] = gap_of(chance[g, column], seed, member, hashes[start], at, jump[start])
            acted += 1
            row = start
            step = 0
            while True:
                g = group[row]
                if g < 0:
                    break
                low, high = options[g], options[g + 1]
                if first[row + 1] - first[row] != high - low:
                    return acted, MISFIT
                target = stay[row]
                choice = -1
                p = chance[g, column]
                if high > low and p > 0.0:
                    if high == low + 1 and p >= 1.0 and not gated[g]:
                        if weight[low, column] >= 0.0:
                            choice = 0
                    else:
                        u, v = two_uniforms(seed, member, hashes[row], at + step, unit)
                        if goes or u < p:
                            if gated[g] and is_thinned(crowd, low, high, totals, m, free):
                                thinned_shares(
                                    weight[low:high, column],
                                    crowd[low:high],
                                    totals[:, m],
                                    free,
                                    full,
                                    power,
                                    keep[g],
                                    thinned,
                                    now,
                                )
                                choice = taken(v, now[: high - low])
                            else:
                                choice = taken(v, share[column, low:high])
                            if choice >= 0 and veto[low + choice] > 0.0:
                                c = crowd[low + choice]
                                if c >= 0 and room_at(totals[c, m], free[c], full[c]) < veto[low + choice]:
                                    choice = -1
                goes = False
                if choice >= 0:
                    edge = first[row] + choice
                    target = to[edge]
                    if links[edge] >= 0:
                        passed[m, links[edge]] += 1
                a, b = place[row], place[target]
                if a != b:
                    if a >= 0:
                        totals[a, m] -= 1.0
                        if out_of[a] >= 0:
                            passed[m, out_of[a]] += 1
                    if b >= 0:
                        totals[b, m] += 1.0
                        if into[b] >= 0:
                            passed[m, into[b]] += 1
                row = target
                step += 1
                if not through[row]:
                    break
                if step >= MOST_STEPS:
                    return acted, CIRCLE
            if row != start:
                cell[unit] = row
                counts[start, m] -= 1
                counts[row, m] += 1
                drift[m] += heavy[row] - heavy[start]
        for i in range(number):
            gap[seen[i]] = UNKNOWN
    return acted, FINE


@njit(cache=True, nogil=True)
def gap_of(p: float, seed: int, member: int, hashed: Any, at: int, jump: int) -> int:
    """Return how many units are passed over until the next who goes, if each goes with chance p."""
    u = uniform(seed, member, hashed ^ np.uint64(GAP), at, jump)
    return int(min(np.floor(np.log(u) / np.log1p(-p)), 4e18))


@njit(cache=True, nogil=True)
def crowd_totals(units: Counts, rows: I64, place: I32, totals: F64) -> None:
    """Add (C, M) units of some rows to their crowds in (P, M)."""
    for r in range(rows.size):
        p = place[rows[r]]
        for m in range(units.shape[1]):
            totals[p, m] += units[rows[r], m]


@njit(cache=True, nogil=True)
def name_crowds(weight: F64, crowd: I32, named: Out) -> None:
    """Mark in (P, columns) the crowds of options that are not closed: no other crowd can thin anything out."""
    for k in range(crowd.size):
        if crowd[k] >= 0:
            for m in range(weight.shape[1]):
                named[crowd[k], m] |= weight[k, m] >= 0.0


@njit(cache=True, nogil=True)
def parts_of_few(n: int, p: float, share: F64, seed: int, member: int, hashed: int, at: int, parts: Out) -> None:
    """Write how many of n units take each option, drawing for each unit alone."""
    for j in range(n):
        u, v = two_uniforms(seed, member, hashed ^ np.uint64(EACH), at, j)
        if u < p:
            k = taken(v, share)
            if k >= 0:
                parts[k] += 1


@njit(cache=True, nogil=True)
def parts_of_many(
    n: int, p: float, u: float, share: F64, tags: U32, seed: int, member: int, hashed: int, at: int, parts: Out
) -> None:
    """Write how many of n units take each option: first how many go at all, then conditional binomials."""
    left = n
    if p < 1.0:
        left = 0 if u <= 1.0 - n * p else binomial_quantile(u, n, p)
    last = -1
    for k in range(share.size):
        if share[k] > 0.0:
            last = k
    rest = 1.0
    for k in range(last + 1):
        if left == 0:
            break
        if share[k] <= 0.0:
            continue
        part = left
        if k < last:
            part = binomial_quantile(uniform(seed, member, hashed, at, tags[k]), left, min(share[k] / rest, 1.0))
        rest -= share[k]
        left -= part
        parts[k] = part


@njit(cache=True, nogil=True)
def walk_counts(
    units: Counts,
    expected: bool,
    first: I64,
    to: I32,
    stay: I32,
    through: Bools,
    place: I32,
    links: I32,
    into: I32,
    out_of: I32,
    tags: U32,
    hashes: U64,
    group: I32,
    chance: F64,
    options: I64,
    weight: F64,
    crowd: I32,
    veto: F64,
    free: F64,
    full: F64,
    power: float,
    keep: F64,
    share: F64,
    gated: Bools,
    widest: int,
    totals: F64,
    asked: I64,
    waves: I64,
    seed: int,
    members: U32,
    at: int,
    heavy: Weights,
    drift: Weights,
    passed: Counts,
) -> int:
    """Let (C, M) counts act in waves, each step by step as far as its units go.

    A wave takes an equal part of every cell that is `asked`; all of it sees the crowds as they stood when the wave's step
    began. Who comes to a cell within a step acts in the next, so that it does not matter in which sequence cells are seen
    to, nor who else is in the batch. `waves` (M,) says how many there are for each member. Returns FINE or what is wrong.
    """
    size = units.shape[1]
    seen = totals.copy()
    columns = weight.shape[1]
    thinned = np.empty(widest)
    now = np.empty(widest)
    parts = np.zeros(widest + 1, dtype=units.dtype)
    u = np.empty(size)
    here = np.empty(group.size, dtype=np.int32)
    reached = np.empty(group.size, dtype=np.int32)
    listed = np.zeros(group.size, dtype=np.bool_)
    active = np.empty(asked.size, dtype=np.int32)
    number = 0
    for i in range(asked.size):
        for m in range(size):
            if units[asked[i], m] != 0:
                active[number] = asked[i]
                number += 1
                break
    left = np.empty((number, size), dtype=units.dtype)
    acting = np.empty((number, size), dtype=units.dtype)
    most = 0
    for m in range(size):
        most = max(most, waves[m])
        for i in range(number):
            left[i, m] = units[active[i], m]
    for wave in range(most):
        step = 0
        here[:number] = active[:number]
        there = number
        while there > 0:
            if step >= MOST_STEPS:
                return CIRCLE
            thin = False
            for p in range(free.size):
                for m in range(size):
                    seen[p, m] = totals[p, m]
                    thin |= totals[p, m] > free[p]
            if there > acting.shape[0]:
                acting = np.empty((2 * there, size), dtype=units.dtype)
            for i in range(there):
                listed[here[i]] = False
                for m in range(size):
                    if step > 0:
                        acting[i, m] = units[here[i], m]
                    elif wave < waves[m]:
                        acting[i, m] = left[i, m] / (waves[m] - wave) if expected else left[i, m] // (waves[m] - wave)
                        left[i, m] -= acting[i, m]
                    else:
                        acting[i, m] = 0
            length = 0
            stamp = at + step + wave * MOST_STEPS
            for i in range(there):
                row = here[i]
                g = group[row]
                part = acting[i]
                occupied = 0
                for m in range(size):
                    occupied += part[m] != 0
                if occupied == 0 or g < 0:
                    continue
                low, high = options[g], options[g + 1]
                begin = first[row]
                if first[row + 1] - begin != high - low:
                    return MISFIT
                together = not expected and MANY * occupied > size
                if together:
                    uniforms_of_members(seed, members, hashes[row], stamp, ANYWHERE, u)
                for m in range(size):
                    n = part[m]
                    if n == 0:
                        continue
                    column = m if columns > 1 else 0
                    p = chance[g, column]
                    mine = share[column, low:high]
                    if thin and gated[g] and is_thinned(crowd, low, high, seen, m, free):
                        thinned_shares(
                            weight[low:high, column], crowd[low:high], seen[:, m], free, full, power, keep[g], thinned, now
                        )
                        mine = now[: high - low]
                    if high > low and p > 0.0:
                        if expected:
                            for k in range(high - low):
                                parts[k] = n * p * mine[k]
                        elif high == low + 1 and p >= 1.0:
                            parts[0] = n if mine[0] > 0.0 else 0
                        elif n <= FEW:
                            parts_of_few(n, p, mine, seed, members[m], hashes[row], stamp, parts)
                        else:
                            v = u[m] if together else uniform(seed, members[m], hashes[row], stamp, ANYWHERE)
                            parts_of_many(
                                n, p, v, mine, tags[begin : begin + high - low], seed, members[m], hashes[row], stamp, parts
                            )
                    # the last part is of those who stay
                    stayed = n
                    for k in range(high - low + 1):
                        if k < high - low:
                            moved = parts[k]
                            parts[k] = 0
                            if moved == 0:
                                continue
                            target = to[begin + k]
                            if veto[low + k] > 0.0 and crowd[low + k] >= 0:
                                c = crowd[low + k]
                                if room_at(seen[c, m], free[c], full[c]) < veto[low + k]:
                                    continue
                            if links[begin + k] >= 0:
                                passed[links[begin + k], m] += moved
                            stayed -= moved
                        else:
                            moved = stayed
                            target = stay[row]
                            if (target == row and not through[row]) or (moved == 0 if not expected else moved < LEAST):
                                continue
                        units[row, m] -= moved
                        units[target, m] += moved
                        drift[m] += heavy.dtype.type(moved) * (heavy[target] - heavy[row])
                        a, b = place[row], place[target]
                        if a != b:
                            if a >= 0:
                                totals[a, m] -= moved
                                if out_of[a] >= 0:
                                    passed[out_of[a], m] += moved
                            if b >= 0:
                                totals[b, m] += moved
                                if into[b] >= 0:
                                    passed[into[b], m] += moved
                        if through[target] and not listed[target]:
                            listed[target] = True
                            reached[length] = target
                            length += 1
                    if expected and units[row, m] < 0.0:
                        # all went, in parts whose sum was rounded
                        units[row, m] = 0.0
            if expected:
                # real numbers add up to the same bits in one sequence only
                reached[:length].sort()
            here[:length] = reached[:length]
            there = length
            step += 1
    return FINE
