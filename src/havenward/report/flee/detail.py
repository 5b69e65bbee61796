"""How much a report of a Flee run may tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from havenward.guard.tiers import tier_of_flee
from havenward.report.detail import Detail, Names, detail_of
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.schema import Tier


def flee_detail(scenario: FleeScenario, camps: Sequence[str], tier: Tier, today: dt.date, reason: str = "") -> Detail:
    """What a report of a run of this folder at this tier may tell on this day; `camps` are those of the run.

    A folder whose last day and last register lie over five years back is told in full.

    Raises
    ------
    WithheldError
        for a live case that is restricted, unless a reason for the export is given.
    """
    names = Names({}, tuple(camps), "All places" if scenario.settings.flood_mode else "All camps")
    return detail_of(names, tier, today, reason, free=tier_of_flee(scenario, today) == "public")
