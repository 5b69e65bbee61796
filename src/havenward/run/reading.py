"""Opens a run folder for whoever looks at a run: the record, the scenario it was run with, and the outcome.

Nothing is believed unseen: a folder that is damaged is refused with the file, the key and how to mend it. This module loads
no compiled kernels, so that a report does without them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import xarray as xr
import zarr.errors
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from havenward.model.flee.mends import Level
from havenward.run.case import Model
from havenward.scenario.edits.read import edited, read_edits
from havenward.scenario.flee.read import read_flee
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.problems import ScenarioError
from havenward.scenario.read import load
from havenward.scenario.schema import Scenario, Tier

RECORD, OUTCOME, SCENARIO, EDITS = "run.json", "outcome.zarr", "scenario", "edits.yaml"
"""What a run folder holds, beside its tables."""

MEND = "Make it anew with `havenward run`, or give another folder that `havenward run` wrote"
COMMON = frozenset(
    {"stock", "flow", "observed", "capacity", "draw", "time", "count", "series", "camp"}
    | {"stock_stage", "stock_site", "stock_origin", "link_quantity", "link_from", "link_to", "link_origin"}
)
"""Variables and coordinates of every outcome."""
VARIABLES: dict[Model, frozenset[str]] = {
    "siege": COMMON | {"wait", "closed", "besieged", "driver"},
    "flee": COMMON,
}
"""Variables and coordinates that readers of an outcome rely on, by the rules that it was made by."""
Given = TypeVar("Given", Scenario, FleeScenario)


class RunFolderError(ValueError):
    """A folder does not hold a run that can be read; the message names the file and the key, and how to mend it."""


class Assumed(BaseModel):
    """A parameter as the record lists it; what else it says is kept as it is."""

    model_config = ConfigDict(strict=True, extra="allow")

    median: float
    low: float | None = None
    high: float | None = None


class Said(BaseModel):
    """What every record says of the run or the ensemble that it lies with; all other keys are kept as they are."""

    model_config = ConfigDict(strict=True, extra="allow")

    run_id: str
    version: str
    model: Model = "siege"
    level: Level | Literal[""] = ""
    tier: Tier
    banner: str
    public_sources: str = ""
    solver: str
    seed: int
    interval: str
    calibrated: str
    status: Literal["complete", "broken off"]
    members: int = Field(ge=1)
    members_done: int = Field(ge=1)
    days: int = Field(ge=1)
    edits: list[dict[str, Any]] = []
    caution: str = ""
    parameters: dict[str, Assumed] = {}


class Record(Said):
    """The keys of run.json without which a run cannot be told."""

    outcome_sha256: str


@dataclass(frozen=True)
class Run(Generic[Given]):
    """A run that is kept: its outcome as far as it got, the scenario that was run, and what run.json holds.

    The record says by which rules it was made, under `model`, and how exactly these were kept, under `level`.
    """

    outcome: xr.Dataset
    scenario: Given
    record: dict[str, Any]


def open_siege(folder: Path, use: str) -> Run[Scenario]:
    """Return the run of a siege in a folder; `use` is the command that tells sieges only.

    Raises:
        RunFolderError: a part of it is missing or damaged, or it is no run of a siege.
    """
    run = open_run(folder)
    if not isinstance(run.scenario, Scenario):
        raise RunFolderError(
            f"{folder} is a run of a Flee folder, of which `havenward {use}` cannot tell: look at its summary.xlsx, "
            "compare it with its registers by `havenward score`, or give the folder of another run"
        )
    return Run(run.outcome, run.scenario, run.record)


def open_run(folder: Path) -> Run[Scenario] | Run[FleeScenario]:
    """Return the run in a folder with `run.json`, `scenario/` and `outcome.zarr`.

    Raises:
        RunFolderError: a part of it is missing or damaged.
    """
    for part in (RECORD, SCENARIO, OUTCOME):
        if not (folder / part).exists():
            raise RunFolderError(f"{folder} holds no {part}, so it is not a finished run. {MEND}.")
    record = read_record(folder)
    outcome = _outcome(folder, record)
    try:
        if record["model"] == "flee":
            return Run(outcome, read_flee(folder / SCENARIO), record)
        scenario = load(folder / SCENARIO)
    except ScenarioError as error:
        raise RunFolderError(f"{folder / SCENARIO}, the run's copy of its scenario, is damaged: {error}\n{MEND}.") from error
    return Run(outcome, _edited(folder, scenario, record), record)


def _edited(folder: Path, scenario: Scenario, record: dict[str, Any]) -> Scenario:
    """Return the scenario of a run with the edits that were made for it."""
    path = folder / EDITS
    if not record["edits"] and not path.exists():
        return scenario
    try:
        edits = read_edits(path)
        if edits.rows() != record["edits"]:
            raise RunFolderError(f"{path} and {RECORD} do not belong together: the key edits says otherwise. {MEND}.")
        return edited(scenario, edits)[0]
    except ScenarioError as error:
        raise RunFolderError(f"{path}, the edits of the run, is missing or damaged: {error}\n{MEND}.") from error


def digest_of(outcome: Path) -> str:
    """Return the SHA-256 of all names and bytes of an outcome: a store reads what is lost as nought, without a word."""
    digest = hashlib.sha256()
    for path in sorted(path for path in outcome.rglob("*") if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(outcome).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def read_record(folder: Path) -> dict[str, Any]:
    """Return what run.json holds.

    Raises:
        RunFolderError: it cannot be read, or lacks what every run says of itself.
    """
    path = folder / RECORD
    try:
        return Record.model_validate_json(path.read_bytes()).model_dump()
    except OSError as error:
        raise RunFolderError(f"{path} cannot be read ({error.strerror or error}). {MEND}.") from error
    except ValidationError as error:
        raise RunFolderError(f"{path} is damaged: {faults_of(error)}. {MEND}.") from error


def faults_of(error: ValidationError) -> str:
    """Return every fault of a record in words, with its key."""
    missing, faults = [], []
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "missing":
            missing.append(key)
        else:
            faults.append(f"the key {key} is {fault['input']!r:.60}: {fault['msg']}" if key else fault["msg"])
    if missing:
        faults.insert(0, f"it lacks the key{'s' if len(missing) > 1 else ''} {', '.join(missing)}")
    return "; ".join(faults)


def _outcome(folder: Path, record: dict[str, Any]) -> xr.Dataset:
    """Return the outcome without the members and days that the run never came to: the store holds room for them."""
    path = folder / OUTCOME
    try:
        stored: xr.Dataset = xr.open_zarr(path, consolidated=False)
    except (OSError, ValueError, KeyError, TypeError, zarr.errors.BaseZarrError) as error:
        raise RunFolderError(f"{path} is missing or damaged ({error}). {MEND}.") from error
    lacking = sorted(VARIABLES[record["model"]] - {str(name) for name in stored.variables})
    if lacking:
        raise RunFolderError(f"{path} is damaged: it holds no {', '.join(lacking)}. {MEND}.")
    for key, dimension in (("members_done", "draw"), ("days", "time")):
        if record[key] > stored.sizes[dimension]:
            raise RunFolderError(
                f"{folder / RECORD} and {OUTCOME} do not belong together: the key {key} is {record[key]}, "
                f"and the outcome holds {stored.sizes[dimension]}. {MEND}."
            )
    if digest_of(path) != record["outcome_sha256"]:
        raise RunFolderError(f"{path} is damaged: its files are not those that the run wrote. {MEND}.")
    return stored.isel(draw=slice(0, record["members_done"]), time=slice(0, record["days"]))
