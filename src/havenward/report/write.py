"""Writes a report: reads a run, draws the pictures, fills the page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.guard.audit import log_export
from havenward.report import siege
from havenward.report.facts import report_folder
from havenward.report.flee import material as flee
from havenward.report.flee.material import FleeMaterial
from havenward.report.material import Progress
from havenward.report.opening import Opening
from havenward.run.reading import Run, open_run
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.schema import Scenario

if TYPE_CHECKING:
    from havenward.report.page import Section


def quiet(_what: str, _share: float) -> None:
    """Tells nobody."""


def write_report(
    run_folder: Path,
    out: Path | None = None,
    progress: Progress = quiet,
    *,
    reason: str = "",
    today: dt.date | None = None,
) -> Path:
    """Draws the report of a finished run and returns the path of its page.

    Parameters
    ----------
    run_folder
        A folder that `havenward run` wrote.
    out
        Folder for the page and the pictures; None: `<run folder>.report`, beside the sealed run.
    progress
        Is called with each step.
    reason
        Why a restricted run of a live scenario leaves the screen; needed for those only.
    today
        The day on which the report is made; it decides what a public report of a live scenario may tell.

    Raises
    ------
    RunFolderError
        if the folder is not a finished run, or is damaged.
    WithheldError
        if the run's tier forbids the report.
    AuditError
        if the audit log cannot be written.
    """
    progress("Reading the run", 0.0)
    folder = out or report_folder(run_folder)
    return write_report_of(open_run(run_folder), folder, progress, reason=reason, today=today)


def write_report_of(
    run: Run[Scenario] | Run[FleeScenario],
    folder: Path,
    progress: Progress = quiet,
    *,
    reason: str = "",
    today: dt.date | None = None,
) -> Path:
    """As `write_report`, for a run that is in memory already."""
    given = _material(run, folder, today or dt.date.today(), reason)
    facts = given.facts
    log_export("report", run=facts.run, scenario=facts.scenario, tier=facts.tier, why=reason, where=folder)
    folder.mkdir(parents=True, exist_ok=True)
    # matplotlib takes half a second to import, so nothing above this line needs it.
    from havenward.report.page import write_page

    opening, sections = _content(given, progress)
    progress("Writing the page", 0.95)
    page = write_page(given.path("report", "html"), facts, opening, sections)
    progress("Done", 1.0)
    return page


def _material(
    run: Run[Scenario] | Run[FleeScenario], folder: Path, today: dt.date, reason: str
) -> siege.Material | FleeMaterial:
    """What the report is made from, by the rules of the run."""
    if isinstance(run.scenario, FleeScenario):
        return flee.material(run.outcome, run.scenario, run.record, folder, today, reason)
    return siege.material(run.outcome, run.scenario, run.record, folder, today, reason)


def _content(given: siege.Material | FleeMaterial, progress: Progress) -> tuple[Opening, list[Section]]:
    """The first screen and the sections."""
    if isinstance(given, FleeMaterial):
        from havenward.report.flee import opening, page

        return opening.opening(given), page.all_sections(given, progress)
    from havenward.report.sections import all_sections

    return siege.opening(given), all_sections(given, progress)
