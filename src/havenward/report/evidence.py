"""Evidence against a run: what each counter printed, beside what it would have printed under the model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import FEWEST_DRAWS, SMALLEST_HOME, Interval, interval
from havenward.report.detail import Detail
from havenward.report.digest import Digest
from havenward.scenario.schema import Evidence, Scenario

MEASURES = {"stock": "stock", "flow": "flow", "cumulative": "cumulative"}
UNITS = {"individuals": "persons", "households": "households"}
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


@dataclass(frozen=True)
class Compared:
    """One printed figure with the model's figure for the same counter, days and unit."""

    row: Evidence
    model: Interval | None
    """None where the run has one draw, or begins after the counter did."""

    @property
    def first(self) -> dt.date:
        """First day that the figure covers; its date, unless it is a flow over several days."""
        return self.row.from_date or self.row.date if self.row.measure == "flow" else self.row.date

    @property
    def days(self) -> int:
        """Days that the figure covers."""
        return (self.row.date - self.first).days + 1

    @property
    def spread(self) -> tuple[float, float]:
        """The printed range; the printed figure twice where none was printed."""
        row = self.row
        return (row.value if row.low is None else row.low, row.value if row.high is None else row.high)

    @property
    def inside(self) -> bool | None:
        """Whether the printed figure, or its printed range, meets the model's 80 % interval."""
        if self.model is None:
            return None
        low, high = self.spread
        return low <= self.model.high and high >= self.model.low


@dataclass(frozen=True)
class Counted:
    """One series of evidence and what the model says of it."""

    series: str
    what: str
    title: str
    unit: str
    measure: str
    figures: list[Compared]
    observed: NDArray[np.float64]
    """(draw, time) what the counter would print; of a flow, what it would print of one day."""

    @property
    def flow(self) -> bool:
        """Whether the figures are flows."""
        return self.measure == MEASURES["flow"]


def counted(scenario: Scenario, sums: Digest, told: Detail) -> list[Counted]:
    """Every series of evidence that falls into the run and may be told, the longest first."""
    observers = {observer.name: observer for observer in scenario.observers}
    small = {place.name for place in scenario.locations if place.kind == "home" and place.population < SMALLEST_HOME}
    first, last = sums.dates[0].item(), sums.dates[-1].item()
    found = []
    for series, observed in sums.observed.items():
        known = [row for row in scenario.evidence if row.series == series and tellable(row, told, small)]
        rows = sorted(known, key=lambda row: row.date)
        figures = []
        for row in rows:
            observer = observers.get(row.observer)
            comparable = observer is None or observer.end is None or row.date <= observer.end
            figure = Compared(row, None)
            if comparable and first <= figure.first and row.date <= last:
                figures.append(Compared(row, model_of(observed, figure, sums)))
        if figures:
            found.append(described(series, figures, observed, observers[rows[0].observer].title if observers else ""))
    return sorted(found, key=lambda count: -len(count.figures))


def tellable(row: Evidence, told: Detail, small: Collection[str]) -> bool:
    """Whether a figure may be told: one of a single place only where that place may be named, of a small home never."""
    if row.site in small:
        return False
    return told.full or not row.site or (told.allows("camps") and row.site in told.camps)


def described(series: str, figures: list[Compared], observed: NDArray[np.float64], who: str) -> Counted:
    """A series with its words."""
    row = figures[0].row
    what = QUANTITIES[row.quantity]
    where = f", {row.site}" if row.site else ""
    unit = UNITS[row.unit] if row.quantity != "camp_share" else "share"
    return Counted(series, what, f"{what}{where}: {who or row.observer}", unit, MEASURES[row.measure], figures, observed)


def model_of(observed: NDArray[np.float64], figure: Compared, sums: Digest) -> Interval | None:
    """What the counter would have printed, summed over the days of a flow; None where that cannot be said."""
    end = (figure.row.date - sums.dates[0].item()).days
    days = observed[:, end - figure.days + 1 : end + 1]
    if observed.shape[0] < FEWEST_DRAWS or not np.isfinite(days).all():
        return None
    return interval(days.sum(axis=1))


def parted(counts: Sequence[Counted], most: int) -> tuple[list[Counted], list[Counted], list[Counted]]:
    """The longest series that go with arrivals, the longest that go with stocks, and the rest of two figures or more."""
    moving = [count for count in counts if count.measure != MEASURES["stock"]]
    standing = [count for count in counts if count.measure == MEASURES["stock"]]
    rest = [count for count in (*moving[most:], *standing[most:]) if len(count.figures) > 1]
    return moving[:most], standing[:most], rest
