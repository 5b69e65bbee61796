"""Camps, hosts, buses and returns, against arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from tests.model.drive import turn
from tests.model.worlds import (
    FAMILIES,
    HELD,
    LOCATIONS,
    OPEN,
    Control,
    at,
    camp,
    crossing,
    dear,
    home,
    place,
    road,
    siege,
    way,
)

NOBODY_MOVES_ON = {"return_rate": 0.0, "return_open": 0.0, "sponsorship": 0.0, "onward": 0.0, "joining": 0.0}
"""Whoever is in a camp or with hosts stays there."""


def outflow(days=20, **more):
    """A town of 40,000 that empties by road at an even pace; everybody is received the same day."""
    usual = {
        "locations": (home(population=40_000.0), *LOCATIONS[1:]),
        "corridors": (way("road"),),
        "restrictions": OPEN,
        "prices": (dear(4.0),),
        "classes": FAMILIES,
    }
    return siege(days, **usual | more)


def test_a_camp_holds_what_came_in_less_what_went_out():
    """Day by day and person by person, with every flow on."""
    scenario = outflow(
        40, camps=(camp(plots=150),), control=(HELD[0], Control(place="Town", date=at(20), besieged_share=0.0))
    )
    story = turn(scenario, members=6, return_rate=0.05, sponsorship=0.02, joining=0.001, service_days=5.0)
    into = story.moved("to_camp") - story.moved("overflow")
    # joined_fight is told by area, not by site: those who joined come from camps and hosts
    out = story.moved("returned", start="Meadow") + story.moved("sponsored", start="Meadow")
    joined_at_most = story.moved("joined_fight")
    change = np.diff(story.persons("in_camp"), axis=1, prepend=0)
    slack = (into - out) - change
    assert (slack >= 0).all()
    assert (slack <= joined_at_most).all()
    assert out.sum() > 0
    assert story.moved("overflow").sum() > 0


def test_a_camp_fills_as_fluid_arithmetic_says():
    """Share to camps expit(1.2) while there is room; then all the plots and no more; the rest with hosts."""
    scenario = outflow(20, camps=(camp(plots=1000),))
    story = turn(scenario, "mean", members=1, camp_logit=1.2, persons_a_plot=5.0, **NOBODY_MOVES_ON)
    cleared, inside = story.moved("cleared")[0], story.persons("in_camp")[0]
    room, stock = 5000.0, 0.0
    for day in range(20):
        wanted = cleared[day] * expit(1.2) if stock < room else 0.0
        stock += min(wanted, room - stock)
        assert inside[day] == pytest.approx(stock, rel=1e-4)
    assert stock == room
    assert np.flatnonzero(inside < room - 1e-6)[-1] > 2


def test_new_plots_are_taken_up_from_their_day_on():
    scenario = outflow(20, camps=(camp(plots=100), camp(plots=5000, day=10)))
    story = turn(scenario, members=3, persons_a_plot=5.0, **NOBODY_MOVES_ON)
    inside = story.persons("in_camp")
    assert (inside[:, 9] <= 500).all()
    assert (inside[:, 9] >= 493).all()
    assert (np.diff(inside, axis=1)[:, 9:12] > 0).all()


def two_camps(**more):
    """Meadow 10 km from the crossing, Quarry 60 km."""
    locations = (home(population=400_000.0), *LOCATIONS[1:], place("Quarry", "camp", lon=-39.2))
    routes = (road("Bridge", "Meadow", 10.0), road("Bridge", "Quarry", 60.0), road("Bridge", "Haven", 30.0))
    return outflow(2, locations=locations, routes=routes, **more)


def test_camps_are_chosen_by_spare_plots_policy_and_distance():
    """Spare x policy x exp(-0.02 km)."""
    camps = (camp(plots=2_000_000), camp("Quarry", plots=4_000_000, policy=1.5))
    story = turn(two_camps(camps=camps), "mean", members=1, camp_distance=0.02, camp_logit=1.0, **NOBODY_MOVES_ON)
    near, far = (story.moved("to_camp", end=name)[0, 0] for name in ("Meadow", "Quarry"))
    assert near / far == pytest.approx(2 / (4 * 1.5) * np.exp(-0.02 * (10 - 60)), rel=1e-4)
    assert (near + far) / story.moved("cleared")[0, 0] == pytest.approx(expit(1.0), rel=1e-4)


def test_camps_that_are_only_planned_keep_nobody_from_one_that_is_open():
    """Twenty sites near the crossing have no plots yet; the one further away is open, and takes its people."""
    planned = [place(f"Planned {n}", "camp", lon=-39.88 + 0.001 * n) for n in range(20)]
    locations = (*LOCATIONS[:2], *planned, place("Open", "camp", lon=-39.5), LOCATIONS[3])
    camps = (*(camp(p.name, plots=0) for p in planned), camp("Open"))
    story = turn(outflow(5, locations=locations, camps=camps), members=3)
    assert story.persons("in_camp").sum() > 0


def test_a_freed_home_town_draws_people_to_relatives():
    """Share to camps expit(logit - pull x freed), here with half of the town free."""
    half = (Control(place="Town", date=at(0), besieged_share=0.5),)
    locations = (home(population=4_000_000.0), *LOCATIONS[1:])
    story = turn(
        outflow(2, control=half, locations=locations), "mean", members=1, camp_logit=1.5, host_pull=2.0, **NOBODY_MOVES_ON
    )
    share = story.moved("to_camp")[0, 0] / story.moved("cleared")[0, 0]
    assert share == pytest.approx(expit(1.5 - 2.0 * 0.5), rel=1e-4)


def test_returns_follow_their_formula():
    """rate x exp(-effect x damage) x freed x (1 - exp(-days free / service days)), of all who are in camps that day."""
    locations = (home(population=400_000.0, damage=0.4), *LOCATIONS[1:])
    control = (
        *HELD,
        Control(place="Town", date=at(9), besieged_share=1.0),
        Control(place="Town", date=at(10), besieged_share=0.0),
    )
    scenario = outflow(40, control=control, locations=locations, corridors=(way("road", closed=at(8)),))
    values = NOBODY_MOVES_ON | {"return_rate": 0.03, "damage_effect": 2.0, "service_days": 20.0}
    story = turn(scenario, "mean", members=1, **values)
    inside, returned = story.persons("in_camp")[0], story.moved("returned", start="Meadow")[0]
    assert returned[:10].sum() == 0
    free = np.arange(1, 31)
    chance = 0.03 * np.exp(-2.0 * 0.4) * (1 - np.exp(-free / 20.0))
    assert returned[10:] / inside[9:-1] == pytest.approx(chance, rel=1e-3)


def test_nobody_returns_to_a_town_that_is_held():
    story = turn(outflow(30, restrictions=OPEN), members=3, return_open=0.0)
    assert story.moved("returned").sum() == story.moved("went_back").sum() == 0


def test_people_go_back_behind_the_line_only_while_exit_is_free():
    """Of those with hosts a share a day goes home while the town is held and exit is free, none once it is barred."""
    barred = OPEN[0].model_copy(update={"level": 1.0, "date": at(8)})
    scenario = outflow(16, restrictions=(*OPEN, barred))
    story = turn(scenario, "mean", members=1, **NOBODY_MOVES_ON | {"return_open": 0.05})
    back, hosts = story.moved("went_back")[0], story.persons("in_host")[0]
    assert back[8:].sum() == 0
    assert back[1:8] / (hosts[1:8] + back[1:8]) == pytest.approx(0.05, rel=1e-3)
    assert story.at_home()[0, -1] > 0


def test_onward_sponsorship_and_joining_take_their_share_a_day():
    scenario = outflow(30, corridors=(way("road", closed=at(1)),), locations=(home(population=400_000.0), *LOCATIONS[1:]))
    values = NOBODY_MOVES_ON | {"sponsorship": 0.02, "onward": 0.01, "joining": 0.005}
    story = turn(scenario, "mean", members=1, **values)
    camps, hosts = story.persons("in_camp")[0], story.persons("in_host")[0]
    assert story.moved("sponsored")[0, 1:] / camps[:-1] == pytest.approx(0.02, rel=1e-3)
    assert story.moved("onward")[0, 1:] / hosts[:-1] == pytest.approx(0.01, rel=1e-3)


def test_a_vanguard_whose_kin_came_waits_no_longer():
    """Reunited units never outnumber the kin who came through, nor the vanguards who waited."""
    scenario = outflow(
        40, corridors=(way("night", width_km=1.0),), restrictions=(OPEN[0].model_copy(update={"level": 1.0}),)
    )
    story = turn(scenario, members=6, vanguard_held=0.9, retrieval=0.5, return_rate=0.0)
    reunited = np.cumsum(story.flow("reunited")[..., 4], axis=1)
    cleared = np.cumsum(story.flow("cleared"), axis=1)
    assert (reunited[:, -1] > 0).all()
    assert (reunited <= cleared[..., 4]).all()
    vanguards = story.rules.ground.classes.settled.index(
        next(g for g in story.rules.ground.classes.settled if g.role == "vanguard")
    )
    cells = story.rules.ground.cells
    waiting = story.dusk[:, -1][:, np.concatenate([cells.camp[..., vanguards].ravel(), cells.host[..., vanguards].ravel()])]
    assert (waiting >= 0).all()


def test_no_more_board_than_there_are_seats_and_the_rest_wait():
    seats = 700
    story = turn(outflow(20, crossings=(crossing(bus_seats=seats),)), "mean", members=1, **NOBODY_MOVES_ON)
    cleared, transit = story.moved("cleared")[0], story.persons("in_transit")[0]
    queue = 0.0
    for day in range(20):
        queue = max(queue + cleared[day] - seats, 0.0)
        assert transit[day] == pytest.approx(queue, abs=0.5)
    assert queue > 0
