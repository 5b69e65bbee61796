"""What a model asks of a scenario, for the checks: they know no model, so whoever reads a scenario for one hands this in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Known(Protocol):
    """A parameter, as far as the checks look at it."""

    @property
    def median(self) -> float:
        """Its value where the scenario says nothing."""

    @property
    def high(self) -> float:
        """The upper end of its range where the scenario says nothing."""

    @property
    def limits(self) -> str:
        """The values that it may have, in words."""

    @property
    def unit(self) -> str:
        """Its unit."""

    def refusal(self, value: float) -> str | None:
        """Why it cannot have a value, or None where it can."""


@dataclass(frozen=True)
class Requirements:
    """What a model asks.

    Attributes:
        parameters: those that an assumption may be about, by name.
        most_nights: nights that a walk may take; longer walks are cut to them.
        slow_below: mobility of a class of households below which it walks slowly.
    """

    parameters: Mapping[str, Known]
    most_nights: int
    slow_below: float
