"""Plain twins of ordered moves of counts: slow, short, and equal to the bit.

They keep those who act apart from those who have come, and draw the same Philox numbers as the kernels.
"""

from __future__ import annotations

import itertools

import numpy as np

from havenward.core.streams import ANYWHERE
from havenward.solve.count_walks import FEW
from havenward.solve.kernels import LEAST
from havenward.solve.unit_kernels import EACH
from havenward.solve.walk_shares import CIRCLE, FINE, MISFIT, MOST_STEPS
from tests.solve.share_twins import Asked, among_the_rest, option_of, step
from tests.solve.twins import binomial_quantile, two_uniforms, uniform


def crowd_totals(units, rows, place, places):
    totals = np.zeros((places, units.shape[1]))
    np.add.at(totals, place[rows], units[rows])
    return totals


def name_crowds(weight, crowd, places):
    return np.array([(weight[crowd == p] >= 0.0).any(axis=0) for p in range(places)])


def span(numbers):
    return min([1.0, *numbers]), max([0.0, *numbers])


def parts_of_few(n, p, share, seed, member, hashed, at):
    """Each draws a number of its own; two share a counter."""
    numbers = [two_uniforms(seed, member, int(hashed) ^ EACH, at, pair) for pair in range((n + 1) // 2)]
    options = [option_of(u, p, share) for u in itertools.chain(*numbers)][:n]
    return np.array([options.count(k) for k in range(len(share))], dtype=np.int64)


def parts_of_many(n, p, share, tags, seed, member, hashed, at):
    """How many go, then how many of those who are left go each way."""
    left, parts = binomial_quantile(uniform(seed, member, hashed, at, ANYWHERE), n, p), np.zeros(len(share), dtype=np.int64)
    for k, (chance, tag) in enumerate(zip(among_the_rest(share), tags, strict=True)):
        parts[k] = binomial_quantile(uniform(seed, member, hashed, at, tag), left, chance)
        left -= parts[k]
    return parts


def move_parts(case, moved, row, target, link, units, totals, drift, passed):
    """Move (M,) units from one cell to another and count them."""
    heavy = case.account(units).heavy
    drift += moved.astype(drift.dtype) * (heavy[target : target + 1] - heavy[row : row + 1])
    for m in np.flatnonzero(moved):
        units[row, m] -= moved[m]
        units[target, m] += moved[m]
        step(case, row, target, link, moved[m], totals[:, m], passed[:, m])


def own_shares(case, g, m, totals):
    """Return a member's chance to go and the shares of its options, as crowds of (P,) totals leave them."""
    asked = Asked(case, m)
    shares = asked.shares(g, totals)
    return case.chance[g, asked.column], shares, among_the_rest(shares)


def parts_of(case, row, m, n, totals, at):
    """Return how many of n units of a cell take each option, and how many stay."""
    asked, g, first = Asked(case, m), case.group[row], case.first[row]
    p, shares, _ = own_shares(case, g, m, totals)
    stream = (case.seed, case.members[m], case.hashes[row], at)
    if isinstance(n, np.floating):
        parts = n * p * shares
    elif n <= FEW:
        parts = parts_of_few(n, p, shares, *stream)
    else:
        parts = parts_of_many(n, p, shares, case.tags[first : case.first[row + 1]], *stream)
    parts = np.where([asked.vetoed(case.options[g] + k, totals) for k in range(len(parts))], 0, parts)
    stayed = n
    for part in parts:
        stayed = stayed - part
    return parts, stayed


def step_counts(case, acting, rows, at, units, totals, drift, passed):
    """Let (rows, M) units act once; return the cells where they act again, or None at a misfit."""
    seen, come = totals.copy(), []
    for row, part in zip(rows, acting, strict=True):
        if case.group[row] < 0 or not part.any():
            continue
        if not Asked(case, 0).options(row)[2]:
            return None
        drawn = [parts_of(case, row, m, n, seen[:, m], at) for m, n in enumerate(part)]
        parts, stayed = np.array([d[0] for d in drawn]).T, np.array([d[1] for d in drawn])
        stayed[stayed < LEAST] = 0
        edges = range(case.first[row], case.first[row + 1])
        moves = [(moved, case.to[edge], case.links[edge]) for moved, edge in zip(parts, edges, strict=True)]
        if case.stay[row] != row or case.through[row]:
            moves.append((stayed, case.stay[row], -1))
        for moved, target, link in moves:
            if moved.any():
                move_parts(case, moved, row, target, link, units, totals, drift, passed)
                come += [target] if case.through[target] and target not in come else []
        units[row] = np.maximum(units[row], 0)
    return come


def walk_counts(case, units):
    """Return units, passed, totals, drift, and FINE or what is wrong, of all members; real units are expectations."""
    units, totals, account = units.copy(), case.totals(units), case.account(units)
    _, _, _, drift, passed = account
    left = units[case.asked]
    for wave in range(case.waves.max()):
        share_of_wave = np.maximum(case.waves - wave, 1)
        turn = (left / share_of_wave if units.dtype == np.float64 else left // share_of_wave) * (wave < case.waves)
        left = left - turn
        rows, acting = case.asked[turn.any(axis=1)], turn[turn.any(axis=1)]
        for steps in range(MOST_STEPS + 1):
            if not len(rows):
                break
            if steps == MOST_STEPS:
                return units, passed, totals, drift, CIRCLE
            at = case.at + steps + wave * MOST_STEPS
            rows = step_counts(case, acting, rows, at, units, totals, drift, passed)
            if rows is None:
                return units, passed, totals, drift, MISFIT
            rows = sorted(rows)
            acting = units[rows].copy()
    return units, passed, totals, drift, FINE
