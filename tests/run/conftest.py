"""Runs that many tests look at, made once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
import xarray as xr

from havenward.api import load
from havenward.run.folder import run_to_folder
from havenward.run.reading import open_run
from havenward.run.request import Request
from havenward.run.siege_case import SiegeCase
from havenward.scenario.folder import locate
from havenward.scenario.schema import Scenario


class Made(NamedTuple):
    """A run folder and what it holds."""

    folder: Path
    record: dict[str, Any]
    outcome: xr.Dataset
    summary: pd.DataFrame
    scenario: Scenario


def silent(done: int, total: int) -> None:
    """Take note of no progress."""


def make(folder: Path, scenario: str = "toy", **request) -> Made:
    """Run a scenario into a folder."""
    found = load(scenario)
    run_to_folder(SiegeCase(found), locate(scenario), folder, Request(**{"members": 3} | request), silent)
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return Made(folder, record, open_run(folder).outcome.load(), pd.read_csv(folder / "summary.csv"), found)


@pytest.fixture(scope="session")
def toy_run(tmp_path_factory) -> Made:
    """Three members of the whole toy siege."""
    return make(tmp_path_factory.mktemp("runs") / "toy")


@pytest.fixture(scope="session")
def toy_weeks(tmp_path_factory) -> Made:
    """Three members of eighty days of the toy siege, told day by day."""
    start = load("toy").header.start
    first, last = (pd.Timestamp(start) + pd.Timedelta(days=d) for d in (110, 189))
    return make(tmp_path_factory.mktemp("runs") / "weeks", first=first.date(), last=last.date())
