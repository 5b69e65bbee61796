"""What every file of a report says of itself: scenario, tier, run, and what was calibrated by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from havenward.guard.disclosure import FEWEST_DRAWS
from havenward.report.detail import WithheldError
from havenward.scenario.schema import Scenario, Tier

NOT_SAFE = "Not a statement that any way is safe."
LONGEST_TITLE = 55
"""Letters of a scenario's title in a picture; the page has all of it."""

LONGEST_NAME = 26
"""Letters of a place's name in a picture."""

SIMULATED = "Simulated, not counted"


@dataclass(frozen=True)
class Facts:
    """Where a figure comes from. Every picture, page and table of a report carries these."""

    scenario: str
    title: str
    nature: str
    tier: Tier
    run: str
    version: str
    solver: str
    seed: str
    draws: int
    calibrated: str
    besieger: str
    first: dt.date
    last: dt.date
    origin: dt.date | None
    """The day on which a forecast was made; None where the run is no forecast."""
    broken_off: str
    """How far a run came that was broken off, as a sentence; empty where it is whole."""
    interval: str
    """What the spread of the draws is over, such as `over assumptions only`; for one draw that there is no interval."""
    rules: str = ""
    """Which rules the run was made by, where there are several."""

    @property
    def by_hand(self) -> str:
        """What was calibrated by hand, as a sentence; empty where nothing was."""
        return f"Calibrated {self.calibrated}." if self.calibrated else ""

    @property
    def short_title(self) -> str:
        """The scenario's title as pictures have it: cut at a word where it is very long."""
        return shortened(self.title, LONGEST_TITLE)

    @property
    def span(self) -> str:
        """The dates of the run in words."""
        return f"{day_text(self.first)} to {day_text(self.last)}"

    @property
    def provenance(self) -> str:
        """One line for the foot of a picture."""
        draws = "1 draw" if self.draws == 1 else f"{self.draws:,} draws"
        run = f"run {self.run}, " if self.run else ""
        rules = f"{self.rules}, " if self.rules else ""
        parts = f"{SIMULATED}: {run}Havenward {self.version}, {rules}{self.solver}, {draws}, seed {self.seed}."
        return " ".join(part for part in (parts, self.by_hand, NOT_SAFE) if part)

    def name(self, what: str, extension: str) -> str:
        """File name of one part of the report; the tier is in it."""
        return f"{self.scenario}.{self.tier}.{what}.{extension}"

    def metadata(self, title: str) -> dict[str, str]:
        """Text fields for the metadata of a file."""
        return {
            "Title": f"{self.title}: {title}",
            "Description": f"{title}. Scenario {self.title}, {self.span}. Tier: {self.tier}. {self.provenance}",
            "Software": f"Havenward {self.version}",
            "Source": f"Run {self.run} of scenario {self.scenario}, seed {self.seed}, solver {self.solver}",
            "Tier": self.tier,
            "Scenario": self.scenario,
            "Run": self.run,
            "Calibration": self.by_hand or "none stated",
            "Disclaimer": NOT_SAFE,
        }


@dataclass(frozen=True)
class Named:
    """What a case is called, and what kind it is."""

    name: str
    title: str
    nature: str
    besieger: str = ""


def facts(outcome: xr.Dataset, scenario: Scenario, run: Mapping[str, Any]) -> Facts:
    """The facts of a run of a scenario; see `facts_of`."""
    header = scenario.header
    return facts_of(outcome, run, Named(header.full_name, header.full_title, header.nature, header.besieger))


def facts_of(outcome: xr.Dataset, run: Mapping[str, Any], case: Named, rules: str = "") -> Facts:
    """The facts of a run, from its record first and from the outcome's attributes where the record is silent.

    Raises
    ------
    WithheldError
        if neither states a sensitivity tier: a report without one must not be written.
    """
    attributes = outcome.attrs
    tier = run.get("tier") or attributes.get("tier")
    if tier not in ("public", "partner", "restricted"):
        raise WithheldError(f"the run states no sensitivity tier (found {tier!r}); run it again to give it one")
    times = outcome["time"].values.astype("datetime64[D]")
    origin = run.get("origin")
    solver = str(run.get("solver") or attributes.get("solver", ""))
    return Facts(
        scenario=case.name,
        title=case.title,
        nature=case.nature,
        tier=tier,
        run=str(run.get("run_id") or attributes.get("run", "")),
        version=str(run.get("version") or attributes.get("version", "")),
        solver=solver,
        seed=str(run.get("seed", attributes.get("seed", ""))),
        draws=outcome.sizes["draw"],
        calibrated=str(run.get("calibrated") or attributes.get("calibrated", "")),
        besieger=case.besieger,
        first=times[0].item(),
        last=times[-1].item(),
        origin=dt.date.fromisoformat(str(origin)) if origin else None,
        broken_off=broken_off(run),
        interval=interval_of(outcome, solver),
        rules=rules,
    )


def broken_off(run: Mapping[str, Any]) -> str:
    """How far a run came, as its record has it."""
    if run.get("status", "complete") == "complete":
        return ""
    members, days = run.get("members_done", 0), run.get("days", 0)
    return f"Broken off: {members} of {run.get('members', members)} members have these {days} days."


def interval_of(outcome: xr.Dataset, solver: str) -> str:
    """What the spread of the draws is over: as the outcome says, unless it was broken off with one member."""
    if outcome.sizes["draw"] < FEWEST_DRAWS:
        return "none: one member"
    unsaid = "over assumptions only" if solver == "mean" else "over assumptions and chance"
    return str(outcome.attrs.get("interval", unsaid))


def shortened(text: str, length: int) -> str:
    """Text cut to a length at a word, with an ellipsis, where it is longer."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",:;") + "…"


def day_text(day: dt.date | np.datetime64) -> str:
    """A date in words, such as `4 June 2014`, the same in every locale."""
    if isinstance(day, np.datetime64):
        day = dt.date.fromisoformat(str(day.astype("datetime64[D]")))
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def report_folder(source: Path | str) -> Path:
    """Where a report goes unless told otherwise: beside the sealed folder, never in it; here for what lies elsewhere."""
    if isinstance(source, str):
        return Path(f"{source.rstrip('/').rpartition('/')[-1]}.report")
    return source.parent / f"{source.name}.report"
