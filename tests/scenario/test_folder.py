"""Folders: only known plain files within the folder are read, and never more than a limit."""

import os
import shutil
import socket
from pathlib import Path

import pytest

from havenward.scenario import folder
from havenward.scenario.create import create
from havenward.scenario.problems import ScenarioError
from havenward.scenario.read import check, check_files, load
from tests.scenario.helpers import Files, toy

posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and such names need a POSIX file system")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The toy in a folder of its own."""
    target = tmp_path / "scenario"
    shutil.copytree(folder.BUNDLED / "toy", target)
    return target


def write(target: Path, files: Files) -> None:
    target.mkdir()
    for name, content in files.items():
        (target / name).write_bytes(content)


def test_a_scenario_is_found_by_name_folder_or_header(copy):
    expected = load("toy")
    assert load(copy) == load(str(copy)) == load(copy / "scenario.yaml") == expected
    assert check_files(toy())[0] == expected


def test_a_bundled_name_wins_and_a_dot_means_the_folder(copy, monkeypatch):
    monkeypatch.chdir(copy.parent)
    shutil.move(copy, copy.parent / "toy")
    header = copy.parent / "toy" / "scenario.yaml"
    header.write_text(header.read_text(encoding="utf-8").replace("name: toy", "name: mine"), encoding="utf-8")
    assert load("toy").header.name == "toy"
    assert load("./toy").header.name == "mine"
    assert load(Path("toy")).header.name == "mine"


@pytest.mark.parametrize("name", ["toyy", "/no/such/folder", "toy/../nowhere", "../../../etc/nothing"])
def test_a_folder_that_is_not_there(name):
    with pytest.raises(ScenarioError, match="no such folder") as refused:
        load(name)
    (problem,) = refused.value.problems
    assert problem.row is None
    assert "one of: " in problem.mend


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_a_path_that_cannot_be(name):
    found, problems = check(name)
    assert found is None
    assert len(problems) == 1


def test_load_raises_every_problem_at_once(copy):
    (copy / "prices.csv").write_text("area,date,index\n*,2010-03-01,-1\n*,2010-13-01,1\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        load(copy)
    assert [(p.file, p.row, p.column) for p in refused.value.problems] == [
        ("prices.csv", 2, "index"),
        ("prices.csv", 3, "date"),
    ]
    assert "2 errors" in str(refused.value)
    assert "prices.csv, row 3, column 'date': '2010-13-01'" in str(refused.value)


@posix
def test_unknown_files_are_warned_of_with_the_nearest_name(copy):
    (copy / "price.csv").write_text("anything", encoding="utf-8")
    (copy / "prices.csv").rename(copy / "Prices.CSV")
    (copy / "readme.txt").write_text("left alone", encoding="utf-8")
    found, problems = check(copy)
    assert found is not None
    assert [(p.file, p.severity, p.row) for p in problems] == [
        ("Prices.CSV", "warning", None),
        ("price.csv", "warning", None),
    ]
    assert all(problem.mend.startswith("Did you mean 'prices.csv'?") for problem in problems)


@posix
def test_a_link_that_leads_out_is_refused(copy, tmp_path):
    outside = tmp_path / "outside.csv"
    (copy / "prices.csv").rename(outside)
    (copy / "prices.csv").symlink_to(outside)
    found, problems = check(copy)
    assert found is None
    assert [(p.file, p.row) for p in problems] == [("prices.csv", None)]
    assert "leads out" in problems[0].wrong


@posix
def test_a_link_within_the_folder_is_read(copy):
    (copy / "prices.csv").rename(copy / "prices-2010.txt")
    (copy / "prices.csv").symlink_to("prices-2010.txt")
    assert load(copy) == load("toy")


@posix
def test_a_link_to_nowhere_and_a_loop_are_refused(copy):
    (copy / "prices.csv").unlink()
    (copy / "prices.csv").symlink_to("gone.csv")
    (copy / "supplies.csv").unlink()
    (copy / "supplies.csv").symlink_to("supplies.csv")
    found, problems = check(copy)
    assert found is None
    assert [p.file for p in problems] == ["prices.csv", "supplies.csv"]
    assert all("cannot be opened" in p.wrong for p in problems)


@posix
def test_a_folder_or_a_pipe_in_place_of_a_file_is_refused(copy):
    (copy / "prices.csv").unlink()
    (copy / "prices.csv").mkdir()
    (copy / "supplies.csv").unlink()
    os.mkfifo(copy / "supplies.csv")
    found, problems = check(copy)
    assert found is None
    assert [p.file for p in problems] == ["prices.csv", "supplies.csv"]
    assert all("not a plain file" in p.wrong for p in problems)


def test_a_table_over_the_limit_is_refused_before_it_is_read(copy):
    with (copy / "prices.csv").open("r+b") as file:
        file.truncate(folder.MAX_TABLE_BYTES + 1)
    with (copy / "scenario.yaml").open("r+b") as file:
        file.truncate(folder.MAX_HEADER_BYTES + 1)
    found, problems = check(copy)
    assert found is None
    assert [(p.file, p.wrong) for p in problems] == [
        ("scenario.yaml", "the file is larger than 1 MB, the limit"),
        ("prices.csv", "the file is larger than 50 MB, the limit"),
    ]


def test_a_file_refused_takes_no_other_error_with_it(copy):
    (copy / "locations.csv").unlink()
    (copy / "locations.csv").mkdir()
    _, problems = check(copy)
    assert [p.file for p in problems] == ["locations.csv"]


@posix
def test_names_of_files_cannot_reach_a_terminal(copy):
    (copy / "\x1b[31mprices.csv").write_text("x", encoding="utf-8")
    _, (problem,) = check(copy)
    assert "\x1b" not in str(problem)


def test_reading_opens_no_socket(monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    load("toy")


def test_the_template_is_complete_and_without_complaint(tmp_path):
    files = create(tmp_path / "mine", "mine")
    found, problems = check(tmp_path / "mine")
    assert problems == []
    assert found is not None
    assert found.header.name == "mine"
    assert found.header.nature == "live"
    assert set(files) <= set(folder.FILES)


def test_files_come_back_as_they_were(copy, tmp_path):
    write(tmp_path / "again", toy())
    assert load(tmp_path / "again") == load(copy)
