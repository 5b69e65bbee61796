"""A run of an edited scenario: its folder keeps the base and the edits, and gives the edited scenario back."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

import havenward.api as api
from havenward.cli.main import app
from havenward.guard.warnings import OPENED_CORRIDOR
from havenward.model.siege.requirements import SIEGE
from havenward.report.write import write_report_of
from havenward.run.folder import run_to_folder
from havenward.run.kinds import case_of
from havenward.run.reading import Run, RunFolderError, open_run
from havenward.run.request import Request
from havenward.scenario.edits.measures import CloseBorder
from havenward.scenario.edits.read import collect, edited, read_edits
from havenward.scenario.folder import locate
from havenward.scenario.problems import ScenarioError
from havenward.scenario.read import load
from tests.run.conftest import silent

WEEK = {"last": dt.date(2010, 4, 12)}
CORRIDOR = "open_corridor date=2010-04-09 from_place='Tarrow North' crossing='Stone Bridge'"
DESKS = "set_desks date=2010-03-08 until=2010-03-20 crossing='Stone Bridge' desks=20 why='a second hall'"
TITLE = "With 2 edits: The siege of Tarrow (invented)"


def made(folder: Path, *given) -> Path:
    base = load("toy", SIEGE)
    edits, _ = collect(given, "edit")
    case = case_of(edited(base, edits, SIEGE)[0], edits=edits)
    run_to_folder(case, locate("toy"), folder, Request(members=3, **WEEK), silent)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made(tmp_path_factory.mktemp("edited") / "run", DESKS, CORRIDOR)


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "run")


def test_the_copy_is_the_base_and_the_edits_lie_beside_it(folder):
    assert load(folder / "scenario") == load("toy")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    edits = read_edits(folder / "edits.yaml")
    assert record["edits"] == edits.rows() == collect([DESKS, CORRIDOR], "edit")[0].rows()
    assert record["edits"][0]["why"] == "a second hall"
    assert record["caution"] == OPENED_CORRIDOR
    assert (record["scenario"], record["title"]) == ("toy-edited", TITLE)


def test_a_run_is_opened_with_the_edited_scenario(folder):
    run = open_run(folder)
    assert run.scenario == edited(load("toy"), collect([DESKS, CORRIDOR], "edit")[0])[0]
    assert len(run.scenario.header.edits) == 2
    assert run.outcome.attrs["edits"].splitlines() == run.scenario.header.edits
    assert run.outcome.attrs["caution"] == OPENED_CORRIDOR


def test_a_run_without_edits_says_that_there_are_none(toy_run):
    assert (toy_run.record["edits"], toy_run.record["caution"]) == ([], "")
    assert not (toy_run.folder / "edits.yaml").exists()
    assert not {"edits", "caution"} & set(toy_run.outcome.attrs)


def test_the_workbook_says_that_it_was_edited(folder):
    cells = [str(cell.value) for row in openpyxl.load_workbook(folder / "summary.xlsx").worksheets[0] for cell in row]
    assert any(TITLE in cell for cell in cells)
    assert {*open_run(folder).scenario.header.edits, OPENED_CORRIDOR} <= set(cells)
    beside = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert (len(beside["edits"].splitlines()), beside["caution"]) == (2, OPENED_CORRIDOR)


def test_evidence_says_that_it_was_edited(folder):
    told = CliRunner().invoke(app, ["evidence", str(folder)])
    assert told.exit_code == 0, told.output
    assert "The scenario was edited" in told.stdout
    assert OPENED_CORRIDOR in told.stdout
    assert json.loads(CliRunner().invoke(app, ["evidence", str(folder), "--json"]).stdout)["caution"] == OPENED_CORRIDOR


def test_other_edits_are_another_run_and_the_same_are_the_same(folder, tmp_path):
    ids = [
        json.loads((made(tmp_path / str(k), *given) / "run.json").read_text())["run_id"]
        for k, given in enumerate(([DESKS, CORRIDOR], [CORRIDOR], []))
    ]
    assert ids[0] == json.loads((folder / "run.json").read_text())["run_id"]
    assert len(set(ids)) == 3


def test_a_run_can_be_made_again_from_what_is_kept(folder, tmp_path):
    edits = read_edits(folder / "edits.yaml")
    case = case_of(edited(load(folder / "scenario"), edits, SIEGE)[0], edits=edits)
    run_to_folder(case, folder / "scenario", tmp_path / "again", Request(members=3, **WEEK), silent)
    again, first = open_run(tmp_path / "again").outcome, open_run(folder).outcome
    for name in first.data_vars:
        np.testing.assert_array_equal(again[name], first[name], err_msg=name)


DAMAGE = {
    "gone": (None, "is missing or damaged"),
    "empty": ("", "is missing or damaged"),
    "another": ("- {edit: close_border, date: 2010-03-05}\n", "do not belong together"),
    "impossible": ("- {edit: close_border, date: 2030-03-05}\n", "do not belong together"),
    "in another order": (None, "do not belong together"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_edits_that_are_not_those_of_the_run_are_refused(what, copy):
    text, words = DAMAGE[what]
    path = copy / "edits.yaml"
    if what == "in another order":
        edits = read_edits(path)
        path.write_text(type(edits)(edits.made[::-1], edits.places).text(), encoding="utf-8")
    elif text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(RunFolderError, match=words) as caught:
        open_run(copy)
    assert "edits.yaml" in str(caught.value)
    assert "havenward run" in str(caught.value)


def test_edits_where_there_were_none_are_refused(toy_run, tmp_path):
    folder = shutil.copytree(toy_run.folder, tmp_path / "run")
    (folder / "edits.yaml").write_text("- {edit: close_border, date: 2010-03-05}\n", encoding="utf-8")
    with pytest.raises(RunFolderError, match="do not belong together"):
        open_run(folder)


# --- the report


def test_the_report_lists_the_edits_and_says_what_must_be_said(folder, tmp_path):
    page = write_report_of(open_run(folder), tmp_path)
    text = page.read_text(encoding="utf-8")
    assert page.name == "toy-edited.public.report.html"
    assert TITLE in text
    assert "<dt>Edit 1</dt><dd>set_desks date=2010-03-08 until=2010-03-20" in text
    assert "<dt>Edit 2</dt><dd>open_corridor date=2010-04-09" in text
    section = text.split('id="opened"', 1)[1].split("</section>")[0]
    assert OPENED_CORRIDOR in section
    assert "9 April 2010" in section
    assert "interception" in section


def test_a_corridor_that_opens_on_the_first_day_is_said_too(tmp_path):
    """It is then open as ways are that no edit opened, which say nothing."""
    toy = load("toy")
    shut = toy.corridors[0].model_copy(update={"opened": dt.date(2010, 4, 1)})
    held = tuple(row.model_copy(update={"besieged_share": 1.0}) for row in toy.control)
    base = toy.model_copy(update={"corridors": (shut, *toy.corridors[1:]), "control": held})
    line = "open_corridor date=2010-03-01 from_place='Tarrow North' crossing='Stone Bridge'"
    scenario = edited(base, collect([line], "edit")[0])[0]
    outcome = api.run(scenario, members=2, **WEEK)
    page = write_report_of(Run(outcome, scenario, {}), tmp_path)
    assert OPENED_CORRIDOR in page.read_text(encoding="utf-8")


def test_a_live_case_tells_kinds_and_dates_only(folder, tmp_path):
    run = open_run(folder)
    header = run.scenario.header.model_copy(update={"nature": "live"})
    live = run.scenario.model_copy(update={"header": header})
    record = run.record | {"tier": "partner", "nature": "live"}
    text = write_report_of(Run(run.outcome, live, record), tmp_path).read_text(encoding="utf-8")
    assert "<dd>set_desks date=2010-03-08 (where, and how much, is not told while a case is live)</dd>" in text
    assert "Stone Bridge" not in text
    assert OPENED_CORRIDOR in text


# --- from Python


def test_every_way_of_giving_an_edit_gives_the_same_scenario(tmp_path):
    toy = api.load("toy")
    keys = {"edit": "close_border", "date": "2010-07-01"}
    file = tmp_path / "edits.yaml"
    file.write_text("- {edit: close_border, date: 2010-07-01}\n", encoding="utf-8")
    ways = [CloseBorder(date=dt.date(2010, 7, 1)), keys, "close_border date=2010-07-01", file, str(file), file.read_text()]
    found = [api.edit(toy, way) for way in ways]
    assert all(scenario == found[0] for scenario in found)
    assert found[0].header.edits == ["close_border date=2010-07-01"]
    assert toy.header.edits == []


def test_edits_and_parameters_go_together():
    scenario = api.edit(api.load("toy"), "close_border date=2010-07-01", "ban_phones date=2010-07-01", onward=0.1)
    assert len(scenario.header.edits) == 2
    assert [row.median for row in scenario.assumptions if row.name == "onward"] == [0.1]


def test_an_opened_corridor_warns_and_its_outcome_says_so():
    with pytest.warns(UserWarning, match="This corridor needs the agreement"):
        scenario = api.edit(api.load("toy"), CORRIDOR)
    outcome = api.run(scenario, members=2, **WEEK)
    assert outcome.attrs["title"] == "With 1 edit: The siege of Tarrow (invented)"
    assert "not a recommendation" in api.plot(outcome, "in_camp").get_xlabel().replace("\n", " ")


def test_what_is_odd_warns_and_what_cannot_be_is_refused():
    with pytest.warns(UserWarning, match="do not hold a family"):
        api.edit(api.load("toy"), "set_buses date=2010-07-01 crossing='Stone Bridge' seats=2")
    with pytest.raises(ScenarioError, match="edit 2, column 'edit'"):
        api.edit(api.load("toy"), "close_border date=2010-07-01", {"edit": "close_bordr"})
