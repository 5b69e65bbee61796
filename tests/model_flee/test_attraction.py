"""How attractive places are, to everybody and to some (FLEE.md 3.7 and S_a of 3.10a)."""

import numpy as np
import pytest

from havenward.model.flee.ground import Ground
from havenward.model.flee.traits import AS_IS, IGNORED, SQUARED, hazard_of
from havenward.scenario.flee.settings import MoveRules
from tests.model_flee.drive import EXACT, MENDED, STAY, both, camp, folder, near, town, turn, weights, zone

PLACES = [
    zone("A"),
    town("T", 300),
    camp("C"),
    town("I", kind="idpcamp"),
    camp("F", country="Abroad"),
    town("G", 200, country="Abroad"),
    zone("W", 50),
]
ROADS = [("A", name, 90) for name in "TCIFGW"]


def scores(day=0, *, places=PLACES, days=8, mends=EXACT, **rest):
    """Scores of all places by name."""
    ground = Ground.of(folder(places, ROADS, days=days, **rest), mends)
    return dict(zip(ground.names, ground.pull.scores(day).tolist(), strict=True))


def test_weights_of_kinds_multiply():
    found = scores(settings={"move_rules": {"camp_weight": 2.0, "foreign_weight": 3.0, "conflict_weight": 0.25}})
    assert found == {"A": 0.25, "T": 1, "C": 2, "I": 2, "F": 6, "G": 3, "W": 0.25}


def test_defaults_are_those_of_the_code():
    """4.3: without the key the weight of conflict is 0.316 and not 0.25."""
    assert scores()["W"] == pytest.approx(0.31623, abs=1e-5)


def test_intensity_and_age_soften_the_penalty_of_war():
    """0.25 to the power of decay times intensity; W began on day 0, A (which conflicts.csv does not list) on day -1."""
    rules = {"spawn_rules": {"conflict_spawn_decay": [1, 0.5], "conflict_spawn_decay_interval": 4}}
    rules["move_rules"] = {"conflict_weight": 0.25}
    found = [scores(day, war={"W": 0.5}, settings=rules) for day in (0, 3, 4)]
    assert [day["W"] for day in found] == pytest.approx([0.25**0.5, 0.25**0.5, 0.25**0.25])
    assert [day["A"] for day in found] == pytest.approx([0.25, 0.25**0.5, 0.25**0.5])


def test_the_age_counts_today_and_not_yesterday():
    """Unlike the weights of origins, scores are worked out anew every day before anybody moves."""
    rules = {"spawn_rules": {"conflict_spawn_decay": [1, 0.5], "conflict_spawn_decay_interval": 1}}
    rules["move_rules"] = {"conflict_weight": 0.25}
    assert scores(1, settings=rules)["W"] == pytest.approx(0.5)


def test_hunger_repels_at_home():
    """1 - (share in deprivation)^2, from day 1 on, and not abroad; figures lie on straight lines: 20, 30, 40 per cent."""
    rules = {"move_rules": {"avoid_food_deprived_locations": True, "camp_weight": 2.0}}
    food = {"region_attributes_IPC.csv": "#Day,R\n0,20\n8,100\n"}
    found = [scores(day, settings=rules, more=food) for day in (0, 1, 2)]
    assert [day["T"] for day in found] == pytest.approx([1, 1 - 0.3**2, 1 - 0.4**2])
    assert [day["C"] for day in found] == pytest.approx([2, 2 * (1 - 0.3**2), 2 * (1 - 0.4**2)])
    assert [day["F"] for day in found] == [2, 2, 2]
    assert scores(0, settings=rules, more=food, mends=MENDED)["T"] == pytest.approx(1 - 0.2**2)


def test_trade_and_development_attract_abroad():
    """1 + (trade + hdi^2), times the weight of places abroad."""
    places = [*PLACES[:4], camp("F", country="Abroad", trade_volume=1.5, hdi=0.5), *PLACES[5:]]
    places[5] = town("G", 200, country="Abroad", trade_volume=0.5, hdi=0)
    rules = {"move_rules": {"use_economic_pull": True, "foreign_weight": 2.0, "camp_weight": 3.0}}
    found = scores(places=places, settings=rules)
    assert (found["F"], found["G"], found["T"]) == (pytest.approx(2 * 3 * 2.75), pytest.approx(2 * 1.5), 1)


def test_the_country_of_the_first_row_is_home():
    places = [zone("A", country="X"), town("T", 5, country="Y"), town("U", 5, country="X")]
    found = folder(places, [("A", "T", 9), ("A", "U", 9)], days=1, settings={"move_rules": {"foreign_weight": 4.0}})
    assert Ground.of(found, EXACT).pull.scores(0)[1:].tolist() == [4, 1]


def test_people_attract_where_there_is_no_camp():
    """max(1, population)^p; camps are left out, and population is in agents."""
    rules = {
        "move_rules": {"use_pop_for_loc_weight": True, "pop_power_for_loc_weight": 0.5},
        "optimisations": {"hasten": 2},
    }
    found = weights(folder(PLACES, ROADS, days=1, settings=rules), "A")
    assert found["T", 90] == pytest.approx(150**0.5 / 100)
    assert found["C", 90] == pytest.approx(1 / 100)
    assert found["W", 90] == pytest.approx(0.316227766 * 25**0.5 / 100)


