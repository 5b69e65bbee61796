"""The report of an ensemble of a siege: the sections of a run's page that its store can tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.ensemble.reading import Kept
from havenward.ensemble.study_reading import KeptStudy, open_study
from havenward.report import siege
from havenward.report.detail import Detail, detail
from havenward.report.facts import Facts, facts
from havenward.report.material import Make, Progress, made
from havenward.report.opening import Opening
from havenward.report.stored import Memory, StoredSums, links_of, sums_of
from havenward.run.request import RunError
from havenward.run.siege_case import SiegeCase
from havenward.scenario.schema import Tier

if TYPE_CHECKING:
    from havenward.report.page import Section

NOT_KEPT = (
    "An ensemble keeps people at home at the ends of months only, and no course of control, fear, supplies, closures or "
    "waiting times: for the map, the comparison with counted figures and the reasons draw the report of a run."
)


@dataclass(frozen=True)
class EnsembleMaterial(siege.Material):
    """What every section is made from."""

    sums: StoredSums
    members: int
    """That are there; `sums` may be of fewer."""
    study: KeptStudy | None
    """Where the spread comes from, where that was asked for."""


def case_of(kept: Kept) -> SiegeCase:
    """The case of an ensemble.

    Raises
    ------
    RunError
        if it is a Flee folder.
    """
    if not isinstance(kept.case, SiegeCase):
        raise RunError(
            f"{kept.store.place.url} is an ensemble of a Flee folder, of which no report is drawn: "
            "look at its summary.xlsx, or draw the report of a run of the folder"
        )
    return kept.case


def summed(kept: Kept, tier: Tier, today: dt.date, reason: str, memory: Memory) -> tuple[StoredSums, Detail]:
    """The sums of an ensemble that a tier lets be told on a day, and what that is.

    Raises
    ------
    RunError
        if it is of a Flee folder.
    WithheldError
        if the tier forbids it.
    """
    scenario = case_of(kept).scenario
    told = detail(scenario, tier, today, reason)
    return sums_of(kept, scenario, told, memory), told


def facts_of(kept: Kept, sums: StoredSums) -> Facts:
    """The facts of an ensemble, for the members and the days that are drawn."""
    frame = kept.frame.isel(draw=slice(0, sums.draws)).assign_attrs(interval=kept.record["interval"])
    return replace(facts(frame, case_of(kept).scenario, kept.record), last=sums.dates[-1].item())


def material(kept: Kept, folder: Path, today: dt.date, reason: str, study: str = "") -> EnsembleMaterial:
    """What the report of an ensemble is made from, as far as its tier lets it be told.

    Parameters
    ----------
    kept
        The ensemble.
    folder
        Where the report goes.
    today
        The day on which it is made.
    reason
        Why a restricted run of a live scenario leaves the screen.
    study
        A sensitivity study of the same run; empty: none.

    Raises
    ------
    RunError
        if it is of a Flee folder, or the study is of another run, not finished or damaged.
    WithheldError
        if the tier forbids it.
    """
    sums, told = summed(kept, kept.record["tier"], today, reason, Memory())
    found = open_study(study) if study else None
    if found is not None:
        found.check_same(kept)
    known, scenario = facts_of(kept, sums), case_of(kept).scenario
    return EnsembleMaterial(kept.record, known, told, folder, scenario, sums, kept.members, found)


def opening(given: EnsembleMaterial) -> Opening:
    """The first screen."""
    common = siege.opening(given)
    drawn = f"{given.members:,}"
    if given.sums.draws < given.members:
        drawn += f", of which the first {given.sums.draws:,} are drawn: more would move no line by its width"
    return replace(common, limits=[*common.limits, NOT_KEPT], about=[*common.about, ("Members", drawn)])


def all_sections(given: EnsembleMaterial, progress: Progress) -> Sequence[Section]:
    """Every section of the page."""
    from havenward.report import sections
    from havenward.report.spread import spread

    parts: list[tuple[str, Make]] = [
        ("Looking for corridors that open", lambda: sections.corridors(given)),
        ("Drawing arrivals", lambda: sections.arrivals(given, [])),
        ("Drawing stocks", lambda: sections.stocks(given, [])),
        ("Drawing crossings", lambda: sections.crossings(given)),
        ("Drawing camps", lambda: sections.camps(given)),
        ("Drawing flows", lambda: sections.flows(given, links_of(given.sums))),
        ("Counting needs", lambda: sections.needed(given)),
        ("Sharing the spread out", lambda: spread(given)),
        ("Listing assumptions", lambda: sections.assumptions(given)),
    ]
    return made(parts, progress)
