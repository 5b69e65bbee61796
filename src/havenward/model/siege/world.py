"""The world: a scenario compiled to plain arrays by day. Below it nothing reads a scenario's rows or a file.

Names of places stay with their arrays: they tell cells and random streams apart, and label what comes out.

Index letters: D days, H homes, A areas, Q corridors, X crossings, C camps (with emergency sites), T host towns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from havenward.model.siege.front import VagueFront
from havenward.scenario.geography import distance_km
from havenward.scenario.line import Line
from havenward.scenario.schema import Corridor, Location, Scenario

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

USES = ("road", "night", "front")
SAME_PLACE_KM = 5.0
"""A host town this near to a home shares its fate."""
DETOUR = 1.3
"""Road over great-circle distance where no route is known (the ratio used for estimated routes)."""


@dataclass(frozen=True)
class Homes:
    """Places where civilians live. Arrays by H.

    Attributes:
        population, population_low, population_high: persons at the start: median, 5 % and 95 % quantile; all three are
            the median where a scenario gives no range.
        damage: share of dwellings damaged by the end.
    """

    names: tuple[str, ...]
    area: I64
    population: F64
    population_low: F64
    population_high: F64
    damage: F64


@dataclass(frozen=True)
class Corridors:
    """Ways out. Arrays by Q, but `open` by D, Q."""

    names: tuple[str, ...]
    home: I64
    crossing: I64
    use: I64
    km: F64
    width_km: F64
    patrols: F64
    mines: F64
    open: Bools


@dataclass(frozen=True)
class Crossings:
    """Crossings by day. Arrays by D, X."""

    names: tuple[str, ...]
    desk_seconds: F64
    seconds_per_man: F64
    seconds_per_other: F64
    hold_share: F64
    hold_days: F64
    handover_share: F64
    incident_share: F64
    bus_seats: F64


@dataclass(frozen=True)
class Sites:
    """Camps, emergency sites and host towns, with distances in km.

    Attributes:
        plots: (D, C) family plots ready.
        policy: (D, C) weight in allocation.
        camp_km: (X, C) from crossings to camps.
        host_km: (X, T) from crossings to host towns.
        between_km: (C, T) from camps to host towns.
        host_weight: (T,) size of a host town relative to the largest.
        host_home: (T,) the home that a host lies in, or -1: while the group holds it, nobody is received there.
    """

    camps: tuple[str, ...]
    hosts: tuple[str, ...]
    plots: F64
    policy: F64
    camp_km: F64
    host_km: F64
    between_km: F64
    host_weight: F64
    host_home: I64


@dataclass(frozen=True)
class World:
    """A compiled scenario.

    Attributes:
        besieged: (D + 1, H) share of dwellings behind the group's line at the end of the day before, by the stated dates.
        vague: the front in those homes, by index, whose dates have ranges.
        intensity: (D, H) 0 to 3.
        pace: (D, A) rate a day, per liberated neighbour, at which a home becomes contested: 1 - exp(-pace) is the chance.
        neighbours: (H, H) linked by a route.
        front_km: (H, H) distance between homes.
        exit_level, telephones, advice: (D, A).
        border: (D, A) share of those who would go on abroad that the border keeps.
        services: (D, A) least share of services in freed places, however short they are free.
        price: (D, A) relative to the reference.
        inflow: (D, A) days of supplies that arrive a day.
        moon: (D,) lit share of the moon.
        stochastic: whether control is drawn, not given.
    """

    start: dt.date
    days: int
    areas: tuple[str, ...]
    homes: Homes
    corridors: Corridors
    crossings: Crossings
    sites: Sites
    besieged: F64
    vague: Mapping[int, VagueFront]
    intensity: F64
    pace: F64
    neighbours: Bools
    front_km: F64
    exit_level: F64
    telephones: F64
    advice: F64
    border: F64
    services: F64
    price: F64
    inflow: F64
    moon: F64
    stochastic: bool

    def besieged_by(self, error: F64) -> F64:
        """Return (D + 1, M, H) shares by (M,) values of `control_error`; M is 1 where no date has a range."""
        if not self.vague:
            return self.besieged[:, None]
        course = np.repeat(self.besieged[:, None], len(error), axis=1)
        evenings = _evenings(self.start, self.days)
        for home, front in self.vague.items():
            for member, value in enumerate(error):
                course[:, member, home] = front.drawn(value).at(evenings)
        return course


def compile_world(scenario: Scenario) -> World:
    """Compile a checked scenario."""
    header = scenario.header
    days = (header.end - header.start).days + 1
    calendar = Calendar(header.start, days)
    areas = tuple(area.name for area in header.areas)
    homes = [place for place in scenario.locations if place.kind == "home"]
    home_names = [place.name for place in homes]
    network = _network(scenario)
    control = [[row for row in scenario.control if row.place == name] for name in home_names]
    bends = [[row for row in scenario.bends if row.place == name] for name in home_names]
    lines = [Line.stated(*each) for each in zip(control, bends, strict=True)]
    by_name = {place.name: place for place in scenario.locations}
    return World(
        start=header.start,
        days=days,
        areas=areas,
        homes=Homes(
            names=tuple(home_names),
            area=np.array([areas.index(place.area) for place in homes]),
            population=np.array([place.population for place in homes]),
            population_low=np.array([_or(place.population_low, place.population) for place in homes]),
            population_high=np.array([_or(place.population_high, place.population) for place in homes]),
            damage=np.array([place.damage for place in homes]),
        ),
        corridors=_corridors(scenario, calendar, home_names, network),
        crossings=_crossings(scenario, calendar),
        sites=_sites(scenario, calendar, network),
        besieged=np.stack([line.at(_evenings(header.start, days)) for line in lines], axis=1),
        vague={
            home: VagueFront.of(rows, bends[home])
            for home, rows in enumerate(control)
            if any(row.earliest != row.latest for row in rows)
        },
        intensity=calendar.steps(
            [[(r.date, r.intensity) for r in scenario.fighting if r.place == name] for name in home_names],
            0.0,
        ),
        pace=calendar.steps(_by_area(areas, ((r.area, r.date, r.pace) for r in scenario.offensives)), 0.0),
        neighbours=np.array([[a != b and network.has_edge(a, b) for b in home_names] for a in home_names]),
        front_km=np.array([[_great_circle_km(by_name[a], by_name[b]) for b in home_names] for a in home_names]),
        exit_level=calendar.steps(_restriction(scenario, areas, "exit"), 0.0),
        telephones=calendar.steps(_restriction(scenario, areas, "telephones"), 1.0),
        advice=calendar.steps(_restriction(scenario, areas, "advice"), 0.0),
        border=calendar.steps(_restriction(scenario, areas, "border"), 0.0),
        services=calendar.steps(_restriction(scenario, areas, "services"), 0.0),
        price=np.exp(
            calendar.lines(_by_area(areas, ((r.area, r.date, float(np.log(r.index))) for r in scenario.prices)), 0.0)
        ),
        inflow=calendar.steps(_by_area(areas, ((r.area, r.date, r.inflow) for r in scenario.supplies)), 1.0),
        moon=np.array([_lit_share(header.start + dt.timedelta(days=day)) for day in range(days)]),
        stochastic=header.control == "stochastic",
    )


@dataclass(frozen=True)
class Calendar:
    """Turns dated values into one value a day."""

    start: dt.date
    days: int

    def steps(self, columns: list[list[tuple[dt.date, float]]], before: float) -> F64:
        """Return (D, columns): each value holds from its date until the next."""
        grid = np.full((self.days, len(columns)), before)
        for k, rows in enumerate(columns):
            for date, value in sorted(rows):
                grid[max((date - self.start).days, 0) :, k] = value
        return grid

    def lines(self, columns: list[list[tuple[dt.date, float]]], otherwise: float) -> F64:
        """Return (D, columns): straight lines between dates, constant outside them."""
        grid = np.full((self.days, len(columns)), otherwise)
        for k, rows in enumerate(columns):
            if rows:
                at, values = zip(*[((date - self.start).days, value) for date, value in sorted(rows)], strict=True)
                grid[:, k] = np.interp(np.arange(self.days), at, values)
        return grid


def _evenings(start: dt.date, days: int) -> F64:
    """Return (D + 1,) ordinals of the evenings, from the eve of the first day on."""
    return np.arange(days + 1, dtype=np.float64) + (start.toordinal() - 1)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _by_area(areas: tuple[str, ...], rows: Iterable[tuple[str, dt.date, float]]) -> list[list[tuple[dt.date, float]]]:
    """Sort dated rows by area; an area's own row of a day wins over one for all areas (*)."""
    columns: list[dict[dt.date, float]] = [{} for _ in areas]
    listed = list(rows)
    for area, date, value in [r for r in listed if r[0] == "*"] + [r for r in listed if r[0] != "*"]:
        for k, name in enumerate(areas):
            if area in ("*", name):
                columns[k][date] = value
    return [list(column.items()) for column in columns]


