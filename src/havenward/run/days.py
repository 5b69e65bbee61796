"""Turns days: hands every order of a rule set to a solver and watches that nobody vanishes."""

from __future__ import annotations

from collections.abc import Callable

from havenward.core.orders import Draw, Ledger, Order, Phase, Realised, Solver
from havenward.core.rules import Rules


class Vanished(RuntimeError):
    """People by origin and group are not those of the start: a defect of the program, never of a scenario."""


Listener = Callable[[Order, Realised], None]


def unheard(order: Order, realised: Realised) -> None:
    """Listen to nothing."""


def turn_day(rules: Rules, solver: Solver, ledger: Ledger, day: int, listener: Listener = unheard) -> None:
    """Carry out all orders of one day; `listener` hears of each.

    Raises:
        Vanished: an order, or the day as a whole, lost or invented people, or left a cell below zero.
        OrderError: an order cannot be carried out.
    """
    dawn = ledger.mark(solver.counts, slice(None))
    for phase in rules.phases(day, solver.counts):
        _carry(phase, solver, ledger, day, listener)
    if not ledger.agree(dawn, ledger.mark(solver.counts, slice(None))):
        raise Vanished(f"day {day}: the people at dusk are not those at dawn")


def _carry(phase: Phase, solver: Solver, ledger: Ledger, day: int, listener: Listener) -> None:
    reply = None
    try:
        while True:
            order = phase.send(reply)  # type: ignore[arg-type]  # the first send of a generator takes None
            if isinstance(order, Draw):
                reply = solver.carry_out(order, day)
            else:
                touched = order.move.touched
                before = ledger.mark(solver.counts, touched)
                reply = solver.carry_out(order, day)
                if not ledger.agree(before, ledger.mark(solver.counts, touched)):
                    raise Vanished(f"day {day}: {order.move.name!r} lost or invented people")
                if (solver.counts[:, order.move.sources] < -1e-6).any():
                    raise Vanished(f"day {day}: {order.move.name!r} left a cell below zero")
            listener(order, reply)
    except StopIteration:
        return
