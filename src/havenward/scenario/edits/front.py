"""Edits of the front: where it runs, when an offensive comes and how fast, and fighting and shelling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from havenward.scenario.edits.edit import Lasting, OfPlaces
from havenward.scenario.edits.tables import DAY, EDITED, Impossible, Tables
from havenward.scenario.schema import Fighting, Share

MOST_PACE = 10.0
"""No pace in offensives.csv is above it."""


class MoveFront(OfPlaces, Lasting):
    """Moves the front: the group holds this share of a home, or of the homes of an area, from a date on."""

    edit: Literal["move_front"] = "move_front"
    besieged_share: Share = Field(description="share of the people who live behind the group's line; 0: freed")
    over_days: int = Field(1, ge=1, le=3660, description="days that the front takes to move there, from the date on")

    def change(self, tables: Tables) -> None:
        """Bend the lines of control."""
        _check_timeline(tables)
        arrives = self.date + (self.over_days - 1) * DAY
        if self.until is not None and self.until < arrives:
            wrong = f"the front has not come there by then: it takes until {arrives}"
            raise Impossible("until", self.until, wrong, "Write a later date, or fewer days")
        for home in self.homes(tables):
            tables.bend(home, date=self.date, besieged_share=self.besieged_share, arrives=arrives, until=self.until)


class DelayOffensive(OfPlaces):
    """Lets everything that happens at the front from a date on happen so many days later; until then it stands still."""

    edit: Literal["delay_offensive"] = "delay_offensive"
    days: int = Field(ge=1, le=3660, description="days by which everything there is later")

    def change(self, tables: Tables) -> None:
        """Move dated rows of the front."""
        late = dt.timedelta(days=self.days)
        _reschedule(self, tables, lambda date: date + late, late=self.days)
        for area in _areas(self, tables):
            rows = _begun(tables.dated("offensives", area=area), self.date)
            later = [row.model_copy(update={"date": row.date + late, **EDITED}) for row in rows if row.date >= self.date]
            still = [row.model_copy(update={"date": self.date, "pace": 0.0}) for row in later[:1]]
            tables.replace("offensives", within(tables, [*_earlier(rows, self.date), *still, *later]), area=area)


class SpeedOffensive(OfPlaces):
    """Lets what happens at the front from a date on happen so many times as fast; below 1 it is slower."""

    edit: Literal["speed_offensive"] = "speed_offensive"
    factor: float = Field(ge=0.05, le=20.0, description="2: in half the time; 0.5: in twice the time")

    def change(self, tables: Tables) -> None:
        """Draw dated rows of the front together, and quicken the pace of one that is drawn."""

        def moved(date: dt.date) -> dt.date:
            return self.date + dt.timedelta(days=round((date - self.date).days / self.factor))

        _reschedule(self, tables, moved, pace=self.factor)
        for area in _areas(self, tables):
            rows = _begun(tables.dated("offensives", area=area), self.date)
            quick = {
                moved(row.date): row.model_copy(
                    update={"date": moved(row.date), "pace": min(row.pace * self.factor, MOST_PACE), **EDITED}
                )
                for row in rows
                if row.date >= self.date
            }
            tables.replace("offensives", within(tables, [*_earlier(rows, self.date), *quick.values()]), area=area)


class SetFighting(OfPlaces, Lasting):
    """Sets how intense fighting and shelling are near a home, or near the homes of an area."""

    edit: Literal["set_fighting"] = "set_fighting"
    intensity: float = Field(ge=0, le=3, description="0 none, 1 sporadic, 2 sustained, 3 assault")

    def change(self, tables: Tables) -> None:
        """Let it be so intense from the date on."""
        for home in self.homes(tables):
            quiet = Fighting(place=home, date=self.date, intensity=0.0)
            tables.hold("fighting", quiet, self.date, self.until, {"intensity": self.intensity}, place=home)


def within(tables: Tables, rows: list[Any]) -> list[Any]:
    """Return dated rows without those after the scenario's end, which say nothing of it."""
    return [row for row in rows if row.date <= tables.header.end]


def _check_timeline(tables: Tables) -> None:
    if tables.header.control == "stochastic":
        wrong = "control is drawn in this scenario, and no line of it is given"
        mend = "Change the pace of the offensive by speed_offensive or delay_offensive"
        raise Impossible("edit", "move_front", wrong, mend)


def _areas(edit: OfPlaces, tables: Tables) -> list[str]:
    """Return the areas in which the pace of an offensive is meant; none where a home is named."""
    return tables.each_area("offensives", edit.area) if edit.area else []


def _begun(rows: list[Any], date: dt.date) -> list[Any]:
    """Return rows that say the same, with one on a date where one is in force then."""
    earlier = _earlier(rows, date)
    if not earlier or any(row.date == date for row in rows):
        return rows
    return [*earlier, earlier[-1].model_copy(update={"date": date}), *rows[len(earlier) :]]


def _earlier(rows: list[Any], date: dt.date) -> list[Any]:
    return [row for row in rows if row.date < date]


def _reschedule(edit: OfPlaces, tables: Tables, moved: Callable[[dt.date], dt.date], **told: float) -> None:
    """Bend lines of control as told, and give fighting from the edit's date on other dates; of one day the last counts."""
    if edit.place and tables.header.control == "stochastic":
        wrong, mend = "the pace of an offensive that is drawn is given by area", "Write area in place of place"
        raise Impossible("place", edit.place, wrong, mend)

    def later(rows: list[Any]) -> list[Any]:
        by_date = {moved(row.date): row for row in rows if row.date >= edit.date}
        return [row.model_copy(update={"date": date, **EDITED}) for date, row in by_date.items()]

    for home in edit.homes(tables):
        tables.bend(home, date=edit.date, **told)
        fire = tables.dated("fighting", place=home)
        tables.replace("fighting", within(tables, [*_earlier(fire, edit.date), *later(fire)]), place=home)
