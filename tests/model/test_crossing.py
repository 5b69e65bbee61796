"""Queues, waits and holds at a crossing, against arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from tests.model.drive import turn
from tests.model.worlds import FAMILIES, LOCATIONS, OPEN, at, crossing, dear, home, household, siege, way

MANY = (home(population=400_000.0), *LOCATIONS[1:])
ALIKE = (household("mother and children", 0, 1, 1, 2), FAMILIES[1])
"""Every unit takes the same desk time, so that a day's desks serve a whole number of units."""


def rush(days, *, until, desks, classes=ALIKE, population=40_000.0, **more):
    """People leave by road until a day; the crossing then works off its queue. Four desk minutes for each unit."""
    corridors = (way("road", closed=at(until)),)
    gates = (crossing(desks=desks, hours=1, minutes_per_man=10, minutes_per_other=1, **more),)
    locations = (home(population=population), *LOCATIONS[1:])
    return siege(
        days,
        locations=locations,
        corridors=corridors,
        restrictions=OPEN,
        crossings=gates,
        classes=classes,
        prices=(dear(8.0),),
    )


def first_come_first_served(arrivals, capacity):
    """Return queue at dusk and mean wait of those served, by day, for whole units."""
    line: list[int] = []
    queue, waits = [], []
    for day, number in enumerate(arrivals):
        line += [day] * int(number)
        served, line = line[:capacity], line[capacity:]
        queue.append(len(line))
        waits.append(np.mean([day - since for since in served]) if served else np.nan)
    return np.array(queue), np.array(waits)


@pytest.mark.parametrize("solver", ["chain", "individuals"])
def test_a_queue_grows_by_inflow_minus_capacity_and_clears_when_it_must(solver):
    """15 units an hour and desk, 10 desks, one hour: 150 units a day, to the unit."""
    story = turn(rush(30, until=3, desks=10), solver, members=3)
    arrived, waiting = story.flow("arrived")[..., 4], story.households("waiting")
    assert (arrived[:, :3] > 150).all()
    for m in range(3):
        queue, _ = first_come_first_served(arrived[m], 150)
        assert waiting[m].tolist() == queue.tolist()
        assert queue.max() > 1000
        assert 10 < np.flatnonzero(queue)[-1] < 20


@pytest.mark.parametrize("solver", ["chain", "individuals", "mean"])
def test_below_capacity_nobody_stays_overnight(solver):
    story = turn(rush(20, until=12, desks=70), solver, members=3)
    assert 0 < story.flow("arrived")[..., 4].max() <= 1050
    assert story.persons("waiting").sum() == 0
    assert np.nanmax(story.kept["wait"]) == 0


def test_the_mean_solver_has_the_fluid_queue():
    story = turn(rush(30, until=3, desks=10), "mean", members=1)
    arrived, waiting = story.flow("arrived")[0, :, 4], story.households("waiting")[0]
    fluid = 0.0
    for day in range(30):
        fluid = max(fluid + arrived[day] - 150, 0.0)
        assert waiting[day] == pytest.approx(fluid, abs=0.05)


@pytest.mark.parametrize("solver", ["chain", "individuals"])
def test_waits_are_those_of_first_come_first_served(solver):
    """Queues of up to five days."""
    story = turn(rush(12, until=3, desks=32), solver, members=3)
    arrived = story.flow("arrived")[..., 4]
    for m in range(3):
        _, waits = first_come_first_served(arrived[m], 480)
        assert 1 < np.nanmax(waits) <= 5
        np.testing.assert_allclose(story.kept["wait"][m, :, 0], waits, rtol=1e-5)


def test_waits_of_more_than_a_week_are_told_in_full():
    """A long queue: whoever plans water and shade needs to know that people wait twelve days, not five."""
    story = turn(rush(30, until=4, desks=12), members=3)
    arrived = story.flow("arrived")[..., 4]
    for m in range(3):
        _, waits = first_come_first_served(arrived[m], 180)
        assert np.nanmax(waits) > 7
        np.testing.assert_allclose(np.nanmax(story.kept["wait"][m]), np.nanmax(waits), rtol=0.15)


@pytest.mark.parametrize("solver", ["chain", "individuals"])
def test_desk_seconds_are_never_overspent_and_never_wasted(solver):
    """Families of several kinds: while anybody waits, all seconds so far went into those who are through and one in hand."""
    classes = (
        household("large", 3, 2, 2, 1, 0.5),
        household("small", 1, 1, 0, 0, 0.3),
        household("mother", 0, 1, 2, 0, 0.2),
    )
    story = turn(rush(25, until=8, desks=20, classes=classes, hold_share=0.1), solver, members=6)

    def seconds(people):
        return people[..., 0] * 600 + people[..., 1:4].sum(axis=-1) * 60

    spent = np.cumsum(sum(seconds(story.flow(name)) for name in ("cleared", "held", "held_apart")), axis=1)
    budget = 20 * 3600 * np.arange(1, 26)
    assert (spent <= budget).all()
    waits, in_hand = story.persons("waiting") > 0, story.stock("in_screening")
    assert waits[:, :8].all()
    assert waits.sum() > 8 * 6
    assert in_hand[..., 4].max() == 1
    assert ((budget - spent)[waits] <= seconds(in_hand)[waits]).all()


