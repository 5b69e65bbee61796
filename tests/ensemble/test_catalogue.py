"""The catalogue, the same in SQLite and in PostgreSQL: entered, found, changed, forgotten; by several at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from havenward.ensemble.catalogue import Catalogue, Filters
from havenward.ensemble.entry import Entry
from havenward.run.request import RunError
from tests.ensemble.postgres import run_sql, server

NUMBERS = itertools.count()
SAMPLE = Entry(
    id="aaaa00000000",
    run_id="bbbb00000000",
    kind="run",
    place="/runs/toy",
    scenario="toy",
    title="The siege of Tarrow (invented)",
    model="siege",
    tier="public",
    solver="chain",
    members=10,
    members_done=10,
    seed=4294967295,
    first_day="2010-03-01",
    last_day="2010-03-25",
    days=25,
    edits="",
    status="complete",
    made="2026-01-02T03:04:05+00:00",
    version="0.1.0",
    outcome="0" * 64,
    record="1" * 64,
    interval="over assumptions and chance",
    caution="",
    figures={"in_camp": "100 to 500"},
)


@pytest.fixture(scope="module")
def socket():
    with server() as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """An address at which no catalogue is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalogue.db'}"
    folder = request.getfixturevalue("socket")
    name = f"team{next(NUMBERS)}"
    run_sql(folder, f"CREATE SCHEMA {name}")
    return f"postgresql://owner@/postgres?host={folder}&options=-csearch_path%3D{name}"


@pytest.fixture
def catalogue(address):
    return Catalogue.at(address)


def like(number: int, **more) -> Entry:
    made = (dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)).isoformat()
    unique = {"id": f"{number:012d}", "run_id": f"r{number}", "place": f"/runs/{number}", "made": made}
    return dataclasses.replace(SAMPLE, **unique | more)


def numbers(catalogue: Catalogue, limit=None, **filters) -> list[int]:
    return [int(entry.id) for entry in catalogue.find(Filters(**filters), limit)[0]]


def test_what_is_entered_is_found_whole_and_stays(catalogue, address):
    catalogue.enter(SAMPLE)
    assert catalogue.find(Filters()) == ([SAMPLE], 1)
    assert Catalogue.at(address).find(Filters()) == ([SAMPLE], 1)


def test_what_is_entered_again_takes_the_place_of_what_was_there(catalogue):
    catalogue.enter(SAMPLE)
    more = dataclasses.replace(SAMPLE, members_done=7, status="broken off", figures={})
    catalogue.enter(more)
    assert catalogue.find(Filters()) == ([more], 1)


def test_the_newest_stand_first_and_a_limit_says_how_many_there_are(catalogue):
    for number in (2, 5, 1, 4, 3):
        catalogue.enter(like(number))
    assert numbers(catalogue) == [5, 4, 3, 2, 1]
    some, number = catalogue.find(Filters(), 2)
    assert ([int(entry.id) for entry in some], number) == ([5, 4], 5)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"scenario": "toy"}, [4, 2, 1]),
        ({"scenario": "to_"}, []),
        ({"kind": "ensemble"}, [3]),
        ({"tier": "restricted"}, [2]),
        ({"status": "broken off"}, [1]),
        ({"solver": "mean"}, [3]),
        ({"since": dt.date(2026, 1, 4)}, [4, 3]),
        ({"edited": True}, [4]),
        ({"edited": False}, [3, 2, 1]),
        ({"text": "SET_DES"}, [4]),
        ({"text": "100%"}, [2]),
        ({"text": "0%"}, [2]),
        ({"text": "_"}, [4]),
        ({"text": "mosul", "kind": "run"}, []),
    ],
)
def test_filters(catalogue, filters, expected):
    catalogue.enter(like(1, status="broken off"))
    catalogue.enter(like(2, tier="restricted", place="/runs/100% sure"))
    catalogue.enter(like(3, scenario="mosul", kind="ensemble", solver="mean"))
    catalogue.enter(like(4, scenario="toy-edited", edits="set_desks"))
    assert numbers(catalogue, **filters) == expected


