"""The audit log: every run is in it, it only grows, and nothing is kept where it cannot be written."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from havenward.guard.audit import AuditError, audit_log, log_export
from havenward.run.folder import RunError
from tests.run.conftest import make

SHORT = {"last": dt.date(2010, 3, 3), "members": 1}


@pytest.fixture(autouse=True)
def _own_log(tmp_path, monkeypatch):
    monkeypatch.setenv("HAVENWARD_STATE", str(tmp_path / "state"))


def lines():
    return [json.loads(line) for line in audit_log().read_text(encoding="utf-8").splitlines()]


def test_a_run_leaves_a_line_that_says_who_what_tier_when_and_why(tmp_path):
    made = make(tmp_path / "run", **SHORT)
    (line,) = lines()
    assert set(line) == {"when", "who", "what", "run", "scenario", "tier", "why", "where", "version"}
    assert (line["what"], line["run"], line["scenario"], line["tier"]) == ("run", made.record["run_id"], "toy", "public")
    assert line["where"] == str(tmp_path / "run")
    assert line["who"]
    assert abs(dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(line["when"])) < dt.timedelta(minutes=5)


def test_it_holds_no_content(tmp_path):
    """No figure of the run, however it is written."""
    made = make(tmp_path / "run", **SHORT)
    text = audit_log().read_text(encoding="utf-8")
    assert str(made.record["initial_persons"]) not in text
    assert "home_held" not in text


def test_lines_are_only_added(tmp_path):
    make(tmp_path / "one", **SHORT)
    before = audit_log().read_bytes()
    make(tmp_path / "two", **SHORT)
    assert audit_log().read_bytes().startswith(before)
    assert len(lines()) == 2


def test_a_reason_is_kept_as_it_was_given_in_one_line(tmp_path):
    why = 'for the cluster meeting\n"camps", تقرير'
    log_export("report", run="r", scenario="s", tier="restricted", why=why, where=tmp_path)
    assert [line["why"] for line in lines()] == [why]


def test_writers_at_once_do_not_cut_each_others_lines(tmp_path):
    def write(number):
        log_export("report", run=f"r{number}", scenario="s", tier="public", why="x" * 500, where=Path("there"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(200)))
    assert {line["run"] for line in lines()} == {f"r{number}" for number in range(200)}


def test_what_cannot_be_logged_is_not_kept(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("HAVENWARD_STATE", str(tmp_path / "file"))
    with pytest.raises(AuditError, match="HAVENWARD_STATE"):
        log_export("report", run="r", scenario="s", tier="public", why="", where=tmp_path)
    with pytest.raises(RunError, match="audit log"):
        make(tmp_path / "run", **SHORT)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("system", "variable", "folder"),
    [
        ("win32", "LOCALAPPDATA", "havenward"),
        ("linux", "XDG_STATE_HOME", "havenward"),
        ("darwin", "HOME", "Library/Application Support/havenward"),
    ],
)
def test_it_lies_where_the_system_keeps_what_programs_remember(tmp_path, monkeypatch, system, variable, folder):
    monkeypatch.delenv("HAVENWARD_STATE")
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setenv(variable, str(tmp_path))
    assert audit_log() == tmp_path / folder / "audit.jsonl"
