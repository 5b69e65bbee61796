"""Evidence against a run: what each counter printed, beside what it would have printed under the model."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import FEWEST_DRAWS, Interval, interval
from havenward.report.digest import Digest
from havenward.scenario.schema import Evidence, Scenario

ARRIVALS = ("arrivals", "screened")
"""Quantities that belong with the arrivals; all others are stocks, or shares of one."""

MEASURES = {"stock": "stock on the day", "flow": "flow in the span", "cumulative": "cumulative since the count began"}
UNITS = {"individuals": "persons", "households": "households"}


@dataclass(frozen=True)
class Compared:
    """One printed figure with the model's figure for the same counter, day and unit."""

    row: Evidence
    model: Interval | None
    """None where the run has one draw."""

    @property
    def inside(self) -> bool | None:
        """Whether the printed figure, or its printed range, meets the model's 80 % interval."""
        if self.model is None:
            return None
        low = self.row.value if self.row.low is None else self.row.low
        high = self.row.value if self.row.high is None else self.row.high
        return low <= self.model.high and high >= self.model.low


@dataclass(frozen=True)
class Counted:
    """One series of evidence and what the model says of it."""

    series: str
    title: str
    unit: str
    measure: str
    arrivals: bool
    figures: list[Compared]
    observed: NDArray[np.float64]
    """(draw, time) what the counter would print."""

    def days(self) -> list[dt.date]:
        """The days that the printed figures speak of."""
        return [figure.row.date for figure in self.figures]


def counted(scenario: Scenario, sums: Digest) -> list[Counted]:
    """Every series of evidence that falls into the run, with what the model says on the same days."""
    found = []
    first, last = sums.dates[0].item(), sums.dates[-1].item()
    observers = {observer.name: observer for observer in scenario.observers}
    for series, observed in sums.observed.items():
        rows = [row for row in scenario.evidence if row.series == series and first <= row.date <= last]
        if not rows:
            continue
        row = rows[0]
        observer = observers.get(row.observer)
        who = (observer.title if observer else "") or row.observer
        figures = [Compared(row, model_on(observed, row.date, sums)) for row in sorted(rows, key=lambda row: row.date)]
        what = QUANTITIES[row.quantity] + (f", {row.site}" if row.site else "")
        unit = UNITS[row.unit] if row.quantity != "camp_share" else "share of the displaced"
        measure = MEASURES[row.measure]
        found.append(Counted(series, f"{what}: {who}", unit, measure, row.quantity in ARRIVALS, figures, observed))
    return found


QUANTITIES = {
    "displaced": "Displaced",
    "arrivals": "Arrivals",
    "returned": "Returned",
    "in_camps": "In camps",
    "camp_share": "Share in camps",
    "at_home": "Still at home",
    "occupancy": "Occupancy",
    "screened": "Screened",
}


def model_on(observed: NDArray[np.float64], day: dt.date, sums: Digest) -> Interval | None:
    """The model's figure on a day, or None where there are too few draws for an interval."""
    if observed.shape[0] < FEWEST_DRAWS:
        return None
    return interval(observed[:, (day - sums.dates[0].item()).days])
