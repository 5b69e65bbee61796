"""Compiled loops of the solvers. Every loop has a plain NumPy/SciPy twin in the tests that must give equal bits.

All kernels are lazy (nothing is compiled at import), cached, serial, and free of the interpreter lock.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from havenward.core.streams import MULTIPLIER_0, MULTIPLIER_1, ROUNDS, WEYL_0, WEYL_1
from havenward.solve.quantiles import binomial_quantile, hypergeometric_quantile

LOW = 0xFFFFFFFF
FINE, NOT_A_PROBABILITY, MORE_THAN_ONE = 0, 1, 2
EXCESS = 1e-9
"""Probabilities may sum to this much over one, from rounding."""
LEAST = 1e-9
"""Smallest part of an expected unit that moves."""
NEARLY_ONE = 1.0 - 1e-12
"""A last share from here on is one: what rounding left over of a sum of one must keep nobody back."""


@njit(cache=True, nogil=True, inline="always")
def share_of_rest(p, rest):
    """Return the chance of a target given that no earlier one was taken."""
    if p >= rest * NEARLY_ONE:
        return 1.0
    return p / rest


@njit(cache=True, nogil=True, inline="always")
def uniform(seed, member, hashed, at, draw):
    """Return one number strictly between 0 and 1; the same as `core.streams.uniforms`."""
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
    bits = ((c0 >> np.uint64(6)) << np.uint64(26)) | (c1 >> np.uint64(6))
    return (np.float64(bits) + 0.5) / 4503599627370496.0


@njit(cache=True, nogil=True)
def check_probability(probability):
    """Return FINE, or what is wrong with (M, S, T) probabilities."""
    for m in range(probability.shape[0]):
        for s in range(probability.shape[1]):
            total = 0.0
            for t in range(probability.shape[2]):
                p = probability[m, s, t]
                if not (p >= 0.0):
                    return NOT_A_PROBABILITY
                total += p
            if total > 1.0 + EXCESS:
                return MORE_THAN_ONE
    return FINE


@njit(cache=True, nogil=True)
def split_counts(counts, sources, hashes, tags, probability, seed, members, at, flows):
    """Draw (M, S, T) multinomial flows as conditional binomials in the order of the targets."""
    shared = probability.shape[0] == 1
    for m in range(counts.shape[0]):
        mp = 0 if shared else m
        for s in range(sources.size):
            left = counts[m, sources[s]]
            if left == 0:
                continue
            rest = 1.0
            for t in range(tags.size):
                p = probability[mp, s, t]
                if p <= 0.0:
                    continue
                u = uniform(seed, members[m], hashes[s], at, tags[t])
                n = binomial_quantile(u, left, share_of_rest(p, rest))
                flows[m, s, t] = n
                left -= n
                if left == 0:
                    break
                rest -= p


@njit(cache=True, nogil=True)
def split_expected(counts, sources, probability, flows):
    """Write (M, S, T) expected flows; what is less than LEAST of a unit stays, or vanishing numbers would slow all."""
    shared = probability.shape[0] == 1
    for m in range(counts.shape[0]):
        mp = 0 if shared else m
        for s in range(sources.size):
            here = counts[m, sources[s]]
            if here < LEAST:
                continue
            for t in range(flows.shape[2]):
                n = here * probability[mp, s, t]
                if n >= LEAST:
                    flows[m, s, t] = n


@njit(cache=True, nogil=True)
def apply_flows(counts, sources, rows, flows):
    """Move (M, S, T) units from their sources into every cell of their target's bundle."""
    for m in range(flows.shape[0]):
        for s in range(flows.shape[1]):
            for t in range(flows.shape[2]):
                n = flows[m, s, t]
                if n != 0:
                    counts[m, sources[s]] -= n
                    for b in range(rows.shape[2]):
                        row = rows[s, t, b]
                        if row >= 0:
                            counts[m, row] += n


@njit(cache=True, nogil=True)
def draw_without_replacement(pool, wanted, hashes, seed, member, at, level, drawn):
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


