"""What is counted of a stock or a flow: people by group, and behind them the units in which they move."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Counted:
    """The counts of a rule set, the last dimension of its stocks and flows.

    Attributes:
        groups: names of the groups of people, which come first.
        unit: what moves together, counted last; empty where a unit is one person, and no units are counted.
    """

    groups: tuple[str, ...]
    unit: str

    @property
    def names(self) -> tuple[str, ...]:
        """What is counted, in its order."""
        return (*self.groups, self.unit) if self.unit else self.groups

    @property
    def units(self) -> tuple[str, ...]:
        """Of each count, whether it is of individuals or of the units in which they move."""
        return tuple(self.unit if name == self.unit else "individuals" for name in self.names)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Group and unit of what a table tells: all persons, each of several groups, the units."""
        several = self.groups if len(self.groups) > 1 else ()
        parts = (*((group, "individuals") for group in several), *((("all", self.unit),) if self.unit else ()))
        return ("all", "individuals"), *parts

    def people(self, counts: NDArray[Any]) -> NDArray[Any]:
        """Return (..., groups) people of (..., counts)."""
        return counts[..., : len(self.groups)]

    def persons(self, counts: NDArray[Any]) -> NDArray[Any]:
        """Return (...) persons of (..., counts): all groups, added up in their order."""
        return np.asarray(reduce(add, (counts[..., group] for group in range(len(self.groups)))))

    def told(self, counts: NDArray[Any]) -> NDArray[Any]:
        """Return (..., rows) of (..., counts): what a table tells."""
        parts = len(self.rows) - 1
        return np.concatenate([self.persons(counts)[..., None], counts[..., counts.shape[-1] - parts :]], axis=-1)
