"""Reads, compiles and turns one Flee folder in a process of its own; prints one line of JSON, as `flee_driver.py` does.

    python benchmarks/our_driver.py FOLDER [--rules exact|mended] [--days N] [--first FOLDER]

The folder given with `--first` is run before the clock starts, so that kernels are compiled and loaded.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.ledger import Ledger
from havenward.core.members import Members
from havenward.model.flee import states
from havenward.model.flee.flee import Flee
from havenward.model.flee.mends import LEVELS, Level
from havenward.run.days import turn_day
from havenward.run.engine import solver_for
from havenward.scenario.flee.read import check_flee
from memory import peak_mib


def displaced(flee: Flee) -> NDArray[np.int64]:
    """Return the cells of displaced people, whose days are agent-steps."""
    return np.flatnonzero(flee.ground.net.states.kind != states.WAITING)


def measured(folder: Path, level: Level, days: int = 0) -> dict[str, Any]:
    """Return CPU seconds of each part of a run of one member of the chain, and its peak memory so far."""
    clock = time.process_time
    began = clock()
    scenario, problems = check_flee(folder)
    if scenario is None:
        raise SystemExit("\n".join(str(problem) for problem in problems))
    read, read_mib = clock(), peak_mib()
    flee = Flee.of(scenario, level)
    compiled, compiled_mib = clock(), peak_mib()
    numbers = np.zeros(1, dtype=np.uint32)
    rules = flee.for_members(Members.alike(numbers), 1, 1.0, 0)
    ledger = Ledger(rules.table)
    chain = solver_for("chain", rules.start(), 1, numbers, ledger, 1)
    begun = clock()
    away = displaced(flee)
    seconds, steps = [], 0
    for day in range(days or flee.days):
        dawn = clock()
        turn_day(rules, chain, ledger, day)
        seconds.append(clock() - dawn)
        steps += int(chain.counts[0, away].sum())
    return {
        "agent_steps": steps,
        "days": len(seconds),
        "places": len(scenario.locations),
        "cells": len(rules.table),
        "edges": len(flee.ground.net.net.to),
        "read_seconds": read - began,
        "compile_seconds": compiled - read,
        "start_seconds": begun - compiled,
        "loop_seconds": sum(seconds),
        "longest_day": max(seconds),
        "read_mib": read_mib,
        "compiled_mib": compiled_mib,
        "peak_mib": peak_mib(),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--rules", choices=tuple(LEVELS), default="mended")
    arguments.add_argument("--days", type=int, default=0, help="0: as the folder says")
    arguments.add_argument("--first", type=Path)
    given = arguments.parse_args()
    if given.first is not None:
        measured(given.first, given.rules)
    print(json.dumps(measured(given.folder, given.rules, given.days)))


if __name__ == "__main__":
    main()
