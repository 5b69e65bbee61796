"""Who holds what: the given timeline, and the contact process against its rates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from havenward.scenario.schema import Control, Offensive
from tests.model.drive import turn
from tests.model.worlds import HELD, LOCATIONS, SEALED, at, home, place, road, siege, way

OUTPOST = (home("Outpost", population=40.0, lat=31.1), home(population=400.0), *LOCATIONS[1:])


def process(days=80, pace=0.1, routes=(("Outpost", "Town"),)):
    """A free outpost next to a held town, and an offensive from the first day on."""
    scenario = siege(
        days,
        locations=OUTPOST,
        control=(*HELD, Control(place="Outpost", date=at(0), besieged_share=0.0)),
        corridors=(way("front"),),
        offensives=(Offensive(area="*", date=at(0), pace=pace),),
        routes=tuple(road(a, b, 5.0) for a, b in routes),
    )
    return scenario.model_copy(update={"header": scenario.header.model_copy(update={"control": "stochastic"})})


def besieged(story, name="Town"):
    return story.kept["besieged"][:, :, story.rules.ground.world.homes.names.index(name)]


def test_a_timeline_is_followed_to_the_day():
    control = (
        Control(place="Town", date=at(3), besieged_share=1.0),
        Control(place="Town", date=at(7), besieged_share=0.2),
        Control(place="Town", date=at(12), besieged_share=0.0),
    )
    story = turn(siege(15, control=control), members=2)
    expected = np.interp(np.arange(15), [3, 7, 12], [1.0, 0.2, 0.0])
    assert besieged(story) == pytest.approx(np.stack([expected, expected]), abs=1e-6)


def test_homes_are_where_the_timeline_says():
    """Behind the line is the share that it gives, for those who stayed, whatever the solver draws."""
    control = (
        Control(place="Town", date=at(0), besieged_share=1.0),
        Control(place="Town", date=at(10), besieged_share=0.0),
    )
    scenario = siege(14, control=control, corridors=(way("front"),), locations=(home(population=400_000.0), *LOCATIONS[1:]))
    story = turn(scenario, "mean", members=1, expulsion=0.0, departure_ceiling=0.0)
    share = np.clip(1 - np.arange(14) / 10, 0, 1)
    assert story.persons("home_held")[0] == pytest.approx(400_000 * share, abs=1)


def test_a_town_becomes_contested_at_the_pace_of_the_offensive():
    """One freed neighbour: the day is geometric with 1 - exp(-pace). 500 members, p-value above 0.001."""
    share = besieged(turn(process(days=60, pace=0.1), members=500))
    begun = np.where((share < 1).any(axis=1), (share < 1).argmax(axis=1), 60)
    chance = -np.expm1(-0.1)
    expected = np.array([chance * (1 - chance) ** k for k in range(30)])
    expected = np.append(expected, 1 - expected.sum())
    found = np.bincount(np.minimum(begun, 30), minlength=31)
    assert stats.chisquare(found, expected * 500).pvalue > 1e-3


def test_a_contested_town_falls_after_a_gamma_time():
    """Shape 3 and the mean of `siege_days`; it is given up at an even pace. Kolmogorov-Smirnov, p-value above 0.001."""
    share = besieged(turn(process(days=6, pace=10.0), members=600, siege_days=30.0))
    begun = share[:, 0] < 1
    assert begun.sum() >= 598
    length = 1 / (1 - share[begun, 0])
    for day in range(6):
        assert share[begun, day] == pytest.approx(np.maximum(1 - (day + 1) / length, 0), abs=1e-4)
    assert stats.kstest(length, stats.gamma(3, scale=10.0).cdf).pvalue > 1e-3


def test_without_a_freed_neighbour_nothing_is_contested():
    assert (besieged(turn(process(routes=()), members=50)) == 1).all()


def test_without_an_offensive_nothing_is_contested():
    assert (besieged(turn(process(pace=0.0), members=50)) == 1).all()


@pytest.mark.parametrize("solver", ["individuals", "mean"])
def test_the_front_is_drawn_alike_under_every_solver(solver):
    """Surroundings have their own streams: only how people fare differs. Nobody joins the fight here."""
    fronts = [besieged(turn(process(days=20), name, members=8, joining=0.0)) for name in ("chain", solver)]
    assert (fronts[0] == fronts[1]).all()
    assert len(np.unique(fronts[0][:, 9])) > 2


def test_a_place_far_from_the_front_hopes_less():
    """Advice to stay lowers the wish where liberation is near, and hardly where it is far."""
    advice = SEALED[0].model_copy(update={"kind": "advice"})
    wishes = []
    for lat in (31.02, 33.0):
        near = (home(), home("Free", population=40.0, lat=lat), *LOCATIONS[1:], place("Mark", "mark"))
        control = (*HELD, Control(place="Free", date=at(0), besieged_share=0.0))
        scenario = siege(2, locations=near, control=control, restrictions=(*SEALED, advice))
        story = turn(scenario, members=1)
        wishes.append(story.rules.life.wish[0, 0, 0])
    assert wishes[0] < 0.2 * wishes[1]
