"""Who leaves, against formulae worked out by hand. The mean solver gives expectations without noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from havenward.model.siege.day import DRIVERS
from havenward.model.siege.departure import frailty_nodes
from tests.model.drive import turn
from tests.model.worlds import (
    FAMILIES,
    LOCATIONS,
    SEALED,
    crossing,
    dear,
    fire,
    home,
    household,
    passing_front,
    place,
    siege,
    way,
)

MANY = (home(population=400_000.0), *LOCATIONS[1:])
"""A hundred thousand households: rounding to whole households at the start no longer matters."""
CALM = {"interception_contact": 0.0, "vanguard_contact": 0.0, "departure_ceiling": 0.0, "fire_loss": 0.0}
"""From contact people leave whole, by expulsion alone, and nobody comes back."""


def households(story, quantity, **where):
    return story.flow(quantity, **where)[..., 4]


@pytest.mark.parametrize(("sd", "points"), [(0.3, 0.001), (0.5, 0.02), (0.9, 0.3), (1.0, 0.45)])
def test_four_frailty_nodes_follow_a_fine_quadrature(sd, points):
    """Cumulative departures of a log-normal frailty of mean one, at any cumulated hazard, in percentage points."""
    nodes, share = frailty_nodes(np.array([sd]))
    assert float(nodes[0] @ share) == pytest.approx(1.0, abs=1e-12)
    x, weight = np.polynomial.hermite_e.hermegauss(150)
    fine = np.exp(sd * x - sd**2 / 2)
    hazard = np.logspace(-3, 2, 400)[:, None]
    gone = 1 - np.exp(-hazard * nodes[0]) @ share
    expected = 1 - np.exp(-hazard * fine) @ (weight / weight.sum())
    assert 100 * np.abs(gone - expected).max() < points


def test_no_spread_of_frailty_is_one_hazard():
    nodes, share = frailty_nodes(np.array([0.0]))
    assert nodes == pytest.approx(np.ones((1, 4)))
    assert share.sum() == pytest.approx(1.0)


def exposures(contact_days):
    """Chance to pass from one of the two stages of contact to the next, each morning."""
    return min(2.0 / contact_days, 1.0)


def passes_both_stages(contact_days, hazard):
    """Chance not to be taken by a daily hazard while in contact.

    A household is asked every day, from that on which it comes into contact. In each stage the number of days is
    geometric with chance p from one on, so that it stays with sum p (1 - p)^(k-1) s^k = p s / (1 - (1 - p) s).
    """
    p, s = exposures(contact_days), np.exp(-hazard)
    return (p * s / (1 - (1 - p) * s)) ** 2


@pytest.mark.parametrize(("contact_days", "expulsion"), [(7.5, 0.055), (6.0, 0.09), (10.0, 0.03), (3.0, 0.5)])
def test_the_share_that_leaves_on_contact(contact_days, expulsion):
    """Two stages, each against the same hazard, in whole days; whatever the pace of the front."""
    for last in (3, 25):
        scenario = siege(100, locations=MANY, control=passing_front(0, last), corridors=(way("front", km=5.0),))
        story = turn(scenario, "mean", members=1, contact_days=contact_days, expulsion=expulsion, **CALM)
        assert story.persons("home_held", "home_contact")[0, -1] < 1
        left = households(story, "left_home").sum() / 100_000
        assert left == pytest.approx(1 - passes_both_stages(contact_days, expulsion), rel=2e-4)


def test_expulsion_does_not_look_at_fire():
    """The same share leaves on contact in silence and under assault, save who is killed at home."""
    shares = []
    for intensity in (0.0, 3.0):
        scenario = siege(
            60, locations=MANY, control=passing_front(0, 5), corridors=(way("front"),), fighting=(fire(intensity),)
        )
        shares.append(households(turn(scenario, "mean", members=1, home_loss=0.0, **CALM), "left_home").sum())
    assert shares[0] == pytest.approx(shares[1], rel=1e-6)


def test_fire_and_expulsion_compete():
    """Two hazards of one day: killed and left stand as the hazards do, and together take what one hazard would."""
    scenario = siege(100, locations=MANY, control=passing_front(0, 5), corridors=(way("front"),), fighting=(fire(3.0),))
    story = turn(scenario, "mean", members=1, home_loss=0.02, expulsion=0.06, contact_days=7.5, violence_behind=0.0, **CALM)
    killed, left = (households(story, name).sum() / 100_000 for name in ("killed_at_home", "left_home"))
    assert killed / left == pytest.approx(0.02 / 0.06, rel=1e-4)
    assert killed + left == pytest.approx(1 - passes_both_stages(7.5, 0.08), rel=2e-4)


@pytest.mark.parametrize("contact_days", [4.0, 7.5, 12.0])
def test_a_steady_front_keeps_as_many_in_contact_as_its_pace_times_their_stay(contact_days):
    """Little's law: a household stays `contact_days` evenings in the mean."""
    days = 200
    scenario = siege(days, locations=MANY, control=passing_front(0, days), corridors=(way("front"),))
    story = turn(scenario, "mean", members=1, contact_days=contact_days, expulsion=0.0, **CALM)
    pace = 100_000 / (days + 1)
    assert story.households("home_contact")[0, -60:] == pytest.approx(pace * contact_days, rel=1e-3)


