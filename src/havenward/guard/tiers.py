"""Sensitivity tiers: how freely a run may be shown.

Every run has one. It is restricted whenever a living conflict's horizon or evidence lies within the last 90 days, or later;
it may be public at full detail when the scenario is synthetic, or a closed case: over five years old and from public
sources, marked so.
"""

from __future__ import annotations

import datetime as dt

from havenward.scenario.schema import Scenario, Tier

RECENT_DAYS = 90
CLOSED_AFTER_DAYS = 5 * 365 + 1
ORDER: tuple[Tier, ...] = ("public", "partner", "restricted")
BANNERS: dict[Tier, str] = {
    "public": "PUBLIC",
    "partner": "PARTNER - for named organisations under an information-sharing protocol",
    "restricted": "RESTRICTED - for named users; do not pass on",
}


def tier_of(scenario: Scenario, today: dt.date) -> Tier:
    """Return the tier of a run of a scenario made today: the stricter of what it asks for and what its dates demand."""
    asked: Tier = scenario.header.tier or "public"
    return max(asked, _demanded(scenario, today), key=ORDER.index)


def _demanded(scenario: Scenario, today: dt.date) -> Tier:
    header = scenario.header
    if header.nature == "synthetic":
        return "public"
    latest = max([header.end, *(row.date for row in scenario.evidence)])
    if header.nature == "closed_case" and (today - latest).days >= CLOSED_AFTER_DAYS:
        return "public"
    if (today - latest).days <= RECENT_DAYS:
        return "restricted"
    return "partner"
