"""Turns days: hands every order of a rule set to a solver and watches that nobody vanishes."""

from __future__ import annotations

from collections.abc import Callable

from havenward.core.orders import Ledger, Order, Phase, Realised, Solver, Vanished
from havenward.core.rules import Rules

Listener = Callable[[Order, Realised], None]


def unheard(order: Order, realised: Realised) -> None:
    """Listen to nothing."""


def turn_day(rules: Rules, solver: Solver, ledger: Ledger, day: int, listener: Listener = unheard) -> None:
    """Carry out all orders of one day; `listener` hears of each.

    Raises:
        Vanished: an order, or the day as a whole, lost or invented people, or left a cell below zero.
        OrderError: an order cannot be carried out.
    """
    dawn = ledger.mark(solver.counts)
    for phase in rules.phases(day, solver.counts):
        _carry(phase, solver, day, listener)
    if not ledger.agree(dawn, ledger.mark(solver.counts)):
        raise Vanished(f"day {day}: the people at dusk are not those at dawn")


def _carry(phase: Phase, solver: Solver, day: int, listener: Listener) -> None:
    reply = None
    try:
        while True:
            order = phase.send(reply)  # type: ignore[arg-type]  # the first send of a generator takes None
            reply = solver.carry_out(order, day)
            listener(order, reply)
    except StopIteration:
        return
