"""The individuals: moves every unit. For checking the chain, and for rules that need an order.

A unit is a number and a cell, nothing else; nothing about a unit is ever written. Units are sorted by cell at dawn, so
that an order visits only the units that it speaks to. With more than one thread the same units draw the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import NOBODY
from havenward.core.ledger import Ledger
from havenward.core.orders import Draw, Net, Order, Ordered, Passage, Quota, Split
from havenward.core.streams import step
from havenward.core.totals import Flows
from havenward.solve import kernels, unit_kernels
from havenward.solve.checks import checked_budget, judge, shaped
from havenward.solve.unit_walks import Laid, lay_out
from havenward.solve.walks import walk_units

Found = tuple[NDArray[np.int32], NDArray[np.int64]]
"""Units, and the edges between those of each source that have not moved today; the others come last."""

LEAST_SHARE = 50_000
"""Units below which a thread is not worth starting."""


@dataclass
class Crowd:
    """The units of one member: 9 bytes each, and 4 more while an order is carried out.

    Attributes:
        cell: (N,) row of each unit; room beyond `number` is for units that split off.
        number: units so far.
        peopled: cells in which anybody stood at the start.
        last: units up to the last in each of them.
        awake: units up to the last that an ordered move has asked, or that has moved.
        sorted: whether `sorted_units` holds; an ordered move, which asks units by their numbers, needs no sorting.
    """

    cell: NDArray[np.int32]
    number: int
    start: NDArray[np.int64]
    sorted_units: NDArray[np.int32]
    has_moved: NDArray[np.bool_]
    moved: NDArray[np.int32]
    peopled: NDArray[np.int64]
    last: NDArray[np.int64]
    awake: int = 0
    sorted: bool = False

    @classmethod
    def of(cls, counts: NDArray[np.int64], cell: NDArray[np.int32]) -> Crowd:
        """Return units for (C,) counts, numbered in the order of the rows, in an array that has room for them."""
        number = int(counts.sum())
        cell[:number] = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        peopled = np.flatnonzero(counts)
        return cls(
            cell=cell,
            number=number,
            start=np.zeros(len(counts) + 1, dtype=np.int64),
            sorted_units=np.zeros(0, dtype=np.int32),
            has_moved=np.zeros(0, dtype=np.bool_),
            moved=np.zeros(0, dtype=np.int32),
            peopled=peopled,
            last=np.cumsum(counts[peopled]),
        )

    def dawn(self) -> None:
        """Sort the units by cell and forget who moved; at dawn, and after an ordered move."""
        if len(self.has_moved) < len(self.cell):
            self.has_moved = np.zeros(len(self.cell), dtype=np.bool_)
        self.has_moved[: self.number] = False
        self.moved = self.moved[:0]
        self.sorted = True
        if len(self.sorted_units) < len(self.cell):
            self.sorted_units = np.zeros(len(self.cell), dtype=np.int32)
        unit_kernels.sort_units(self.cell[: self.number], self.start, self.sorted_units[: self.number])

    def wake(self, asked: NDArray[np.bool_]) -> None:
        """Count the units up to the last that stood in a cell that is asked; those after it have never been asked."""
        self.awake = max(self.awake, int(self.last[asked[self.peopled]].max(initial=0)))

    def standing_in(
        self, rows: NDArray[np.int64], where: NDArray[np.int32], number: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the `number` units that stand in some rows; `where` is -1 for every other row.

        Units that have not moved today come first, row by row, between the returned edges; where they are not sorted, they
        come in the sequence of their numbers, and there are no edges.
        """
        edges = np.zeros(len(rows) + 1, dtype=np.int64)
        # one more than there are, as a list that is written without a branch writes past its end
        units = np.empty(number + 1, dtype=np.int32)
        if self.sorted:
            found = unit_kernels.gather(
                self.start, self.sorted_units, self.cell, self.has_moved, rows, self.moved, where, units, edges
            )
        else:
            found = unit_kernels.look_through(self.cell[: self.number], where, units)
        if found != number:
            raise RuntimeError(f"{found} units stand where {number} are counted")
        return units[:number], edges

    def note_moved(self, units: NDArray[np.int32]) -> None:
        """Remember units that are no longer where they were sorted at dawn."""
        if len(units):
            self.awake = max(self.awake, int(units.max()) + 1)
        if not self.sorted:
            return
        new = units[~self.has_moved[units]]
        self.has_moved[new] = True
        self.moved = np.concatenate([self.moved, new])


