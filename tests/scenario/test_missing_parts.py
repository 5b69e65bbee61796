"""Scenarios that lack a part: each is refused with what to mend, or runs, and is told what will come of it."""

from __future__ import annotations

import csv
import json

import pytest
from typer.testing import CliRunner

from havenward.cli.main import app
from tests.scenario.helpers import table, toy, write


def havenward(*arguments):
    return CliRunner().invoke(app, [str(part) for part in arguments])


def keep(files, file, test):
    """Only those rows of a table that pass a test."""
    header, *rows = table(files, file)
    return files | {file: write([header, *(row for row in rows if test(dict(zip(header, row, strict=True))))])}


def without_places(files, *kinds):
    """No place of some kinds, nor anything that names one."""
    header, *rows = table(files, "locations.csv")
    gone = {row[0] for row in rows if row[header.index("kind")] in kinds}
    files = keep(files, "locations.csv", lambda row: row["name"] not in gone)
    files = keep(files, "routes.csv", lambda row: not gone & {row["from_place"], row["to_place"]})
    files = keep(files, "evidence.csv", lambda row: row["site"] not in gone)
    files = keep(files, "corridors.csv", lambda row: row["crossing"] not in gone)
    files = keep(files, "crossings.csv", lambda row: row["crossing"] not in gone)
    return keep(files, "camps.csv", lambda row: row["camp"] not in gone)


def no_rows(file):
    return keep(toy(), file, lambda row: False)


def folder_of(files, tmp_path):
    folder = tmp_path / "scenario"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def validated(folder):
    """Whether a scenario can be run, and what is said of it."""
    told = json.loads(havenward("validate", folder, "--json").stdout)
    return told["ok"], told["problems"]


RUNS = {
    "no corridor": (no_rows("corridors.csv"), "corridors.csv", "there is no corridor: nobody can ever leave"),
    "no crossing": (without_places(toy(), "crossing"), "corridors.csv", "there is no corridor: nobody can ever leave"),
    "no camp": (without_places(toy(), "camp", "emergency"), "locations.csv", "goes to a host town"),
    "no host": (without_places(toy(), "host"), "locations.csv", "no plot is spare stay in transit"),
    "nowhere to go": (without_places(toy(), "camp", "emergency", "host"), "locations.csv", "who comes out stays in transit"),
    "nobody holds it": (no_rows("control.csv"), "control.csv", "no home is ever besieged"),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_scenario_without_a_part_runs_and_says_what_comes_of_it(name, tmp_path):
    files, file, wrong = RUNS[name]
    folder = folder_of(files, tmp_path)
    ok, problems = validated(folder)
    assert ok
    (problem,) = problems
    assert (problem["file"], problem["row"], problem["severity"]) == (file, 1, "warning")
    assert wrong in problem["wrong"]
    assert problem["mend"]
    out = tmp_path / "run"
    told = havenward("run", folder, "--members", "2", "--until", "2010-04-20", "--out", out)
    assert told.exit_code == 0, told.output
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["conserved"]
    people = {stage: figures["mean"] for stage, figures in record["final"].items()}
    assert sum(people.values()) == pytest.approx(record["initial_persons"], abs=len(people))
    assert (out / "summary.csv").exists()
    elsewhere = {stage for stage, number in people.items() if number > 0}
    if name in ("no corridor", "no crossing"):
        assert elsewhere <= {"home_held", "home_contact", "home_free", "killed_at_home"}
    elif name == "no camp":
        assert "in_host" in elsewhere
        assert "in_camp" not in elsewhere
    elif name == "no host":
        assert "in_camp" in elsewhere
        assert "in_host" not in elsewhere
    elif name == "nowhere to go":
        assert "in_transit" in elsewhere
        assert not {"in_camp", "in_host"} & elsewhere
    else:
        assert elsewhere == {"home_free"}


@pytest.mark.parametrize("file", ["corridors.csv", "crossings.csv", "locations.csv", "classes.csv"])
def test_a_table_that_must_be_there_is_asked_for(file, tmp_path):
    ok, problems = validated(folder_of({name: text for name, text in toy().items() if name != file}, tmp_path))
    assert not ok
    (problem,) = (problem for problem in problems if problem["severity"] == "error")
    assert (problem["file"], problem["wrong"]) == (file, "the file is missing")
    header = next(csv.reader([problem["mend"].removeprefix("Write it with ")]))
    assert header[0] == table(toy(), file)[0][0]


def test_a_crossing_of_which_nothing_is_said_is_asked_for(tmp_path):
    ok, problems = validated(folder_of(no_rows("crossings.csv"), tmp_path))
    assert not ok
    (problem,) = problems
    assert (problem["file"], problem["value"]) == ("locations.csv", "Stone Bridge")
    assert "crossings.csv has no row" in problem["wrong"]
