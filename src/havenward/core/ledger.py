"""The ledger: nothing vanishes. People by origin and group are those of the start, after every order and at every dusk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import CellTable
from havenward.core.compiled import kernel
from havenward.core.orders import Counts, Move, Net
from havenward.core.streams import meaning
from havenward.core.totals import is_any, members_last

Marks = NDArray[Any]
"""(M,) weights of all people."""


class Vanished(RuntimeError):
    """People by origin and group are not those of the start: a defect of the program, never of a scenario."""


@kernel
def weigh(units: Any, weight: Any, out: Any) -> None:
    """Add the weight of (C, M) units to (M,)."""
    for row in range(len(weight)):
        here = units[row]
        if is_any(here):
            for m in range(here.size):
                out[m] += weight.dtype.type(here[m]) * weight[row]


@dataclass
class Ledger:
    """Nothing vanishes: after every order, people by origin and group are those of the start.

    Each origin and group has a fixed random 64-bit weight; a cell weighs what the people in one of its units weigh. What an
    order writes must change the weight of all people by nothing, modulo 2**64: a loss that goes unseen has a chance of
    about 2**-64. At dusk all people are weighed again, against the first dawn. Expectations use weights between 1 and 2, to
    9 digits.
    """

    table: CellTable
    whole: NDArray[np.uint64] = field(init=False)
    real: NDArray[np.float64] = field(init=False)
    opening: Marks | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        origins = int(self.table.origins.max()) + 1
        groups = self.table.people.shape[1]
        weights = np.array(
            [[meaning("ledger", origin, group) for group in range(groups)] for origin in range(origins)],
            dtype=np.uint64,
        )
        per_unit = self.table.people.astype(np.uint64) * weights[self.table.origins]
        self.whole = per_unit.sum(axis=1, dtype=np.uint64)
        spread = 1.0 + weights.astype(np.float64) / 2.0**64
        self.real = (self.table.people * spread[self.table.origins]).sum(axis=1)

    def mark(self, counts: Counts) -> Marks:
        """Return (M,) weights of all people."""
        weight = self.real if counts.dtype == np.float64 else self.whole
        marks = np.zeros(len(counts), dtype=weight.dtype)
        weigh(members_last(counts), weight, marks)
        return marks

    def agree(self, before: Marks, after: Marks) -> bool:
        """Return whether two marks are of the same people."""
        if before.dtype == np.float64:
            return bool(np.allclose(before, after, rtol=1e-9, atol=1e-6))
        return bool((before == after).all())

    def dawn(self, counts: Counts) -> None:
        """Weigh all people before the first order."""
        if self.opening is None:
            self.opening = self.mark(counts)

    def dusk(self, counts: Counts, day: int) -> None:
        """Weigh all people again.

        Raises:
            Vanished: they are not those of the first dawn.
        """
        if self.opening is None or not self.agree(self.opening, self.mark(counts)):
            raise Vanished(f"day {day}: the people at dusk are not those at dawn")

    def audit(self, move: Move | Net, drift: Marks, *, sound: bool) -> None:
        """Check what an order wrote.

        Args:
            move: what was decided.
            drift: (M,) changes of the weight of all people.
            sound: whether every cell still holds at least nobody.

        Raises:
            Vanished: the order lost or invented people, or sent more than there were.
        """
        if drift.any() and not self.agree(np.zeros_like(drift), drift):
            raise Vanished(f"{move.name!r} lost or invented people")
        if not sound:
            raise Vanished(f"{move.name!r} sent more units than there were")
