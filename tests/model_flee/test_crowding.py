"""Camps that fill up: what they hold, when people turn away, and how far camps overshoot (FLEE.md 3.4, 3.10a and 3.11)."""

import numpy as np
import pytest

from havenward.model.flee.ground import Ground
from havenward.model.flee.room import at_start, capacities
from tests.model_flee.drive import EXACT, MENDED, STAY, both, camp, files_of, folder, near, town, turn, zone
from tests.scenario_flee.helpers import read


def held(scenario, mends=EXACT):
    """(D, P) what places hold."""
    return capacities(scenario, Ground.of(scenario, mends).setting_out, mends)


def full_camp(room, inside, km=1000, **rules):
    """One person, far from the only camp."""
    places = [zone("A"), camp("C", room, initial_idps=inside)]
    return folder(places, [("A", "C", km)], days=1, out=[1], settings={"move_rules": {**STAY, **rules}})


@both
@pytest.mark.parametrize(("inside", "leaves"), [(0, 1), (90, 1), (94, 1), (96, 0), (99, 0), (100, 0), (500, 0)])
def test_nobody_sets_off_for_a_camp_with_less_than_half_the_room(inside, leaves, solver):
    """Room is 0.6 at 94 of 100, and 0.4 at 96."""
    assert turn(full_camp(100, inside), solver).roads.tolist() == [[leaves]]


@both
def test_room_at_95_of_100_is_less_than_a_half(solver):
    """The veto of FLEE.md, by Flee's own floating point: 1 - (95 - 90) / (100 * (1 - 0.9)) < 0.5."""
    assert 1 - (95 - 0.9 * 100) / (100 * (1 - 0.9)) < 0.5
    assert turn(full_camp(100, 95), solver).roads.tolist() == [[0]]


@both
def test_the_buffer_and_the_scaling_move_the_limit(solver):
    assert turn(full_camp(100, 74, capacity_buffer=0.5), solver).roads.tolist() == [[1]]
    assert turn(full_camp(100, 76, capacity_buffer=0.5), solver).roads.tolist() == [[0]]
    assert turn(full_camp(100, 118, capacity_scaling=1.25), solver).roads.tolist() == [[1]]
    assert turn(full_camp(100, 120, capacity_scaling=1.25), solver).roads.tolist() == [[0]]
    assert turn(full_camp(100, 99, capacity_buffer=1.0), solver).roads.tolist() == [[1]]


@both
def test_a_camp_that_fills_up_draws_less(solver):
    """At 94 of 100 it weighs 0.6 of a camp with room, and 0.36 with a weight power of 2."""
    for power in (1.0, 2.0):
        places = [zone("A"), camp("B", 10_000, initial_idps=9400), camp("C")]
        rules = {"move_rules": {**STAY, "weight_power": power}}
        found = folder(places, [("A", "B", 1000), ("A", "C", 300)], days=1, out=[5000], settings=rules)
        share = (0.6 / 1010) ** power / ((0.6 / 1010) ** power + (1 / 310) ** power)
        assert near(share, int(turn(found, solver).roads[0, 0]), 5000)


@both
def test_people_pass_through_a_full_camp(solver):
    """A7: only the end of a path counts."""
    places = [zone("A"), camp("B", 100, initial_idps=100), camp("C")]
    rules = {"move_rules": {**STAY, "awareness_level": 2}}
    found = folder(places, [("A", "B", 10), ("B", "C", 10)], days=1, out=[40], settings=rules)
    assert turn(found, solver).at("C").tolist() == [[40]]


@both
def test_a_path_is_given_up_where_its_camp_has_filled_up_meanwhile(solver):
    """People of B fill the camp on the first day, while those of A are on the way; these then stay in T for good."""
    spawn = {"conflict_driven_spawning": {"displaced_per_conflict_day": 50}}
    rules = {"max_move_speed": 300.0, "awareness_level": 2, "default_movechance": 0.0, **STAY}

    def inside(room):
        places = [zone("A"), zone("B"), town("T"), camp("C", room, initial_idps=90)]
        war = {"A": [1, 0, 0, 0, 0, 0], "B": [1, 0, 0, 0, 0, 0]}
        roads = [("A", "T", 310), ("T", "C", 310), ("B", "C", 5)]
        found = folder(places, roads, days=6, war=war, settings={"move_rules": rules, "spawn_rules": spawn})
        return turn(found, solver).at("C")[0]

    assert inside(100)[0] > 120
    assert (inside(100) == inside(100)[0]).all()
    assert inside(0)[-1] > inside(0)[0] + 5


@both
def test_a_crowd_released_on_one_day_overshoots(solver):
    """A5: 1000 people 10 km from a camp of 100 are inside that night; the few who leave it at once cannot come back."""
    places, roads = [zone("A"), camp("C", 100)], [("A", "C", 10)]
    assert turn(folder(places, roads, days=1, out=[1000], settings={"move_rules": STAY}), solver).at("C") == 1000
    inside = turn(folder(places, roads, days=1, out=[1000]), solver, members=60).at("C")[:, 0]
    # one in a thousand leaves: the mean of 60 runs is 999 give or take 0.13
    assert abs(inside.mean() - 999) < 4.5 * (0.999 / 60) ** 0.5
    assert inside.min() > 988


