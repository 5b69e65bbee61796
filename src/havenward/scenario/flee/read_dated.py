"""`sim_period.csv`, `closures.csv` and `location_changes.csv`: what happens when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from havenward.scenario.flee.lines import Lines, Row, Sheet, rows_of, sheet_of, without_bare_header
from havenward.scenario.flee.schema import Closure, LocationChange, kind_of
from havenward.scenario.problems import Problems

MAX_DAYS = 36_525
"""Days that a run may have: a hundred years."""

CLOSURE_COLUMNS = ("closure_type", "name1", "name2", "closure_start", "closure_end")
CHANGE_COLUMNS = ("name", "new_type", "day")
OF_ONE_PLACE = frozenset(("location", "camp", "idpcamp"))
"""Closures that name one place only."""

_CLOSURE_NAMES = {"kind": "closure_type", "start": "closure_start", "end": "closure_end"}
_WITHOUT_EFFECT = {
    "link": "Flee never closes the road of such a row; it was read as it is meant",
    "remove_forced_redirection": "forced redirection moves nobody in Flee, so neither does its end",
}


@dataclass(frozen=True)
class Period:
    """The first day and the number of days."""

    start: dt.date
    days: int


def read_period(lines: Lines, problems: Problems) -> Period | None:
    """The rows `StartDate,YYYY-MM-DD` and `Length,days`, whatever their case."""
    found: dict[str, Row] = {}
    for line, cells in lines.rows:
        key = cells[0].casefold()
        row = Row(lines.file, line, {cells[0]: 1}, cells, problems)
        if key not in ("startdate", "length"):
            row.warning(cells[0], "is not a key of this file and was not read", "Write StartDate and Length")
        elif key in found:
            row.error(cells[0], f"the key stands already in row {found[key].line}", "Delete one of the two")
        else:
            found[key] = row
    start: dt.date | None = None
    days: int | None = None
    for key, mend in (("startdate", "Write StartDate,2013-01-01"), ("length", "Write Length,365")):
        if key not in found:
            if lines.whole:
                problems.error(lines.file, lines.top, key, "", "the key is missing", mend)
            continue
        row = found[key]
        if not row.needs(row.cells[0], mend):
            continue
        if key == "startdate":
            start = row.date(row.cells[0])
        else:
            days = row.integer(row.cells[0])
            if days is not None and not 1 <= days <= MAX_DAYS:
                row.error(row.cells[0], f"is not between 1 and {MAX_DAYS}", "Write the number of days")
                days = None
    return None if start is None or days is None else Period(start, days)


def read_closures(lines: Lines, problems: Problems) -> Sheet[Closure]:
    """Closures in the order of the file, in which Flee carries them out on a day."""
    without_bare_header(lines, frozenset(("closure_type",)), problems)
    made: list[tuple[int, Closure]] = []
    for row in rows_of(lines, CLOSURE_COLUMNS, len(CLOSURE_COLUMNS), problems):
        closure = _closure(row)
        if closure is not None:
            made.append((row.line, closure))
    return sheet_of(lines, made)


def _closure(row: Row) -> Closure | None:
    kind = row.text("closure_type").lower()
    row.needs("closure_type", "Write country, location, camp or idpcamp")
    row.needs("name1", "Write what is closed")
    row.needs("closure_start", "Write the day on which it closes, 0 for the first")
    row.needs("closure_end", "Write the day on which it opens again, -1 for never")
    name2 = row.text("name2")
    if kind in OF_ONE_PLACE:
        if name2:
            row.warning("name2", f"a closure of type {kind} concerns name1 alone; name2 is not read", "Empty the cell")
        name2 = ""
    elif kind in (*_WITHOUT_EFFECT, "country"):
        row.needs("name2", "Write the other of the two")
        if kind in _WITHOUT_EFFECT:
            row.warning("closure_type", _WITHOUT_EFFECT[kind], "Nothing need be done")
    start, end = row.integer("closure_start"), row.integer("closure_end")
    if end == -1:
        end = None
    _doubt(row, start, end)
    if row.faulty:
        return None
    values: dict[str, object] = {"kind": kind, "name1": row.text("name1"), "name2": name2, "start": start, "end": end}
    return _made(row, values)


def _made(row: Row, values: Mapping[str, object]) -> Closure | None:
    """The closure; `end` is None where it never opens again, which `Row.make` would take for a missing cell."""
    if values["end"] is None:
        closure = row.make(Closure, {**values, "end": 0}, _CLOSURE_NAMES)
        return None if closure is None else closure.model_copy(update={"end": None})
    return row.make(Closure, values, _CLOSURE_NAMES)


def _doubt(row: Row, start: int | None, end: int | None) -> None:
    if start is not None and start < 0:
        row.warning("closure_start", "a day before the first one never comes, so nothing closes", "Write 0 or more")
    if start is not None and end is not None and end <= start:
        if end == start:
            wrong = "it closes and opens on the same day, which closes nothing, but turns back who is on the way"
        else:
            wrong = "it opens before it closes, and then stays closed"
        row.warning("closure_end", wrong, "Write a later day, or -1 for never")


def read_changes(lines: Lines, problems: Problems) -> Sheet[LocationChange]:
    """Changes of kind in the order of the file."""
    without_bare_header(lines, frozenset(("name", "location", "location name")), problems)
    made: list[tuple[int, LocationChange]] = []
    for row in rows_of(lines, CHANGE_COLUMNS, len(CHANGE_COLUMNS), problems):
        row.needs("name", "Write the name of a location")
        row.needs("day", "Write the day of the change")
        kind = kind_of(row.text("new_type"))
        if kind is None:
            words = frozenset(("camp", "idpcamp", "conflict_zone", "town", "marker", "forwarding_hub", "flood_zone"))
            row.error("new_type", "is no kind of location", f"Write one of: {', '.join(sorted(words))}", words)
        values: dict[str, object] = {"name": row.text("name"), "kind": kind, "day": row.integer("day")}
        change = row.make(LocationChange, values, {"kind": "new_type"})
        if change is not None:
            made.append((row.line, change))
    return sheet_of(lines, made)
