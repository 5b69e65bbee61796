"""Plain NumPy and SciPy twins of the compiled kernels: slow, short, and equal to the bit.

Every twin draws the same Philox numbers as its kernel and inverts them with SciPy's quantile functions.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy import stats

from havenward.core import streams
from havenward.core.streams import ANYWHERE, uniforms, unit_interval
from havenward.solve import unit_kernels
from havenward.solve.kernels import EXCESS, FINE, LEAST, MORE_THAN_ONE, NEARLY_ONE, NOT_A_PROBABILITY


def uniform(seed, member, hashed, at, draw):
    one = (np.array([member], np.uint32), np.array([hashed], np.uint64), at, np.array([draw], np.uint32))
    return uniforms(seed, *one)[0, 0]


def philox(seed, member, hashed, at, draw):
    hashed = int(hashed)
    counter = tuple(np.array([word], dtype=np.uint32) for word in (hashed & 0xFFFFFFFF, hashed >> 32, at, draw))
    words = streams.philox(counter, (np.array([seed], dtype=np.uint32), np.array([member], dtype=np.uint32)))
    return tuple(int(word[0]) for word in words)


def two_uniforms(seed, member, hashed, at, draw):
    words = np.array(philox(seed, member, hashed, at, draw), dtype=np.uint32)
    return unit_interval(*words[:2]), unit_interval(*words[2:])


def binomial_quantile(u, n, p):
    return int(stats.binom.ppf(u, n, p)) if n > 0 else 0


def hypergeometric_quantile(u, good, bad, draws):
    return int(stats.hypergeom.ppf(u, good + bad, good, draws)) if good + bad > 0 else 0


def draw_streams(streams, seed, members, at):
    return uniforms(seed, members, streams, at, np.zeros(len(streams), np.uint32)).T


def listed(flows, axes):
    """Return (N, 3) member, source and target of (M, S, T) flows, first by the first of these axes, and their units."""
    where = np.argwhere(flows.transpose(axes))[:, np.argsort(axes)]
    return where, flows[tuple(where.T)]


def lie_within(places, number):
    return all(place in range(number) for place in places)


def sum_group(probability, members):
    """Return each member's sum of (T, M or 1) probabilities, -1 where one is none."""
    total = np.where((probability >= 0.0).all(axis=0), np.cumsum(probability, axis=0)[-1], -1.0)
    return np.broadcast_to(total, members)


def last_target(probability, m):
    return max(np.flatnonzero(probability[:, m] > 0.0), default=-1)


def verdict_on(total):
    return NOT_A_PROBABILITY if total < 0.0 else MORE_THAN_ONE if total > 1.0 + EXCESS else FINE


def check_probability(counts, sources, probability, group):
    """Return the verdict on the first source that somebody is in and that has no probabilities, or FINE."""
    totals = [sum_group(probability[g], counts.shape[1]) for g in group]
    verdicts = [verdict_on(t) for row, total in zip(sources, totals, strict=True) for t in total[counts[row] != 0]]
    return next((verdict for verdict in verdicts if verdict != FINE), FINE)


def list_movers(here, total, numbers):
    """Return members that have somebody in a cell of whom not all stay; `numbers` are those for whether they go."""
    asked = (total > 0.0) & (total < NEARLY_ONE)
    stay = (total == 0.0) | (asked & (numbers <= 1.0 - here * total))
    return np.flatnonzero((here != 0) & ~stay)


def multinomial(left, probability, numbers):
    """How many leave at all by the number of ANYWHERE, then where to; the last target takes those that are left."""
    flows, rest = np.zeros(len(probability), dtype=np.int64), np.cumsum(probability)[-1]
    if 0.0 < rest < NEARLY_ONE:
        left = binomial_quantile(numbers(None), left, rest)
    there = np.flatnonzero(probability > 0.0)
    for t in there[:-1]:
        if left:
            flows[t] = binomial_quantile(numbers(t), left, min(probability[t] / rest, 1.0))
            left, rest = left - flows[t], rest - probability[t]
    flows[there[-1:]] = left
    return flows


