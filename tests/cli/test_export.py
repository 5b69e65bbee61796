"""`havenward export`: Flee's table to the byte, ensembles, folders, and what may not leave the screen."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import pandas as pd
import pytest

from havenward.guard.audit import audit_log
from havenward.run.reading import open_run
from havenward.scenario.flee.read import read_flee
from havenward.scenario.flee.write import write_flee
from tests.cli.flee_runs import SETTINGS, broken_off, havenward, made, tiny
from tests.fit.helpers import hastened
from tests.scenario_flee.helpers import INSTANCES, flooded, replaced, small, written
from tests.shared import needed

HEADER = (
    "Day,Date,Camp sim,Camp data,Camp error,Total error,refugees in camps (UNHCR),total refugees (simulation),"
    "raw UNHCR refugee count,refugees in camps (simulation),refugee_debt\n"
)
# Day 0 counts the total and the camp (10 + 10), later days what the camp changes by; 30 stay when 25 are registered.
EXACT = (
    "0,2010-01-02,10,10,0.0,0.0,10,10,20,10,0\n"
    "1,2010-01-03,20,20,0.0,0.0,20,20,30,20,0\n"
    "2,2010-01-04,30,30,0.0,0.0,30,30,40,30,0\n"
    "3,2010-01-05,30,25,0.2,0.14285714285714285,25,30,35,30,5\n"
    "4,2010-01-06,30,28,0.0714,0.05263157894736842,28,30,38,30,2\n"
)
MENDED = (
    "0,2010-01-01,10,10,0.0,0.0,10,10,10,10,0\n"
    "1,2010-01-02,20,20,0.0,0.0,20,20,20,20,0\n"
    "2,2010-01-03,30,30,0.0,0.0,30,30,30,30,0\n"
    "3,2010-01-04,30,25,0.2,0.2,25,30,25,30,5\n"
    "4,2010-01-05,30,28,0.0714,0.07142857142857142,28,30,28,30,2\n"
)


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    return made(tiny(), tmp_path_factory.mktemp("export"), "--level", "exact")


@pytest.fixture(scope="module")
def scattered(tmp_path_factory):
    """Ten members of the small folder, who differ."""
    folder = tmp_path_factory.mktemp("scattered")
    return made(small(), folder, "--level", "exact", "--members", "10")


def export(source, out, *options):
    done = havenward("export", source, "--to", "flee", "--out", out, *options)
    assert done.exit_code == 0, done.output
    return done


def refused(source, out, *options):
    """What is said of an export that is refused, and that nothing was written."""
    told = havenward("export", source, "--to", "flee", "--out", out, *options)
    assert told.exit_code == 1
    assert told.stdout == ""
    assert not Path(out).exists()
    assert told.stderr.count("havenward: ") == 1
    return told.stderr


def test_the_table_is_flees_to_the_byte(exact, tmp_path):
    """The mean of members that agree is what each of them is, in whole numbers."""
    export(exact, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == (HEADER + EXACT).encode()


def test_mended_the_date_is_the_days_own_and_day_0_counts_once(tmp_path):
    export(made(tiny(), tmp_path, "--level", "mended"), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == (HEADER + MENDED).encode()


def test_where_conflicts_drive_people_flee_writes_no_registers(tmp_path):
    """Five set out a day, and ten stand in the camp; the tail is nought but for those simulated."""
    rules = "  sum_from_camps: True\n  conflict_driven_spawning:\n    displaced_per_conflict_day: 5\n"
    run = made(tiny(settings=SETTINGS.replace("  sum_from_camps: True\n", rules)), tmp_path, "--level", "exact")
    export(run, tmp_path / "out.csv")
    rows = (tmp_path / "out.csv").read_text().splitlines()[1:]
    assert rows[0] == "0,2010-01-02,15,10,0.5,0.0,0,15,0,15,0"
    assert rows[4] == "4,2010-01-06,35,28,0.25,0.0,0,35,0,35,0"


def test_mended_the_registers_stand_there_even_so(tmp_path):
    rules = "  sum_from_camps: True\n  conflict_driven_spawning:\n    displaced_per_conflict_day: 5\n"
    run = made(tiny(settings=SETTINGS.replace("  sum_from_camps: True\n", rules)), tmp_path, "--level", "mended")
    export(run, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[5] == "4,2010-01-05,35,28,0.25,0.25,28,35,28,35,0"


def test_all_places_have_columns_where_floods_drive_people(tmp_path):
    files = {name: text.replace(b"2023-08", b"2013-08") for name, text in flooded().items()}
    export(made(files, tmp_path, "--level", "exact"), tmp_path / "out.csv")
    head = (tmp_path / "out.csv").read_text().splitlines()[0]
    assert head.startswith("Day,Date,Left sim,Left data,Left error,Right sim,Right data,Right error,Total error,")


def test_the_last_column_counts_camps_of_the_internally_displaced(tmp_path):
    """The camp is one from day 2 on: a change of kind alters that column, and no other."""
    files = replaced(tiny(), "simsetting.yml", "idp_totals: 0", "idp_totals: 1")
    files |= {"location_changes.csv": b"#name,new_type,day\nCamp,idpcamp,2\n"}
    files = replaced(
        files, "simsetting.yml", "  camp_movechance: 0.0\n", "  camp_movechance: 0.0\n  idpcamp_movechance: 0.0\n"
    )
    export(made(files, tmp_path, "--level", "exact"), tmp_path / "out.csv")
    rows = (tmp_path / "out.csv").read_text().splitlines()
    assert rows[0] == HEADER.strip() + ",total IDPs"
    assert [row.rsplit(",", 1)[1] for row in rows[1:]] == ["0", "0", "30", "30", "30"]


def test_a_folder_has_one_table_for_each_member_as_ensembles_of_flee_lie(scattered, tmp_path):
    export(scattered, tmp_path / "all")
    tables = sorted((tmp_path / "all" / "RUNS").glob("*/out.csv"), key=lambda path: int(path.parent.name))
    assert [path.parent.name for path in tables] == [str(number) for number in range(10)]
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["RUNS", "about.json"]
    outcome = open_run(scattered).outcome
    people = outcome["stock"].isel(count=0)
    for number, path in enumerate(tables):
        table = pd.read_csv(path)
        for camp in ("Delta", "Epsilon"):
            column = outcome["stock_site"].values.tolist().index(camp)
            assert table[f"{camp} sim"].tolist() == people[number, :, column].values.tolist()
        assert (table["refugees in camps (simulation)"] == table["Delta sim"] + table["Epsilon sim"]).all()
        home = outcome["stock_stage"].values.tolist().index("not_yet_displaced")
        total = people[number].sum("stock_series") - people[number, :, home]
        assert table["total refugees (simulation)"].tolist() == total.values.tolist()


def test_one_member_is_its_table_of_the_folder_and_the_mean_that_of_all(scattered, tmp_path):
    export(scattered, tmp_path / "all")
    export(scattered, tmp_path / "third.csv", "--member", "3")
    assert (tmp_path / "third.csv").read_bytes() == (tmp_path / "all" / "RUNS" / "3" / "out.csv").read_bytes()
    export(scattered, tmp_path / "mean.csv")
    members = [pd.read_csv(path) for path in (tmp_path / "all" / "RUNS").glob("*/out.csv")]
    mean = pd.read_csv(tmp_path / "mean.csv")
    assert any(not member.equals(members[0]) for member in members[1:])
    for column in ("Delta sim", "Epsilon sim", "refugees in camps (simulation)", "total refugees (simulation)"):
        expected = sum(member[column] for member in members) / len(members)
        assert mean[column].tolist() == pytest.approx(expected.tolist())
    expected = [
        0 if data == 0 else round(abs(sim / data - 1), 4)
        for sim, data in zip(mean["Epsilon sim"], mean["Epsilon data"], strict=True)
    ]
    assert mean["Epsilon error"].tolist() == pytest.approx(expected, abs=1e-4)


def test_days_keep_their_numbers_where_a_run_begins_later(tmp_path):
    export(made(tiny(), tmp_path, "--level", "exact", "--from", "2010-01-04"), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == HEADER + "".join(EXACT.splitlines(keepends=True)[3:])


def test_what_it_is_stands_beside_it(exact, tmp_path):
    told = export(exact, tmp_path / "out.csv", "--member", "1", "--json")
    answer = json.loads(told.stdout)
    assert answer == {"out": str(tmp_path / "out.csv"), "tables": 1, "tier": "public", "holds": "member 1 of 2"}
    about = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    record = json.loads((exact / "run.json").read_text(encoding="utf-8"))
    assert (about["run_id"], about["tier"], about["level"], about["hasten"]) == (record["run_id"], "public", "exact", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "out.json"]


def test_a_run_broken_off_is_written_as_far_as_it_got(exact, tmp_path):
    copy = broken_off(exact, tmp_path / "broken", members_done=1, days=3)
    export(copy, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == HEADER + "".join(EXACT.splitlines(keepends=True)[:3])
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["status"] == "broken off"


def test_every_export_is_in_the_audit_log_without_content(exact, tmp_path):
    export(exact, tmp_path / "out.csv", "--reason", "for a review")
    line = json.loads(audit_log().read_text(encoding="utf-8").splitlines()[-1])
    record = json.loads((exact / "run.json").read_text(encoding="utf-8"))
    assert (line["what"], line["run"], line["scenario"]) == ("export", record["run_id"], "case")
    assert (line["tier"], line["why"], line["where"]) == ("public", "for a review", str(tmp_path / "out.csv"))
    assert set(line) == {"when", "who", "what", "run", "scenario", "tier", "why", "where", "version"}


def test_what_cannot_be_logged_is_not_exported(exact, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("HAVENWARD_STATE", str(tmp_path / "file"))
    assert "audit log" in refused(exact, tmp_path / "out.csv")


def test_nothing_is_written_over(exact, tmp_path):
    export(exact, tmp_path / "out.csv")
    told = havenward("export", exact, "--to", "flee", "--out", tmp_path / "out.csv")
    assert told.exit_code == 1
    assert "is there already" in told.stderr
    (tmp_path / "other.json").write_text("mine")
    assert "other.json is there already" in refused(exact, tmp_path / "other.csv")
    assert (tmp_path / "other.json").read_text() == "mine"


def test_a_member_that_is_not_there_and_a_member_for_a_folder_are_refused(exact, tmp_path):
    assert "has no member 2; its members are 0 to 1" in refused(exact, tmp_path / "out.csv", "--member", "2")
    assert "one member goes into a file: write --out all.csv" in refused(exact, tmp_path / "all", "--member", "0")


def test_where_nothing_can_be_written_it_says_so_and_leaves_nothing(exact, tmp_path):
    (tmp_path / "file").write_text("no folder")
    assert "cannot write" in refused(exact, tmp_path / "file" / "out.csv")
    assert "cannot write" in refused(exact, tmp_path / "file" / "all")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_siege_is_refused_with_what_does_not_fit(tmp_path):
    havenward("run", "toy", "--members", "1", "--until", "2010-03-05", "--out", tmp_path / "toy")
    for source in ("toy", tmp_path / "toy"):
        told = refused(source, tmp_path / "out.csv")
        assert "is a siege" in told
        assert "no screening at crossings, no households" in told


@pytest.mark.parametrize(("days_ago", "tier"), [(10, "restricted"), (400, "partner")])
def test_a_live_case_leaves_the_screen_for_a_reason_and_under_its_tier_only(tmp_path, days_ago, tier):
    """Flee's table cannot round or say `<10`, so it tells more than partners may see."""
    run = made(tiny((dt.date.today() - dt.timedelta(days=days_ago)).isoformat()), tmp_path)
    assert json.loads((run / "run.json").read_text(encoding="utf-8"))["tier"] == tier
    out = tmp_path / "out.restricted.csv"
    assert "stated reason: add --reason" in refused(run, out)
    assert "stated reason: add --reason" in refused(run, out, "--reason", " ")
    assert f"write --out {out}" in refused(run, tmp_path / "out.csv", "--reason", "camp managers")
    told = export(run, out, "--reason", "camp managers")
    assert told.stdout.startswith("RESTRICTED")
    about = json.loads((tmp_path / "out.restricted.json").read_text(encoding="utf-8"))
    assert (about["tier"], about["banner"].split()[0]) == ("restricted", "RESTRICTED")
    line = json.loads(audit_log().read_text(encoding="utf-8").splitlines()[-1])
    assert (line["tier"], line["why"]) == ("restricted", "camp managers")


