"""Compiled loops over single units: who goes where, who is admitted, where units stand. Each has a plain twin in tests."""

from __future__ import annotations

import numpy as np

from havenward.core.compiled import allocating_kernel, kernel
from havenward.core.orders import Counts
from havenward.solve.kernels import F64, I16, I32, I64, U64, Bools, Out, Weights, uniform

SKIP_BELOW = 0.25
"""Chance of going below which it pays to draw gaps between those who go."""
EACH, GAP, WHERE = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
"""Salts that keep the three kinds of draws of a cell apart."""


@kernel
def target_of(u: float, probability: F64, row: int) -> int:
    """Return the first target whose cumulated probability exceeds u, or -1."""
    edge = 0.0
    for t in range(probability.shape[1]):
        edge += probability[row, t]
        if u < edge:
            return t
    return -1


@kernel
def choose_units(
    cell: I32,
    units: I32,
    where: I32,
    hashes: U64,
    probability: F64,
    group: I64,
    seed: int,
    member: int,
    at: int,
    choice: I16,
) -> None:
    """Write each listed unit's target, or -1 for those who stay. (G, T) probabilities."""
    for i in range(units.size):
        unit = units[i]
        s = where[cell[unit]]
        u = uniform(seed, member, hashes[s], at, unit)
        choice[i] = target_of(u, probability, group[s])


@kernel
def choose_by_cell(
    edges: I64,
    first: int,
    last: int,
    hashes: U64,
    probability: F64,
    group: I64,
    seed: int,
    member: int,
    at: int,
    choice: I16,
) -> None:
    """Write the target of each unit of the cells `first` to `last`, whose units stand between `edges`; -1 for who stays.

    Where few go, the number of units passed over until the next who goes is drawn (a geometric number), so that those who
    stay cost nothing: the units of a cell are alike, and independent trials are what the gaps of a geometric law make.
    """
    number = probability.shape[1]
    for s in range(first, last):
        stop = edges[s + 1]
        if stop == edges[s]:
            # what a rule says of an empty cell need not be a probability
            continue
        total = 0.0
        for t in range(number):
            total += probability[group[s], t]
        for i in range(edges[s], stop):
            choice[i] = -1
        if total <= 0.0:
            continue
        if total > SKIP_BELOW:
            for i in range(edges[s], stop):
                u = uniform(seed, member, hashes[s] ^ np.uint64(EACH), at, i - edges[s])
                choice[i] = target_of(u, probability, group[s])
            continue
        log_stay = np.log1p(-total)
        i = edges[s]
        jump = 0
        while True:
            gap = np.floor(np.log(uniform(seed, member, hashes[s] ^ np.uint64(GAP), at, jump)) / log_stay)
            if gap >= stop - i:
                break
            i += np.int64(gap)
            u = uniform(seed, member, hashes[s] ^ np.uint64(WHERE), at, jump)
            choice[i] = target_of(u * total, probability, group[s])
            if choice[i] < 0:
                # rounding at the very top: the last target that there is
                for t in range(number):
                    if probability[group[s], t] > 0.0:
                        choice[i] = t
            i += 1
            jump += 1


@kernel
def look_through(cell: I32, where: I32, units: Out) -> int:
    """List the units that stand in some cells, those whose `where` is none less than 0; return how many there are.

    The list needs room for one more than there are; where it is full, looking ends.
    """
    number = np.uint32(0)
    for i in range(cell.size):
        units[number] = i
        number = np.uint32(number + (where[cell[i]] >= 0))
        if number == units.size:
            break
    return int(number)


@kernel
def is_room_for_all(cell: I32, units: I32, where: I32, lane: I64, weight: I64, budget: I64) -> bool:
    """Return whether every lane's budget has room for all listed units."""
    fits = True
    for p in range(budget.size):
        left = budget[p]
        for i in range(units.size):
            s = where[cell[units[i]]]
            if lane[s] == p:
                left -= weight[s]
        fits &= left >= 0
    return fits


@kernel
def unit_uniforms(cell: I32, units: I32, where: I32, hashes: U64, seed: int, member: int, at: int, out: Out) -> None:
    """Write one uniform for each listed unit: its place in a random sequence."""
    for i in range(units.size):
        out[i] = uniform(seed, member, hashes[where[cell[units[i]]]], at, units[i])


@allocating_kernel
def admit_in_sequence(cell: I32, units: I32, where: I32, lane: I64, weight: I64, budget: I64, chosen: I16) -> None:
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


@kernel
def gather(
    start: I64, sorted_units: I32, cell: I32, has_moved: Bools, rows: I64, moved: I32, where: I32, out: Out, edges: I64
) -> int:
    """List the units that stand in the given rows: those that have not moved since dawn, then those that have.

    `moved` holds every unit that moved today once. Writes into `edges` where the units of each row begin and end, those
    who have not moved only. Returns how many were written to `out`.
    """
    number = 0
    edges[0] = 0
    for r in range(rows.size):
        for i in range(start[rows[r]], start[rows[r] + 1]):
            unit = sorted_units[i]
            if not has_moved[unit]:
                out[number] = unit
                number += 1
        edges[r + 1] = number
    for i in range(moved.size):
        unit = moved[i]
        if where[cell[unit]] >= 0:
            out[number] = unit
            number += 1
    return number


@allocating_kernel
def sort_units(cell: I32, start: I64, sorted_units: I32) -> None:
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


@kernel
def move_units(
    cell: I32,
    units: I32,
    choice: I16,
    where: I32,
    rows: I64,
    counts: Counts,
    flows: Counts,
    weight: Weights,
    drift: Weights,
    next_unit: int,
) -> int:
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
        drift[0] -= weight[source]
        first = True
        for b in range(rows.shape[2]):
            row = rows[s, t, b]
            if row < 0:
                continue
            counts[row] += 1
            drift[0] += weight[row]
            if first:
                cell[unit] = row
                first = False
            else:
                cell[new] = row
                new += 1
    return new
