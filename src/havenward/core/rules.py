"""What a rule set must offer to be run by any solver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from havenward.core.cells import CellTable
from havenward.core.orders import Counts, Order, Phase, Realised


class Rules(Protocol):
    """A rule set: cells, and the phases of a day in their order.

    Attributes:
        table: the cells.
        days: days that can be turned.
        exact: names of the solvers that carry these rules exactly.
    """

    table: CellTable
    days: int
    exact: frozenset[str]

    def phases(self, day: int, counts: Counts) -> Iterator[Phase]:
        """Yield the phases of a day; `counts` is the solver's live (M, C) array, to be looked at only."""
        ...

    def observe(self, order: Order, realised: Realised) -> None:
        """Take note of an order that was carried out."""
        ...
