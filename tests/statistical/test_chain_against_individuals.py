"""The chain has the law of the individuals: the toy rules (split, bundle, quota, draw) through the whole battery.

A town: 5,000 runs of individuals and 40,000 of the chain, with other members, so other weather, so independent samples.
By the formula at the head of `battery.py` each of the six declared means and spreads passes with a chance above 99.6 %.
A hamlet of 17 households, 3,000 runs and 20,000: most counts are so few that their whole distribution is compared by
chi-square. Equivalence is asked of the town only.

Error rates: a true chain fails the town or the hamlet, for an unlucky seed, with a chance of at most 1 % each (told
apart), and the town with about 1 % more (not shown equivalent); the seeds are fixed and were not chosen. A chain that
is wrong by 10 % in any one parameter passes its negative control with a chance below 1e-3.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from tests.statistical.battery import Plan, agree
from tests.toy.run import run_toy
from tests.toy.series import sample

TOWN = {"start": {"families": 320, "lone": 120}, "desks": 80, "crowding": 40.0}
HAMLET = {"start": {"families": 12, "lone": 5}, "desks": 5, "crowding": 2.0}
"""In both there are so few desks that a queue forms on many days, and not on all."""

PLAN = Plan(equivalent=("left home", "stopped", "persons through"))
WRONG = {
    "stopped": (0.27, 0.33),
    "pace": (0.09, 0.11),
    "desks": (72, 88),
    "crowding": (36.0, 44.0),
    "start": ({"families": 288, "lone": 120}, {"families": 320, "lone": 132}),
}
"""Every parameter of the town, a tenth off either way."""


@pytest.fixture(scope="module")
def town():
    return sample("individuals", 5_000, first=0, **TOWN)


@pytest.fixture(scope="module")
def hamlet():
    return sample("individuals", 3_000, first=0, **HAMLET)


def test_a_town_has_the_same_law(town):
    verdict = agree(town, sample("chain", 40_000, first=1_000_000, **TOWN), PLAN)
    assert verdict.agree, str(verdict)


def test_a_hamlet_has_the_same_law(hamlet):
    verdict = agree(hamlet, sample("chain", 20_000, first=1_000_000, **HAMLET), Plan())
    assert not verdict.apart, str(verdict)


@pytest.mark.parametrize(("parameter", "value"), [(name, value) for name, both in WRONG.items() for value in both])
def test_a_parameter_that_is_a_tenth_off_is_caught(town, parameter, value):
    """The negative control: the same battery, one parameter 10 % higher or lower.

    The marginals, corrected for their number, must tell every one. The joint test looks at all days and names at once, and
    a tenth off the crowding moves one name by a twentieth of its spread: it tells all but that one with near certainty.
    """
    wrong = sample("chain", 5_000, first=2_000_000, **TOWN | {parameter: value})
    verdict = agree(town, wrong, PLAN)
    needed = {"marginals"} if parameter == "crowding" else {"marginals", "joint"}
    assert needed <= set(verdict.apart), str(verdict)


@pytest.mark.parametrize("place", ["town", "hamlet"])
def test_the_queue_is_worth_testing(place, request):
    """On the days that are compared the desks bind often, and not always."""
    runs = request.getfixturevalue(place)
    waiting = runs.values[:, :, runs.names.index("waiting at the gate")]
    assert 0.1 < (waiting > 0).mean() < 0.9


def test_one_household_has_the_law_of_one_household():
    """Whole states, not totals: with one household there is nothing to average over (chi-square at 1e-3)."""
    start = {"families": 1, "lone": 0}
    states = [
        Counter(
            row.astype(np.int64).tobytes() for row in run_toy(solver, members=n, first=first, days=6, start=start)[0][:, -1]
        )
        for solver, n, first in (("individuals", 6_000, 0), ("chain", 20_000, 1_000_000))
    ]
    common = [s for s in states[0] | states[1] if states[0][s] >= 10 and states[1][s] >= 10]
    table = np.array([[*(c[s] for s in common), sum(c.values()) - sum(c[s] for s in common)] for c in states])
    table = table[:, table.sum(axis=0) > 0]
    assert table.shape[1] >= 8
    assert stats.chi2_contingency(table).pvalue > 1e-3
