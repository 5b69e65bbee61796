"""Edits in the model: nothing before their date, what they reach after it, and in which direction."""

from __future__ import annotations

import numpy as np
import pytest

from tests.model.drive import Story, turn
from tests.scenario.edits.examples import BRIDGE, DATE, DAYS, EXAMPLES, START, UNTIL, changed, edit, month

FIRST, LAST = (DATE - START).days, (UNTIL - START).days
SOLVERS = ("chain", "individuals")
EARLY = {"date": START, "until": None}
HASTY = {"return_rate": 0.1, "onward": 0.05}
"""So that a month sees people return and go abroad."""


def turned(*given, solver="chain", **more) -> Story:
    return turn(changed(month(), *given), solver, **{"members": 3, "medians": False} | more)


@pytest.fixture(scope="module", params=SOLVERS)
def before(request):
    return request.param, turned(solver=request.param, **HASTY)


def series(story: Story) -> dict[tuple[str, ...], np.ndarray]:
    """(M, D, 5) of every stock and flow that is ever more than nought, by its name."""
    stocks = {("stock", *name): story.kept["stock"][:, :, k] for k, name in enumerate(story.rules.stocks)}
    flows = {("flow", *name): story.kept["flow"][:, :, k] for k, name in enumerate(story.rules.links)}
    return {name: values for name, values in (stocks | flows).items() if values.any()}


def days_that_differ(one: Story, other: Story) -> np.ndarray:
    found, again = series(one), series(other)
    nothing = np.zeros_like(next(iter(found.values())))
    differ = [found.get(name, nothing) != again.get(name, nothing) for name in found | again]
    return np.flatnonzero(np.any(differ, axis=(0, 1, 3)))


@pytest.mark.parametrize("kind", EXAMPLES)
def test_no_member_changes_by_a_bit_before_the_date(kind, before):
    """And something changes from then on: the test can fail."""
    solver, as_it_is = before
    days = days_that_differ(as_it_is, turned(EXAMPLES[kind], solver=solver, **HASTY))
    assert days.min() >= FIRST


@pytest.mark.parametrize("kind", ["delay_offensive", "speed_offensive", "set_fighting", "set_supplies"])
def test_no_member_changes_before_the_date_where_the_front_is_drawn(kind):
    drawn = month().model_copy(update={"header": month().header.model_copy(update={"control": "stochastic"})})
    one = EXAMPLES[kind].model_copy(update={"area": "*", "place": ""} if kind != "set_supplies" else {})
    stories = [turn(given, members=6, medians=False, siege_days=5.0) for given in (drawn, changed(drawn, one))]
    assert days_that_differ(*stories).min() >= FIRST


def test_a_camp_where_nobody_can_come_changes_no_bit(before):
    """At the end of a road that is too long."""
    solver, as_it_is = before
    far = EXAMPLES["add_camp"].model_copy(update={"km": 5000.0})
    assert days_that_differ(as_it_is, turned(far, solver=solver, **HASTY)).size == 0


def test_a_camp_that_opens_on_the_last_day_changes_no_bit_before(before):
    solver, as_it_is = before
    late = EXAMPLES["add_camp"].model_copy(update={"date": month().header.end})
    assert set(days_that_differ(as_it_is, turned(late, solver=solver, **HASTY))) <= {DAYS - 1}


# --- directions; all members alike, so that only chance is left


def total(story: Story, quantity, day=FIRST, last=None, **which) -> float:
    return float(story.moved(quantity, **which)[:, day : None if last is None else last + 1].sum())


def alike(*given, **more) -> Story:
    return turned(*given, **{"medians": True, "members": 6} | more)


def test_more_desks_make_shorter_queues():
    few, many = (alike(edit("set_desks", crossing=BRIDGE, desks=desks, **EARLY)) for desks in (1, 30))
    assert few.persons("waiting").sum() > 3 * many.persons("waiting").sum()


def test_longer_hours_make_shorter_queues():
    few, many = (alike(edit("set_hours", crossing=BRIDGE, hours=hours, **EARLY)) for hours in (1, 24))
    assert few.persons("waiting").sum() > 3 * many.persons("waiting").sum()


def test_nobody_is_screened_at_a_closed_crossing_until_it_opens():
    shut = alike(EXAMPLES["close_crossing"])
    assert total(shut, "cleared", last=LAST) == 0
    assert total(shut, "cleared", LAST + 1) > 0
    assert total(shut, "cleared", 0, FIRST - 1) > 0
    assert total(shut, "arrived", last=LAST) > 0


