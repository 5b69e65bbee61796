"""Whoever loses, invents, swaps or overdraws anybody is stopped: a wrong move at its order, a wrong solver at dusk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from havenward.core.cells import NOBODY
from havenward.core.ledger import Ledger, Vanished
from havenward.core.orders import Draw, Ordered
from havenward.run.days import turn_day
from havenward.solve.chain import Chain
from tests.toy.rules import ToyRules
from tests.toy.run import SOLVERS, solver_of

every_solver = pytest.mark.parametrize("solver", SOLVERS)
ROWS = {parts: row for row, parts in enumerate(ToyRules(members=1).table.meanings)}
HOME, GATE, LONE, KIN = ROWS["home", "family"], ROWS["gate", "family"], ROWS["home", "lone"], ROWS["home", "kin"]

WRONG_MOVES = {
    "families vanish on the way": ("walk", (0, 0, 0), NOBODY),
    "kin left behind become a woman": ("leave", (0, 1, 1), LONE),
    "a woman comes through as a family": ("serve", (1, 0, 0), ROWS["safe", "family"]),
}
"""Move, place in its rows, and the row that stands there by mistake: what `Move.build` would have refused."""

WRONG_NETS = {
    "a father in camp becomes a woman": ("to", "father", ROWS["camp", "lower camp", "lone"]),
    "a family that stays is a woman": ("stay", "family", ROWS["safe", "lone"]),
}
"""Array of the net in which a kind of unit is led astray, and where to: what `Net.check` would have refused."""

WRONG_SOLVERS = {
    "loses a household": ("leave", {HOME: -1}),
    "invents a household": ("walk", {GATE: 1}),
    "makes two women of kin": ("leave", {KIN: -1, LONE: 2}),
    "swaps kin for a woman": ("serve", {KIN: -1, LONE: 1}),
}
"""Move after which it happens, and what happens to the counts of one member."""


def first_day(rules, solver, listener=lambda order, realised: None):
    turn_day(rules, solver, solver.ledger, 1, listener)


@every_solver
@pytest.mark.parametrize("mistake", WRONG_MOVES)
def test_a_move_that_does_not_keep_people_is_stopped_at_its_order(solver, mistake):
    name, place, row = WRONG_MOVES[mistake]
    rules = ToyRules(members=4)
    rows = getattr(rules, name).rows.copy()
    rows[place] = row
    setattr(rules, name, replace(getattr(rules, name), rows=rows))
    carried = []
    made = solver_of(solver, rules.table, 1, np.arange(4, dtype=np.uint32), rules.start())
    with pytest.raises(Vanished, match=f"'{name}' lost or invented people"):
        first_day(rules, made, lambda order, realised: carried.append(order))
    assert all(isinstance(order, Draw | Ordered) or order.move.name != name for order in carried)


@every_solver
@pytest.mark.parametrize("mistake", WRONG_NETS)
def test_a_net_that_does_not_keep_people_is_stopped_at_its_order(solver, mistake):
    array, kind, row = WRONG_NETS[mistake]
    rules, source = ToyRules(members=4), ROWS["safe", kind]
    wrong = getattr(rules.settle, array).copy()
    wrong[rules.settle.first[source] if array == "to" else source] = row
    rules.settle = replace(rules.settle, **{array: wrong})
    with pytest.raises(ValueError, match=r"'settle': .* loses people or origin"):
        rules.settle.check(rules.table)
    carried, counts = [], rules.start()
    counts[:, source] = 20
    made = solver_of(solver, rules.table, 1, np.arange(4, dtype=np.uint32), counts)
    with pytest.raises(Vanished, match="'settle' lost or invented people"):
        first_day(rules, made, lambda order, realised: carried.append(order))
    assert not any(isinstance(order, Ordered) for order in carried)


class Faulty(Chain):
    """A chain that changes counts behind the ledger's back, in one member at one move."""

    fault: tuple[str, dict[int, int]]

    def carry_out(self, order, day):
        realised = super().carry_out(order, day)
        move, changes = self.fault
        if not isinstance(order, Draw | Ordered) and order.move.name == move:
            for row, change in changes.items():
                self.counts[2, row] += change
        return realised


def faulty(fault):
    rules = ToyRules(members=4)
    solver = Faulty(rules.start(), 1, np.arange(4, dtype=np.uint32), Ledger(rules.table))
    solver.fault = fault
    return rules, solver


@pytest.mark.parametrize("fault", WRONG_SOLVERS)
def test_a_solver_that_changes_people_is_stopped_at_dusk(fault):
    with pytest.raises(Vanished, match="day 1: the people at dusk are not those at dawn"):
        first_day(*faulty(WRONG_SOLVERS[fault]))


def test_without_a_fault_the_day_goes_by():
    first_day(*faulty(("leave", {})))


def test_a_listener_hears_of_every_order_in_turn():
    rules, heard = ToyRules(members=4), []
    made = solver_of("chain", rules.table, 1, np.arange(4, dtype=np.uint32), rules.start())
    first_day(rules, made, lambda order, realised: heard.append((order, realised)))
    assert [type(order).__name__ for order, _ in heard] == ["Draw", "Split", "Split", "Quota", "Ordered"]
    *others, (_, passage) = heard
    assert [realised.shape for _, realised in others] == [(4, 1), (4, 2, 2), (4, 3, 2), (4, 3, 1)]
    assert passage.units.shape == (4, 6)
