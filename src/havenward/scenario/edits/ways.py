"""Edits of ways out: corridors, crossings, desks, opening hours, buses. None touches what endangers people on a way."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from typing import Any, Literal

from pydantic import Field

from havenward.scenario.edits.edit import Edit, Lasting
from havenward.scenario.edits.tables import EDITED, Impossible, Tables, holding
from havenward.scenario.geography import distance_km
from havenward.scenario.schema import Corridor, Location, Name

Use = Literal["road", "night", "front"]
"""Uses of a corridor."""
BESIDE_KM = 5.0
"""A crossing this near to a home lies on the side of the front that the home lies on."""


class OpenCorridor(Lasting):
    """Opens a way out of a home to a crossing. It is assumed as dangerous as the worst way of its use that leaves there."""

    edit: Literal["open_corridor"] = "open_corridor"
    from_place: Name = Field(description="a home behind the line")
    crossing: Name = Field(description="a crossing on the other side of the front")
    use: Use = Field(
        "road",
        description="road: by vehicle, where leaving is free or bonded; night: on foot in secret, where it is not free; "
        "front: from homes in contact to the advancing side",
    )
    km: float | None = Field(None, gt=0, le=2000, description="length of a new way; empty: the shortest in routes.csv")

    def change(self, tables: Tables) -> None:
        """Add the corridor, or a span to one that is there."""
        home = tables.place("from_place", self.from_place, "home")
        crossing = tables.place("crossing", self.crossing, "crossing")
        self._check_front(tables, home, crossing)
        self._check_exit(tables, home)
        spans = tables.of("corridors", from_place=home.name, crossing=crossing.name, use=self.use)
        rows = self._with_span(spans) if spans else [self._new(tables, home, crossing)]
        tables.replace("corridors", rows, from_place=home.name, crossing=crossing.name, use=self.use)

    def _with_span(self, spans: list[Corridor]) -> list[Corridor]:
        """Return the spans of a corridor and that of the edit; it is as dangerous as it was."""
        if self.km is not None:
            raise Impossible("km", self.km, "the way is there already, and has its own length", "Leave km out")
        first, after = self.date, self.next_day or dt.date.max
        if any((row.opened or dt.date.min) <= first and after <= (row.closed or dt.date.max) for row in spans):
            raise Impossible("from_place", self.from_place, "the corridor is open then as it is", "Leave the edit out")
        others = [row for row in spans if row.opened is None or row.opened < first or (row.closed or dt.date.max) > after]
        return [*others, spans[0].model_copy(update={"opened": first, "closed": self.next_day, **EDITED})]

    def _new(self, tables: Tables, home: Location, crossing: Location) -> Corridor:
        if self.km is None and crossing.name not in tables.reached(home.name):
            wrong = f"routes.csv holds no way from '{home.name}' to it"
            raise Impossible("crossing", crossing.name, wrong, "Write km, or name a crossing that routes lead to")
        return Corridor(
            from_place=home.name,
            crossing=crossing.name,
            use=self.use,
            km=self.km,
            opened=self.date,
            closed=self.next_day,
            note=EDITED["note"],
            **self._danger(tables, home),
        )

    def _check_exit(self, tables: Tables, home: Location) -> None:
        """Refuse a way that nobody would take: a road while leaving is barred, a way by night while it is free."""
        rows = tables.in_force("restrictions", home.area, self.date, self.until or tables.header.end, kind="exit")
        levels = {row.level for row in rows} or {0.0}
        if self.use == "road" and levels == {1.0}:
            wrong = "leaving is barred there then, so that nobody could go by road"
            raise Impossible("use", self.use, wrong, "Put a set_exit of the area before it, or write another use")
        if self.use == "night" and levels == {0.0}:
            wrong = "leaving is free there then, so that nobody would go by night"
            raise Impossible("use", self.use, wrong, "Write another use, or another date")

    def _check_front(self, tables: Tables, home: Location, crossing: Location) -> None:
        """Refuse a way from a place that nobody needs to leave in secret, or to a crossing behind the line."""
        last = self.until or tables.header.end
        if not _held(tables, home.name, self.date, last):
            wrong = f"nobody lives behind the line there from {self.date} on"
            raise Impossible("from_place", home.name, wrong, "Name a home that the group holds, or an earlier date")
        for place in tables.of("locations", kind="home"):
            beside = distance_km((place.lat, place.lon), (crossing.lat, crossing.lon)) <= BESIDE_KM
            if beside and tables.line(place.name).at(self.date.toordinal()) > 0.5:
                wrong = f"the crossing lies behind the group's line on {self.date}: '{place.name}', beside it, is held"
                mend = "Name a crossing on the other side of the front, or a later date"
                raise Impossible("crossing", crossing.name, wrong, mend)

    def _danger(self, tables: Tables, home: Location) -> dict[str, float]:
        """Return the worst that is assumed of ways of the same use out of the home; else out of its area, or anywhere.

        Raises:
            Impossible: nothing is assumed of such a way, and a way without danger is not made up.
        """
        areas = {place.name: place.area for place in tables.rows["locations"]}
        alike = [row for row in tables.rows["corridors"] if row.use == self.use]
        here = [row for row in alike if row.from_place == home.name]
        near = here or [row for row in alike if areas.get(row.from_place) == home.area] or alike
        if not near:
            wrong = "the scenario has no way of this use, so that nothing is assumed of its danger"
            raise Impossible("use", self.use, wrong, "Write another use, or add the way to corridors.csv")
        return {name: max(getattr(row, name) for row in near) for name in ("width_km", "patrols", "mines")}


class CloseCorridor(Edit):
    """Closes ways out of a home to a crossing for good; close the crossing to close it for a time."""

    edit: Literal["close_corridor"] = "close_corridor"
    from_place: Name = Field(description="a home")
    crossing: Name = Field(description="where the ways lead")
    use: Use | None = Field(None, description="as in corridors.csv; empty: every use")

    def change(self, tables: Tables) -> None:
        """End the corridors' spans on the day before."""
        tables.place("from_place", self.from_place, "home")
        tables.place("crossing", self.crossing, "crossing")
        ways = tables.of("corridors", from_place=self.from_place, crossing=self.crossing)
        meant = [row for row in ways if self.use in (None, row.use)]
        if not meant:
            there = sorted({f"{row.crossing} ({row.use})" for row in tables.of("corridors", from_place=self.from_place)})
            wrong = f"no such corridor leads there from '{self.from_place}'"
            raise Impossible("crossing", self.crossing, wrong, f"Corridors lead to: {', '.join(there) or 'none'}")
        if all(row.closed is not None and row.closed <= self.date for row in meant):
            raise Impossible("from_place", self.from_place, "the corridor is closed then as it is", "Leave the edit out")
        for use in {row.use for row in meant}:
            spans = [row for row in meant if row.use == use]
            kept = [row for row in spans if row.opened is None or row.opened < self.date]
            # a way is never taken out: of one that would open later an empty span is left
            kept = kept or [spans[0].model_copy(update={"opened": self.date})]
            ended = [row if row.closed and row.closed <= self.date else self._ended(row) for row in kept]
            tables.replace("corridors", ended, from_place=self.from_place, crossing=self.crossing, use=use)

    def _ended(self, row: Corridor) -> Corridor:
        return row.model_copy(update={"closed": self.date, **EDITED})