def test_a_town_that_is_taken_meets_the_front_the_other_way_round():
    """Free homes come into contact, then lie behind the line; nobody leaves by a front that has no way out."""
    control = tuple(row.model_copy(update={"besieged_share": 1.0 - row.besieged_share}) for row in passing_front(5, 14))
    scenario = siege(60, locations=MANY, control=control, corridors=(way("night", km=60.0),))
    story = turn(scenario, "mean", members=1, **CALM)
    free, contact, held = (story.households(f"home_{stage}")[0] for stage in ("free", "contact", "held"))
    assert free[4] == pytest.approx(100_000)
    assert free[5] == pytest.approx(100_000 * 9 / 10)
    assert contact[10] > 10_000
    assert free[14] == pytest.approx(0, abs=1)
    assert held[-1] == pytest.approx(100_000, rel=1e-3)


SURE = {
    "wish_base": -2.0,
    "deprivation_effect": 1.2,
    "departure_ceiling": 0.6,
    "seal_strength": 0.3,
    "reach_km": 9.0,
    "guide_barrier": 0.5,
    "bond_barrier": 0.8,
    "fear_effect": 4.0,
    "fear_threshold": 0.15,
    "fear_width": 0.05,
    "belief_prior_captured": 0.4,
    "belief_prior_escaped": 1.6,
    "frailty_sd": 0.6,
    "vanguard_held": 1e-9,
    "vanguard_fear": 0.0,
}


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_who_leaves_on_the_first_day(level):
    """ceiling x wish x [1 - level + level seal^patrols exp(-(km + width) / reach) exp(-fear)] x ability x frailty."""
    exits = (SEALED[0].model_copy(update={"level": level}),)
    night = way("night", km=6.0, width_km=3.0, patrols=0.7)
    families = (household(mobility=0.9, means=0.25), FAMILIES[1])
    scenario = siege(
        3, locations=MANY, restrictions=exits, corridors=(night, way("road")), classes=families, prices=(dear(5.0),)
    )
    story = turn(scenario, "mean", members=1, **SURE)
    wish = expit(-2.0 + 1.2 * np.log(5.0))
    fear = 4.0 * 0.05 * np.log1p(np.exp((0.2 - 0.15) / 0.05))
    secret = 0.3**0.7 * np.exp(-(6.0 + 3.0) / 9.0) * np.exp(-fear)
    barrier = {0.0: 0.0, 0.5: 0.8, 1.0: 0.5}[level]
    ability = 0.9 * (1 - barrier * (1 - 0.25))
    hazard = 0.6 * wish * ((1 - level) + level * secret) * ability
    nodes, share = frailty_nodes(np.array([0.6]))
    expected = 100_000 * (1 - np.exp(-hazard * nodes[0])) @ share
    assert households(story, "left_home")[0, 0] == pytest.approx(expected, rel=1e-3)


def test_which_of_two_night_walks_is_taken():
    """Logit on time and believed risk: exp(-0.05 hours - 3 believed patrols)."""
    locations = (*MANY, place("Ford", "crossing", lon=-39.95))
    walks = (way("night", km=6.0, patrols=1.0), way("night", to="Ford", km=16.0, patrols=0.4))
    scenario = siege(2, locations=locations, corridors=walks, crossings=(crossing(), crossing("Ford")), prices=(dear(5.0),))
    story = turn(scenario, "mean", members=1, route_time=0.05, route_risk=3.0, walking_speed=2.0, **SURE)
    short, far = (households(story, "left_home", end=to)[0, 0] for to in ("Bridge", "Ford"))
    odds = np.exp(-0.05 * (6.0 - 16.0) / 2.0 - 3.0 * 0.2 * (1.0 - 0.4))
    assert short / far == pytest.approx(odds, rel=1e-6)


def test_those_who_take_the_road_and_those_who_walk_stand_as_their_hazards_do():
    """Against a bond both ways are open; fear keeps people from walking by night, not from the road."""
    exits = (SEALED[0].model_copy(update={"level": 0.5}),)
    locations = (*MANY, place("Ford", "crossing", lon=-39.95))
    ways = (way("night", km=6.0, patrols=1.0), way("road", to="Ford"))
    scenario = siege(
        2,
        locations=locations,
        restrictions=exits,
        corridors=ways,
        crossings=(crossing(), crossing("Ford")),
        prices=(dear(5.0),),
    )
    story = turn(scenario, "mean", members=1, **SURE | {"belief_prior_captured": 1.6, "belief_prior_escaped": 0.4})
    walked, drove = (households(story, "left_home", end=to)[0, 0] for to in ("Bridge", "Ford"))
    fear = 4.0 * 0.05 * np.log1p(np.exp((0.8 - 0.15) / 0.05))
    assert walked / drove == pytest.approx(0.3 * np.exp(-6.0 / 9.0) * np.exp(-fear), rel=1e-3)


