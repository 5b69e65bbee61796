"""Turns days: hands every order of a rule set to a solver and watches that nobody vanishes."""

from __future__ import annotations

from havenward.core.orders import Draw, Ledger, Phase, Solver
from havenward.core.rules import Rules


class Vanished(RuntimeError):
    """People by origin and group are not those of the start: a defect of the program, never of a scenario."""


def turn_day(rules: Rules, solver: Solver, ledger: Ledger, day: int) -> None:
    """Carry out all orders of one day.

    Raises:
        Vanished: an order, or the day as a whole, lost or invented people, or left a cell below zero.
        OrderError: an order cannot be carried out.
    """
    dawn = ledger.mark(solver.counts, slice(None))
    for phase in rules.phases(day, solver.counts):
        _carry(phase, rules, solver, ledger, day)
    if not ledger.agree(dawn, ledger.mark(solver.counts, slice(None))):
        raise Vanished(f"day {day}: the people at dusk are not those at dawn")


def _carry(phase: Phase, rules: Rules, solver: Solver, ledger: Ledger, day: int) -> None:
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
            rules.observe(order, reply)
    except StopIteration:
        return
