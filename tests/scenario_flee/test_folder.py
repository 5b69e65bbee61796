"""Which folders are Flee's, which files of them are opened, and what is refused."""

import os

import pytest

from havenward.scenario.flee.folder import is_flee_folder
from havenward.scenario.flee.read import check_flee
from havenward.scenario.folder import BUNDLED, MAX_TABLE_BYTES
from tests.scenario_flee.helpers import flooded, small, without, written


def test_flee_folders_are_recognised(tmp_path):
    assert is_flee_folder(written(small(), tmp_path / "conflict"))
    assert is_flee_folder(written(flooded(), tmp_path / "flood"))
    flat = {name.removeprefix("input_csv/"): content for name, content in small().items()}
    assert is_flee_folder(written(flat, tmp_path / "flat"))
    assert is_flee_folder(written(without(small(), "input_csv/locations.csv", "simsetting.yml"), tmp_path / "torn"))


def test_other_folders_are_not(tmp_path):
    assert not is_flee_folder(tmp_path)
    assert not is_flee_folder(tmp_path / "absent")
    assert not is_flee_folder(tmp_path / "nul\0byte")
    assert not is_flee_folder(written({"locations.csv": b"x"}, tmp_path / "some"))
    for scenario in BUNDLED.iterdir():
        assert not is_flee_folder(scenario)


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    found, problems = check_flee(tmp_path / "absent")
    assert found is None
    assert [problem.wrong for problem in problems] == ["there is no such folder"]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links on this system")
def test_links_out_of_the_folder_are_refused(tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_bytes(small()["input_csv/routes.csv"])
    folder = written(small(), tmp_path / "folder")
    (folder / "input_csv" / "routes.csv").unlink()
    (folder / "input_csv" / "routes.csv").symlink_to(outside)
    found, problems = check_flee(folder)
    assert found is None
    assert [(p.file, p.wrong[:26]) for p in problems] == [("input_csv/routes.csv", "the file is a link that le")]


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    folder = written(small(), tmp_path / "folder")
    with (folder / "source_data" / "refugees.csv").open("r+b") as file:
        file.truncate(MAX_TABLE_BYTES + 1)
    _, problems = check_flee(folder)
    assert [(p.file, "larger than 50 MB" in p.wrong) for p in problems] == [("source_data/refugees.csv", True)]


def test_the_agents_file_is_not_even_opened_when_it_is_not_asked_for(tmp_path):
    files = small()
    files["simsetting.yml"] = files["simsetting.yml"].replace(b"csv_file: True", b"csv_file: False")
    files["input_csv/agents.csv"] = b"\xff\xfe not a table"
    found, problems = check_flee(written(files, tmp_path))
    assert found is not None
    assert found.agents == ()
    assert ["was not opened" in problem.wrong for problem in problems] == [True]
