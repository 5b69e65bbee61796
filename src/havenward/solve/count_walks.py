"""Compiled loops of ordered moves, count by count. Each has a plain twin in tests."""

from __future__ import annotations

import numpy as np
from numba import njit

from havenward.core.orders import Counts
from havenward.core.streams import ANYWHERE
from havenward.solve.kernels import (
    F64,
    I32,
    I64,
    LEAST,
    MANY,
    U32,
    U64,
    Bools,
    Out,
    Weights,
    two_uniforms,
    uniform,
    uniforms_of_members,
)
from havenward.solve.quantiles import binomial_quantile
from havenward.solve.unit_kernels import EACH
from havenward.solve.walk_shares import CIRCLE, FINE, MISFIT, MOST_STEPS, is_thinned, room_at, taken, thinned_shares

FEW = 8
"""Units of a cell up to which each is drawn for itself: that takes fewer numbers than counts would."""


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
