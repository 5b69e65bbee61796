"""The report of a siege: what its sections are made from, and its first screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import xarray as xr

from havenward.report.detail import Detail, detail
from havenward.report.digest import Digest, digest
from havenward.report.facts import facts
from havenward.report.material import Common
from havenward.report.opening import Opening
from havenward.report.sentences import glances, headline, how_sure, reception
from havenward.report.sums import Sums
from havenward.scenario.edits.read import EDITS
from havenward.scenario.schema import Scenario

LIMITS = (
    "How many are caught, wounded or killed on the way is an assumption with a range. Arrivals cannot show it.",
    "Dates inside the run follow from the scenario's dates of control and fighting; other dates would give other figures.",
)
"""What no run of a siege can tell, whatever its scenario."""


NOT_TOLD = "where, and how much, is not told while a case is live"


@dataclass(frozen=True)
class Material(Common):
    """What every section is made from."""

    scenario: Scenario
    sums: Sums


@dataclass(frozen=True)
class RunMaterial(Material):
    """The same of a run, with all that only a run keeps."""

    sums: Digest


def material(
    outcome: xr.Dataset, scenario: Scenario, record: Mapping[str, Any], folder: Path, today: dt.date, reason: str
) -> RunMaterial:
    """What the report of a run is made from, as far as its tier lets it be told.

    Raises
    ------
    WithheldError
        if the run's tier forbids the report.
    """
    known = facts(outcome, scenario, record)
    told = detail(scenario, known.tier, today, reason)
    sums = digest(outcome, scenario, told)
    return RunMaterial(record, replace(known, last=sums.dates[-1].item()), told, folder, scenario, sums)


def opening(given: Material) -> Opening:
    """The first screen."""
    sums, known, header = given.sums, given.facts, given.scenario.header
    return Opening(
        headline=headline(sums, known),
        second=reception(sums),
        sure=how_sure(sums.draws, known),
        glances=glances(sums, header.epochs, known),
        glance_note="Who leaves twice is counted twice.",
        limits=[*header.limits, *LIMITS],
        about=[(f"Edit {number}", told) for number, told in enumerate(edits_told(header.edits, given.told), 1)],
    )


def edits_told(edits: Sequence[str], told: Detail) -> list[str]:
    """The edits made to a scenario, a line each; kind and date alone where single places may not be told."""
    return [line if told.full else f"{kind_and_date(line)} ({NOT_TOLD})" for line in edits]


def kind_and_date(line: str) -> str:
    """Return the kind and the date of an edit as a header tells it; of anything else nothing."""
    kind, date, *_ = [*line.split(), "", ""]
    return f"{kind} {date}" if kind in EDITS and date.startswith("date=") else "an edit"
