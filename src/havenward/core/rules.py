"""What a rule set must offer to be run by any solver, and to be kept in any outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import CellTable
from havenward.core.members import Members
from havenward.core.orders import Counts, Phase
from havenward.core.telling import Telling


class Rules(Protocol):
    """A rule set for some members: cells, what is counted, and the phases of a day in their order."""

    @property
    def table(self) -> CellTable:
        """The cells, and the groups in which their people are counted."""
        ...

    @property
    def unit(self) -> str:
        """What moves together, in the plural; empty where a unit is one person, and units are then not counted."""
        ...

    @property
    def days(self) -> int:
        """Days that can be turned."""
        ...

    @property
    def members(self) -> int:
        """Members that are turned at once."""
        ...

    @property
    def exact(self) -> frozenset[str]:
        """Names of the solvers that carry these rules exactly."""
        ...

    @property
    def series(self) -> NDArray[np.int64]:
        """(C,) stock series of each cell, or NOBODY for cells that are empty at dusk."""
        ...

    @property
    def stocks(self) -> tuple[tuple[str, str, str], ...]:
        """Stage, site and origin of each stock series."""
        ...

    @property
    def links(self) -> tuple[tuple[str, str, str, str], ...]:
        """Quantity, from, to and origin of each flow series."""
        ...

    def start(self) -> NDArray[np.int64]:
        """Return (M, C) units on the eve of the first day."""
        ...

    def phases(self, day: int, counts: Counts) -> Iterator[Phase]:
        """Yield the phases of a day; `counts` is the solver's live (M, C) array, to be looked at only."""
        ...

    def signals(self, day: int) -> dict[str, NDArray[Any]]:
        """Return what else is kept of a day, (M, ...) by name: waits, closures, why figures moved."""
        ...


@dataclass(frozen=True)
class Signal:
    """A variable that is kept of each day beside stocks and flows.

    Attributes:
        dimensions: after member and day.
        kind: of its numbers.
        attributes: what it is, in words, and its unit.
    """

    dimensions: tuple[str, ...]
    kind: np.dtype[Any]
    attributes: Mapping[str, str]


class RuleSet(Protocol):
    """A model of one scenario: what all members share. It makes the rules for some of them."""

    @property
    def start(self) -> dt.date:
        """The first date."""
        ...

    @property
    def days(self) -> int:
        """Days that can be turned."""
        ...

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups in which people are counted."""
        ...

    @property
    def unit(self) -> str:
        """What moves together, in the plural; empty where a unit is one person, and units are then not counted."""
        ...

    @property
    def stages(self) -> tuple[str, ...]:
        """All stages that a unit can be in at dusk, in the order in which they are told."""
        ...

    @property
    def stocks(self) -> tuple[tuple[str, str, str], ...]:
        """Stage, site and origin of each stock series."""
        ...

    @property
    def links(self) -> tuple[tuple[str, str, str, str], ...]:
        """Quantity, from, to and origin of each flow series."""
        ...

    @property
    def telling(self) -> Telling:
        """What tables tell of the series beside themselves."""
        ...

    @property
    def signals(self) -> Mapping[str, Signal]:
        """Variables that the rules signal each day."""
        ...

    @property
    def coordinates(self) -> Mapping[str, tuple[str, Sequence[str]]]:
        """Dimension and labels of each coordinate of the signals and of the capacity."""
        ...

    @property
    def capacity(self) -> NDArray[np.float64]:
        """(days, camps) persons whom the camps hold."""
        ...

    @property
    def parameters(self) -> Mapping[str, Mapping[str, object]]:
        """Median, range, unit, label and source of every parameter."""
        ...

    @property
    def calibrated(self) -> str:
        """How parameters were calibrated, or nothing."""
        ...

    def for_members(self, members: Members, seed: int, spread: float, begin: int) -> Rules:
        """Return the rules for some members.

        Args:
            members: by which numbers they draw what is uncertain.
            seed: the run's seed.
            spread: 1 draws the assumptions from their ranges, 0 takes their medians.
            begin: first day that is turned.
        """
        ...
