"""Binds a rule set to a solver and turns all days for all members, into a store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from havenward.core.ledger import Ledger
from havenward.core.members import Members
from havenward.core.orders import OrderError, Solver
from havenward.core.rules import Rules, RuleSet
from havenward.run.chronicle import Chronicle
from havenward.run.days import turn_day
from havenward.run.sealing import postponed
from havenward.solve.chain import Chain
from havenward.solve.individuals import Individuals
from havenward.solve.mean import Mean

SolverName = Literal["chain", "individuals", "mean"]
SOLVERS: tuple[SolverName, ...] = get_args(SolverName)
MOST_PEOPLE = 2**31 - 1
"""People whom an outcome keeps as whole numbers of 32 bits."""
BATCH = 16
"""Members turned at once: enough to share Python's cost, few enough for a laptop's memory."""

Progress = Callable[[int, int], None]
"""progress(done, total) in member-days."""


@dataclass(frozen=True)
class Plan:
    """What to run.

    Attributes:
        solver: chain, individuals or mean.
        members: numbers of the members.
        seed: 0 to 2**32 - 1.
        spread: 1 draws the assumptions from their ranges, 0 takes their medians.
        first: first day that is kept, counted from the scenario's start; days before it are turned but not kept.
        last: last day.
        threads: threads of the solver for individuals.
        begin: first day that is turned: 0, or the first that is kept where stocks of the evening before are given.
        batch: members turned at once.
        design: what is drawn by which number, row by row, where the members are the rows of a study; None: each member
            draws everything by its own number.
    """

    solver: SolverName
    members: Sequence[int]
    seed: int
    spread: float
    first: int
    last: int
    threads: int = 1
    begin: int = 0
    batch: int = BATCH
    design: Members | None = None

    def drawn(self, numbers: NDArray[np.uint32]) -> Members:
        """Return by which numbers some members draw what is uncertain."""
        return Members.alike(numbers) if self.design is None else self.design.take(numbers)


@dataclass(frozen=True)
class Batch:
    """Members that are turned together."""

    place: slice
    numbers: NDArray[np.uint32]


@dataclass(frozen=True)
class Tally:
    """What a run came to: days done by the last batch, batches done, persons at the start, approximated moves."""

    members_done: int
    days_done: int
    initial_persons: NDArray[np.int64]
    approximations: frozenset[str]


def batches(members: Sequence[int], size: int) -> list[Batch]:
    """Cut members into batches."""
    numbers = np.array(members, dtype=np.uint32)
    return [
        Batch(slice(start, min(start + size, len(numbers))), numbers[start : start + size])
        for start in range(0, len(numbers), size)
    ]


def solver_for(
    name: SolverName, counts: NDArray[Any], seed: int, numbers: NDArray[np.uint32], ledger: Ledger, threads: int
) -> Solver:
    """Return a solver for (M, C) units as they stand."""
    match name:
        case "chain":
            return Chain(counts, seed, numbers, ledger)
        case "individuals":
            return Individuals(counts, seed, numbers, ledger, threads)
        case "mean":
            return Mean(counts.astype(np.float64), seed, numbers, ledger)


def people_at_start(rules: Rules) -> NDArray[np.int64]:
    """Return (M,) persons at the start.

    Raises:
        OrderError: there are more than are kept exactly.
    """
    people = rules.start().astype(np.float64) @ rules.table.persons()
    if people.max() > MOST_PEOPLE:
        raise OrderError(f"{people.max():,.0f} people are more than the {MOST_PEOPLE:,} that are kept exactly")
    return np.asarray(np.rint(people)).astype(np.int64)


def simulate(
    ruleset: RuleSet,
    plan: Plan,
    chronicle: Callable[[Batch, Rules], Chronicle],
    progress: Progress,
) -> Tally:
    """Run all batches of a plan.

    Ctrl-C ends the run after the day that is being turned. What was done so far is kept; the tally says how much that is.

    Args:
        ruleset: what is run.
        plan: how.
        chronicle: gives what keeps the days of a batch.
        progress: is told how far it is.

    Raises:
        Vanished: people were lost or invented; the run is worth nothing.
    """
    total = len(plan.members) * (plan.last + 1 - plan.begin)
    initial = np.zeros(len(plan.members), dtype=np.int64)
    approximations: set[str] = set()
    done = 0
    for batch in batches(plan.members, plan.batch):
        turned = plan.begin
        try:
            members = plan.drawn(batch.numbers)
            rules = ruleset.for_members(members, plan.seed, plan.spread, plan.begin)
            initial[batch.place] = people_at_start(rules)
            ledger = Ledger(rules.table)
            solver = solver_for(plan.solver, rules.start(), plan.seed, members.numbers["chance"], ledger, plan.threads)
            with postponed() as break_off, chronicle(batch, rules) as kept:
                for day in turn_days(rules, solver, ledger, kept, range(plan.begin, plan.last + 1)):
                    turned = day + 1
                    done += len(batch.numbers)
                    progress(done, total)
                    break_off()
        except KeyboardInterrupt:
            first_batch, whole = batch.place.start == 0, turned > plan.last
            if turned > plan.begin:
                approximations |= _approximated(plan, rules, solver)
            return Tally(
                members_done=batch.place.stop if first_batch or whole else batch.place.start,
                days_done=max(turned - plan.first, 0) if first_batch else plan.last - plan.first + 1,
                initial_persons=initial,
                approximations=frozenset(approximations),
            )
        approximations |= _approximated(plan, rules, solver)
    return Tally(len(plan.members), plan.last - plan.first + 1, initial, frozenset(approximations))


def turn_days(rules: Rules, solver: Solver, ledger: Ledger, kept: Chronicle, days: Iterable[int]) -> Iterator[int]:
    """Turn days one after the other; yield each once it is kept.

    Raises:
        Vanished: people were lost or invented.
        OrderError: an order cannot be carried out.
    """
    for day in days:
        turn_day(rules, solver, ledger, day, kept.order)
        kept.dusk(day, solver.counts)
        yield day


def _approximated(plan: Plan, rules: Rules, solver: Solver) -> set[str]:
    """Return what a solver has carried out approximately so far."""
    expected = plan.solver == "mean" and "mean" not in rules.exact
    return solver.approximations | ({"every draw is replaced by its expectation"} if expected else set())
