"""`havenward compare`: base and edits from the command line, once more with --resume, and what is refused."""

from __future__ import annotations

import csv
import json

import openpyxl
import pytest
from typer.testing import CliRunner

from havenward.cli.main import app
from havenward.ensemble.compared import TOGETHER
from havenward.guard.audit import audit_log

DESKS = "set_capacity date=2010-03-10 camp='Long Meadow' plots=40"
SHORT = ["--until", "2010-03-25", "--members", "4", "--workers", "0"]


def compare(*words):
    return CliRunner().invoke(app, ["compare", "toy", *words])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("compare") / "desks"
    done = compare(DESKS, *SHORT, "--out", str(where))
    assert done.exit_code == 0, done.output
    return where, done.output


def test_both_sides_and_the_change_are_told(folder):
    where, told = folder
    assert told.startswith("PUBLIC")
    assert "4 pairs, seed 1; mean (60% interval, over assumptions and chance)" in told, "what four members bear"
    assert "falls in" in told
    assert "Pairing" not in told, "a ratio of variances of four values says nothing"
    rows = list(csv.DictReader((where / "comparison.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["edit"] for row in rows} == {DESKS}
    before = [row for row in rows if row["date"] < "2010-03-10"]
    assert before
    assert all(float(row["change_q95"]) == float(row["change_q05"]) == 0 for row in before)
    assert (where / "comparison.xlsx").stat().st_size > 5_000
    assert sorted(path.name for path in where.iterdir() if path.is_dir()) == ["base", "edit-1"]


def test_both_sides_and_the_comparison_are_in_the_audit_log(tmp_path):
    before = audit_log().read_text(encoding="utf-8").splitlines() if audit_log().exists() else []
    assert compare(DESKS, *SHORT, "--out", str(tmp_path / "x")).exit_code == 0
    lines = [json.loads(line) for line in audit_log().read_text(encoding="utf-8").splitlines()[len(before) :]]
    assert [line["where"].removeprefix(str(tmp_path)) for line in lines] == ["/x/base", "/x/edit-1", "/x"]
    assert {line["tier"] for line in lines} == {"public"}


def test_it_is_the_same_once_more(folder):
    where, told = folder
    content = (where / "comparison.csv").read_bytes()
    again = compare(DESKS, *SHORT, "--out", str(where), "--resume")
    assert again.exit_code == 0
    assert again.stdout.splitlines() == told.splitlines()
    assert (where / "comparison.csv").read_bytes() == content


def test_a_folder_that_holds_anything_else_is_left_alone(folder, tmp_path):
    there, _ = folder
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("precious", encoding="utf-8")
    file = tmp_path / "file"
    file.write_text("precious", encoding="utf-8")
    words = [DESKS, *SHORT]
    again = [*words, "--resume"]
    for where, given, wrong in (
        (other, words, "holds something else than a comparison (thesis.txt); give another --out, or empty it"),
        (other, again, "holds something else than a comparison (thesis.txt); give another --out, or empty it"),
        (there / "base", again, "holds something else than a comparison (commits); give another --out"),
        (file, words, "is a file; give a folder by --out"),
        (there, words, "holds a comparison already; go on with it by --resume, or give another --out"),
    ):
        before = {path: path.stat().st_mtime_ns for path in where.rglob("*")}
        done = compare(*given, "--out", str(where))
        assert done.exit_code == 1
        assert f"{where} {wrong}" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert {path: path.stat().st_mtime_ns for path in where.rglob("*")} == before
    empty = tmp_path / "empty"
    empty.mkdir()
    assert compare(*words, "--out", str(empty)).exit_code == 0, "an empty folder may be filled"


def test_one_of_more_edits_is_not_gone_on_with_by_fewer(folder):
    where, _ = folder
    (where / "edit-2").mkdir()
    done = compare(DESKS, *SHORT, "--out", str(where), "--resume")
    (where / "edit-2").rmdir()
    assert done.exit_code == 1
    assert "holds a comparison of 2 edits, not 1; name all, or give another --out" in done.stderr


def test_named_quantities_as_json(folder):
    where, _ = folder
    words = ["--quantity", "in_host@Eastholm", "--json", "--resume"]
    done = compare(DESKS, *SHORT, "--out", str(where), *words)
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["members"] == 4
    figures = told["edits"][DESKS]["quantities"]["in_host@Eastholm"]
    assert set(figures) == {"base", "edited", "change", "error", "lower", "higher", "variance_ratio"}
    assert figures["change"]["mean"] == pytest.approx(figures["edited"]["mean"] - figures["base"]["mean"], abs=0.2)


def test_an_opened_corridor_says_what_must_be_said(tmp_path):
    corridor = "open_corridor date=2010-03-10 from_place='Tarrow North' crossing='Stone Bridge' use=front"
    done = compare(corridor, *SHORT, "--out", str(tmp_path / "corridor"))
    assert done.exit_code == 0, done.output
    for word in ("induction", "diversion", "danger", "not a recommendation", "interception"):
        assert word in done.output


NORTH, SOUTH = (
    f"open_corridor date=2010-03-10 from_place='Tarrow {side}' crossing='Stone Bridge' use=front"
    for side in ("North", "South")
)
CLOSED = "close_crossing date=2010-03-12 crossing='Stone Bridge'"


def test_corridors_side_by_side_are_not_ranked_by_danger(tmp_path):
    done = compare(NORTH, SOUTH, *SHORT, "--out", str(tmp_path / "two"))
    assert done.exit_code == 0, done.output
    assert "induction" in done.output
    assert "danger:" not in done.output
    table = (tmp_path / "two" / "comparison.csv").read_text(encoding="utf-8")
    assert not any(word in table for word in ("captured", "died_on_way", "turned_back", "dead_or_lost", "released"))


def test_a_group_of_edits_is_told_as_one(tmp_path):
    group = tmp_path / "group.yaml"
    group.write_text(
        "- {edit: open_corridor, date: 2010-03-10, from_place: Tarrow North, crossing: Stone Bridge, use: front}\n"
        "- {edit: set_capacity, date: 2010-03-10, camp: Long Meadow, plots: 40}\n",
        encoding="utf-8",
    )
    done = compare(SOUTH, str(group), *SHORT, "--out", str(tmp_path / "both"))
    assert done.exit_code == 0, done.output
    alone, together = done.stdout.split(f"With {group}")
    assert TOGETHER not in alone
    assert TOGETHER in together
    assert "Of the corridor Tarrow North>Stone Bridge" in together


@pytest.mark.parametrize(
    "words",
    [
        NORTH.replace("'Tarrow North'", "Millfield"),
        "set_fighting date=2010-03-10 place=Millfield intensity=0.5",
        "restore_phones date=2010-03-10 area=country",
    ],
)
def test_an_edit_of_small_places_alone_is_not_compared(tmp_path, words):
    """Whatever it changes anywhere, it changes for them: no total could be told."""
    done = compare(DESKS, words, *SHORT, "--out", str(tmp_path / "small"))
    assert done.exit_code == 1
    assert "alone, with fewer than 5,000 people: what it changes would say who left there" in done.stderr
    assert not (tmp_path / "small").exists()


def test_what_is_written_has_its_tier_and_its_caution(tmp_path):
    done = compare(NORTH, *SHORT, "--out", str(tmp_path / "one"), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "one" / "comparison.json").read_text(encoding="utf-8"))
    assert told["tier"] == "public"
    assert "not a recommendation" in told["edits"][NORTH]["caution"]
    assert told["edits"][NORTH]["edits"][0]["from_place"] == "Tarrow North"
    book = openpyxl.load_workbook(tmp_path / "one" / "comparison.xlsx")
    notes = " ".join(str(cell.value) for row in book["read me"].iter_rows() for cell in row)
    assert "not a recommendation" in notes
    assert "tier: public" in book.properties.keywords


@pytest.mark.parametrize(
    ("words", "code", "wrong"),
    [
        (["set_desk date=2010-03-10"], 1, "is no kind of edit"),
        ([DESKS, "--quantity", "arivals"], 1, "no arivals is told; there are:"),
        ([DESKS, "--quantity", "@Eastholm"], 1, "names no quantity"),
        ([DESKS, "--quantity", "captured"], 1, "rests on assumptions about danger"),
        ([DESKS, "--quantity", "home_held@Millfield"], 1, "Millfield has fewer than 5,000 people"),
        ([DESKS, "--quantity", "left_home@Millfield>Stone Bridge"], 1, "Millfield has fewer than 5,000 people"),
        ([CLOSED, "close_corridor date=2010-03-12 from_place='Tarrow North' crossing='Stone Bridge'"], 1, "one at a time"),
        ([DESKS, "--until", "2030-01-01"], 1, "does not lie within the scenario"),
        ([DESKS, "--members", "1"], 2, "than or equal to 2"),
    ],
)
def test_what_is_refused(tmp_path, words, code, wrong):
    done = compare(*SHORT, *words, "--out", str(tmp_path / "x"))
    assert done.exit_code == code
    assert wrong in " ".join(done.output.split())
    assert not list(tmp_path.rglob("commits/*")), "nothing was run"
