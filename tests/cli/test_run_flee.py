"""`havenward run` of a Flee folder, as a user types it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from havenward.cli.main import app
from havenward.guard.audit import audit_log
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


def test_public_needs_a_mark_which_is_kept_and_logged(folder, tmp_path):
    files = {name: text.replace(b"2020-", b"2012-").replace(b"2019-", b"2011-") for name, text in small().items()}
    written(files, tmp_path / "old")
    told = typed(tmp_path / "old", "--members", 1, "--out", tmp_path / "unmarked", "--json")
    assert json.loads(told.stdout)["tier"] == "partner"
    assert json.loads(audit_log().read_text(encoding="utf-8").splitlines()[-1])["why"] == ""
    mark = ("--public-sources", "UNHCR, ACLED")
    told = typed(tmp_path / "old", "--members", 1, "--out", tmp_path / "marked", "--json", *mark)
    assert json.loads(told.stdout)["tier"] == "public"
    record = json.loads((tmp_path / "marked" / "run.json").read_text(encoding="utf-8"))
    assert (record["public_sources"], record["nature"]) == ("UNHCR, ACLED", "closed_case")
    line = json.loads(audit_log().read_text(encoding="utf-8").splitlines()[-1])
    assert (line["what"], line["tier"], line["why"]) == ("run", "public", "public sources: UNHCR, ACLED")


@pytest.mark.parametrize(
    ("source", "options", "why"),
    [
        ("toy", ("--public-sources", "UNHCR"), "public sources are named for Flee folders, and toy is none"),
        (None, ("--public-sources", " "), "name the public sources"),
        (None, ("--assumptions", "median"), "no medians to take: leave out --assumptions"),
        (None, ("--level", "exact", "--threads", 2), "one thread keeps: leave out --threads"),
    ],
)
def test_what_would_have_no_effect_is_refused(folder, tmp_path, source, options, why):
    told = typed(source or folder, "--out", tmp_path / "run", *options)
    assert told.exit_code == 1
    assert why in told.stderr
    assert told.stderr.count("havenward: ") == 1
    assert not (tmp_path / "run").exists()


def test_what_comes_next_is_told(folder, tmp_path):
    told = typed(folder, "--members", 2, "--out", tmp_path / "run").stdout
    assert f"Next: havenward report {tmp_path / 'run'}\n" in told
    assert f"havenward score {tmp_path / 'run'}\n" in told


def test_expected_people_have_no_interval(folder, tmp_path):
    told = typed(folder, "--members", 2, "--solver", "mean", "--out", tmp_path / "run").stdout
    assert "expected people have no interval" in told
    assert "interval over" not in told
