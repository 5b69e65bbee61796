"""Borders, places and roads that close, and those on the way meanwhile (FLEE.md 2.4 and 3.12)."""

import numpy as np
import pytest

from havenward.model.flee.course import course_of
from havenward.model.flee.roads import links_of
from tests.model_flee.drive import EXACT, MENDED, STAY, both, camp, folder, town, turn, zone

PLACES = [zone("A"), town("B", 5), town("X", 5, country="Abroad"), camp("C", country="Abroad")]
ROADS = [("A", "B", 10), ("B", "X", 10), ("A", "C", 10), ("X", "C", 10)]


def open_links(closures, *, mends=EXACT, days=4, places=PLACES, roads=ROADS):
    """Per day the links that are open, each as its two ends."""
    found = folder(places, roads, days=days, closures=closures)
    links = links_of(found)
    names = [place.name for place in places]
    table = course_of(found, mends).links_open
    return [{names[links.start[k]] + names[links.end[k]] for k in np.flatnonzero(row)} for row in table]


EVERY = {"AB", "BA", "BX", "XB", "AC", "CA", "XC", "CX"}


@pytest.mark.parametrize(
    ("row", "shut"),
    [
        ("country,Home,Abroad,1,3", {"BX", "XB", "AC", "CA"}),
        ("country,Abroad,Home,1,3", {"BX", "XB", "AC", "CA"}),
        ("country,Home,Home,1,3", {"AB", "BA"}),
        ("location,C,,1,3", {"AC", "CA", "XC", "CX"}),
        ("link,A,B,1,3", set()),
        ("remove_forced_redirection,A,B,1,3", set()),
        ("location,C,,-1,3", set()),
    ],
)
def test_what_closes(row, shut):
    """From day 1 on, and open again on day 3. Flee never closes a single road (B5)."""
    assert open_links([row]) == [EVERY, EVERY - shut, EVERY - shut, EVERY]


def test_a_single_road_closes_as_it_is_meant():
    assert open_links(["link,A,B,1,3"], mends=MENDED) == [EVERY, EVERY - {"AB", "BA"}, EVERY - {"AB", "BA"}, EVERY]


def test_never_and_from_the_first_day():
    assert open_links(["location,X,,0,-1"]) == [EVERY - {"BX", "XB", "XC", "CX"}] * 4


def test_reopening_is_not_counted():
    """A13: the border opens on day 2 and opens the road to C, which another row closed until day 3."""
    rows = ["country,Home,Abroad,0,2", "location,C,,1,3"]
    found = open_links(rows)
    assert found[1] == EVERY - {"BX", "XB", "AC", "CA", "XC", "CX"}
    assert found[2] == EVERY - {"XC", "CX"}
    assert found[3] == EVERY
    assert open_links(rows, mends=MENDED)[2] == EVERY - {"AC", "CA", "XC", "CX"}


def test_rows_of_a_day_act_in_their_order():
    """The second row closes what the first has just opened, and the other way round."""
    assert "AC" not in open_links(["country,Home,Abroad,0,2", "location,C,,2,-1"])[2]
    assert "AC" in open_links(["location,C,,2,-1", "country,Home,Abroad,0,2"])[2]


def road(km, closures, *, days=6, speed=100.0, **rest):
    """Ten people who set out on day 0 from A to C, and stay in either."""
    rules = {"move_rules": {"max_move_speed": speed, **STAY}}
    return folder([zone("A"), camp("C")], [("A", "C", km)], days=days, out=[10], closures=closures, settings=rules, **rest)


@both
def test_people_on_a_link_that_closes_go_back_to_its_start(solver):
    """A13: to the end of it (250 km, day 2), and then they are at its start, in the war; it stays shut."""
    story = turn(road(250, ["location,C,,1,-1"]), solver)
    assert story.roads.tolist() == [[10, 10, 0, 0, 0, 0]]
    assert story.at("A").tolist() == [[0, 0, 10, 10, 10, 10]]


