"""Writes a report: reads a run, draws the pictures, fills the page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from havenward.guard.audit import log_export
from havenward.report import siege
from havenward.report.facts import report_folder
from havenward.report.material import Progress
from havenward.run.reading import Run, open_siege
from havenward.scenario.schema import Scenario


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
        if the folder is not a finished run of a siege, or is damaged.
    WithheldError
        if the run's tier forbids the report.
    AuditError
        if the audit log cannot be written.
    """
    progress("Reading the run", 0.0)
    folder = out or report_folder(run_folder)
    return write_report_of(open_siege(run_folder, "report"), folder, progress, reason=reason, today=today)


def write_report_of(
    run: Run[Scenario], folder: Path, progress: Progress = quiet, *, reason: str = "", today: dt.date | None = None
) -> Path:
    """As `write_report`, for a run that is in memory already."""
    given = siege.material(run.outcome, run.scenario, run.record, folder, today or dt.date.today(), reason)
    log_export("report", run=given.facts.run, scenario=given.facts.scenario, tier=given.facts.tier, why=reason, where=folder)
    folder.mkdir(parents=True, exist_ok=True)
    # matplotlib takes half a second to import, so nothing above this line needs it.
    from havenward.report.page import write_page
    from havenward.report.sections import all_sections

    sections = all_sections(given, progress)
    progress("Writing the page", 0.95)
    page = write_page(given.path("report", "html"), given.facts, siege.opening(given), sections)
    progress("Done", 1.0)
    return page
