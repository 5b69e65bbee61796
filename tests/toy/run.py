"""Runs rule sets under any solver."""

from __future__ import annotations

import numpy as np

from havenward.core.ledger import Ledger
from havenward.run.days import turn_day, unheard
from havenward.solve.chain import Chain
from havenward.solve.individuals import Individuals
from havenward.solve.mean import Mean
from tests.toy.rules import ToyRules

SOLVERS = ("chain", "individuals", "mean")


def solver_of(name, table, seed, members, counts, **options):
    """Return a solver for a table of cells that stands at (M, C) counts."""
    if name == "mean":
        return Mean(counts.astype(float, copy=False), seed, members, Ledger(table))
    if name == "chain":
        return Chain(counts, seed, members, Ledger(table))
    return Individuals(counts, seed, members, Ledger(table), **options)


def turn_days(rules, solver, days, first_day=0, listener=unheard):
    """Return (M, days, C) counts at each day's end."""
    history = []
    for day in range(first_day, first_day + days):
        turn_day(rules, solver, solver.ledger, day, listener)
        history.append(solver.counts.copy())
    return np.stack(history, axis=1)


def run_toy(solver, members=8, seed=1, first=0, days=12, start=None, options=None, **changes):
    """Return (M, days, C) counts at each day's end, and the rules.

    Args:
        solver: name of the solver.
        members: how many members, numbered from `first`.
        seed: the run's seed.
        first: number of the first member.
        days: days to turn.
        start: units at home, see `ToyRules.start`.
        options: arguments of the solver itself.
        changes: arguments of the rules.
    """
    numbers = np.arange(first, first + members, dtype=np.uint32)
    rules = ToyRules(members=members, **changes)
    made = solver_of(solver, rules.table, seed, numbers, rules.start(**(start or {})), **(options or {}))
    return turn_days(rules, made, days, listener=rules.observe), rules


def column(rules, *meaning):
    """Return the rows whose meanings start with the given parts."""
    return [row for row, parts in enumerate(rules.table.meanings) if parts[: len(meaning)] == meaning]
