"""What stands on the map of a Flee run, in degrees and persons: places by kind, routes, and camps on the last day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.model.flee.course import Course, course_of
from havenward.model.flee.mends import LEVELS, Level
from havenward.model.flee.roads import links_of
from havenward.report.flee.sums import FleeSums, Values
from havenward.report.geometry import Box, Points, box_around
from havenward.report.map_scene import Spots
from havenward.scenario.flee.schema import FleeScenario, Location

NONE = Spots([], np.zeros((0, 2)))

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class FleeScene:
    """The map on the last day.

    Attributes:
        camps: names and points.
        people: (camp,) median persons.
        capacity: (camp,) persons; not a number where there is no limit.
        struck: conflict zones on the last day; where floods drive people, places under water.
        once: places that were so on an earlier day of the run only.
        towns: all other places that people may stay in.
        bends: bends of roads, and places that are passed at once.
        routes: (n, 2, 2) ends of routes that are open on the last day.
        closed: (n, 2, 2) ends of routes that are closed.
        box: the part of the world to draw.
        flood: whether floods drive people.
    """

    camps: Spots
    people: Values
    capacity: Values
    struck: Spots
    once: Spots
    towns: Spots
    bends: Spots
    routes: Points
    closed: Points
    box: Box
    flood: bool


def flee_scene(sums: FleeSums, scenario: FleeScenario, level: Level, *, full: bool) -> FleeScene:
    """The places and routes of a run; without full detail its camps alone, and none that is told with others."""
    by_name = {place.name: place for place in scenario.locations}
    named = [number for number, name in enumerate(sums.camps) if name in by_name]
    camps = spots([by_name[sums.camps[number]] for number in named])
    first = (sums.dates[0].item() - scenario.start).days
    days = slice(first, first + len(sums.dates))
    people, capacity = np.median(sums.people[:, -1, named], axis=0), sums.capacity[-1, named]
    flood = scenario.settings.flood_mode
    if not full:
        nothing = np.zeros((0, 2, 2))
        box = box_around(camps.points)
        return FleeScene(camps, people, capacity, NONE, NONE, NONE, NONE, nothing, nothing, box, flood)
    course = course_of(scenario, LEVELS[level])
    struck = scenario.flood_by_day() if flood else course.conflict
    kinds = parted(scenario.locations, set(sums.camps), np.asarray(struck[days] > 0))
    routes, closed = routes_of(scenario, course, days.stop - 1)
    every = spots(scenario.locations)
    return FleeScene(camps, people, capacity, *kinds, routes, closed, box_around(every.points), flood)


def parted(places: tuple[Location, ...], camps: set[str], struck: Flags) -> tuple[Spots, Spots, Spots, Spots]:
    """Places struck on the last day, struck before, towns, and bends; a camp that is struck is both."""
    now, ever = struck[-1], np.asarray(struck.any(axis=0))
    kinds: tuple[list[Location], ...] = ([], [], [], [])
    for number, place in enumerate(places):
        if ever[number]:
            kinds[0 if now[number] else 1].append(place)
        elif place.name not in camps:
            kinds[3 if place.kind in ("marker", "forward") else 2].append(place)
    one, two, three, four = (spots(kind) for kind in kinds)
    return one, two, three, four


def routes_of(scenario: FleeScenario, course: Course, day: int) -> tuple[Points, Points]:
    """Ends of routes that are open on a day in one direction at least, and of those that are not."""
    links = links_of(scenario)
    pairs: dict[tuple[int, int], bool] = {}
    for a, b, is_open in zip(links.start.tolist(), links.end.tolist(), course.links_open[day].tolist(), strict=True):
        key = (min(a, b), max(a, b))
        pairs[key] = pairs.get(key, False) or is_open
    points = spots(scenario.locations).points
    ends = {
        wanted: [[points[a], points[b]] for (a, b), is_open in pairs.items() if is_open is wanted]
        for wanted in (True, False)
    }
    return np.array(ends[True]).reshape(-1, 2, 2), np.array(ends[False]).reshape(-1, 2, 2)


def spots(places: tuple[Location, ...] | list[Location]) -> Spots:
    """Names and points of places."""
    points = np.array([(place.lon, place.lat) for place in places], dtype=np.float64).reshape(-1, 2)
    return Spots([place.name for place in places], points)
