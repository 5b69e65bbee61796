"""How much a report of a Flee run may tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from havenward.guard.disclosure import SMALLEST_HOME
from havenward.guard.tiers import tier_of_flee
from havenward.report.detail import Detail, Names, detail_of
from havenward.scenario.flee.schema import CAMPS, FleeScenario, Location
from havenward.scenario.schema import Tier

SMALL_PLACES = "Small places"
NO_MAP = f"A map is not drawn, because every place has fewer than {SMALLEST_HOME:,} people."


def flee_detail(
    scenario: FleeScenario, camps: Sequence[str], tier: Tier, today: dt.date, public_sources: str, reason: str = ""
) -> Detail:
    """What a report of a run of this folder at this tier may tell on this day; `camps` are those of the run.

    A closed case, which is one marked with its `public_sources` and over five years old, is told in full. Else places with
    few people, which count as camps where floods drive people, are told by region.

    Raises
    ------
    WithheldError
        for a live case that is restricted, unless a reason for the export is given.
    """
    names = Names({}, tuple(camps), "All places" if scenario.settings.flood_mode else "All camps")
    free = tier_of_flee(scenario, today, public_sources) == "public"
    told = detail_of(names, tier, today, reason, free=free)
    if told.full or not told.allows("camps"):
        return told
    small = _small(scenario)
    merged = {name: small.get(name, shown) for name, shown in told.camps.items()}
    withheld = told.withheld | ({"map": NO_MAP} if set(merged) <= set(small) else {})
    return replace(told, camps=merged, withheld=withheld)


def _small(scenario: FleeScenario) -> dict[str, str]:
    """Places that are never a camp and have few people -> what they are told as, together with those of their region."""
    camps = {change.name for change in scenario.changes if change.kind in CAMPS}
    return {
        place.name: _together(place)
        for place in scenario.locations
        if place.kind not in CAMPS and place.name not in camps and place.population < SMALLEST_HOME
    }


def _together(place: Location) -> str:
    known = place.region not in ("", Location.model_fields["region"].default)
    return f"{SMALL_PLACES} of {place.region}" if known else SMALL_PLACES
