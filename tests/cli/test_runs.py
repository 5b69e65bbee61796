"""`havenward runs` and `havenward verify`, as a user types them: what is made is listed, shown, made again and verified."""

from __future__ import annotations

import json
import shutil
import sqlite3

import pytest
import zarr
from typer.testing import CliRunner

from havenward.cli.main import app
from havenward.ensemble.catalogue import Catalogue, Filters
from havenward.run.reading import digest_of
from tests.cli.flee_runs import tiny
from tests.scenario_flee.helpers import written

PLOTS = "set_capacity date=2010-03-10 camp='Long Meadow' plots=40"
CORRIDOR = "open_corridor date=2010-03-10 from_place='Tarrow North' crossing='Stone Bridge' use=front"
SHORT = ("--until", "2010-03-13")


def havenward(*arguments):
    return CliRunner().invoke(app, [str(part) for part in arguments])


def done(*arguments):
    found = havenward(*arguments)
    assert found.exit_code == 0, found.output
    return found


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A catalogue, and in it a run, an ensemble and a comparison."""
    folder = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAVENWARD_STATE", str(folder / "state"))
        done("run", "toy", "--members", 3, *SHORT, "--edit", CORRIDOR, "--out", folder / "run")
        options = ("--workers", 0, "--seed", 7, "--set", "persons_a_plot=6")
        done("ensemble", "toy", "--members", 5, "--block", 2, *SHORT, *options, "--out", folder / "ensemble")
        more = ("--assumptions", "median", "--quantity", "in_camp@Long Meadow")
        done("compare", "toy", PLOTS, "--members", 3, *SHORT, *more, "--workers", 0, "--out", folder / "comparison")
    return folder


@pytest.fixture
def made(filled, tmp_path, monkeypatch):
    """The folder in which they lie, with a catalogue that may be changed."""
    shutil.copytree(filled / "state", tmp_path / "state")
    monkeypatch.setenv("HAVENWARD_STATE", str(tmp_path / "state"))
    return filled


def listed(*filters):
    return json.loads(done("runs", "--json", *filters).stdout)


def id_of(kind):
    (entry,) = listed("--kind", kind)["runs"]
    return entry["id"]


def one_clear_line(result):
    """Exit code 1 and a message, not a traceback."""
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("havenward: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_what_was_made_is_listed_the_newest_first(made):
    told = listed()
    assert told["number"] == 3
    assert {entry["kind"]: entry["place"] for entry in told["runs"]} == {
        kind: str(made / kind) for kind in ("comparison", "ensemble", "run")
    }
    when = [entry["made"] for entry in told["runs"]]
    assert when == sorted(when, reverse=True)
    assert {entry["state"] for entry in told["runs"]} == {"here"}
    by_kind = {entry["kind"]: entry for entry in told["runs"]}
    record = json.loads((made / "run" / "run.json").read_text(encoding="utf-8"))
    for key in (
        "run_id",
        "scenario",
        "title",
        "tier",
        "solver",
        "members",
        "members_done",
        "seed",
        "days",
        "status",
        "caution",
    ):
        assert by_kind["run"][key] == record[key], key
    assert by_kind["run"]["outcome"] == record["outcome_sha256"]
    assert by_kind["comparison"]["edits"] == "set_capacity"
    assert by_kind["ensemble"]["seed"] == 7


def test_the_table_has_a_line_for_each(made):
    lines = done("runs").stdout.splitlines()
    assert len(lines) == 4
    assert [word in lines[0] for word in ("id", "made (UTC)", "kind", "tier", "folder")] == [True] * 5
    for kind in ("run", "ensemble", "comparison"):
        assert sum(f"{made / kind}" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("filters", "kinds"),
    [
        (("--kind", "run"), {"run"}),
        (("--scenario", "toy"), {"run", "ensemble", "comparison"}),
        (("--scenario", "mosul"), set()),
        (("--tier", "public"), {"run", "ensemble", "comparison"}),
        (("--tier", "restricted"), set()),
        (("--status", "complete"), {"run", "ensemble", "comparison"}),
        (("--status", "broken-off"), set()),
        (("--solver", "mean"), set()),
        (("--edited",), {"run", "comparison"}),
        (("--not-edited",), {"ensemble"}),
        (("--since", "2020-01-01"), {"run", "ensemble", "comparison"}),
        (("--since", "2999-01-01"), set()),
        (("--text", "OPEN_corridor"), {"run"}),
    ],
)
def test_filters(made, filters, kinds):
    assert {entry["kind"] for entry in listed(*filters)["runs"]} == kinds


def test_a_limit_says_how_to_see_more(made):
    told = done("runs", "--limit", 2).stdout
    assert len(told.splitlines()) == 4
    assert told.endswith("1 more: use --limit 3, or ask for fewer by --scenario, --since, --text\n")


def test_nothing_is_told_as_nothing(made, tmp_path, monkeypatch):
    assert "No such run is in the catalogue" in done("runs", "--scenario", "mosul").stdout
    monkeypatch.setenv("HAVENWARD_STATE", str(tmp_path / "empty"))
    assert done("runs").stdout.startswith(f"Nothing is in the catalogue {tmp_path / 'empty' / 'catalogue.db'}; enter")
    assert listed()["runs"] == []


def test_show_tells_all_with_what_must_be_said(made):
    shown = done("runs", "show", id_of("run")[:5]).stdout
    record = json.loads((made / "run" / "run.json").read_text(encoding="utf-8"))
    assert shown.startswith("PUBLIC\nWith 1 edit: The siege of Tarrow (invented)\n")
    for words in (record["run_id"], str(made / "run"), "there as it was entered", "open_corridor", "2010-03-13"):
        assert words in shown
    assert "On the last day (50 % interval, over assumptions and chance):" in shown
    assert "This is not a recommendation to open it." in shown
    told = json.loads(done("runs", "show", record["run_id"], "--json").stdout)
    assert told == next(entry for entry in listed()["runs"] if entry["kind"] == "run")


@pytest.mark.parametrize("kind", ["run", "ensemble", "comparison"])
def test_each_kind_is_made_again_to_the_bit_and_verified(made, tmp_path, kind):
    again = done("runs", "again", id_of(kind), "--out", tmp_path / "again", "--workers", 0)
    assert again.stdout == f"Folder: {tmp_path / 'again'}\nEvery bit is that of {made / kind}.\n"
    entries = [entry for entry in listed()["runs"] if entry["kind"] == kind]
    assert [entry["place"] for entry in entries] == [str(tmp_path / "again"), str(made / kind)]
    alike = ("run_id", "scenario", "edits", "members", "figures", "caution")
    for key in alike if kind == "run" else (*alike, "outcome"):
        assert entries[0][key] == entries[1][key], key
    for table in ("summary.csv", "comparison.csv", "base/summary.csv", "edit-1/summary.csv"):
        if (made / kind / table).exists():
            assert (tmp_path / "again" / table).read_bytes() == (made / kind / table).read_bytes()
    for named in (id_of_place(tmp_path / "again"), made / kind):
        told = json.loads(done("verify", named, "--members", 2, "--json").stdout)
        assert told["holds"]
        assert len(told["parts"]) == (2 if kind == "comparison" else 1)
        assert all(len(part["members"]) == 2 and part["promise"] == "bits" for part in told["parts"])


def test_an_ensemble_that_stopped_is_made_again_as_far_as_it_counts(made, tmp_path):
    where, again = tmp_path / "stopped", tmp_path / "again"
    short = ["--until", "2010-03-20", "--block", "32", "--workers", "0"]
    done(
        "ensemble", "toy", "--members", "400", *short, "--until-precision", "90%", "--quantity", "home_held", "--out", where
    )
    assert done("runs", "again", where, "--out", again, "--workers", "0").stdout.endswith(f"is that of {where}.\n")
    old, new = (json.loads((folder / "ensemble.json").read_text()) for folder in (where, again))
    assert old["stopped"]
    assert old["members_done"] == new["members_done"] == 96
    assert old["precision"] == new["precision"]
    assert (where / "summary.csv").read_bytes() == (again / "summary.csv").read_bytes()
    assert len(list((again / "commits").iterdir())) == 3


def id_of_place(place):
    return next(entry["id"] for entry in listed()["runs"] if entry["place"] == str(place))


def test_a_comparison_by_a_file_of_edits_is_made_again_when_the_file_is_gone(made, tmp_path):
    edits = tmp_path / "edits.yaml"
    edits.write_text("- edit: set_capacity\n  date: 2010-03-10\n  camp: Long Meadow\n  plots: 40\n")
    done("compare", "toy", edits, "--members", 2, *SHORT, "--workers", 0, "--out", tmp_path / "first")
    edits.unlink()
    again = done("runs", "again", tmp_path / "first", "--workers", 0, "--json")
    told = json.loads(again.stdout)
    assert (told["run"], told["same_bits"], told["differences"]) == (str(tmp_path / "first.again"), True, [[], []])


def test_a_flee_folder_is_made_again_under_its_own_name(made, tmp_path):
    source = written(tiny(), tmp_path / "Case One")
    done("run", source, "--members", 2, "--public-sources", "UNHCR", "--out", tmp_path / "run")
    done("ensemble", source, "--members", 3, "--level", "exact", "--workers", 0, "--out", tmp_path / "ensemble")
    for kind in ("run", "ensemble"):
        done("runs", "again", tmp_path / kind, "--workers", 0)
        assert "holds" in done("verify", tmp_path / kind, "--all", "--json").stdout
        entries = listed("--scenario", "case-one", "--kind", kind)["runs"]
        assert [entry["model"] for entry in entries] == ["flee", "flee"]
        assert entries[0]["run_id"] == entries[1]["run_id"]


def test_bits_that_differ_are_told_with_the_first_by_again_and_by_verify(made, tmp_path):
    """A record that asks for the same, and an outcome that was altered and sealed anew."""
    folder = shutil.copytree(made / "run", tmp_path / "run")
    group = zarr.open_group(folder / "outcome.zarr", mode="r+")
    group["wait"][1, 4, 0] = 123.0
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    sealed = record | {"outcome_sha256": digest_of(folder / "outcome.zarr")}
    (folder / "run.json").write_text(json.dumps(sealed), encoding="utf-8")
    first = f"member 1, wait, {group['crossing'][0]}, 2010-03-05"
    told = one_clear_line(havenward("verify", folder, "--all"))
    assert told == f"havenward: {folder} is not what its scenario gives: {first}\n"
    again = havenward("runs", "again", folder)
    assert again.exit_code == 1
    assert again.stdout.endswith(f"Bits differ from those of {folder}. First: {first}.\n")
    sides = json.loads(havenward("verify", folder, "--all", "--json").stdout)
    assert sides["holds"] is False
    assert sides["parts"][0]["differences"][0]["member"] == 1


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("comparison.csv", "stock,", "flow,", "comparison.csv is not what its sides come to"),
        ("comparison.json", '"lower": 0.', '"lower": 1.', f"in_camp@Long Meadow with {PLOTS} is not what its sides come to"),
        (
            "comparison.json",
            '"quantities"',
            '"quantity"',
            "comparison.json is damaged ('quantities'); make the comparison anew",
        ),
    ],
)
def test_what_a_comparison_tells_wrongly_is_named(made, tmp_path, name, old, new, told):
    folder = shutil.copytree(made / "comparison", tmp_path / "comparison")
    content = (folder / name).read_text(encoding="utf-8")
    assert old in content
    (folder / name).write_text(content.replace(old, new), encoding="utf-8")
    found = havenward("verify", folder, "--members", 1)
    assert found.exit_code == 1
    assert told in found.stderr


def test_a_run_of_another_release_is_whole_and_not_computed_anew(made, tmp_path):
    folder = shutil.copytree(made / "run", tmp_path / "run")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps(record | {"version": "0.0.1"}), encoding="utf-8")
    told = one_clear_line(havenward("verify", folder))
    assert "is whole, but bits are promised by one release alone (release 0.0.1 then, " in told
    assert "install release 0.0.1 to compute members anew" in told


def test_a_folder_that_is_gone_or_changed_is_shown_as_such(made, tmp_path):
    for name in ("moved", "kept"):
        shutil.copytree(made / "run", tmp_path / name)
    added = done("runs", "add", tmp_path / "moved", tmp_path / "kept").stdout.splitlines()
    assert [line.split(": ", 1)[1] for line in added] == [
        f"run of toy-edited, {tmp_path / name}" for name in ("moved", "kept")
    ]
    (tmp_path / "moved").rename(tmp_path / "away")
    (tmp_path / "kept" / "run.json").write_text("{}")
    states = {entry["place"]: entry["state"] for entry in listed("--kind", "run")["runs"]}
    assert states == {
        str(made / "run"): "here",
        str(tmp_path / "moved"): "gone",
        str(tmp_path / "kept"): "changed",
    }
    table = done("runs").stdout
    assert f"gone: {tmp_path / 'moved'}" in table
    assert f"changed: {tmp_path / 'kept'}" in table
    gone = id_of_place(tmp_path / "moved")
    assert "(gone)" in done("runs", "show", gone).stdout
    assert f"{tmp_path / 'moved'}, the folder of {gone}, is gone" in one_clear_line(havenward("verify", gone))
    assert "run.json is damaged" in one_clear_line(havenward("verify", tmp_path / "kept"))
    changed = id_of_place(tmp_path / "kept")
    assert f"kept is not as it was when {changed} was entered" in one_clear_line(havenward("verify", changed))


def test_what_is_added_stands_even_if_another_folder_is_none(made, tmp_path):
    shutil.copytree(made / "run", tmp_path / "run")
    told = havenward("runs", "add", tmp_path, tmp_path / "run")
    assert told.exit_code == 1
    assert "so no finished run lies there" in told.stderr
    assert str(tmp_path / "run") in told.stdout
    assert listed()["number"] == 4


def test_forgetting_leaves_the_folder(made):
    wanted = id_of("ensemble")
    assert done("runs", "forget", wanted).stdout.startswith(f"Forgotten: {wanted}. Its folder is left as it is: ")
    assert listed()["number"] == 2
    assert (made / "ensemble" / "plan.json").exists()
    done("runs", "add", made / "ensemble")
    assert id_of("ensemble") == wanted


@pytest.mark.parametrize("broken", ["a file", "a server", "read only"])
def test_a_run_is_kept_where_the_catalogue_cannot_be_written(tmp_path, monkeypatch, broken):
    path = tmp_path / "catalogue.db"
    monkeypatch.setenv("HAVENWARD_CATALOGUE", f"sqlite:///{path}")
    if broken == "a file":
        path.write_text("no database " * 100)
    elif broken == "a server":
        monkeypatch.setenv("HAVENWARD_CATALOGUE", "postgresql://u:s3cret@127.0.0.1:1/d")
    else:
        Catalogue.at(f"sqlite:///{path}")
        monkeypatch.setenv("HAVENWARD_CATALOGUE", f"sqlite:///file:{path}?mode=ro&uri=true")
    told = havenward("run", "toy", "--members", 1, "--until", "2010-03-02", "--out", tmp_path / "run", "--json")
    assert told.exit_code == 0
    assert json.loads(told.stdout)["run"] == str(tmp_path / "run")
    assert told.stderr.startswith(f"{tmp_path / 'run'} is kept, but not in the catalogue: the catalogue ")
    assert told.stderr.endswith(f"then `havenward runs add {tmp_path / 'run'}`\n")
    assert told.stderr.count("\n") == 1
    assert "s3cret" not in told.stderr


def test_the_environment_names_another_catalogue(made, tmp_path, monkeypatch):
    monkeypatch.setenv("HAVENWARD_CATALOGUE", f"sqlite:///{tmp_path / 'other.db'}")
    done("runs", "add", made / "run")
    assert listed()["number"] == 1
    monkeypatch.delenv("HAVENWARD_CATALOGUE")
    assert listed()["number"] == 3


def test_a_catalogue_that_is_lost_is_made_anew_from_folders(made, tmp_path):
    before = Catalogue.usual().find(Filters())
    (tmp_path / "state" / "catalogue.db").unlink()
    done("runs", "add", made / "comparison", made / "run", made / "ensemble")
    assert Catalogue.usual().find(Filters()) == before


def test_a_broken_catalogue_is_one_clear_error_of_every_verb(made, tmp_path):
    (tmp_path / "state" / "catalogue.db").write_text("no database " * 100)
    for words in (("runs",), ("runs", "show", "a"), ("runs", "forget", "a"), ("runs", "again", "a"), ("verify", "a")):
        told = one_clear_line(havenward(*words))
        assert "is damaged (file is not a database): move the file away, and enter the runs anew by" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("runs", "--since", "yesterday"), "--since 'yesterday' is no date; write it as 2016-10-17"),
        (("runs", "show", "xyz"), "no run 'xyz' is in the catalogue"),
        (("runs", "again", "xyz"), "no run 'xyz' is in the catalogue"),
        (("verify", "xyz"), "no run 'xyz' is in the catalogue"),
        (("verify", "."), "so no finished run lies there"),
        (("verify", ".", "--all", "--members", 3), "--all and --members say different things: leave one out"),
    ],
)
def test_what_cannot_be_is_one_clear_line(made, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    assert told in one_clear_line(havenward(*words))


def test_an_old_folder_is_never_written_over(made, tmp_path):
    for kind in ("run", "ensemble", "comparison"):
        told = one_clear_line(havenward("runs", "again", id_of(kind), "--out", made / "ensemble", "--workers", 0))
        assert "ensemble is there already; give another --out, or remove it" in told


def test_what_was_broken_off_is_gone_on_with(made, tmp_path):
    for kind, part in (("ensemble", "."), ("comparison", "edit-1")):
        out = tmp_path / kind
        done("runs", "again", id_of_place(made / kind), "--out", out, "--workers", 0)
        (out / part / "commits" / "000000.json").unlink()
        told = done("runs", "again", id_of_place(made / kind), "--out", out, "--workers", 0, "--resume")
        assert told.stdout.endswith(f"Every bit is that of {made / kind}.\n")
    words = ("runs", "again", made / "run", "--resume")
    assert "--resume goes on with what lies in --out: name that folder" in one_clear_line(havenward(*words))
    told = one_clear_line(
        havenward("runs", "again", made / "ensemble", "--out", tmp_path / "comparison" / "base", "--resume")
    )
    assert "base holds another ensemble, which differs in block, changes" in told


def test_no_content_stands_in_the_catalogue(made, tmp_path):
    """Neither where an edit is made nor a count of people below ten, in any column."""
    with sqlite3.connect(tmp_path / "state" / "catalogue.db") as connection:
        rows = str(connection.execute("SELECT * FROM havenward_runs").fetchall())
    assert "Tarrow North" not in rows
    assert "Long Meadow" not in rows
    assert "captured" not in rows