def test_those_who_came_first_are_served_first():
    """Nobody who came today is through while somebody of yesterday waits."""
    story = turn(rush(12, until=4, desks=32), members=6)
    rows = story.rules.ground.cells.waiting
    by_age = story.dusk[:, 1:][:, :, rows].sum(axis=(2, 3))
    served = story.flow("cleared")[..., 4]
    for day in range(1, 12):
        older = by_age[:, day - 1].sum(axis=1)
        still = by_age[:, day, 2:].sum(axis=1)
        assert ((served[:, day] < older) == (still > 0)).all()


@pytest.mark.parametrize("hold_days", [3.0, 5.0, 12.0])
def test_holds_last_as_long_as_the_scenario_says(hold_days):
    """Mean days from the day of screening to that of release; less spread than an exponential time has."""
    men = (household("lone man", 1, 0, 0, 0),)
    scenario = rush(250, until=1, desks=10_000, classes=men, hold_share=1.0, hold_days=hold_days, handover_share=0.25)
    story = turn(scenario, "mean", members=1)
    held = story.flow("held")[0, :, 0]
    assert np.flatnonzero(held > 1e-6).tolist() == [0]
    ended = story.flow("freed")[0, :, 0] + story.flow("handed_over")[0, :, 0]
    assert ended.sum() == pytest.approx(held.sum(), rel=1e-4)
    days = np.arange(250)
    mean = (ended * days).sum() / ended.sum()
    spread = np.sqrt((ended * (days - mean) ** 2).sum() / ended.sum())
    assert mean == pytest.approx(hold_days, rel=0.02)
    assert 0.3 * hold_days < spread < 0.75 * hold_days
    assert story.flow("handed_over")[0, :, 0].sum() / held.sum() == pytest.approx(0.25, rel=1e-4)


def test_men_are_held_one_by_one_and_their_families_go_on():
    """Of families with two men a share h (1 - h) x 2 lose one and h^2 both; women and children are never held."""
    classes = (household("two men", 2, 1, 1, 1), FAMILIES[1])
    scenario = rush(2, until=1, desks=10_000, classes=classes, hold_share=0.3, population=400_000.0)
    story = turn(scenario, "mean", members=1, vanguard_held=1e-9, vanguard_fear=0.0)
    cleared, held = story.flow("cleared")[0, 0], story.flow("held_apart")[0, 0]
    assert story.flow("held")[0, 0, 0] < 1e-6 * held[0]
    families = cleared[1]
    assert held[0] == pytest.approx(0.3 * 2 * families, rel=1e-5)
    assert held[1:4].sum() == 0
    assert cleared[0] == pytest.approx(0.7 * 2 * families, rel=1e-5)
    transit = story.rules.ground.classes.settled
    assert any(g.people == (0, 1, 1, 1) for g in transit)


def test_a_man_alone_is_held_whole():
    men = (household("lone man", 1, 0, 0, 0),)
    story = turn(rush(2, until=1, desks=10_000, classes=men, hold_share=1.0), members=2)
    assert story.moved("cleared").sum() == story.moved("held_apart").sum() == 0
    assert (story.persons("held")[:, 0] == story.moved("arrived")[:, 0]).all()


def test_of_two_men_together_one_who_is_held_is_held_apart_and_both_are_not():
    """Apart is whoever's company went on: 2 h (1 - h) of pairs lose one, h^2 are held with nobody before them."""
    pairs = (household("brothers", 2, 0, 0, 0), FAMILIES[1])
    scenario = rush(2, until=1, desks=10_000, classes=pairs, hold_share=0.3, population=400_000.0)
    story = turn(scenario, "mean", members=1, vanguard_held=1e-9, vanguard_fear=0.0)
    arrived = story.flow("arrived")[0, 0, 4]
    assert story.flow("held_apart")[0, 0, 0] == pytest.approx(2 * 0.3 * 0.7 * arrived, rel=1e-5)
    assert story.flow("held")[0, 0, 0] == pytest.approx(2 * 0.3**2 * arrived, rel=1e-5)


@pytest.mark.parametrize("solver", ["chain", "individuals"])
def test_men_held_apart_leave_their_hold_like_all_others(solver):
    """Stocks of both kinds add up to who was held and is neither free nor handed over."""
    classes = (household("two men", 2, 1, 1, 1, 0.5), household("lone man", 1, 0, 0, 0, 0.5, kind="lone"))
    scenario = rush(40, until=4, desks=10_000, classes=classes, hold_share=0.5, hold_days=6.0, handover_share=0.2)
    story = turn(scenario, solver, members=3)
    inside = np.cumsum(story.moved("held") + story.moved("held_apart"), axis=1)
    gone = np.cumsum(story.moved("freed") + story.moved("handed_over"), axis=1)
    held = story.persons("held", "held_apart")
    assert (held == inside - gone).all()
    assert (story.persons("held").max(axis=1) > 50).all()
    assert (story.persons("held_apart").max(axis=1) > 50).all()
    assert (held[:, -1] < 0.05 * held.max(axis=1)).all()


def test_incidents_close_a_crossing_as_often_as_the_scenario_says():
    """400 members and 30 days at a chance of 0.2: within four standard errors."""
    scenario = rush(30, until=1, desks=10, incident_share=0.2, population=400.0)
    closed = turn(scenario, members=400).kept["closed"]
    assert closed.mean() == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / closed.size))
    assert len(np.unique(closed[:, :, 0].sum(axis=1))) > 5
