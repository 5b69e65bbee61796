"""Travel: how far people come in a day, on foot and on wheels, and when they stop (FLEE.md 3.10b).

Nobody here is drawn back to where the war is, and nobody leaves a camp, so that every case is certain.
"""

import pytest

from tests.model_flee.drive import STAY, both, camp, deviates, folder, near, town, turn, zone

GRAINS = "the way of a day is kept in steps of 1/32 of a day or finer, and rounded after each link (roads.py, pace_of)"


def line(*kms, kind="forwarding_hub", speed=360.0, days=4, out=(10,), more=None, roads=None, **rules):
    """A zone A, places P1, P2, ... and a camp C in a row, at these distances from each other."""
    names = ["A", *(f"P{k}" for k in range(1, len(kms))), "C"]
    places = [zone("A"), *(town(name, kind=kind) for name in names[1:-1]), camp("C")]
    links = [
        (a, b, km, *([road] if road else []))
        for a, b, km, road in zip(names, names[1:], kms, roads or [None] * len(kms), strict=False)
    ]
    settings = {"move_rules": {"max_move_speed": speed, **STAY, "camp_movechance": 0.0, **rules}, **(more or {})}
    return folder(places, links, days=days, out=out, settings=settings)


@both
@pytest.mark.parametrize(("km", "day"), [(359.9, 0), (360, 1), (360.1, 1), (719, 1), (720, 2)])
def test_a_link_ends_for_those_who_came_farther_than_its_length(km, day, solver):
    """A4: a link exactly as long as the speed takes one more day."""
    found = turn(line(km), solver).at("C")[0].tolist()
    assert found == [0] * day + [10] * (4 - day)


@both
def test_a_second_link_has_a_whole_day_again(solver):
    """A3: 100 km and 300 km on one day, at 360 km a day; but 360 km more are too many."""
    assert turn(line(100, 300), solver).at("C").tolist() == [[10, 10, 10, 10]]
    assert turn(line(100, 360), solver).at("C").tolist() == [[0, 10, 10, 10]]


@both
def test_who_has_come_a_days_way_goes_no_farther(solver):
    """After 100 and 300 km the day is over at P2, though the next link is short."""
    story = turn(line(100, 300, 10), solver)
    # on the next day most, not all, choose the camp and not the long way back
    assert (story.at("P2")[0, 0], story.at("C")[0, 0]) == (10, 0)
    assert story.at("C")[0, 1] > 5


@both
def test_a_days_way_to_the_kilometre_is_a_days_way(solver):
    assert turn(line(90, 270, 10), solver).at("P2")[0, 0] == 10


@both
def test_a_days_way_is_kept_to_the_kilometre(solver):
    """As above, with lengths that are no whole number of steps: 60 km and 300 km are 360 km."""
    assert turn(line(60, 300, 30), solver).at("P2")[0, 0] == 10


@deviates(GRAINS)
@both
def test_many_short_links_are_no_longer_than_they_are(solver):
    """26 links of 16.8 km: the 22nd is the last of the day, when 369.6 km are made."""
    story = turn(line(*[16.8] * 26, awareness_level=20, kind="marker"), solver)
    assert story.at("C").tolist() == [[0, 10, 10, 10]]
    assert story.at("P22").tolist() == [[10, 0, 0, 0]]


@both
def test_a_day_holds_all_the_short_links_that_fit(solver):
    """70 links of 5 km: 350 km, less than a day's way."""
    story = turn(line(*[5] * 70, kind="marker"), solver)
    assert story.at("C").tolist() == [[10, 10, 10, 10]]


@both
def test_who_arrives_at_dawn_has_the_whole_day_before_him(solver):
    """360 km end on the second day with 0 km of it made: 350 km and then 20 km are left for that day."""
    came = turn(line(360, 350, 20), solver).at("C")[0]
    # a few choose the way back from the last stop
    assert (came[0], came[1] > 5) == (0, True)


@both
def test_who_arrives_at_dusk_of_a_later_day_goes_on_while_the_day_lasts(solver):
    """500 km take two days, of which 140 km of the second; then 300 km more."""
    assert turn(line(500, 300), solver).at("C").tolist() == [[0, 10, 10, 10]]


