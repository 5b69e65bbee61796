"""The run folder: run.json, a copy of the scenario, outcome.zarr, summary.csv and summary.xlsx.

It is built under another name and renamed when whole, so that a folder of its final name is always readable. A run that
was broken off is sealed too, and says so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import shutil
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward import __version__
from havenward.core.ledger import Vanished
from havenward.core.orders import OrderError
from havenward.core.rules import RuleSet
from havenward.guard.audit import AuditError, check_log, log_export
from havenward.guard.tiers import BANNERS
from havenward.model.siege.siege import Siege
from havenward.run.attributes import attributes_of
from havenward.run.engine import BATCH, SOLVERS, Plan, Progress, SolverName, Tally, simulate
from havenward.run.machine import libraries, processor
from havenward.run.observe import series_of
from havenward.run.outcome import Store
from havenward.run.periods import Periods, PeriodsOfRun
from havenward.run.reading import OUTCOME, RECORD, SCENARIO, digest_of
from havenward.run.record import Sink
from havenward.run.summary import final_stocks, summarise
from havenward.run.table_files import Texts, write_csv, write_workbook
from havenward.run.watch import Watch
from havenward.scenario.folder import FILES
from havenward.scenario.schema import Scenario

SUMMARY, WORKBOOK = "summary.csv", "summary.xlsx"


class RunError(RuntimeError):
    """A run cannot begin or be kept; the message says why and how to mend it."""


@dataclass(frozen=True)
class Request:
    """What a user asks for.

    Attributes:
        members: how many.
        first: first day to keep, or None for the scenario's start. Earlier days are turned and not kept, unless the scenario
            gives the stocks of the evening before.
        last: last day, or None for the scenario's end.
        spread: 1 draws assumptions from their ranges, 0 takes their medians.
        changes: parameters set to one value.
    """

    solver: SolverName = "chain"
    members: int = 10
    seed: int = 1
    first: dt.date | None = None
    last: dt.date | None = None
    spread: float = 1.0
    threads: int = 1
    changes: Mapping[str, float] | None = None


def plan_of(scenario: Scenario, request: Request) -> Plan:
    """Return the plan of a request.

    Raises:
        RunError: a date lies outside the scenario, or a number is out of range.
    """
    start, end = scenario.header.start, scenario.header.end
    first, last = request.first or start, request.last or end
    for name, day in (("first", first), ("last", last)):
        if not start <= day <= end:
            raise RunError(f"the {name} day {day} does not lie within the scenario, which runs from {start} to {end}")
    if last < first:
        raise RunError(f"the last day {last} comes before the first day {first}; exchange them")
    if request.members < 1:
        raise RunError(f"{request.members} members make no run; ask for at least 1")
    if not 0 <= request.seed <= 0xFFFFFFFF:
        raise RunError(f"the seed {request.seed} must lie between 0 and 4294967295")
    if request.solver not in SOLVERS:
        raise RunError(f"there is no solver {request.solver!r}; choose one of {', '.join(SOLVERS)}")
    return Plan(
        solver=request.solver,
        members=range(request.members),
        seed=request.seed,
        spread=request.spread,
        first=(first - start).days,
        last=(last - start).days,
        threads=request.threads,
        begin=(first - start).days if scenario.stocks_before((first - start).days) else 0,
    )


def run_to_folder(
    scenario: Scenario, source: Path, out: Path, request: Request, progress: Progress, today: dt.date | None = None
) -> dict[str, Any]:
    """Run a scenario and keep everything in a folder.

    Args:
        scenario: the checked scenario.
        source: the folder that it was read from; it is copied.
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
    plan = plan_of(scenario, request)
    if out.exists():
        raise RunError(f"{out} is there already; give another --out, or remove it")
    try:
        ruleset = Siege.of(scenario, dict(request.changes or {}))
    except KeyError as error:
        raise RunError(f"there is no parameter {error}; `havenward parameters` lists them") from None
    except ValueError as error:
        raise RunError(str(error)) from None
    draft = out.with_name(f".{out.name}.unfinished-{os.getpid()}")
    attributes = attributes_of(scenario, plan, ruleset, today or dt.date.today())
    try:
        check_log()
        draft.mkdir(parents=True)
        _copy_scenario(source, draft / SCENARIO)
        record = _record(scenario, plan, request, ruleset, attributes, draft / SCENARIO)
        attributes |= {"run": record["run_id"]}
        store = Store.create(draft / OUTCOME, ruleset, plan, list(series_of(scenario)), BATCH, attributes)
        watch, gathered = Watch(store, scenario), PeriodsOfRun(store.frame, plan)
        tally = simulate(
            ruleset,
            plan,
            lambda batch: Together((store.part(batch), watch.part(batch), gathered.part(batch))),
            progress,
        )
        if not (tally.members_done and tally.days_done):
            raise RunError("the run was broken off before its first day was kept")
        with unbroken():
            watch.finish()
            periods = gathered.merge(tally.members_done)
            texts = Texts.of(summarise(periods))
            write_csv(texts, draft / SUMMARY, attributes)
            write_workbook(texts, draft / WORKBOOK, attributes, scenario)
            record |= {"outcome_sha256": digest_of(draft / OUTCOME)}
            record |= _results(periods, tally, plan, ruleset.stages, time.perf_counter() - began)
            (draft / RECORD).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            log_export("run", run=record["run_id"], scenario=record["scenario"], tier=record["tier"], why="", where=out)
            draft.rename(out)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        why = _refusal(error, out)
        if why is None:
            raise
        raise RunError(f"{why}; nothing was kept") from error
    return record


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