def split_counts(counts, sources, hashes, tags, probability, group, seed, members, at):
    """Return (M, S, T) flows."""
    table = np.broadcast_to(probability, (*probability.shape[:2], len(members)))[group]

    def one(m, s):
        def numbers(t):
            return uniform(seed, members[m], hashes[s], at, ANYWHERE if t is None else tags[s, t])

        return multinomial(counts[sources[s], m], table[s, :, m], numbers)

    return np.array([[one(m, s) for s in range(len(sources))] for m in range(len(members))])


def split_expected(counts, sources, probability, group):
    """Return (M, S, T) flows."""
    flows = (counts[sources][:, None, :] * probability[group]).transpose(2, 0, 1)
    return np.where(flows >= LEAST, flows, 0.0)


def apply_flows(counts, sources, rows, where, moved, weight):
    """Return counts afterwards and by how much the weight of all people changed."""
    after = counts.copy()
    for (m, s, t), n in zip(where, moved, strict=True):
        after[sources[s], m] -= n
        np.add.at(after[:, m], rows[s, t][rows[s, t] >= 0], n)
    return after, ((after - counts).astype(weight.dtype) * weight[:, None]).sum(axis=0, dtype=weight.dtype)


def draw_without_replacement(pool, wanted, hashes, seed, member, at, level):
    drawn, rest = np.zeros_like(pool), int(pool.sum())
    for i in range(len(pool)):
        rest -= pool[i]
        drawn[i] = hypergeometric_quantile(uniform(seed, member, hashes[i], at, level), pool[i], rest, wanted)
        wanted -= drawn[i]
    return drawn


def admit(pool, weight, budget, hashes, seed, member, at):
    """Cut a random sequence where the budget ends, knowing only what its first units are made of."""
    admitted = np.where(weight == 0, pool, 0)
    pool = pool - admitted
    for level in range(400):
        units, needed = pool.sum(), (pool * weight).sum()
        if needed <= budget:
            return admitted + pool
        if units == 1:
            return admitted
        mean = needed / units
        variance = (pool * weight.astype(float) ** 2).sum() / units - mean * mean
        spread = np.sqrt(max(variance, 0.0)) * np.sqrt(max(budget / mean, 1.0)) / mean
        aim = budget / mean - spread if level % 2 == 0 else budget / mean + spread + 1.0
        first = int(min(max(aim, budget // weight[pool > 0].max(), 1), units - 1))
        drawn = draw_without_replacement(pool, first, hashes, seed, member, at, level)
        if (drawn * weight).sum() <= budget:
            budget = budget - (drawn * weight).sum()
            admitted, pool = admitted + drawn, pool - drawn
        else:
            pool = drawn
    raise RuntimeError("no cut was found")


def weigh_lanes(counts, sources, lane, weight, lanes):
    """Return (lanes, M) what all units would take, and the least that a unit of each lane takes."""
    units = counts[sources]
    needed = np.array([(units * weight[:, None])[lane == g].sum(axis=0) for g in range(lanes)])
    there = units.any(axis=1)
    return needed, [min(weight[there & (lane == g)], default=np.iinfo(np.int64).max) for g in range(lanes)]


def quota_counts(counts, sources, hashes, lane, budget, weight, seed, members, at):
    """Return (M, S, 1) flows."""
    flows = np.zeros((len(members), len(sources), 1), dtype=np.int64)
    for g in range(budget.shape[1]):
        part = np.flatnonzero(lane == g)
        for m in range(len(members)):
            pool = counts[sources[part], m]
            flows[m, part, 0] = admit(pool, weight[part], budget[m, g], hashes[part], seed, members[m], at)
    return flows


def lots(cell, units, where, hashes, seed, member, at):
    return np.array([uniform(seed, member, hashes[where[cell[unit]]], at, unit) for unit in units])


def chosen(u, probability):
    """Return the first target whose cumulative probability is above u, or -1."""
    target = int(np.searchsorted(np.cumsum(probability), u, side="right"))
    return target if target < len(probability) else -1


def choose_units(cell, units, where, hashes, probability, group, seed, member, at):
    numbers = lots(cell, units, where, hashes, seed, member, at)
    return np.array([chosen(u, probability[group[where[cell[unit]]]]) for u, unit in zip(numbers, units, strict=True)])


def look_through(cell, where):
    return np.flatnonzero(where[cell] >= 0).tolist()


def is_room_for_all(cell, units, where, lane, weight, budget):
    source = where[cell[units]]
    return bool((np.bincount(lane[source], weight[source], len(budget)) <= budget).all())


def admit_in_sequence(cell, units, where, lane, weight, budget):
    """A unit is in when all of its lane up to and with it fit, or when it takes nothing."""
    source = where[cell[units]]
    taken = weight[source]
    one_lane = lane[source][:, None] == lane[source][None, :]
    needed = (np.tril(one_lane) * taken[None, :]).sum(axis=1)
    return np.where((taken == 0) | (needed <= budget[lane[source]]), 0, -1)


def gather(start, sorted_units, cell, has_moved, rows, moved, where):
    still = [[u for u in sorted_units[start[row] : start[row + 1]] if not has_moved[u]] for row in rows]
    edges = np.cumsum([0, *map(len, still)])
    return np.array([*itertools.chain(*still), *(u for u in moved if where[cell[u]] >= 0)], dtype=np.int32), edges


def choose_by_cell(edges, hashes, probability, group, seed, member, at):
    """Return targets: a uniform each where many go, gaps between those who go where few do."""
    choice = np.full(edges[-1], -1, dtype=np.int16)
    for s, (start, stop) in enumerate(itertools.pairwise(edges)):
        if start == stop:
            continue
        upper = np.cumsum(probability[group[s]])

        def draw(salt, number, s=s):
            return uniform(seed, member, int(hashes[s]) ^ salt, at, number)

        if upper[-1] > unit_kernels.SKIP_BELOW:
            for i in range(start, stop):
                u = draw(unit_kernels.EACH, i - start)
                choice[i] = np.searchsorted(upper, u, side="right") if u < upper[-1] else -1
        elif upper[-1] > 0:
            place, jump = start, 0
            while (place := place + math.floor(math.log(draw(unit_kernels.GAP, jump)) / math.log1p(-upper[-1]))) < stop:
                choice[place] = np.searchsorted(upper, draw(unit_kernels.WHERE, jump) * upper[-1], side="right")
                place, jump = place + 1, jump + 1
    return choice


def sort_units(cell, cells):
    start = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=cells))])
    return start, np.argsort(cell, kind="stable")


