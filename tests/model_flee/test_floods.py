"""Floods: who sets out, who leaves, and where to, with and without a forecast (FLEE.md 3.3, 3.4, 3.7, 3.9, 3.10a)."""

import numpy as np
import pytest

from havenward.model.flee.ground import Ground
from tests.model_flee.drive import EXACT, FLOODS, MENDED, both, camp, folder, near, town, turn, weights

LISTS = {"flood_movechances": [0, 0.5, 0.6, 0.8, 1], "flood_loc_weights": [1, 0.5, 0.2, 0.1, 0]}
SEEN = {**LISTS, "flood_forecaster": True, "flood_forecaster_timescale": 2, "flood_forecaster_end_time": 6}


def flooded(
    level, *, days=2, rules=LISTS, rate=(0, 0.1, 0.2, 0.3, 0.4), mode="pop_ratio", move=None, spawn=None, hasten=1, **rest
):
    """A flood zone L with 100 people and a town H with 50, 10 km apart."""
    places = [town("L", 100, kind="flood_zone"), town("H", 50)]
    driven = {"spawn_mode": mode, "displaced_per_flood_day": list(rate)}
    settings = {
        "spawn_rules": {**FLOODS, "flood_driven_spawn_mode": driven, **(spawn or {})},
        "move_rules": {**({"flood_rules": rules} if rules else {}), **(move or {})},
        "optimisations": {"hasten": hasten},
    }
    return folder(places, [("L", "H", 10)], days=days, flood=level, settings=settings, **rest)


def chances(scenario, day):
    """(P,) chances to leave, for the first kind of people."""
    ground = Ground.of(scenario, EXACT)
    return ground.pull.chances(day, ground.pull.population[:, None], np.zeros(len(ground.names)))[0, :, 0].tolist()


@both
def test_a_share_of_the_people_sets_out_by_level(solver):
    """int(q pop), of who is left: 10 of 100 at level 1, then 18 of 90 at level 2; 5 of 50 at level 1."""
    story = turn(flooded({"L": [1, 2], "H": [0, 1]}), solver)
    assert np.diff(story.passed("displaced", "L")[0]).tolist() == [8]
    assert story.displaced.tolist() == [[10, 33]]


@both
def test_a_number_sets_out_by_level_with_floods(solver):
    """Not divided by hasten (A16)."""
    found = flooded({"L": [1, 3], "H": [0, 0]}, mode="constant", rate=[0, 7.9, 20, 30, 40], hasten=5)
    assert turn(found, solver).displaced.tolist() == [[7, 37]]
    poisson = flooded({"L": [1] * 40, "H": [0] * 40}, days=40, mode="poisson", rate=[0, 7.9, 20], rules=None)
    drawn = np.diff(turn(poisson, solver, members=20).displaced, axis=1, prepend=0)
    # Poisson of int(7.9): 800 draws of mean 7; wrong once in 15 000 seeds
    assert abs(drawn.mean() - 7) < 4 * (7 / 800) ** 0.5


@both
def test_every_place_may_hold_people_on_day_0(solver):
    """2.16 and 3.1: where floods drive people all places count as camps, so registered people stand in each."""
    series = {"L": {0: 7}, "H": {0: 9}}
    found = flooded({"L": [0, 0], "H": [0, 0]}, spawn={"insert_day0": True}, series=series)
    story = turn(found, solver, days=1)
    assert story.displaced.tolist() == [[16]]
    assert [site for stage, site, _ in story.stocks if stage == "in_camp"] == ["L", "H"]


def test_the_level_sets_the_chance_to_leave():
    """Dry places keep their own chance; a higher level than the list tells is refused on reading."""
    found = flooded({"L": [1, 3], "H": [0, 2]})
    assert [chances(found, day) for day in (0, 1)] == [[0.5, 0.3], [0.8, 0.6]]


@both
def test_people_leave_by_level(solver):
    series = {"L": {0: 4000}, "H": {0: 4000}}
    found = flooded(
        {"L": [3, 0], "H": [0, 0]},
        spawn={"insert_day0": True},
        series=series,
        rate=[0, 0, 0, 0, 0],
        move={"max_move_speed": 10.0},
    )
    story = turn(found, solver)
    assert near(0.8, 4000 - int(story.at("L")[0, 0]), 4000)
    assert near(0.3, 4000 - int(story.at("H")[0, 0]), 4000)


def test_the_flood_weighs_on_flood_zones_twice():
    """B15: in the score, and for each person; on other places once. Level 0 of the list counts in the score."""
    found = flooded({"L": [1, 1], "H": [2, 0]})
    assert Ground.of(found, EXACT).pull.scores(0).tolist() == [0.5, 1]
    assert weights(found, "H") == pytest.approx({("L", 10): 0.25 / 20})
    assert weights(found, "L") == pytest.approx({("H", 10): 0.2 / 20})
    assert weights(found, "L", 1) == pytest.approx({("H", 10): 1 / 20})
    assert weights(found, "H", mends=MENDED) == pytest.approx({("L", 10): 0.5 / 20})
    lists = {**LISTS, "flood_loc_weights": [0.9, 0.5, 0.2]}
    assert weights(flooded({"L": [0, 1], "H": [0, 1]}, rules=lists), "H") == pytest.approx({("L", 10): 0.9 / 20})