def _copy_scenario(source: Path, copy: Path) -> None:
    """Copy the files that were read, and no other."""
    copy.mkdir()
    for name in FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, copy / name)


@contextmanager
def unbroken() -> Iterator[None]:
    """Let Ctrl-C wait while what a run has is sealed, a matter of seconds. Other threads than the main one never see it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True)
class Together:
    """Hands what a batch brings to several sinks."""

    sinks: tuple[Sink, ...]

    def write(self, name: str, first_day: int, values: NDArray[Any]) -> None:
        """Write (M, days, ...) values of a variable to all."""
        for sink in self.sinks:
            sink.write(name, first_day, values)


def _record(
    scenario: Scenario,
    plan: Plan,
    request: Request,
    ruleset: RuleSet,
    attributes: Mapping[str, Any],
    copy: Path,
) -> dict[str, Any]:
    header = scenario.header
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(copy.iterdir()) if path.is_file()}
    changes = dict(request.changes or {})
    key = json.dumps(
        [__version__, files, changes, plan.solver, len(plan.members), plan.seed, plan.spread, plan.first, plan.last]
    )
    return {
        "run_id": hashlib.sha256(key.encode()).hexdigest()[:12],
        "version": __version__,
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "scenario": header.name,
        "title": header.title,
        "nature": header.nature,
        "tier": attributes["tier"],
        "banner": BANNERS[attributes["tier"]],
        "solver": plan.solver,
        "members": len(plan.members),
        "seed": plan.seed,
        "assumptions": "drawn from their ranges" if plan.spread else "at their medians",
        "interval": attributes["interval"],
        "changes": changes,
        "first_day": str(header.start + dt.timedelta(days=plan.first)),
        "starts_from": (
            f"the stocks of {header.start + dt.timedelta(days=plan.begin - 1)}"
            if scenario.stocks_before(plan.begin)
            else "the scenario's start"
        ),
        "last_day": str(header.start + dt.timedelta(days=plan.last)),
        "calibrated": attributes["calibrated"],
        "files": files,
        "cpu": processor(),
        "python": platform.python_version(),
        "libraries": libraries(),
        "parameters": ruleset.parameters,
    }


def _results(periods: Periods, tally: Tally, plan: Plan, stages: Iterable[str], seconds: float) -> dict[str, Any]:
    members, days = len(periods.stages), len(periods.days)
    initial = tally.initial_persons[:members]
    return {
        "status": "complete" if (members, days) == (len(plan.members), plan.last - plan.first + 1) else "broken off",
        "members_done": members,
        "days": days,
        "initial_persons": round(float(np.mean(initial))),
        "conserved": conserved(periods, initial, whole=plan.solver != "mean"),
        "approximations": sorted(tally.approximations),
        "seconds": round(seconds, 2),
        "final": final_stocks(periods, stages),
    }


def conserved(periods: Periods, initial: NDArray[np.int64], *, whole: bool) -> bool:
    """Return whether the people of the last day are those of the start, in every member.

    Held against one another are the persons who were counted before the first day and those of the last evening's stocks,
    and, by origin and group, the first evening's stocks that are kept and the last's. Expectations, which are kept to some
    seven digits, may differ by one in a hundred thousand, or one person.
    """
    first, last = periods.edges
    people = last.sum(axis=(1, 2))
    if whole:
        return bool((people == initial).all() and (first == last).all())
    return bool(np.allclose(people, initial, rtol=1e-5, atol=1) and np.allclose(first, last, rtol=1e-5, atol=1))
