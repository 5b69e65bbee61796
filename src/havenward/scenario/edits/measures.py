"""Edits of what is forbidden, advised and supplied: telephones, supplies, advice, the ban on leaving, borders, returns."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from havenward.scenario.edits.edit import Lasting
from havenward.scenario.edits.tables import ALL, Tables
from havenward.scenario.schema import Restriction, Share, Supply, Text

Kind = Literal["exit", "telephones", "advice", "border", "services"]
"""Kinds of restrictions."""


class OfArea(Lasting):
    """An edit of an origin area, or of all."""

    area: Text = Field(ALL, description="an origin area, or * for all")

    def restrict(self, tables: Tables, kind: Kind, level: float, otherwise: float) -> None:
        """Let a restriction have this level; `otherwise` is its level where none is given."""
        for area in tables.each_area("restrictions", self.area, kind=kind):
            usual = Restriction(area=area, date=self.date, kind=kind, level=otherwise)
            tables.hold("restrictions", usual, self.date, self.until, {"level": level}, area=area, kind=kind)


class RestorePhones(OfArea):
    """Restores telephones."""

    edit: Literal["restore_phones"] = "restore_phones"
    reach: Share = Field(1.0, description="share of successful flights that is heard of, relative to normal times")

    def change(self, tables: Tables) -> None:
        """Set their reach."""
        self.restrict(tables, "telephones", self.reach, 1.0)


class BanPhones(OfArea):
    """Bans telephones."""

    edit: Literal["ban_phones"] = "ban_phones"
    reach: Share = Field(0.0, description="share of successful flights that is heard of all the same")

    def change(self, tables: Tables) -> None:
        """Set their reach."""
        self.restrict(tables, "telephones", self.reach, 1.0)


class AdviseStaying(OfArea):
    """Advises people to stay at home."""

    edit: Literal["advise_staying"] = "advise_staying"
    level: Share = Field(1.0, description="1 told to stay at home; 0 withdraws the advice")

    def change(self, tables: Tables) -> None:
        """Set the advice."""
        self.restrict(tables, "advice", self.level, 0.0)


class SetExit(OfArea):
    """Frees leaving, or bars it."""

    edit: Literal["set_exit"] = "set_exit"
    level: Share = Field(description="0 free, 0.5 against a bond, 1 barred")

    def change(self, tables: Tables) -> None:
        """Set the ban."""
        self.restrict(tables, "exit", self.level, 0.0)


class SetSupplies(OfArea):
    """Sets which part of normal supplies reaches an area."""

    edit: Literal["set_supplies"] = "set_supplies"
    inflow: float = Field(ge=0, le=2, description="days of consumption that arrive each day")

    def change(self, tables: Tables) -> None:
        """Set the inflow."""
        for area in tables.each_area("supplies", self.area):
            usual = Supply(area=area, date=self.date, inflow=1.0)
            tables.hold("supplies", usual, self.date, self.until, {"inflow": self.inflow}, area=area)


class CloseBorder(OfArea):
    """Closes the border: nobody goes on abroad."""

    edit: Literal["close_border"] = "close_border"

    def change(self, tables: Tables) -> None:
        """Close it to people of the area."""
        self.restrict(tables, "border", 1.0, 0.0)


class EarlyReturn(OfArea):
    """Brings services of freed places forward, so that people can return sooner. Nobody is made to return."""

    edit: Literal["early_return"] = "early_return"
    services: Share = Field(1.0, description="share of services that is there at once, however short a place is free")

    def change(self, tables: Tables) -> None:
        """Set the services."""
        self.restrict(tables, "services", self.services, 0.0)
