"""Plain twins of ordered moves of counts: slow, short, and equal to the bit.

They keep those who act apart from those who have come, and draw the same Philox numbers as the kernels.
"""

from __future__ import annotations

import numpy as np

from havenward.core.streams import ANYWHERE
from havenward.solve.count_walks import FEW
from havenward.solve.kernels import LEAST
from havenward.solve.unit_kernels import EACH
from havenward.solve.walk_shares import CIRCLE, FINE, MISFIT, MOST_STEPS
from tests.solve.share_twins import Asked, taken
from tests.solve.twins import binomial_quantile, two_uniforms, uniform


def crowd_totals(units, rows, place, places):
    totals = np.zeros((places, units.shape[1]))
    np.add.at(totals, place[rows], units[rows])
    return totals


def name_crowds(weight, crowd, places):
    return np.array([(weight[crowd == p] >= 0.0).any(axis=0) for p in range(places)])


def parts_of_few(n, p, share, seed, member, hashed, at):
    pairs = [two_uniforms(seed, member, int(hashed) ^ EACH, at, j) for j in range(n)]
    options = [taken(v, share) for u, v in pairs if u < p]
    return np.array([options.count(k) for k in range(len(share))], dtype=np.int64)


def parts_of_many(n, p, u, share, tags, seed, member, hashed, at):
    left, parts, rest = (n if p >= 1.0 else binomial_quantile(u, n, p)), np.zeros(len(share), dtype=np.int64), 1.0
    there = np.flatnonzero(share > 0.0)
    for k in there[:-1]:
        if left:
            chance = min(share[k] / rest, 1.0)
            parts[k] = binomial_quantile(uniform(seed, member, hashed, at, tags[k]), left, chance)
        left, rest = left - parts[k], rest - share[k]
    parts[there[-1:]] = left
    return parts


def walk_counts(case, units, share, gated):
    """Return units, passed, totals, and FINE or what is wrong, of all members; real units are expectations."""
    expected = units.dtype == np.float64
    units, totals = units.copy(), case.totals(units)
    passed = np.zeros((4, case.size), dtype=units.dtype)
    left = units[case.asked]
    for wave in range(case.waves.max()):
        share_of_wave = np.maximum(case.waves - wave, 1)
        turn = (left / share_of_wave if expected else left // share_of_wave) * (wave < case.waves)
        left = left - turn
        acting, steps = dict(zip(case.asked.tolist(), turn, strict=True)), 0
        while acting:
            if steps >= MOST_STEPS:
                return units, passed, totals, CIRCLE
            seen, come = totals.copy(), set()
            for row in sorted(acting):
                if not acting[row].any() or case.group[row] < 0:
                    continue
                if not Asked(case, 0, share, gated).options(row)[2]:
                    return units, passed, totals, MISFIT
                at = case.at + steps + wave * MOST_STEPS
                for m in np.flatnonzero(acting[row]):
                    come |= _act(case, m, row, acting[row][m], at, (units, seen, totals, passed), share, gated)
            acting, steps = {row: units[row].copy() for row in come if case.through[row]}, steps + 1
    return units, passed, totals, FINE


def _act(case, m, row, n, at, state, share, gated):
    """Let n units of a cell of one member act; return where some of them came to."""
    units, seen, totals, passed = state
    asked, expected, come = Asked(case, m, share, gated), units.dtype == np.float64, set()
    part, p, _ = asked.options(row)
    shares = asked.shares(part, case.group[row], seen[:, m])
    stream = (case.seed, case.members[m], case.hashes[row], at)
    first = case.first[row]
    if part.stop == part.start or p == 0.0:
        parts = np.zeros(part.stop - part.start, dtype=units.dtype)
    elif expected:
        parts = n * p * shares
    elif n <= FEW and (p < 1.0 or len(shares) > 1):
        parts = parts_of_few(n, p, shares, *stream)
    else:
        tags = case.tags[first : case.first[row + 1]]
        parts = parts_of_many(n, p, uniform(*stream, ANYWHERE), shares, tags, *stream)
    stayed = n
    moves = [(k, case.to[first + k]) for k in np.flatnonzero(parts) if not asked.vetoed(part.start + k, seen[:, m])]
    for k, _ in moves:
        stayed = stayed - parts[k]
    stays = (stayed >= LEAST if expected else stayed > 0) and (case.stay[row] != row or case.through[row])
    for k, target in [*moves, *([(None, case.stay[row])] if stays else [])]:
        moved, edge = (stayed, None) if k is None else (parts[k], first + k)
        units[row, m] -= moved
        units[target, m] += moved
        asked.step(row, target, edge, moved, totals[:, m], passed[:, m])
        come.add(int(target))
    if expected:
        units[row, m] = max(units[row, m], 0.0)
    return come
