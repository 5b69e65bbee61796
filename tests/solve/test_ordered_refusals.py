"""Ordered moves that cannot be carried out are refused by every solver; all but circles and misfits before anybody moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from havenward.core.orders import Ordered, OrderError
from tests.toy.nets import choice_of, endless, net_of
from tests.toy.roads import HIGH, HILL, LOW, SHORE, Roads
from tests.toy.run import SOLVERS, solver_of

every_solver = pytest.mark.parametrize("solver", SOLVERS)
MEMBERS = 3


@pytest.fixture
def rules():
    return Roads(MEMBERS, full=(20.0, 12.0, 30.0))


@pytest.fixture
def order(rules):
    return Ordered(rules.net, rules.choice, rules.crowds)


def carry_out(solver, rules, order):
    """Carry an order out; under one that is refused nobody may move, unless somebody had to for the fault to be seen."""
    made = solver_of(solver, rules.table, 1, np.arange(MEMBERS, dtype=np.uint32), rules.start())
    try:
        made.carry_out(order, 0)
    except OrderError as refused:
        on_the_way = "without coming to rest" in str(refused) or "as many edges" in str(refused)
        assert on_the_way or (made.counts == rules.start()).all()
        raise


@every_solver
def test_a_net_that_is_a_circle(solver, rules):
    circle = net_of(rules.table, [(HILL, HIGH, "a"), (HIGH, LOW, "b"), (LOW, HIGH, "c")], through=(HIGH, LOW))
    choice = choice_of(circle, [((HILL, HIGH, LOW), 1.0, (1.0,))])
    with pytest.raises(OrderError, match="settle: a unit went 1024 steps in one order without coming to rest"):
        carry_out(solver, rules, Ordered(circle, choice, endless(circle)))


@every_solver
@pytest.mark.parametrize("rows", [(HILL, SHORE), (HILL, HIGH)], ids=["where it begins", "on the way"])
def test_edges_that_do_not_fit_the_options(solver, rules, rows):
    choice = choice_of(rules.net, [(rows, 1.0, (1.0, 1.0))])
    with pytest.raises(OrderError, match="travel: cells of a group need as many edges as the group has options"):
        carry_out(solver, rules, Ordered(rules.net, choice, rules.crowds))


WRONG_CHOICES = {
    "a group is missing": ({"group": lambda a: a[:-1]}, "a group for each cell"),
    "no such group": ({"group": lambda a: a + 9}, "a group for each cell"),
    "a chance is missing": ({"chance": lambda a: a[:-1]}, "a chance for each group"),
    "an option is missing": ({"weight": lambda a: a[:-1]}, "all options, group by group"),
    "groups go backwards": ({"first": lambda a: a[[0, 2, 1, *range(3, len(a))]]}, "all options, group by group"),
    "a crowd is missing": ({"crowd": lambda a: a[:-1]}, "a crowd or none, and a veto"),
    "no such crowd": ({"crowd": lambda a: a + 3}, "a crowd or none, and a veto"),
    "a veto of more than all room": ({"veto": lambda a: a + 1.5}, "a veto is a share of room"),
    "a veto is missing": ({"veto": lambda a: a[:-1]}, "a crowd or none, and a veto"),
    "chances for two members": ({"chance": lambda a: np.tile(a, 2)}, "both for one member, or both for all 3"),
    "chances for all, weights for one": ({"chance": lambda a: np.tile(a, 3)}, "both for one member, or both for all 3"),
    "a chance below 0": ({"chance": lambda a: a - 0.5}, "a chance is no probability"),
    "a chance over 1": ({"chance": lambda a: a + 0.5}, "a chance is no probability"),
    "a chance that is no number": ({"chance": lambda a: a * np.nan}, "a chance is no probability"),
    "a weight that is no number": ({"weight": lambda a: a * np.nan}, "a weight is not a number"),
    "keeps more than the best": ({"keep": lambda _: np.full(6, 1.1)}, "what a group keeps is a share"),
    "keeps for one group only": ({"keep": lambda _: np.zeros(1)}, "what a group keeps is a share"),
    "a weight without end": ({"weight": lambda a: a * np.inf}, "a weight is not a number"),
}


@every_solver
@pytest.mark.parametrize("wrong", WRONG_CHOICES)
def test_choices_that_are_refused(solver, rules, order, wrong):
    changes, reason = WRONG_CHOICES[wrong]
    choice = replace(order.choice, **{name: change(getattr(order.choice, name)) for name, change in changes.items()})
    with pytest.raises(OrderError, match=f"travel: .*{reason}"):
        carry_out(solver, rules, replace(order, choice=choice))


@every_solver
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"full": np.array([5.0, 5.0, 5.0])}, "full no earlier than it leaves room for all"),
        ({"free": np.array([np.nan, 5.0, 5.0])}, "full no earlier than it leaves room for all"),
        ({"free": np.array([1.0]), "full": np.array([5.0])}, "a crowd or none"),
        ({"full": np.array([50.0])}, "full no earlier than it leaves room for all"),
        ({"power": -1.0}, "the power of crowds is at least 0"),
        ({"power": np.nan}, "the power of crowds is at least 0"),
    ],
    ids=["full too early", "no number", "a crowd is missing", "one for all", "power below 0", "no power"],
)
def test_crowds_that_are_refused(solver, rules, order, changes, reason):
    with pytest.raises(OrderError, match=f"travel: .*{reason}"):
        carry_out(solver, rules, replace(order, crowds=replace(order.crowds, **changes)))


@every_solver
@pytest.mark.parametrize(("waves", "wave"), [(0, 0), (65, 0), (4, 0xF001), (-1, 0)])
def test_waves_without_numbers_of_their_own(solver, rules, order, waves, wave):
    """A wave takes 1,024 of the 65,536 numbers of a day; the next day's are not for this one."""
    with pytest.raises(OrderError, match=r"travel: from 1 to [0-9]+ waves have numbers"):
        carry_out(solver, rules, replace(order, waves=waves, wave=wave))
    carry_out(solver, rules, replace(order, waves=4, wave=0xF000))
