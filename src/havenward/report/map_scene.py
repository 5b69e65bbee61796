"""What stands on the map, in degrees and persons: places, arrows, and what they are on a day. No pixels here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from havenward.report.detail import Detail
from havenward.report.digest import Digest
from havenward.report.flows import RECEPTION
from havenward.report.geometry import Box, Points, box_around, main_box, points_of
from havenward.scenario.schema import Location, Scenario

Values = NDArray[np.float64]

INSET_SHARE = 0.35
"""An inset is drawn where most people live in a box less wide than this share of the map."""

INSET_WEIGHT = 0.6
"""Share of the people who must live in it."""

FEWEST_FOR_INSET = 5
WIDER = 1.25
"""How much further than that homes are still taken in."""

LEAST_ARROW = 0.01
"""Arrows with less than this share of the widest one's persons are left out."""


@dataclass(frozen=True)
class Spots:
    """Places of one kind, in one order."""

    names: list[str]
    points: Points


@dataclass(frozen=True)
class Arrow:
    """A schematic way between two points, and the links whose people it carries."""

    start: tuple[float, float]
    end: tuple[float, float]
    out: bool
    """True from an area to a crossing, False from a crossing to a place of reception."""
    links: NDArray[np.int64]


@dataclass(frozen=True)
class Scene:
    """Everything that stands still."""

    homes: Spots
    sizes: Values
    """(home,) persons at the start."""
    besieged: Values
    """(time, home) mean share behind the line."""
    crossings: Spots
    camps: Spots
    hosts: Spots
    marks: Spots
    areas: Spots
    arrows: list[Arrow]
    largest_plots: Values
    """(camp,) persons whom the plots hold at their most."""
    box: Box
    inset: Box | None


@dataclass(frozen=True)
class Moment:
    """What the places are on one day."""

    day: np.datetime64
    besieged: Values
    """(home,) mean share behind the line."""
    people: Values
    """(camp,) median persons at the end of the day."""
    plots: Values
    """(camp,) persons whom the plots hold."""
    queue: Values
    """(crossing,) median persons who wait."""
    widths: Values
    """(arrow,) mean persons in the period."""


def scene(sums: Digest, scenario: Scenario, told: Detail) -> Scene:
    """The places and arrows of a run, as far as its tier lets them be drawn."""
    by_name = {place.name: place for place in scenario.locations}
    homes, rows = drawn_homes(sums, by_name, full=told.full)
    # Without full detail neither crossings nor ways are drawn: a sector has no place on a map.
    crossings = [by_name[name] for name in sums.crossings if name in by_name] if told.full else []
    camps = [by_name[name] for name in sums.camps if name in by_name]
    hosts = [place for place in scenario.locations if place.kind == "host"]
    marks = [place for place in scenario.locations if place.kind == "mark"]
    areas = centres(sums, by_name)
    arrows = arrows_of(sums, by_name, areas) if told.full else []
    sizes = np.array([place.population for place in homes], dtype=np.float64)
    box, inset = boxes(sums, homes, sizes, crossings, camps)
    return Scene(
        homes=spots(homes),
        sizes=sizes,
        besieged=np.stack([sums.besieged[:, row].mean(axis=1) for row in rows], axis=1),
        crossings=spots(crossings),
        camps=spots(camps),
        hosts=spots(hosts),
        marks=spots(marks),
        areas=areas,
        arrows=arrows,
        largest_plots=sums.capacity[:, [sums.camps.index(place.name) for place in camps]].max(axis=0, initial=0),
        box=box,
        inset=inset,
    )


def spots(places: Sequence[Location]) -> Spots:
    """Names and points of places."""
    return Spots([place.name for place in places], points_of(places))


def drawn_homes(sums: Digest, by_name: dict[str, Location], *, full: bool) -> tuple[list[Location], list[NDArray[np.int64]]]:
    """Homes as they may be drawn, with their columns of the digest: each its own, or all of an area for one point."""
    if full:
        known = [(by_name[name], number) for number, name in enumerate(sums.homes) if name in by_name]
        return [place for place, _ in known], [np.array([number]) for _, number in known]
    merged, rows = [], []
    for area in sums.areas:
        members = [n for n, name in enumerate(sums.homes) if name in by_name and by_name[name].area == area]
        if members:
            places = [by_name[sums.homes[number]] for number in members]
            lon, lat = weighted_middle(places)
            people = sum(place.population for place in places)
            merged.append(places[0].model_copy(update={"name": area, "lon": lon, "lat": lat, "population": people}))
            rows.append(np.array(members))
    return merged, rows


def weighted_middle(places: Sequence[Location]) -> tuple[float, float]:
    """Longitude and latitude of the middle of homes, by people."""
    weights = np.array([max(place.population, 1.0) for place in places])
    lon, lat = np.average(points_of(places), axis=0, weights=weights)
    return float(lon), float(lat)


