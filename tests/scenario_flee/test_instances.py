"""The real and test folders of the reference data: read without error, and with the numbers that Flee itself had."""

import csv
from pathlib import Path

import pytest

from havenward.scenario.flee.folder import is_flee_folder
from havenward.scenario.flee.read import check_flee
from havenward.scenario.flee.write import write_flee
from tests.scenario_flee.helpers import INSTANCES
from tests.shared import needed

pytestmark = pytest.mark.shared

NAMES = [
    "burundi2015", "car2013", "mali2012", "nigeria2016", "ssudan2013", "syria2013",
    "dflee_test_coastal_flooding", "dflee_test_small_flooding_revised", "toy",
]  # fmt: skip
HASTEN = {"burundi2015": 100, "car2013": 100, "mali2012": 10, "nigeria2016": 100, "ssudan2013": 100, "syria2013": 1000}


def instance(name: str) -> Path:
    return needed(INSTANCES / name)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_read_without_error_and_written_back(name, tmp_path):
    folder = instance(name)
    assert is_flee_folder(folder)
    found, problems = check_flee(folder)
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    write_flee(found, tmp_path / "again")
    again, problems = check_flee(tmp_path / "again")
    assert again == found
    assert [problem for problem in problems if problem.severity == "error"] == []


def test_no_instance_is_left_out():
    assert sorted(path.name for path in instance(".").iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", HASTEN)
def test_registered_numbers_are_those_that_flee_printed(name):
    """Column `data` of Flee's own output, every tenth day; sums of files, corrections and dates out of order included."""
    found, _ = check_flee(instance(name))
    numbers = found.source.by_day(found.days, HASTEN[name])
    columns = {camp: column for column, camp in enumerate(found.source.names)}
    reference = INSTANCES.parent / "reference" / f"{name}.csv"
    with reference.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["data"]]
    assert len(rows) > 200
    wrong = [row for row in rows if numbers[int(row["day"]), columns[row["camp"]]] != int(row["data"])]
    assert wrong == []


def test_the_closure_that_seals_the_only_origin_is_told():
    """The known fault of this instance: its closure names the city that people flee from, not the camp."""
    _, problems = check_flee(instance("burundi2015"))
    told = [problem for problem in problems if "the only origin" in problem.wrong]
    assert [(problem.file, problem.row, problem.value) for problem in told] == [("input_csv/closures.csv", 2, "Bujumbura")]
    assert "from day 0 to day 70" in told[0].wrong
