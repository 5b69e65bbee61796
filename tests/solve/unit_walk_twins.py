"""Plain twins of ordered moves of units: slow, short, and equal to the bit.

They take unit after unit, from its first number to where it ends, and draw the same Philox numbers as the kernels.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from havenward.solve.unit_kernels import GAP
from havenward.solve.unit_walks import ALWAYS, BY_GROUP, NEVER, SELDOM
from havenward.solve.walk_shares import CIRCLE, FINE, MISFIT, MOST_STEPS
from tests.solve.share_twins import Asked, option_of, shares_of, thinned_shares
from tests.solve.share_twins import step as count_step
from tests.solve.twins import two_uniforms, uniform


def keys_of(manner, group):
    return np.where(group < 0, NEVER, np.where(manner == BY_GROUP, BY_GROUP + group, manner))


def limits_of(options, chance, share):
    limit = np.zeros_like(share)
    for (g, (low, high)), m in itertools.product(enumerate(itertools.pairwise(options)), range(len(share))):
        limit[m, low:high] = np.cumsum(share[m, low:high]) * chance[g, m]
        for last in np.flatnonzero(share[m, low:high] > 0.0)[-1:]:
            limit[m, low + last : high] = chance[g, m]
    return limit


def groups_of(options, chance):
    """Return first options, numbers of options, chances, who is asked by key, and the highest chance of who is not."""
    size = np.diff(options)
    p = np.where(size > 0, chance, 0.0)
    return options[:-1], size, p, np.array([False, True, *(p >= SELDOM)]), p[p < SELDOM].max(initial=0.0)


def gap_of(u, p):
    return int(min(math.floor(math.log(u) / math.log1p(-p)), 4e18))


def pick(p, highest, seed, member, hashed, at, nearest, jump):
    """Return which units of a block go, the next that might, and the number of its draw; p is 0 where nobody is picked."""
    picked = np.zeros(len(p), dtype=bool)
    while nearest < len(p):
        u, v = two_uniforms(seed, member, hashed, at, jump)
        picked[nearest] = v * highest < p[nearest]
        nearest, jump = nearest + 1 + gap_of(u, highest), jump + 1
    return picked, nearest, jump


def collect(cell, key, asked, picked):
    return np.flatnonzero(asked[key[cell]] | picked)


def draw(hashes, seed, member, at, units):
    return np.array([two_uniforms(seed, member, int(h), at, int(unit)) for h, unit in zip(hashes, units, strict=True)])


def chosen(w, limit):
    return np.searchsorted(np.maximum.accumulate(limit), w, side="right")


def choose(key, asked, group, limit, p, u):
    """Return the numbers and choices of units, by their cells' keys and groups, and which of them do not stay at once."""
    u = np.where(asked[key], u, u * p[group])
    choices = np.array([chosen(w, limit[g]) for w, g in zip(u, group, strict=True)], dtype=int)
    return u, choices, (key == ALWAYS) | (choices < [len(limit[g]) for g in group])


def is_crowded(crowd, there, free):
    return any(there[c] > free[c] for c in crowd if c >= 0)


def thinned_choice(u, *asked):
    option = option_of(u, 1.0, thinned_shares(*asked))
    return len(asked[0]) if option < 0 else option


def settle(cell, end, counts, heavy):
    """Return counts after units went from cells to others, and the change of weight."""
    counts = counts.copy()
    np.add.at(counts, cell, -1)
    np.add.at(counts, end, 1)
    return counts, (heavy[end] - heavy[cell]).sum(dtype=np.uint64)


def walk(case, m, unit, start, totals, passed):
    """Return where one unit that acts ends, and FINE or what is wrong."""
    asked, row = Asked(case, m), start
    _, p, _ = asked.options(start)
    picked = case.stay[start] == start and p < SELDOM
    for step in range(MOST_STEPS):
        part, p, fits = asked.options(row)
        if step % 2 == 0:
            pair = two_uniforms(case.seed, case.members[m], case.hashes[start], case.at + step, unit)
        w = pair[step % 2]
        goes = part.stop > part.start and (w < p or (picked and step == 0))
        u = w if picked and step == 0 else w / max(p, w)
        open_ways = shares_of(case.weight[part, asked.column], case.keep[case.group[row]]) > 0.0
        if step == 0 and case.stay[row] == row and not (goes and open_ways.any()):
            return row, FINE
        if not fits:
            return row, MISFIT
        option = option_of(u, 1.0, asked.shares(case.group[row], totals)) if goes else -1
        if option >= 0 and asked.vetoed(part.start + option, totals):
            option = -1
        edge = case.first[row] + option
        target = int(case.stay[row] if option < 0 else case.to[edge])
        count_step(case, row, target, -1 if option < 0 else case.links[edge], 1, totals, passed)
        row = target
        if not case.through[row] or case.group[row] < 0:
            return row, FINE
    return row, CIRCLE


def who_acts(case, m, column):
    """Yield the units of a member that act: who is asked one by one, and who is picked by gaps between them."""
    _, _, p, _, highest = groups_of(case.options, case.chance[:, column])
    hashed = int(case.hashes[0]) ^ GAP
    nearest = gap_of(uniform(case.seed, case.members[m], hashed, case.at, 0), highest) if highest > 0.0 else case.awake[m]
    rows = case.unit_cells[m, : case.awake[m]]
    asked = (case.group[rows] >= 0) & ~case.through[rows]
    seldom = asked & (case.stay[rows] == rows) & (p[case.group[rows]] < SELDOM)
    candidates = np.where(seldom, p[case.group[rows]], 0.0)
    picked, _, _ = pick(candidates, highest, case.seed, case.members[m], hashed, case.at, nearest, 1)
    return np.flatnonzero((asked & ~seldom) | picked)


def walk_units(case):
    """Return cells, counts, passed, totals, number of units that acted, and FINE or what is wrong, of all members."""
    cells, counts = case.unit_cells.copy(), case.counts.copy()
    totals, passed = case.totals(case.counts.T), np.zeros((4, case.size), dtype=np.int64)
    acted = 0
    for m in range(case.size):
        units = who_acts(case, m, Asked(case, m).column)
        acted += len(units)
        for unit in units:
            start = int(cells[m, unit])
            cells[m, unit], verdict = walk(case, m, unit, start, totals[:, m], passed[:, m])
            if verdict != FINE:
                return cells, counts, passed, totals, acted, verdict
            counts[m, start] -= 1
            counts[m, cells[m, unit]] += 1
    return cells, counts, passed, totals, acted, FINE