def test_the_wish_is_what_its_formula_says():
    """Price 4, stocks that last three days of four weeks, strikes half-way from none to sporadic, no advice."""
    scenario = siege(4, locations=MANY, fighting=(fire(0.5),), prices=(dear(4.0),))
    story = turn(
        scenario, "mean", members=1, wish_base=-3.0, deprivation_effect=1.1, violence_little=-0.4, violence_much=0.7,
        strikes_sporadic=3.0, violence_behind=0.5, scarcity_effect=1.5, departure_ceiling=0.0,
    )  # fmt: skip
    violence = np.log1p(0.5 * 3.0 * 0.5)
    expected = expit(-3.0 + 1.1 * np.log(4.0) - 0.4 * violence + 0.7 * violence**2)
    assert story.kept["driver"][0, :, 0, DRIVERS.index("wish")] == pytest.approx(expected, rel=1e-5)


def test_vanguards_go_first_and_leave_their_kin():
    """A quarter of households send a man; the others go whole. Persons by group add up."""
    scenario = siege(2, locations=MANY, corridors=(way("night"),), prices=(dear(5.0),))
    story = turn(scenario, "mean", members=1, **SURE | {"vanguard_held": 0.25})
    men, women, boys, girls, units = story.flow("left_home")[0, 0]
    assert women == pytest.approx(0.75 * men, rel=1e-6)
    assert women == boys == girls
    assert units == pytest.approx(men, rel=1e-6)


ALIKE = {"frailty_sd": 0.0, "fear_effect": 0.0, "vanguard_held": 1e-9, "vanguard_fear": 0.0, "seal_strength": 0.5}
"""Every household has one hazard, whatever it believes."""


def daily_hazard(story):
    """(D,) hazards behind the line, from the households that left and those that were there."""
    left = households(story, "left_home")[0].astype(float)
    there = story.households("home_held")[0] + left + households(story, "killed_at_home")[0]
    return -np.log1p(-left / there)


def test_others_leaving_pulls_people_out():
    """exp(effect x ln(1 + yesterday's share / scale)), the share in persons of all who were at home."""
    scenario = siege(4, locations=MANY, corridors=(way("night", km=5.0),), prices=(dear(8.0),))
    values = ALIKE | {"social_scale": 0.002, "repression_effect": 0.0, "return_home_days": 1e9}
    calm, pulled = (daily_hazard(turn(scenario, "mean", members=1, social_effect=effect, **values)) for effect in (0.0, 0.4))
    assert calm[1:] == pytest.approx(calm[0], rel=1e-4)
    assert pulled[0] == pytest.approx(calm[0], rel=1e-6)
    share = -np.expm1(-pulled[:-1])
    assert pulled[1:] / calm[1:] == pytest.approx((1 + share / 0.002) ** 0.4, rel=1e-3)


@pytest.mark.parametrize("effect", [0.3, -0.3])
def test_captures_press_on_the_wish_for_a_month(effect):
    """effect x ln(1 + captures per 100,000 in 30 days); the groups of last night, faded by a day."""
    scenario = siege(4, locations=MANY, corridors=(way("night", km=5.0),), prices=(dear(8.0),))
    story = turn(
        scenario, "mean", members=1, repression_effect=effect, wish_base=-4.0, deprivation_effect=1.0, social_effect=0.0,
        return_home_days=1e9, exhaustion_loss=0.0, execution_share=0.0, **ALIKE,
    )  # fmt: skip
    stopped = sum(households(story, name)[0] for name in ("turned_back", "captured", "died_on_way")).astype(float)
    people = story.at_home()[0].astype(float)
    pressed, expected = 0.0, [expit(-4.0 + np.log(8.0))]
    for day in range(1, 4):
        pressed = pressed * np.exp(-1 / 30) + 1e5 * stopped[day - 1] / people[day - 1]
        expected.append(expit(-4.0 + np.log(8.0) + effect * np.log1p(pressed)))
    assert story.kept["driver"][0, :, 0, DRIVERS.index("wish")] == pytest.approx(expected, rel=1e-4)


def test_kin_are_fetched_by_vanguards_who_are_safe():
    """A man of every household goes first; half of them are captured. Kin: 1 - exp(-retrieval x safe / kin) a day."""
    walk = way("night", km=5.0)
    scenario = siege(4, locations=MANY, corridors=(walk,), prices=(dear(30.0), dear(1e-3, day=1)))
    story = turn(
        scenario, "mean", members=1, retrieval=0.2, wish_base=-6.0, deprivation_effect=2.0, interception=0.5,
        moon_effect=0.0, patrol_groups=1e15, turned_back_share=0.0, shot_share=0.0, exhaustion_loss=0.0, captivity_days=1e9,
        joining=0.0,
        **ALIKE | {"vanguard_held": 1 - 1e-9},
    )  # fmt: skip
    sent = story.flow("left_home")[0, 0]
    assert sent[1:4].sum() < 1e-3 * sent[0]
    kin = story.flow("left_home")[0, 1]
    assert kin[1] == pytest.approx(sent[0] * -np.expm1(-0.2 * 0.5), rel=1e-3)
    assert kin[0] < 1e-2 * kin[1]