def test_age_alone_makes_no_closed_case(tmp_path):
    run = made(tiny(), tmp_path, sources="")
    assert json.loads((run / "run.json").read_text(encoding="utf-8"))["tier"] == "partner"
    told = refused(run, tmp_path / "out.restricted.csv")
    assert "a case that is not closed (tier partner)" in told
    assert "--public-sources" in told


def test_a_flee_folder_is_written_anew_and_reads_the_same(tmp_path):
    source = written(small(), tmp_path / "case")
    (source / "notes.csv").write_text("a stranger")
    clean = tmp_path / "out" / "clean.restricted"
    told = export(source, clean, "--reason", "to a colleague")
    assert "warning" in told.stderr
    assert read_flee(clean) == read_flee(source)
    assert not (clean / "notes.csv").exists()
    line = json.loads(audit_log().read_text(encoding="utf-8").splitlines()[-1])
    assert (line["what"], line["run"], line["scenario"]) == ("export", "", "case")


def test_a_flee_folder_has_no_members_is_not_written_over_and_must_be_sound(tmp_path):
    source = written(small(), tmp_path / "case")
    assert "so it has no members" in refused(source, tmp_path / "clean", "--member", "1")
    assert havenward("export", source, "--to", "flee", "--out", source).exit_code == 1
    (source / "input_csv" / "routes.csv").unlink()
    told = havenward("export", source, "--to", "flee", "--out", tmp_path / "clean")
    assert told.exit_code == 1
    assert "routes.csv" in told.stdout
    assert not (tmp_path / "clean").exists()


