"""In small random worlds, after every order: nobody vanishes, nobody is counted below zero, no budget is overdrawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from havenward.core.orders import Draw, Ordered, Quota
from tests.toy.nets import sources_of
from tests.toy.run import SOLVERS, solver_of, turn_days
from tests.toy.worlds import RandomWorld, worlds

every_solver = pytest.mark.parametrize("solver", SOLVERS)


class Watched:
    """A solver whose every order is looked at from outside, by plain sums of persons."""

    def __init__(self, inner, table):
        self.inner, self.table = inner, table
        self.ledger, self.approximations = inner.ledger, inner.approximations

    @property
    def counts(self):
        return self.inner.counts

    def carry_out(self, order, day):
        before = self.inner.counts.copy()
        realised = self.inner.carry_out(order, day)
        after = self.inner.counts
        exact = 0.0 if after.dtype == np.int64 else 1e-9
        assert np.allclose(self.table.totals(after), self.table.totals(before), rtol=exact, atol=exact)
        assert after.min() >= -exact
        if isinstance(order, Draw):
            assert ((realised > 0.0) & (realised < 1.0)).all()
            assert (before == after).all()
            return realised
        expected = before.copy()
        if isinstance(order, Ordered):
            assert (realised.units >= 0).all()
            np.add.at(expected.T, order.net.to, realised.units.T)
            np.add.at(expected.T, sources_of(order.net), -realised.units.T)
        else:
            flows = realised.values
            assert (flows >= 0).all()
            assert (flows.sum(axis=2) <= before[:, order.move.sources] + exact).all()
            for (m, s, t), n in np.ndenumerate(flows):
                expected[m, order.move.sources[s]] -= n
                np.add.at(expected[m], order.move.rows[s, t][order.move.rows[s, t] >= 0], n)
        assert np.allclose(after, expected, rtol=exact, atol=exact)
        return realised


@every_solver
@settings(max_examples=60)
@given(world=worlds())
def test_every_order_keeps_everybody(solver, world):
    made = solver_of(solver, world.table, 3, np.arange(world.members, dtype=np.uint32), world.start())
    turn_days(world, Watched(made, world.table), world.days, listener=world.observe)
    assert len(world.carried) == world.days * len(world.orders)
    if solver == "individuals":
        for crowd, counts in zip(made._crowds, made.counts, strict=True):
            assert (np.bincount(crowd.cell[: crowd.number], minlength=len(counts)) == counts).all()


@every_solver
@settings(max_examples=40)
@given(world=worlds())
def test_no_budget_is_overdrawn(solver, world):
    made = solver_of(solver, world.table, 3, np.arange(world.members, dtype=np.uint32), world.start())
    turn_days(world, made, world.days, listener=world.observe)
    for order, admitted in world.carried:
        if isinstance(order, Quota):
            taken = np.zeros(order.budget.shape)
            np.add.at(taken, (slice(None), order.lane), admitted[:, :, 0] * order.weight)
            assert (taken <= order.budget + 1e-9).all()


def test_worlds_are_worth_testing_in():
    """A random world of every order moves people, breaks units up and keeps a budget busy."""
    orders = (("split", 0), ("quota", 1), ("ordered", 0), ("draw", 0), ("split", 1))
    world = RandomWorld(3, 3, 2, orders, ((1, 0, 2, 0), (0, 1, 0, 0)), chances=4)
    start = world.start()
    history = turn_days(
        world, solver_of("individuals", world.table, 3, np.arange(3, dtype=np.uint32), start.copy()), 3, 0, world.observe
    )
    assert (history[:, -1] != start).any(axis=1).all()
    assert (history[:, -1].sum(axis=1) > start.sum(axis=1)).all(), "units broke up"
    refused = [(admitted < 1).any() and admitted.sum() > 0 for order, admitted in world.carried if isinstance(order, Quota)]
    assert any(refused)