@dataclass
class Individuals:
    """Moves every unit.

    Attributes:
        counts: (M, C) units by cell, kept in step with the units; a copy of those given.
        seed: 0 to 2**32 - 1.
        members: (M,) numbers of the members.
        ledger: audits every order.
        threads: threads that draw for units at the same time; the bits do not depend on it.
    """

    counts: NDArray[np.int64]
    seed: int
    members: NDArray[np.uint32]
    ledger: Ledger
    threads: int = 1
    approximations: set[str] = field(default_factory=set)
    _cells: NDArray[np.int32] = field(init=False)
    _crowds: list[Crowd] = field(init=False)
    _laid: dict[Net, Laid] = field(init=False, default_factory=dict)
    _day: int = field(init=False, default=-1)
    _pool: ThreadPoolExecutor | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        # members of a cell stand side by side in memory, as whoever sums them likes it
        self.counts = np.array(self.counts, order="F")
        self._cells = np.zeros((len(self.counts), int(self.counts.sum(axis=1).max(initial=0))), dtype=np.int32)
        self._crowds = [Crowd.of(counts, cell) for counts, cell in zip(self.counts, self._cells, strict=True)]
        if self.threads > 1:
            self._pool = ThreadPoolExecutor(self.threads)

    def carry_out(self, order: Order, day: int) -> Flows | Passage | NDArray[np.float64]:
        """Carry one order out; see `core.orders`."""
        if isinstance(order, Ordered):
            return self._ordered(order, day)
        for crowd in self._crowds:
            # only a split needs units cell by cell; whoever looks for a few units of a crowd looks through all
            if (isinstance(order, Split) and not crowd.sorted) or (crowd.sorted and day != self._day and len(crowd.moved)):
                crowd.dawn()
        self._day = day
        at = step(day, order.wave)
        match order:
            case Draw():
                return kernels.drawn(order.streams, self.seed, order.numbers(self.members), at)
            case Split():
                probability = shaped(order, len(self.members))
                judge(order, kernels.check_probability(self.counts.T, order.move.sources, probability, order.groups))
                return self._each(order, lambda m, where, found: self._split(order, probability, at, m, where, found))
            case Quota():
                budget = checked_budget(order, len(self.members))
                return self._each(order, lambda m, where, found: self._quota(order, budget, at, m, where, found))

    def _ordered(self, order: Ordered, day: int) -> Passage:
        """Let all units that are asked walk in the sequence of their numbers; nobody needs to be sorted for that."""
        asked = order.choice.group >= 0
        for crowd in self._crowds:
            crowd.wake(asked)
            crowd.sorted = False
        awake = np.array([crowd.awake for crowd in self._crowds], dtype=np.int64)
        if order.net not in self._laid:
            self._laid[order.net] = lay_out(order.net)
        units = (self._cells, awake, self._laid[order.net], self.counts.T)
        return walk_units(order, day, *units, self.seed, self.members, self.ledger)

    def _make_room(self, m: int, more: int) -> None:
        """Grow the array of units when units of a member split off."""
        room, needed = self._cells.shape[1], self._crowds[m].number + more
        if needed <= room:
            return
        added = max(needed - room, room // 8)
        self._cells = np.concatenate([self._cells, np.zeros((len(self._cells), added), dtype=np.int32)], axis=1)
        for crowd, cell in zip(self._crowds, self._cells, strict=True):
            crowd.cell = cell
            crowd.has_moved = np.concatenate([crowd.has_moved, np.zeros(len(cell) - len(crowd.has_moved), dtype=np.bool_)])

    def _each(
        self,
        order: Split | Quota,
        choose: Callable[[int, NDArray[np.int32], Found], tuple[NDArray[np.int32], NDArray[np.int16]]],
    ) -> Flows:
        move = order.move
        sources, targets, widest = move.rows.shape
        flows = np.zeros((len(self.members), sources, targets), dtype=np.int64)
        where = np.full(self.counts.shape[1], NOBODY, dtype=np.int32)
        where[move.sources] = np.arange(sources, dtype=np.int32)
        numbers = self.counts[:, move.sources].sum(axis=1)
        for m in np.flatnonzero(numbers).tolist():
            crowd = self._crowds[m]
            units, choice = choose(m, where, crowd.standing_in(move.sources, where, int(numbers[m])))
            movers = choice >= 0
            units, choice = units[movers], choice[movers]
            self._make_room(m, len(units) * (widest - 1))
            before = crowd.number
            drift = np.zeros(1, dtype=np.uint64)
            crowd.number = unit_kernels.move_units(
                crowd.cell, units, choice, where, move.rows, self.counts[m], flows[m], self.ledger.whole, drift, before
            )
            self.ledger.audit(move, drift, sound=True)
            crowd.note_moved(np.concatenate([units, np.arange(before, crowd.number, dtype=np.int32)]))
        went = np.argwhere(flows).astype(np.int32)
        return Flows((len(self.members), sources, targets), went, flows[tuple(went.T)])

    def _split(
        self, order: Split, probability: NDArray[np.float64], at: int, m: int, where: NDArray[np.int32], found: Found
    ) -> tuple[NDArray[np.int32], NDArray[np.int16]]:
        units, edges = found
        choice = np.empty(len(units), dtype=np.int16)
        table = np.ascontiguousarray(probability[:, :, 0 if probability.shape[2] == 1 else m])
        stream = (self.seed, self.members[m], at)

        def draw(first: int, last: int) -> None:
            unit_kernels.choose_by_cell(edges, first, last, order.move.hashes, table, order.groups, *stream, choice)

        sources = len(edges) - 1
        if self._pool is None or edges[-1] < LEAST_SHARE:
            draw(0, sources)
        else:
            cuts = np.searchsorted(edges[1:-1], np.linspace(0, edges[-1], self.threads + 1)[1:-1])
            list(self._pool.map(draw, [0, *cuts], [*cuts, sources]))
        moved = slice(edges[-1], None)
        unit_kernels.choose_units(
            self._crowds[m].cell, units[moved], where, order.move.hashes, table, order.groups, *stream, choice[moved]
        )
        return units, choice

    def _quota(
        self,
        order: Quota,
        budget: NDArray[np.int64],
        at: int,
        m: int,
        where: NDArray[np.int32],
        found: Found,
    ) -> tuple[NDArray[np.int32], NDArray[np.int16]]:
        units, _ = found
        cell, choice = self._crowds[m].cell, np.zeros(len(units), dtype=np.int16)
        if unit_kernels.is_room_for_all(cell, units, where, order.lane, order.weight, budget[m]):
            return units, choice
        lot = np.empty(len(units))
        unit_kernels.unit_uniforms(cell, units, where, order.move.hashes, self.seed, self.members[m], at, lot)
        units = units[np.lexsort((units, lot))]
        unit_kernels.admit_in_sequence(cell, units, where, order.lane, order.weight, budget[m], choice)
        return units, choice
