"""A solver that loses, invents, swaps or overdraws anybody is stopped at the order or at dusk."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.core.orders import Draw, Ledger
from havenward.run.days import Vanished, turn_day
from havenward.solve.chain import Chain
from tests.toy.rules import ToyRules

ROWS = {parts: row for row, parts in enumerate(ToyRules(members=1).table.meanings)}
HOME, GATE, LONE, KIN = ROWS["home", "family"], ROWS["gate", "family"], ROWS["home", "lone"], ROWS["home", "kin"]
FAULTS = {
    "loses a household": ("leave", {HOME: -1}),
    "invents a household": ("walk", {GATE: 1}),
    "makes two women of kin": ("leave", {KIN: -1, LONE: 2}),
    "swaps kin for a woman": ("leave", {KIN: -1, LONE: 1}),
    "loses somebody at the gate": ("serve", {GATE: -1}),
    "leaves less than nobody": ("leave", {HOME: -10_000, ROWS["road", "family"]: 10_000}),
    "loses a household that the order does not touch": ("settle", {HOME: -1}),
}


class Faulty(Chain):
    """A chain with one fault in one member, at one move of one day."""

    def fail_at(self, move, changes):
        self.fault = (move, changes)

    def carry_out(self, order, day):
        realised = super().carry_out(order, day)
        move, changes = self.fault
        if day == 1 and not isinstance(order, Draw) and order.move.name == move:
            for row, change in changes.items():
                self.counts[2, row] += change
        return realised


def days_turned(changes, move):
    rules = ToyRules(members=4)
    solver = Faulty(rules.start(), 1, np.arange(4, dtype=np.uint32))
    solver.fail_at(move, changes)
    ledger, turned = Ledger(rules.table), []
    try:
        for day in range(3):
            turn_day(rules, solver, ledger, day)
            turned.append(day)
    except Vanished as vanished:
        return turned, str(vanished)
    return turned, ""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_stops_the_run_on_its_day(fault):
    move, changes = FAULTS[fault]
    turned, message = days_turned(changes, move)
    assert turned == [0]
    assert "day 1" in message
    if "does not touch" in fault:
        assert "dusk" in message
    else:
        assert repr(move) in message


def test_without_a_fault_the_run_goes_on():
    assert days_turned({}, "leave") == ([0, 1, 2], "")


def test_a_listener_hears_of_every_order_in_turn():
    rules = ToyRules(members=4)
    solver, heard = Chain(rules.start(), 1, np.arange(4, dtype=np.uint32)), []
    turn_day(rules, solver, Ledger(rules.table), 0, lambda order, realised: heard.append((order, realised)))
    assert [type(order).__name__ for order, _ in heard] == ["Draw", "Split", "Split", "Quota", "Ordered"]
    assert [realised.shape for _, realised in heard] == [(4, 1), (4, 2, 2), (4, 3, 2), (4, 3), (4, 3, 2)]
