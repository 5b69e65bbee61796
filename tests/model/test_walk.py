"""The night, captivity and the way home, against formulae. The mean solver gives expectations without noise."""

from __future__ import annotations

import numpy as np
import pytest

from tests.model.drive import turn
from tests.model.worlds import LOCATIONS, at, dear, fire, home, passing_front, siege, way

MANY = (home(population=400_000.0), *LOCATIONS[1:])
PLAIN = {
    "moon_effect": 0.0,
    "exhaustion_loss": 0.0,
    "mine_loss": 0.0,
    "vanguard_held": 1e-9,
    "vanguard_fear": 0.0,
    "walking_speed": 2.0,
    "night_hours": 9.0,
    "patrol_groups": 1e15,
}


def one_cohort(km=10.0, days=10, use="night", **more):
    """People leave on the first day only; how they fare is known a few nights later."""
    corridors = (way(use, km=km, opened=at(0), closed=at(1), **more),)
    return siege(days, locations=MANY, corridors=corridors, prices=(dear(8.0),))


def ends(story):
    """Shares of households that left: across, turned back, captured, dead or lost."""
    units = {q: story.flow(q)[0, :, 4].sum() for q in ("left_home", "arrived", "turned_back", "captured", "died_on_way")}
    left = units.pop("left_home")
    return {name: number / left for name, number in units.items()}


@pytest.mark.parametrize(("km", "nights"), [(10.0, 1), (30.0, 2), (50.0, 3), (900.0, 7)])
def test_an_attempt_is_stopped_with_the_same_chance_however_many_nights_it_takes(km, nights):
    values = PLAIN | {"interception": 0.4, "shot_share": 0.1, "turned_back_share": 0.7, "captivity_days": 1e9}
    story = turn(one_cohort(km=km, patrols=0.5, width_km=0.0), "mean", members=1, reach_km=400.0, **values)
    arrived = story.flow("arrived")[0, :, 4]
    assert np.flatnonzero(arrived > 1e-6).tolist() == [nights - 1]
    assert ends(story) == pytest.approx(
        {"arrived": 0.8, "turned_back": 0.2 * 0.9 * 0.7, "captured": 0.2 * 0.9 * 0.3, "died_on_way": 0.2 * 0.1}, rel=1e-4
    )


def test_slow_groups_need_more_nights():
    """Two thirds of the pace: 15 km in one night or in two."""
    slow = one_cohort(km=15.0).classes[0].model_copy(update={"mobility": 0.5})
    scenario = one_cohort(km=15.0).model_copy(update={"classes": (slow,)})
    story = turn(scenario, "mean", members=1, slow_speed=0.6, parting=0.0, **PLAIN)
    assert np.flatnonzero(story.moved("arrived")[0] > 1e-6).tolist() == [1]


def test_mines_and_exhaustion_lose_whom_their_formulae_say():
    values = PLAIN | {"mine_loss": 0.05, "exhaustion_loss": 0.02, "interception": 0.0}
    story = turn(one_cohort(width_km=6.0, mines=0.5), "mean", members=1, **values)
    assert ends(story)["died_on_way"] == pytest.approx(1 - np.exp(-0.05 * 0.5 * 6.0) + 0.02, rel=1e-4)


def test_busy_patrols_stop_fewer():
    """Three waves of a night; each meets patrols that are as busy as those stopped before it made them."""
    values = PLAIN | {"interception": 0.6, "patrol_groups": 400.0, "seal_strength": 1.0, "wish_base": 0.0}
    story = turn(one_cohort(), "mean", members=1, **values)
    groups = story.flow("left_home")[0, 0, 4]
    assert groups > 2_000
    stopped = 0.0
    for _ in range(3):
        stopped += groups / 3 * 0.6 / (1 + stopped / 400.0)
    assert 1 - ends(story)["arrived"] == pytest.approx(stopped / groups, rel=1e-4)


def test_a_full_moon_shows_more():
    """1 + effect x (2 lit - 1) at the night's own moon."""
    story = turn(one_cohort(), "mean", members=1, **PLAIN | {"interception": 0.4, "moon_effect": 0.5})
    lit = story.rules.ground.world.moon[0]
    assert 1 - ends(story)["arrived"] == pytest.approx(0.4 * (1 + 0.5 * (2 * lit - 1)), rel=1e-4)


def test_the_moon_was_full_when_the_almanac_says():
    """Full moons of 10 January and 9 February 2020, new moons of 24 January and 23 February."""
    moon = turn(siege(60), "mean", members=1, days=1).rules.ground.world.moon
    assert moon[9:11].max() > 0.99
    assert moon[39:41].max() > 0.99
    assert moon[23:25].min() < 0.01
    assert moon[53:55].min() < 0.01


def test_people_who_leave_contact_are_under_fire():
    scenario = siege(
        3, locations=MANY, control=passing_front(0, 5), corridors=(way("front", closed=at(1)),), fighting=(fire(2.0),)
    )
    values = PLAIN | {"fire_loss": 0.03, "interception_contact": 0.0, "departure_ceiling": 0.0}
    assert ends(turn(scenario, "mean", members=1, **values))["died_on_way"] == pytest.approx(0.03 * 2 / 3, rel=1e-4)


def test_captives_are_released_or_killed_at_the_rate_of_captivity():
    """One captive in T a day meets an end, so that captivity lasts T days; the stated share of ends is death."""
    values = PLAIN | {"interception": 0.5, "turned_back_share": 0.0, "shot_share": 0.0}
    story = turn(one_cohort(days=40), "mean", members=1, captivity_days=12.0, execution_share=0.3, **values)
    captured = story.households("captured")[0]
    assert captured[1:] / captured[:-1] == pytest.approx(1 - 1 / 12.0, rel=1e-4)
    killed, released = (story.flow(q)[0, :, 4].sum() for q in ("died_on_way", "released"))
    assert killed / (killed + released) == pytest.approx(0.3, rel=1e-3)


def test_nobody_is_executed_once_the_place_is_free():
    """When the town falls its captives go free, half of them each day."""
    values = PLAIN | {"interception": 0.5, "turned_back_share": 0.0, "shot_share": 0.0, "interception_contact": 0.0}
    scenario = one_cohort(days=12).model_copy(update={"control": passing_front(5, 5)})
    story = turn(scenario, "mean", members=1, captivity_days=1e9, execution_share=1.0, **values)
    captured = story.households("captured")[0]
    assert captured[6:] / captured[5:-1] == pytest.approx(0.5, rel=1e-3)
    assert story.flow("died_on_way")[0, :, 4].sum() == pytest.approx(0, abs=1e-3)


def test_those_turned_back_come_home_at_their_rate_and_as_what_they_were():
    """Home again after some days; all of them are at home in the end, with the persons that they left with."""
    values = PLAIN | {"interception": 0.5, "turned_back_share": 1.0, "shot_share": 0.0}
    story = turn(one_cohort(days=60), "mean", members=1, return_home_days=4.0, **values)
    back = story.households("turned_back")[0]
    assert back[1:30] / back[:29] == pytest.approx(1 - 1 / 4.0, rel=1e-4)
    arrived = story.moved("arrived")[0].sum()
    assert story.at_home()[0, -1] == pytest.approx(400_000 - arrived, abs=5)
    assert story.at_home()[0, 0] < 400_000 - arrived - 100
