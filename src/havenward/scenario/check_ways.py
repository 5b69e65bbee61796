"""Checks of ways: corridors lead from homes to crossings that work, and routes lead on to camps and hosts.

A scenario without corridors, or with nowhere to receive people, can be run: it is told what will come of it.
"""

from __future__ import annotations

import datetime as dt

import networkx as nx

from havenward.scenario.draft import Draft
from havenward.scenario.problems import Problems
from havenward.scenario.schema import Corridor

RECEPTION = ("camp", "emergency", "host")


def check_ways(draft: Draft, problems: Problems) -> None:
    """Every check of corridors, crossings, camps and routes."""
    components = _components(draft)
    check_way_out(draft, problems)
    check_lengths(draft, components, problems)
    check_spans(draft, problems)
    check_crossings(draft, problems)
    check_sites(draft, problems)
    check_reception(draft, components, problems)
    check_plots(draft, problems)


def _components(draft: Draft) -> dict[str, int]:
    """Place -> number of the connected part of the routes that it belongs to."""
    graph: nx.Graph[str] = nx.Graph((route.from_place, route.to_place) for route in draft.routes.rows)
    return {place: number for number, part in enumerate(nx.connected_components(graph)) for place in part}


def check_way_out(draft: Draft, problems: Problems) -> None:
    """There is a way out at all; without a crossing there can be none."""
    sheet = draft.corridors
    if not sheet.whole or sheet.rows:
        return
    crossings = draft.locations.readable and any(cells.get("kind") == "crossing" for cells in draft.locations.texts)
    mend = "Write a row for each way out" if crossings else "Add a place of kind 'crossing' to locations.csv, and rows here"
    wrong = "there is no corridor: nobody can ever leave"
    problems.warning(sheet.file, sheet.top, "from_place", "", wrong, f"{mend}, if that is not meant")


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


def check_spans(draft: Draft, problems: Problems) -> None:
    """Rows of one way differ by when it is open, and by nothing else."""
    first: dict[tuple[str, str, str], tuple[int, Corridor]] = {}
    for line, corridor in draft.corridors:
        row, other = first.setdefault((corridor.from_place, corridor.crossing, corridor.use), (line, corridor))
        for column in ("km", "width_km", "patrols", "mines"):
            value, before = getattr(corridor, column), getattr(other, column)
            if value != before:
                wrong = f"row {row} says otherwise of the same way ({'nothing' if before is None else f'{before:g}'})"
                shown = "" if value is None else f"{value:g}"
                problems.error(draft.corridors.file, line, column, shown, wrong, "Write the same in each row of the way")


def check_crossings(draft: Draft, problems: Problems) -> None:
    """A crossing has a corridor that leads to it, and rows that say what it can do; some day it is open."""
    reached, described = draft.corridors.names("crossing"), draft.crossings.names("crossing")
    for line, place in draft.locations:
        if place.kind != "crossing":
            continue
        if draft.corridors.readable and draft.corridors.texts and place.name not in reached:
            mend = "Add a row to corridors.csv, or call it a 'mark'"
            problems.error(draft.locations.file, line, "name", place.name, "no corridor leads to this crossing", mend)
        if draft.crossings.readable and place.name not in described:
            wrong = "crossings.csv has no row for this crossing"
            problems.error(draft.locations.file, line, "name", place.name, wrong, "Add its desks and hours there")
    if draft.crossings.whole:
        _check_desks(draft, problems)
    _check_families(draft, problems)


def _check_desks(draft: Draft, problems: Problems) -> None:
    first: dict[str, int] = {}
    staffed = {row.crossing for row in draft.crossings.rows if row.desks and row.hours}
    for line, row in draft.crossings:
        if row.crossing not in staffed and row.crossing not in first:
            wrong = f"'{row.crossing}' never has desks and hours: nobody can cross there"
            problems.warning(draft.crossings.file, line, "desks", row.desks, wrong, "Add a row from which it is open")
        first.setdefault(row.crossing, line)


def _check_families(draft: Draft, problems: Problems) -> None:
    """The desks of a day, and its seats, are enough for one family of each class."""
    families = [(kind.men, kind.women + kind.boys + kind.girls) for kind in draft.classes.rows]
    largest = max((men + others for men, others in families), default=0)
    for line, row in draft.crossings:
        day = row.desks * row.hours * 60
        needs = max((men * row.minutes_per_man + others * row.minutes_per_other for men, others in families), default=0)
        if 0 < day < needs:
            wrong = f"the desks work {day:g} minutes a day, and one family may need {needs:g}: it takes days to clear it"
            problems.warning(draft.crossings.file, line, "desks", row.desks, wrong, "Check desks, hours and minutes")
        if 0 < row.bus_seats < largest:
            wrong = f"a day's seats do not hold a family of {largest} persons, and families are not parted to board"
            mend = f"Write at least {largest}, or 0 where nobody is taken on"
            problems.warning(draft.crossings.file, line, "bus_seats", row.bus_seats, wrong, mend)


def check_sites(draft: Draft, problems: Problems) -> None:
    """Somebody receives those who come out."""
    if not (draft.locations.whole and draft.corridors.texts):
        return
    kinds = {place.kind for place in draft.locations.rows}
    sheet, mend = draft.locations, "Add the places, if that is not meant"
    if not kinds & set(RECEPTION):
        wrong = "there is no camp, emergency site or host town: everybody who comes out stays in transit"
        problems.warning(sheet.file, sheet.top, "kind", "", wrong, mend)
    elif not kinds & {"camp", "emergency"}:
        wrong = "there is no camp and no emergency site: everybody who comes out goes to a host town"
        problems.warning(sheet.file, sheet.top, "kind", "", wrong, mend)
    elif "host" not in kinds:
        wrong = "there is no host town: those for whom no plot is spare stay in transit"
        problems.warning(sheet.file, sheet.top, "kind", "", wrong, mend)


def check_reception(draft: Draft, components: dict[str, int], problems: Problems) -> None:
    """Camps and host towns lie on routes from a crossing; else their distance is only guessed."""
    if not (draft.routes.whole and draft.locations.whole and draft.corridors.texts):
        return
    crossings = {components.get(place.name) for place in draft.locations.rows if place.kind == "crossing"} - {None}
    for line, place in draft.locations:
        if place.kind in RECEPTION and components.get(place.name) not in crossings:
            wrong = "no crossing reaches this place over routes.csv; the great-circle distance is taken"
            problems.warning(draft.locations.file, line, "name", place.name, wrong, "Add the routes that lead there")


def check_plots(draft: Draft, problems: Problems) -> None:
    """A camp has plots some day, and takes people then."""
    if not draft.camps.whole:
        return
    last = draft.heading.header.end if draft.heading.header else dt.date.max
    equipped = {row.camp for row in draft.camps.rows if row.plots and row.date <= last}
    opened = {row.camp for row in draft.camps.rows if row.plots and row.policy and row.date <= last}
    for line, place in draft.locations:
        if place.kind not in ("camp", "emergency") or place.name in opened:
            continue
        wrong, mend = "the camp never has plots: nobody can stay there", "Add its plots to camps.csv"
        if place.name in equipped:
            wrong, mend = (
                "the camp never takes anybody: its policy is 0 whenever it has plots",
                "Raise its policy in camps.csv",
            )
        problems.warning(draft.locations.file, line, "name", place.name, wrong, mend)
