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
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from havenward import __version__
from havenward.core.orders import OrderError, Vanished
from havenward.guard.tiers import BANNERS, tier_of
from havenward.model.siege.day import Ground, SiegeRules
from havenward.model.siege.parameters import Parameter, values
from havenward.run.engine import BATCH, SOLVERS, Plan, Progress, SolverName, Tally, prepare, simulate
from havenward.run.observe import observed
from havenward.run.outcome import Store, done_part
from havenward.run.summary import Periods, final_stocks, summarise, write_csv, write_workbook
from havenward.scenario.folder import FILES
from havenward.scenario.schema import Scenario, Tier

READ_AT_ONCE = 2
"""Members whose days are in memory at once while a run is summed up."""
RECORD, OUTCOME, SCENARIO, SUMMARY, WORKBOOK = "run.json", "outcome.zarr", "scenario", "summary.csv", "summary.xlsx"


class RunError(RuntimeError):
    """A run cannot begin or be kept; the message says why and how to mend it."""


@dataclass(frozen=True)
class Request:
    """What a user asks for.

    Attributes:
        members: how many.
        first: first day to keep, or None for the scenario's start.
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
        ground, table = prepare(scenario, dict(request.changes or {}))
    except KeyError as error:
        raise RunError(f"there is no parameter {error}; `havenward parameters` lists them") from None
    except ValueError as error:
        raise RunError(str(error)) from None
    draft = out.with_name(f".{out.name}.unfinished-{os.getpid()}")
    tier = tier_of(scenario, today or dt.date.today())
    try:
        draft.mkdir(parents=True)
        _copy_scenario(source, draft / SCENARIO)
        record = _record(scenario, plan, request, table, tier, draft / SCENARIO)
        attributes = {key: record[key] for key in ("scenario", "title", "solver", "seed", "tier", "nature", "version")}
        attributes |= {"calibrated": record["calibrated"], "besieger": scenario.header.besieger, "run": record["run_id"]}
        store = Store.create(
            draft / OUTCOME,
            ground,
            plan,
            flow_series(ground, table, plan),
            BATCH,
            attributes,
            table["persons_a_plot"].median,
        )
        tally = simulate(ground, table, plan, store.part, progress)
        if not (tally.members_done and tally.days_done):
            raise RunError("the run was broken off before its first day was kept; nothing was kept")
        outcome = _finish(draft, scenario, tally)
        record |= _results(outcome, tally, plan, time.perf_counter() - began)
        (draft / RECORD).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        draft.rename(out)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise RunError(f"cannot write {out}: {error.strerror or error}; nothing was kept") from error
    except Vanished as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise RunError(f"a defect of the program: {error}; nothing was kept. Please report it with this scenario") from error
    except OrderError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise RunError(f"the run cannot go on with these assumptions ({error}); nothing was kept") from error
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return record


def open_outcome(folder: Path) -> xr.Dataset:
    """Return the outcome of a run folder as far as the run got, read as it is needed."""
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    stored: xr.Dataset = xr.open_zarr(folder / OUTCOME, consolidated=False)
    return stored.isel(draw=slice(0, record["members_done"]), time=slice(0, record["days"]))


def _copy_scenario(source: Path, copy: Path) -> None:
    """Copy the files that were read, and no other."""
    copy.mkdir()
    for name in FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, copy / name)


def flow_series(ground: Ground, table: dict[str, Parameter], plan: Plan) -> tuple[tuple[str, str, str, str], ...]:
    """Return the flow series of a scenario: quantity, from, to and origin."""
    one = np.zeros(1, dtype=np.uint32)
    return SiegeRules(ground, values(table, plan.seed, one, spread=0.0)).links


def _finish(draft: Path, scenario: Scenario, tally: Tally) -> xr.Dataset:
    """Cut the outcome to what was done, add what counters would print, and write the tables."""
    stored: xr.Dataset = xr.open_zarr(draft / OUTCOME, consolidated=False)
    outcome = done_part(stored, tally.members_done, tally.days_done)
    parts = [outcome.isel(draw=slice(k, k + READ_AT_ONCE)) for k in range(0, outcome.sizes["draw"], READ_AT_ONCE)]
    seen, periods = [], []
    for part in parts:
        loaded = part.load()
        seen.append(observed(loaded, scenario))
        periods.append(Periods.of(loaded))
    outcome["observed"] = xr.concat(seen, dim="draw")
    # a run that was broken off keeps the size that was asked for: what was not reached is not a number
    whole = outcome["observed"].reindex(draw=stored["draw"], time=stored["time"])
    # appending replaces the attributes of the whole, the tier among them, by those that it is given
    whole.reset_coords(drop=True).to_dataset(name="observed").assign_attrs(stored.attrs).to_zarr(
        draft / OUTCOME, mode="a", zarr_format=3, consolidated=False
    )
    table = summarise(periods)
    write_csv(table, draft / SUMMARY, outcome.attrs)
    write_workbook(table, draft / WORKBOOK, outcome.attrs, scenario)
    return outcome


def _record(
    scenario: Scenario, plan: Plan, request: Request, table: dict[str, Parameter], tier: Tier, copy: Path
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
        "tier": tier,
        "banner": BANNERS[tier],
        "solver": plan.solver,
        "members": len(plan.members),
        "seed": plan.seed,
        "assumptions": "drawn from their ranges" if plan.spread else "at their medians",
        "changes": changes,
        "first_day": str(header.start + dt.timedelta(days=plan.first)),
        "last_day": str(header.start + dt.timedelta(days=plan.last)),
        "calibrated": "by hand" if any(p.label == "calibrated" for p in table.values()) else "",
        "files": files,
        "cpu": {"machine": platform.machine(), "processor": platform.processor(), "system": platform.system()},
        "python": platform.python_version(),
        "parameters": {
            name: {
                "median": p.median,
                "low": p.low,
                "high": p.high,
                "unit": p.unit,
                "label": p.label,
                "source": p.source,
                "meaning": p.meaning,
            }
            for name, p in table.items()
        },
    }


def _results(outcome: xr.Dataset, tally: Tally, plan: Plan, seconds: float) -> dict[str, Any]:
    whole = (tally.members_done, tally.days_done) == (len(plan.members), plan.last - plan.first + 1)
    return {
        "status": "complete" if whole else "broken off",
        "members_done": outcome.sizes["draw"],
        "days": outcome.sizes["time"],
        "initial_persons": round(float(np.mean(tally.initial_persons[: tally.members_done]))),
        "conserved": True,
        "approximations": sorted(tally.approximations),
        "seconds": round(seconds, 2),
        "final": final_stocks(outcome),
    }
