"""Runs the toy rules under any solver."""

from __future__ import annotations

import numpy as np

from havenward.core.orders import Ledger
from havenward.run.days import turn_day
from havenward.solve.chain import Chain
from havenward.solve.individuals import Individuals
from havenward.solve.mean import Mean
from tests.toy.rules import ToyRules


def solver_of(name, rules, seed, members, counts, **options):
    if name == "mean":
        return Mean(counts.astype(float), seed, members)
    if name == "chain":
        return Chain(counts, seed, members)
    return Individuals(counts, seed, members, **options)


def run_toy(solver, members=8, seed=1, first=0, days=12, start=None, options=None, **changes):
    """Return (M, days, C) counts at each day's end, and the rules."""
    numbers = np.arange(first, first + members, dtype=np.uint32)
    rules = ToyRules(members=members, **changes)
    counts = rules.start(**(start or {}))
    made = solver_of(solver, rules, seed, numbers, counts, **(options or {}))
    ledger = Ledger(rules.table)
    history = []
    for day in range(days):
        turn_day(rules, made, ledger, day)
        history.append(made.counts.copy())
    return np.stack(history, axis=1), rules
