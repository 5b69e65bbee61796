"""The bundled scenario `mosul`, read once."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from havenward.scenario.folder import BUNDLED
from havenward.scenario.read import load
from havenward.scenario.schema import Scenario

ROOT = Path(__file__).resolve().parents[2]
Record = dict[str, str]


@pytest.fixture(scope="session")
def folder() -> Path:
    return BUNDLED / "mosul"


@pytest.fixture(scope="session")
def mosul(folder: Path) -> Scenario:
    return load(folder)


@pytest.fixture(scope="session")
def table() -> Callable[[str], list[Record]]:
    """Reads a table of `data/mosul`."""

    def read(stem: str) -> list[Record]:
        with (ROOT / "data" / "mosul" / f"{stem}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
