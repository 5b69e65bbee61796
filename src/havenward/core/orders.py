"""Orders: the only language between rules and solvers.

A phase is a generator. It looks at totals, yields one order at a time and receives what was realised. It never asks
how an order is carried out; a solver never asks what an order is for.

    split    every unit goes independently, by probabilities that sum to at most one; the rest stay
    quota    the units that a budget has room for, uniformly at random among those who wait
    draw     uniforms of named surroundings, the same under every solver
    ordered  one unit after the other, each as far as it goes through a net of cells, seeing what stands in crowds
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import NOBODY, CellTable
from havenward.core.streams import ANYWHERE, meaning, tag

if TYPE_CHECKING:
    # sums are compiled, and whoever only lays out orders needs no compiler
    from havenward.core.totals import Flows

Counts = NDArray[np.int32] | NDArray[np.int64] | NDArray[np.float64]
"""(M, C) units by member and cell: whole numbers, or expectations under the mean solver."""

Phase = Generator["Order", Any, None]
"""Yields orders; receives `Flows` for a split or a quota, a `Passage` for an ordered move, (M, K) numbers for a draw."""


@dataclass(frozen=True, eq=False)
class Move:
    """Where the units of some cells may go. Built once; every bundle keeps the people and the origin of its source.

    Attributes:
        name: what is decided, part of the random stream.
        sources: (S,) rows that units leave.
        rows: (S, T, B) rows of each target's bundle, filled up with NOBODY.
        tags: (S, T) draw numbers of the targets, from their names: a target that is added moves nobody else's number.
        links: (S, T, B) flow series that each part of a bundle counts towards, or NOBODY.
        hashes: (S,) random streams of the sources for this decision.
    """

    name: str
    sources: NDArray[np.int64]
    rows: NDArray[np.int64]
    tags: NDArray[np.uint32]
    links: NDArray[np.int64]
    hashes: NDArray[np.uint64]

    @classmethod
    def build(
        cls,
        table: CellTable,
        name: str,
        sources: NDArray[np.int64],
        rows: NDArray[np.int64],
        targets: Sequence[str] | Sequence[Sequence[str]],
        links: NDArray[np.int64] | None = None,
    ) -> Move:
        """Return a move after checking that it loses nobody.

        Args:
            table: the cells.
            name: what is decided.
            sources: (S,) distinct rows.
            rows: (S, T, B) target rows; a target that a source does not have is all NOBODY.
            targets: names of the T targets, or T names for each source; new ones last.
            links: (S, T, B) flow series, or None when nothing is counted.

        Raises:
            ValueError: a bundle's people or origin differ from its source's, a source stands twice, or two targets
                share a draw number.
        """
        sources = np.ascontiguousarray(sources, dtype=np.int64)
        rows = np.ascontiguousarray(rows, dtype=np.int64)
        names = np.array(targets, dtype=object)
        rows = rows.reshape(len(sources), names.shape[-1], rows.shape[-1])
        if len(np.unique(sources)) != len(sources):
            raise ValueError(f"move {name!r}: a source cell stands twice")
        names = np.broadcast_to(names, rows.shape[:2])
        known = {name: tag(name) for name in dict.fromkeys(names.ravel())}
        tags = np.array([known[name] for name in names.ravel()], dtype=np.uint32).reshape(names.shape)
        if (np.diff(np.sort(tags, axis=1), axis=1) == 0).any() or (tags == ANYWHERE).any():
            raise ValueError(f"move {name!r}: a target shares its draw number; rename it")
        there = rows != NOBODY
        people = np.where(there[..., None], table.people[rows], 0).sum(axis=2)
        wrong = (people != table.people[sources][:, None, :]).any(axis=-1) & there.any(axis=-1)
        wrong |= (there & (table.origins[rows] != table.origins[sources][:, None, None])).any(axis=-1)
        if wrong.any():
            source, target = np.argwhere(wrong)[0]
            start, end = table.meanings[sources[source]], names[source, target]
            raise ValueError(f"move {name!r}: from {start} to {end!r} people or origin are not kept")
        salt = np.uint64(meaning("move", name))
        return cls(
            name=name,
            sources=sources,
            rows=rows,
            tags=tags,
            links=np.full(rows.shape, NOBODY, dtype=np.int64)
            if links is None
            else np.ascontiguousarray(links, dtype=np.int64).reshape(rows.shape),
            hashes=table.hashes[sources] ^ salt,
        )

    @cached_property
    def counted(self) -> bool:
        """Whether any part of a bundle counts towards a flow series."""
        return bool((self.links != NOBODY).any())

    @cached_property
    def each(self) -> NDArray[np.int64]:
        """(S,) every source its own group."""
        return np.arange(len(self.sources))


@dataclass(frozen=True, eq=False)
class Split:
    """Every unit goes independently.

    Attributes:
        move: S sources and T targets.
        probability: (M, G, T) or (1, G, T); at least 0, summing to at most 1 over targets. Targets that a source does not
            have must not be given to it.
        wave: number of this wave when a day asks the same question more than once.
        group: (S,) which of the G rows a source follows; None: G = S, each its own.
    """

    move: Move
    probability: NDArray[np.float64]
    wave: int = 0
    group: NDArray[np.int64] | None = None

    @property
    def groups(self) -> NDArray[np.int64]:
        """(S,) row of the probabilities that each source follows."""
        return self.move.each if self.group is None else self.group


@dataclass(frozen=True, eq=False)
class Quota:
    """Units are admitted in random order until the first that the rest of a budget has no room for.

    Attributes:
        move: S sources and one target.
        lane: (S,) index of the budget that a source draws on.
        budget: (M, lanes) whole numbers (persons, seconds, plots).
        weight: (S,) what one unit takes of the budget; units that take nothing are always admitted.
        wave: number of this wave when a day asks the same question more than once.
    """

    move: Move
    lane: NDArray[np.int64]
    budget: NDArray[np.int64]
    weight: NDArray[np.int64]
    wave: int = 0


@dataclass(frozen=True, eq=False)
class Draw:
    """Uniforms of named surroundings: an incident, who holds a place, the noise of a day.

    Attributes:
        streams: (K,) random streams, see `streams_of`.
        wave: number of this wave when a day asks the same question more than once.
        by: (M,) numbers of the members by which it is drawn; None: those by which a solver draws all else.
    """

    streams: NDArray[np.uint64]
    wave: int = 0
    by: NDArray[np.uint32] | None = None

    def numbers(self, members: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Return the numbers by which it is drawn where all else is drawn by those of the members."""
        return members if self.by is None else self.by


