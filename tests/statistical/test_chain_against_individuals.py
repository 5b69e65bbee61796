"""The chain has the law of the individuals: the toy rules (split, bundle, quota, draw) through the whole battery.

Runs: 8,000 of individuals and 40,000 of the chain, with other members, so other weather, so independent samples. By the
formula at the head of `battery.py` the dearest declared quantity (who was stopped: coefficient of variation 0.23)
passes the 1 % margin of its mean with a chance of about 95 %, the others with more than 99 %.

Error rates: a true chain fails the first test, for an unlucky seed, with a chance of at most 1 % (told apart) plus about
6 % (not shown equivalent); the seeds are fixed and were not chosen. A chain wrong by 10 % in any one parameter passes a
negative control with a chance far below 1e-3, except for the crowding of patrols, where it is about 1 %.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from tests.statistical.battery import Plan, agree
from tests.toy.run import run_toy
from tests.toy.series import sample

SETTING = {"desks": 20}
"""Few enough desks that a queue forms on most days."""

PLAN = Plan(equivalent=("left home", "stopped", "persons through"))


@pytest.fixture(scope="module")
def individuals():
    return sample("individuals", 8_000, first=0, **SETTING)


def test_the_law_is_the_same(individuals):
    verdict = agree(individuals, sample("chain", 40_000, first=1_000_000, **SETTING), PLAN)
    assert verdict.agree, str(verdict)


@pytest.mark.parametrize(
    "change",
    [{"stopped": 0.33}, {"stopped": 0.27}, {"pace": 0.11}, {"pace": 0.09}, {"desks": 22}, {"desks": 18},
     {"crowding": 11.0}, {"crowding": 9.0}],
    ids=lambda change: "{0[0]} {0[1]}".format(*change.items()),
)  # fmt: skip
def test_a_parameter_that_is_a_tenth_off_is_caught(individuals, change):
    """The negative control: the same battery, one parameter 10 % higher or lower."""
    verdict = agree(individuals, sample("chain", 8_000, first=2_000_000, **SETTING | change), PLAN)
    assert "marginals" in verdict.apart, str(verdict)
    assert verdict.not_equivalent


def test_the_queue_was_worth_testing(individuals):
    """On the days that are compared the desks bind often, and not always."""
    waiting = individuals.values[:, :, individuals.names.index("waiting at the gate")]
    assert 0.1 < (waiting > 0).mean() < 0.9


def test_one_household_has_the_law_of_one_household():
    """Whole states, not totals: with one household there is nothing to average over (chi-square at 1e-3)."""
    start = {"families": 1, "lone": 0}
    states = [
        Counter(row.tobytes() for row in run_toy(solver, members=n, first=first, days=6, start=start)[0][:, -1])
        for solver, n, first in (("individuals", 6_000, 0), ("chain", 20_000, 1_000_000))
    ]
    common = [s for s in states[0] | states[1] if states[0][s] >= 10 and states[1][s] >= 10]
    table = np.array([[*(c[s] for s in common), sum(c.values()) - sum(c[s] for s in common)] for c in states])
    table = table[:, table.sum(axis=0) > 0]
    assert table.shape[1] >= 8
    assert stats.chi2_contingency(table).pvalue > 1e-3
