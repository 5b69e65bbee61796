"""Plain twins of ordered moves of units: slow, short, and equal to the bit.

They know beforehand which units of a cell go, by their rank, and draw the same Philox numbers as the kernels.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from havenward.solve.unit_kernels import GAP, SKIP_BELOW
from havenward.solve.walk_shares import CIRCLE, FINE, MISFIT, MOST_STEPS
from tests.solve.share_twins import Asked, taken
from tests.solve.twins import two_uniforms, uniform


def gap_of(p, seed, member, hashed, at, jump):
    return int(min(math.floor(math.log(uniform(seed, member, int(hashed) ^ GAP, at, jump)) / math.log1p(-p)), 4e18))


def who_goes(case, m, row, p, units):
    """Return the ranks of those units of a cell that go, where gaps between them are drawn."""
    ranks, place, jump = set(), -1, 0
    while (place := place + 1 + gap_of(p, case.seed, case.members[m], case.hashes[row], case.at, jump)) < units:
        ranks.add(place)
        jump += 1
    return ranks


def walk_units(case, share, gated):
    """Return cells, counts, passed, totals, number of units that acted, and FINE or what is wrong, of all members."""
    cells, counts = case.unit_cells.copy(), case.counts.copy()
    totals, passed = case.totals(case.counts.T), np.zeros((case.size, 4), dtype=np.int64)
    acted = 0
    for m in range(case.size):
        asked, rank, goers = Asked(case, m, share, gated), Counter(), {}
        for unit in range(case.awake[m]):
            row = start = int(cells[m, unit])
            if case.group[start] < 0:
                continue
            part, p, fits = asked.options(start)
            if not fits:
                return cells, counts, passed, totals, acted, MISFIT
            if case.through[start]:
                continue
            by_gaps = case.stay[start] == start and p < SKIP_BELOW
            if by_gaps:
                if p == 0.0 or part.start == part.stop:
                    continue
                if start not in goers:
                    goers[start] = who_goes(case, m, start, p, case.awake[m])
                rank[start] += 1
                if rank[start] - 1 not in goers[start]:
                    continue
            acted += 1
            steps, certain = 0, by_gaps
            while case.group[row] >= 0:
                part, p, fits = asked.options(row)
                if not fits:
                    return cells, counts, passed, totals, acted, MISFIT
                u, v = two_uniforms(case.seed, case.members[m], case.hashes[row], case.at + steps, unit)
                option = -1
                if part.stop > part.start and (certain or u < p):
                    option = taken(v, asked.shares(part, case.group[row], totals[:, m]))
                    if option >= 0 and asked.vetoed(part.start + option, totals[:, m]):
                        option = -1
                edge = case.first[row] + option if option >= 0 else None
                target = int(case.stay[row] if edge is None else case.to[edge])
                asked.step(row, target, edge, 1, totals[:, m], passed[m])
                row, steps, certain = target, steps + 1, False
                if not case.through[row]:
                    break
                if steps >= MOST_STEPS:
                    return cells, counts, passed, totals, acted, CIRCLE
            cells[m, unit] = row
            counts[m, start] -= 1
            counts[m, row] += 1
    return cells, counts, passed, totals, acted, FINE