@both
def test_the_first_link_is_walked(solver):
    """100 km at 35 km a day take three days; the second link is not walked."""
    assert turn(line(100, 300, start_on_foot=True), solver).at("P1", "C").tolist() == [[0, 0, 10, 10]]
    # 30 km are made on foot within the day, and 300 km more at full speed
    assert turn(line(30, 300, start_on_foot=True), solver).at("C").tolist() == [[10, 10, 10, 10]]


@both
def test_who_begins_in_a_camp_walks_the_first_link_as_well(solver):
    places = [zone("A"), camp("I", initial_idps=4), camp("C")]
    rules = {"move_rules": {"start_on_foot": True, "camp_movechance": 1.0, "camp_weight": 1.0, "conflict_weight": 0.0}}
    found = folder(places, [("A", "I", 1000), ("I", "C", 70)], days=3, settings=rules)
    assert turn(found, solver).roads.tolist() == [[4, 4, 0]]


@both
def test_a_link_may_have_its_own_speed(solver):
    roads = [{"max_move_speed": 60}, {"max_move_speed": 360}]
    assert turn(line(100, 300, roads=roads), solver).at("C").tolist() == [[0, 10, 10, 10]]


@both
def test_who_walks_today_is_drawn_each_day(solver):
    """One in four walks: of 300 km one makes 360 km or 35 km a day."""
    story = turn(line(300, out=(8000,), roads=[{"walk_probability": 0.25}]), solver)
    assert near(0.75, int(story.at("C")[0, 0]), 8000)
    assert near(0.75**1 + 0.25 * 0.75, int(story.at("C")[0, 1]), 8000)
    certain = turn(line(40, roads=[{"walk_probability": 1.0}]), solver)
    assert certain.at("C").tolist() == [[0, 10, 10, 10]]


@both
def test_days_on_foot_and_days_at_full_speed_add_up(solver):
    """Of 380 km: two days at full speed, or one and one on foot, are enough; two on foot and one at full speed as well."""
    story = turn(line(380, out=(8000,), roads=[{"walk_probability": 0.5}]), solver)
    assert story.at("C")[0, 0] == 0
    assert near(0.75, int(story.at("C")[0, 1]), 8000)
    assert near(0.875, int(story.at("C")[0, 2]), 8000)


def stints(*kms, stop="town", **rules):
    """Nobody leaves the places on the way of his own."""
    chances = {"default_movechance": 0.0, "idpcamp_movechance": 0.0}
    return line(*kms, kind=stop, **{**chances, "avoid_short_stints": True, **rules})


@both
def test_short_stints_are_avoided_in_towns(solver):
    assert turn(stints(36, 100), solver).at("C").tolist() == [[10, 10, 10, 10]]
    assert turn(stints(36, 100, avoid_short_stints=False), solver).at("C").tolist() == [[0, 0, 0, 0]]
    assert turn(stints(36, 100, stop="forwarding_hub"), solver).at("C").tolist() == [[10, 10, 10, 10]]


@both
def test_a_stint_of_a_day_is_long_enough(solver):
    """560 km: memory 0.5 after the first day, and 200 km of the second make (0.5 + 0.56) / 2; 500 km leave it below 0.5."""
    assert turn(stints(560, 100), solver).at("C").tolist() == [[0, 0, 0, 0]]
    assert turn(stints(500, 100), solver).at("C").tolist() == [[0, 10, 10, 10]]


@both
def test_stints_are_measured_in_days_at_the_general_speed(solver):
    """400 km on a road of 720 km a day: more than a day's way at the general speed, (0 + 1.1) / 2."""
    roads = [{"max_move_speed": 720}, {"max_move_speed": 360}]
    assert turn(stints(400, 100, roads=roads), solver).at("C").tolist() == [[0, 0, 0, 0]]
    assert turn(stints(350, 100, roads=roads), solver).at("C").tolist() == [[10, 10, 10, 10]]


@both
def test_who_was_forced_on_is_asked_no_more_the_next_day(solver):
    """Whoever stays in a town overnight is asked with the town's own chance, whatever the memory."""
    story = turn(stints(560, 10, days=8), solver)
    assert story.at("P1")[0, 1:].tolist() == [10] * 7


def test_the_rules_of_flee_1_in_force():
    """Five constants: 200 km a day, not on foot, no short stints avoided."""
    found = turn(line(300, use_v1_rules=True, start_on_foot=True)).at("C")
    assert found.tolist() == [[0, 10, 10, 10]]
