"""Writes a report: reads a run, draws the pictures, fills the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from havenward.guard.audit import log_export
from havenward.report.detail import detail
from havenward.report.digest import digest
from havenward.report.facts import facts, report_folder
from havenward.run.reading import Run, open_siege
from havenward.scenario.schema import Scenario

Progress = Callable[[str, float], None]
"""Is told what is being done, and the share of the work that is done."""


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
    known = facts(run.outcome, run.scenario, run.record)
    told = detail(run.scenario, known.tier, today or dt.date.today(), reason)
    sums = digest(run.outcome, run.scenario, told)
    log_export("report", run=known.run, scenario=known.scenario, tier=known.tier, why=reason, where=folder)
    folder.mkdir(parents=True, exist_ok=True)
    # matplotlib takes half a second to import, so nothing above this line needs it.
    from havenward.report.page import write_page
    from havenward.report.sections import Material, all_sections
    from havenward.report.sentences import glances, headline, how_sure, reception

    given = Material(run.scenario, run.record, sums, replace(known, last=sums.dates[-1].item()), told, folder)
    sections = all_sections(given, progress)
    progress("Writing the page", 0.95)
    sentences = (headline(sums, given.facts), reception(sums), how_sure(sums, given.facts))
    figures = glances(sums, run.scenario.header.epochs, given.facts)
    path = folder / given.facts.name("report", "html")
    page = write_page(path, given.facts, sentences, figures, run.scenario.header.limits, sections)
    progress("Done", 1.0)
    return page