def move_units(cell, units, choice, where, rows, counts, weight, next_unit):
    """Return cells, counts, flows, change of weight and number of units; further cells of a bundle are new units."""
    before, cell, counts = counts, cell.copy(), counts.copy()
    flows, new = np.zeros(rows.shape[:2], dtype=np.int64), next_unit
    for unit, t in zip(units[choice >= 0], choice[choice >= 0], strict=True):
        s = where[cell[unit]]
        bundle = rows[s, t][rows[s, t] >= 0]
        flows[s, t] += 1
        counts[cell[unit]] -= 1
        np.add.at(counts, bundle, 1)
        cell[unit] = bundle[0]
        cell[new : new + len(bundle) - 1] = bundle[1:]
        new += len(bundle) - 1
    return cell, counts, flows, ((counts - before).astype(weight.dtype) * weight).sum(dtype=weight.dtype), new


def tally_stocks(counts, series, people, number):
    """Return (series, groups + 1, M) persons by group and units."""
    kept = np.where(np.arange(number) == series[:, None], 1, 0)
    each = np.column_stack([people, np.ones(len(people), dtype=np.int64)])
    return np.einsum("cm,ck,cg->kgm", counts, kept, each)


def tally_flows(flows, rows, links, people, number):
    """Return (M, links, groups + 1) persons by group and units of (M, S, T) flows."""
    counted = (links[..., None] == np.arange(number)) & (rows >= 0)[..., None]
    each = np.column_stack([people, np.ones(len(people), dtype=np.int64)])[rows]
    return np.einsum("mst,stbk,stbg->mkg", flows, counted.astype(np.int64), each)
