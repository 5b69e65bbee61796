"""Sources of uncertainty: members that share the numbers of some differ by the others alone, under every solver."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.api import load
from havenward.core.members import SOURCES, Members
from havenward.model.siege.parameters import MOST_DEVIATIONS, TABLE, TAIL_DEVIATIONS, values
from tests.model.drive import SOLVERS, turn
from tests.model.test_control import process
from tests.model_flee.drive import MENDED
from tests.model_flee.drive import turn as turn_flee
from tests.model_flee.test_gates import waiting_for_room

DAYS = 12


def members(**numbers):
    """Members that draw some sources by given numbers, and the others by 3."""
    size = max(len(given) for given in numbers.values())
    drawn = {source: np.array(numbers.get(source, [3] * size), dtype=np.uint32) for source in SOURCES}
    return Members(drawn)


def test_each_parameter_follows_the_number_of_its_own_source():
    same, other = values(TABLE, 1, Members.alike([3]), spread=1.0), values(TABLE, 1, Members.alike([9]), spread=1.0)
    for source in SOURCES:
        drawn = values(TABLE, 1, members(**{source: [9]}), spread=1.0)
        for name, row in TABLE.items():
            expected = other if row.uncertainty == source else same
            assert drawn[name] == expected[name], (source, name)
    assert {row.uncertainty for row in TABLE.values()} == {"population", "control", "parameters"}


def test_a_quantile_takes_the_place_of_a_draw_and_of_no_other():
    drawn = values(TABLE, 1, Members.alike([1, 2, 3, 4, 5]), spread=1.0)
    at = np.array([0.05, 0.5, 0.95, 0.0, 1.0])
    some = Members(Members.alike([1, 2, 3, 4, 5]).numbers, {"reach_km": at})
    found = values(TABLE, 1, some, spread=1.0)
    row = TABLE["reach_km"]
    assert found["reach_km"][:3] == pytest.approx([row.low, row.median, row.high])
    furthest = MOST_DEVIATIONS / TAIL_DEVIATIONS
    assert found["reach_km"][3:] == pytest.approx(row.at(np.array([-furthest, furthest])))
    assert all((found[name] == drawn[name]).all() for name in TABLE if name != "reach_km")


@pytest.mark.parametrize("solver", SOLVERS)
def test_with_the_same_numbers_but_chance_only_chance_differs(solver):
    toy = load("toy")
    story = turn(toy, solver, days=DAYS, medians=False, numbers=members(chance=[3, 8]))
    own = turn(toy, solver, days=DAYS, medians=False, numbers=[3])
    assert (story.dusk[0, 0] == story.dusk[1, 0]).all(), "the people at the start are the same, to the bit"
    assert all(value[0] == value[1] for value in story.rules.values.values())
    for name, kept in own.kept.items():
        np.testing.assert_array_equal(story.kept[name][0], kept[0], err_msg=name)
    assert any((kept[0] != kept[1]).any() for kept in story.kept.values())


@pytest.mark.parametrize("source", ["population", "parameters"])
def test_with_another_number_of_one_source_only_what_it_decides_differs(source):
    story = turn(load("toy"), days=DAYS, medians=False, numbers=members(**{source: [3, 8]}))
    differing = {name for name, value in story.rules.values.items() if value[0] != value[1]}
    assert differing == {name for name, row in TABLE.items() if row.uncertainty == source and row.low < row.high}
    assert (story.dusk[0, 0] != story.dusk[1, 0]).any() == (source == "population"), "people at the start"
    assert (story.dusk[0, -1] != story.dusk[1, -1]).any()


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_course_of_control_follows_its_own_number(solver):
    drawn = members(control=[3, 3, 8], chance=[3, 8, 3])
    besieged = turn(process(days=30), solver, numbers=drawn, joined_effect=0.0).kept["besieged"]
    assert (besieged[0] == besieged[1]).all()
    assert (besieged[0] != besieged[2]).any()


@pytest.mark.parametrize("solver", ["chain", "individuals"])
def test_a_flee_folder_knows_chance_alone(solver):
    found = waiting_for_room()
    own = turn_flee(found, solver, mends=MENDED, members=1, first=3).stock[0]
    drawn = members(chance=[3, 8], population=[5, 6], control=[5, 6], parameters=[5, 6])
    story = turn_flee(found, solver, mends=MENDED, drawn=drawn).stock
    assert (story[0] == own).all()
    assert (story[1] != own).any()
