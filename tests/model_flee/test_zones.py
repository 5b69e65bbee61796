"""Conflict zones and changes of kind, day by day (FLEE.md 3.3 and 3.12), and the chance to leave that they bring."""

import numpy as np
import pytest

from havenward.model.flee.course import course_of
from tests.model_flee.drive import EXACT, MENDED, STAY, both, camp, deviates, folder, near, town, turn, zone
from tests.scenario_flee.helpers import read, replaced, small

ROAD = [("A", "C", 10)]


def course(*places, war=None, mends=EXACT, days=4, **rest):
    """The course of A and C (and others), with roads from A to each."""
    found = folder(places, [(places[0].name, place.name, 10) for place in places[1:]], days=days, war=war, **rest)
    return course_of(found, mends)


def test_intensity_is_read_when_a_conflict_begins():
    """A6: 0.5, then 1, then none, then 0.8."""
    war = {"A": [0.5, 1, 0, 0.8], "B": 1}
    found = course(zone("A"), zone("B"), camp("C"), war=war)
    assert found.conflict[:, 0].tolist() == [0.5, 0.5, 0, 0.8]
    assert found.since[:, 0].tolist() == [0, 0, 0, 3]
    assert course(zone("A"), zone("B"), camp("C"), war=war, mends=MENDED).conflict[:, 0].tolist() == [0.5, 1, 0, 0.8]


def test_a_zone_becomes_a_town_when_the_conflict_ends():
    found = course(zone("A"), zone("B"), camp("C"), war={"A": [1, 1, 0, 0], "B": 1})
    assert found.town[:, 0].tolist() == [False, False, True, True]
    assert found.chance[:, 0].tolist() == [1, 1, 0.3, 0.3]


@both
def test_a_camp_that_was_a_zone_is_half_a_town(solver):
    """A6: its people leave with chance 0.3, it is still a camp, and it counts as a town."""
    war = {"A": 1, "C": [0, 1, 0, 0]}
    found = course(zone("A"), camp("C"), war=war)
    assert found.town[:, 1].tolist() == [False, False, True, True]
    assert found.camp[:, 1].tolist() == [True] * 4
    assert found.chance[:, 1].tolist() == [0.001, 1, 0.3, 0.3]
    mended = course(zone("A"), camp("C"), war=war, mends=MENDED)
    assert mended.town[:, 1].tolist() == [False] * 4
    assert mended.chance[:, 1].tolist() == [0.001, 1, 0.001, 0.001]
    people = folder([zone("A"), camp("C", initial_idps=4000)], [("A", "C", 5000)], days=1, war={"A": 1, "C": [0]})
    assert turn(people, solver).roads[0, 0] < 30
    places = [zone("A"), zone("B"), camp("C", initial_idps=4000)]
    fought = folder(places, [("A", "C", 5000)], days=2, war={"A": 1, "B": 0, "C": [1, 0]}, closures=["location,C,,0,1"])
    assert near(0.3, int(turn(fought, solver).roads[0, 1]), 4000)


def test_a_conflict_of_the_places_table_is_a_day_older():
    """A17: a zone that only locations.csv tells of began on day -1; one that conflicts.csv lists began on day 0."""
    places = zone("A", conflict_intensity=0.4), zone("B"), camp("C")
    found = course(*places, war={"B": 1})
    assert found.since[:, 0].tolist() == [-1] * 4
    assert found.since[:, 1].tolist() == [0] * 4
    assert found.conflict[:, 0].tolist() == [0.4] * 4
    # what the table says on day 0 takes its place; that it says nothing does not end it
    assert course(*places, war={"A": 0.7, "B": 1}).conflict[:, 0].tolist() == [0.7] * 4
    assert course(*places, war={"A": [0, 0, 0.9, 0], "B": 1}).conflict[:, 0].tolist() == [0.4, 0.4, 0.9, 0]


def test_a_later_conflict_date_is_a_town_until_the_table_says_otherwise():
    """B3: in Flee nothing else ever makes it a zone."""
    found = course(zone("A"), zone("B", date=1), camp("C"), war={"A": 1, "B": [0, 0, 1, 1]})
    assert found.town[:, 1].tolist() == [True, True, False, False]
    assert found.conflict[:, 1].tolist() == [0, 0, 1, 1]


def test_an_intensity_of_a_millionth_is_none():
    found = course(zone("A"), town("B", 5), camp("C"), war={"A": 1, "B": [0, 9e-7, 2e-6, 0]})
    assert found.conflict[:, 1].tolist() == [0, 0, 2e-6, 0]


