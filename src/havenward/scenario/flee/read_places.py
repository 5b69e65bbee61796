"""`locations.csv`, `routes.csv` and `major_routes.csv`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from havenward.scenario.flee.lines import Lines, Row, Sheet, header_names, in_bulk, rows_of, sheet_of, without_bare_header
from havenward.scenario.flee.schema import CAMPS, Location, Route, kind_of
from havenward.scenario.problems import Problems, nearest
from havenward.scenario.refused import refusal

LOCATION_COLUMNS = (
    "name",
    "region",
    "country",
    "latitude",
    "longitude",
    "location_type",
    "conflict_date",
    "population",
)
LOCATION_ATTRIBUTES: Mapping[str, type] = {
    "initial_idps": int,
    "conflict_intensity": float,
    "capacity_per_day": int,
    "deactivation_probability": float,
    "farmer_fraction": float,
    "trade_volume": float,
    "hdi": float,
}
"""Columns after the fixed ones that mean something, and whether they hold whole numbers."""

ROUTE_COLUMNS = ("name1", "name2", "distance", "forced_redirection")
ROUTE_ATTRIBUTES: Mapping[str, type] = {"max_move_speed": float, "walk_probability": float, "link_type": str}

MOST_DIGITS = 9
"""Digits of a number that nothing is to be told of: more are looked at one by one."""
_FEW_DIGITS = re.compile(rf"-?\d{{1,{MOST_DIGITS}}}(\.\d{{1,{MOST_DIGITS}}})?", re.ASCII)

_LOCATION_NAMES = {"lat": "latitude", "lon": "longitude", "kind": "location_type", "capacity": "population"}
_ROUTE_NAMES = {"from_place": "name1", "to_place": "name2", "km": "distance"}
_KINDS = "camp, idpcamp, conflict_zone, town, forwarding_hub, marker or flood_zone"
_KIND_WORDS = frozenset(("camp", "idpcamp", "conflict_zone", "town", "default", "forwarding_hub", "marker", "flood_zone"))


def read_locations(lines: Lines, problems: Problems) -> Sheet[Location]:
    """The places in the order of the file."""
    without_bare_header(lines, frozenset(("name", "location", "location name")), problems)
    extra = _attributes(lines, LOCATION_COLUMNS, LOCATION_ATTRIBUTES, problems)
    made: list[tuple[int, Location]] = []
    first: dict[str, int] = {}
    rest = lines
    names = frozenset(cells[0] for _, cells in lines.rows)
    if not extra and len(names) == len(lines.rows):
        made, rest = in_bulk(lines, Location, _plain_location)
    for row in rows_of(rest, LOCATION_COLUMNS, len(LOCATION_COLUMNS), problems):
        row.columns = {**row.columns, **extra}
        location = _location(row)
        name = row.text("name")
        if name in first:
            wrong = f"the name stands already in row {first[name]}; Flee then knows only the last of the two"
            row.error("name", wrong, "Rename or delete one of them")
        elif location is not None:
            made.append((row.line, location))
        first.setdefault(name, row.line)
    return sheet_of(lines, made, frozenset(first).union(location.name for _, location in made))


def _plain_location(cells: list[str]) -> dict[str, Any] | None:
    """The values of a place that has no attributes and is no camp or conflict zone; None where anything is odd."""
    if len(cells) < len(LOCATION_COLUMNS):
        return None
    name, region, country, latitude, longitude, location_type, _, persons = cells[: len(LOCATION_COLUMNS)]
    kind = kind_of(location_type)
    lat, lon = _plain_number(latitude), _plain_number(longitude)
    if not name or kind is None or kind == "conflict" or kind in CAMPS or lat is None or lon is None:
        return None
    values: dict[str, Any] = {"name": name, "lat": lat, "lon": lon, "kind": kind}
    if region:
        values["region"] = region
    if country:
        values["country"] = country
    if persons:
        if len(persons) > MOST_DIGITS or not (persons.isascii() and persons.isdigit()):
            return None
        values["population"] = int(persons)
    return values


def _plain_number(text: str) -> float | None:
    """A number of few Western digits; None for anything else."""
    return float(text) if _FEW_DIGITS.fullmatch(text) else None


def _location(row: Row) -> Location | None:
    row.needs("name", "Write a name")
    kind = kind_of(row.text("location_type"))
    if kind is None:
        wrong = "is no kind of location; Flee gives it no kind, and everybody leaves it on the first day"
        row.error("location_type", wrong, f"Write {_KINDS}", _KIND_WORDS)
    date = None
    if kind == "conflict" and row.needs("conflict_date", "Write the day of the first conflict, 0 for the first day"):
        date = row.integer("conflict_date")
    persons = row.integer("population")
    values: dict[str, object] = {
        "name": row.text("name"),
        "region": row.text("region") or None,
        "country": row.text("country") or None,
        "lat": _degrees(row, "latitude"),
        "lon": _degrees(row, "longitude"),
        "kind": kind,
        "conflict_date": date,
    }
    if kind in CAMPS:
        values["capacity"] = persons or None
        if persons == 0 and row.text("population"):
            row.warning("population", "a capacity of 0 means no limit in Flee", "Leave the cell empty, or give a number")
    else:
        values["population"] = persons
    for name, number in LOCATION_ATTRIBUTES.items():
        values[name] = row.integer(name) if number is int else row.number(name)
    if values["initial_idps"] and kind not in CAMPS:
        row.warning("initial_idps", "Flee places these persons in camps only", "Give them to a camp")
    return row.make(Location, values, _LOCATION_NAMES)


def _degrees(row: Row, column: str) -> float | None:
    value = row.number(column)
    if value is None and column not in row.faulty:
        row.warning(column, "the cell is empty and was read as 0, as Flee does", "Write degrees")
        return 0.0
    return value


def read_routes(lines: Lines, problems: Problems) -> Sheet[Route]:
    """The roads in the order of the file."""
    without_bare_header(lines, frozenset(("name1", "from", "start")), problems)
    extra = _attributes(lines, ROUTE_COLUMNS, ROUTE_ATTRIBUTES, problems)
    made: list[tuple[int, Route]] = []
    rest = lines
    if not extra:
        made, rest = in_bulk(lines, Route, _plain_route)
    for row in rows_of(rest, ROUTE_COLUMNS, 3, problems):
        row.columns = {**row.columns, **extra}
        route = _route(row)
        if route is not None:
            made.append((row.line, route))
    return sheet_of(lines, made)


def _plain_route(cells: list[str]) -> dict[str, Any] | None:
    """The values of a road that has no attributes; None where anything is odd."""
    if len(cells) < 3:
        return None
    start, end, distance, *more = cells[: len(ROUTE_COLUMNS)]
    km = _plain_number(distance)
    if not start or not end or start == end or km is None or more not in ([], [""], ["0"]):
        return None
    values: dict[str, Any] = {"from_place": start, "to_place": end, "km": km}
    if more == ["0"]:
        values["forced_redirection"] = 0
    return values


def _route(row: Row) -> Route | None:
    for column in ("name1", "name2"):
        row.needs(column, "Write the name of a location")
    row.needs("distance", "Write the length in km")
    if row.text("name1") and row.text("name1") == row.text("name2"):
        row.error("name2", "the road leads back to where it begins", "Write two different locations")
    if row.text("forced_redirection") not in ("", "0"):
        wrong = "forced redirection moves nobody in Flee (and 1 doubles the road, so that it is chosen twice as often)"
        row.warning("forced_redirection", wrong, "Write 0, or leave the cell empty")
    values: dict[str, object] = {
        "from_place": row.text("name1"),
        "to_place": row.text("name2"),
        "km": row.number("distance"),
        "forced_redirection": row.integer("forced_redirection"),
        "link_type": row.text("link_type") or None,
    }
    for name in ("max_move_speed", "walk_probability"):
        values[name] = row.number(name)
        if name in row.columns and values[name] is None and name not in row.faulty:
            row.warning(name, "the cell is empty, at which Flee stops; the general rule holds here", "Write a number")
    return row.make(Route, values, _ROUTE_NAMES)


def read_major_routes(lines: Lines, known: frozenset[str] | None, problems: Problems) -> tuple[tuple[str, ...], ...]:
    """Well-known long routes, each a list of `known` places; None where those could not be read."""
    found = []
    for line, _ in lines.comments:
        wrong = "Flee takes this comment for a route; it was left out"
        problems.warning(lines.file, line, "", "", wrong, "Delete the line")
    for line, cells in lines.rows:
        names = tuple(cell for cell in cells if cell)
        strange = [name for name in names if known is not None and name not in known]
        for name in strange:
            mend = "Write the name as it stands in locations.csv"
            problems.error(lines.file, line, "", name, "is not a location of this folder", mend, known or ())
        if len(names) < 2:
            problems.error(lines.file, line, "", cells[0], "a route needs two places", "Write two names or more")
        elif not strange:
            found.append(names)
    return tuple(found)


def _attributes(lines: Lines, fixed: tuple[str, ...], known: Mapping[str, type], problems: Problems) -> dict[str, int]:
    """The columns after the fixed ones that mean something, by name; what is said of the others is told here."""
    columns: dict[str, int] = {}
    head = lines.comments[0][0] if lines.comments else 1
    names = header_names(lines, len(fixed))
    for at, name in enumerate(names, start=len(fixed)):
        if name in known and name not in columns:
            columns[name] = at
        elif name in columns:
            problems.error(lines.file, head, name, name, "the column stands twice", "Delete one of the two")
        elif not name and not any(len(cells) > at and cells[at] for _, cells in lines.rows):
            continue
        elif (reason := refusal(name)) is not None:
            problems.error(lines.file, head, name, name, reason, "Delete the column")
        else:
            guess = nearest(name, known)
            mend = f"Rename it to '{guess}'" if guess else f"Columns that mean something here: {', '.join(known)}"
            problems.warning(lines.file, head, name, name, "the column has no meaning here and was not read", mend)
    width = len(fixed) + len(names)
    for line, cells in lines.rows:
        if any(cells[width:]):
            wrong = "the row has cells beyond the last named column; they were not read"
            problems.warning(lines.file, line, "", cells[-1], wrong, "Name the column in the header, or delete them")
    return columns
