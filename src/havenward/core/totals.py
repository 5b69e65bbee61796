"""Totals: all that a phase looks at. Units in some cells, or units that an order moved, summed by group.

Sums run in the order of the cells, so that their bits depend neither on how many members stand side by side nor on cells
that hold nobody. Never by BLAS, whose rounding depends on the shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.compiled import kernel


@kernel
def is_any(here: Any) -> bool:
    """Return whether anybody is in a cell, in any of (M,) members."""
    some = False
    for m in range(here.size):
        some |= here[m] != 0
    return some


@kernel
def sum_units(units: Any, rows: Any, group: Any, weight: Any, out: Any) -> None:
    """Add (C, M) units of the (R,) rows, times their weight, to (groups, M)."""
    for r in range(rows.size):
        here = units[rows[r]]
        if is_any(here):
            for m in range(here.size):
                out[group[r], m] += here[m] * weight[r]


@kernel
def sum_moved(where: Any, moved: Any, group: Any, weight: Any, out: Any) -> None:
    """Add (N,) flows, times their weight, to (M, groups)."""
    for i in range(moved.size):
        g = group[where[i, 1], where[i, 2]]
        if g >= 0:
            out[where[i, 0], g] += moved[i] * weight[where[i, 1], where[i, 2]]


@kernel
def any_unit(units: Any, rows: Any) -> bool:
    """Return whether any of (C, M) units in the rows is not zero."""
    some = False
    for r in range(rows.size):
        some = is_any(units[rows[r]])
        if some:
            break
    return some


def members_last(values: NDArray[Any]) -> NDArray[Any]:
    """Return (M, ...) values as (..., M), side by side in memory; without a copy where they lie so already."""
    return np.ascontiguousarray(values.transpose(*range(1, values.ndim), 0))


def is_occupied(counts: NDArray[Any], rows: NDArray[np.int64]) -> bool:
    """Return whether anybody is in some rows of (M, C) counts."""
    return bool(any_unit(members_last(counts), rows))


@dataclass(frozen=True, eq=False)
class Total:
    """Sums cells by group.

    Attributes:
        rows: (R,) columns that are summed.
        group: (R,) where each counts.
        weight: (R,) what one unit counts; whole numbers keep whole sums whole.
        groups: how many there are.
    """

    rows: NDArray[np.int64]
    group: NDArray[np.int64]
    weight: NDArray[np.int64] | NDArray[np.float64]
    groups: int

    @classmethod
    def by(
        cls,
        group: NDArray[np.int64],
        groups: int,
        rows: NDArray[np.int64] | None = None,
        weight: NDArray[np.int64] | NDArray[np.float64] | None = None,
    ) -> Total:
        """Return sums of some rows (all, in their order, if not given), each unit counting one if no weight is given."""
        group = np.ascontiguousarray(group, dtype=np.int64)
        rows = np.arange(len(group)) if rows is None else np.ascontiguousarray(rows, dtype=np.int64)
        return cls(rows, group, np.ones(len(rows), dtype=np.int64) if weight is None else weight, groups)

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return (M, groups) sums of (M, C) values."""
        out = np.zeros((self.groups, len(values)), dtype=np.result_type(values, self.weight))
        sum_units(members_last(values), self.rows, self.group, self.weight, out)
        return np.ascontiguousarray(out.T)


@dataclass(frozen=True, eq=False)
class Flows:
    """What an order moved. Most units stay, so only what moved is listed.

    A solver may use the arrays again when the same move is ordered again: whoever keeps them longer keeps a copy.

    Attributes:
        shape: members, sources and targets.
        where: (N, 3) member, source and target.
        moved: (N,) units.
    """

    shape: tuple[int, int, int]
    where: NDArray[np.int32]
    moved: NDArray[Any]

    @property
    def values(self) -> NDArray[Any]:
        """(M, S, T) units by source and target, in an array of its own."""
        dense = np.zeros(self.shape, dtype=self.moved.dtype)
        dense[tuple(self.where.T)] = self.moved
        return dense


@dataclass(frozen=True, eq=False)
class FlowTotal:
    """Sums flows by group.

    Attributes:
        group: (S, T) where each counts, or NOBODY.
        weight: (S, T) what one unit counts.
        groups: how many there are.
    """

    group: NDArray[np.int64]
    weight: NDArray[np.int64]
    groups: int

    @classmethod
    def by(cls, group: NDArray[np.int64], groups: int, weight: NDArray[np.int64] | None = None) -> FlowTotal:
        """Return sums by (S, T) group, each unit counting one if no weight is given."""
        weight = np.ones(group.shape, dtype=np.int64) if weight is None else np.ascontiguousarray(weight, dtype=np.int64)
        return cls(np.ascontiguousarray(group, dtype=np.int64), weight, groups)

    def of(self, flows: Flows) -> NDArray[Any]:
        """Return (M, groups) sums."""
        out = np.zeros((flows.shape[0], self.groups), dtype=np.result_type(flows.moved, self.weight))
        sum_moved(flows.where, flows.moved, self.group, self.weight, out)
        return out
