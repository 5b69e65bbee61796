"""Compiled loops of the solvers. Every loop has a plain NumPy/SciPy twin in the tests that must give equal bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from havenward.core.compiled import allocating_kernel, kernel
from havenward.core.orders import Counts
from havenward.core.streams import ANYWHERE, MULTIPLIER_0, MULTIPLIER_1, ROUNDS, WEYL_0, WEYL_1
from havenward.core.totals import is_any
from havenward.solve.quantiles import binomial_quantile, hypergeometric_quantile

I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
Weights = NDArray[Any]
"""Weights of the ledger: 64-bit words that wrap around, or real numbers under the mean solver."""
Out = NDArray[Any]

LOW = 0xFFFFFFFF
FINE, NOT_A_PROBABILITY, MORE_THAN_ONE = 0, 1, 2
MANY = 3
"""One member in so many must have somebody in a cell for the members' numbers to be drawn together."""
EXCESS = 1e-9
"""Probabilities may sum to this much over one, from rounding."""
LEAST = 1e-6
"""Smallest part of an expected unit that moves."""
NEARLY_ONE = 1.0 - 1e-12
"""A sum from here on is one: what rounding left over of a sum of one must keep nobody back."""


@njit(cache=True, nogil=True, inline="always")
def philox(seed: int, member: int, hashed: Any, at: int, draw: int) -> tuple[Any, Any, Any, Any]:
    """Return the four words of a counter; the same as `core.streams.philox`."""
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
    return c0, c1, c2, c3


@njit(cache=True, nogil=True, inline="always")
def unit_interval(high: Any, low: Any) -> float:
    """Return two words as a number strictly between 0 and 1; the same as `core.streams.unit_interval`."""
    bits = ((high >> np.uint64(6)) << np.uint64(26)) | (low >> np.uint64(6))
    return (np.float64(bits) + 0.5) / 4503599627370496.0


@njit(cache=True, nogil=True, inline="always")
def uniform(seed: int, member: int, hashed: int, at: int, draw: int) -> float:
    """Return one number strictly between 0 and 1; the same as `core.streams.uniforms`."""
    c0, c1, _, _ = philox(seed, member, hashed, at, draw)
    return unit_interval(c0, c1)


@njit(cache=True, nogil=True, inline="always")
def two_uniforms(seed: int, member: int, hashed: Any, at: int, draw: int) -> tuple[float, float]:
    """Return two numbers strictly between 0 and 1 of one counter; the first is that of `uniform`."""
    c0, c1, c2, c3 = philox(seed, member, hashed, at, draw)
    return unit_interval(c0, c1), unit_interval(c2, c3)


@kernel
def uniforms_of_members(seed: int, members: U32, hashed: int, at: int, draw: int, out: F64) -> None:
    """Write one number for each member; many at a time, as the loop has no branch."""
    for m in range(members.size):
        out[m] = uniform(seed, members[m], hashed, at, draw)


def drawn(streams: U64, seed: int, members: U32, at: int) -> F64:
    """Return (M, K) numbers of named surroundings."""
    out = np.empty((len(streams), len(members)))
    draw_streams(streams, seed, members, at, out)
    return np.ascontiguousarray(out.T)


@kernel
def draw_streams(streams: U64, seed: int, members: U32, at: int, out: F64) -> None:
    """Write (K, M) numbers of named surroundings."""
    for k in range(streams.size):
        uniforms_of_members(seed, members, streams[k], at, 0, out[k])


@kernel
def lie_within(places: I64, number: int) -> bool:
    """Return whether all places are at least nought and below a number."""
    sound = True
    for place in places:
        sound &= 0 <= place < number
    return sound


@kernel
def sum_group(probability: F64, total: F64) -> None:
    """Write (M,) sums of (T, M or 1) probabilities, -1 where one is none."""
    columns = probability.shape[1]
    for m in range(columns):
        total[m] = 0.0
    for t in range(probability.shape[0]):
        for m in range(columns):
            p = probability[t, m]
            total[m] = total[m] + p if p >= 0.0 and total[m] >= 0.0 else -1.0
    for m in range(columns, total.size):
        total[m] = total[0]


@kernel
def last_target(probability: F64, m: int) -> int:
    """Return the last target of (T, M) probabilities that a member's units may go to, or -1."""
    for t in range(probability.shape[0] - 1, -1, -1):
        if probability[t, m] > 0.0:
            return t
    return -1


@njit(cache=True, nogil=True, inline="always")
def verdict_on(total: float) -> int:
    """Return FINE, or what is wrong with probabilities of this sum."""
    if total < 0.0:
        return NOT_A_PROBABILITY
    return MORE_THAN_ONE if total > 1.0 + EXCESS else FINE


