"""The desks from one day to the next, against arithmetic and against every order in which a queue may stand.

The gate is driven alone, with a queue put before it, so that nothing but the desks is at work. Comparisons of laws are
chi-square tests at 1e-4 with a fixed seed.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from havenward.core.ledger import Ledger
from havenward.core.members import Members
from havenward.model.siege.siege import Siege
from havenward.run.engine import solver_for
from tests.model.drive import turn
from tests.model.worlds import OPEN, at, crossing, dear, home, household, place, siege, way

ALPHA = 1e-4
SMALL, MEDIUM, LARGE = (0, 1, 0, 1), (0, 1, 1, 2), (0, 2, 2, 3)
"""Units of 200, 400 and 700 seconds: 100 seconds a head, none for men."""
SECONDS = {SMALL: 200, MEDIUM: 400, LARGE: 700}
CLASSES = tuple(household(str(people), *people, 1 / 3) for people in SECONDS)
WHOLE = ("chain", "individuals")


@dataclass
class Desk:
    """What happened at the desks.

    Attributes:
        waiting, in_hand, through: (M, D, kinds) units at dusk, in the order of SECONDS; `through` since the start.
        wait: (M, D) mean days waited by those who were through on the day.
        closed: (M, D).
    """

    waiting: np.ndarray
    in_hand: np.ndarray
    through: np.ndarray
    wait: np.ndarray
    closed: np.ndarray


def gates(seconds, **more):
    return crossing(desks=1, hours=seconds / 3600, minutes_per_man=1, minutes_per_other=100 / 60, **more)


def work(queue, crossings, days, solver="chain", members=2, later=()) -> Desk:
    """Let desks work off a queue of people who all came on the first day, or on days of `later`: (day, people, number)."""
    made = Siege.of(siege(days, classes=CLASSES, crossings=crossings), {})
    numbers = np.arange(members, dtype=np.uint32)
    rules = made.for_members(Members.alike(numbers), 1, spread=0.0, begin=0)
    ground = made.ground
    cells, ledger = ground.cells, Ledger(rules.table)
    waiting = [group.people for group in ground.classes.waiting]
    settled = [group.people for group in ground.classes.settled]
    kinds = [waiting.index(people) for people in SECONDS]
    beyond = np.stack([cells.transit[0, settled.index(people)] for people in SECONDS])
    start = rules.start()
    for people, number in queue.items():
        start[:, cells.waiting[0, waiting.index(people), 0]] = number
    rules.start = lambda: start
    made = solver_for(solver, rules.start(), 1, numbers, ledger, 1)
    seen = []
    for day in range(days):
        for _, people, number in (row for row in later if row[0] == day):
            made.counts[:, cells.waiting[0, waiting.index(people), 0]] += number
        phase, reply = rules.gate.phase(day, made.counts), None
        try:
            while True:
                reply = made.carry_out(phase.send(reply), day)
        except StopIteration:
            pass
        here = (made.counts[:, cells.waiting[0, kinds]].sum(axis=2), made.counts[:, cells.desk[0, kinds]])
        seen.append((*here, made.counts[:, beyond], rules.gate.wait[:, 0], rules.gate.closed[:, 0].copy()))
    return Desk(*(np.stack(part, axis=1) for part in zip(*seen, strict=True)))


@pytest.mark.parametrize("solver", WHOLE)
@pytest.mark.parametrize("seconds", [90, 700, 1000, 5003])
def test_a_queue_is_through_after_exactly_its_seconds(solver, seconds):
    """Whatever the order, and though a day may be shorter than one screening: no second of a busy desk is lost."""
    queue = {SMALL: 9, MEDIUM: 7, LARGE: 11}
    whole = sum(SECONDS[people] * number for people, number in queue.items())
    last = -(-whole // seconds)
    desk = work(queue, (gates(seconds),), last + 1, solver, members=5)
    left = (desk.waiting + desk.in_hand).sum(axis=2)
    assert (left[:, last - 2] > 0).all()
    assert (left[:, last - 1] == 0).all()
    spent = desk.through @ list(SECONDS.values())
    budget = seconds * np.arange(1, last + 2)
    assert (spent <= budget).all()
    # what is not spent on those who are through was spent on the unit in hand, which takes longer than that
    rest, open_day = budget - spent, desk.in_hand.sum(axis=2) == 1
    assert (rest[open_day] < (desk.in_hand @ list(SECONDS.values()))[open_day]).all()
    assert (rest[~open_day & (left > 0)] == 0).all()


def test_in_the_long_run_a_desk_passes_its_seconds_over_the_mean_seconds_of_a_unit():
    """Two years, never idle; within one unit of the ratio, for the desk may have one in hand."""
    queue, seconds, days = {SMALL: 9000, MEDIUM: 9000, LARGE: 9000}, 10_007, 730
    desk = work(queue, (gates(seconds),), days, members=20)
    passed = desk.through[:, -1]
    mean = passed @ list(SECONDS.values()) / passed.sum(axis=1)
    assert (np.abs(passed.sum(axis=1) - seconds * days / mean) < 700 / 200).all()


@pytest.mark.parametrize("solver", WHOLE)
def test_a_desk_of_100_seconds_a_day_passes_one_family_of_700_a_week(solver):
    desk = work({LARGE: 3}, (gates(100),), 28, solver)
    day = np.arange(28)
    assert (desk.through.sum(axis=2) == np.minimum((day + 1) // 7, 3)).all()
    assert (desk.in_hand.sum(axis=2) == ((day % 7 != 6) & (day < 21))).all()
    assert (desk.waiting.sum(axis=2) == np.maximum(2 - day // 7, 0)).all()
    assert desk.wait[:, [6, 13]].tolist() == [[6, 13]] * 2


def test_a_younger_unit_does_not_take_the_seconds_that_are_too_few_for_an_older_one():
    """1,000 seconds a day: 600 are left when the third large unit's turn comes, and small ones of 200 wait behind it."""
    desk = work({LARGE: 3}, (gates(1000),), 4, later=[(1, SMALL, 5)])
    small, _, large = np.moveaxis(desk.through[0], 1, 0)
    assert large.tolist() == [1, 2, 3, 3]
    assert small.tolist() == [0, 0, 4, 5]
    assert desk.in_hand[0].tolist() == [[0, 0, 1], [0, 0, 1], [1, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(("solver", "members"), [("chain", 40_000), ("individuals", 8000)])
def test_two_days_have_the_law_of_a_queue_in_random_order(solver, members):
    """Who is through and who is in hand on two evenings, against all orders of six units and 1,000 seconds a day."""
    queue, seconds = {SMALL: 2, MEDIUM: 2, LARGE: 2}, 1000
    law = Counter()
    orders = list(itertools.permutations([people for people, n in queue.items() for _ in range(n)]))
    for order in orders:
        law[tuple(evening(order, seconds * (day + 1)) for day in range(2))] += 1 / len(orders)
    desk = work(queue, (gates(seconds),), 2, solver, members)
    names = list(SECONDS)
    seen = Counter(
        tuple((tuple(through), names[hand.argmax()] if hand.any() else None) for through, hand in zip(*member, strict=True))
        for member in zip(desk.through.tolist(), desk.in_hand, strict=True)
    )
    assert set(seen) <= set(law), "what cannot happen happened"
    ends = sorted(law)
    assert stats.chisquare([seen[e] for e in ends], [law[e] * members for e in ends]).pvalue > ALPHA


def evening(order, budget):
    """Who is through, by kind, and who has begun, when so many seconds were worked."""
    through = Counter()
    for people in order:
        if SECONDS[people] > budget:
            return tuple(through[kind] for kind in SECONDS), people if budget else None
        budget -= SECONDS[people]
        through[people] += 1
    return tuple(through[kind] for kind in SECONDS), None


@pytest.mark.parametrize("solver", WHOLE)
def test_an_incident_takes_nothing_from_the_unit_in_hand(solver):
    """Through on the seventh day on which the desks worked, however many were lost between; in screening all the while."""
    desk = work({LARGE: 1}, (gates(100, incident_share=0.4),), 40, solver, members=60)
    worked = np.cumsum(~desk.closed, axis=1)
    assert (desk.through.sum(axis=2) == (worked >= 7)).all()
    assert (desk.in_hand.sum(axis=2) == ((worked > 0) & (worked < 7))).all()
    assert len(np.unique(worked[:, 12])) > 3


@pytest.mark.parametrize("solver", WHOLE)
def test_where_desks_are_closed_by_policy_the_unit_in_hand_goes_back_to_the_queue(solver):
    """Three days' seconds are lost, the place in the queue is not, nor the days waited."""
    rows = (gates(100), crossing(day=3, desks=0), gates(100, day=5))
    desk = work({LARGE: 1, SMALL: 1}, rows, 20, solver, members=40)
    begun = desk.in_hand[:, 0, list(SECONDS).index(LARGE)] == 1
    assert 0 < begun.sum() < 40
    assert (desk.in_hand[:, 3:5].sum(axis=2) == 0).all()
    assert (desk.waiting[:, 3:5].sum(axis=2) == np.where(begun, 2, 1)[:, None]).all()
    # the large one began anew on day 5, before or after the small one if that still waits: 700 + 200 or 700 seconds
    last = np.where(begun, 13, 11)
    assert (desk.through.sum(axis=2).argmax(axis=1) == last).all()
    assert (desk.wait[~begun, 11] == 11).all()


@pytest.mark.parametrize(("quicker", "last"), [(1.0, 6), (0.5, 3), (0.1, 3)])
def test_seconds_already_spent_count_when_desks_become_quicker(quicker, last):
    """300 seconds are spent when 700, 350 or 70 are asked: 400, 50 or no more than one are wanting."""
    rows = (gates(100), crossing(day=3, desks=1, hours=100 / 3600, minutes_per_man=1, minutes_per_other=quicker * 100 / 60))
    assert work({LARGE: 1}, rows, 8).through.sum(axis=2).argmax(axis=1).tolist() == [last] * 2


def test_the_mean_shares_a_day_and_has_nobody_in_hand():
    desk = work({SMALL: 10, LARGE: 10}, (gates(1000),), 12, "mean", members=1)
    assert (desk.in_hand == 0).all()
    spent = desk.through @ list(SECONDS.values())
    assert spent[0] == pytest.approx(np.minimum(1000.0 * np.arange(1, 13), 9000.0))
    assert desk.through[0, :, 0] == pytest.approx(desk.through[0, :, 2])


def mixed(days, solver="chain", **more):
    """People of all sizes come by road for ten days; the desks are too few."""
    scenario = siege(
        days,
        locations=(
            home(population=4000.0),
            place("Bridge", "crossing"),
            place("Meadow", "camp", lon=-39.8),
            place("Haven", "host", lon=-39.7),
        ),
        corridors=(way("road", closed=at(10)),),
        restrictions=OPEN,
        classes=CLASSES,
        crossings=(gates(5000, incident_share=0.1),),
        prices=(dear(8.0),),
    )
    return turn(scenario, solver, **more)


@pytest.mark.parametrize("solver", WHOLE)
def test_nobody_is_through_before_all_who_came_earlier(solver):
    """Also not when the rest of a day is too short for an older unit and long enough for a younger one."""
    story = mixed(14, solver, members=6)
    cells = story.rules.ground.cells
    by_age = story.dusk[:, 1:][:, :, cells.waiting].sum(axis=(2, 3))
    in_hand = story.dusk[:, 1:][:, :, cells.desk].sum(axis=(2, 3))
    assert in_hand.max() == 1
    assert 0.3 < in_hand.mean() < 1
    for day in range(1, 14):
        # of those who waited longer somebody is left, so nobody of a younger day has been served or called
        arrived = story.flow("arrived")[:, day, 4]
        before = np.concatenate([arrived[:, None], by_age[:, day - 1, 1:-2]], axis=1)
        still = by_age[:, day, 1:]
        older = np.cumsum(still[:, ::-1], axis=1)[:, ::-1]
        untouched = older[:, 1:] > 0
        assert (still[:, :-1] == before)[untouched].all()


def test_a_member_is_the_same_in_any_batch():
    """What desks carry from day to day belongs to one member."""
    whole, part = mixed(20, members=7), mixed(20, numbers=[5, 2])
    np.testing.assert_array_equal(whole.dusk[[5, 2]], part.dusk)
    np.testing.assert_array_equal(whole.kept["wait"][[5, 2]], part.kept["wait"])
    assert whole.households("in_screening").any()
