"""`havenward run`, as a user types it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from havenward.cli.main import app
from havenward.model.siege.cells import STAGES

KEYS = ["run", "scenario", "solver", "members", "seed", "days", "initial_persons", "conserved", "seconds", "final"]


def havenward(*arguments):
    return CliRunner().invoke(app, [str(part) for part in arguments])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    return havenward("run", "toy", "--members", "2", "--until", "2010-03-12", *arguments)


def test_json_is_one_object_with_exactly_these_keys(tmp_path):
    answer = json.loads(run("--json", "--out", tmp_path / "out").stdout)
    assert list(answer) == [*KEYS, "tier", "status", "edits", "caution"]
    assert answer["run"] == str(tmp_path / "out")
    assert (answer["scenario"], answer["solver"], answer["members"], answer["seed"], answer["days"]) == (
        "toy",
        "chain",
        2,
        1,
        12,
    )
    assert answer["conserved"] is True
    assert isinstance(answer["initial_persons"], int)
    assert set(answer["final"]["in_camp"]) == {"mean", "q05", "q50", "q95"}
    assert tuple(answer["final"]) == STAGES
    assert (answer["tier"], answer["status"]) == ("public", "complete")


def test_the_answer_is_on_standard_output_alone(tmp_path):
    """Piped into another program, and without a terminal: JSON on the one, nothing on the other."""
    finished = subprocess.run(
        [sys.executable, "-m", "havenward.cli.main", "run", "toy", "--members", "1", "--until", "2010-03-05", "--json"],
        capture_output=True, text=True, timeout=120, cwd=tmp_path, env=os.environ | {"NO_COLOR": "1", "TERM": "dumb"},
    )  # fmt: skip
    assert finished.returncode == 0
    assert finished.stderr == ""
    assert json.loads(finished.stdout)["days"] == 5


def test_without_a_name_the_folder_tells_scenario_tier_and_seed():
    first, second, third = (json.loads(run("--json", *more).stdout)["run"] for more in ((), (), ("--seed", "7")))
    assert first == str(Path("runs", "toy.public.seed1"))
    assert second == str(Path("runs", "toy.public.seed1-2"))
    assert third == str(Path("runs", "toy.public.seed7"))


def test_a_person_is_told_the_tier_the_people_and_what_comes_next(tmp_path):
    told = run("--out", tmp_path / "out")
    assert told.exit_code == 0
    assert told.stdout.startswith("PUBLIC\n")
    assert "12 days, 2 of 2 members, solver chain, seed 1" in told.stdout
    assert "33 % interval over members" in told.stdout
    assert f"Next: havenward report {tmp_path / 'out'}" in told.stdout


def test_one_member_is_told_without_an_interval():
    told = havenward("run", "toy", "--members", "1", "--until", "2010-03-12").stdout
    assert "one member has no interval" in told
    lines = [line for line in told.splitlines() if line.startswith("  ")]
    assert lines
    assert all(" to " not in line for line in lines)


def test_the_interval_of_expectations_is_called_that_of_the_assumptions():
    assert "33 % interval over members, over assumptions only" in run("--solver", "mean").stdout
    assert "33 % interval over members, over assumptions and chance" in run().stdout


def test_the_folder_of_a_live_conflict_bears_its_tier(tmp_path):
    """`summary.csv` has its name by agreement: the folder that it lies in says how freely it may be shown."""
    assert havenward("init", tmp_path / "case").exit_code == 0
    header = tmp_path / "case" / "scenario.yaml"
    text = header.read_text(encoding="utf-8")
    header.write_text(re.sub(r"(?m)^nature:.*$", "nature: live\ntier: restricted", text), encoding="utf-8")
    finished = havenward("run", tmp_path / "case", "--members", "1", "--json")
    answer = json.loads(finished.stdout)
    assert answer["tier"] == "restricted"
    assert ".restricted." in Path(answer["run"]).name


def test_figures_below_ten_are_not_told():
    """On the screen too: `<10`, never 3."""
    lines = [line for line in run().stdout.splitlines() if line.startswith("  ")]
    figures = [word for line in lines for word in line.split() if word.replace(",", "").isdigit()]
    assert figures
    assert all(int(figure.replace(",", "")) >= 10 for figure in figures)


def test_from_and_until_choose_the_days():
    answer = json.loads(run("--from", "2010-03-08", "--json").stdout)
    assert answer["days"] == 5


def test_a_parameter_can_be_set(tmp_path):
    run("--set", "walking_speed=3", "--set", " expulsion = 0 ", "--out", tmp_path / "out")
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["changes"] == {"walking_speed": 3.0, "expulsion": 0.0}
    assert record["parameters"]["walking_speed"]["median"] == record["parameters"]["walking_speed"]["high"] == 3.0


@pytest.mark.parametrize("solver", ["chain", "individuals", "mean"])
def test_every_solver_has_its_name(solver):
    answer = json.loads(run("--solver", solver, "--json").stdout)
    assert answer["solver"] == solver
    assert sum(stage["mean"] for stage in answer["final"].values()) == pytest.approx(answer["initial_persons"], abs=2)


def test_medians_take_away_what_members_draw():
    drawn = json.loads(run("--json").stdout)["final"]["home_held"]
    medians = json.loads(run("--assumptions", "median", "--json").stdout)["final"]["home_held"]
    assert medians["q95"] - medians["q05"] < 0.2 * (drawn["q95"] - drawn["q05"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "2010-13-01"), "is no date"),
        (("--until", "tomorrow"), "is no date"),
        (("--from", "2009-01-01"), "2009-01-01"),
        (("--from", "2010-03-12", "--until", "2010-03-11"), "2010-03-12"),
        (("--set", "interceptoin=0.5"), "havenward parameters"),
        (("--set", "interception"), "NAME=NUMBER"),
        (("--set", "interception=often"), "NAME=NUMBER"),
        (("--set", "violence_behind=1.5"), "share"),
        (("--set", "expulsion=nan"), "finite"),
        (("--set", "contact_days=0"), "from 0.1"),
        (("--set", "population_scale=1e300"), "from 0 to 100"),
        (("--set", "persons_a_plot=1e300"), "from 0 to 100"),
        (("--set", "interception=0.5"), "assumptions of a scenario"),
        (("--set", "=1"), "parameter"),
    ],
)
def test_mistakes_are_one_line_and_exit_1(arguments, words, tmp_path):
    until = () if "--until" in arguments else ("--until", "2010-03-25")
    told = havenward("run", "toy", "--members", "1", *until, *arguments)
    assert told.exit_code == 1
    assert told.stdout == ""
    assert told.stderr.startswith("havenward: ")
    assert told.stderr.count("\n") == 1
    assert words in told.stderr
    assert list(tmp_path.rglob("*.unfinished*")) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--seed", "-1"),
        ("--seed", "4294967296"),
        ("--members", "0"),
        ("--solver", "oracle"),
        ("--threads", "0"),
        ("--no-such",),
    ],
)
def test_wrong_usage_is_exit_2(arguments):
    told = havenward("run", "toy", *arguments)
    assert told.exit_code == 2
    assert "Usage" in told.stderr


def test_a_scenario_with_errors_is_told_in_full_and_not_run(tmp_path):
    told = havenward("run", tmp_path / "nowhere")
    assert told.exit_code == 1
    assert "there is no such folder" in told.stderr + told.stdout
    assert "Traceback" not in told.stderr


def test_an_existing_folder_is_refused(tmp_path):
    assert run("--out", tmp_path / "out").exit_code == 0
    told = run("--out", tmp_path / "out")
    assert told.exit_code == 1
    assert "already" in told.stderr


def test_a_copied_scenario_can_be_run_again(tmp_path):
    """Anyone can rerun a folder: from the copy that it keeps, with the seed that it tells, come the same figures."""
    first = json.loads(run("--json", "--out", tmp_path / "one").stdout)
    again = json.loads(
        havenward("run", tmp_path / "one" / "scenario", "--members", "2", "--until", "2010-03-12", "--json", "--out",
                  tmp_path / "two").stdout
    )  # fmt: skip
    assert again["final"] == first["final"]
    records = [json.loads((tmp_path / name / "run.json").read_text()) for name in ("one", "two")]
    assert records[0]["run_id"] == records[1]["run_id"]