@both
def test_a_trickle_stops_at_95(solver):
    found = folder([zone("A"), camp("C", 100)], [("A", "C", 10)], days=30, out=[5] * 30, settings={"move_rules": STAY})
    inside = turn(found, solver).at("C")[0]
    assert inside.tolist() == [min(5 * day, 95) for day in range(1, 31)]


def test_a_trickle_overshoots_when_one_person_leaves():
    """A5: all who wait see the same room in one phase, and all go."""
    rules = {"move_rules": {"camp_movechance": 0.002}}
    found = folder([zone("A"), camp("C", 101)], [("A", "C", 10)], days=120, out=[5] * 120, settings=rules)
    story = turn(found, "individuals", members=20)
    inside = story.at("C")
    assert np.median(inside[:, -1]) > 150
    assert inside.max() < 700
    # a jump by more than came on that day happens only after somebody left
    jumps = np.diff(inside, axis=1)
    assert ((jumps > 5).sum(axis=1) >= 1).mean() > 0.9
    left = story.passed("from_camp", "C")
    assert (left[:, 1:][jumps > 5] >= 1).all()


def test_whoever_comes_later_sees_who_came_before():
    """A11: within the evening people act one after the other, so the camp takes ten and no more; under either order of
    waves the chain only comes near, and says so.
    """
    places = [zone("A"), town("H", kind="forwarding_hub"), camp("C", 10)]
    found = folder(places, [("A", "H", 10), ("H", "C", 10)], days=1, out=[100], settings={"move_rules": STAY})
    exact = turn(found, "individuals", members=3)
    assert exact.at("C").tolist() == [[10]] * 3
    assert not exact.approximated
    assert turn(found, "chain", members=3).approximated


def test_people_of_day_0_are_taken_off_the_capacity():
    """A2: a camp for 250 with 100 inside holds 150; one for 100 with 100 or more inside has no limit."""
    places = [zone("A"), camp("C", 250), camp("D", 100), camp("E", 100), camp("F")]
    roads = [("A", name, 10) for name in "CDEF"]
    series = {"C": {0: 100}, "D": {0: 100}, "E": {0: 150}, "F": {0: 10}}
    found = folder(places, roads, days=2, series=series, settings={"spawn_rules": {"insert_day0": True}})
    assert held(found)[0].tolist() == [np.inf, 150, np.inf, np.inf, np.inf]
    assert held(found, MENDED)[0].tolist() == [np.inf, 250, 100, 100, np.inf]
    assert turn(found, days=1).at("C").tolist() == [[100]]


@pytest.mark.parametrize(("spawn", "left", "inside"), [
    ({"insert_day0": True}, 150, 100),
    ({"insert_day0": False}, 250, 0),
    ({"insert_day0": True, "empty_camps_on_day0": True}, 150, 0),
    ({"insert_day0": False, "empty_camps_on_day0": True}, 250, 0),
    ({"insert_day0": True, "conflict_driven_spawning": {"displaced_per_conflict_day": 0}}, 250, 100),
])  # fmt: skip
def test_what_is_inside_and_what_is_left_on_day_0(spawn, left, inside):
    """A18: with empty camps the capacity is reduced all the same. Where the war says who sets out, it is not."""
    found = folder(
        [zone("A"), camp("C", 250)], [("A", "C", 10)], days=1, series={"C": {0: 100}}, settings={"spawn_rules": spawn}
    )
    assert held(found)[0, 1] == left
    assert at_start(found, Ground.of(found, EXACT).setting_out, EXACT).tolist() == [0, inside]


def test_capacities_grow_from_the_first_day_on():
    """100 + 10 000 t before day t, so 10 100 when people move on day 0; not divided by hasten (A16)."""
    places = [zone("A"), camp("C", 1000, capacity_per_day=10_000), camp("D", capacity_per_day=7)]
    rules = {"optimisations": {"hasten": 10}}
    found = folder(places, [("A", "C", 10), ("A", "D", 10)], days=3, settings=rules)
    assert held(found)[:, 1].tolist() == [10_100, 20_100, 30_100]
    # a camp without a limit has one once it grows
    assert held(found)[:, 2].tolist() == [7, 14, 21]


def test_places_without_a_limit_begin_at_minus_one():
    found = folder([zone("A"), town("T", 5, capacity_per_day=10)], [("A", "T", 10)], days=2)
    assert held(found)[:, 1].tolist() == [9, 19]


@both
def test_a_camp_that_was_closed_turns_nobody_away(solver):
    """3.12: the capacity still thins out who goes there, but there is no veto."""
    places, closed = [zone("A"), camp("C", 100, initial_idps=97)], ["camp,C,,0,-1"]
    rules = {"move_rules": {**STAY, "default_movechance": 0.0}}
    found = folder(places, [("A", "C", 10)], days=1, out=[20], closures=closed, settings=rules)
    assert turn(found, solver).at("C").tolist() == [[117]]


def test_hasten_divides_capacities_and_cuts():
    """A15: capacities are cut to whole agents, further people of day 0 are not divided (A16)."""
    places = [zone("A"), camp("C", 199, initial_idps=5)]
    files = files_of(places, [("A", "C", 10)], days=1, settings={"optimisations": {"hasten": 20}})
    found = read(files)
    assert held(found)[0, 1] == 9
    assert at_start(found, Ground.of(found, EXACT).setting_out, EXACT)[1] == 5
