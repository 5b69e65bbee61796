"""How many people set out where registers say so: double counts, debts, whole numbers (FLEE.md 3.4, first half)."""

import numpy as np
import pytest

from havenward.model.flee.ground import Ground
from havenward.model.flee.setting_out import registered_changes
from tests.model_flee.drive import EXACT, MENDED, both, camp, folder, turn, zone

ROAD = [("A", "C", 10)]


def read(series, days=6, *, room=0, **settings):
    """A zone and a camp, and what the registers make of them."""
    found = folder([zone("A"), camp("C", room)], ROAD, days=days, series=series, settings=settings)
    return found, registered_changes(found, EXACT)


def daily(*counts):
    return dict(enumerate(counts))


def test_falls_are_held_against_later_arrivals():
    """A10: debts of 30 and then 20 are made up for by the 70 of day 4; nobody returns."""
    _, found = read({"C": daily(100, 150, 120, 130, 200, 200)})
    assert found.new.tolist() == [100, 50, 0, 0, 50, 0]
    assert found.debt.tolist() == [0, 0, 30, 20, 0, 0]
    assert found.change.tolist() == [100, 50, -30, 10, 70, 0]


def test_what_is_inside_on_day_0_makes_no_debt():
    _, found = read({"C": daily(100, 90, 95, 120)}, 4, spawn_rules={"insert_day0": True})
    assert found.new.tolist() == [0, 0, 0, 20]
    assert found.debt.tolist() == [0, 10, 5, 0]


@both
def test_day_0_counts_everybody_twice(solver):
    """A1: total and camps together, 200 instead of 100."""
    scenario, found = read({"total": {0: 100}, "C": {0: 100}}, 2)
    assert (found.change.tolist(), found.new.tolist()) == ([200, 0], [200, 0])
    assert turn(scenario, solver).displaced.tolist() == [[200, 200]]
    assert registered_changes(scenario, MENDED).new.tolist() == [100, 0]


@both
def test_with_people_inside_on_day_0_nobody_else_sets_out(solver):
    """The raw count still has the double number, and the day after is as usual."""
    spawn = {"spawn_rules": {"insert_day0": True}}
    scenario, found = read({"total": daily(100, 130), "C": daily(100, 107)}, 2, **spawn)
    assert (found.change.tolist(), found.new.tolist()) == ([200, 7], [0, 7])
    assert turn(scenario, solver).displaced.tolist() == [[100, 107]]


@both
@pytest.mark.parametrize("insert", [True, False])
def test_empty_camps(solver, insert):
    """With `empty_camps_on_day0` nobody is there, and nobody sets out on day 0."""
    scenario, found = read(
        {"total": {0: 100}, "C": daily(100, 140)}, 2, spawn_rules={"insert_day0": insert, "empty_camps_on_day0": True}
    )
    assert found.new.tolist() == [0, 40]
    assert turn(scenario, solver).displaced.tolist() == [[0, 40]]


def test_the_total_drives_departures_where_camps_do_not():
    _, found = read({"total": daily(50, 80, 90), "C": daily(1, 2, 3)}, 3, spawn_rules={"sum_from_camps": False})
    assert found.new.tolist() == [50, 30, 10]
    _, found = read({"total": daily(50, 80, 90), "C": daily(1, 2, 3)}, 3)
    assert found.new.tolist() == [51, 1, 1]


def test_a_series_without_a_camp_counts():
    _, found = read({"C": daily(0, 5), "Bossobolo": daily(0, 7)}, 2)
    assert found.new.tolist() == [0, 12]


def test_values_are_cut_before_they_are_subtracted():
    """A15: two series of 2.5 a day grow by 4 or 6 and not by 5."""
    _, found = read({"C": {0: 0, 4: 10}, "D": {0: 0, 4: 10}}, 5)
    assert found.new.tolist() == [0, 4, 6, 4, 6]


def test_hasten_divides_before_the_cut():
    """A15: 15 people are 7 agents, 17 are 8."""
    _, found = read({"C": daily(15, 17, 18)}, 3, optimisations={"hasten": 2})
    assert found.new.tolist() == [7, 1, 1]
    assert found.at_start.tolist() == [0, 7]


def test_before_and_after_its_dates_a_series_is_flat():
    _, found = read({"C": {-3: 40, 2: 90, 3: 100}}, 6)
    assert found.new.tolist() == [70, 10, 10, 10, 0, 0]
    _, found = read({"C": {2: 40, 3: 50}}, 6)
    assert found.new.tolist() == [40, 0, 0, 10, 0, 0]


def test_two_folders_in_one_process_share_no_debt():
    """B23: in Flee the debt of the first simulation is held against the second."""
    fallen, _ = read({"C": daily(100, 0)}, 2)
    fresh, _ = read({"C": daily(10, 20)}, 2)
    assert Ground.of(fallen, EXACT).setting_out.registered.debt.tolist() == [0, 100]
    assert Ground.of(fresh, EXACT).setting_out.registered.new.tolist() == [10, 10]
    assert turn(fallen).displaced.tolist() == [[100, 100]]
    assert turn(fresh).displaced.tolist() == [[10, 20]]


@both
def test_people_set_out_on_the_day_on_which_they_are_counted_and_move_at_once(solver):
    story = turn(read({"C": daily(0, 6, 6)}, 3)[0], solver)
    assert story.of("not_yet_displaced").tolist() == [[6, 0, 0]]
    assert story.at("C").tolist() == [[0, 6, 6]]
    assert np.array_equal(story.passed("displaced", "A"), [[0, 6, 0]])
    assert np.array_equal(story.passed("to_camp", "C"), [[0, 6, 0]])