@njit(cache=True, nogil=True)
def admit(pool, weight, budget, hashes, seed, member, at, admitted):
    """Admit units in random order until the first that the rest of the budget has no room for.

    The law is that of a random sequence of all units, cut before the first that does not fit. It is drawn without
    visiting units: the make-up of the first h of a random sequence is hypergeometric, and given it, so is that of the
    first h' < h. So h is guessed near the cut; if the first h fit they are in, and the search goes on behind them,
    else it goes on among them.
    """
    size = pool.size
    pool = pool.copy()
    drawn = np.zeros(size, dtype=np.int64)
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
        for i in range(size):
            if pool[i] > 0:
                units += pool[i]
                needed += pool[i] * weight[i]
                squares += pool[i] * float(weight[i]) * float(weight[i])
                heaviest = max(heaviest, weight[i])
        if needed <= budget:
            for i in range(size):
                admitted[i] += pool[i]
            return
        if units == 1:
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


@njit(cache=True, nogil=True)
def quota_counts(counts, sources, hashes, lane, budget, weight, seed, members, at, flows):
    """Write (M, S) admitted units; each lane has its own budget."""
    lanes = budget.shape[1]
    order = np.argsort(lane, kind="mergesort")
    start = np.zeros(lanes + 1, dtype=np.int64)
    for s in range(lane.size):
        start[lane[s] + 1] += 1
    for g in range(lanes):
        start[g + 1] += start[g]
    for m in range(counts.shape[0]):
        for g in range(lanes):
            part = order[start[g] : start[g + 1]]
            pool = np.empty(part.size, dtype=np.int64)
            needed = 0
            for i in range(part.size):
                pool[i] = counts[m, sources[part[i]]]
                needed += pool[i] * weight[part[i]]
            if needed <= budget[m, g]:
                for i in range(part.size):
                    flows[m, part[i]] = pool[i]
                continue
            admitted = np.zeros(part.size, dtype=np.int64)
            admit(pool, weight[part], budget[m, g], hashes[part], seed, members[m], at, admitted)
            for i in range(part.size):
                flows[m, part[i]] = admitted[i]


@njit(cache=True, nogil=True)
def ordered_counts(counts, sources, hashes, tags, rule, totals, gain, fixed, waves, seed, members, at, flows):
    """Approximate a sequence by waves: in each an equal part of every cell acts on the totals of the wave's start."""
    number = tags.size
    probability = np.zeros(number)
    for m in range(counts.shape[0]):
        left = np.empty(sources.size, dtype=np.int64)
        for s in range(sources.size):
            left[s] = counts[m, sources[s]]
        running = totals[m].copy()
        for wave in range(waves):
            new = running.copy()
            for s in range(sources.size):
                turn = left[s] // (waves - wave)
                if turn == 0:
                    continue
                left[s] -= turn
                rule(s, running, fixed[m], probability)
                rest = 1.0
                for t in range(number):
                    p = probability[t]
                    if p <= 0.0 or turn == 0:
                        continue
                    u = uniform(seed, members[m], hashes[s] + np.uint64(wave), at, tags[t])
                    n = binomial_quantile(u, turn, share_of_rest(p, rest))
                    flows[m, s, t] += n
                    new[t] += n * gain[s, t]
                    turn -= n
                    rest -= p
            running = new


@njit(cache=True, nogil=True)
def choose_units(cell, units, where, hashes, probability, seed, member, at, choice):
    """Write each listed unit's target, or -1 for those who stay. (S, T) probabilities."""
    number = probability.shape[1]
    for i in range(units.size):
        unit = units[i]
        s = where[cell[unit]]
        u = uniform(seed, member, hashes[s], at, unit)
        choice[i] = -1
        edge = 0.0
        for t in range(number):
            edge += probability[s, t]
            if u < edge:
                choice[i] = t
                break


@njit(cache=True, nogil=True)
def choose_in_order(cell, units, where, hashes, rule, totals, gain, fixed, seed, member, at, choice):
    """Let each listed unit act on the running totals that those before it left."""
    probability = np.zeros(totals.size)
    for i in range(units.size):
        unit = units[i]
        s = where[cell[unit]]
        rule(s, totals, fixed, probability)
        u = uniform(seed, member, hashes[s], at, unit)
        choice[i] = -1
        edge = 0.0
        for t in range(totals.size):
            edge += probability[t]
            if u < edge:
                choice[i] = t
                totals[t] += gain[s, t]
                break


