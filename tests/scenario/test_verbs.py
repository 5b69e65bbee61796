"""`havenward validate`, `init`, `doctor` and `scenarios`."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from havenward.cli import doctor, init, scenarios, validate
from havenward.scenario.create import create, name_from
from havenward.scenario.folder import BUNDLED
from havenward.scenario.read import check, load


def run(*words: str | Path) -> Result:
    """What the command line answers."""
    app = typer.Typer()
    for name, module in {"validate": validate, "init": init, "doctor": doctor, "scenarios": scenarios}.items():
        app.command(name)(module.command)
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A scenario with two errors and a warning; one value looks like a mark-up of the terminal."""
    folder = tmp_path / "wrong"
    shutil.copytree(BUNDLED / "toy", folder)
    (folder / "prices.csv").write_text("area;date;index\n[red]x;2010-03-01;-1\n*;tomorrow;1\n", encoding="utf-8")
    return folder


# --- validate ----------------------------------------------------------------------------------------------------


def test_a_valid_scenario():
    answer = run("validate", "toy")
    assert answer.exit_code == 0
    assert answer.output == "toy: 0 errors, 0 warnings\n"


def test_errors_are_lines_where_there_is_no_terminal(wrong):
    answer = run("validate", wrong)
    _, problems = check(wrong)
    assert answer.exit_code == 1
    lines = answer.output.splitlines()
    assert lines[:-1] == [str(problem) for problem in problems]
    assert lines[0].startswith("warning: prices.csv, row 1: the columns are separated by semicolons")
    assert lines[1].startswith("error: prices.csv, row 2, column 'index': '-1': is not above 0. Write more than 0")
    assert lines[-1].endswith(": 2 errors, 1 warning")


def test_errors_are_a_table_on_a_terminal(wrong, monkeypatch):
    (wrong / "prices.csv").write_text("area,date,index\n[red]x,2010-03-01,1\n", encoding="utf-8")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "160")
    coloured = run("validate", wrong).output
    assert "what is wrong, and how to mend it" in coloured
    assert "[red]x" in coloured
    assert "\x1b[1;31merror" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    plain = run("validate", wrong).output
    assert "[red]x" in plain
    assert "31merror" not in plain


@pytest.mark.parametrize("ok", [True, False])
def test_the_answer_as_json(ok, wrong):
    answer = run("validate", "toy" if ok else wrong, "--json")
    told = json.loads(answer.stdout)
    assert answer.exit_code == (0 if ok else 1)
    assert told["ok"] is ok
    assert [(p["file"], p["row"], p["column"], p["severity"]) for p in told["problems"]] == (
        []
        if ok
        else [
            ("prices.csv", 1, "", "warning"),
            ("prices.csv", 2, "index", "error"),
            ("prices.csv", 3, "date", "error"),
        ]
    )
    assert all(p.keys() == {"file", "row", "column", "value", "wrong", "mend", "severity"} for p in told["problems"])


def test_names_of_parameters_are_checked(wrong):
    shutil.copy(BUNDLED / "toy" / "prices.csv", wrong / "prices.csv")
    (wrong / "assumptions.csv").write_text("name,median\nwalking_sped,2\n", encoding="utf-8")
    answer = run("validate", wrong)
    assert answer.exit_code == 1
    assert "Did you mean 'walking_speed'?" in answer.output


def test_a_scenario_that_is_not_there():
    answer = run("validate", "toyy")
    assert answer.exit_code == 1
    assert "Did you mean 'toy'?" in answer.output


def test_usage_errors():
    assert run("validate").exit_code == 2
    assert run("validate", "toy", "--nonsense").exit_code == 2


# --- init --------------------------------------------------------------------------------------------------------


def test_init_writes_a_scenario_that_is_valid(tmp_path):
    answer = run("init", tmp_path / "Upper Town 3")
    assert answer.exit_code == 0
    assert load(tmp_path / "Upper Town 3").header.name == "upper-town-3"
    assert [path.name for path in tmp_path.iterdir()] == ["Upper Town 3"]


def test_init_takes_a_name(tmp_path):
    assert run("init", tmp_path / "a", "--name", "my_town").exit_code == 0
    assert load(tmp_path / "a").header.name == "my_town"


@pytest.mark.parametrize("name", ["My Town", "", "x" * 41, "1st", "a\nb", "a: b"])
def test_init_refuses_a_bad_name(tmp_path, name):
    answer = run("init", tmp_path / "a", "--name", name)
    assert answer.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_init_never_overwrites(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    for name in ("folder", "file"):
        answer = run("init", tmp_path / name)
        assert answer.exit_code == 1
        assert "there already" in answer.stderr
    assert list((tmp_path / "folder").iterdir()) == []
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


def test_init_needs_the_folder_around(tmp_path):
    answer = run("init", tmp_path / "no" / "where")
    assert answer.exit_code == 1
    assert "is not there" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_when_the_disk_fails(tmp_path, monkeypatch):
    write, left = Path.write_text, iter(range(3))

    def failing(path, *text, **how):
        if next(left, None) is None:
            raise OSError(28, "No space left on device")
        return write(path, *text, **how)

    monkeypatch.setattr(Path, "write_text", failing)
    with pytest.raises(OSError, match="No space"):
        create(tmp_path / "mine", "mine")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("folder", "name"), [("Mosul 2017", "mosul-2017"), ("2017", "siege-2017"), ("مدينة", "siege"), ("x" * 60, "x" * 40)]
)
def test_names_made_from_folders(folder, name):
    assert name_from(Path(folder)) == name


# --- doctor and scenarios ----------------------------------------------------------------------------------------


def test_doctor_finds_nothing_wrong_and_opens_no_socket(monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    answer = run("doctor")
    assert answer.exit_code == 0, answer.output
    assert "ok: scenario toy: valid" in answer.output
    assert "no telemetry" in answer.output
    told = json.loads(run("doctor", "--json").stdout)
    assert told["ok"] is True
    assert told["processors"] >= 1
    assert {"havenward", "python", "numpy"} <= told["versions"].keys()
    assert {"font", "temporary folder", "cache folder"} <= {finding["name"] for finding in told["findings"]}


def test_doctor_tells_of_a_folder_that_cannot_be_written(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    answer = run("doctor")
    assert answer.exit_code == 1
    assert "NOT OK: temporary folder" in answer.output


def test_scenarios_lists_what_is_bundled():
    answer = run("scenarios")
    assert answer.exit_code == 0
    assert "toy: The siege of Tarrow (invented)" in answer.output
    assert "2010-03-01 to 2010-09-16, 4 homes, 40,000 people, synthetic" in answer.output
    entries = {entry["name"]: entry for entry in json.loads(run("scenarios", "--json").stdout)["scenarios"]}
    assert entries["toy"]["people"] == 40000
    assert entries["toy"]["nature"] == "synthetic"


# --- all ---------------------------------------------------------------------------------------------------------


def test_help_loads_nothing_heavy():
    modules = ", ".join(f"havenward.cli.{verb}" for verb in ("validate", "init", "doctor", "scenarios"))
    heavy = {"pandas", "matplotlib", "numba", "numpy", "networkx", "pyproj", "pydantic", "xarray", "yaml"}
    code = f"import sys, {modules}; print(sorted({heavy} & sys.modules.keys()))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
