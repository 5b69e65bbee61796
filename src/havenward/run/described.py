"""What run.json says: how a run was made, and what came of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward import __version__
from havenward.guard.tiers import BANNERS
from havenward.run.engine import Plan, Tally
from havenward.run.machine import libraries, processor
from havenward.run.periods import Periods
from havenward.run.prepared import Prepared
from havenward.run.summary import final_stocks


def hashes_of(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of files below a folder, by name."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(names)}


def how_made(run: Prepared, changes: Mapping[str, float], files: Mapping[str, str], today: dt.date) -> dict[str, Any]:
    """Return how a run is made; `files` are the hashes of what it is made from."""
    case, plan, attributes = run.case, run.plan, run.attributes
    tier = case.tier(today)
    return {
        "run_id": _id_of(run, changes, files),
        "version": __version__,
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "model": case.model,
        "level": case.level,
        "scenario": case.name,
        "title": case.title,
        "nature": attributes["nature"],
        "public_sources": case.words.get("public_sources", ""),
        "tier": tier,
        "banner": BANNERS[tier],
        "solver": plan.solver,
        "members": len(plan.members),
        "seed": plan.seed,
        "assumptions": _assumptions(run),
        "interval": attributes["interval"],
        "changes": dict(changes),
        "edits": case.edits.rows(),
        "caution": case.words.get("caution", ""),
        "first_day": str(case.start + dt.timedelta(days=plan.first)),
        "starts_from": (
            f"the stocks of {case.start + dt.timedelta(days=plan.begin - 1)}"
            if case.stocks_given(plan.begin)
            else "the scenario's start"
        ),
        "last_day": str(case.start + dt.timedelta(days=plan.last)),
        "calibrated": attributes["calibrated"],
        "files": dict(files),
        "cpu": processor(),
        "python": platform.python_version(),
        "libraries": libraries(),
        "parameters": run.ruleset.parameters,
    }


def _id_of(run: Prepared, changes: Mapping[str, float], files: Mapping[str, str]) -> str:
    """Return the hash of all that decides figures: the same request gives the same id."""
    plan, level = run.plan, run.case.level
    asked = [plan.solver, len(plan.members), plan.seed, plan.spread, plan.first, plan.last, *([level] if level else [])]
    decisive = [__version__, files, dict(changes), *asked, *run.case.edits.rows()]
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:12]


def _assumptions(run: Prepared) -> str:
    if not run.case.uncertain:
        return "without ranges"
    return "drawn from their ranges" if run.plan.spread else "at their medians"


def what_came(periods: Periods, tally: Tally, plan: Plan, stages: Iterable[str], seconds: float) -> dict[str, Any]:
    """Return how far a run got and what it came to."""
    members, days = len(periods.stages), len(periods.days)
    initial = tally.initial_persons[:members]
    return {
        "status": "complete" if (members, days) == (len(plan.members), plan.last - plan.first + 1) else "broken off",
        "members_done": members,
        "days": days,
        "initial_persons": round(float(np.mean(initial))),
        "conserved": conserved(periods.edges, initial, whole=plan.solver != "mean"),
        "approximations": sorted(tally.approximations),
        "seconds": round(seconds, 2),
        "final": final_stocks(periods.layout.stages.names, periods.stages, stages),
    }


def conserved(edges: NDArray[Any], initial: NDArray[np.int64], *, whole: bool) -> bool:
    """Return whether the people of the last day are those of the start, in every member.

    Held against one another are the persons who were counted before the first day and those of the last evening's stocks,
    and, by origin and group, the first evening's stocks that are kept and the last's: `edges` (2, draw, origins, groups).
    Expectations, which are kept to some seven digits, may differ by one in a hundred thousand, or one person.
    """
    first, last = edges
    people = last.sum(axis=(1, 2))
    if whole:
        return bool((people == initial).all() and (first == last).all())
    return bool(np.allclose(people, initial, rtol=1e-5, atol=1) and np.allclose(first, last, rtol=1e-5, atol=1))