@allocating_kernel
def check_probability(counts: Counts, sources: I64, probability: F64, group: I64) -> int:
    """Return FINE, or what is wrong with the (G, T, M or 1) probabilities of the first unit that is there."""
    total = np.empty(counts.shape[1])
    for s in range(sources.size):
        if not is_any(counts[sources[s]]):
            continue
        sum_group(probability[group[s]], total)
        for m in range(counts.shape[1]):
            verdict = verdict_on(total[m])
            if counts[sources[s], m] != 0 and verdict != FINE:
                return verdict
    return FINE


@njit(cache=True, nogil=True, inline="always")
def list_flow(where: I32, moved: Counts, number: int, m: int, s: int, t: int, n: float) -> int:
    """List a flow at place `number`; return the next place."""
    where[number, 0] = m
    where[number, 1] = s
    where[number, 2] = t
    moved[number] = n
    return number + 1


@kernel
def list_movers(
    here: Counts, total: F64, seed: int, members: U32, hashed: int, at: int, u: F64, goes: Bools, movers: I64
) -> int:
    """List the members whose units of a cell do not all stay, or have no probabilities; return how many there are.

    Writes into `u` the numbers of those whose probabilities sum to something between nought and one: of all members at
    once where they are many, as that takes no branch.
    """
    asked = 0
    for m in range(here.size):
        asked += (here[m] != 0) & (total[m] > 0.0) & (total[m] < NEARLY_ONE)
    if MANY * asked > here.size:
        uniforms_of_members(seed, members, hashed, at, ANYWHERE, u)
    elif asked > 0:
        for m in range(here.size):
            if here[m] != 0 and 0.0 < total[m] < NEARLY_ONE:
                u[m] = uniform(seed, members[m], hashed, at, ANYWHERE)
    for m in range(here.size):
        # (1 - p)**n >= 1 - n p: nobody goes, without a call
        some = (total[m] < 0.0) | (total[m] >= NEARLY_ONE) | (u[m] > 1.0 - here[m] * total[m])
        goes[m] = (here[m] != 0) & (total[m] != 0.0) & some
    number = 0
    for m in range(here.size):
        movers[number] = m
        number += goes[m]
    return number


def room_to_split(total: F64) -> tuple[Bools, F64, F64, Bools, I64]:
    """Return what `split_counts` needs: which groups are known, room for their (G, M) sums, and for a cell's members."""
    groups, members = total.shape
    return np.zeros(groups, np.bool_), total, np.empty(members), np.empty(members, np.bool_), np.empty(members, np.int64)


@kernel
def split_counts(
    counts: Counts,
    sources: I64,
    hashes: U64,
    tags: U32,
    probability: F64,
    group: I64,
    seed: int,
    members: U32,
    at: int,
    where: I32,
    moved: Counts,
    known: Bools,
    total: F64,
    u: F64,
    goes: Bools,
    movers: I64,
) -> tuple[int, int]:
    """Draw multinomial flows: first how many units leave at all, then where to, in the order of the targets.

    Where they go are conditional binomials, so that most days most cells take one number and nothing else. Counts are
    (C, M): the numbers of the members of a cell are drawn together. Lists the flows in `where` and `moved`. Returns how many
    there are, and FINE or what is wrong with the (G, T, M or 1) probabilities of a unit that is there.
    """
    number = 0
    shared = probability.shape[2] == 1
    for s in range(sources.size):
        here = counts[sources[s]]
        if not is_any(here):
            continue
        g = group[s]
        if not known[g]:
            # sums are worked out once for each group that somebody follows
            known[g] = True
            sum_group(probability[g], total[g])
        for i in range(list_movers(here, total[g], seed, members, hashes[s], at, u, goes, movers)):
            m = movers[i]
            mp = 0 if shared else m
            left = here[m]
            rest = total[g, m]
            if verdict_on(rest) != FINE:
                return number, verdict_on(rest)
            if rest < NEARLY_ONE:
                left = binomial_quantile(u[m], left, rest)
            if left == 0:
                continue
            last = last_target(probability[g], mp)
            for t in range(last + 1):
                p = probability[g, t, mp]
                if p == 0.0:
                    continue
                n = left
                if t < last:
                    n = binomial_quantile(uniform(seed, members[m], hashes[s], at, tags[s, t]), left, min(p / rest, 1.0))
                    rest -= p
                if n > 0:
                    number = list_flow(where, moved, number, m, s, t, n)
                    left -= n
                    if left == 0:
                        break
    return number, FINE


