"""Small random nets for the kernels of ordered moves: who stands where, what they are asked, and what may thin it out."""

from __future__ import annotations

from functools import partial
from types import ModuleType

import numpy as np
from hypothesis import strategies as st

from havenward.core.cells import NOBODY
from havenward.solve import walk_shares
from havenward.solve.count_walks import FEW, Desk
from havenward.solve.walk_arrays import Account, Answers, Question, Room, Ways

PLACES, SERIES, ROOM = 3, 4, 60
"""Crowds, flow series, and units that an array of cells has room for."""


class WalkCase:
    """A net of a few cells, a choice for each group of them, crowds, and members who have units in them.

    Cells that units come through lead on to higher rows, so that most nets are no circles; `twisted` ones may be. In a case
    that is `misfit` one cell follows a group that has another number of options.
    """

    def __init__(self, seed: int, *, twisted: bool = False, misfit: bool = False) -> None:
        rng = np.random.default_rng(seed)
        self.rng = rng
        self.size = int(rng.integers(1, 5))
        self.members = rng.integers(0, 2**32, self.size, dtype=np.uint32)
        self.seed, self.at = int(rng.integers(0, 2**32)), int(rng.integers(0, 2**31))
        self.cells = int(rng.integers(3, 10))
        self._net(twisted)
        self._crowds()
        self._choice(misfit)
        self._units()

    def _net(self, twisted: bool) -> None:
        rng, rows = self.rng, np.arange(self.cells)
        self.through = (rng.random(self.cells) < 0.4) & (rows < self.cells - 1)
        degree = rng.integers(0, 5, self.cells)
        self.first = np.concatenate([[0], np.cumsum(degree)])
        source = np.repeat(rows, degree)
        ahead = rng.integers(np.where(self.through[source] & ~np.bool_(twisted), source + 1, 0), self.cells)
        self.to = ahead.astype(np.int32)
        onward = rng.integers(np.where(self.through & ~np.bool_(twisted), rows + 1, 0), self.cells)
        self.stay = np.where(self.through | (rng.random(self.cells) < 0.3), onward, rows).astype(np.int32)
        self.place = np.where(rng.random(self.cells) < 0.7, rng.integers(0, PLACES, self.cells), NOBODY).astype(np.int32)
        self.links = rng.integers(NOBODY, SERIES, len(self.to)).astype(np.int32)
        self.into, self.out_of = rng.integers(NOBODY, SERIES, (2, PLACES)).astype(np.int32)
        self.tags = rng.integers(1, 2**32, len(self.to), dtype=np.uint32)
        self.hashes = rng.integers(0, 2**64, self.cells, dtype=np.uint64)

    def _crowds(self) -> None:
        rng = self.rng
        self.free = np.where(rng.random(PLACES) < 0.2, np.inf, rng.integers(-1, 25, PLACES).astype(float))
        self.full = self.free + rng.integers(0, 20, PLACES)
        self.power = float(rng.choice([0.0, 0.5, 1.0, 2.0]))
        self.keep_share = float(rng.choice([0.0, 0.0, 0.2, 1.0]))

    def _choice(self, misfit: bool) -> None:
        """Cells with the same number of edges share a group, or not; in some nobody is asked."""
        rng, degree = self.rng, np.diff(self.first)
        kinds, group = np.unique(np.stack([degree, rng.integers(0, 2, self.cells)], axis=1), axis=0, return_inverse=True)
        self.options = np.concatenate([[0], np.cumsum(kinds[:, 0])])
        self.group = np.where(rng.random(self.cells) < 0.1, NOBODY, group.ravel()).astype(np.int32)
        if misfit:
            self.group[rng.integers(0, self.cells)] = rng.integers(0, len(kinds))
        columns, number = int(rng.choice([1, self.size])), int(self.options[-1])
        self.chance = rng.choice([0.0, 0.02, 0.2, 0.6, 1.0], (len(kinds), columns))
        weight = rng.random((number, columns)) * rng.choice([1.0, 100.0], (number, columns))
        self.weight = np.where(rng.random((number, columns)) < 0.2, rng.choice([-1.0, 0.0], (number, columns)), weight)
        if rng.random() < 0.2:
            self.weight[self.weight > 0.0] = 0.0
        self.crowd = np.where(rng.random(number) < 0.6, rng.integers(0, PLACES, number), NOBODY).astype(np.int32)
        self.veto = np.where(rng.random(number) < 0.3, rng.random(number), 0.0)

    def _units(self) -> None:
        """Some members have nobody, some cells one or two units and some many; and a unit here and there is asleep."""
        rng = self.rng
        self.number = rng.integers(0, ROOM, self.size) * (rng.random(self.size) < 0.9)
        self.awake = rng.integers(self.number // 2, self.number + 1)
        lots = rng.dirichlet(np.full(self.cells, 0.7))
        self.unit_cells = rng.choice(self.cells, (self.size, ROOM), p=lots).astype(np.int32)
        self.counts = np.stack(
            [np.bincount(row[:n], minlength=self.cells) for row, n in zip(self.unit_cells, self.number, strict=True)]
        )
        self.units = np.ascontiguousarray(self.counts.T) * int(rng.choice([1, 1, 50]))
        self.asked = np.flatnonzero((self.group >= 0) & ~self.through)
        self.keep = self.keep_share * rng.integers(0, 2, len(self.options) - 1)
        self.waves = rng.integers(1, 5, self.size)
        self.heavy = rng.integers(0, 2**64, self.cells, dtype=np.uint64)

    @property
    def ways(self) -> Ways:
        """Where cells lead and what is counted on the way."""
        places = (self.place, self.links, self.into, self.out_of)
        return Ways(self.first, self.to, self.stay, self.through, *places, self.tags, self.hashes)

    @property
    def question(self) -> Question:
        """What units are asked."""
        return Question(self.group, self.chance, self.options, self.weight, self.crowd, self.veto, self.keep)

    @property
    def room(self) -> Room:
        """Where units are in each other's way."""
        return Room(self.free, self.full, self.power)

    @property
    def answers(self) -> Answers:
        """Shares, and which groups crowds may thin out, as kernels work them out."""
        share, among = np.empty((2, self.weight.shape[1], len(self.weight)))
        gated = np.empty(len(self.options) - 1, dtype=np.bool_)
        return Answers(share, among, gated, walk_shares.prepare(self.question, self.free, share, among, gated))

    def account(self, units: np.ndarray) -> Account:
        """Return the books of a walk of (C, M) counts; weights are real numbers for expectations."""
        heavy = (self.heavy >> np.uint64(48)).astype(np.float64) if units.dtype == np.float64 else self.heavy
        drift = np.zeros(self.size, dtype=heavy.dtype)
        return Account(units, self.totals(units), heavy, drift, np.zeros((SERIES, self.size), dtype=units.dtype))

    def desk(self, units: np.ndarray) -> Desk:
        """Return room to work in."""
        widest, few = self.answers.widest, self.size * FEW
        return Desk(
            seen=self.totals(units),
            thinned=np.empty(widest),
            chance=np.empty(self.size),
            share=np.zeros((self.size, widest)),
            among=np.zeros((self.size, widest)),
            parts=np.zeros((widest, self.size), dtype=units.dtype),
            stayed=np.empty(self.size, dtype=units.dtype),
            who=np.empty(few, dtype=np.int32),
            named=np.empty(few, dtype=np.uint32),
            pair=np.empty(few, dtype=np.uint32),
            left=np.empty(self.size, dtype=np.int64),
            u=np.empty((2, few)),
            listed=np.zeros(self.cells, dtype=np.bool_),
        )

    def totals(self, units: np.ndarray) -> np.ndarray:
        """Return (P, M) units of (C, M) in each crowd."""
        totals, there = np.zeros((PLACES, self.size)), (self.place >= 0) & ~self.through
        np.add.at(totals, self.place[there], units[there])
        return totals


walk_cases = st.integers(0, 2**32 - 1).map(WalkCase)
twisted_cases = st.integers(0, 2**32 - 1).map(partial(WalkCase, twisted=True))
misfit_cases = st.integers(0, 2**32 - 1).map(partial(WalkCase, misfit=True))


def kernels_of(module: ModuleType) -> set[str]:
    """Return the names of what a module compiles."""
    found = {name: one for name, one in vars(module).items() if hasattr(one, "py_func")}
    return {name for name, one in found.items() if one.py_func.__module__ == module.__name__}
