"""Turns days: hands every order of a rule set to a solver and watches that nobody vanishes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from havenward.core.ledger import Ledger
from havenward.core.orders import Order, Passage, Phase, Solver
from havenward.core.rules import Rules
from havenward.core.totals import Flows

Realised = Flows | Passage | NDArray[np.float64]
Listener = Callable[[Order, Realised], None]


def unheard(order: Order, realised: Realised) -> None:
    """Listen to nothing."""


def turn_day(rules: Rules, solver: Solver, ledger: Ledger, day: int, listener: Listener = unheard) -> None:
    """Carry out all orders of one day; `listener` hears of each.

    Raises:
        Vanished: an order, or the day as a whole, lost or invented people, or left a cell below zero.
        OrderError: an order cannot be carried out.
    """
    ledger.dawn(solver.counts)
    for phase in rules.phases(day, solver.counts):
        _carry(phase, solver, day, listener)
    ledger.dusk(solver.counts, day)


def _carry(phase: Phase, solver: Solver, day: int, listener: Listener) -> None:
    reply: Realised | None = None
    try:
        while True:
            order = phase.send(reply)
            reply = solver.carry_out(order, day)
            listener(order, reply)
    except StopIteration:
        return
