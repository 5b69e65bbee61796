"""`havenward edits`, and `--edit` of `run` and `validate`, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from havenward.cli.main import app
from havenward.guard.warnings import OPENED_CORRIDOR
from havenward.model.siege.parameters import DANGER
from havenward.scenario.edits.listed import keys_of
from havenward.scenario.edits.read import EDITS
from tests.cli.flee_runs import tiny
from tests.scenario_flee.helpers import written

DESKS = "set_desks date=2010-03-05 crossing='Stone Bridge' desks=20"
CORRIDOR = "open_corridor date=2010-04-09 from_place='Tarrow North' crossing='Stone Bridge'"
SEATS = "set_buses date=2010-03-05 crossing='Stone Bridge' seats=2"


def havenward(*arguments):
    return CliRunner().invoke(app, [str(part) for part in arguments])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    return havenward("run", "toy", "--members", "2", "--until", "2010-03-12", *arguments)


def file_of(text: str) -> Path:
    path = Path("plan.yaml")
    path.write_text(text, encoding="utf-8")
    return path


# --- edits


def test_every_kind_is_listed_with_its_keys():
    told = json.loads(havenward("edits", "--json").stdout)["edits"]
    assert [kind["edit"] for kind in told] == list(EDITS)
    for kind in told:
        assert kind["meaning"]
        assert [key["key"] for key in kind["keys"]] == keys_of(EDITS[kind["edit"]])
        assert all(key["written"] and key["default"] and key["meaning"] for key in kind["keys"])


def test_people_can_read_the_list():
    lines = havenward("edits").stdout.splitlines()
    assert "set_desks: Sets how many desks a crossing has." in lines
    assert "  hours          hours open a day; 0 closes it (number (at least 0, at most 24); must be given)" in lines
    assert "  until          last day on which it holds; empty: to the end (date; empty)" in lines


# --- run


def test_a_run_with_edits_says_so_everywhere():
    told = run("--edit", DESKS, "--edit", file_of("- {edit: close_border, date: 2010-03-06}\n"))
    assert told.exit_code == 0
    assert told.stderr == ""
    assert "With 2 edits: The siege of Tarrow (invented): 12 days" in told.stdout
    assert OPENED_CORRIDOR not in told.stdout
    folder = Path("runs", "toy-edited.public.seed1")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert [edit["edit"] for edit in record["edits"]] == ["set_desks", "close_border"]


def test_an_opened_corridor_always_prints_what_must_be_said_with_the_ranges_of_danger():
    told = run("--edit", CORRIDOR).stdout
    assert OPENED_CORRIDOR in told
    beside = told.split(OPENED_CORRIDOR, 1)[1]
    assert all(name in beside for name in DANGER)
    assert "0.4  (0.2 to 0.6) share" in beside, "the scenario's own range"
    answer = json.loads(run("--edit", CORRIDOR, "--json").stdout)
    assert answer["caution"] == OPENED_CORRIDOR
    assert [edit["edit"] for edit in answer["edits"]] == ["open_corridor"]


def test_warnings_are_told_beside_the_answer():
    told = run("--edit", SEATS, "--json")
    assert told.exit_code == 0
    assert told.stderr.startswith("warning: --edit 1, column 'bus_seats': '2': with this edit, in crossings.csv, ")
    assert told.stderr.count("\n") == 1
    json.loads(told.stdout)


def test_mistakes_are_a_line_each_and_nothing_is_written(tmp_path):
    plan = file_of("- edit: close_camp\n  date: 2010-03-05\n  camp: Quary\n")
    told = run("--edit", plan, "--edit", f"{DESKS}.5", "--edit", "nowhere.yaml")
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["--edit 2, column 'desks'", "nowhere.yaml"]
    assert told.stderr == "toy: 2 errors, 0 warnings\n"
    told = run("--edit", plan)
    assert told.stdout == (
        "error: plan.yaml, row 1, column 'camp': 'Quary': is no place of the scenario. "
        "Did you mean 'Quarry'? Name a place of kind camp or emergency.\n"
    )
    assert {path.name for path in tmp_path.iterdir()} == {"plan.yaml"}


@pytest.mark.parametrize("verb", ["run", "validate"])
def test_a_flee_folder_takes_no_edits(verb, tmp_path):
    told = havenward(verb, written(tiny(), tmp_path / "case"), "--edit", DESKS)
    assert told.exit_code == 1
    assert told.stdout == ""
    assert "is a Flee folder, and edits are for sieges: copy the folder" in told.stderr
    assert told.stderr.count("\n") == 1
    assert not (tmp_path / "runs").exists()


# --- validate


def test_edits_are_checked_with_the_scenario():
    assert havenward("validate", "toy", "--edit", DESKS, "--edit", CORRIDOR).output == "toy: 0 errors, 0 warnings\n"
    told = havenward("validate", "toy", "--edit", SEATS)
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (0, "toy: 0 errors, 1 warning")
    told = havenward("validate", "toy", "--edit", "set_desk", "--json")
    answer = json.loads(told.stdout)
    assert (told.exit_code, answer["ok"]) == (1, False)
    assert [(problem["file"], problem["column"]) for problem in answer["problems"]] == [("--edit 1", "edit")]
