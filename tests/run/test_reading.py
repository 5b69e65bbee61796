"""Damaged run folders: `evidence` and `report` say what is damaged and how to mend it, and draw nothing of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from havenward.cli.main import app
from havenward.run.reading import open_run


def rewritten(**changes):
    """A record with other values; None takes the key out."""

    def damage(folder):
        path = folder / "run.json"
        record = json.loads(path.read_text(encoding="utf-8")) | changes
        kept = {key: value for key, value in record.items() if value is not None}
        path.write_text(json.dumps(kept), encoding="utf-8")

    return damage


def filled(name, content):
    """A file with other content."""
    return lambda folder: (folder / name).write_bytes(content)


def without(name):
    """A part that is gone."""

    def damage(folder):
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

    return damage


DAMAGE = {
    "record gone": (without("run.json"), ["holds no run.json"]),
    "record of nothing": (filled("run.json", b"{}"), ["run.json", "it lacks the keys run_id, ", "members_done, days"]),
    "record cut short": (filled("run.json", b'{"run_id": "a'), ["run.json", "Invalid JSON"]),
    "record empty": (filled("run.json", b""), ["run.json", "Invalid JSON"]),
    "record a list": (filled("run.json", b"[1, 2]"), ["run.json", "is damaged"]),
    "record no text": (filled("run.json", b"\xff\xfe\x00"), ["run.json", "is damaged"]),
    "members a text": (rewritten(members_done="three"), ["run.json", "the key members_done is 'three'", "integer"]),
    "members a number in quotes": (rewritten(members_done="3"), ["the key members_done is '3'"]),
    "members nought": (rewritten(members_done=0), ["the key members_done is 0"]),
    "days gone": (rewritten(days=None), ["run.json", "it lacks the key days."]),
    "days a part": (rewritten(days=2.5), ["the key days is 2.5"]),
    "more days than there are": (rewritten(days=9999), ["the key days is 9999", "the outcome holds 200"]),
    "status unknown": (rewritten(status="fine"), ["the key status is 'fine'", "broken off"]),
    "tier unknown": (rewritten(tier="secret"), ["the key tier is 'secret'"]),
    "parameters of no kind": (rewritten(parameters={"onward": {"median": "much"}}), ["the key parameters.onward.median"]),
    "outcome gone": (without("outcome.zarr"), ["holds no outcome.zarr"]),
    "outcome empty": (without("outcome.zarr/zarr.json"), ["outcome.zarr", "damaged"]),
    "outcome cut short": (filled("outcome.zarr/zarr.json", b'{"zarr_fo'), ["outcome.zarr", "damaged"]),
    "a piece of the outcome gone": (without("outcome.zarr/flow/c"), ["outcome.zarr", "not those that the run wrote"]),
    "a piece of the outcome garbled": (
        filled("outcome.zarr/flow/c/0/0/0/0", b"garbage"),
        ["outcome.zarr", "not those that the run wrote"],
    ),
    "outcome without its stocks": (without("outcome.zarr/stock"), ["outcome.zarr", "it holds no stock"]),
    "scenario gone": (without("scenario"), ["holds no scenario"]),
    "scenario without its header": (without("scenario/scenario.yaml"), ["the run's copy of its scenario", "scenario.yaml"]),
}
"""What is damaged, and what must be said of it."""


@pytest.fixture
def folder(toy_run, tmp_path):
    return shutil.copytree(toy_run.folder, tmp_path / "toy")


@pytest.mark.parametrize("what", DAMAGE)
@pytest.mark.parametrize("verb", ["evidence", "report"])
def test_a_damaged_folder_is_one_clear_error(folder, verb, what):
    damage, words = DAMAGE[what]
    damage(folder)
    told = CliRunner().invoke(app, [verb, str(folder)])
    assert told.exit_code == 1
    assert isinstance(told.exception, SystemExit), told.exception
    assert told.stdout == ""
    assert told.stderr.startswith("havenward: ")
    assert all(word in told.stderr for word in [*words, str(folder), "havenward run"]), told.stderr
    assert "bundled" not in told.stderr
    assert not (folder.parent / "toy.report").exists()


def test_a_whole_folder_is_read_as_it_was_made(toy_run):
    """The record loses no key, whether it is asked for or not."""
    run = open_run(toy_run.folder)
    parameters = run.record.pop("parameters")
    assert run.record == {key: value for key, value in toy_run.record.items() if key != "parameters"}
    assert parameters == toy_run.record["parameters"]
    assert run.scenario.header == toy_run.scenario.header
    assert dict(run.outcome.sizes) == dict(toy_run.outcome.sizes)


def test_days_that_a_run_never_came_to_are_left_out(folder):
    rewritten(status="broken off", members_done=2, days=60)(folder)
    outcome = open_run(folder).outcome
    assert (outcome.sizes["draw"], outcome.sizes["time"]) == (2, 60)


def test_reading_loads_no_compiled_kernels():
    """A report starts in a second because of it."""
    code = "import sys, havenward.run.reading; print('numba' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
