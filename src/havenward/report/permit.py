"""Whether figures may leave this machine in full detail, and under which tier.

A file of another program's format has one figure a camp and day: it can neither say `<10` nor round without telling those
who read it. So of a case that is not closed it is always of the tier restricted, whatever the run's own, and needs a
stated reason.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from havenward.guard.tiers import tier_of_flee
from havenward.report.detail import WithheldError
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.schema import Tier


def permit(
    scenario: FleeScenario, stated: Tier, out: Path, reason: str, today: dt.date, *, public_sources: str = ""
) -> Tier:
    """Return the tier of a file or folder `out` that tells all of a Flee folder or of a run of it.

    `stated` is the tier of the run, which a closed case keeps; `public_sources` are those that the run was marked with.

    Raises
    ------
    WithheldError
        for a case that is not closed, without a reason, or where the name of `out` hides a tier that is not public.
    """
    free = tier_of_flee(scenario, today, public_sources) == "public"
    if not free and not reason.strip():
        raise WithheldError(
            f"this tells every camp and day as it is, of a case that is not closed (tier {stated}), and leaves the screen "
            "only for a stated reason: add --reason '...' (closed are those over five years old, run with --public-sources)"
        )
    tier: Tier = stated if free else "restricted"
    if tier != "public" and tier not in out.name.split("."):
        raise WithheldError(f"the name {out.name} must say its tier: write --out {out.with_name(_named(out.name, tier))}")
    return tier


def _named(name: str, tier: Tier) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{tier}{dot}{ending}" if stem else f"{name}.{tier}"