@allocating_kernel
def split_expected(counts: Counts, sources: I64, probability: F64, group: I64, where: I32, moved: Counts) -> tuple[int, int]:
    """List expected flows; what is less than LEAST of a unit stays, or vanishing numbers would slow all.

    Arguments and what is returned are those of `split_counts`.
    """
    number = 0
    shared = probability.shape[2] == 1
    known = np.zeros(probability.shape[0], dtype=np.bool_)
    total = np.empty((probability.shape[0], counts.shape[1]))
    for s in range(sources.size):
        here = counts[sources[s]]
        if not is_any(here):
            continue
        g = group[s]
        if not known[g]:
            known[g] = True
            sum_group(probability[g], total[g])
        for m in range(here.size):
            verdict = verdict_on(total[g, m])
            if here[m] != 0.0 and verdict != FINE:
                return number, verdict
        for t in range(probability.shape[1]):
            for m in range(here.size):
                n = here[m] * probability[g, t, 0 if shared else m]
                if n >= LEAST:
                    number = list_flow(where, moved, number, m, s, t, n)
    return number, FINE


@kernel
def list_flows(flows: Counts, where: I32, moved: Counts) -> int:
    """List (M, S, T) flows that are not zero; return how many there are."""
    number = 0
    for m in range(flows.shape[0]):
        for s in range(flows.shape[1]):
            for t in range(flows.shape[2]):
                if flows[m, s, t] != 0:
                    number = list_flow(where, moved, number, m, s, t, flows[m, s, t])
    return number


@kernel
def apply_flows(counts: Counts, sources: I64, rows: I64, where: I32, moved: Counts, weight: Weights, drift: Weights) -> bool:
    """Move listed units from their sources into every cell of their target's bundle. Counts are (C, M).

    Adds to `drift` (M,) by how much the weight of all people changed. Returns whether every cell is at least zero.
    """
    sound = True
    for i in range(moved.size):
        m, s, t = where[i]
        n = moved[i]
        source = sources[s]
        counts[source, m] -= n
        drift[m] -= weight[source] * weight.dtype.type(n)
        if counts[source, m] < 0:
            # a cell that everybody leaves may end a rounding error below zero under expectations; never a whole unit
            sound &= counts[source, m] > -min(LEAST * max(n, 1), 0.5)
            counts[source, m] = 0
        for b in range(rows.shape[2]):
            row = rows[s, t, b]
            if row >= 0:
                counts[row, m] += n
                drift[m] += weight[row] * weight.dtype.type(n)
    return sound


@kernel
def draw_without_replacement(
    pool: I64, wanted: int, hashes: U64, seed: int, member: int, at: int, level: int, drawn: I64
) -> None:
    """Write into `drawn` how many of `wanted` units come from each part of a pool (multivariate hypergeometric)."""
    rest = 0
    for i in range(pool.size):
        rest += pool[i]
    for i in range(pool.size):
        if wanted == 0 or pool[i] == 0:
            drawn[i] = 0
        else:
            u = uniform(seed, member, hashes[i], at, level)
            drawn[i] = hypergeometric_quantile(u, pool[i], rest - pool[i], wanted)
        rest -= pool[i]
        wanted -= drawn[i]


