"""What every outcome says of itself, in a folder or in memory."""

from __future__ import annotations

import datetime as dt

from havenward import __version__
from havenward.core.rules import RuleSet
from havenward.guard.disclosure import FEWEST_DRAWS
from havenward.run.case import Case, Model
from havenward.run.engine import Plan


def interval_of(plan: Plan, model: Model) -> str:
    """Return what the members of a run differ by, and so what an interval over them is of.

    The solver `mean` expects people and draws nothing but their surroundings (incidents, the course of control), so its
    intervals lack the chance that people meet. Flee's surroundings are given, so that its expectations have no interval.
    """
    if len(plan.members) < FEWEST_DRAWS:
        return "none: one member"
    if plan.solver == "mean":
        if model == "flee":
            return "none: expected people"
        return "over assumptions only" if plan.spread else "over surroundings only"
    return "over assumptions and chance" if plan.spread else "over chance only"


def attributes_of(case: Case, plan: Plan, ruleset: RuleSet, today: dt.date) -> dict[str, str | int]:
    """Return the attributes of an outcome, its tier as of today."""
    return {
        "scenario": case.name,
        "title": case.title,
        "model": case.model,
        "level": case.level,
        "solver": plan.solver,
        "seed": plan.seed,
        "tier": case.tier(today),
        "nature": case.nature(today),
        "version": __version__,
        "calibrated": ruleset.calibrated,
        **case.words,
        "interval": interval_of(plan, case.model),
    }
