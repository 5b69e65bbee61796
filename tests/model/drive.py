"""Turns the days of a siege under any solver and keeps all that a test may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from havenward.core.ledger import Ledger
from havenward.core.members import Members
from havenward.core.orders import Draw
from havenward.model.siege.day import SiegeRules
from havenward.model.siege.siege import Siege
from havenward.run.days import turn_day
from havenward.run.engine import solver_for
from havenward.run.record import Recorder
from tests.model.worlds import sure

SOLVERS = ("chain", "individuals", "mean")


@dataclass
class Shelf:
    """Takes what a recorder hands on."""

    kept: dict[str, Any]

    def write(self, name, first_day, values):
        self.kept.setdefault(name, []).append(values.copy())


@dataclass
class Story:
    """What happened.

    Attributes:
        rules: the rules.
        dusk: (M, 1 + D, C) counts, the start first.
        kept: recorded arrays by name, (M, D, ...).
        approximations: of the solver.
    """

    rules: SiegeRules
    dusk: np.ndarray
    kept: dict[str, np.ndarray]
    approximations: set[str]

    def _stock_rows(self, stage, site, origin):
        return [
            k for k, (a, b, c) in enumerate(self.rules.stocks) if a == stage and site in (None, b) and origin in (None, c)
        ]

    def stock(self, stage, site=None, origin=None):
        """(M, D, 5) people by group and households."""
        return self.kept["stock"][:, :, self._stock_rows(stage, site, origin)].sum(axis=2)

    def persons(self, *stages, site=None, origin=None):
        """(M, D) persons of some stages."""
        return sum(self.stock(stage, site, origin)[..., :4].sum(axis=-1) for stage in stages)

    def households(self, *stages, site=None, origin=None):
        return sum(self.stock(stage, site, origin)[..., 4] for stage in stages)

    def flow(self, quantity, start=None, end=None, origin=None):
        """(M, D, 5)."""
        rows = [
            k
            for k, (q, a, b, c) in enumerate(self.rules.links)
            if q == quantity and start in (None, a) and end in (None, b) and origin in (None, c)
        ]
        return self.kept["flow"][:, :, rows].sum(axis=2)

    def moved(self, quantity, start=None, end=None, origin=None):
        """(M, D) persons."""
        return self.flow(quantity, start, end, origin)[..., :4].sum(axis=-1)

    def at_home(self, site=None):
        return self.persons("home_held", "home_contact", "home_free", site=site)

    @property
    def initial(self):
        """(M,) persons at the start."""
        return self.dusk[:, 0] @ self.rules.table.persons()


def turn(
    scenario,
    solver="chain",
    *,
    members=4,
    first=0,
    seed=1,
    days=None,
    medians=True,
    threads=1,
    after_order=None,
    numbers=None,
    **changes,
) -> Story:
    """Turn days.

    Args:
        scenario: the siege.
        solver: chain, individuals or mean.
        members: how many, numbered from `first`.
        first: number of the first.
        seed: of the run.
        days: how many; all if not given.
        medians: assumptions at their medians, not drawn.
        threads: of the individuals.
        after_order: called with (rules, counts, order, realised) after each order but draws.
        numbers: numbers of the members, in place of `members` and `first`, or by which they draw what is uncertain.
        changes: assumptions that take the place of the scenario's, certain.
    """
    kept = tuple(row for row in scenario.assumptions if row.name not in changes)
    siege = Siege.of(scenario.model_copy(update={"assumptions": (*kept, *sure(**changes))}), {})
    if numbers is None:
        numbers = np.arange(first, first + members)
    drawn = numbers if isinstance(numbers, Members) else Members.alike(numbers)
    rules = siege.for_members(drawn, seed, spread=0.0 if medians else 1.0, begin=0)
    ledger = Ledger(rules.table)
    made = solver_for(solver, rules.start(), seed, drawn.numbers["chance"], ledger, threads)
    last = (days or rules.days) - 1
    shelf = Shelf({})
    recorder = Recorder(rules, shelf, 0, last, whole=solver != "mean")
    dusk = [made.counts.copy()]

    def listener(order, realised):
        recorder.order(order, realised)
        if after_order is not None and not isinstance(order, Draw):
            after_order(rules, made.counts, order, realised)

    with recorder:
        for day in range(last + 1):
            turn_day(rules, made, ledger, day, listener)
            recorder.dusk(day, made.counts)
            dusk.append(made.counts.copy())
    kept = {name: np.concatenate(parts, axis=1) for name, parts in shelf.kept.items()}
    return Story(rules, np.stack(dusk, axis=1), kept, set(made.approximations))
