"""Edits of sites that receive people: camps that are added, enlarged or closed."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from havenward.scenario.edits.edit import Edit, Lasting
from havenward.scenario.edits.tables import EDITED, Impossible, Tables
from havenward.scenario.schema import Camp, Location, Name, Route


class AddCamp(Edit):
    """Adds a camp or an emergency site, at the end of one road, so that no way between other places gets shorter."""

    edit: Literal["add_camp"] = "add_camp"
    name: Name = Field(description="a name that no place has")
    kind: Literal["camp", "emergency"] = Field("camp", description="as in locations.csv")
    lat: float = Field(ge=-90, le=90, description="degrees north (WGS 84)")
    lon: float = Field(ge=-180, le=180, description="degrees east (WGS 84)")
    plots: int = Field(gt=0, le=10_000_000, description="family plots ready")
    policy: float = Field(1.0, gt=0, le=100, description="weight in allocation")
    road_to: Name = Field(description="the place that its road leads to, linked to a crossing by routes.csv")
    km: float = Field(gt=0, le=5000, description="length of that road")

    def change(self, tables: Tables) -> None:
        """Add the place, its roads and its plots."""
        places = {place.name: place for place in tables.rows["locations"]}
        if self.name in places:
            wrong = "a place of that name is there already"
            raise Impossible("name", self.name, wrong, "Write another name, or enlarge it by set_capacity")
        if self.road_to not in places:
            wrong, mend = "is no place of the scenario", "Name one that is there"
            raise Impossible("road_to", self.road_to, wrong, mend, places)
        if not any(places[name].kind == "crossing" for name in tables.reached(self.road_to)):
            wrong = "no route leads there from a crossing, so that nobody could be brought to the camp"
            raise Impossible("road_to", self.road_to, wrong, "Name a place that routes.csv links to a crossing")
        tables.rows["routes"].append(Route(from_place=self.name, to_place=self.road_to, km=self.km, note=EDITED["note"]))
        place = Location(name=self.name, kind=self.kind, lat=self.lat, lon=self.lon, note=EDITED["note"])
        tables.rows["locations"].append(place)
        tables.rows["camps"].append(
            Camp(camp=self.name, date=self.date, plots=self.plots, policy=self.policy, note=EDITED["note"])
        )


class AtCamp(Lasting):
    """An edit of a camp or an emergency site that is there."""

    camp: Name = Field(description="a camp or an emergency site")

    def hold(self, tables: Tables, values: dict[str, Any]) -> None:
        """Let some of its columns hold values."""
        tables.place("camp", self.camp, "camp", "emergency")
        none = Camp(camp=self.camp, date=self.date, plots=0, policy=1.0)
        tables.hold("camps", none, self.date, self.until, values, camp=self.camp)


class SetCapacity(AtCamp):
    """Sets how many family plots a camp has ready."""

    edit: Literal["set_capacity"] = "set_capacity"
    plots: int = Field(ge=0, le=10_000_000, description="family plots ready")

    def change(self, tables: Tables) -> None:
        """Set its plots, where it takes anybody."""
        rows = tables.dated("camps", camp=self.camp)
        last = self.until or tables.header.end
        before = [row for row in rows if row.date <= self.date][-1:]
        meant = [*before, *(row for row in rows if self.date < row.date <= last)]
        if before and not any(row.policy for row in meant):
            wrong = f"the camp takes nobody new from {self.date} on, so that more plots change nothing"
            raise Impossible("camp", self.camp, wrong, "Name another camp, or leave out the edit that closes it")
        self.hold(tables, {"plots": self.plots})


class CloseCamp(AtCamp):
    """Closes a camp to newcomers; who lives there stays."""

    edit: Literal["close_camp"] = "close_camp"

    def change(self, tables: Tables) -> None:
        """Take nobody new."""
        self.hold(tables, {"policy": 0.0})