@njit(cache=True, nogil=True)
def unit_uniforms(cell, units, where, hashes, seed, member, at, out):
    """Write one uniform for each listed unit: its place in a random sequence."""
    for i in range(units.size):
        out[i] = uniform(seed, member, hashes[where[cell[units[i]]]], at, units[i])


@njit(cache=True, nogil=True)
def admit_in_sequence(cell, units, where, lane, weight, budget, chosen):
    """Admit units in the given sequence; a lane closes at the first unit that its budget has no room for."""
    shut = np.zeros(budget.size, dtype=np.bool_)
    left = budget.copy()
    for i in range(units.size):
        s = where[cell[units[i]]]
        g = lane[s]
        w = weight[s]
        chosen[i] = -1
        if w == 0:
            chosen[i] = 0
        elif not shut[g]:
            if w <= left[g]:
                left[g] -= w
                chosen[i] = 0
            else:
                shut[g] = True


@njit(cache=True, nogil=True)
def gather(start, sorted_units, cell, has_moved, rows, moved, where, out):
    """List the units that stand in the given rows: those that have not moved since dawn, then those that have.

    `moved` holds every unit that moved today once. Returns how many were written to `out`.
    """
    number = 0
    for r in range(rows.size):
        for i in range(start[rows[r]], start[rows[r] + 1]):
            unit = sorted_units[i]
            if not has_moved[unit]:
                out[number] = unit
                number += 1
    for i in range(moved.size):
        unit = moved[i]
        if where[cell[unit]] >= 0:
            out[number] = unit
            number += 1
    return number


@njit(cache=True, nogil=True)
def sort_units(cell, start, sorted_units):
    """Counting sort of units by cell; stable, so that units of a cell stand in the order of their numbers."""
    start[:] = 0
    for unit in range(cell.size):
        start[cell[unit] + 1] += 1
    for row in range(start.size - 1):
        start[row + 1] += start[row]
    place = start[:-1].copy()
    for unit in range(cell.size):
        row = cell[unit]
        sorted_units[place[row]] = unit
        place[row] += 1


@njit(cache=True, nogil=True)
def move_units(cell, units, choice, where, rows, counts, flows, next_unit):
    """Send units to the cells of their bundles; every further cell of a bundle is a new unit. Returns their number."""
    new = next_unit
    for i in range(units.size):
        t = choice[i]
        if t < 0:
            continue
        unit = units[i]
        source = cell[unit]
        s = where[source]
        flows[s, t] += 1
        counts[source] -= 1
        first = True
        for b in range(rows.shape[2]):
            row = rows[s, t, b]
            if row < 0:
                continue
            counts[row] += 1
            if first:
                cell[unit] = row
                first = False
            else:
                cell[new] = row
                new += 1
    return new


@njit(cache=True, nogil=True)
def tally_stocks(counts, series, people, out):
    """Add (M, C) units to (M, series, 5) persons by group and units."""
    for m in range(counts.shape[0]):
        for row in range(series.size):
            n = counts[m, row]
            k = series[row]
            if n != 0 and k >= 0:
                for group in range(4):
                    out[m, k, group] += n * people[row, group]
                out[m, k, 4] += n


@njit(cache=True, nogil=True)
def tally_flows(flows, rows, links, people, out):
    """Add (M, S, T) flows to (M, links, 5) persons by group and units, each part of a bundle to its own link."""
    for m in range(flows.shape[0]):
        for s in range(flows.shape[1]):
            for t in range(flows.shape[2]):
                n = flows[m, s, t]
                if n == 0:
                    continue
                for b in range(rows.shape[2]):
                    k = links[s, t, b]
                    if k >= 0:
                        row = rows[s, t, b]
                        for group in range(4):
                            out[m, k, group] += n * people[row, group]
                        out[m, k, 4] += n
