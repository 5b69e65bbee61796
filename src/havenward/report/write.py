"""Writes a report: reads a run, draws the pictures, fills the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from havenward.report.detail import detail
from havenward.report.digest import digest
from havenward.report.facts import Facts, facts, report_folder
from havenward.report.source import Run, open_run

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
    RunFolderError, ScenarioError
        if the folder is not a finished run.
    WithheldError
        if the run's tier forbids the report.
    """
    progress("Reading the run", 0.0)
    folder = out or report_folder(run_folder)
    return write_report_of(open_run(run_folder), folder, progress, reason=reason, today=today)


def write_report_of(
    run: Run, folder: Path, progress: Progress = quiet, *, reason: str = "", today: dt.date | None = None
) -> Path:
    """As `write_report`, for a run that is in memory already."""
    known = facts(run.outcome, run.scenario, run.record)
    told = detail(run.scenario, known.tier, today or dt.date.today(), reason)
    sums = digest(run.outcome, run.scenario, told)
    folder.mkdir(parents=True, exist_ok=True)
    # matplotlib takes half a second to import, so nothing above this line needs it.
    from havenward.report.sections import Desk

    desk = Desk(run.scenario, sums, shortened_to(known, sums.dates[-1].item()), told, folder)
    return desk.write(progress)


def shortened_to(known: Facts, last: dt.date) -> Facts:
    """The facts of a report that may not tell the last days of its run."""
    from dataclasses import replace

    return replace(known, last=min(known.last, last))
