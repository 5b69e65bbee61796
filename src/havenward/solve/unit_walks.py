"""Compiled loops of ordered moves, unit by unit. Each has a plain twin in tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from havenward.core.orders import Counts
from havenward.solve.kernels import F64, I32, I64, U32, U64, Bools, Weights, two_uniforms, uniform
from havenward.solve.unit_kernels import GAP, SKIP_BELOW
from havenward.solve.walk_shares import CIRCLE, FINE, MISFIT, MOST_STEPS, is_thinned, room_at, taken, thinned_shares

UNKNOWN, NEVER, ALWAYS = -1, -2, -3


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
