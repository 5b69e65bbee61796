"""What the registers of a Flee folder say, in the forms that scores need: day by day, and as printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from havenward.fit.reports import Floats, Ints, Reports
from havenward.scenario.flee.schema import CAMPS, FleeScenario
from havenward.scenario.flee.series import Series, SourceData


@dataclass(frozen=True, eq=False)
class Registered:
    """Registered stocks of `camps`, divided by `hasten` as simulated ones are.

    `daily` is (day, camp): whole numbers on straight lines between printed figures, as Flee counts them. Between two
    figures it knows the later one before it was printed. `reports` are the printed figures alone, fractions kept;
    `corrected` says whether they too were scaled by `registration_corrections.csv`, as `daily` always is.
    """

    camps: tuple[str, ...]
    daily: Floats
    reports: Reports
    corrected: bool

    def within(self, first: int, days: int) -> Registered:
        """The same for `days` days from day `first` on, which becomes day 0."""
        last = first + days
        kept = (self.reports.day >= first) & (self.reports.day < last)
        reports = Reports(self.reports.day[kept] - first, self.reports.camp[kept], self.reports.value[kept])
        return Registered(self.camps, self.daily[first:last], reports, self.corrected)


def registered(scenario: FleeScenario, corrected: bool = True) -> Registered:
    """The registered stocks of a folder on days 0 to `days` - 1. Raises ValueError where no camp has a series.

    A correction scales what was printed before a camp was counted anew. With `corrected` reports are on the level that
    drives Flee's departures, which nobody knew until the new count; without, as they stood in print, with the jump that
    the new count made. With `empty_camps_on_day0` the whole number of day 0 is taken off each camp's figures, as Flee
    does.
    """
    camps = scored_camps(scenario)
    if not camps:
        raise ValueError("no camp of locations.csv has a series in source_data, so there is nothing to score against")
    columns = [scenario.source.names.index(camp) for camp in camps]
    daily = scenario.registered_by_day()[: scenario.days, columns].astype(np.float64)
    base = daily[0] * scenario.settings.spawn_rules.empty_camps_on_day0
    source = scenario.source if corrected else replace(scenario.source, corrections=())
    return Registered(camps, daily - base, _reports(scenario, source, camps, base), corrected)


def scored_camps(scenario: FleeScenario) -> tuple[str, ...]:
    """Places whose stock is scored: camps at the start, in the order of `locations.csv`, that have a series.

    Later changes of a place do not alter the list; where floods drive departures, every location with a series is
    on it. The first series is the total and no camp's, whatever its name. (Columns of Flee's out.csv.)
    """
    known = frozenset(scenario.source.names[1:])
    every = scenario.settings.flood_mode
    return tuple(place.name for place in scenario.locations if (every or place.kind in CAMPS) and place.name in known)


def _reports(scenario: FleeScenario, source: SourceData, camps: tuple[str, ...], base: Floats) -> Reports:
    hasten = scenario.settings.optimisations.hasten
    printed = [_printed(source, camp, hasten, scenario.days) for camp in camps]
    return Reports(
        day=np.concatenate([days for days, _ in printed]),
        camp=np.repeat(np.arange(len(camps)), [len(days) for days, _ in printed]),
        value=np.concatenate([values - less for (_, values), less in zip(printed, base, strict=True)]),
    )


def _printed(source: SourceData, camp: str, hasten: int, days: int) -> tuple[Ints, Floats]:
    """Days and values of a camp's printed figures from day 0 to `days` - 1.

    An entry that is not later than every entry before it in the file is left out: Flee shows another figure on that
    date, and mostly its year is mistyped. Where several files are summed, only a date on which all have an entry
    counts: on the others the figure of one of them is filled in, if need be from a later date.
    """
    line = source.line(camp, hasten)
    series = next(found for found in source.series if found.name == camp)
    before = np.concatenate(([line.days.min() - 1], np.maximum.accumulate(line.days)[:-1]))
    kept = (line.days > before) & (line.days >= 0) & (line.days < days) & np.isin(line.days, _in_all(series))
    return line.days[kept], line.values[kept]


def _in_all(series: Series) -> Ints:
    """Days on which every file of a series has an entry."""
    return reduce(np.intersect1d, (np.array([day for day, _ in file.entries], dtype=np.int64) for file in series.files))
