"""Exports for Flee and what reads its files: the out.csv of a run, or a Flee folder written anew."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from havenward.fit.simulated import first_day
from havenward.guard.audit import log_export
from havenward.guard.tiers import BANNERS
from havenward.report.beside import (
    ExportError,
    about_of,
    beside,
    free_to_write,
    write_about,
    write_table,
    written_together,
)
from havenward.report.flee_table import Registers, Simulated, out_csv
from havenward.report.permit import permit
from havenward.run.flee_case import FleeCase
from havenward.run.reading import Run, open_run
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.flee.write import flee_files, write_flee
from havenward.scenario.schema import Scenario, Tier

RUNS, TABLE, ABOUT = "RUNS", "out.csv", "about.json"
"""The layout of an ensemble of Flee: RUNS/<name>/out.csv; what it holds stands beside RUNS."""

UNFIT = (
    "is a siege, which no Flee folder can say: Flee knows places, roads and conflict zones, but nobody who holds a place, "
    "no screening at crossings, no households, and people neither by sex nor by age. Give a Flee folder or a run of one"
)


@dataclass(frozen=True)
class Export:
    """What was written.

    Attributes:
        path: the file or folder.
        tables: tables in it.
        tier: how freely it may be shown.
        holds: what it is, in words.
    """

    path: Path
    tables: int
    tier: Tier
    holds: str


def export_run(
    run_folder: Path, out: Path, *, member: int | None = None, reason: str = "", today: dt.date | None = None
) -> Export:
    """Write a run of a Flee folder as Flee writes its own.

    Parameters
    ----------
    run_folder
        A folder that `havenward run` wrote.
    out
        A file, whose name ends in `.csv`, for one member or the mean over members; else a folder, for every member.
    member
        Number of the one member of a file; None for the mean.
    reason
        Why a case that is not closed leaves the screen.
    today
        The day of the export.

    Raises
    ------
    RunFolderError
        if the folder is not a finished run, or is damaged.
    ExportError
        if the run is not one of a Flee folder, has no such member, or cannot be written.
    WithheldError
        if it may not leave the screen like this.
    AuditError
        if the audit log cannot be written.
    """
    run = _of_flee(run_folder)
    numbers = run.outcome["draw"].values.tolist()
    single = out.suffix.lower() == ".csv"
    if member is not None and not single:
        raise ExportError(f"one member goes into a file: write --out {out.name or 'out'}.csv, or leave out --member")
    if member is not None and member not in numbers:
        raise ExportError(f"{run_folder} has no member {member}; its members are {numbers[0]} to {numbers[-1]}")
    sources = run.record["public_sources"]
    tier = permit(run.scenario, run.record["tier"], out, reason, today or dt.date.today(), public_sources=sources)
    free_to_write(out, *([beside(out)] if single else []))
    try:
        registers, simulated = _columns(run)
    except ValueError as error:
        raise ExportError(str(error)) from error
    log_export("export", run=run.record["run_id"], scenario=run.record["scenario"], tier=tier, why=reason, where=out)
    about = about_of(
        run.record,
        hasten=run.scenario.settings.optimisations.hasten,
        tier=tier,
        banner=BANNERS[tier],
        format="out.csv of Flee",
    )
    if single:
        holds = _holds(member, len(numbers))
        one = simulated.member(numbers.index(member)) if member is not None else _middle(simulated, len(numbers))
        write_table(out, out_csv(one, registers), about | {"holds": holds})
        return Export(out, 1, tier, holds)
    with written_together(out) as folder:
        for row, number in enumerate(numbers):
            (folder / RUNS / str(number)).mkdir(parents=True)
            text = out_csv(simulated.member(row), registers)
            (folder / RUNS / str(number) / TABLE).write_text(text, encoding="utf-8", newline="\n")
        holds = f"{len(numbers)} members, each in {RUNS}/<number>/{TABLE}"
        write_about(folder / ABOUT, about | {"holds": holds})
    return Export(out, len(numbers), tier, holds)


def export_folder(
    source: Path, scenario: FleeScenario, out: Path, *, reason: str = "", today: dt.date | None = None
) -> Export:
    """Write a Flee folder anew in Flee's standard layout: only what was read and understood.

    Raises
    ------
    ExportError
        if it cannot be written.
    WithheldError
        if it may not leave the screen like this.
    AuditError
        if the audit log cannot be written.
    """
    today = today or dt.date.today()
    case = FleeCase.of(source, scenario)
    tier = permit(scenario, case.tier(today), out, reason, today)
    free_to_write(out)
    try:
        flee_files(scenario)
        log_export("export", run="", scenario=case.name, tier=tier, why=reason, where=out)
        out.parent.mkdir(parents=True, exist_ok=True)
        names = write_flee(scenario, out)
    except ValueError as error:
        raise ExportError(f"the folder cannot be written anew: {error}") from error
    except OSError as error:
        raise ExportError(f"cannot write {out}: {error.strerror or error}") from error
    return Export(out, len(names), tier, f"{len(names)} files of a Flee folder")


def _of_flee(folder: Path) -> Run[FleeScenario]:
    run = open_run(folder)
    if isinstance(run.scenario, Scenario):
        raise ExportError(f"{folder} {UNFIT}.")
    return Run(run.outcome, run.scenario, run.record)


def _columns(run: Run[FleeScenario]) -> tuple[Registers, Simulated]:
    first, days = first_day(run.outcome, run.scenario), run.outcome.sizes["time"]
    registers = Registers.of(run.scenario, run.record["level"], first, days)
    return registers, Simulated.of(run.outcome, run.scenario, registers.camps)


def _middle(simulated: Simulated, members: int) -> Simulated:
    """The mean; of one member the member itself, in whole numbers."""
    return simulated.member(0) if members == 1 else simulated.mean()


def _holds(member: int | None, members: int) -> str:
    if member is not None:
        return f"member {member} of {members}"
    return "the only member" if members == 1 else f"the mean over {members} members; errors are those of the mean"
