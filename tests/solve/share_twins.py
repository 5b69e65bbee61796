"""Plain twins of what ordered moves know of options: slow, short, and equal to the bit."""

from __future__ import annotations

import itertools

import numpy as np


def room_at(total, free, full):
    return 1.0 if total <= free else 0.0 if total >= full else 1.0 - (total - free) / (full - free)


def shares_of(weight, keep):
    """Closed options and those too far below the best get none; where nobody has a weight, open ones are alike."""
    held = np.where((weight > 0.0) & (weight >= weight.max(initial=0.0) * keep), weight, 0.0)
    total = np.cumsum(held)[-1] if len(held) else 0.0
    return held / total if total > 0.0 else (weight >= 0.0) / max((weight >= 0.0).sum(), 1)


def prepare(options, weight, crowd, free, keep):
    """Return (columns, K) shares, also among the rest, (G,) whether a crowd may thin out, and the most options."""
    parts = [slice(a, b) for a, b in itertools.pairwise(options)]
    share, among = np.zeros((2, weight.shape[1], len(weight)))
    for part, least in zip(parts, keep, strict=True):
        share[:, part] = [shares_of(column, least) for column in weight[part].T]
        among[:, part] = [among_the_rest(column) for column in share[:, part]]
    gated = [bool(np.isfinite(free[crowd[part][crowd[part] >= 0]]).any()) for part in parts]
    return share, among, np.array(gated, dtype=bool), max([1, *np.diff(options)])


def among_the_rest(share):
    rest = np.cumsum(share[::-1])[::-1]
    return np.divide(share, rest, out=np.zeros(len(share)), where=share > 0.0)


def thinned_shares(weight, crowd, totals, free, full, power, keep):
    room = np.array([1.0 if p < 0 else room_at(totals[p], free[p], full[p]) for p in crowd])
    return shares_of(np.where((weight > 0.0) & (room < 1.0), weight * [r**power for r in room.tolist()], weight), keep)


def option_of(u, p, share):
    """Return the option in whose part of the line from 0 to p u lies; what rounding left over belongs to the last."""
    there = np.flatnonzero(share > 0.0)
    if not len(there) or u >= p:
        return -1
    edges = np.cumsum(p * share[there])
    return there[min(np.searchsorted(edges, u, side="right"), len(there) - 1)]


def is_thinned(crowd, low, high, totals, m, free):
    return any(totals[c, m] > free[c] for c in crowd[low:high] if c >= 0)


def step(case, row, target, link, n, totals, passed):
    """Count a step of n units of one member from row to target, along an edge that counts towards a series or by staying."""
    a, b = case.place[row], case.place[target]
    series = [link]
    if a != b:
        for p, way, change in ((a, case.out_of, -n), (b, case.into, n)):
            if p >= 0:
                totals[p] += change
                series.append(way[p])
    for s in series:
        if s >= 0:
            passed[s] += n


class Asked:
    """What one member's units are asked: the answers of a case to the questions that both twins put."""

    def __init__(self, case, m):
        self.case, self.column = case, m if case.weight.shape[1] > 1 else 0

    def options(self, row):
        """Return the group's options, its chance, and whether the cell has as many edges."""
        case, g = self.case, self.case.group[row]
        part = slice(case.options[g], case.options[g + 1])
        fits = case.first[row + 1] - case.first[row] == part.stop - part.start
        return part, case.chance[g, self.column], fits

    def shares(self, g, totals):
        """Return the shares of a group's options as crowds of (P,) totals leave them."""
        case = self.case
        part = slice(case.options[g], case.options[g + 1])
        return thinned_shares(case.weight[part, self.column], case.crowd[part], totals, *case.room, case.keep[g])

    def vetoed(self, option, totals):
        """Return whether units that have chosen an option stay after all."""
        case, c = self.case, self.case.crowd[option]
        return case.veto[option] > 0.0 and c >= 0 and room_at(totals[c], case.free[c], case.full[c]) < case.veto[option]