def centres(sums: Digest, by_name: dict[str, Location]) -> Spots:
    """Areas of origin at the middle of their people."""
    names, points = [], []
    for area in sums.areas:
        places = [by_name[name] for name in sums.homes if name in by_name and (by_name[name].area or name) == area]
        if places:
            names.append(area)
            points.append(weighted_middle(places))
    return Spots(names, np.array(points, dtype=np.float64).reshape(-1, 2))


def arrows_of(sums: Digest, by_name: dict[str, Location], areas: Spots) -> list[Arrow]:
    """Arrows from areas to crossings and from crossings to places of reception, the small ones left out."""
    ends = {name: (float(point[0]), float(point[1])) for name, point in zip(areas.names, areas.points, strict=True)}
    found: dict[tuple[tuple[float, float], tuple[float, float], bool], list[int]] = {}
    for number, (quantity, start, end, _) in enumerate(sums.links.keys):
        if quantity == "arrived" and start in by_name and end in by_name:
            area = by_name[start].area or start
            if area in ends:
                found.setdefault((ends[area], position(by_name[end]), True), []).append(number)
        elif quantity in RECEPTION and start in by_name and end in by_name:
            found.setdefault((position(by_name[start]), position(by_name[end]), False), []).append(number)
    arrows = [Arrow(start, end, out, np.array(links)) for (start, end, out), links in found.items()]
    totals = sums.links.totals.mean(axis=0)
    widest = max((totals[arrow.links].sum() for arrow in arrows), default=0.0)
    return [arrow for arrow in arrows if totals[arrow.links].sum() > LEAST_ARROW * widest]


def position(place: Location) -> tuple[float, float]:
    """Longitude and latitude."""
    return place.lon, place.lat


def boxes(
    sums: Digest, homes: Sequence[Location], sizes: Values, crossings: Sequence[Location], camps: Sequence[Location]
) -> tuple[Box, Box | None]:
    """The part of the world to draw, and the part of it where most homes lie close together."""
    through = [float(sums.flows.of("arrived", place.name).sum()) for place in crossings]
    held = [float(sums.stocks.of("camp", place.name).max(initial=0)) for place in camps]
    points = np.concatenate((points_of(homes), points_of(crossings), points_of(camps)))
    weights = np.concatenate([shares(sizes), shares(through), shares(held)])
    box = main_box(points, weights)
    return box, close_box(points_of(homes), shares(sizes), box)


def close_box(points: Points, weights: Values, box: Box) -> Box | None:
    """The box round the largest home in which most people live; None where it is no closer than the map.

    Homes are taken in by their distance from the largest; once most people are in, so are homes that lie no further off.
    """
    if len(points) < FEWEST_FOR_INSET or weights.sum() <= 0:
        return None
    centre = points[int(weights.argmax())]
    shrink = float(np.cos(np.radians(centre[1])))
    distance = np.hypot((points[:, 0] - centre[0]) * shrink, points[:, 1] - centre[1])
    order = np.argsort(distance, kind="stable")
    most = int(np.searchsorted(np.cumsum(weights[order]), INSET_WEIGHT))
    reach = distance[order[min(max(most, FEWEST_FOR_INSET - 1), len(order) - 1)]]
    near = distance <= reach * WIDER
    close = box_around(points[near])
    wide = max(close.km[0] / box.km[0], close.km[1] / box.km[1])
    return close if wide < INSET_SHARE else None


def shares(values: Iterable[float] | Values) -> Values:
    """Values as shares of their sum; noughts where there is nothing to share."""
    array = np.array(list(values), dtype=np.float64)
    total = array.sum()
    return array / total if total > 0 else array


def moment(still: Scene, sums: Digest, day: int) -> Moment:
    """What the places are at the end of the day with that number."""
    period = min(day // sums.period, len(sums.links.means) - 1)
    flow = sums.links.means[period] if period >= 0 else np.zeros(len(sums.links.keys))
    columns = [sums.camps.index(name) for name in still.camps.names]
    return Moment(
        day=sums.dates[day],
        besieged=still.besieged[day],
        people=median_of([sums.stocks.of("camp", name)[:, day] for name in still.camps.names]),
        plots=sums.capacity[day, columns],
        queue=median_of([sums.stocks.of("queue", name)[:, day] for name in still.crossings.names]),
        widths=np.array([flow[arrow.links].sum() for arrow in still.arrows]),
    )


def overall(still: Scene, sums: Digest, day: int) -> Moment:
    """As `moment`, but with the arrows of the whole run."""
    totals = sums.links.totals.mean(axis=0)
    widths = np.array([totals[arrow.links].sum() for arrow in still.arrows])
    return replace(moment(still, sums, day), widths=widths)


def median_of(columns: Sequence[Values]) -> Values:
    """(n,) medians of n columns of draws."""
    return np.median(np.array(columns), axis=1) if columns else np.zeros(0)