def test_near_places_attract_more():
    """B14: measured from where people stand, and (exact) with latitude and longitude exchanged."""
    places = [zone("A", lat=0.0, lon=60.0), camp("C", lat=0.0, lon=61.0), camp("D", lat=1.0, lon=60.0)]
    rules = {"move_rules": {"stay_close_to_home": True, "home_distance_power": 1.0}}
    found = folder(places, [("A", "C", 90), ("A", "D", 90)], days=1, settings=rules)
    degree = 6371.0 * np.pi / 180
    true = weights(found, "A", mends=MENDED)
    assert true["C", 90] == pytest.approx(1 / degree / 100)
    exchanged = weights(found, "A")
    # one degree of what Flee takes for latitude is a degree, one of what it takes for longitude is shorter at 60 degrees
    assert exchanged["C", 90] == pytest.approx(1 / degree / 100)
    assert exchanged["D", 90] == pytest.approx(1 / (degree / 2) / 100, rel=1e-4)


def test_a_place_within_a_kilometre_is_as_near_as_can_be():
    places = [zone("A"), camp("C", lat=0.001)]
    rules = {"move_rules": {"stay_close_to_home": True, "home_distance_power": 5.0}}
    assert weights(folder(places, [("A", "C", 90)], days=1, settings=rules), "A") == {("C", 90): 0.01}


ALL = {"ChildrenAvoidHazards": True, "ElderlyAvoidHazards": True, "WomenAvoidHazards": True, "BoysTakeRisk": True}


@pytest.mark.parametrize(
    ("rules", "age", "sex", "kind"),
    [
        ({"ChildrenAvoidHazards": True}, 18, "male", SQUARED),
        ({"ChildrenAvoidHazards": True}, 19, "male", AS_IS),
        ({"ElderlyAvoidHazards": True}, 59, "female", AS_IS),
        ({"ElderlyAvoidHazards": True}, 60, "female", SQUARED),
        ({"WomenAvoidHazards": True}, 30, "female", SQUARED),
        ({"WomenAvoidHazards": True}, 30, "male", AS_IS),
        ({"BoysTakeRisk": True}, 16, "male", AS_IS),
        ({"ChildrenAvoidHazards": True, "BoysTakeRisk": True}, 14, "male", SQUARED),
        ({"ChildrenAvoidHazards": True, "BoysTakeRisk": True}, 15, "male", IGNORED),
        ({"ChildrenAvoidHazards": True, "BoysTakeRisk": True}, 40, "male", IGNORED),
        ({"ChildrenAvoidHazards": True, "BoysTakeRisk": True}, 16, "female", SQUARED),
        (ALL, 70, "male", IGNORED),
        (ALL, 70, "female", SQUARED),
        (ALL, 12, "female", SQUARED),
    ],
)
def test_who_avoids_hazards(rules, age, sex, kind):
    """B13: boys are all men above 14, and the rule works with that on children only; a square is not squared again."""
    assert hazard_of(age, sex, MoveRules.model_validate(rules)) == kind


@both
def test_a_score_counts_twice_for_children(solver):
    """Half the people of A are ten years old: W draws them by 0.25 of a camp, or by its square."""
    rules = {"move_rules": {**STAY, "ChildrenAvoidHazards": True, "conflict_weight": 0.25, "conflict_movechance": 1.0}}
    ages = {"demographics_age.csv": "age,Default,A\n10,0,1\n40,1,1\n"}
    places = [zone("A"), zone("W", 0), camp("C")]
    story = turn(folder(places, [("A", "W", 400), ("A", "C", 300)], days=1, out=[9000], settings=rules, more=ages), solver)
    weight = {share: (share / 410, 1 / 310) for share in (0.25, 0.0625)}
    expected = np.mean([far / (far + close) for far, close in weight.values()])
    assert near(expected, int(story.roads[0, 0]), 9000)
    assert not near(weight[0.25][0] / sum(weight[0.25]), int(story.roads[0, 0]), 9000)


@both
def test_listed_agents_have_ages_that_are_numbers(solver):
    """B13: in Flee they are text, at which it stops. 3000 children avoid W, 3000 others less."""
    rules = {
        "move_rules": {**STAY, "ChildrenAvoidHazards": True, "conflict_weight": 0.25},
        "spawn_rules": {"read_from_agents_csv_file": True},
    }
    places = [zone("A"), zone("W", 0), camp("C")]
    for age, share in ((8, 0.0625), (30, 0.25)):
        listed = {"agents.csv": "location,age\n" + f"A,{age}\n" * 3000}
        found = folder(places, [("A", "W", 400), ("A", "C", 300)], days=1, settings=rules, more=listed)
        far, close = share / 410, 1 / 310
        assert near(far / (far + close), int(turn(found, solver).roads[0, 0]), 3000)


def test_a_place_that_becomes_a_flood_zone_counts_as_one():
    """3.7: the score of flood zones is weighed by the flood, and again for each person; of other places once."""
    from tests.model_flee.test_floods import flooded

    found = flooded({"H": [1, 1], "L": [1, 1]}, changes=["H,flood_zone,1"])
    assert Ground.of(found, EXACT).pull.scores(1).tolist() == [0.5, 0.5]
