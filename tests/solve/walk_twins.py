"""Plain twins of the kernels of ordered moves: slow, short, and equal to the bit.

The twin for units knows beforehand which units of a cell go, by their rank; that for counts keeps those who act apart from
those who have come. Both draw the same Philox numbers as the kernels.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np

from havenward.core.streams import ANYWHERE, philox, unit_interval
from havenward.solve.kernels import LEAST
from havenward.solve.walk_kernels import CIRCLE, EACH, FEW, FINE, GAP, MISFIT, MOST_STEPS, SKIP_BELOW
from tests.solve.twins import binomial_quantile, uniform


def two_uniforms(seed, member, hashed, at, draw):
    hashed = int(hashed)
    counter = tuple(np.array([word], dtype=np.uint32) for word in (hashed & 0xFFFFFFFF, hashed >> 32, at, draw))
    words = philox(counter, (np.array([seed], dtype=np.uint32), np.array([member], dtype=np.uint32)))
    return unit_interval(*words[:2])[0], unit_interval(*words[2:])[0]


def room_at(total, free, full):
    return 1.0 if total <= free else 0.0 if total >= full else 1.0 - (total - free) / (full - free)


def shares_of(weight, keep):
    """Closed options and those too far below the best get none; where nobody has a weight, open ones are alike."""
    held = np.where((weight > 0.0) & (weight >= weight.max(initial=0.0) * keep), weight, 0.0)
    total = np.cumsum(held)[-1] if len(held) else 0.0
    return held / total if total > 0.0 else (weight >= 0.0) / max((weight >= 0.0).sum(), 1)


def prepare(options, weight, crowd, free, keep):
    """Return (columns, K) shares, (G,) whether a crowd may thin out, and the largest number of options."""
    parts = [slice(a, b) for a, b in itertools.pairwise(options)]
    share = np.zeros((weight.shape[1], len(weight)))
    for part, least in zip(parts, keep, strict=True):
        share[:, part] = [shares_of(column, least) for column in weight[part].T]
    gated = [bool(np.isfinite(free[crowd[part][crowd[part] >= 0]]).any()) for part in parts]
    return share, np.array(gated, dtype=bool), max([1, *np.diff(options)])


def thinned_shares(weight, crowd, totals, free, full, power, keep):
    room = np.array([1.0 if p < 0 else room_at(totals[p], free[p], full[p]) for p in crowd])
    return shares_of(np.where((weight > 0.0) & (room < 1.0), weight * [r**power for r in room.tolist()], weight), keep)


def taken(u, share):
    """Return the option in whose part of the line from 0 to 1 u lies; what rounding left over belongs to the last."""
    there = np.flatnonzero(share > 0.0)
    return there[min(np.searchsorted(np.cumsum(share[there]), u, side="right"), len(there) - 1)] if len(there) else -1


def gap_of(p, seed, member, hashed, at, jump):
    return int(min(math.floor(math.log(uniform(seed, member, int(hashed) ^ GAP, at, jump)) / math.log1p(-p)), 4e18))


def crowd_totals(units, rows, place, places):
    totals = np.zeros((places, units.shape[1]))
    np.add.at(totals, place[rows], units[rows])
    return totals


def is_thinned(crowd, low, high, totals, m, free):
    return any(totals[c, m] > free[c] for c in crowd[low:high] if c >= 0)


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


class Asked:
    """What one member's units are asked: the answers of a case to the questions that both twins put."""

    def __init__(self, case, m, share, gated):
        self.case, self.m, self.gated = case, m, gated
        self.column = m if case.weight.shape[1] > 1 else 0
        self.share = share[self.column]

    def options(self, row):
        """Return the group's options, its chance, and whether the cell has as many edges."""
        case, g = self.case, self.case.group[row]
        part = slice(case.options[g], case.options[g + 1])
        fits = case.first[row + 1] - case.first[row] == part.stop - part.start
        return part, case.chance[g, self.column], fits

    def shares(self, part, g, totals):
        case = self.case
        if not self.gated[g]:
            return self.share[part]
        return thinned_shares(
            case.weight[part, self.column], case.crowd[part], totals, case.free, case.full, case.power, case.keep[g]
        )

    def vetoed(self, option, totals):
        case, c = self.case, self.case.crowd[option]
        return case.veto[option] > 0.0 and c >= 0 and room_at(totals[c], case.free[c], case.full[c]) < case.veto[option]

    def step(self, row, target, edge, n, totals, passed):
        """Count a step of n units from row to target, along an edge or, if there is none, by staying."""
        case = self.case
        a, b = case.place[row], case.place[target]
        series = [case.links[edge]] if edge is not None else []
        if a != b:
            for p, way, change in ((a, case.out_of, -n), (b, case.into, n)):
                if p >= 0:
                    totals[p] += change
                    series.append(way[p])
        for s in series:
            if s >= 0:
                passed[s] += n


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
