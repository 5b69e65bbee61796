"""How likely people are to leave (FLEE.md 3.9); what kinds of places bring is in test_zones.py, floods in test_floods.py."""

import numpy as np
import pytest

from havenward.model.flee.ground import Ground
from tests.model_flee.drive import EXACT, STAY, both, camp, folder, near, town, turn, zone

FOOD = {"region_attributes_IPC.csv": "#Day,R,S\n0,0,50\n4,40,50\n"}


def chances(scenario, day=0):
    """(P,) chances to leave by place."""
    ground = Ground.of(scenario, EXACT)
    full = ground.capacity[day]
    room = np.where(np.isfinite(full), full, 0.0)
    found = ground.pull.chances(day, ground.pull.population[:, None], room)[0, :, 0]
    return dict(zip(ground.names, found.tolist(), strict=True))


def star(*places, days=3, **rest):
    places = (zone("A", 400), *places)
    return folder(places, [("A", place.name, 10) for place in places[1:]], days=days, **rest)


def test_people_raise_or_lower_the_chance():
    """times (max(population, capacity) / base)^p; in agents, and never above 1."""
    rules = {"movechance_pop_base": 1000, "movechance_pop_scale_factor": 0.5, "camp_movechance": 0.4}
    found = chances(star(town("T", 250), camp("C", 90), settings={"move_rules": rules}))
    assert found == pytest.approx({"A": 0.4**0.5, "T": 0.3 * 0.25**0.5, "C": 0.4 * 0.09**0.5})
    large = chances(star(town("T", 10**7), settings={"move_rules": rules}))
    assert large["T"] == 1
    halved = chances(star(town("T", 250), settings={"move_rules": rules, "optimisations": {"hasten": 2}}))
    assert halved["T"] == pytest.approx(0.3 * 0.125**0.5)


def test_an_exponent_of_0_leaves_the_chance_as_it_is():
    """0 to the power of 0 is 1: places without people are no exception."""
    assert chances(star(town("T", 0)))["T"] == 0.3


@both
def test_the_scaling_of_capacities_is_left_out_of_the_chance(solver):
    """3.9 says capacity where 3.11 says capacity times scaling: 0.5 times 100 / 200."""
    rules = {"camp_movechance": 0.5, "capacity_scaling": 2.0, "movechance_pop_base": 200, "movechance_pop_scale_factor": 1.0}
    places = [zone("A"), camp("C", 100, initial_idps=4000)]
    found = folder(places, [("A", "C", 1000)], days=1, settings={"move_rules": rules})
    assert near(0.25, int(turn(found, solver).roads[0, 0]), 4000)


def test_hunger_makes_people_leave():
    """i + (1 - i) m, with the figure of the day on a straight line: 0, 10 and 20 per cent."""
    found = star(town("T", 5), town("U", 5, region="S"), settings={"move_rules": {"flee_when_starving": True}}, more=FOOD)
    assert [chances(found, day)["T"] for day in range(3)] == pytest.approx([0.3, 0.1 + 0.9 * 0.3, 0.2 + 0.8 * 0.3])
    assert chances(found, 0)["U"] == pytest.approx(0.5 + 0.5 * 0.3)


@both
@pytest.mark.parametrize(("kind", "chance"), [("town", 0.3), ("idpcamp", 0.1), ("forwarding_hub", 1.0), ("marker", 1.0)])
def test_people_leave_by_the_chance_of_their_place(kind, chance, solver):
    """Listed agents stand in B and are far from anything; each goes with the chance of its kind."""
    rules = {"spawn_rules": {"read_from_agents_csv_file": True}}
    found = folder(
        [zone("A"), town("B", kind=kind)],
        [("A", "B", 1000)],
        days=2,
        settings=rules,
        more={"agents.csv": "location,age\n" + "B,30\n" * 4000},
        series={"B": {0: 0}},
    )
    story = turn(found, solver)
    assert near(chance, int(story.roads[0, 0]), 4000)
    assert near(1 - (1 - chance) ** 2, int(story.roads[0, 1]), 4000)


@both
def test_who_has_stops_before_him_goes_for_certain(solver):
    """3.9, 3: a path that was begun is followed with chance 1, also the next morning."""
    places = [zone("A"), town("T"), camp("C")]
    rules = {"move_rules": {"awareness_level": 2, "default_movechance": 0.0, "max_move_speed": 100.0, **STAY}}
    # 100 km at 100 km a day take two days; the way of the second is lost, and the next link has a day of its own
    found = folder(places, [("A", "T", 100), ("T", "C", 150)], days=5, out=[6000], settings=rules)
    story = turn(found, solver)
    share = (1 / 260) / (1 / 260 + 1 / 110)
    assert near(share, int(story.at("C")[0, 4]), 6000)
    assert (story.at("T")[0, 1:] == 6000 - story.at("C")[0, 4]).all()


@both
def test_people_ask_again_where_they_arrive_early(solver):
    """3.10b: who arrives with some of the day left is asked at once, with the chance of the place."""
    places = [zone("A"), town("T"), camp("C")]
    found = folder(places, [("A", "T", 10), ("T", "C", 10)], days=2, out=[8000], settings={"move_rules": STAY})
    story = turn(found, solver)
    assert near(0.3, int(story.at("C")[0, 0]), 8000)
    assert near(0.3 + 0.7 * 0.3, int(story.at("C")[0, 1]), 8000)


@both
def test_who_arrives_at_the_end_of_the_day_is_not_asked_again(solver):
    places = [zone("A"), town("H", kind="forwarding_hub"), town("T"), camp("C")]
    found = folder(
        places, [("A", "H", 90), ("H", "T", 270), ("T", "C", 10)], days=2, out=[8000], settings={"move_rules": STAY}
    )
    story = turn(found, solver)
    assert story.at("T")[0, 0] == 8000
    # the next day 0.3 leave; those who choose the hub come through it, and are back in T in the evening
    camp_share = (1 / 20) / (1 / 20 + 1 / 280)
    assert near(0.3 * camp_share, int(story.at("C")[0, 1]), 8000)
    assert story.at("T", "C")[0, 1] == 8000