def test_a_forecast_scales_the_chance_to_leave():
    """3.9: the chance, times the mean over n days of the weight of forecast floods; 0 where none is forecast (B15)."""
    level = {"L": [1, 1, 0, 3, 3, 3, 3], "H": [2, 0, 0, 0, 0, 0, 0]}
    found = flooded(level, days=7, rules=SEEN)
    # day 0 sees level 1 on day 1; day 2 sees 3 and 3; day 5 sees day 6 alone and still divides by 2; day 6 sees day 6
    assert chances(found, 0) == pytest.approx([0.5 * 0.5 / 2, 0])
    assert chances(found, 2) == pytest.approx([0.3 * (0.1 + 0.1) / 2, 0])
    assert chances(found, 5) == pytest.approx([0.8 * 0.1 / 2, 0])
    assert chances(found, 6) == pytest.approx([0.8 * 0.1 / 2, 0])


def test_a_forecast_ends():
    level = {"L": [1] * 7, "H": [0] * 7}
    found = flooded(level, days=7, rules={**SEEN, "flood_forecaster_end_time": 3})
    assert chances(found, 3) == pytest.approx([0.5 * 0.5 / 2, 0])
    assert chances(found, 4) == [0.5, 0.3]
    alone = flooded(level, days=7, rules={**SEEN, "flood_forecaster_timescale": 1})
    assert chances(alone, 0) == [0.5, 0.3]


def test_trust_goes_by_the_day_that_is_forecast():
    """B15: indexed by absolute day and not by lead time."""
    rules = {**SEEN, "flood_forecaster_weights": [9, 0.4, 0.2, 0.1, 0, 0, 0]}
    found = flooded({"L": [1] * 7, "H": [0] * 7}, days=7, rules=rules)
    assert chances(found, 0)[0] == pytest.approx(0.5 * (0.5 * 0.4 + 0.5 * 0.2) / 2)
    assert chances(found, 1)[0] == pytest.approx(0.5 * (0.5 * 0.2 + 0.5 * 0.1) / 2)


def test_people_heed_a_forecast_by_their_awareness():
    rules = {**SEEN, "flood_awareness_weights": [0.0, 0.5, 1.0]}
    more = {"demographics_floodawareness.csv": "floodawareness,Default\n0,1\n1,1\n2,2\n"}
    ground = Ground.of(flooded({"L": [1] * 7, "H": [0] * 7}, days=7, rules=rules, more=more), EXACT)
    chance = ground.pull.chances(0, ground.pull.population[:, None], np.zeros(2))[:, 0, 0]
    assert chance == pytest.approx([0, 0.125, 0.25])
    assert ground.traits.share[0].tolist() == [0.25, 0.25, 0.5]


def test_a_forecast_of_floods_makes_dry_places_worthless():
    """B15, S_a: base^2 / n with the weight of today's level; 0 where no flood is forecast, and 0 for flood zones (score)."""
    found = flooded({"L": [1] * 7, "H": [0, 1, 1, 1, 1, 1, 1]}, days=7, rules=SEEN)
    assert weights(found, "L") == pytest.approx({("H", 10): 2**2 / 2 / 20})
    assert weights(found, "L", 1) == pytest.approx({("H", 10): 0.5 * (2 * 0.5) ** 2 / 2 / 20})
    assert weights(found, "H") == {("L", 10): 0}
    dry = flooded({"L": [1] * 7, "H": [0] * 7}, days=7, rules=SEEN)
    assert weights(dry, "L") == {("H", 10): 0}


def test_a_forecast_sees_beyond_the_end_of_the_run():
    """3.3: the forecast is the whole column of the table. Day 1 of 2 sees a dry day 2 and level 3 on day 3."""
    found = flooded({"L": [1, 1, 0, 3, 3, 3, 3], "H": [0] * 7}, days=2, rules=SEEN)
    assert chances(found, 1)[0] == pytest.approx(0.5 * 0.1 / 2)


def test_fixed_routes_weigh_the_flood_once_more():
    """3.10a: E.score times flood weight is kept, and S_a is multiplied on: 0.5 four times."""
    found = flooded({"L": [1, 1], "H": [0, 0]}, move={"fixed_routes": True})
    assert weights(found, "H") == pytest.approx({("L", 10): 0.5**4 / 20})


@both
def test_places_lose_people_for_every_rule(solver):
    """All 100 set out on day 0; from day 1 on a chance in proportion to people is 0."""
    move = {"movechance_pop_base": 100, "movechance_pop_scale_factor": 1.0, "max_move_speed": 1.0}
    found = flooded({"L": [1, 0], "H": [0, 0]}, rules=None, rate=[0, 1.0, 1.0], move={**move, "default_movechance": 0.2})
    story = turn(found, solver, members=40)
    assert (story.at("L")[:, 1] == story.at("L")[:, 0]).all()


@both
def test_camps_and_places_abroad_set_out_when_flooded(solver):
    places = [town("L", 100, kind="flood_zone"), camp("C"), town("G", 60, country="Abroad")]
    driven = {"spawn_mode": "constant", "displaced_per_flood_day": [0, 3, 5]}
    settings = {"spawn_rules": {**FLOODS, "flood_driven_spawn_mode": driven}}
    roads = [("L", "C", 10), ("L", "G", 10)]
    found = folder(places, roads, days=1, flood={"L": [0], "C": [1], "G": [1]}, settings=settings)
    story = turn(found, solver)
    assert story.passed("displaced", "G").tolist() == [[3]]
    assert story.displaced.tolist() == [[6]]