@kernel
def admit(
    pool: I64, weight: I64, budget: int, hashes: U64, seed: int, member: int, at: int, admitted: I64, drawn: I64
) -> None:
    """Admit units in random order until the first that the rest of the budget has no room for.

    The law is that of a random sequence of all units, cut before the first that does not fit. It is drawn without
    visiting units: the make-up of the first h of a random sequence is hypergeometric, and given it, so is that of the
    first h' < h. So h is guessed near the cut; if the first h fit they are in, and the search goes on behind them,
    else it goes on among them. What is left in `pool` and `drawn` means nothing.
    """
    size = pool.size
    for i in range(size):
        admitted[i] = 0
        if weight[i] == 0:
            admitted[i] = pool[i]
            pool[i] = 0
    for level in range(400):
        units = 0
        needed = 0
        squares = 0.0
        heaviest = 0
        lightest = budget + 1
        for i in range(size):
            if pool[i] > 0:
                lightest = min(lightest, weight[i])
                units += pool[i]
                needed += pool[i] * weight[i]
                squares += pool[i] * float(weight[i]) * float(weight[i])
                heaviest = max(heaviest, weight[i])
        if needed <= budget:
            for i in range(size):
                admitted[i] += pool[i]
            return
        if units == 1 or lightest > budget:
            return
        mean = needed / units
        spread = np.sqrt(max(squares / units - mean * mean, 0.0)) * np.sqrt(max(budget / mean, 1.0)) / mean
        # half the rounds aim just below the cut and half just above it, so that it is soon enclosed
        aim = budget / mean - spread if level % 2 == 0 else budget / mean + spread + 1.0
        first = int(min(max(aim, budget // heaviest, 1), units - 1))
        draw_without_replacement(pool, first, hashes, seed, member, at, level, drawn)
        taken = 0
        for i in range(size):
            taken += drawn[i] * weight[i]
        if taken <= budget:
            budget -= taken
            for i in range(size):
                admitted[i] += drawn[i]
                pool[i] -= drawn[i]
        else:
            for i in range(size):
                pool[i] = drawn[i]


@kernel
def weigh_lanes(counts: Counts, sources: I64, lane: I64, weight: I64, needed: I64, lightest: I64) -> None:
    """Add to (lanes, M) what all units would take, and note the least that a unit of each lane takes."""
    for s in range(sources.size):
        here = counts[sources[s]]
        if is_any(here):
            lightest[lane[s]] = min(lightest[lane[s]], weight[s])
            for m in range(here.size):
                needed[lane[s], m] += here[m] * weight[s]


def room_for_quotas(sources: int, lanes: int, members: int) -> tuple[I64, I64, I64, U64]:
    """Return what `quota_counts` needs: what lanes take, and room for the sources of one lane."""
    needed, lightest = np.zeros((lanes, members), np.int64), np.full(lanes, np.iinfo(np.int64).max)
    return needed, lightest, np.empty((6, sources), np.int64), np.empty(sources, np.uint64)


@kernel
def quota_counts(
    counts: Counts,
    sources: I64,
    hashes: U64,
    lane: I64,
    budget: I64,
    weight: I64,
    seed: int,
    members: U32,
    at: int,
    where: I32,
    moved: Counts,
    needed: I64,
    lightest: I64,
    work: I64,
    streams: U64,
) -> int:
    """List admitted units; each lane has its own (M, lanes) budget. Counts are (C, M). Returns how many flows there are."""
    number = 0
    part, asking, pool, heavy, admitted, drawn = work[0], work[1], work[2], work[3], work[4], work[5]
    weigh_lanes(counts, sources, lane, weight, needed, lightest)
    for s in range(sources.size):
        here = counts[sources[s]]
        if is_any(here):
            for m in range(here.size):
                if here[m] != 0 and needed[lane[s], m] <= budget[m, lane[s]]:
                    number = list_flow(where, moved, number, m, s, 0, here[m])
    for g in range(budget.shape[1]):
        size = 0
        for m in range(counts.shape[1]):
            if needed[g, m] <= budget[m, g] or budget[m, g] < lightest[g]:
                continue
            if size == 0:
                for s in range(sources.size):
                    part[size] = s
                    size += lane[s] == g
            waiting = 0
            for i in range(size):
                s = part[i]
                if counts[sources[s], m] != 0:
                    asking[waiting] = s
                    pool[waiting] = counts[sources[s], m]
                    heavy[waiting] = weight[s]
                    streams[waiting] = hashes[s]
                    waiting += 1
            crowd = (pool[:waiting], heavy[:waiting], budget[m, g], streams[:waiting])
            admit(*crowd, seed, members[m], at, admitted[:waiting], drawn[:waiting])
            for i in range(waiting):
                if admitted[i] != 0:
                    number = list_flow(where, moved, number, m, asking[i], 0, admitted[i])
    return number


@kernel
def tally_stocks(counts: Counts, series: I64, people: I64, out: Out) -> None:
    """Write (C, M) units as (series, counts, M) persons by group and, where there is a count more than groups, units."""
    groups = people.shape[1]
    out[:] = 0
    for row in range(series.size):
        k = series[row]
        if k < 0:
            continue
        if is_any(counts[row]):
            for group in range(groups):
                if people[row, group] != 0:
                    for m in range(counts.shape[1]):
                        out[k, group, m] += counts[row, m] * people[row, group]
            if out.shape[1] > groups:
                for m in range(counts.shape[1]):
                    out[k, groups, m] += counts[row, m]


@kernel
def tally_flows(where: I32, moved: Counts, rows: I64, links: I64, people: I64, out: Out) -> None:
    """Add listed flows to (M, links, counts) persons by group and, where there is a count more than groups, units.

    Each part of a bundle counts towards its own link.
    """
    groups = people.shape[1]
    for i in range(moved.size):
        m, s, t = where[i]
        for b in range(rows.shape[2]):
            k = links[s, t, b]
            if k >= 0:
                row = rows[s, t, b]
                for group in range(groups):
                    out[m, k, group] += moved[i] * people[row, group]
                if out.shape[2] > groups:
                    out[m, k, groups] += moved[i]


@kernel
def add_flows(where: I32, moved: Counts, rows: I64, links: I64, people: I64, persons: I64, out: Out, today: Out) -> None:
    """Add listed flows to (links, counts, M) as `tally_flows` does, and all persons to (links, M)."""
    groups = people.shape[1]
    for i in range(moved.size):
        m, s, t = where[i]
        for b in range(rows.shape[2]):
            k = links[s, t, b]
            if k >= 0:
                row = rows[s, t, b]
                for group in range(groups):
                    out[k, group, m] += moved[i] * people[row, group]
                if out.shape[1] > groups:
                    out[k, groups, m] += moved[i]
                today[k, m] += moved[i] * persons[row]
