"""Ways that open during a run: which they are, and the danger that is assumed on all ways."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from importlib.resources import files

from havenward.report.assumptions import Assumed
from havenward.report.detail import Detail
from havenward.report.facts import day_text
from havenward.scenario.schema import Corridor, Scenario

PARAMETERS = files("havenward.model.siege") / "parameters.csv"
"""Read as a table: the module beside it would load what draws parameters."""

USES = {"road": "by vehicle", "night": "on foot at night", "front": "towards the advancing side"}

NOT_TOLD = "not told while a case is live"
"""In place of how people go: who may be met on foot at night helps those who look for them."""


def opened(scenario: Scenario, last: dt.date) -> list[Corridor]:
    """Corridors that open after the scenario's first day and not after the last day of the run, be it for a day."""
    start = scenario.header.start
    return [
        row
        for row in scenario.corridors
        if row.opened is not None and start < row.opened <= last and (row.closed is None or row.opened < row.closed)
    ]


def opened_rows(corridors: Sequence[Corridor], scenario: Scenario, told: Detail) -> list[list[str]]:
    """From which area, to which crossing, how and from when, under the names that may be told, each once, by date."""
    area = {place.name: place.area or place.name for place in scenario.locations}
    ways = {
        (row.opened, area[row.from_place], told.crossings[row.crossing], USES[row.use] if told.full else NOT_TOLD)
        for row in corridors
        if row.opened is not None
    }
    return [[start, end, how, day_text(day)] for day, start, end, how in sorted(ways)]


def danger_of(assumptions: Sequence[Assumed]) -> list[Assumed]:
    """The assumptions about what happens to people on the way, in their order: one group, the same for all ways."""
    with PARAMETERS.open(encoding="utf-8") as file:
        names = {row["name"] for row in csv.DictReader(file) if row["danger"] == "true"}
    return [row for row in assumptions if row.name in names]
