"""A Flee folder as something to run: its name, its tier, what is copied of it, and what is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

import havenward.api as api
from havenward.run.flee_case import FleeCase
from havenward.run.folder import run_to_folder
from havenward.run.kinds import case_of
from havenward.run.reading import RunFolderError, open_run, open_siege
from havenward.run.request import Request, RunError, plan_of
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.problems import ScenarioError
from tests.run.conftest import silent
from tests.scenario_flee.helpers import replaced, small, without, written

LAST, LAST_COUNT = dt.date(2020, 1, 6), dt.date(2020, 1, 21)


@pytest.fixture
def folder(tmp_path):
    written(small(), tmp_path / "small")
    return tmp_path / "small"


@pytest.fixture
def case(folder):
    return FleeCase.read(folder)


@pytest.mark.parametrize(
    ("folder_name", "name"), [("burundi2015", "burundi2015"), ("Süd Sudan 2013!", "sud-sudan-2013"), ("2016", "2016")]
)
def test_a_case_has_the_name_of_its_folder_in_plain_letters(case, folder_name, name):
    named = FleeCase(folder_name, case.scenario)
    assert named.name == name
    assert named.title[:20] == folder_name[:20]


def test_its_days_are_those_of_the_folder(case):
    assert (case.start, case.end) == (dt.date(2020, 1, 1), LAST)
    plan = plan_of(case, Request())
    assert (plan.first, plan.last, plan.begin, plan.spread) == (0, 5, 0, 0.0)
    with pytest.raises(RunError, match="2020-01-07"):
        plan_of(case, Request(last=LAST + dt.timedelta(days=1)))


@pytest.mark.parametrize(
    ("days_after", "nature", "tier"),
    [
        (-30, "live", "restricted"),
        (90, "live", "restricted"),
        (91, "live", "partner"),
        (5 * 365, "live", "partner"),
        (5 * 365 + 1, "closed_case", "public"),
    ],
)
def test_its_tier_follows_from_its_last_count_and_its_mark(case, days_after, nature, tier):
    today = LAST_COUNT + dt.timedelta(days=days_after)
    marked = replace(case, public_sources="UNHCR")
    assert (marked.nature(today), marked.tier(today)) == (nature, tier)
    assert case.nature(today) == "live"
    assert case.tier(today) == ("partner" if tier == "public" else tier)


def test_the_interface_marks_a_folder_and_nothing_else(folder):
    assert api.load(folder, public_sources="UNHCR\x1b").public_sources == r"UNHCR\x1b"
    with pytest.raises(RunError, match="name the public sources"):
        api.load(folder, public_sources=" ")
    with pytest.raises(RunError, match="toy is none"):
        api.load("toy", public_sources="UNHCR")
    assert api.run(api.load(folder, public_sources="UNHCR"), members=1).attrs["public_sources"] == "UNHCR"


def test_medians_and_threads_are_refused(case):
    with pytest.raises(RunError, match="no medians to take"):
        api.run(case, medians=True)
    with pytest.raises(RunError, match="leave out --threads"):
        plan_of(case, Request(threads=2))


def test_the_level_decides_the_solver_unless_one_is_named(case):
    exact = case_of(case, "exact")
    assert (case_of(case).level, exact.level) == ("mended", "exact")
    assert [plan_of(made, Request()).solver for made in (case, exact)] == ["chain", "individuals"]
    assert plan_of(exact, Request(solver="mean")).solver == "mean"


def test_a_level_is_refused_where_there_is_one_set_of_rules():
    with pytest.raises(RunError, match="'mended' is for Flee folders, and toy is none"):
        api.run(api.load("toy"), level="mended")


def test_the_files_that_are_read_are_copied_and_no_other(folder, case):
    (folder / "input_csv" / "notes.csv").write_text("not read")
    (folder / "picture.png").write_bytes(b"not read")
    assert list(case.files(folder)) == sorted(small())


def test_agents_are_not_copied_where_they_are_not_read(tmp_path):
    files = replaced(small(), "simsetting.yml", "  read_from_agents_csv_file: True\n", "")
    written(files, tmp_path / "case")
    names = FleeCase.read(tmp_path / "case").files(tmp_path / "case")
    assert set(files) - set(names) == {"input_csv/agents.csv"}


NAME = "Nadia"


@pytest.mark.parametrize("below", ["input_csv/", ""])
def test_no_record_of_a_person_enters_the_run_folder(tmp_path, below):
    """Comments, columns that are not read and agents of nowhere are left behind, and ages are those of groups."""
    agents = (
        f"location,age,gender,note\n#{NAME},,,\nAlpha,37,male,{NAME}\nAlpha,41,male,\nBeta,8,female,\n{NAME},20,,\nBeta,,,\n"
    )
    files = small() | {"input_csv/agents.csv": agents.encode()}
    source = written({name.replace("input_csv/", below): text for name, text in files.items()}, tmp_path / "small")
    case, out = FleeCase.read(source), tmp_path / "run"
    record = run_to_folder(case, source, out, Request(members=2), silent)
    kept = out / "scenario" / below / "agents.csv"
    assert kept.read_text(encoding="utf-8").splitlines() == [
        "location,age,gender", "Alpha,19,male", "Alpha,19,male", "Beta,0,female", "Beta,,"
    ]  # fmt: skip
    assert not [path for path in out.rglob("*") if path.is_file() and NAME.encode() in path.read_bytes()]
    assert record["files"][f"{below}agents.csv"] == hashlib.sha256(kept.read_bytes()).hexdigest()
    opened = open_run(out)
    assert opened.scenario == case.scenario
    again = run_to_folder(FleeCase.read(out / "scenario"), out / "scenario", tmp_path / "again", Request(members=2), silent)
    assert (again["run_id"], again["files"]) == (record["run_id"], record["files"])
    for name in opened.outcome.data_vars:
        np.testing.assert_array_equal(open_run(tmp_path / "again").outcome[name], opened.outcome[name], err_msg=name)


def test_nothing_of_it_can_be_set(case):
    with pytest.raises(RunError, match=r"simsetting\.yml holds the values"):
        case.ruleset({"max_move_speed": 3.0})
    with pytest.raises(TypeError, match=r"simsetting\.yml holds the values"):
        api.edit(case, max_move_speed=3.0)


def test_it_is_loaded_by_the_interface_or_refused_with_all_that_is_wrong(folder, tmp_path):
    assert api.load(folder) == api.load(str(folder)) == FleeCase.read(folder)
    written(without(small(), "input_csv/routes.csv", "source_data/data_layout.csv"), tmp_path / "broken")
    with pytest.raises(ScenarioError) as refused:
        api.load(tmp_path / "broken")
    assert all(name in str(refused.value) for name in ("routes.csv", "data_layout.csv"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two members of a small folder, mended, in a run folder."""
    source = tmp_path_factory.mktemp("flee") / "small"
    written(small(), source)
    out = source.with_name("run")
    run_to_folder(FleeCase.read(source), source, out, Request(members=2), silent)
    return source, out