def streams_of(*names: tuple[object, ...]) -> NDArray[np.uint64]:
    """Return the random streams of named surroundings, such as ("incident", "north bridge")."""
    return np.array([meaning("draw", *name) for name in names], dtype=np.uint64)


@dataclass(frozen=True, eq=False)
class Net:
    """Where units may go, one step after the other, within one order. Built once.

    Attributes:
        name: what is decided, part of the random stream.
        first: (C + 1,) where each cell's edges begin.
        to: (E,) cell that an edge leads to.
        stay: (C,) cell in which a unit is that was asked and does not go.
        through: (C,) cells in which a unit acts again at once, within the same order; nobody is there at dusk.
        place: (C,) crowd among which a unit of the cell counts, or NOBODY.
        links: (E,) flow series that a step along the edge counts towards, or NOBODY.
        into, out_of: (P,) flow series that arrivals at and departures from each crowd count towards, or NOBODY.
        people: (L, G) people by group in one unit that counts towards each flow series.
        tags: (E,) draw numbers of the edges, from what they mean.
        hashes: (C,) random streams of the cells for this decision.
    """

    name: str
    first: NDArray[np.int64]
    to: NDArray[np.int32]
    stay: NDArray[np.int32]
    through: NDArray[np.bool_]
    place: NDArray[np.int32]
    links: NDArray[np.int32]
    into: NDArray[np.int32]
    out_of: NDArray[np.int32]
    people: NDArray[np.int64]
    tags: NDArray[np.uint32]
    hashes: NDArray[np.uint64]

    @cached_property
    def at_places(self) -> NDArray[np.int64]:
        """Cells at a crowd in which anybody may be when an order begins."""
        return np.flatnonzero((self.place != NOBODY) & ~self.through)

    def check(self, table: CellTable) -> None:
        """Refuse a net that leads nowhere, loses people or asks for one number twice.

        Raises:
            ValueError: an array has another length or speaks of what is not there, people or origin are not kept along an
                edge or by staying, or two edges of a cell share a draw number.
        """
        self._check_shape(len(table))
        start = np.repeat(np.arange(len(table)), np.diff(self.first))
        for what, a, b in (("an edge", start, self.to), ("staying", np.arange(len(table)), self.stay)):
            wrong = (table.people[a] != table.people[b]).any(axis=1) | (table.origins[a] != table.origins[b])
            if wrong.any():
                k = int(np.argmax(wrong))
                raise ValueError(f"net {self.name!r}: {what} of {table.meanings[int(a[k])]} loses people or origin")
        counted = self.links != NOBODY
        if (self.people[self.links[counted]] != table.people[self.to[counted]]).any():
            raise ValueError(f"net {self.name!r}: an edge counts towards a series of other people")
        order = np.lexsort((self.tags, start))
        same = (np.diff(start[order]) == 0) & (np.diff(self.tags[order].astype(np.int64)) == 0)
        if same.any() or (self.tags == ANYWHERE).any():
            raise ValueError(f"net {self.name!r}: two edges of a cell share a draw number; rename one")

    def _check_shape(self, cells: int) -> None:
        """Refuse what a compiled loop would read or write out of bounds."""
        edges, places, series = len(self.to), len(self.into), len(self.people)
        by_cell = (self.stay, self.through, self.place, self.hashes, self.first[1:])
        lengths = [len(array) == cells for array in by_cell] + [len(a) == edges for a in (self.links, self.tags)]
        if not all(lengths) or len(self.out_of) != places:
            raise ValueError(f"net {self.name!r}: arrays of cells, of edges or of crowds differ in length")
        if self.first[0] != 0 or self.first[-1] != edges or (np.diff(self.first) < 0).any():
            raise ValueError(f"net {self.name!r}: edges are not listed cell by cell")
        counted = ((self.place, places), (self.links, series), (self.into, series), (self.out_of, series))
        targets = ((self.to, 0, cells), (self.stay, 0, cells), *((array, NOBODY, number) for array, number in counted))
        if any(array.min(initial=0) < least or array.max(initial=-1) >= number for array, least, number in targets):
            raise ValueError(f"net {self.name!r}: a cell, a crowd or a series is not there")


