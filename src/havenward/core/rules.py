"""What a rule set must offer to be run by any solver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import CellTable
from havenward.core.orders import Counts, Phase


class Rules(Protocol):
    """A rule set: cells, what is counted, and the phases of a day in their order.

    Attributes:
        table: the cells.
        days: days that can be turned.
        members: members that are turned at once.
        exact: names of the solvers that carry these rules exactly.
        series: (C,) stock series of each cell, or NOBODY for cells that are empty at dusk.
        stocks: stage, site and origin of each stock series.
        links: quantity, from, to and origin of each flow series.
    """

    table: CellTable
    days: int
    members: int
    exact: frozenset[str]
    series: NDArray[np.int64]
    stocks: tuple[tuple[str, str, str], ...]
    links: tuple[tuple[str, str, str, str], ...]

    def start(self) -> NDArray[np.int64]:
        """Return (M, C) units on the eve of the first day."""
        ...

    def phases(self, day: int, counts: Counts) -> Iterator[Phase]:
        """Yield the phases of a day; `counts` is the solver's live (M, C) array, to be looked at only."""
        ...

    def signals(self, day: int) -> dict[str, NDArray[Any]]:
        """Return what else is kept of a day, (M, ...) by name: waits, closures, why figures moved."""
        ...
