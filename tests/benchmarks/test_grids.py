"""Grids that benchmarks run are Flee folders without a fault."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from havenward.core.ledger import Ledger
from havenward.core.members import Members
from havenward.model.flee.flee import Flee
from havenward.run.days import turn_day
from havenward.run.engine import solver_for
from havenward.scenario.flee.read import check_flee

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "grids.py"


@pytest.fixture(scope="module")
def grids():
    """The program as a module; benchmarks are no package."""
    spec = importlib.util.spec_from_file_location("grids", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "grids", module)
        spec.loader.exec_module(module)
        yield module


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("rules", ["plain", "validation"])
@pytest.mark.parametrize(("width", "height", "zones", "camps"), [(6, 5, 1, 4), (3, 4, 2, 3), (9, 2, 1, 1)])
def test_a_grid_validates_and_runs(grids, tmp_path, rules, width, height, zones, camps):
    grid = grids.Grid(width, height, people=1_000, days=4, zones=zones, camps=camps, rules=rules)
    grids.write(tmp_path / "grid", grid)
    scenario, problems = check_flee(tmp_path / "grid")
    assert problems == []
    assert len(scenario.locations) == width * height
    roads = (width - 1) * height + width * (height - 1) + 2 * (width - 1) * (height - 1)
    assert len(scenario.routes) == roads
    assert all(50 <= route.km <= 200 for route in scenario.routes)
    assert sum(place.kind == "camp" for place in scenario.locations) == camps
    assert sum(place.kind == "conflict" for place in scenario.locations) == zones
    flee = Flee.of(scenario)
    numbers = np.zeros(1, dtype=np.uint32)
    rules = flee.for_members(Members.alike(numbers), 1, 1.0, 0)
    ledger = Ledger(rules.table)
    chain = solver_for("chain", rules.start(), 1, numbers, ledger, 1)
    for day in range(flee.days):
        turn_day(rules, chain, ledger, day)
    at_home = flee.stocks.index(("not_yet_displaced", "home", ""))
    assert chain.counts[0, rules.series != at_home].sum() == 1_000


def test_the_same_words_give_the_same_bytes(grids, tmp_path):
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        grids.write(tmp_path / name, grids.Grid(4, 4, seed=seed))
    one, two, three = (content(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two
    assert {path.name for path in one if one[path] != three[path]} == {"routes.csv"}
