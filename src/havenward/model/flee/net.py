"""The net of Flee: every state that can be reached, its edges, and which question its people are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import NOBODY, CellTable
from havenward.core.orders import Net
from havenward.core.streams import meaning
from havenward.model.flee.states import (
    ARRIVING,
    AT_PLACES,
    AT_THE_GATE,
    BY_LEG,
    BY_STAND,
    CHOOSING,
    GOING_ON,
    KINDS,
    LEFT_THE_COUNT,
    ON_LEGS,
    ON_THE_ROAD,
    PASSING,
    SETTING_OUT,
    STANDING,
    TURNED,
    WAITING,
    Edges,
    States,
    Steps,
    pack,
)

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]


@dataclass(frozen=True)
class Waiting:
    """People who are not yet displaced: (W,) states and, edge by edge, where they set out to stand."""

    states: I64
    edges: Edges
    links: I64


@dataclass(frozen=True)
class Meanings(Sequence[tuple[object, ...]]):
    """What the cells mean, told when asked: a million tuples would be dear."""

    states: States
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.states.key)

    @overload
    def __getitem__(self, row: int) -> tuple[object, ...]: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[tuple[object, ...]]: ...
    def __getitem__(self, row: int | slice) -> tuple[object, ...] | Sequence[tuple[object, ...]]:
        if isinstance(row, slice):
            return [self[k] for k in range(*row.indices(len(self)))]
        one = States(self.states.key[row : row + 1] if row >= 0 else self.states.key[row:][:1])
        figures = (int(value[0]) for value in (one.at, one.trait, one.far, one.fresh, one.lately))
        return (KINDS[int(one.kind[0])], *figures)


def mix(a: U64, b: U64 | int) -> U64:
    """Return hashes of pairs (the finaliser of splitmix64 by Steele, Lea and Flood, 2014)."""
    z = a ^ (np.asarray(b, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))


def hashes_of(states: States, steps: Steps) -> U64:
    """Return the random streams of states: what they mean, whatever their rows."""
    kind = states.kind
    on_leg, stand = np.isin(kind, BY_LEG), np.isin(kind, BY_STAND)
    base = np.full(len(kind), meaning("flee", "waiting"), dtype=np.uint64)
    base = np.where(on_leg, steps.ways.leg_hash[np.where(on_leg, states.at, 0)], base) if len(steps.ways.leg_hash) else base
    base = np.where(stand, steps.ways.stand_hash[np.where(stand, states.at, 0)], base)
    rest = states.key & ~(((np.int64(1) << 25) - 1) << 30)
    rest = np.where(kind == WAITING, states.key, rest)
    return mix(base, rest.astype(np.uint64))


@dataclass(frozen=True)
class FleeNet:
    """Cells and their edges.

    Attributes:
        table: the cells.
        net: their edges.
        states: what each cell is.
        place: (C,) place of those who stand, or NOBODY.
        on_closable, turned: (T,) cells on links that may close, and the same turned.
        at_gates, admitted: (A,) cells at the gates of camps, and the same inside.
        in_sinks, left: (L,) cells in camps that people leave the count of, and where they are then.
    """

    table: CellTable
    net: Net
    states: States
    place: I64
    on_closable: I64
    turned: I64
    at_gates: I64
    admitted: I64
    in_sinks: I64
    left: I64


@dataclass(frozen=True)
class Explored:
    """What can be reached.

    Attributes:
        known: all states, sorted.
        found: sources and their edges, list by list.
        beyond: states of the last dusk, sorted, which nobody leaves any more.
    """

    known: I64
    found: list[tuple[I64, Edges]]
    beyond: I64


def explore(steps: Steps, begin: I64, closable: NDArray[np.bool_], days: int) -> Explored:
    """Return all states that can be reached within some days.

    Args:
        steps: what leads from state to state.
        begin: states in which people are at the start, or into which they set out on any day.
        closable: (N,) links that close on some day.
        days: of the run.
    """
    known = frontier = np.unique(begin)
    found: list[tuple[I64, Edges]] = []
    for _ in range(days):
        dusk = [frontier[:0]]
        while len(frontier):
            new = _new(_reached(steps, frontier, closable, found), known)
            known = np.insert(known, np.searchsorted(known, new), new)
            resting = ~np.isin(States(new).kind, PASSING)
            dusk.append(new[resting])
            frontier = new[~resting]
        frontier = np.unique(np.concatenate(dusk))
        if not len(frontier):
            break
    return Explored(known, found, frontier)


def _reached(steps: Steps, frontier: I64, closable: NDArray[np.bool_], found: list[tuple[I64, Edges]]) -> I64:
    """Return what some states lead to, and add their edges to those that are found."""
    states = States(frontier)
    reached = [steps.of_staying(states)]
    for kinds, law in (
        (CHOOSING, steps.of_standing),
        ((GOING_ON,), steps.of_going_on),
        ((ARRIVING,), steps.of_arriving),
        (ON_LEGS, steps.of_moving),
    ):
        of_kind = frontier[np.isin(states.kind, kinds)]
        if len(of_kind):
            edges = law(States(of_kind))
            found.append((of_kind, edges))
            reached.append(edges.target)
    new = np.unique(np.concatenate(reached))
    on_the_road = new[States(new).kind == ON_THE_ROAD]
    doomed = on_the_road[closable[steps.ways.leg_link[States(on_the_road).at]]] if len(on_the_road) else on_the_road
    gates = new[States(new).kind == AT_THE_GATE]
    return np.unique(np.concatenate([new, turned_of(doomed), inside_of(gates)]))


def _new(some: I64, known: I64) -> I64:
    """Return what is not known yet; both are sorted."""
    at = np.minimum(np.searchsorted(known, some), len(known) - 1)
    return np.asarray(some[known[at] != some])


def inside_of(keys: I64) -> I64:
    """Return the states inside a camp of states at its gate."""
    return keys + (np.int64(STANDING - AT_THE_GATE) << 59)


def turned_of(keys: I64) -> I64:
    """Return the turned states of states on the road."""
    return keys + (np.int64(TURNED - ON_THE_ROAD) << 59)


def build(
    steps: Steps,
    begin: I64,
    waiting: Waiting,
    closable: NDArray[np.bool_],
    sinks: NDArray[np.bool_],
    names: tuple[str, ...],
    flows: Flows,
    through: tuple[int, ...],
    days: int,
) -> FleeNet:
    """Lay out cells and edges.

    Args:
        steps: what leads from state to state.
        begin: states in which people stand at the start, or into which they set out.
        waiting: those who are not yet displaced.
        closable: (N,) links that close on some day.
        sinks: (P,) places that people leave the count of.
        names: of the places.
        flows: what steps are counted as.
        through: kinds that are asked again at once.
        days: of the run.
    """
    # somebody can always stand in the first place, so that a folder in which nobody ever moves is no special case
    begin = np.append(begin, pack(STANDING, 0))
    explored = explore(steps, np.union1d(begin, waiting.edges.target), closable, days)
    keys = explored.known
    # those at rest first, in the order in which people were made: camps, then those who wait, by day
    standing = keys[States(keys).kind == STANDING]
    in_sinks = States(standing[sinks[steps.ways.stand_place[States(standing).at]]])
    left = pack(LEFT_THE_COUNT, steps.ways.stand_place[in_sinks.at], trait=in_sinks.trait)
    keys = np.concatenate([keys, np.unique(left), waiting.states])
    kind = States(keys).kind
    rank = np.select([kind == STANDING, kind == WAITING, np.isin(kind, through)], [0, 1, 3], 2)
    keys = keys[np.lexsort((keys, rank))]
    sorter = np.argsort(keys)

    def rows(of: I64) -> I64:
        found = sorter[np.minimum(np.searchsorted(keys, of, sorter=sorter), len(keys) - 1)]
        if not np.array_equal(keys[found], of):
            raise RuntimeError("a state was never explored")
        return np.asarray(found)

    states = States(keys)
    parts = [(rows(source), edges, np.full(len(edges.source), NOBODY)) for source, edges in explored.found]
    parts.append((rows(waiting.states), waiting.edges, waiting.links))
    source = np.concatenate([own[edges.source] for own, edges, _ in parts])
    rank_of = np.concatenate([edges.rank for _, edges, _ in parts])
    target = rows(np.concatenate([edges.target for _, edges, _ in parts]))
    links = np.concatenate([link for _, _, link in parts])
    order = np.lexsort((rank_of, source))
    source, rank_of, target, links = source[order], rank_of[order], target[order], links[order]
    first = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=len(keys)))])
    target = _shortcut(first, target, states, through)
    hashes = hashes_of(states, steps)
    asked = (states.kind != WAITING) & ~np.isin(keys, explored.beyond)
    stands = np.isin(states.kind, AT_PLACES)
    place = np.where(stands, steps.ways.stand_place[np.where(stands, states.at, 0)], NOBODY)
    table = CellTable(
        Meanings(states, names),
        hashes,
        np.ones((len(keys), 1), dtype=np.int64),
        np.zeros(len(keys), dtype=np.int64),
        ("persons",),
    )
    net = Net(
        name="way",
        first=first.astype(np.int64),
        to=target.astype(np.int32),
        stay=rows(np.where(asked, steps.of_staying(states), keys)).astype(np.int32),
        through=np.isin(states.kind, through),
        place=place.astype(np.int32),
        links=links.astype(np.int32),
        tags=_tags(source, rank_of, target, hashes),
        hashes=hashes ^ np.uint64(meaning("net", "way")),
        into=flows.into.astype(np.int32),
        out_of=flows.out_of.astype(np.int32),
        people=np.ones((flows.number, 1), dtype=np.int64),
    )
    net.check(table)
    on_closable = np.flatnonzero(states.kind == ON_THE_ROAD)
    on_closable = on_closable[closable[steps.ways.leg_link[states.at[on_closable]]]] if len(on_closable) else on_closable
    at_gates = np.flatnonzero(states.kind == AT_THE_GATE)
    return FleeNet(
        table,
        net,
        states,
        place,
        on_closable,
        rows(turned_of(keys[on_closable])),
        at_gates,
        rows(inside_of(keys[at_gates])),
        rows(in_sinks.key),
        rows(left),
    )


def _shortcut(first: I64, target: I64, states: States, through: tuple[int, ...]) -> I64:
    """Lead edges to a start that is left at once by the one edge it has straight to that edge's end."""
    only = (np.diff(first) == 1) & (states.kind == SETTING_OUT) & (SETTING_OUT in through)
    return np.where(only[target], target[first[:-1][np.where(only[target], target, np.argmax(only))]], target)


@dataclass(frozen=True)
class Flows:
    """What steps are counted as: series of arrivals at and departures from each place, or NOBODY, of `number` in all."""

    into: I64
    out_of: I64
    number: int


def _tags(source: I64, rank: I64, target: I64, hashes: U64) -> NDArray[np.uint32]:
    """Return draw numbers: what the target means, and which of several edges to it this is; never 0."""
    order = np.lexsort((rank, target, source))
    same = np.concatenate([[False], (np.diff(source[order]) == 0) & (np.diff(target[order]) == 0)])
    run = np.arange(len(order)) - np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
    copy = np.zeros(len(order), dtype=np.int64)
    copy[order] = run
    words = mix(hashes[target], (copy + 1).astype(np.uint64))
    return np.maximum((words & np.uint64(0xFFFFFFFF)).astype(np.uint32), 1)
