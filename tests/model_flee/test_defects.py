"""No behaviour, defect or quirk of FLEE.md is left out (see covers.py), and those that have no place elsewhere."""

import pytest

from havenward.model.flee.course import course_of
from tests.model_flee.covers import BEHAVIOURS, DEFECTS, MESSAGES, QUIRKS, SETTINGS, missing
from tests.model_flee.drive import EXACT, STAY, both, camp, files_of, folder, near, told, town, turn, weights, zone
from tests.scenario_flee.helpers import problems_of


@pytest.mark.parametrize(("table", "letter", "last"), [(BEHAVIOURS, "A", 18), (DEFECTS, "B", 31)])
def test_no_id_is_left_out(table, letter, last):
    assert list(table) == [f"{letter}{number}" for number in range(1, last + 1)]


@pytest.mark.parametrize("table", [BEHAVIOURS, DEFECTS, QUIRKS])
def test_what_covers_them_is_there(table):
    assert all(covers for covers in table.values())
    assert missing(cover for covers in table.values() for cover in covers) == []


def test_covers_that_are_not_there_are_found():
    """The negative control of the one above."""
    wrong = ["test_paths.py::test_nothing", f"{MESSAGES}::CASES[nothing]", f"{SETTINGS}::test_nothing"]
    assert missing([*wrong, "A reason.", "test_paths.py::test_one_link"]) == wrong


TWO, ROAD = [zone("A"), camp("C")], [("A", "C", 10)]


def said(**rules):
    return told(TWO, ROAD, days=2, out=[1], settings={"move_rules": rules})


def test_the_rule_of_two_systems_is_told_of():
    assert any("never active" in problem.wrong for problem in said(two_system_decision_making=True))


def test_harvests_are_told_of():
    assert any("harvest" in problem.column for problem in said(harvest_months=[1]))


def test_zones_that_nobody_leaves_are_told_of():
    """3.1, 6: any place but a camp or a flood zone; that a zone is one need not be reproduced, but must be told."""
    assert any("conflict_movechance" in problem.column for problem in said(conflict_movechance=0.004))


@both
def test_towns_stay_towns_whatever_their_chance(solver):
    """B22: below 0.005 Flee makes camps of them, which are then weighed as camps."""
    places, roads = [zone("A"), town("T"), camp("C")], [("A", "T", 90), ("A", "C", 90)]
    rules = {"move_rules": {"default_movechance": 0.004, "camp_weight": 4.0, **STAY}}
    found = folder(places, roads, days=1, out=[4000], settings=rules)
    assert weights(found, "A") == pytest.approx({("T", 90): 0.01, ("C", 90): 0.04})
    assert near(0.2, 4000 - int(turn(found, solver).at("C")[0, 0]), 4000)


def test_a_road_with_forced_redirection_is_there_twice():
    """B21: in exact mode both are options; the direction of code 2 has no effect."""
    for code, number in ((0, 1), (1, 2), (2, 1)):
        places = [zone("A"), camp("C"), camp("D")]
        roads = [("A", "C", 10, {"forced_redirection": code}), ("A", "D", 10)]
        story = turn(folder(places, roads, days=1, out=[6000], settings={"move_rules": STAY}))
        assert near(number / (number + 1), int(story.at("C")[0, 0]), 6000)


def test_an_intensity_of_a_half_stays_a_half():
    """B27: Flee cuts it to 0 where a change makes a zone; here it is read as written, and told."""
    places = [zone("A"), town("T", 5), camp("C")]
    roads, settings = [("A", "T", 9), ("A", "C", 9)], {"default_conflict_intensity": 0.5}
    found = folder(places, roads, days=2, changes=["T,conflict_zone,1"], settings=settings)
    assert course_of(found, EXACT).conflict[:, 1].tolist() == [0, 0.5]
    files = files_of(places, roads, days=2, changes=["T,conflict_zone,1"], settings=settings)
    assert any("cuts it" in problem.wrong for problem in problems_of(files))
