"""Sensitivity tiers: how freely a run may be shown.

Every run has one. It is restricted whenever a living conflict's horizon or evidence lies within the last 90 days, or later;
it may be public at full detail when the scenario is synthetic, or a closed case: over five years old and from public
sources, marked so.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.schema import Scenario, Tier

Nature = Literal["closed_case", "synthetic", "live"]
"""What kind of case a scenario is: over five years old and from public sources, invented, or neither."""

RECENT_DAYS = 90
CLOSED_AFTER_DAYS = 5 * 365 + 1
ORDER: tuple[Tier, ...] = ("public", "partner", "restricted")
BANNERS: dict[Tier, str] = {
    "public": "PUBLIC",
    "partner": "PARTNER - for named organisations under an information-sharing protocol",
    "restricted": "RESTRICTED - for named users; do not pass on",
}


def stricter(*tiers: Tier) -> Tier:
    """Return the strictest of some tiers."""
    return max(tiers, key=ORDER.index)


def tier_of(scenario: Scenario, today: dt.date) -> Tier:
    """Return the tier of a run of a scenario made today: the stricter of what it asks for and what its dates demand."""
    header = scenario.header
    asked: Tier = header.tier or "public"
    latest = max([header.end, *(row.date for row in scenario.evidence)])
    return stricter(asked, tier_from(header.nature, latest, today))


def nature_of_flee(scenario: FleeScenario, today: dt.date, public_sources: str) -> Nature:
    """Return a closed case where sources are named and a folder's last day and registers lie over five years back.

    Age alone makes no closed case: `public_sources` is what whoever runs the folder says of its sources, and empty where
    nobody has said that they are public.
    """
    old = (today - _latest(scenario)).days >= CLOSED_AFTER_DAYS
    return "closed_case" if old and public_sources.strip() else "live"


def tier_of_flee(scenario: FleeScenario, today: dt.date, public_sources: str) -> Tier:
    """Return the tier of a run of a Flee folder made today: what its dates demand, since a folder asks for none."""
    return tier_from(nature_of_flee(scenario, today, public_sources), _latest(scenario), today)


def _latest(scenario: FleeScenario) -> dt.date:
    """Return the last day that anything in a Flee folder speaks of."""
    counted = (day for series in scenario.source.series for file in series.files for day, _ in file.entries)
    return scenario.start + dt.timedelta(days=max(scenario.days - 1, max(counted, default=0)))


def tier_from(nature: Nature, latest: dt.date, today: dt.date) -> Tier:
    """Return the tier that dates demand of a run made today; `latest` is the last day that its scenario speaks of."""
    if nature == "synthetic":
        return "public"
    if nature == "closed_case" and (today - latest).days >= CLOSED_AFTER_DAYS:
        return "public"
    if (today - latest).days <= RECENT_DAYS:
        return "restricted"
    return "partner"