@pytest.mark.parametrize("start", ["2010-01-01", (dt.date.today() - dt.timedelta(days=10)).isoformat()])
def test_a_flee_folder_bears_no_mark_and_needs_a_reason(tmp_path, start):
    source = written(tiny(start), tmp_path / "case")
    assert "add --reason" in refused(source, tmp_path / "clean.restricted")
    export(source, tmp_path / "clean.restricted", "--reason", "to a colleague")


@pytest.mark.shared
def test_registers_and_totals_are_those_that_flee_itself_wrote(tmp_path):
    """Mali at ten persons an agent: every figure of `data`, and how many set out, which leaves nothing to chance."""
    needed(INSTANCES)
    write_flee(hastened(read_flee(INSTANCES / "mali2012"), 10), tmp_path / "mali")
    mark = ("--public-sources", "UNHCR, ACLED")
    done = havenward("run", tmp_path / "mali", "--level", "exact", "--members", "1", "--out", tmp_path / "run", *mark)
    assert done.exit_code == 0, done.output
    export(tmp_path / "run", tmp_path / "out.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    with (INSTANCES.parent / "reference" / "mali2012.csv").open(encoding="utf-8", newline="") as file:
        flees = list(csv.DictReader(file))
    compared = 0
    for row in flees:
        ours = rows[int(row["day"])]
        if row["camp"] == "_created_total":
            assert float(ours["total refugees (simulation)"]) == float(row["mean"])
        elif row["data"]:
            assert int(ours[f"{row['camp']} data"]) == int(row["data"])
            compared += 1
    assert compared > 200
    assert rows[0]["Date"] == "2012-03-01"
