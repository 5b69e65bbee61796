"""What the report's tests are drawn from. The real run comes from one place: `real_run`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from havenward.report.detail import detail
from havenward.report.digest import Digest, digest
from havenward.report.write import write_report
from havenward.run.folder import run_to_folder
from havenward.run.request import Request
from havenward.run.siege_case import SiegeCase
from havenward.scenario.folder import locate
from havenward.scenario.read import load
from tests.report.example_outcome import Example, example
from tests.report.example_scenario import TOY

TODAY = dt.date(2031, 1, 1)


@pytest.fixture(scope="session")
def toy() -> Example:
    """An invented outcome of toy size."""
    return example(TOY)


@pytest.fixture(scope="session")
def toy_sums(toy: Example) -> Digest:
    return digest(toy.found, toy.given, detail(toy.given, "public", TODAY))


@pytest.fixture(scope="session")
def toy_report(toy: Example, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page drawn from the invented outcome, through a run folder on disk."""
    return write_report(toy.write(tmp_path_factory.mktemp("invented") / "run"))


@pytest.fixture(scope="session")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the bundled toy scenario by the engine."""
    folder = tmp_path_factory.mktemp("real") / "toy.run"
    run_to_folder(SiegeCase(load("toy")), locate("toy"), folder, Request(members=8), lambda _done, _total: None)
    return folder


@pytest.fixture(scope="session")
def real_report(real_run: Path) -> Path:
    return write_report(real_run)


@pytest.fixture(params=["toy_report", "real_report"])
def page(request: pytest.FixtureRequest) -> Path:
    """Either page: what holds for one must hold for the other."""
    path: Path = request.getfixturevalue(request.param)
    return path
