"""`havenward score`: figures worked out by hand, what stands beside them, and what is refused."""

from __future__ import annotations

import csv
import datetime as dt
import json

import pytest

from havenward.fit.scorecard import MEANINGS
from havenward.guard.audit import audit_log
from tests.cli.flee_runs import SETTINGS, broken_off, havenward, made, tiny

ERRORS = (0, 0, 0, 5 / 25, 2 / 28)
"""The camp keeps the 30 who came when its register falls to 25 and 28."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made(tiny(), tmp_path_factory.mktemp("score"), "--level", "exact")


def test_the_table_is_pasted_as_markdown_under_the_banner(run):
    told = havenward("score", run)
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("PUBLIC. Run ")
    for words in ("level exact", "2 members", "2010-01-01 to 2010-01-05 (5 days) at 1 camp", "means of single runs"):
        assert words in told.stdout
    lines = [line for line in told.stdout.splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in lines] == [*MEANINGS, "inside"]
    assert lines[0].startswith(f"| `ard` | {sum(ERRORS) / 5:.3f} | {sum(ERRORS) / 5:.3f} | 0.000 | averaged")


def test_what_a_short_run_cannot_be_scored_by_is_left_open(run):
    """Nothing was printed from day 30 on; `nan` is no word for people."""
    told = havenward("score", run).stdout
    assert "scores that need one are left open" in told
    assert "| `change` | - | - | - |" in told
    assert "nan" not in told


def test_json_is_one_object(run):
    told = json.loads(havenward("score", run, "--json").stdout)
    assert (told["tier"], told["banner"], told["level"], told["hasten"]) == ("public", "PUBLIC", "exact", 1)
    assert (told["members"], told["days"], told["camps"], told["first_day"]) == (2, 5, ["Camp"], "2010-01-01")
    assert told["scores"]["ard"]["value"] == pytest.approx(sum(ERRORS) / 5)
    assert told["scores"]["ard_rescaled"]["value"] == 0
    assert told["scores"]["change"]["value"] is None


def test_it_prints_no_counts_of_people(run):
    words = havenward("score", run).stdout.replace("|", " ").split()
    assert not {"10", "20", "25", "28"} & set(words)


def test_agents_of_several_persons_are_told(tmp_path):
    run = made(tiny(settings=SETTINGS.replace("hasten: 1", "hasten: 5")), tmp_path)
    assert "each agent for 5 persons" in havenward("score", run).stdout


def test_the_course_of_the_error_is_a_table_with_its_meanings_beside_it(run, tmp_path):
    told = havenward("score", run, "--by-day", tmp_path / "course.csv")
    assert told.exit_code == 0, told.output
    with (tmp_path / "course.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["date"], int(row["day"])) for row in rows[:2]] == [("2010-01-01", 0), ("2010-01-02", 1)]
    assert [float(row["error"]) for row in rows] == pytest.approx(ERRORS, abs=5e-5)
    assert [float(row["members_mean"]) for row in rows] == pytest.approx(ERRORS, abs=5e-5)
    about = json.loads((tmp_path / "course.json").read_text(encoding="utf-8"))
    assert about["tier"] == "public"
    assert list(about["columns"]) == list(rows[0])
    last = json.loads(audit_log().read_text(encoding="utf-8").splitlines()[-1])
    assert (last["what"], last["where"]) == ("export", str(tmp_path / "course.csv"))
    again = havenward("score", run, "--by-day", tmp_path / "course.csv")
    assert again.exit_code == 1
    assert "is there already" in again.stderr


def test_days_that_a_run_does_not_keep_are_not_scored(tmp_path):
    """Kept are days 3 and 4, whose errors are 0.2 and 2/28."""
    run = made(tiny(), tmp_path, "--level", "exact", "--from", "2010-01-04")
    told = json.loads(havenward("score", run, "--json").stdout)
    assert (told["days"], told["first_day"]) == (2, "2010-01-04")
    assert told["scores"]["ard"]["value"] == pytest.approx((ERRORS[3] + ERRORS[4]) / 2)


def test_a_run_broken_off_is_scored_on_what_it_has_and_says_so(run, tmp_path):
    copy = broken_off(run, tmp_path / "broken", members_done=1, days=4)
    told = havenward("score", copy)
    assert told.exit_code == 0, told.output
    assert "1 member." in told.stdout
    assert "2010-01-01 to 2010-01-04 (4 days)" in told.stdout
    assert "broken off: it is scored on the days and members that it has, of 2 members until 2010-01-05" in told.stdout
    assert f"| `ard` | {ERRORS[3] / 4:.3f} | {ERRORS[3] / 4:.3f} | - |" in told.stdout


def test_age_alone_makes_no_closed_case(tmp_path):
    run = made(tiny(), tmp_path, sources="")
    assert havenward("score", run).stdout.startswith("PARTNER")
    refused = havenward("score", run, "--by-day", tmp_path / "course.restricted.csv")
    assert refused.exit_code == 1
    assert "add --reason" in refused.stderr


def test_a_siege_is_sent_to_evidence_in_one_sentence(tmp_path):
    havenward("run", "toy", "--members", "1", "--until", "2010-03-05", "--out", tmp_path / "toy")
    told = havenward("score", tmp_path / "toy")
    assert told.exit_code == 1
    assert told.stdout == ""
    assert f"is a run of a siege, which `havenward evidence {tmp_path / 'toy'}` compares" in told.stderr


def test_what_is_no_run_is_one_clear_error(tmp_path):
    told = havenward("score", tmp_path)
    assert told.exit_code == 1
    assert told.stderr.startswith("havenward: ")


def test_a_live_case_is_scored_on_the_screen_and_leaves_it_for_a_reason_only(tmp_path):
    """With one camp, an error and a register give its stock."""
    run = made(tiny((dt.date.today() - dt.timedelta(days=30)).isoformat()), tmp_path)
    assert havenward("score", run).stdout.startswith("RESTRICTED")
    out = tmp_path / "course.restricted.csv"
    refused = havenward("score", run, "--by-day", out)
    assert refused.exit_code == 1
    assert "add --reason" in refused.stderr
    assert not out.exists()
    assert havenward("score", run, "--by-day", out, "--reason", "review").exit_code == 0
    assert json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))["tier"] == "restricted"
