"""What the sections of a Flee run's page are made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import xarray as xr

from havenward.guard.tiers import nature_of_flee
from havenward.model.flee.mends import Level
from havenward.report.facts import Named, facts_of
from havenward.report.flee.detail import flee_detail
from havenward.report.flee.sums import FleeSums, sums_of
from havenward.report.material import Common
from havenward.scenario.flee.schema import FleeScenario


@dataclass(frozen=True)
class FleeMaterial(Common):
    """What every section is made from."""

    scenario: FleeScenario
    sums: FleeSums
    level: Level


def material(
    outcome: xr.Dataset, scenario: FleeScenario, record: Mapping[str, Any], folder: Path, today: dt.date, reason: str
) -> FleeMaterial:
    """What the report of a run is made from, as far as its tier lets it be told.

    Raises
    ------
    WithheldError
        if the run's tier forbids the report.
    """
    said = outcome.attrs | {key: record[key] for key in ("scenario", "title", "level") if key in record}
    level: Level = "exact" if said["level"] == "exact" else "mended"
    sources = str(record.get("public_sources", ""))
    case = Named(str(said["scenario"]), str(said["title"]), nature_of_flee(scenario, today, sources))
    known = facts_of(outcome, record, case, rules=f"Flee's rules ({level})")
    told = flee_detail(scenario, outcome["camp"].values.tolist(), known.tier, today, sources, reason)
    sums = sums_of(outcome, scenario, told)
    return FleeMaterial(record, replace(known, last=sums.dates[-1].item()), told, folder, scenario, sums, level)
