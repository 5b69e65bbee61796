"""What every edit is: a dated change that somebody could decide on, made to the tables of a scenario."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from abc import abstractmethod
from typing import Any

from pydantic import Field

from havenward.scenario.edits.tables import DAY, Impossible, Tables
from havenward.scenario.schema import Strict, Text


class Edit(Strict):
    """A dated what-if. What it does not name stays as it is."""

    edit: str = Field(description="what is changed")
    date: dt.date = Field(description="first day on which it holds")
    why: Text = Field("", description="a remark about the edit")

    @abstractmethod
    def change(self, tables: Tables) -> None:
        """Change the tables.

        Raises:
            Impossible: the edit cannot be made in this scenario.
        """

    def check_dates(self, tables: Tables) -> None:
        """Refuse dates that lie outside the scenario.

        Raises:
            Impossible: one does.
        """
        check_inside(tables, "date", self.date)

    @property
    def said(self) -> dict[str, Any]:
        """What the edit says, as plain values: its kind, its date, then what is not as usual; its remark last."""
        every = self.model_dump(mode="json", exclude_defaults=True, exclude={"edit", "why"})
        return {"edit": self.edit, **every} | ({"why": self.why} if self.why else {})

    @property
    def told(self) -> str:
        """The edit in a line, without its remark: `set_desks date=2017-03-01 crossing=Scorpion desks=20`."""
        words = [f"{key}={shlex.quote(str(value))}" for key, value in self.said.items() if key not in ("edit", "why")]
        return " ".join([self.edit, *words])


def date_told(line: str) -> dt.date | None:
    """Return the date of an edit that was told in a line; None of a line that tells none."""
    found = re.match(r"\w+ date=(\d{4}-\d\d-\d\d)(?: |$)", line)
    return dt.date.fromisoformat(found[1]) if found else None


class Lasting(Edit):
    """An edit that holds until the end, or up to a last day, after which what stood before holds again."""

    until: dt.date | None = Field(None, description="last day on which it holds; empty: to the end")

    def check_dates(self, tables: Tables) -> None:
        """Refuse dates that lie outside the scenario, or a last day before the first.

        Raises:
            Impossible: one does.
        """
        super().check_dates(tables)
        if self.until is not None:
            check_inside(tables, "until", self.until)
            if self.until < self.date:
                wrong = f"lies before the edit's date, {self.date}"
                raise Impossible("until", self.until, wrong, "Write a later date")

    @property
    def next_day(self) -> dt.date | None:
        """The day after the last."""
        return None if self.until is None else self.until + DAY


class OfPlaces(Edit):
    """An edit of one home, or of all homes of an area."""

    place: Text = Field("", description="a home")
    area: Text = Field("", description="in place of a home: all homes of an origin area, or * for all")

    def homes(self, tables: Tables) -> list[str]:
        """Return the homes meant.

        Raises:
            Impossible: none or both are named, or there is no such home or area.
        """
        if bool(self.place) == bool(self.area):
            wrong = "both a place and an area are named" if self.place else "neither a place nor an area is named"
            raise Impossible("place", self.place, wrong, "Name one of the two")
        return [tables.place("place", self.place, "home").name] if self.place else tables.homes(self.area)


def check_inside(tables: Tables, key: str, date: dt.date) -> None:
    """Refuse a date outside the scenario.

    Raises:
        Impossible: it is one.
    """
    start, end = tables.header.start, tables.header.end
    if not start <= date <= end:
        wrong = f"lies outside the scenario, which runs from {start} to {end}"
        raise Impossible(key, date, wrong, "Write a date within it")
