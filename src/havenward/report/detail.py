"""How much a report may tell: the table of sensitivity tiers, turned into names, spans of days and sections.

A closed case (over five years old, public sources) and an invented scenario are told in full whatever their tier says.
A live scenario is told by its tier:

| tier       | space                    | time                  | crossings            | map                     |
|------------|--------------------------|-----------------------|----------------------|-------------------------|
| public     | origin areas, all camps  | weekly, 14 days late  | none                 | none                    |
| partner    | each camp, origin areas  | daily                 | joined into sectors  | camps and areas         |
| restricted | everything               | daily                 | yes                  | yes, for a stated reason|
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from havenward.guard.tiers import tier_of
from havenward.scenario.schema import Location, Scenario, Tier

DELAY_DAYS = 14
SECTORS = ("Eastern sector", "Northern sector", "Western sector", "Southern sector")


NOTHING = "is not told at tier public while a case is live: it could show who may be met where."


class WithheldError(PermissionError):
    """The report may not be written at this tier; the message says why and what would be needed."""


@dataclass(frozen=True)
class Detail:
    """What may be told of one run."""

    full: bool
    crossings: dict[str, str]
    """Name of a crossing -> name under which it may be told."""
    camps: dict[str, str]
    last: dt.date | None
    """The last day that may be told; None: every day."""
    weekly: bool
    withheld: dict[str, str]
    """Section -> the sentence that stands in its place."""

    def allows(self, section: str) -> bool:
        """Whether a section may be drawn."""
        return section not in self.withheld

    def tells(self, site: str | None) -> bool:
        """Whether figures of a site may be told under its own name; those of all sites together always."""
        return self.full or site is None or (self.allows("camps") and self.camps.get(site) == site)


@dataclass(frozen=True)
class Names:
    """The places that a report may name, and what they are called where they may not be named one by one."""

    crossings: dict[str, str]
    """Name of a crossing -> its sector."""
    camps: tuple[str, ...]
    all_camps: str


def detail(scenario: Scenario, tier: Tier, today: dt.date, reason: str = "") -> Detail:
    """What a report of this scenario at this tier may tell on this day.

    Raises
    ------
    WithheldError
        for a live scenario that is restricted, unless a reason for the export is given.
    """
    camps = tuple(place.name for place in scenario.locations if place.kind in ("camp", "emergency"))
    names = Names(sector_names(scenario), camps, "All camps and emergency sites")
    return detail_of(names, tier, today, reason, free=free(scenario, today))


def detail_of(names: Names, tier: Tier, today: dt.date, reason: str, *, free: bool) -> Detail:
    """What a report at this tier may tell on this day; `free` where all of a case may be public.

    Raises
    ------
    WithheldError
        for a live case that is restricted, unless a reason for the export is given.
    """
    crossings, camps = ({name: name for name in place} for place in (names.crossings, names.camps))
    if free:
        return Detail(True, crossings, camps, None, False, {})
    if tier == "restricted":
        if not reason.strip():
            raise WithheldError("a restricted run leaves the screen only for a stated reason: add --reason '...'")
        return Detail(True, crossings, camps, None, False, {})
    if tier == "partner":
        return Detail(False, names.crossings, camps, None, False, {})
    return Detail(
        full=False,
        crossings=dict.fromkeys(crossings, "All crossings"),
        camps=dict.fromkeys(camps, names.all_camps),
        last=today - dt.timedelta(days=DELAY_DAYS),
        weekly=True,
        withheld={
            "crossings": f"What happens at single crossings {NOTHING}",
            "flows": f"Who goes which way {NOTHING}",
            "map": f"A map of places {NOTHING}",
            "camps": f"What single camps hold {NOTHING}",
            "errors": f"How far a run lies from the registers of single camps {NOTHING}",
        },
    )


def free(scenario: Scenario, today: dt.date) -> bool:
    """Whether all of a scenario may be public: it is invented, or a closed case that is old enough."""
    unasked = scenario.model_copy(update={"header": scenario.header.model_copy(update={"tier": None})})
    return tier_of(unasked, today) == "public"


def sector_names(scenario: Scenario) -> dict[str, str]:
    """Crossing -> the quarter of the compass in which it lies, seen from the middle of the homes."""
    homes = [place for place in scenario.locations if place.kind == "home"]
    middle_lat = sum(home.lat for home in homes) / max(len(homes), 1)
    middle_lon = sum(home.lon for home in homes) / max(len(homes), 1)

    def sector(place: Location) -> str:
        east = (place.lon - middle_lon) * math.cos(math.radians(middle_lat))
        turn = math.degrees(math.atan2(place.lat - middle_lat, east)) % 360
        return SECTORS[round(turn / 90) % 4]

    return {place.name: sector(place) for place in scenario.locations if place.kind == "crossing"}
