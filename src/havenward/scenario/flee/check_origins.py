"""Whether people have somewhere to set out from on every day, and a road that is open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from havenward.scenario.flee.draft import Draft
from havenward.scenario.flee.schema import Closure, Location, LocationChange
from havenward.scenario.flee.settings import FleeSettings
from havenward.scenario.problems import Problems

Flags = npt.NDArray[np.bool_]

ACTIVE = 1e-6
"""Intensity above which a place is a conflict zone."""

MAX_CELLS = 20_000_000
"""Days times places that a run may have: each is a figure in several tables."""

MAX_STEPS = 10_000_000
"""Changes of zones or closures, times closures, up to which it is looked whether people can get out."""


def check_origins(draft: Draft, problems: Problems) -> None:
    """Whether conflict zones with people exist when people must set out, and whether the only ones are sealed."""
    settings, period = draft.settings.values, draft.period
    if period is not None and period.days * len(draft.locations.rows) > MAX_CELLS:
        wrong = f"the days of the run times the places are more than {MAX_CELLS:,}"
        problems.error(draft.locations.file, 1, "", "", wrong, "Leave out places, or shorten the run")
        return
    whole = draft.locations.whole and draft.routes.whole and draft.closures.whole and draft.changes.whole
    if settings is None or period is None or settings.flood_mode or not whole or draft.conflicts is None:
        return
    zones = conflict_zones(draft, period.days)
    people = np.array([location.population > 0 for location in draft.locations.rows], dtype=bool)
    origins = zones & people
    _check_days_without_origin(draft, settings, origins, problems)
    _check_dates_without_conflict(draft, zones, problems)
    _check_sealed(draft, origins, problems)


def conflict_zones(draft: Draft, days: int) -> Flags:
    """Which places are conflict zones, (days, locations), by their kind, the changes of kind and `conflicts.csv`.

    A place that begins as one stays one until the table turns from conflict to none; the table speaks only where
    it changes.
    """
    rows = {location.name: row for row, location in enumerate(draft.locations.rows)}
    state = np.array([location.starts_in_conflict for location in draft.locations.rows], dtype=bool)
    table = np.zeros((days, len(rows)), dtype=bool)
    if draft.conflicts is not None:
        names, values = draft.conflicts[0].names, draft.conflicts[0].values[:days]
        at = [rows[name] for name in names if name in rows]
        kept = [column for column, name in enumerate(names) if name in rows]
        table[: len(values), at] = values[:, kept] > ACTIVE
    before = np.zeros(len(rows), dtype=bool)
    zones = np.zeros_like(table)
    changes: dict[int, list[LocationChange]] = {}
    for change in draft.changes.rows:
        changes.setdefault(change.day, []).append(change)
    for day in range(days):
        for change in changes.get(day, ()):
            if change.name in rows:
                state[rows[change.name]] = change.kind == "conflict"
        state = np.where(table[day] != before, table[day], state)
        before = table[day]
        zones[day] = state
    return zones


def _check_days_without_origin(draft: Draft, settings: FleeSettings, origins: Flags, problems: Problems) -> None:
    """In the mode that follows the registers, Flee stops on a day on which nobody can be drawn."""
    spawn = settings.spawn_rules
    if spawn.conflict_driven_spawning is not None or spawn.starvation_driven_spawning or spawn.flood_zone_spawning_only:
        return
    empty = np.flatnonzero(~origins.any(axis=1))
    if len(empty):
        day = int(empty[0])
        wrong = f"on day {day} no conflict zone with people is left to set out from, at which Flee stops"
        mend = "Give a zone a population in locations.csv, or a conflict on that day here"
        problems.error(draft.paths["conflicts.csv"], _line_of(draft, day), "", day, wrong, mend)


def _check_dates_without_conflict(draft: Draft, zones: Flags, problems: Problems) -> None:
    for row, (line, location) in enumerate(draft.locations):
        date = location.conflict_date
        if date is not None and 0 < date < len(zones) and not zones[:, row].any():
            wrong = "the conflict never begins: Flee takes its days from conflicts.csv, which has none for this place"
            mend = "Write the conflict there, or call the place a town"
            problems.warning(draft.locations.file, line, "conflict_date", date, wrong, mend)


def _check_sealed(draft: Draft, origins: Flags, problems: Problems) -> None:
    """Days on which people are in conflict zones, every one of which has roads, and none of them is open."""
    graph = _Graph.of(draft, np.flatnonzero(origins.any(axis=0)).tolist())
    days, turns = len(origins), _turning_days(draft, origins)
    if len(turns) * len(draft.closures.rows) > MAX_STEPS:
        wrong = "there are too many closures to look whether people can get out"
        problems.warning(draft.closures.file, 1, "", "", wrong, "Leave out closures that never matter")
        return
    spans: dict[int, _Span] = {}
    for first, after in zip(turns, [*turns[1:], days], strict=True):
        zones = [int(zone) for zone in np.flatnonzero(origins[first])]
        shut = [(line, closure) for line, closure in draft.closures if _in_force(closure, first)]
        if not zones or any(graph.has_way_out(zone, shut) for zone in zones):
            continue
        for line, closure in shut:
            span = spans.get(line)
            if span is not None and span.after == first:
                span.after = after
            elif span is None and any(graph.touches(zone, closure) for zone in zones):
                spans[line] = _Span(closure, zones, first, after)
    for line, span in spans.items():
        names = ", ".join(draft.locations.rows[zone].name for zone in span.zones[:3])
        whom = f"{names}, the only origin" if len(span.zones) == 1 else f"every origin ({names})"
        wrong = f"it seals {whom}: nobody can leave from day {span.first} to day {span.after - 1}"
        mend = "Delete the row, name another place, or mean it"
        problems.warning(draft.closures.file, line, "name1", span.closure.name1, wrong, mend)


@dataclass
class _Span:
    """Days from `first` to the one before `after` on which a closure helps to seal every origin; `zones` at first."""

    closure: Closure
    zones: list[int]
    first: int
    after: int


def _turning_days(draft: Draft, origins: Flags) -> list[int]:
    """Days on which the origins or the closures differ from the day before, from day 0."""
    changed = np.flatnonzero((origins[1:] != origins[:-1]).any(axis=1)) + 1
    dates = {date for closure in draft.closures.rows for date in (closure.start, closure.end) if date is not None}
    return sorted({0, *(int(day) for day in changed), *(day for day in dates if 0 < day < len(origins))})


def _in_force(closure: Closure, day: int) -> bool:
    """Whether the closure holds at the end of day `day`. One that opens before it closes holds for ever."""
    if closure.start < 0 or day < closure.start or closure.end == closure.start:
        return False
    return closure.end is None or closure.end < closure.start or day < closure.end


def _line_of(draft: Draft, day: int) -> int:
    lines = draft.conflicts[1].lines if draft.conflicts is not None else ()
    return lines[day] if day < len(lines) else 1


@dataclass(frozen=True)
class _Graph:
    """Places, and the neighbours of some of them, by row."""

    places: list[Location]
    neighbours: dict[int, list[int]]

    @classmethod
    def of(cls, draft: Draft, some: list[int]) -> _Graph:
        rows = {location.name: row for row, location in enumerate(draft.locations.rows)}
        neighbours: dict[int, list[int]] = {row: [] for row in some}
        wanted = {draft.locations.rows[row].name for row in some}
        for route in draft.routes.rows:
            for one, other in ((route.from_place, route.to_place), (route.to_place, route.from_place)):
                if one in wanted and other in rows:
                    neighbours[rows[one]].append(rows[other])
        return cls(draft.locations.rows, neighbours)

    def has_way_out(self, zone: int, shut: list[tuple[int, Closure]]) -> bool:
        """Whether any road out of a place is open; a place without roads is told of elsewhere."""
        return not self.neighbours[zone] or any(
            not any(_closes(closure, self.places[zone], self.places[other]) for _, closure in shut)
            for other in self.neighbours[zone]
        )

    def touches(self, zone: int, closure: Closure) -> bool:
        """Whether the closure shuts any road out of a place."""
        return any(_closes(closure, self.places[zone], self.places[other]) for other in self.neighbours[zone])


def _closes(closure: Closure, one: Location, other: Location) -> bool:
    """Whether a closure shuts the road between two places. Roads closed one by one stay open in Flee."""
    if closure.kind == "location":
        return closure.name1 in (one.name, other.name)
    return closure.kind == "country" and {closure.name1, closure.name2} == {one.country, other.country}
