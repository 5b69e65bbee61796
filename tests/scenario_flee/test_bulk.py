"""Rows that nothing is to be told of are checked together: with the same result as one by one, and the same messages."""

from random import Random

import pytest

from havenward.scenario.flee import lines, read_places
from havenward.scenario.flee.folder import MAX_LARGE_BYTES
from havenward.scenario.flee.read import check_flee, check_flee_files
from havenward.scenario.folder import MAX_TABLE_BYTES
from havenward.scenario.sheet import MAX_ROWS
from tests.scenario.mutations import MUTATIONS, change_yaml
from tests.scenario_flee.helpers import Files, small, written

GEOGRAPHY = {"input_csv/locations.csv": 8, "input_csv/routes.csv": 4}
"""Tables, and columns that have a fixed order."""
SPOILS = [mutation for mutation in MUTATIONS if mutation is not change_yaml]


def plain() -> Files:
    """The small folder without attributes of places and roads."""
    files = small()
    for name, width in GEOGRAPHY.items():
        rows = files[name].decode().splitlines()
        files[name] = "".join(",".join(row.split(",")[:width]) + "\n" for row in rows).encode()
    return files


def one_by_one(monkeypatch, files: Files):
    with monkeypatch.context() as patch:
        patch.setattr(read_places, "in_bulk", lambda table, model, plain: ([], table))
        return check_flee_files(files)


def test_most_rows_of_a_plain_folder_are_checked_together(monkeypatch):
    seen = []

    def counted(table, model, plain):
        made, rest = lines.in_bulk(table, model, plain)
        seen.append((model.__name__, len(made), len(rest.rows)))
        return made, rest

    monkeypatch.setattr(read_places, "in_bulk", counted)
    found, _ = check_flee_files(plain())
    assert found is not None
    assert seen == [("Location", 3, 4), ("Route", 6, 0)]
    assert [place.name for place in found.locations] == ["Alpha", "Beta", "Gamma", "Turn", "Hub", "Delta", "Epsilon"]


@pytest.mark.parametrize("chunk", [1, 2, 50_000])
@pytest.mark.parametrize("shard", range(4))
def test_spoilt_geography_is_told_of_alike(monkeypatch, chunk, shard):
    monkeypatch.setattr(lines, "CHUNK", chunk)
    random = Random(shard)
    taken = 0
    for _ in range(100):
        files = plain()
        name = random.choice(list(GEOGRAPHY))
        spoilt = {name: files[name]}
        for _ in range(random.choice([1, 2, 3])):
            spoilt = random.choice(SPOILS)(spoilt, random)
        files |= spoilt
        together, alone = check_flee_files(files), one_by_one(monkeypatch, files)
        assert together == alone
        taken += together[0] is not None
    assert 0 < taken < 100


NUMBERS = [
    "0",
    "1",
    "-5",
    "1e2",
    "1.",
    ".5",
    "1,5",
    "1_0",
    "nan",
    "inf",
    "١٢",
    "9" * 10,
    "1" * 13,
    "0.0",
    "+3",
    "41000",
    "1.0",
]
CELLS = [*NUMBERS, "", " ", "x", "Alpha", "a|b", "a>b", "x" * 90, "camp", "town", "TOWN", "conflict"]


@pytest.mark.parametrize("shard", range(4))
def test_odd_cells_are_told_of_alike(monkeypatch, shard):
    random = Random(shard)
    for _ in range(200):
        files = plain()
        name = random.choice(list(GEOGRAPHY))
        rows = [row.split(",") for row in files[name].decode().splitlines()]
        for _ in range(random.choice([1, 2])):
            row = random.choice(rows[1:])
            row[random.randrange(len(row))] = f'"{random.choice(CELLS)}"'
        files[name] = "".join(",".join(row) + "\n" for row in rows).encode()
        assert check_flee_files(files) == one_by_one(monkeypatch, files)


def test_geography_may_be_larger_than_other_tables(tmp_path):
    many = "".join(f"\nAlpha,Beta,{100 + k}" for k in range(MAX_ROWS + 5))
    files = plain() | {"input_csv/routes.csv": b"#name1,name2,distance" + many.encode()}
    _, problems = check_flee_files(files)
    assert not [problem for problem in problems if "rows" in problem.wrong and "more than" in problem.wrong]
    assert MAX_LARGE_BYTES > MAX_TABLE_BYTES
    folder = written(plain(), tmp_path / "folder")
    with (folder / "input_csv" / "routes.csv").open("r+b") as file:
        file.truncate(MAX_LARGE_BYTES + 1)
    _, problems = check_flee(folder)
    assert "larger than 500 MB" in problems[0].wrong