def test_a_crossing_that_is_opened_again_screens():
    day = LAST - FIRST
    shut = edit("close_crossing", crossing=BRIDGE, **EARLY)
    again = alike(shut, edit("open_crossing", crossing=BRIDGE, desks=10, hours=10))
    assert total(again, "cleared", 0, FIRST - 1) == 0
    assert total(again, "cleared", FIRST, FIRST + day) > 0


def test_nobody_boards_where_there_are_no_seats():
    none = alike(edit("set_buses", crossing=BRIDGE, seats=0))
    assert total(none, "to_camp", last=LAST) + total(none, "to_host", last=LAST) == 0
    assert total(none, "to_camp", LAST + 1) > 0


def test_nobody_goes_abroad_over_a_closed_border():
    shut = turned(EXAMPLES["close_border"], onward=0.05)
    assert total(shut, "onward", last=LAST) == 0
    assert total(shut, "onward", LAST + 1) > 0


def test_services_that_come_early_bring_more_back():
    late, early = alike(), alike(edit("early_return", **EARLY))
    assert total(early, "returned", 0) > 1.2 * total(late, "returned", 0)


def test_people_come_to_a_camp_that_is_added():
    story = alike(EXAMPLES["add_camp"])
    people = story.persons("in_camp", site="North Field")
    assert (people[:, :FIRST] == 0).all()
    assert (people[:, -1] > 100).all()


def test_a_closed_camp_takes_nobody_new_and_puts_nobody_out():
    story = alike(EXAMPLES["close_camp"])
    inside = story.persons("in_camp", site="Long Meadow")
    assert total(story, "to_camp", FIRST + 1, LAST, end="Long Meadow") == 0
    assert (inside[:, LAST] > 0.5 * inside[:, FIRST]).all()


def test_a_smaller_camp_takes_fewer():
    small, large = (alike(edit("set_capacity", camp="Long Meadow", plots=plots, **EARLY)) for plots in (0, 5000))
    assert total(small, "to_camp", 0, end="Long Meadow") < 0.5 * total(large, "to_camp", 0, end="Long Meadow")


def left(story: Story, **which) -> float:
    return total(story, "left_home", 0, **which)


def test_fewer_leave_without_telephones():
    banned, restored = (alike(edit(kind, **EARLY)) for kind in ("ban_phones", "restore_phones"))
    assert left(banned) < left(restored)


def test_fewer_leave_when_told_to_stay():
    stay, go = (alike(edit("advise_staying", level=level, **EARLY)) for level in (1.0, 0.0))
    assert left(stay) < 0.95 * left(go)


def test_fewer_leave_when_supplies_arrive():
    fed, starved = (alike(edit("set_supplies", inflow=inflow, **EARLY)) for inflow in (1.0, 0.0))
    assert left(fed) < left(starved)


def test_more_die_at_home_where_shelling_is_heavy():
    heavy, calm = (alike(edit("set_fighting", area="*", intensity=intensity, **EARLY)) for intensity in (3.0, 0.0))
    assert total(heavy, "killed_at_home", 0) > total(calm, "killed_at_home", 0)


def test_a_fast_offensive_frees_earlier_and_a_late_one_later():
    fast, late = alike(edit("speed_offensive", area="*", factor=2)), alike(edit("delay_offensive", area="*", days=7))
    behind = [story.persons("home_held")[:, FIRST:].sum() for story in (fast, alike(), late)]
    assert behind == sorted(behind)
    assert len(set(behind)) == 3


def test_a_front_that_has_moved_leaves_nobody_behind():
    story = alike(edit("move_front", area="town", besieged_share=0.0, until=None))
    assert (story.persons("home_held", site="Tarrow South")[:, FIRST:] < 100).all()


def test_a_corridor_takes_people_out_once_leaving_is_free():
    free = edit("set_exit", level=0.0, **EARLY)
    road = edit("open_corridor", from_place="Tarrow Old Town", crossing=BRIDGE, **EARLY)
    shut, opened = alike(free), alike(free, road)
    assert left(opened, start="Tarrow Old Town") > left(shut, start="Tarrow Old Town")


def test_a_closed_corridor_takes_nobody_out():
    ways = [edit("close_corridor", from_place="Tarrow Old Town", crossing=BRIDGE, use="front", date=START)]
    story = alike(*ways)
    assert left(story, start="Tarrow Old Town") == 0
