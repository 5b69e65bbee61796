"""The run folder: run.json, a copy of the scenario, its edits, outcome.zarr, summary.csv and summary.xlsx.

It is built under another name and renamed when whole, so that a folder of its final name is always readable. A run that
was broken off is sealed too, and says so.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from havenward.core.ledger import Vanished
from havenward.core.orders import OrderError
from havenward.guard.audit import AuditError, check_log, log_export
from havenward.run.case import Case
from havenward.run.columns import meanings
from havenward.run.described import hashes_of, how_made, what_came
from havenward.run.engine import Progress
from havenward.run.periods import Periods, PeriodsOfRun
from havenward.run.prepared import Course, Prepared
from havenward.run.reading import EDITS, OUTCOME, RECORD, SCENARIO, digest_of
from havenward.run.request import Request, RunError
from havenward.run.sealing import unbroken
from havenward.run.summary import summarise
from havenward.run.table_files import About, Texts, write_csv, write_workbook

SUMMARY, WORKBOOK = "summary.csv", "summary.xlsx"


def run_to_folder(
    case: Case, source: Path, out: Path, request: Request, progress: Progress, today: dt.date | None = None
) -> dict[str, Any]:
    """Run a case and keep everything in a folder.

    Args:
        case: what is run.
        source: the folder that it was read from; its files are copied, those of persons as counts.
        out: the run folder; must not exist.
        request: what to run.
        progress: told of member-days.
        today: the day that the tier is judged by.

    Returns:
        The record: what run.json holds.

    Raises:
        RunError: the request is impossible, the folder cannot be written, or the run was broken off before its first day.
    """
    began = time.perf_counter()
    if out.exists():
        raise RunError(f"{out} is there already; give another --out, or remove it")
    today = today or dt.date.today()
    run = Prepared.of(case, request, today)
    draft = out.with_name(f".{out.name}.unfinished-{os.getpid()}")
    try:
        check_log()
        draft.mkdir(parents=True)
        names = case.files(source)
        _copy(case, source, draft / SCENARIO, names)
        if case.edits.made:
            (draft / EDITS).write_text(case.edits.text(), encoding="utf-8", newline="\n")
        record = how_made(run, request.changes or {}, hashes_of(draft / SCENARIO, names), today)
        course = Course.begin(run, draft / OUTCOME, {"run": record["run_id"]})
        gathered = PeriodsOfRun(course.store.frame, run.ruleset, run.plan)
        tally = course.turn(progress, gathered)
        if not (tally.members_done and tally.days_done):
            raise RunError("the run was broken off before its first day was kept")
        with unbroken():
            course.finish()
            periods = gathered.merge(tally.members_done)
            _write_tables(periods, draft, About(course.store.frame.attrs, meanings(run.ruleset), case.limits))
            record |= {"outcome_sha256": digest_of(draft / OUTCOME)}
            record |= what_came(periods, tally, run.plan, run.ruleset.stages, time.perf_counter() - began)
            (draft / RECORD).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            why = record["public_sources"] and f"public sources: {record['public_sources']}"
            log_export("run", run=record["run_id"], scenario=record["scenario"], tier=record["tier"], why=why, where=out)
            draft.rename(out)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        why = _refusal(error, out)
        if why is None:
            raise
        raise RunError(f"{why}; nothing was kept") from error
    return record


def _copy(case: Case, source: Path, copy: Path, names: Sequence[str]) -> None:
    """Copy the files that were read, and no other; a file of persons is written anew from what was kept of it."""
    copy.mkdir()
    for name in names:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        written = case.instead(name)
        if written is None:
            shutil.copyfile(source / name, copy / name)
        else:
            (copy / name).write_text(written, encoding="utf-8", newline="\n")


def _write_tables(periods: Periods, folder: Path, about: About) -> None:
    texts = Texts.of(summarise(periods))
    write_csv(texts, folder / SUMMARY, about)
    write_workbook(texts, folder / WORKBOOK, about)


def _refusal(error: BaseException, out: Path) -> str | None:
    """Return why a run could not be kept and how to mend it, or None where that is for others to say."""
    match error:
        case AuditError() | RunError():
            return str(error)
        case OSError():
            return f"cannot write {out}: {error.strerror or error}"
        case Vanished():
            return f"a defect of the program: {error}. Please report it with this scenario"
        case MemoryError():
            return (
                "there is not enough memory for this run: ask for fewer --members, or for --solver chain, whose memory "
                "does not grow with people"
            )
        case OrderError():
            return f"the run cannot go on with these assumptions ({error})"
        case _:
            return None
