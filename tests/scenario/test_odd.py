"""Figures that a model cannot have, and what is odd but can be run."""

from __future__ import annotations

import pytest

from havenward.model.siege.requirements import SIEGE
from havenward.scenario.read import check_files
from tests.scenario.helpers import only, place, problems_of, table, toy, with_cells, with_row, write


def held_against_the_model(files):
    """Everything that is said about a scenario that is to be run."""
    return check_files(files, SIEGE)[1]


# --- assumptions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "column", "limits"),
    [
        ("shot_share", "1.4", "median", "from 0 to 1"),
        ("shot_share", "-0.1", "low", "from 0 to 1"),
        ("turned_back_share", "60", "high", "from 0 to 1"),
        ("mine_loss", "-0.001", "low", "from 0 to 100"),
        ("service_days", "0", "low", "from 0.1 to 3650"),
        ("night_hours", "25", "high", "from 0.5 to 24"),
        ("belief_memory", "0.5", "low", "from 1 to 3650"),
    ],
)
def test_a_figure_that_the_parameter_cannot_have(name, value, column, limits):
    usual = "10" if name in ("service_days", "night_hours", "belief_memory") else "0.5"
    figures = {"low": "", "median": usual, "high": ""} | {column: value}
    files = with_cells("assumptions.csv", 2, name=name, unit="", **figures)
    (problem,) = held_against_the_model(files)
    assert place(problem) == ("assumptions.csv", 2, column, f"{float(value):g}")
    assert problem.severity == "error"
    assert problem.wrong.startswith(f"{name} cannot be {float(value):g}: it must be {limits}")
    assert limits in problem.mend


def test_without_a_model_assumptions_are_not_looked_at():
    assert problems_of(with_cells("assumptions.csv", 3, name="interception", low="", median="1.4", high="")) == []


@pytest.mark.parametrize(("value", "told"), [("1", 0), ("2", 1)])
def test_a_rate_above_one_a_day(value, told):
    problems = held_against_the_model(with_cells("assumptions.csv", 2, name="sponsorship", low="", median=value, high=""))
    assert [place(problem) for problem in problems] == [("assumptions.csv", 2, "median", value)] * told
    assert {problem.severity for problem in problems} <= {"warning"}


def test_a_hazard_within_its_usual_range_is_not_odd():
    files = with_cells("assumptions.csv", 2, name="departure_ceiling", low="0.5", median="0.75", high="1.1")
    assert held_against_the_model(files) == []


@pytest.mark.parametrize(("low", "high", "told"), [("0.8", "1.2", 1), ("", "", 0)])
def test_people_who_vary_by_homes_and_by_a_factor_are_counted_twice(low, high, told):
    files = with_cells("assumptions.csv", 2, name="population_scale", low=low, median="1", high=high)
    problems = held_against_the_model(files)
    assert [(problem.row, problem.column, problem.severity) for problem in problems] == [(2, "name", "warning")] * told


def test_a_factor_alone_is_not_counted_twice():
    files = with_cells("assumptions.csv", 2, name="population_scale", low="0.8", median="1", high="1.2")
    rows = table(files, "locations.csv")
    for row in rows[1:]:
        row[6:8] = ["", ""]
    assert held_against_the_model(files | {"locations.csv": write(rows)}) == []


# --- walks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("km", "nights"), [("94", None), ("95", 8), ("120", 9)])
def test_a_walk_that_needs_more_nights_than_the_model_knows(km, nights):
    """The toy's people walk 2.5 km an hour for nine hours, the slow ones at 0.6 of that: 13.5 km a night."""
    problems = held_against_the_model(with_cells("corridors.csv", 6, km=km))
    if nights is None:
        assert problems == []
        return
    (problem,) = problems
    assert place(problem) == ("corridors.csv", 6, "km", km)
    assert problem.severity == "warning"
    assert f"need {nights} nights" in problem.wrong


def test_the_length_of_a_walk_may_come_from_the_routes():
    files = toy()
    rows = table(files, "routes.csv")
    for row in rows[1:]:
        row[2] = str(10 * float(row[2]))
    problems = held_against_the_model(files | {"routes.csv": write(rows)})
    assert problems
    assert {(problem.file, problem.column) for problem in problems} == {("corridors.csv", "km")}


def test_roads_may_be_long():
    assert held_against_the_model(with_cells("corridors.csv", 2, km="400")) == []


# --- crossings, camps, people ----------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "told"), [("0.7", 0), ("0.5", 1), ("0", 0)])
def test_desks_of_a_day_that_one_family_keeps_busy(hours, told):
    """Two men of 15 minutes and six others of two: 42 minutes, at one desk."""
    problems = problems_of(with_cells("crossings.csv", 4, desks="1", hours=hours))
    assert [(problem.row, problem.column, problem.severity) for problem in problems] == [(4, "desks", "warning")] * told


@pytest.mark.parametrize(("seats", "told"), [("0", 0), ("7", 1), ("8", 0)])
def test_seats_of_a_day_that_hold_no_large_family(seats, told):
    problems = problems_of(with_cells("crossings.csv", 4, bus_seats=seats))
    assert [(problem.row, problem.column, problem.severity) for problem in problems] == [(4, "bus_seats", "warning")] * told


def test_a_camp_that_never_takes_anybody():
    files = toy()
    rows = table(files, "camps.csv")
    for row in rows[1:]:
        if row[0] == "Quarry":
            row[3] = "0"
    problem = only(files | {"camps.csv": write(rows)})
    assert place(problem) == ("locations.csv", 8, "name", "Quarry")
    assert "policy" in problem.wrong


def test_a_camp_that_opens_after_the_last_day_never_has_plots():
    files = toy()
    rows = table(files, "camps.csv")
    for row in rows[1:]:
        if row[0] == "Quarry":
            row[1] = "2011" + row[1][4:]
    wrong = [problem.wrong for problem in problems_of(files | {"camps.csv": write(rows)}) if problem.file == "locations.csv"]
    assert wrong == ["the camp never has plots: nobody can stay there"]


def test_a_range_of_people_where_nobody_lives():
    problem = only(with_cells("locations.csv", 9, population="9000", population_low="8000"))
    assert place(problem) == ("locations.csv", 9, "population_low", "8000")
    assert "'host'" in problem.wrong


def test_a_pace_above_one_a_day():
    rows = table(toy(), "offensives.csv")
    problem = only(with_row("offensives.csv", area=rows[1][0], date="2010-09-15", pace="2.5"))
    assert (problem.file, problem.column, problem.value, problem.severity) == ("offensives.csv", "pace", "2.5", "warning")
