"""Checks of stocks.csv, each with one thing wrong in figures that are right otherwise."""

from __future__ import annotations

import datetime as dt

import pytest

from havenward.model.siege.requirements import SIEGE
from havenward.scenario.read import check_files
from tests.scenario.helpers import place, table, toy, without_rows, write

EVENING = "2010-06-30"


def names(kind):
    rows = table(toy(), "locations.csv")
    column = {name: k for k, name in enumerate(rows[0])}
    return [(row[column["name"]], row[column["area"]]) for row in rows[1:] if row[column["kind"]] == kind]


HOMES = names("home")
CAMP, HOST = names("camp")[0][0], names("host")[0][0]
WAY = table(toy(), "corridors.csv")[1]
AREA = dict(HOMES)[WAY[0]]
COLUMNS = ["date", "stage", "site", "area", "persons", "households"]
GOOD = [
    *([EVENING, "at_home", name, "", "100", ""] for name, _ in HOMES),
    [EVENING, "waiting", WAY[1], AREA, "20", ""],
    [EVENING, "in_camp", CAMP, AREA, "", "10"],
    [EVENING, "in_host", HOST, AREA, "5", ""],
    [EVENING, "onward", "", AREA, "5", ""],
]
IN_CAMP = len(HOMES) + 3


def problems_of(rows, files=None):
    """What is said of stocks.csv; the model's median of persons per plot is known."""
    found, problems = check_files((files or toy()) | {"stocks.csv": write([COLUMNS, *rows])}, SIEGE)
    assert (found is None) == any(problem.severity == "error" for problem in problems)
    return [problem for problem in problems if problem.file == "stocks.csv"]


def only_problem(**cells):
    """The one problem of the good figures with some cells of the camp's row changed."""
    rows = [list(row) for row in GOOD]
    for name, value in cells.items():
        rows[IN_CAMP - 2][COLUMNS.index(name)] = value
    (problem,) = problems_of(rows)
    return problem


def test_good_stocks_are_read_without_a_word():
    assert problems_of(GOOD) == []
    found, _ = check_files(toy() | {"stocks.csv": write([COLUMNS, *GOOD])}, SIEGE)
    assert found is not None
    assert len(found.stocks) == len(GOOD)
    assert found.stocks[0].date == dt.date.fromisoformat(EVENING)


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"stage": "in_camps"}, "stage", "in_camp"),
        ({"site": "Long Medow"}, "site", "is no place of this scenario"),
        ({"site": HOST}, "site", "camp or emergency is needed"),
        ({"site": ""}, "site", "stand at a place"),
        ({"area": "twon"}, "area", "is no area of this scenario"),
        ({"area": ""}, "area", "where these people come from"),
        ({"households": "-1"}, "households", "0"),
        ({"households": ""}, "persons", "neither persons nor households"),
        ({"persons": "40"}, "households", "persons and households"),
        ({"date": "30.6.2010"}, "date", ""),
    ],
)
def test_a_mistake_is_told_with_its_place(cells, column, words):
    problem = only_problem(**cells)
    assert (problem.row, problem.column, problem.severity) == (IN_CAMP, column, "error")
    assert words in problem.wrong + problem.mend


def test_nobody_waits_where_no_way_leads():
    """The corridors to a crossing taken away, somebody still stands there."""
    problems = problems_of(GOOD, without_rows("corridors.csv", "crossing", WAY[1]))
    (problem,) = (problem for problem in problems if problem.severity == "error")
    assert place(problem) == ("stocks.csv", IN_CAMP - 1, "site", WAY[1])
    assert "no corridor leads" in problem.wrong


def test_a_stage_without_a_site_has_none():
    (problem,) = problems_of([*GOOD, [EVENING, "returned", CAMP, AREA, "3", ""]])
    assert "any" not in problem.wrong
    assert (problem.column, problem.value) == ("site", CAMP)


def test_a_home_has_its_own_area():
    other = next(area for _, area in HOMES if area != HOMES[0][1])
    rows = [[EVENING, "at_home", HOMES[0][0], other, "100", ""], *GOOD[1:]]
    (problem,) = problems_of(rows)
    assert f"lies in '{HOMES[0][1]}'" in problem.wrong


def test_the_same_figure_twice():
    (problem,) = problems_of([*GOOD, GOOD[0]])
    assert "as row 2" in problem.wrong


def test_homes_that_are_left_out_are_warned_of():
    """A run would start with nobody there."""
    (problem,) = problems_of(GOOD[1:])
    assert problem.severity == "warning"
    assert HOMES[0][0] in problem.wrong
    assert problem.value == HOMES[0][1]


@pytest.mark.parametrize("date", ["2010-02-27", "2010-09-16", "2011-06-30"])
def test_an_evening_after_which_no_run_can_start_is_warned_of(date):
    problems = problems_of([[date, *row[1:]] for row in GOOD])
    assert {(problem.severity, problem.column) for problem in problems if problem.column == "date"} == {("warning", "date")}
    assert sum(problem.column == "date" for problem in problems) == len(GOOD)


@pytest.mark.parametrize("date", ["2010-02-28", "2010-09-15"])
def test_the_first_and_the_last_evening_are_taken(date):
    assert not [problem for problem in problems_of([[date, *row[1:]] for row in GOOD]) if problem.column == "date"]


def test_a_camp_over_its_plots_is_warned_of():
    """Summed over areas; the plots of the day, not of a later one."""
    problem = only_problem(households="900000")
    assert (problem.severity, problem.column, problem.value) == ("warning", "site", CAMP)
    assert "plots hold" in problem.wrong