@both
def test_they_go_back_even_if_it_opens_meanwhile(solver):
    """A13: open again on day 2, they are put back to A all the same that evening, and set out anew on day 3."""
    story = turn(road(250, ["location,C,,1,2"]), solver)
    assert story.at("A").tolist() == [[0, 0, 10, 0, 0, 0]]
    assert story.at("C").tolist() == [[0, 0, 0, 0, 0, 10]]


@both
def test_they_go_back_even_if_it_opens_on_the_same_day(solver):
    """3.12: closing replaces the link by a copy; those on the old one are put back, though nobody finds it closed."""
    story = turn(road(250, ["location,C,,1,1"]), solver)
    assert story.at("A").tolist() == [[0, 0, 10, 0, 0, 0]]


@both
def test_who_was_put_back_has_done_with_the_day(solver):
    """They come to the end on day 1 with most of the day left, and leave the start on day 2 only."""
    story = turn(road(110, ["location,C,,1,2"]), solver)
    assert story.at("A").tolist() == [[0, 10, 0, 0, 0, 0]]
    assert story.at("C").tolist() == [[0, 0, 0, 10, 10, 10]]


@both
def test_who_was_put_back_has_walked_his_first_link(solver):
    """places_travelled grows on the way back: after 250 km on foot (50 a day) the same link is driven in a day."""
    rules = {"move_rules": {"max_walk_speed": 50.0, "start_on_foot": True, **STAY}}
    places, roads = [zone("A"), camp("C")], [("A", "C", 245)]
    found = folder(places, roads, days=7, out=[10], closures=["location,C,,1,2"], settings=rules)
    story = turn(found, solver)
    assert story.at("A").tolist() == [[0, 0, 0, 0, 10, 0, 0]]
    assert story.at("C").tolist() == [[0, 0, 0, 0, 0, 10, 10]]


@both
def test_nobody_on_the_other_links_is_touched(solver):
    places, roads = [zone("A"), camp("C"), camp("D")], [("A", "C", 250), ("A", "D", 250)]
    rules = {"move_rules": {"max_move_speed": 100.0, **STAY}}
    found = folder(places, roads, days=3, out=[1000], closures=["location,C,,1,-1"], settings=rules)
    story = turn(found, solver)
    assert story.at("A")[0, 2] + story.at("D")[0, 2] == 1000
    assert 400 < story.at("D")[0, 2] < 600


@both
def test_a_path_over_a_link_that_closes_is_given_up_there(solver):
    """Who is bound for C stays in T, a town that nobody leaves of his own, even after the road is open again."""
    places, roads = [zone("A"), town("T"), camp("C")], [("A", "T", 150), ("T", "C", 150)]
    rules = {"move_rules": {"awareness_level": 2, "default_movechance": 0.0, "max_move_speed": 100.0, **STAY}}
    found = folder(places, roads, days=6, out=[1000], closures=["location,C,,1,3"], settings=rules)
    story = turn(found, solver)
    assert story.at("T")[0, 1:].tolist() == [1000] * 5
    assert turn(folder(places, roads, days=6, out=[1000], settings=rules), solver).at("C")[0, 5] > 300


@both
def test_people_in_a_sealed_place_stay(solver):
    """The burst of 4.6: nobody gets out until the place opens, then all do."""
    found = folder([zone("A"), camp("C")], [("A", "C", 10)], days=4, out=[5] * 4, closures=["location,A,,0,2"],
                   settings={"move_rules": STAY})  # fmt: skip
    assert turn(found, solver).at("C").tolist() == [[0, 0, 15, 20]]


@both
def test_those_who_set_out_on_the_day_of_the_closing_are_too_late(solver):
    """3.2: closures come after setting out and before moving."""
    found = folder([zone("A"), camp("C")], [("A", "C", 10)], days=3, out=[0, 5], closures=["location,C,,1,2"],
                   settings={"move_rules": STAY})  # fmt: skip
    assert turn(found, solver).at("A").tolist() == [[0, 5, 0]]
