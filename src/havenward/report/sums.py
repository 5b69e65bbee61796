"""What charts, tables and sentences of a siege need to know of its people, wherever that is kept.

A run keeps every series of every day, and what is read of it lies in memory (`digest.py`); an ensemble keeps less of far
more members, and is read one series at a time (`stored.py`). All are persons (men, women, boys and girls together) in whole
numbers held as float64.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Days = NDArray[np.datetime64]

QUEUE_STAGES = ("waiting", "in_screening")
CROSSING_STAGES = (*QUEUE_STAGES, "held", "held_apart")
DISPLACED_STAGES = (*CROSSING_STAGES, "in_transit", "in_camp", "in_host")

WEEK = 7
FEWEST_DAYS_FOR_WEEKS = 56


class Series(Protocol):
    """Sums by key."""

    @property
    def draws(self) -> int:
        """Number of draws."""
        ...

    def of(self, *key: Hashable) -> Values:
        """(draw, time) persons; noughts where there is no such series."""
        ...

    def total(self, keys: Iterable[tuple[Hashable, ...]]) -> Values:
        """(draw, time) persons summed over keys."""
        ...

    def names(self, kind: str) -> list[str]:
        """The second parts of the keys of a kind, in the order in which they were met."""
        ...


@dataclass(frozen=True)
class Sums:
    """People by stage, camp, crossing and area."""

    dates: Days
    """(time,) days."""
    period: int
    """Days that a flow is summed over: 7, or 1 in a short run."""
    stocks: Series
    """keys: (stage, <stage>), (camp, name), (queue, crossing)."""
    flows: Series
    """keys: (quantity, <quantity>), (arrived, crossing), (area, <area>): those who arrived from it."""
    camps: list[str]
    capacity: Values
    """(time, camp) persons."""
    crossings: list[str]
    wait: Values | None
    """(draw, time, crossing) mean days waited by those screened that day; NaN where nobody was. None: not kept."""
    closed: Values | None
    """(time, crossing) share of draws in which the crossing was closed. None: not kept."""

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self.stocks.draws

    @property
    def periods(self) -> Days:
        """(period,) first days of the whole periods of the run."""
        return self.dates[: len(self.dates) // self.period * self.period : self.period]

    @property
    def middles(self) -> Days:
        """(period,) days in the middle of the whole periods, where a flow over a period is drawn."""
        return self.periods + self.period // 2

    @property
    def per(self) -> str:
        """The period in words."""
        return "week" if self.period == WEEK else "day"

    def by_period(self, daily: Values) -> Values:
        """Sums of a daily flow over whole periods: (draw, time) to (draw, period)."""
        whole = len(self.periods) * self.period
        return np.asarray(daily[:, :whole].reshape(daily.shape[0], -1, self.period).sum(axis=2))

    def displaced(self) -> Values:
        """(draw, time) persons who are out and not yet home: at crossings, on the way, in camps, with hosts."""
        return self.stocks.total(("stage", stage) for stage in DISPLACED_STAGES)

    def arrivals(self) -> Values:
        """(draw, time) persons who reached a crossing that day."""
        return self.flows.of("quantity", "arrived")

    def standing(self, stages: Iterable[str]) -> tuple[Days, Values]:
        """(days,) on which it is known how many are in some stages, and (draw, days) persons in any of them."""
        return self.dates, self.stocks.total(("stage", stage) for stage in stages)

    def over_run(self, *key: Hashable) -> Values:
        """(draw,) persons of a flow over the whole run."""
        return np.asarray(self.flows.of(*key).sum(axis=1))

    def over_run_of(self, kind: str) -> dict[str, Values]:
        """(draw,) persons of every flow of a kind over the whole run, by name."""
        return {name: self.over_run(kind, name) for name in self.flows.names(kind)}
