"""The sums that the report of a Flee run is drawn from, taken out of its outcome once, in persons.

A run moves units of `hasten` persons each. Here everything is multiplied by it, apart from what scores are made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from havenward.fit.simulated import first_day, stocks_at
from havenward.report.detail import Detail
from havenward.report.digest import joined, told_days, unique, weekly_stock
from havenward.report.flee.registers import Compared, compared
from havenward.run.outcome import persons, stock
from havenward.scenario.flee.schema import FleeScenario

Values = NDArray[np.float64]

STAGES = ("in_camp", "on_the_road", "elsewhere")
"""Where people are told to be. Who is not yet displaced sets out on later days, which may not be told yet."""


@dataclass(frozen=True, eq=False)
class FleeSums:
    """What the report is drawn from.

    Attributes:
        dates: (time,) days.
        camps: names that may be told.
        people: (draw, time, camp) persons at the end of the day.
        capacity: (time, camp) persons for whom there is room, as the folder has it; not a number where there is no limit.
        full: (time, camp) persons from which the rules take the camp for full; not a number where they never do.
        stages: stage -> (draw, time) persons.
        hasten: persons whom one moving unit stands for.
        sites: what camps are called: where floods drive people, every place counts as one.
        compared: run and registers; None where there are none, or where they may not be told.
    """

    dates: NDArray[np.datetime64]
    camps: list[str]
    people: Values
    capacity: Values
    full: Values
    stages: dict[str, Values]
    hasten: int
    sites: str
    compared: Compared | None

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.people.shape[0])

    @property
    def site(self) -> str:
        """One of `sites`."""
        return self.sites.removesuffix("s")

    @property
    def total(self) -> Values:
        """(draw, time) persons in all camps."""
        return self.stages["in_camp"]

    @property
    def unit(self) -> str:
        """The unit of all figures, in words."""
        return "persons" if self.hasten == 1 else f"persons, moved in units of {self.hasten:,} persons"

    @property
    def order(self) -> list[int]:
        """Camps by their people on the last day, the most first."""
        return [int(number) for number in np.argsort(-np.median(self.people[:, -1], axis=0), kind="stable")]

    def registered(self, camp: str) -> int | None:
        """The column of a camp in the registers; None where it has none."""
        if self.compared is None or camp not in self.compared.camps:
            return None
        return self.compared.camps.index(camp)


def sums_of(outcome: xr.Dataset, scenario: FleeScenario, told: Detail) -> FleeSums:
    """The sums of an outcome, under the names and for the days that may be told."""
    outcome = told_days(outcome, told)
    hasten = scenario.settings.optimisations.hasten
    own = [str(name) for name in outcome["camp"].values]
    names = [told.camps[name] for name in own]
    people = joined(stocks_at(outcome, own).astype(np.float64), names, np.add) * hasten
    stages = {stage: persons(stock(outcome, stage)).values.astype(np.float64) * hasten for stage in STAGES}
    if told.weekly:
        people = weekly_stock(people)
        stages = {stage: weekly_stock(values[..., None])[..., 0] for stage, values in stages.items()}
    return FleeSums(
        dates=outcome["time"].values.astype("datetime64[D]"),
        camps=unique(names),
        people=people,
        capacity=joined(room(scenario, own, first_day(outcome, scenario), outcome.sizes["time"]), names, np.add),
        full=joined(outcome["capacity"].values.astype(np.float64), names, np.add) * hasten,
        stages=stages,
        hasten=hasten,
        sites="places" if scenario.settings.flood_mode else "camps",
        compared=compared(outcome, scenario) if told.allows("errors") else None,
    )


def room(scenario: FleeScenario, camps: Sequence[str], first: int, days: int) -> Values:
    """(time, camp) persons for whom `locations.csv` says there is room; not a number where it says nothing.

    What `capacity_per_day` adds is there by the end of a day.
    """
    places = [scenario.locations[scenario.index[name]] for name in camps]
    start = np.array([place.capacity or np.nan for place in places], dtype=np.float64)
    growth = np.array([max(place.capacity_per_day, 0) for place in places], dtype=np.float64)
    return np.asarray(start + growth * np.arange(first + 1, first + days + 1)[:, None])