class AtCrossing(Lasting):
    """An edit of what a crossing can do."""

    crossing: Name = Field(description="a crossing")

    def change(self, tables: Tables) -> None:
        """Let the crossing do so from the date on."""
        tables.place("crossing", self.crossing, "crossing")
        rows = tables.dated("crossings", crossing=self.crossing)
        shut = rows[0].model_copy(update={"desks": 0})
        tables.hold("crossings", shut, self.date, self.until, self.values(tables), crossing=self.crossing)

    def check_open(self, tables: Tables, column: str) -> None:
        """Refuse to change one of desks and hours while the other keeps the crossing shut.

        Raises:
            Impossible: it does on all days meant.
        """
        rows = tables.dated("crossings", crossing=self.crossing)
        meant = holding(rows, self.date, self.until or tables.header.end) or rows[:1]
        if not any(getattr(row, column) for row in meant):
            wrong = f"the crossing has no {column} then, so it stays shut"
            raise Impossible("crossing", self.crossing, wrong, "Use open_crossing, which sets desks and hours")

    @abstractmethod
    def values(self, tables: Tables) -> dict[str, Any]:
        """Return the columns that change."""


class OpenCrossing(AtCrossing):
    """Opens a crossing: sets both its desks and its hours."""

    edit: Literal["open_crossing"] = "open_crossing"
    desks: int = Field(gt=0, le=10_000, description="desks that screen")
    hours: float = Field(gt=0, le=24, description="hours open a day")

    def values(self, tables: Tables) -> dict[str, Any]:  # noqa: ARG002
        """Desks and hours."""
        return {"desks": self.desks, "hours": self.hours}


class CloseCrossing(AtCrossing):
    """Closes a crossing: nobody is screened there."""

    edit: Literal["close_crossing"] = "close_crossing"

    def values(self, tables: Tables) -> dict[str, Any]:  # noqa: ARG002
        """No desks."""
        return {"desks": 0}


class SetDesks(AtCrossing):
    """Sets how many desks a crossing has."""

    edit: Literal["set_desks"] = "set_desks"
    desks: int = Field(ge=0, le=10_000, description="desks that screen; 0 closes it")

    def values(self, tables: Tables) -> dict[str, Any]:
        """Desks, at a crossing that has hours some day."""
        self.check_open(tables, "hours")
        return {"desks": self.desks}


class SetHours(AtCrossing):
    """Sets how many hours a day a crossing is open."""

    edit: Literal["set_hours"] = "set_hours"
    hours: float = Field(ge=0, le=24, description="hours open a day; 0 closes it")

    def values(self, tables: Tables) -> dict[str, Any]:
        """Hours, at a crossing that has desks some day."""
        self.check_open(tables, "desks")
        return {"hours": self.hours}


class SetBuses(AtCrossing):
    """Sets how many persons can be taken on from a crossing in a day."""

    edit: Literal["set_buses"] = "set_buses"
    seats: int = Field(ge=0, le=10_000_000, description="persons a day")

    def values(self, tables: Tables) -> dict[str, Any]:  # noqa: ARG002
        """Seats."""
        return {"bus_seats": self.seats}


def _held(tables: Tables, home: str, first: dt.date, last: dt.date) -> bool:
    """Return whether anybody lives behind the line in a home on any day of a span."""
    line = tables.line(home)
    within = (line.days >= first.toordinal()) & (line.days <= last.toordinal())
    points = line.days if tables.header.control == "stochastic" else line.days[within]
    return bool((line.at([first.toordinal(), last.toordinal(), *points]) > 0.0).any())
