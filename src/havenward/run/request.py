"""What a user asks for, and the plan that it comes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from havenward.run.case import Case
from havenward.run.engine import SOLVERS, Plan, SolverName


class RunError(RuntimeError):
    """A run cannot begin or be kept; the message says why and how to mend it."""


@dataclass(frozen=True)
class Request:
    """What a user asks for.

    Attributes:
        solver: chain, individuals or mean; None for the case's own.
        members: how many.
        first: first day to keep, or None for the scenario's start. Earlier days are turned and not kept, unless the scenario
            gives the stocks of the evening before.
        last: last day, or None for the scenario's end.
        spread: 1 draws assumptions from their ranges, 0 takes their medians.
        changes: parameters set to one value.
    """

    solver: SolverName | None = None
    members: int = 10
    seed: int = 1
    first: dt.date | None = None
    last: dt.date | None = None
    spread: float = 1.0
    threads: int = 1
    changes: Mapping[str, float] | None = None


def plan_of(case: Case, request: Request) -> Plan:
    """Return the plan of a request.

    Raises:
        RunError: a date lies outside the scenario, a number is out of range, or an edit is dated before the stocks that the
            run begins from.
    """
    start, end = case.start, case.end
    first, last = request.first or start, request.last or end
    solver = request.solver or case.solver
    for name, day in (("first", first), ("last", last)):
        if not start <= day <= end:
            raise RunError(f"the {name} day {day} does not lie within the scenario, which runs from {start} to {end}")
    if last < first:
        raise RunError(f"the last day {last} comes before the first day {first}; exchange them")
    if request.members < 1:
        raise RunError(f"{request.members} members make no run; ask for at least 1")
    if not 0 <= request.seed <= 0xFFFFFFFF:
        raise RunError(f"the seed {request.seed} must lie between 0 and 4294967295")
    if solver not in SOLVERS:
        raise RunError(f"there is no solver {solver!r}; choose one of {', '.join(SOLVERS)}")
    if case.model == "flee" and request.spread != 1:
        raise RunError(
            "a Flee folder gives its settings without ranges, so there are no medians to take: leave out --assumptions"
        )
    if case.model == "flee" and request.threads != 1:
        raise RunError("people of a Flee folder move in an order, which one thread keeps: leave out --threads")
    begin = (first - start).days if case.stocks_given((first - start).days) else 0
    if early := case.edits_before(begin):
        raise RunError(
            f"the run begins from the stocks of {first - dt.timedelta(days=1)}, to which the edit '{early[0]}' did not "
            f"lead: date it on {first} or later, or let the run begin elsewhere by its first day (--from)"
        )
    return Plan(
        solver=solver,
        members=range(request.members),
        seed=request.seed,
        spread=request.spread if case.uncertain else 0.0,
        first=(first - start).days,
        last=(last - start).days,
        threads=request.threads,
        begin=begin,
    )
