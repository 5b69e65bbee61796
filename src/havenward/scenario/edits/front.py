"""Edits of the front: where it runs, when an offensive comes and how fast, and fighting and shelling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from havenward.scenario.edits.edit import Lasting, OfPlaces
from havenward.scenario.edits.tables import DAY, EDITED, Impossible, Tables, line_at
from havenward.scenario.schema import Control, Fighting, Share

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
        points = {arrives: self.besieged_share}
        if self.until is not None:
            if self.until < arrives:
                wrong = f"the front has not come there by then: it takes until {arrives}"
                raise Impossible("until", self.until, wrong, "Write a later date, or fewer days")
            points[self.until] = self.besieged_share
        for home in self.homes(tables):
            rows = cut(home, tables.dated("control", place=home), self.date - DAY)
            made = [_line(home, date, share) for date, share in points.items()]
            bent = [*_earlier(rows, self.date), *made]
            if self.until is None or self.until >= tables.header.end:
                bent = within(tables, bent)
            else:
                again = self.until + DAY
                bent += [row for row in cut(home, rows, again) if row.date >= again]
            tables.replace("control", bent, place=home)


class DelayOffensive(OfPlaces):
    """Lets everything that happens at the front from a date on happen so many days later; until then it stands still."""

    edit: Literal["delay_offensive"] = "delay_offensive"
    days: int = Field(ge=1, le=3660, description="days by which everything there is later")

    def change(self, tables: Tables) -> None:
        """Move dated rows of the front."""
        late = dt.timedelta(days=self.days)
        _reschedule(self, tables, lambda date: date + late)
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

        _reschedule(self, tables, moved)
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


def cut(home: str, rows: list[Control], date: dt.date) -> list[Control]:
    """Return rows of control that give the same lines and have one on a date.

    A sloped line that is cut gets a row on each of its days, so that no bit of its other days changes.
    """
    if any(row.date == date for row in rows):
        return rows
    before, after = [row for row in rows if row.date < date], [row for row in rows if row.date > date]
    days = [date]
    if before and after and before[-1].besieged_share != after[0].besieged_share:
        days = [before[-1].date + k * DAY for k in range(1, (after[0].date - before[-1].date).days)]
    return [*before, *(_line(home, day, line_at(rows, "besieged_share", day, 0.0)) for day in days), *after]


def within(tables: Tables, rows: list[Any]) -> list[Any]:
    """Return dated rows without those after the scenario's end, which say nothing of it; lines are cut there."""
    end = tables.header.end
    if rows and rows[-1].date > end and isinstance(rows[-1], Control):
        rows = cut(rows[-1].place, rows, end)
    return [row for row in rows if row.date <= end]


def _line(home: str, date: dt.date, share: float) -> Control:
    return Control(place=home, date=date, besieged_share=share, note=EDITED["note"])


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


def _reschedule(edit: OfPlaces, tables: Tables, moved: Callable[[dt.date], dt.date]) -> None:
    """Give the rows of control and fighting from the edit's date on other dates; of one day the last counts."""
    if edit.place and tables.header.control == "stochastic":
        wrong, mend = "the pace of an offensive that is drawn is given by area", "Write area in place of place"
        raise Impossible("place", edit.place, wrong, mend)

    def later(rows: list[Any]) -> list[Any]:
        by_date = {moved(row.date): row for row in rows if row.date >= edit.date}
        return [row.model_copy(update={"date": date, **EDITED}) for date, row in by_date.items()]

    for home in edit.homes(tables):
        rows = tables.dated("control", place=home)
        if rows and rows[-1].date >= edit.date:
            before = _earlier(cut(home, rows, edit.date - DAY), edit.date)
            still = before[-1].model_copy(update={"date": moved(edit.date) - DAY, **EDITED})
            held = [still] if still.date > before[-1].date else []
            tables.replace("control", within(tables, [*before, *held, *later(rows)]), place=home)
        fire = tables.dated("fighting", place=home)
        tables.replace("fighting", within(tables, [*_earlier(fire, edit.date), *later(fire)]), place=home)