def _restriction(scenario: Scenario, areas: tuple[str, ...], kind: str) -> list[list[tuple[dt.date, float]]]:
    return _by_area(areas, ((r.area, r.date, r.level) for r in scenario.restrictions if r.kind == kind))


def _great_circle_km(a: Location, b: Location) -> float:
    return distance_km((a.lat, a.lon), (b.lat, b.lon))


def _home_around(host: Location, homes: list[Location]) -> int:
    """Return the index of the nearest home within SAME_PLACE_KM of a host, or -1."""
    km = [_great_circle_km(host, home) for home in homes]
    nearest = int(np.argmin(km)) if km else -1
    return nearest if km and km[nearest] <= SAME_PLACE_KM else -1


def _network(scenario: Scenario) -> nx.Graph[str]:
    network: nx.Graph[str] = nx.Graph()
    network.add_nodes_from(place.name for place in scenario.locations)
    for route in scenario.routes:
        network.add_edge(route.from_place, route.to_place, km=route.km)
    return network


def _distances(scenario: Scenario, network: nx.Graph[str], start: list[str], end: list[str]) -> F64:
    """Return km by the shortest routes, or great circle x DETOUR where no route leads."""
    by_name = {place.name: place for place in scenario.locations}
    table = np.zeros((len(start), len(end)))
    for i, a in enumerate(start):
        reached = nx.single_source_dijkstra_path_length(network, a, weight="km")
        for j, b in enumerate(end):
            table[i, j] = reached.get(b, DETOUR * _great_circle_km(by_name[a], by_name[b]))
    return table


