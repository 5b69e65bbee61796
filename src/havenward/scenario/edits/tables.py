"""A scenario's tables while edits change them, and what holds from a date until another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import networkx as nx

from havenward.scenario.line import Line
from havenward.scenario.schema import TABLES, Bend, Header, Location, Row, Scenario

DAY = dt.timedelta(days=1)
ALL = "*"
EDITED = {"label": "assumed", "source": "", "note": "edited"}
"""What a row says of itself once an edit has touched it."""


class Impossible(ValueError):
    """An edit that cannot be made: which key is at fault, why, how to mend it, and names that may have been meant."""

    def __init__(self, column: str, value: object, wrong: str, mend: str, near: Iterable[str] = ()) -> None:
        """Keep all of it for whoever tells it."""
        super().__init__(f"{column} '{value}': {wrong}. {mend}")
        self.column, self.value, self.wrong, self.mend, self.near = column, value, wrong, mend, tuple(near)


@dataclass
class Tables:
    """The header and the rows of every table, changed in place."""

    header: Header
    rows: dict[str, list[Any]]

    @classmethod
    def copy(cls, scenario: Scenario) -> Tables:
        """Return tables that may be changed without changing the scenario."""
        return cls(scenario.header, {table: list(getattr(scenario, table)) for table in TABLES})

    def scenario(self) -> Scenario:
        """Return them as a scenario; whether it can be is for its checks to say."""
        tables: dict[str, Any] = {table: tuple(rows) for table, rows in self.rows.items()}
        return Scenario.model_construct(None, header=self.header, **tables)

    @property
    def areas(self) -> tuple[str, ...]:
        """Names of the origin areas."""
        return tuple(area.name for area in self.header.areas)

    def place(self, column: str, name: str, *kinds: str) -> Location:
        """Return a place of some kinds.

        Raises:
            Impossible: there is none of that name, or it is of another kind.
        """
        known = [place for place in self.rows["locations"] if place.kind in kinds]
        for place in self.rows["locations"]:
            if place.name == name and place.kind in kinds:
                return place  # type: ignore[no-any-return]
            if place.name == name:
                wrong, mend = f"is of kind '{place.kind}'", f"Name a place of kind {' or '.join(kinds)}"
                raise Impossible(column, name, wrong, mend, [place.name for place in known])
        wrong, mend = "is no place of the scenario", f"Name a place of kind {' or '.join(kinds)}"
        raise Impossible(column, name, wrong, mend, [place.name for place in known])

    def reached(self, place: str) -> frozenset[str]:
        """Return the places that routes lead to from a place, itself among them."""
        graph: nx.Graph[str] = nx.Graph((route.from_place, route.to_place) for route in self.rows["routes"])
        graph.add_node(place)
        return frozenset(nx.single_source_dijkstra_path_length(graph, place))

    def homes(self, area: str) -> list[str]:
        """Return the names of the homes of an area, or of all (*).

        Raises:
            Impossible: there is no such area.
        """
        self.check_area(area)
        return [p.name for p in self.rows["locations"] if p.kind == "home" and area in (ALL, p.area)]

    def check_area(self, area: str) -> None:
        """Refuse what is no area.

        Raises:
            Impossible: there is no such area.
        """
        if area != ALL and area not in self.areas:
            wrong, mend = "is no area of the scenario", f"Write one of {', '.join(self.areas)}, or * for all"
            raise Impossible("area", area, wrong, mend, self.areas)

    def each_area(self, table: str, area: str, **key: str) -> list[str]:
        """Return the areas meant, after writing a table's rows for all areas (*) out for each of them.

        An area's own row of a day wins over one for all.
        """
        self.check_area(area)
        of_kind: list[Any] = []
        others: list[Any] = []
        for row in self.rows[table]:
            (of_kind if all(getattr(row, name) == value for name, value in key.items()) else others).append(row)
        own = {(row.area, row.date) for row in of_kind}
        written = [row for row in of_kind if row.area != ALL]
        for row in of_kind:
            if row.area == ALL:
                written += [row.model_copy(update={"area": a}) for a in self.areas if (a, row.date) not in own]
        self.rows[table] = others + written
        return list(self.areas) if area == ALL else [area]

    def in_force(self, table: str, area: str, first: dt.date, last: dt.date, **key: str) -> list[Any]:
        """Return those rows of an area, its own or for all areas (*), that hold on some day of a span."""
        tables = Tables(self.header, dict(self.rows))
        tables.each_area(table, area, **key)
        return holding(tables.dated(table, area=area, **key), first, last)

    def of(self, table: str, **key: str) -> list[Any]:
        """Return a table's rows of one key, as they stand."""
        return [row for row in self.rows[table] if all(getattr(row, name) == value for name, value in key.items())]

    def dated(self, table: str, **key: str) -> list[Any]:
        """Return a table's rows of one key, by date."""
        return sorted(self.of(table, **key), key=lambda row: row.date)

    def replace(self, table: str, rows: list[Any], **key: str) -> None:
        """Put other rows of one key where the first of those that are there stands; at the end where there are none."""
        gone = {id(row) for row in self.of(table, **key)}
        every = self.rows[table]
        at = next((k for k, row in enumerate(every) if id(row) in gone), len(every))
        self.rows[table] = [*every[:at], *rows, *(row for row in every[at:] if id(row) not in gone)]

    def line(self, home: str) -> Line:
        """Return the line of control of a home, by the dates that are stated."""
        return Line.stated(self.of("control", place=home), self.of("bends", place=home))

    def bend(self, home: str, **changed: Any) -> None:
        """Change the line of control of a home, after all changes that were made to it; see `schema.Bend`."""
        order = 1 + max((bend.order for bend in self.of("bends", place=home)), default=0)
        self.rows["bends"].append(Bend(place=home, order=order, note=EDITED["note"], **changed))

    def hold(
        self, table: str, otherwise: Row, date: dt.date, until: dt.date | None, values: dict[str, Any], **key: str
    ) -> None:
        """Let some columns of one key hold values from a date on, up to and with `until`; then what was there holds again.

        Args:
            table: a table whose rows hold until the next of the same key.
            otherwise: what holds where no row does; its date does not matter.
            date: first day.
            until: last day, or None; a row after the scenario's end would say nothing.
            values: column -> value.
            key: what the rows are of.
        """
        if until is not None and until >= self.header.end:
            until = None
        rows = self.dated(table, **key)
        changed = [row for row in rows if row.date < date]
        within = [row for row in rows if date <= row.date and (until is None or row.date <= until)]
        if not within or within[0].date > date:
            before = changed[-1] if changed else otherwise
            within.insert(0, before.model_copy(update={"date": date}))
        changed += [row.model_copy(update=values | EDITED) for row in within]
        if until is not None:
            after = [row for row in rows if row.date > until]
            if not after or after[0].date > until + DAY:
                last = [row for row in rows if row.date <= until]
                restored = (last[-1] if last else otherwise).model_copy(update={"date": until + DAY})
                changed.append(restored)
            changed += after
        self.replace(table, changed, **key)


def holding(rows: list[Any], first: dt.date, last: dt.date) -> list[Any]:
    """Return those of dated rows, each of which holds until the next, that hold on some day of a span."""
    before = [row for row in rows if row.date <= first]
    return before[-1:] + [row for row in rows if first < row.date <= last]
