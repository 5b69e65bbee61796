"""`havenward run` of a Flee folder, as a user types it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from havenward.cli.main import app
from tests.scenario_flee.helpers import small, without, written


@pytest.fixture
def folder(tmp_path):
    written(small(), tmp_path / "small")
    return tmp_path / "small"


def typed(*words: object):
    return CliRunner().invoke(app, ["run", *(str(word) for word in words)])


def test_a_folder_is_recognised_and_run(folder, tmp_path):
    told = typed(folder, "--members", 2, "--out", tmp_path / "run", "--json")
    assert told.exit_code == 0, told.output
    answer = json.loads(told.stdout)
    assert (answer["solver"], answer["status"], answer["conserved"]) == ("chain", "complete", True)
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"run.json", "outcome.zarr", "summary.csv", "summary.xlsx", "scenario"} <= names


def test_the_exact_level_moves_every_person(folder, tmp_path):
    told = typed(folder, "--level", "exact", "--members", 1, "--out", tmp_path / "run", "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["solver"] == "individuals"


def test_its_warnings_are_counted_and_its_errors_are_told(folder, tmp_path):
    written(without(small(), "input_csv/routes.csv"), tmp_path / "broken")
    told = typed(tmp_path / "broken", "--out", tmp_path / "run")
    assert told.exit_code == 1
    assert "routes.csv" in told.output
    assert not (tmp_path / "run").exists()


def test_nothing_can_be_set_beside_its_settings(folder, tmp_path):
    told = typed(folder, "--set", "max_move_speed=3", "--out", tmp_path / "run")
    assert told.exit_code == 1
    assert "simsetting.yml holds the values" in told.output


def test_a_level_is_for_flee_folders(tmp_path):
    told = typed("toy", "--level", "exact", "--out", tmp_path / "run")
    assert told.exit_code == 1
    assert "is for Flee folders" in told.output