def _corridors(scenario: Scenario, calendar: Calendar, homes: list[str], network: nx.Graph[str]) -> Corridors:
    ways: dict[str, list[Corridor]] = {}
    for row in scenario.corridors:
        ways.setdefault(f"{row.from_place}>{row.crossing} {row.use}", []).append(row)
    rows = [spans[0] for spans in ways.values()]
    crossings = _crossing_names(scenario)
    day = np.arange(calendar.days)

    def is_open(row: Corridor) -> Bools:
        opened = 0 if row.opened is None else (row.opened - calendar.start).days
        closed = calendar.days if row.closed is None else (row.closed - calendar.start).days
        return np.asarray((day >= opened) & (day < closed))

    def km(row: Corridor) -> float:
        if row.km is not None:
            return row.km
        return float(_distances(scenario, network, [row.from_place], [row.crossing])[0, 0])

    span_days = [np.any([is_open(row) for row in spans], axis=0) for spans in ways.values()]
    return Corridors(
        names=tuple(ways),
        home=np.array([homes.index(row.from_place) for row in rows], dtype=np.int64),
        crossing=np.array([crossings.index(row.crossing) for row in rows], dtype=np.int64),
        use=np.array([USES.index(row.use) for row in rows], dtype=np.int64),
        km=np.array([km(row) for row in rows]),
        width_km=np.array([row.width_km for row in rows]),
        patrols=np.array([row.patrols for row in rows]),
        mines=np.array([row.mines for row in rows]),
        open=np.array(span_days, dtype=np.bool_).reshape(len(rows), calendar.days).T,
    )


def _crossing_names(scenario: Scenario) -> list[str]:
    return [place.name for place in scenario.locations if place.kind == "crossing"]


def _crossings(scenario: Scenario, calendar: Calendar) -> Crossings:
    names = _crossing_names(scenario)

    def grid(value: Callable[[object], float], before: float) -> F64:
        return calendar.steps(
            [[(r.date, value(r)) for r in scenario.crossings if r.crossing == name] for name in names], before
        )

    def column(name: str, before: float) -> F64:
        return grid(lambda row: float(getattr(row, name)), before)

    return Crossings(
        names=tuple(names),
        desk_seconds=column("desks", 0.0) * column("hours", 0.0) * 3600.0,
        seconds_per_man=column("minutes_per_man", 1.0) * 60.0,
        seconds_per_other=column("minutes_per_other", 0.0) * 60.0,
        hold_share=column("hold_share", 0.0),
        hold_days=column("hold_days", 1.0),
        handover_share=column("handover_share", 0.0),
        incident_share=column("incident_share", 0.0),
        bus_seats=column("bus_seats", 0.0),
    )


def _sites(scenario: Scenario, calendar: Calendar, network: nx.Graph[str]) -> Sites:
    crossings = _crossing_names(scenario)
    camps = [place.name for place in scenario.locations if place.kind in ("camp", "emergency")]
    hosts = [place for place in scenario.locations if place.kind == "host"]
    host_names = [place.name for place in hosts]
    homes = [place for place in scenario.locations if place.kind == "home"]
    size = np.array([max(place.population, 1.0) for place in hosts])
    return Sites(
        camps=tuple(camps),
        hosts=tuple(host_names),
        plots=calendar.steps([[(r.date, float(r.plots)) for r in scenario.camps if r.camp == c] for c in camps], 0.0),
        policy=calendar.steps([[(r.date, r.policy) for r in scenario.camps if r.camp == c] for c in camps], 0.0),
        camp_km=_distances(scenario, network, crossings, camps),
        host_km=_distances(scenario, network, crossings, host_names),
        between_km=_distances(scenario, network, camps, host_names),
        host_weight=size / size.max() if len(size) else size,
        host_home=np.array([_home_around(place, homes) for place in hosts], dtype=np.int64),
    )


def _lit_share(date: dt.date) -> float:
    """Return the lit share of the moon at midnight (mean synodic month of 29.530588 days, new moon 6 January 2000)."""
    age = ((date - dt.date(2000, 1, 6)).days + 0.25) % 29.530588
    return float(0.5 * (1.0 - np.cos(2.0 * np.pi * age / 29.530588)))
