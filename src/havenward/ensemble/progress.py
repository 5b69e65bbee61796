"""Answers that sharpen: snapshots of named quantities, as more and more members come.

    for snapshot in preview(case, Request(members=200), [Wanted("arrived"), Wanted("in_camp", "Long Meadow")]):
        if all(figure.precision < 0.02 for figure in snapshot.figures):
            break

Members come in their order, so that a snapshot of so many members is always the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenward.ensemble.kept import VARIABLES, Arrays, Rules, turned
from havenward.ensemble.named import F64, Wanted, check, keys_told, summed, told
from havenward.ensemble.store import label_axes
from havenward.run.case import Case
from havenward.run.engine import Plan
from havenward.run.request import Request, plan_of

FIRST, LARGEST = 2, 32
"""Members of the first batch, and of the largest: each batch is four times the one before."""
NORMAL_95 = 1.959964
"""Standard errors on either side of a mean between which it lies with a chance of 95 %."""


class Figure(NamedTuple):
    """A quantity over the members so far.

    Attributes:
        mean, q05, q50, q95: persons.
        error: standard error of the mean.
    """

    wanted: Wanted
    mean: float
    q05: float
    q50: float
    q95: float
    error: float

    @classmethod
    def of(cls, wanted: Wanted, values: F64) -> Figure:
        """Return what (draw,) values come to; one member has no spread, so its error is infinite."""
        error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("inf")
        mean, q05, q50, q95 = told(values[:, None])[:, 0].tolist()
        return cls(wanted, mean, q05, q50, q95, error)

    @property
    def precision(self) -> float:
        """Half the width of the 95 % interval of the mean, as a share of the mean."""
        return NORMAL_95 * self.error / self.mean if self.mean > 0 else (0.0 if self.error == 0 else float("inf"))


class Snapshot(NamedTuple):
    """Quantities over the first members."""

    members: int
    figures: tuple[Figure, ...]

    def is_precise(self, share: float) -> bool:
        """Return whether every mean is known to within a share of itself, on either side (95 %)."""
        return all(figure.precision <= share for figure in self.figures)


@dataclass
class InMemory:
    """Members that are kept in memory; see `named.Source`."""

    labels: Mapping[str, Sequence[str]]
    _parts: list[Arrays] = field(init=False, default_factory=list)

    def add(self, arrays: Arrays) -> None:
        """Keep more members."""
        self._parts.append(arrays)

    def read(self, name: str, members: slice, labels: slice) -> NDArray[Any]:
        """Return (draw, ..., labels, ...) of some members and labels of a variable."""
        along = label_axes(name)
        where = tuple(labels if axis in along else slice(None) for axis in VARIABLES[name].axes)
        return np.concatenate([part[name][(slice(None), *where)] for part in self._parts])[members]


def preview(case: Case, request: Request, wanted: Sequence[Wanted]) -> Iterator[Snapshot]:
    """Yield snapshots as batches of members are turned in this process, the first after FIRST of them.

    Raises:
        RunError: the request is impossible, or a quantity is not told.
    """
    plan = plan_of(case, request)
    rules = Rules.of(case, plan, request.changes or {})
    held = InMemory(rules.labels)
    check(keys_told(held), wanted)
    done = 0
    for part in growing(plan):
        arrays, _ = turned(rules, part)
        held.add(arrays)
        done += len(part.members)
        yield snapshot(held, done, wanted)


def growing(plan: Plan) -> Iterator[Plan]:
    """Yield parts of a plan, from few members to many, in their order."""
    start, size = 0, FIRST
    while start < len(plan.members):
        members = plan.members[start : start + size]
        yield replace(plan, members=members, batch=len(members))
        start, size = start + len(members), min(4 * size, LARGEST)


def snapshot(source: Any, members: int, wanted: Sequence[Wanted]) -> Snapshot:
    """Return quantities over the first members of a store, or of what is in memory."""
    values = (summed(source, slice(members), one.of) for one in wanted)
    return Snapshot(members, tuple(Figure.of(one, value) for one, value in zip(wanted, values, strict=True)))
