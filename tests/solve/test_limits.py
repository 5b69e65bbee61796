"""Where the answer is known without a computer: nobody dares, nobody passes, no desks, endless desks, no camps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.core.orders import Ordered, Quota
from tests.toy.rules import ToyRules
from tests.toy.run import SOLVERS, column, run_toy, solver_of, turn_days

every_solver = pytest.mark.parametrize("solver", SOLVERS)


def people(rules, history):
    return history @ rules.table.persons()


@every_solver
def test_without_hazard_nobody_moves(solver):
    history, rules = run_toy(solver, pace=0.0)
    assert (history == rules.start()[:, None, :]).all()


@every_solver
def test_where_capture_is_certain_nobody_arrives(solver):
    history, rules = run_toy(solver, stopped=1.0, crowding=math.inf)
    assert (history[:, :, column(rules, "stopped")].sum(axis=(1, 2)) > 0).all()
    for place in ("road", "gate", "safe", "camp"):
        assert (history[:, :, column(rules, place)] == 0).all()


@every_solver
def test_without_desks_nobody_passes_and_the_queue_only_grows(solver):
    history, rules = run_toy(solver, desks=0)
    for place in ("safe", "camp"):
        assert (history[:, :, column(rules, place)] == 0).all()
    queue = history[:, :, column(rules, "gate")]
    assert (np.diff(queue, axis=1) >= 0).all()
    assert (queue[:, -1].sum(axis=1) > 0).all()


@every_solver
def test_with_endless_desks_nobody_waits(solver):
    history, rules = run_toy(solver, desks=2**62)
    assert (history[:, :, column(rules, "gate")] == 0).all()
    assert (history[:, -1, column(rules, "camp")].sum(axis=1) > 0).all()


@every_solver
def test_without_camps_all_who_pass_stay_where_they_are_safe(solver):
    history, rules = run_toy(solver, camps=(), room=())
    safe = history[:, :, column(rules, "safe")]
    assert not column(rules, "camp")
    assert (np.diff(safe, axis=1) >= 0).all()
    assert (safe[:, -1].sum(axis=1) > 0).all()
    assert people(rules, history) == pytest.approx(people(rules, rules.start())[:, None].repeat(12, axis=1))


@every_solver
def test_camps_without_room_take_nobody(solver):
    history, rules = run_toy(solver, room=(0.0, 0.0))
    assert (history[:, :, column(rules, "camp")] == 0).all()


@every_solver
def test_one_household_is_whole_or_split_and_never_more(solver):
    history, rules = run_toy(solver, members=200, start={"families": 1, "lone": 0})
    assert people(rules, history) == pytest.approx(np.full((200, 12), 5.0))
    units = history.sum(axis=2)
    assert units.min() >= 1.0 - 1e-9
    assert units.max() <= 2.0 + 1e-9
    if solver != "mean":
        assert set(units.ravel().tolist()) == {1, 2}


@every_solver
def test_where_nobody_lives_nobody_comes_from(solver):
    history, _ = run_toy(solver, start={"families": 0, "lone": 0})
    assert (history == 0).all()


@every_solver
@settings(max_examples=10)
@given(desks=st.integers(0, 80), families=st.integers(0, 150), lone=st.integers(0, 150))
def test_desks_are_never_exceeded_and_never_idle(solver, desks, families, lone):
    history, rules = run_toy(solver, desks=desks, days=5, start={"families": families, "lone": lone})
    minutes = np.array([5, 1, 1])
    served = [(order, flows) for order, flows in rules.carried if isinstance(order, Quota)]
    assert len(served) == 5
    for day, (_, flows) in enumerate(served):
        spent = flows[:, :, 0] @ minutes
        assert (spent <= desks + 1e-9).all()
        waiting = history[:, day, column(rules, "gate")].sum(axis=1) > 1e-9
        spare = 4 if solver != "mean" else 1e-9
        assert (spent >= desks - spare)[waiting].all()


def test_nobody_enters_a_camp_that_is_full_by_their_own_sequence():
    """Counts see what a camp was when their wave began; `tests/statistical/test_ordered.py` measures what that costs."""
    room = (25.0, 10.0)
    history, rules = run_toy("individuals", room=room, start={"families": 300, "lone": 100}, pace=0.3, desks=10_000)
    inside = history[:, :, rules.camp].sum(axis=2)
    assert (inside <= room).all()
    assert (inside[:, -1] == room).all()


@every_solver
def test_only_the_ordered_move_is_reported_as_approximate(solver):
    rules = ToyRules(members=3)
    made = solver_of(solver, rules.table, 1, np.arange(3, dtype=np.uint32), rules.start())
    turn_days(rules, made, 4, listener=rules.observe)
    ordered = {order.net.name for order, _ in rules.carried if isinstance(order, Ordered)}
    assert ordered == {"settle"}
    assert made.approximations == (set() if solver == "individuals" else ordered)


@every_solver
@pytest.mark.parametrize("waves", [1, 8])
def test_nothing_is_reported_where_camps_cannot_fill_up(solver, waves):
    """And it is where they may, however many waves there are: all of one wave act on what stood before it."""
    reported = {}
    for room in (500.0, 20.0):
        rules = ToyRules(members=3, room=(room, room), waves=waves)
        made = solver_of(solver, rules.table, 1, np.arange(3, dtype=np.uint32), rules.start())
        turn_days(rules, made, 6)
        reported[room] = made.approximations
    assert reported == {500.0: set(), 20.0: set() if solver == "individuals" else {"settle"}}
