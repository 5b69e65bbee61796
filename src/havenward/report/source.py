"""Opens a run folder for a report: the record, the scenario it was run with, and the outcome."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from havenward.scenario.read import load
from havenward.scenario.schema import Scenario

RECORD, SCENARIO, OUTCOME = "run.json", "scenario", "outcome.zarr"
"""What a run folder holds. Stated here and not taken from `havenward.run`, which would load the compiled kernels."""


@dataclass(frozen=True)
class Run:
    """A finished run, as a report reads it."""

    outcome: xr.Dataset
    scenario: Scenario
    record: dict[str, Any]


class RunFolderError(ValueError):
    """A folder does not hold a run; the message says what is missing and how to mend it."""


def open_run(folder: Path) -> Run:
    """The run in a folder with `run.json`, `scenario/` and `outcome.zarr`.

    Raises
    ------
    RunFolderError
        if a part of it is missing.
    ScenarioError
        if the scenario's copy cannot be read.
    """
    for part in (RECORD, SCENARIO, OUTCOME):
        if not (folder / part).exists():
            raise RunFolderError(
                f"{folder} holds no {part}, so it is not a finished run. Give the folder that `havenward run` wrote."
            )
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    outcome = xr.open_zarr(folder / OUTCOME, consolidated=False)
    # A run that was broken off holds room for members and days that it never came to.
    done = {"draw": record.get("members_done"), "time": record.get("days")}
    outcome = outcome.isel({name: slice(0, size) for name, size in done.items() if size})
    return Run(outcome, load(folder / SCENARIO), record)
