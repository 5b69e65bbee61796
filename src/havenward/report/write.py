"""Writes a report: reads a run, an ensemble or a comparison, draws the pictures, fills the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from havenward.guard.audit import log_export
from havenward.report import siege
from havenward.report.facts import report_folder
from havenward.report.flee import material as flee
from havenward.report.flee.material import FleeMaterial
from havenward.report.material import Common, Progress
from havenward.report.opening import Opening
from havenward.run.reading import RECORD, Run, open_run
from havenward.run.request import RunError
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.schema import Scenario

if TYPE_CHECKING:
    from havenward.report.page import Section

Kind = Literal["run", "ensemble", "comparison"]
"""What a folder may hold that a report is drawn of."""


def quiet(_what: str, _share: float) -> None:
    """Tells nobody."""


STUDY = "sensitivity.json"
"""By which a sensitivity study is known."""


def kind_in(place: Path | str) -> Kind:
    """What lies in a folder or at an address, finished or not; a run where nothing else is to be seen.

    Raises:
        RunError: it is a sensitivity study, which has no report of its own.
    """
    folder = Path(place)
    if isinstance(place, Path) and (folder / RECORD).exists():
        return "run"
    if isinstance(place, Path) and (folder / STUDY).exists():
        raise RunError(f"{folder} holds a study, which is told beside an ensemble: report ENSEMBLE --sensitivity {folder}")
    # what reads stores takes a second to load, which the report of a run is spared
    from havenward.ensemble.reading import BASE, COMPARED
    from havenward.ensemble.store import PLAN

    if isinstance(place, str) or (folder / PLAN).exists():
        return "ensemble"
    return "comparison" if (folder / COMPARED).exists() or (folder / BASE / PLAN).exists() else "run"


def write_report(
    source: Path | str,
    out: Path | None = None,
    progress: Progress = quiet,
    *,
    reason: str = "",
    today: dt.date | None = None,
    study: str = "",
) -> Path:
    """Draws the report of a run, an ensemble or a comparison and returns the path of its page.

    Parameters
    ----------
    source
        A folder that `havenward run`, `ensemble` or `compare` wrote, or as text the address of an ensemble elsewhere.
    out
        Folder for the page and the pictures; None: `<folder>.report`, beside what it tells of, or here for an address.
    progress
        Is called with each step.
    reason
        Why a restricted run of a live scenario leaves the screen; needed for those only.
    today
        The day on which the report is made; it decides what a public report of a live scenario may tell.
    study
        The folder or address of a sensitivity study of the same run as an ensemble's; empty: none.

    Raises
    ------
    RunFolderError
        if the folder is not a finished run, or is damaged.
    RunError
        if the ensemble or comparison in it is not finished, or is damaged; if the study is not, or is of another run; or if
        one is given for anything but an ensemble.
    WithheldError
        if the tier forbids the report.
    AuditError
        if the audit log cannot be written.
    """
    progress("Reading", 0.0)
    folder, day = out or report_folder(source), today or dt.date.today()
    kind = kind_in(source)
    if study and kind != "ensemble":
        raise RunError(f"{source} holds no ensemble, and where the spread comes from is told of ensembles only")
    if kind == "run":
        return write_report_of(open_run(Path(source)), folder, progress, reason=reason, today=day)
    from havenward.ensemble.reading import open_comparison, open_ensemble

    if kind == "ensemble":
        from havenward.report import ensemble

        many = ensemble.material(open_ensemble(str(source)), folder, day, reason, study)
        return _written(many, lambda: (ensemble.opening(many), ensemble.all_sections(many, progress)), progress, reason)
    from havenward.report.compare.material import comparison_material
    from havenward.report.compare.opening import comparison_opening

    sides = comparison_material(open_comparison(Path(source)), folder, day, reason)

    def drawn() -> tuple[Opening, Sequence[Section]]:
        from havenward.report.compare.page import all_sections

        return comparison_opening(sides), all_sections(sides, progress)

    return _written(sides, drawn, progress, reason)


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
    return _written(given, lambda: _content(given, progress), progress, reason)


def _written(
    given: Common, content: Callable[[], tuple[Opening, Sequence[Section]]], progress: Progress, reason: str
) -> Path:
    """Tells the audit log, draws, and writes the page."""
    facts = given.facts
    log_export("report", run=facts.run, scenario=facts.scenario, tier=facts.tier, why=reason, where=given.folder)
    given.folder.mkdir(parents=True, exist_ok=True)
    # matplotlib takes half a second to import, so nothing above this line needs it.
    from havenward.report.page import write_page

    opening, sections = content()
    progress("Writing the page", 0.95)
    page = write_page(given.path("report", "html"), facts, opening, sections)
    progress("Done", 1.0)
    return page


def _material(
    run: Run[Scenario] | Run[FleeScenario], folder: Path, today: dt.date, reason: str
) -> siege.RunMaterial | FleeMaterial:
    """What the report is made from, by the rules of the run."""
    if isinstance(run.scenario, FleeScenario):
        return flee.material(run.outcome, run.scenario, run.record, folder, today, reason)
    return siege.material(run.outcome, run.scenario, run.record, folder, today, reason)


def _content(given: siege.RunMaterial | FleeMaterial, progress: Progress) -> tuple[Opening, list[Section]]:
    """The first screen and the sections."""
    if isinstance(given, FleeMaterial):
        from havenward.report.flee import opening, page

        return opening.opening(given), page.all_sections(given, progress)
    from havenward.report.run_sections import all_sections

    return siege.opening(given), all_sections(given, progress)
