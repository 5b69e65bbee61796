"""Checks of ways: corridors lead from homes to crossings that work, and routes lead on to camps and hosts."""

from __future__ import annotations

import networkx as nx

from havenward.scenario.draft import Draft
from havenward.scenario.problems import Problems

RECEPTION = ("camp", "emergency", "host")


def check_ways(draft: Draft, problems: Problems) -> None:
    """Every check of corridors, crossings, camps and routes."""
    components = _components(draft)
    check_lengths(draft, components, problems)
    check_crossings(draft, problems)
    check_reception(draft, components, problems)
    check_plots(draft, problems)


def _components(draft: Draft) -> dict[str, int]:
    """Place -> number of the connected part of the routes that it belongs to."""
    graph: nx.Graph[str] = nx.Graph((route.from_place, route.to_place) for route in draft.routes.rows)
    return {place: number for number, part in enumerate(nx.connected_components(graph)) for place in part}


def check_lengths(draft: Draft, components: dict[str, int], problems: Problems) -> None:
    """A corridor has a length, or routes from which to find it."""
    if not draft.routes.whole:
        return
    for line, corridor in draft.corridors:
        start = components.get(corridor.from_place)
        if corridor.km is None and (start is None or start != components.get(corridor.crossing)):
            ends = f"from '{corridor.from_place}' to '{corridor.crossing}'"
            wrong = f"the corridor has no length, and routes.csv holds no way {ends}"
            problems.error(draft.corridors.file, line, "km", "", wrong, "Write its kilometres, or add the routes")


def check_crossings(draft: Draft, problems: Problems) -> None:
    """A crossing has a corridor that leads to it, and rows that say what it can do; some day it is open."""
    reached, described = draft.corridors.names("crossing"), draft.crossings.names("crossing")
    for line, place in draft.locations:
        if place.kind != "crossing":
            continue
        if draft.corridors.readable and place.name not in reached:
            mend = "Add a row to corridors.csv, or call it a 'mark'"
            problems.error(draft.locations.file, line, "name", place.name, "no corridor leads to this crossing", mend)
        if draft.crossings.readable and place.name not in described:
            wrong = "crossings.csv has no row for this crossing"
            problems.error(draft.locations.file, line, "name", place.name, wrong, "Add its desks and hours there")
    if draft.crossings.whole:
        _check_desks(draft, problems)


def _check_desks(draft: Draft, problems: Problems) -> None:
    first: dict[str, int] = {}
    staffed = {row.crossing for row in draft.crossings.rows if row.desks and row.hours}
    for line, row in draft.crossings:
        if row.crossing not in staffed and row.crossing not in first:
            wrong = f"'{row.crossing}' never has desks and hours: nobody can cross there"
            problems.warning(draft.crossings.file, line, "desks", row.desks, wrong, "Add a row from which it is open")
        first.setdefault(row.crossing, line)


def check_reception(draft: Draft, components: dict[str, int], problems: Problems) -> None:
    """Camps and host towns lie on routes from a crossing; else their distance is only guessed."""
    if not (draft.routes.whole and draft.locations.whole):
        return
    crossings = {components.get(place.name) for place in draft.locations.rows if place.kind == "crossing"} - {None}
    for line, place in draft.locations:
        if place.kind in RECEPTION and components.get(place.name) not in crossings:
            wrong = "no crossing reaches this place over routes.csv; the great-circle distance is taken"
            problems.warning(draft.locations.file, line, "name", place.name, wrong, "Add the routes that lead there")


def check_plots(draft: Draft, problems: Problems) -> None:
    """A camp has plots some day."""
    if not draft.camps.whole:
        return
    equipped = {row.camp for row in draft.camps.rows if row.plots}
    for line, place in draft.locations:
        if place.kind in ("camp", "emergency") and place.name not in equipped:
            wrong = "the camp never has plots: nobody can stay there"
            problems.warning(draft.locations.file, line, "name", place.name, wrong, "Add its plots to camps.csv")