def test_a_run_says_which_rules_it_was_made_by(made):
    record = json.loads((made[1] / "run.json").read_text(encoding="utf-8"))
    assert (record["model"], record["level"], record["scenario"], record["solver"]) == ("flee", "mended", "small", "chain")
    assert record["conserved"] is True
    run = open_run(made[1])
    assert isinstance(run.scenario, FleeScenario)
    assert run.scenario == FleeCase.read(made[0]).scenario
    assert (run.record["model"], run.outcome.attrs["level"]) == ("flee", "mended")


def test_a_run_in_memory_is_the_run_in_a_folder(made):
    outcome = api.run(api.load(made[0]), members=2)
    for name in outcome.data_vars:
        np.testing.assert_array_equal(outcome[name], open_run(made[1]).outcome[name], err_msg=name)
    assert api.run(api.load(made[0]), members=1, level="exact").attrs["solver"] == "individuals"


def test_a_folder_without_its_flee_files_is_damaged(made, tmp_path):
    import shutil

    shutil.copytree(made[1], tmp_path / "run")
    (tmp_path / "run" / "scenario" / "input_csv" / "routes.csv").unlink()
    with pytest.raises(RunFolderError, match=r"copy of its scenario, is damaged(.|\n)*routes\.csv"):
        open_run(tmp_path / "run")


def test_what_tells_sieges_refuses_it(made):
    with pytest.raises(RunFolderError, match="is a run of a Flee folder, of which `havenward evidence` cannot tell: look"):
        open_siege(made[1], "evidence")


def test_a_run_made_before_runs_had_kinds_is_one_of_a_siege(toy_run, tmp_path):
    import shutil

    old = shutil.copytree(toy_run.folder, tmp_path / "old")
    record = json.loads((old / "run.json").read_text(encoding="utf-8"))
    (old / "run.json").write_text(json.dumps({k: v for k, v in record.items() if k not in ("model", "level")}))
    assert open_siege(old, "evidence").record["model"] == "siege"
