"""Limits that need no statistics: what cannot happen does not, under every solver."""

from __future__ import annotations

import numpy as np
import pytest

from tests.model.drive import SOLVERS, turn
from tests.model.worlds import (
    AREA,
    FAMILIES,
    HELD,
    LOCATIONS,
    OPEN,
    SEALED,
    at,
    camp,
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

WITHOUT_MEN = (household("headed by a woman", 0, 1, 1, 2), FAMILIES[1])
"""Nobody of 15 or over is a man, save in a class that has no share."""


def same(found, expected, tolerance=1e-6):
    """Whether all figures are what they should be; whole under two solvers, expectations under the third."""
    np.testing.assert_allclose(found, np.broadcast_to(expected, np.shape(found)), rtol=tolerance, atol=1e-3)


def everybody(story):
    """(M, D) persons in all stocks at dusk."""
    return story.kept["stock"][..., :4].sum(axis=(2, 3))


def nobody_is_lost(story):
    """Stocks sum to the people of the start at every dusk."""
    same(everybody(story), story.initial[:, None])


pytestmark = pytest.mark.parametrize("solver", SOLVERS)

PRESSED = {"prices": (dear(20.0),)}
"""Hunger: many wish to leave, and most ways out are used within a few days."""
FRONT = {"control": passing_front(2, 12), "fighting": (fire(3.0),)}
"""An assault: homes in contact, captives, people under fire."""


def test_many_leave_when_nothing_keeps_them(solver):
    """The other tests of this file would say little if nobody left anyway."""
    story = turn(siege(20, **PRESSED | FRONT), solver)
    assert (story.moved("left_home").sum(axis=1) > 200).all()


def test_no_hazard_nobody_leaves(solver):
    story = turn(siege(20, **PRESSED | FRONT), solver, departure_ceiling=0.0, expulsion=0.0)
    assert story.moved("left_home").sum() == 0
    same(story.at_home() + story.persons("killed_at_home"), story.initial[:, None])


def test_no_wish_leaves_expulsion_alone(solver):
    """Without wishes people leave from contact only: nobody before the front is there."""
    story = turn(siege(20, **PRESSED, control=passing_front(5, 12)), solver, departure_ceiling=0.0)
    left = story.moved("left_home")
    assert left[:, :5].sum() == 0
    assert (left[:, 6:10].sum(axis=1) > 0).all()


def test_no_fire_nobody_is_killed_at_home(solver):
    story = turn(siege(20, **PRESSED, control=passing_front(2, 12), fighting=(fire(1.0),)), solver)
    assert story.persons("killed_at_home").sum() == 0


def test_a_night_that_nobody_survives_lets_nobody_across(solver):
    """Everybody is lost to exhaustion: the certain end of a night comes true for all."""
    story = turn(siege(12, **PRESSED), solver, exhaustion_loss=1.0, vanguard_held=0.5)
    left = story.moved("left_home")
    assert left.sum() > 0
    assert story.moved("arrived").sum() == 0
    same(story.moved("died_on_way"), left)


@pytest.mark.parametrize(("shot", "back"), [(1.0, 0.0), (0.0, 1.0), (0.0, 0.0)])
def test_what_the_stopped_meet_is_what_the_shares_say(solver, shot, back):
    """All shot, all turned back, or all captured; nothing else happens to anybody who is stopped."""
    changes = {"shot_share": shot, "turned_back_share": back, "exhaustion_loss": 0.0, "captivity_days": 1e9}
    story = turn(siege(12, **PRESSED), solver, **changes)
    ends = {name: story.moved(name).sum() for name in ("died_on_way", "turned_back", "captured")}
    expected = "died_on_way" if shot else "turned_back" if back else "captured"
    assert ends.pop(expected) > 10
    assert sum(ends.values()) < 1e-6


def test_certain_capture_lets_nobody_across(solver):
    """Every attempt is stopped by patrols that never tire, wherever people walk, for one night or for three."""
    walks = (way("night", km=2.0), way("night", to="Ford", km=40.0))
    locations = (*LOCATIONS, place("Ford", "crossing", lon=-39.95))
    scenario = siege(12, **PRESSED, locations=locations, corridors=walks, crossings=(crossing(), crossing("Ford")))
    story = turn(scenario, solver, interception=1.0, moon_effect=0.0, patrol_groups=1e15, fear_effect=0.0)
    assert (story.moved("left_home", end="Bridge").sum(axis=1) > 50).all()
    assert story.moved("left_home", end="Ford").sum() > 50
    assert story.moved("arrived").sum() < 1e-6


def test_interception_in_contact_can_be_certain(solver):
    """Whoever leaves contact while the town is still held is stopped; shares of one are probabilities all the same."""
    scenario = siege(
        12, control=passing_front(2, 200), corridors=(way("front", width_km=3.0, mines=0.7),), fighting=(fire(3.0),)
    )
    story = turn(scenario, solver, interception_contact=1.0, patrol_groups=1e15, fire_loss=0.3, expulsion=0.5)
    assert story.moved("left_home").sum() > 0
    stopped = sum(story.moved(name).sum() for name in ("turned_back", "captured", "died_on_way"))
    # the front has taken a small part of the town, and only where it still is are people stopped
    assert stopped > 0.9 * story.moved("left_home").sum()


def test_no_desks_nobody_is_cleared(solver):
    story = turn(siege(20, **PRESSED | FRONT, crossings=(crossing(desks=0),)), solver)
    assert story.moved("cleared").sum() == story.moved("held").sum() == 0
    same(story.persons("waiting"), np.cumsum(story.moved("arrived"), axis=1))
    assert (np.diff(story.persons("waiting"), axis=1) >= 0).all()
    assert np.isnan(story.kept["wait"]).all()
    assert story.kept["closed"].all()


def test_a_closed_crossing_lets_nobody_through_even_those_who_need_no_time(solver):
    """No search of women and children, and no desks: a woman and her children wait all the same."""
    scenario = siege(10, **PRESSED, classes=WITHOUT_MEN, crossings=(crossing(desks=0, minutes_per_other=0),))
    story = turn(scenario, solver)
    assert story.moved("arrived").sum() > 0
    assert story.moved("cleared").sum() == 0


def test_before_its_first_row_a_crossing_is_closed(solver):
    story = turn(siege(10, **PRESSED, classes=WITHOUT_MEN, crossings=(crossing(day=6),)), solver)
    assert story.moved("arrived")[:, :6].sum() > 0
    assert story.moved("cleared")[:, :6].sum() == 0
    assert story.moved("cleared")[:, 6].sum() > 0


def test_a_scenario_may_have_no_men(solver):
    story = turn(siege(10, **PRESSED, classes=WITHOUT_MEN[:1]), solver)
    assert story.moved("cleared").sum() > 0
    assert story.moved("held").sum() == 0


def test_an_incident_every_day_closes_a_crossing(solver):
    story = turn(siege(10, **PRESSED, crossings=(crossing(incident_share=1.0),)), solver)
    assert story.kept["closed"].all()
    assert story.moved("cleared").sum() == 0


def test_more_desks_than_people_and_nobody_waits_a_day(solver):
    story = turn(siege(20, **PRESSED | FRONT), solver)
    assert story.moved("arrived").sum() > 0
    assert story.persons("waiting").sum() == 0
    same(story.moved("cleared"), story.moved("arrived"))
    assert np.nanmax(story.kept["wait"]) == 0


def test_no_seats_and_nobody_leaves_the_crossing(solver):
    story = turn(siege(15, **PRESSED, crossings=(crossing(bus_seats=0),)), solver)
    assert story.moved("cleared").sum() > 0
    same(story.persons("in_transit"), np.cumsum(story.moved("cleared"), axis=1))


def test_seats_are_never_exceeded(solver):
    """Persons on buses, day by day: to camps and hosts, however they were shared out."""
    seats = 23
    story = turn(siege(20, **PRESSED | FRONT, crossings=(crossing(bus_seats=seats),)), solver, members=8)
    aboard = story.moved("to_camp") + story.moved("to_host")
    assert (aboard <= seats + 1e-6).all()
    assert aboard.max() > seats - 4


def test_camps_are_never_over_their_plots(solver):
    """In every member, on every day, for every draw of persons to a plot; and the rest go to the host town."""
    scenario = siege(20, **PRESSED | FRONT, camps=(camp(plots=7), camp(plots=20, day=9)))
    story = turn(scenario, solver, members=16, medians=False)
    plots = np.where(np.arange(20) < 9, 7, 20)
    room = plots * story.rules.values["persons_a_plot"][:, None]
    assert (story.persons("in_camp") <= room + 1e-6).all()
    assert (story.persons("in_camp")[:, -1] > room[:, -1] - 9).any()
    assert (story.moved("overflow") + story.moved("to_host")).sum() > 0


def test_a_camp_without_plots_takes_nobody(solver):
    story = turn(siege(20, **PRESSED | FRONT, camps=(camp(plots=0),)), solver)
    assert story.persons("in_camp").sum() == story.moved("to_camp").sum() == 0


def test_a_camp_that_takes_nobody_new_takes_nobody(solver):
    story = turn(siege(20, **PRESSED | FRONT, camps=(camp(policy=0.0),)), solver)
    assert story.persons("in_camp").sum() == 0


@pytest.mark.parametrize(
    "places",
    [
        pytest.param(("Bridge", "Haven"), id="no camps"),
        pytest.param(("Bridge", "Meadow"), id="no hosts"),
        pytest.param(("Bridge",), id="neither"),
    ],
)
@pytest.mark.parametrize("plots", [0, 3, 100_000])
def test_whoever_is_not_received_is_still_counted(solver, places, plots):
    """Stocks sum to everybody at every dusk, whatever a scenario leaves out."""
    locations = tuple(row for row in LOCATIONS if row.kind == "home" or row.name in places)
    camps = (camp(plots=plots),) if "Meadow" in places else ()
    story = turn(siege(15, **PRESSED | FRONT, locations=locations, camps=camps), solver)
    assert story.moved("cleared").sum() > 0
    nobody_is_lost(story)


def test_a_closed_corridor_carries_nobody(solver):
    """Open on days 4 to 7: the day of opening counts, the day of closing does not."""
    corridors = (way("night", width_km=2.0, opened=at(4), closed=at(8)),)
    story = turn(siege(14, **PRESSED, corridors=corridors), solver)
    left = story.moved("left_home").sum(axis=0)
    assert left[:4].sum() == left[8:].sum() == 0
    assert (left[4:8] > 0).all()


def test_without_a_way_out_nobody_leaves_and_nobody_is_lost_between_stages(solver):
    story = turn(
        siege(
            14,
            **PRESSED | FRONT,
            corridors=(way("night", name="Elsewhere"),),
            locations=(
                *LOCATIONS,
                home("Elsewhere", population=400.0, lat=31.2),
            ),
        ),
        solver,
    )
    assert story.moved("left_home", start="Town").sum() == 0
    nobody_is_lost(story)


def test_the_harder_exit_is_the_fewer_leave(solver):
    """Free, then against a bond, then barred: of those behind the line fewer leave at each step."""
    left = []
    for level in (0.0, 0.5, 1.0):
        exits = (OPEN[0].model_copy(update={"level": level}),)
        poor = (household(means=0.3), FAMILIES[1])
        scenario = siege(8, prices=(dear(4.0),), restrictions=exits, classes=poor)
        left.append(turn(scenario, solver, members=16).moved("left_home").sum(axis=1).mean())
    assert left[0] > left[1] > left[2] > 0


def test_patrols_and_distance_keep_people_back(solver):
    left = []
    for patrols, km in ((0.0, 4.0), (0.5, 8.0), (1.0, 16.0)):
        corridors = (way("night", patrols=patrols, km=km),)
        left.append(turn(siege(8, **PRESSED, corridors=corridors), solver, members=16).moved("left_home").sum(axis=1).mean())
    assert left[0] > left[1] > left[2] > 0


@pytest.mark.parametrize("held", [1.0, 0.0])
def test_one_household_in_all(solver, held):
    """A town of one family has one family, behind the line or free, and keeps it."""
    locations = (home(population=4.0), *LOCATIONS[1:])
    control = (HELD[0].model_copy(update={"besieged_share": held}),)
    story = turn(siege(15, **PRESSED, locations=locations, control=control), solver, members=16)
    assert (story.initial == 4).all()
    nobody_is_lost(story)


@pytest.mark.parametrize("population", [30, 100, 301, 1000, 40_000])
@pytest.mark.parametrize("held", [1.0, 0.37, 0.0])
def test_a_town_has_the_people_that_the_scenario_says(solver, population, held):
    """Six classes on both sides of the line: rounding to households loses or adds one household at most."""
    classes = (
        household("large family", 2, 2, 2, 2, 0.24),
        household("family", 1, 1, 2, 2, 0.39),
        household("with an elder", 1, 2, 1, 1, 0.16, mobility=0.5),
        household("headed by a woman", 0, 1, 1, 2, 0.08),
        household("couple", 1, 1, 0, 0, 0.08),
        household("lone man", 1, 0, 0, 0, 0.05, kind="lone"),
    )
    control = (HELD[0].model_copy(update={"besieged_share": held}),)
    locations = (home(population=float(population)), *LOCATIONS[1:])
    story = turn(siege(1, locations=locations, classes=classes, control=control), solver, members=1, days=1)
    # every class is whole households, so each may be off by less than one of its own
    assert abs(story.initial[0] - population) <= 8 + 0.02 * population


def test_a_home_without_people_is_no_trouble(solver):
    locations = (*LOCATIONS, home("Ruin", population=0.0, lat=31.1))
    control = (*HELD, *passing_front(2, 8, name="Ruin"))
    story = turn(
        siege(12, **PRESSED, locations=locations, control=control, corridors=(way("night"), way("front", name="Ruin"))),
        solver,
    )
    assert story.at_home("Ruin").sum() == 0
    assert story.moved("left_home", start="Town").sum() > 0


def test_an_area_without_homes_is_no_trouble(solver):
    story = turn(siege(8, areas=(AREA, "empty quarter"), **PRESSED), solver)
    nobody_is_lost(story)


def test_a_first_day_without_control_rows_is_free(solver):
    """A home that no row of control.csv names is never held, so nobody hides and nobody is expelled."""
    story = turn(siege(5, control=(), restrictions=SEALED), solver)
    assert story.persons("home_held").sum() == 0
    same(story.persons("home_free"), story.initial[:, None])


def test_two_crossings_share_nothing_but_people(solver):
    """One is closed, the other open: nobody who goes to the closed one is let through at the other."""
    locations = (*LOCATIONS, place("Ford", "crossing", lon=-39.95))
    corridors = (way("night"), way("night", to="Ford"))
    scenario = siege(
        12, **PRESSED, locations=locations, corridors=corridors, crossings=(crossing(), crossing("Ford", desks=0))
    )
    story = turn(scenario, solver, members=8)
    arrived = story.moved("arrived", end="Ford")
    assert arrived.sum() > 0
    same(story.persons("waiting", site="Ford"), np.cumsum(arrived, axis=1))
    assert story.moved("cleared", start="Ford").sum() == 0