@dataclass(frozen=True, eq=False)
class Choice:
    """What the units of a group of cells are asked on a day: whether to go, and along which edge.

    Attributes:
        group: (C,) group of each cell, or NOBODY where nobody is asked. Cells of a group have the same number of edges.
        chance: (G, 1 or M) chance to go; as many columns as `weight`.
        first: (G + 1,) where each group's options begin.
        weight: (K, 1 or M) weight of each option, which is an edge by its place among the cell's edges; less than 0: closed.
            Where all weights are 0, options that are not closed are alike.
        crowd: (K,) crowd that thins the option out, or NOBODY.
        veto: (K,) room below which a unit that has chosen the option stays after all; 0 where there is no such rule.
        keep: (G,) options weaker than the best of their group by more than this factor are not taken; None: all are.
    """

    group: NDArray[np.int32]
    chance: NDArray[np.float64]
    first: NDArray[np.int64]
    weight: NDArray[np.float64]
    crowd: NDArray[np.int32]
    veto: NDArray[np.float64]
    keep: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Crowds:
    """Places at which units are in each other's way. Room is 1 up to `free` units and falls to 0 at `full`.

    Attributes:
        free: (P,) units up to which there is room for all; infinity where there always is.
        full: (P,) units from which there is room for none.
        power: exponent with which room thins an option out.
    """

    free: NDArray[np.float64]
    full: NDArray[np.float64]
    power: float = 1.0


@dataclass(frozen=True, eq=False)
class Ordered:
    """Units act one after the other in the sequence of their numbers, each as far as it goes before the next.

    A unit is asked in its cell, goes along an edge of the net or stays, and is asked again where it comes through. It sees
    how many units stand in the crowds at that moment.

    Attributes:
        net: cells and edges.
        choice: what units are asked.
        crowds: where they are in each other's way.
        waves: into how many waves a solver of counts may cut the sequence where a crowd may thin options out.
        wave: number of this order when a day asks the same question more than once; steps count on from it.
    """

    net: Net
    choice: Choice
    crowds: Crowds
    waves: int = 4
    wave: int = 0


@dataclass(frozen=True, eq=False)
class Passage:
    """What an ordered move of many steps moved.

    Attributes:
        units: (M, L) units that passed each flow series.
        people: (L, G) people by group in one unit of each series.
    """

    units: NDArray[Any]
    people: NDArray[np.int64]


Order = Split | Quota | Draw | Ordered


class OrderError(RuntimeError):
    """An order that cannot be carried out: its probabilities are no probabilities, or its budget is negative."""


class Solver(Protocol):
    """Carries orders out on (M, C) counts, and audits each in its ledger."""

    @property
    def counts(self) -> Counts:
        """(M, C) units as they stand."""
        ...

    @property
    def approximations(self) -> set[str]:
        """Names of the moves that this solver carried out approximately so far."""
        ...

    def carry_out(self, order: Order, day: int) -> Flows | Passage | NDArray[np.float64]:
        """Carry one order out and return what was realised: flows, what passed, or the numbers of a draw."""
        ...