def test_one_is_named_by_the_first_letters_of_its_id_or_its_runs(catalogue):
    catalogue.enter(like(1, id="abcd00000000", run_id="ffff"))
    catalogue.enter(like(2, id="abce00000000", run_id="eeee"))
    assert catalogue.one("abcd").place == "/runs/1"
    assert catalogue.one("ee").place == "/runs/2"
    with pytest.raises(RunError, match=r"abc may be abce00000000 \(/runs/2\), abcd00000000 \(/runs/1\): give more letters"):
        catalogue.one("abc")
    for none in ("zz", "", "abc%", "abc_"):
        with pytest.raises(RunError, match=f"no run '{none}' is in the catalogue"):
            catalogue.one(none)


def test_what_is_forgotten_is_gone_and_nothing_else(catalogue):
    catalogue.enter(like(1))
    catalogue.enter(like(2))
    catalogue.forget(catalogue.one("000000000001"))
    assert numbers(catalogue) == [2]


ENTERING = """
import dataclasses, pathlib, sys, time
from havenward.ensemble.catalogue import Catalogue
from tests.ensemble.test_catalogue import like
address, first, gate = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
(gate / str(first)).touch()
end = time.monotonic() + 60
while len(list(gate.iterdir())) < 2 and time.monotonic() < end:
    time.sleep(0.005)
for number in range(first, first + 8):
    Catalogue.at(address).enter(like(number))
    Catalogue.at(address).enter(like(1000, seed=first))
"""


def test_several_enter_at_once_where_no_catalogue_is_yet(address, tmp_path):
    """Two processes begin at the same moment: they make the tables, enter what is theirs, and change the same entry."""
    gate = tmp_path / "gate"
    gate.mkdir()
    words = [sys.executable, "-c", ENTERING, address]
    begun = [
        subprocess.Popen([*words, str(first), str(gate)], stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
        for first in (0, 100)
    ]
    told = [one.communicate(timeout=120)[1] for one in begun]
    assert [one.returncode for one in begun] == [0, 0], told
    expected = sorted([1000, *(first + k for first in (0, 100) for k in range(8))])
    catalogue = Catalogue.at(address)
    assert sorted(numbers(catalogue)) == expected
    assert catalogue.one("000000001000").seed in (0, 100)


@pytest.mark.parametrize(("schema", "mend"), [(2, "take a release that does"), (0, "name another in HAVENWARD_CATALOGUE")])
def test_a_catalogue_of_another_release_is_refused(address, schema, mend):
    import sqlalchemy

    catalogue = Catalogue.at(address)
    with catalogue.engine.begin() as connection:
        connection.execute(sqlalchemy.text(f"UPDATE havenward_catalogue SET schema = {schema}"))
    with pytest.raises(RunError, match=f"has schema {schema}, and this release reads 1: {mend}"):
        Catalogue.at(address)


def test_a_file_that_is_no_catalogue_is_told_in_one_sentence_with_the_mend(tmp_path):
    path = tmp_path / "catalogue.db"
    path.write_text("no database at all " * 100)
    with pytest.raises(RunError, match=r"catalogue.db is damaged \(file is not a database\): move the file away, and enter"):
        Catalogue.at(f"sqlite:///{path}")
    assert path.read_text().startswith("no database"), "it is left for whoever can mend it"


def test_a_torn_catalogue_is_told_and_made_anew_from_entries(tmp_path):
    path = tmp_path / "catalogue.db"
    catalogue = Catalogue.at(f"sqlite:///{path}")
    for number in range(30):
        catalogue.enter(like(number))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(len(content) - 4096))
    with pytest.raises(RunError, match=r"is damaged \(.*malformed.*\): move the file away"):
        Catalogue.at(f"sqlite:///{path}").find(Filters())
    path.unlink()
    Catalogue.at(f"sqlite:///{path}").enter(SAMPLE)