@pytest.mark.parametrize(
    ("kind", "chance", "flags"),
    [
        ("town", 0.31, "t"), ("camp", 0.002, "c"), ("idpcamp", 0.12, "c"), ("forwarding_hub", 1.0, ""),
        ("flood_zone", 0.31, ""), ("conflict_zone", 0.9, ""),
    ],
)  # fmt: skip
def test_chances_by_kind_at_the_start_and_after_a_change(kind, chance, flags):
    rules = {
        "move_rules": {
            "default_movechance": 0.31, "camp_movechance": 0.002, "idpcamp_movechance": 0.12, "conflict_movechance": 0.9,
        }
    }  # fmt: skip
    other = zone("B", 9) if kind == "conflict_zone" else camp("B") if "camp" in kind else town("B", kind=kind)
    other = other if kind != "idpcamp" else town("B", kind="idpcamp")
    begins = course(zone("A"), other, settings=rules)
    changed = course(zone("A"), town("B", kind="forwarding_hub"), settings=rules, changes=[f"B,{kind},2"])
    for found in (begins.chance[:, 1], changed.chance[2:, 1]):
        assert (found == chance).all()
    for table, letter in ((begins.town, "t"), (begins.camp, "c"), (changed.town[2:], "t"), (changed.camp[2:], "c")):
        assert (table[:, 1] == (letter in flags)).all()
    assert changed.chance[:2, 1].tolist() == [1.0, 1.0]


def test_changes_come_before_the_conflicts_of_the_day():
    """A place becomes a town and a zone on the same day: a zone it is. What the change sets at war has the default."""
    rules = {"default_conflict_intensity": 1}
    found = course(zone("A"), town("B", 5), camp("C"), war={"A": 1, "B": [0, 0, 0.6, 0.6]}, changes=["B,town,2"])
    assert found.conflict[:, 1].tolist() == [0, 0, 0.6, 0.6]
    changed = course(zone("A"), town("B", 5), camp("C"), changes=["B,conflict_zone,1", "B,town,3"], settings=rules)
    assert changed.conflict[:, 1].tolist() == [0, 1, 1, 0]
    assert changed.since[1:3, 1].tolist() == [1, 1]


def test_camps_that_close_and_open():
    """3.12: a closed camp is a town with the chance of towns; opened, a camp again, of either kind."""
    places = zone("A"), camp("C"), town("D", kind="idpcamp")
    found = course(*places, closures=["camp,C,,1,3", "idpcamp,D,,1,3"])
    assert found.camp[:, 1].tolist() == [True, False, False, True]
    assert found.town[:, 1].tolist() == [False, True, True, False]
    assert found.chance[:, 1].tolist() == [0.001, 0.3, 0.3, 0.001]
    assert found.chance[:, 2].tolist() == [0.1, 0.3, 0.3, 0.1]


def test_a_camp_may_open_late():
    """The idiom of the format: closes on day 0, opens on day 2."""
    found = course(zone("A"), town("B"), camp("C"), closures=["camp,C,,0,2", "idpcamp,B,,1,2"])
    assert found.camp[:, 2].tolist() == [False, False, True, True]
    assert found.chance[:, 1].tolist() == [0.3, 0.3, 0.1, 0.1]


def test_closing_a_camp_ends_a_conflict_there():
    found = course(zone("A"), zone("B"), camp("C"), war={"A": 1, "B": 1}, closures=["camp,B,,2,-1"])
    assert found.conflict[:, 1].tolist() == [1, 1, 0, 0]
    assert np.isclose(found.chance[2:, 1], 0.3).all()


@deviates("whether a place is a bend of the road is taken from locations.csv and never changes (ways.py, lay_out)")
@both
def test_a_marker_that_becomes_a_town_is_a_stop(solver):
    """2.6: any type may be changed to; and a town has an end of its own."""
    places = [zone("A"), town("M", kind="marker"), camp("C")]
    rules = {"move_rules": {**STAY, "default_movechance": 0.0}}
    found = folder(places, [("A", "M", 10), ("M", "C", 10)], days=1, out=[50], changes=["M,town,0"], settings=rules)
    assert turn(found, solver).at("M").tolist() == [[50]]


@deviates("whether a place is a bend of the road is taken from locations.csv and never changes (ways.py, lay_out)")
@both
def test_a_town_that_becomes_a_marker_is_no_stop(solver):
    """The path to C then has 20 km, of which the bend is no end: D is drawn to by 0.088, and not by 0.061."""
    places, roads = [zone("A"), town("M"), camp("C"), camp("D")], [("A", "M", 10), ("M", "C", 10), ("A", "D", 300)]
    found = folder(places, roads, days=1, out=[9000], changes=["M,marker,0"], settings={"move_rules": STAY})
    assert near((1 / 310) / (1 / 310 + 1 / 30), int(turn(found, solver).at("D")[0, 0]), 9000)


def test_camps_of_the_displaced_follow_changes_and_closures():
    """Epsilon is one, but for days 2 and 3, when it is closed; Gamma becomes one on day 3; Delta never is."""
    files = replaced(small(), "input_csv/closures.csv", "camp,Delta,,4,-1\n", "camp,Delta,,1,2\nidpcamp,Epsilon,,2,4\n")
    scenario = read(files)
    found = course_of(scenario, EXACT).idp_camp
    assert found[:, scenario.index["Epsilon"]].tolist() == [True, True, False, False, True, True]
    assert found[:, scenario.index["Gamma"]].tolist() == [False, False, False, True, True, True]
    assert found.sum() == 4 + 3


def test_a_camp_that_reopens_as_a_camp_is_none_of_the_displaced():
    scenario = read(replaced(small(), "input_csv/closures.csv", "camp,Delta,,4,-1\n", "camp,Epsilon,,2,4\n"))
    found = course_of(scenario, EXACT).idp_camp[:, scenario.index["Epsilon"]]
    assert found.tolist() == [True, True, False, False, False, False]
