"""A small Flee folder, run once, and the page that is drawn of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from havenward.report.flee.material import FleeMaterial, material
from havenward.report.write import write_report
from havenward.run.flee_case import FleeCase
from havenward.run.folder import run_to_folder
from havenward.run.reading import open_run
from havenward.run.request import Request
from havenward.scenario.flee.read import read_flee
from tests.report_flee.helpers import LATER, SOURCES, files
from tests.scenario_flee.helpers import written


@pytest.fixture(scope="session")
def flee_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve members of a folder of sixty days, at Flee's own level."""
    folder = tmp_path_factory.mktemp("flee")
    source = written(files(), folder / "valley")
    case = FleeCase("valley", read_flee(source), "exact", SOURCES)
    run_to_folder(case, source, folder / "run", Request(members=12), quiet)
    return folder / "run"


def quiet(_done: int, _total: int) -> None:
    """Tells nobody."""


@pytest.fixture(scope="session")
def page(flee_run: Path) -> Path:
    return write_report(flee_run, today=LATER)


@pytest.fixture(scope="session")
def given(flee_run: Path, tmp_path_factory: pytest.TempPathFactory) -> FleeMaterial:
    """What the page is made from."""
    run = open_run(flee_run)
    return material(run.outcome, run.scenario, run.record, tmp_path_factory.mktemp("pictures"), LATER, "")