def test_a_catalogue_that_others_hold_is_waited_for_and_then_told(tmp_path, monkeypatch):
    monkeypatch.setattr("havenward.ensemble.catalogue.PATIENCE", 0.2)
    path = tmp_path / "catalogue.db"
    catalogue = Catalogue.at(f"sqlite:///{path}")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RunError, match="database is locked"):
        Catalogue.at(f"sqlite:///{path}").enter(SAMPLE)
    holder.execute("ROLLBACK")
    holder.close()
    catalogue.enter(SAMPLE)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("no address s3cret", "HAVENWARD_CATALOGUE holds no address of a database; write it like sqlite"),
        (
            "mysql://u:s3cret@h/d",
            "HAVENWARD_CATALOGUE names a database of the kind mysql; a catalogue is kept in SQLite or PostgreSQL",
        ),
        ("sqlite:////nowhere/at/all/c.db", "/nowhere/at/all/c.db cannot be opened (unable to open database file)"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_what_is_secret(address, told):
    with pytest.raises(RunError) as found:
        Catalogue.at(address)
    assert told in str(found.value)
    assert "s3cret" not in str(found.value)


@pytest.mark.parametrize("where", ["postgresql://u:s3cret@127.0.0.1:1/d", "postgresql://u@127.0.0.1:1/d?password=s3cret"])
def test_a_server_that_is_away_is_told_without_the_password(where):
    with pytest.raises(RunError, match=r"^the catalogue postgresql://u.*@127.0.0.1:1/d cannot be read or written") as found:
        Catalogue.at(where)
    assert "s3cret" not in str(found.value)
    assert "\n" not in str(found.value)


def test_a_team_has_readers_and_writers(socket):
    """Who may not write can read; who may not make tables can enter."""
    Catalogue.at(f"postgresql://owner@/postgres?host={socket}").enter(like(1))
    run_sql(
        socket,
        "CREATE ROLE reader LOGIN",
        "CREATE ROLE planner LOGIN",
        "GRANT SELECT ON havenward_catalogue, havenward_runs TO reader, planner",
        "GRANT INSERT, UPDATE, DELETE ON havenward_runs TO planner",
    )
    planner = Catalogue.at(f"postgresql://planner@/postgres?host={socket}")
    planner.enter(like(2))
    planner.enter(like(2, seed=7))
    reader = Catalogue.at(f"postgresql://reader@/postgres?host={socket}")
    assert numbers(reader) == [2, 1]
    with pytest.raises(RunError, match="permission denied for table havenward_runs"):
        reader.enter(like(3))


def test_entries_say_whether_their_folder_is_there(undisturbed, tmp_path):
    folder = tmp_path / "toy"
    shutil.copytree(undisturbed, folder)
    entry = Entry.of(folder)
    assert entry.state == "here"
    record = folder / "ensemble.json"
    record.write_text(record.read_text().replace('"seed": 1', '"seed": 2'))
    assert entry.state == "changed"
    shutil.rmtree(folder)
    assert entry.state == "gone"
    assert dataclasses.replace(entry, place="s3://bucket/toy").state == "elsewhere"


def test_of_runs_that_are_not_public_no_figure_is_remembered(undisturbed, tmp_path):
    folder = tmp_path / "toy"
    shutil.copytree(undisturbed, folder)
    record = json.loads((folder / "ensemble.json").read_text())
    record["final"] |= {"in_camp": {"mean": 312.0, "q05": 129.0, "q50": 300.0, "q95": 442.0}}
    found = {}
    for tier in ("public", "partner", "restricted"):
        (folder / "ensemble.json").write_text(json.dumps(record | {"tier": tier}))
        found[tier] = Entry.of(folder).figures
    assert found == {"public": {"in_camp": "100 to 500"}, "partner": {}, "restricted": {}}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text[:200], r"ensemble.json is damaged: Invalid JSON"),
        (
            lambda text: text.replace('"solver"', '"sulver"'),
            r"ensemble.json is damaged at solver: Field required; make it anew",
        ),
    ],
)
def test_a_damaged_record_is_told_with_its_key(undisturbed, tmp_path, change, told):
    folder = tmp_path / "toy"
    shutil.copytree(undisturbed, folder)
    record = folder / "ensemble.json"
    record.write_text(change(record.read_text()))
    with pytest.raises(RunError, match=told):
        Entry.of(folder)
