"""The mean is the chain's expectation: exactly where rules are linear, up to one over the population where they are not.

Sources: Kurtz (1970) for the law of large numbers and its fluctuations; Batkai and others (2011) for the bias.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.toy.cascade import run_cascade
from tests.toy.run import run_toy, solver_of, turn_days
from tests.toy.worlds import RandomWorld

SIZES = (40, 80, 160, 320)
MEMBERS = 60_000
DAY = 6


def test_linear_rules_have_the_expectation_by_formula():
    units, base, days = 5_000, 0.05, 12
    expected = units * (1.0 - (1.0 - base) ** np.arange(1, days + 1))
    assert run_cascade("mean", 2, units, days, base=base, pull=0.0) == pytest.approx(
        np.repeat(expected[None], 2, axis=0), rel=1e-12
    )


@pytest.mark.parametrize(("solver", "members"), [("chain", 40_000), ("individuals", 4_000)])
def test_linear_rules_have_it_on_average_under_the_others(solver, members):
    """A t-test for each of 12 days, 1e-4 each; and the variance of a binomial, to 5 standard errors."""
    units, base, days = 60, 0.05, 12
    share = 1.0 - (1.0 - base) ** np.arange(1, days + 1)
    away = run_cascade(solver, members, units, days, base=base, pull=0.0)
    assert (stats.ttest_1samp(away, units * share).pvalue > 1e-4).all()
    variance = units * share * (1.0 - share)
    assert away.var(axis=0) == pytest.approx(variance, rel=5.0 * np.sqrt(2.0 / members))


@pytest.fixture(scope="module")
def feedback():
    """Shares that have left by size of population, under the chain, and what the mean says."""
    mean = run_cascade("mean", 1, SIZES[0], DAY + 1)[0, DAY] / SIZES[0]
    return mean, {units: run_cascade("chain", MEMBERS, units, DAY + 1)[:, DAY] / units for units in SIZES}


def test_the_mean_does_not_depend_on_the_population(feedback):
    mean, _ = feedback
    for units in SIZES:
        assert run_cascade("mean", 1, units, DAY + 1)[0, DAY] / units == pytest.approx(mean, rel=1e-9)


def test_the_bias_falls_as_one_over_the_population(feedback):
    mean, shares = feedback
    bias = np.array([shares[units].mean() - mean for units in SIZES])
    error = np.array([stats.sem(shares[units]) for units in SIZES])
    assert (np.abs(bias) > 20.0 * error).all(), "the bias is seen well enough to measure how it falls"
    slope = np.polyfit(np.log(SIZES), np.log(np.abs(bias)), 1)[0]
    assert slope == pytest.approx(-1.0, abs=0.1)


def test_fluctuations_fall_as_one_over_its_root(feedback):
    _, shares = feedback
    slope = np.polyfit(np.log(SIZES), np.log([shares[units].std() for units in SIZES]), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.1)


def test_expectations_of_the_toy_rules():
    """Who left is linear given the weather, so its mean is exact; behind the crowd on the road it is close."""
    chain, rules = run_toy("chain", members=5_000, desks=0)
    mean, _ = run_toy("mean", members=5_000, desks=0)
    apart = chain[:, -1] - mean[:, -1]
    error = stats.sem(apart)
    home = rules.home
    assert (np.abs(apart.mean(axis=0))[home] < 4.0 * error[home]).all()
    stopped = mean[:, -1, rules.stop].sum(axis=1).mean()
    assert apart[:, rules.stop].sum(axis=1).mean() == pytest.approx(0.0, abs=0.06 * stopped)


def test_a_cell_that_all_leave_ends_at_nobody():
    """Rounding must not leave less than nobody behind, for rules make probabilities of counts."""
    for chances in range(40):
        world = RandomWorld(2, 3, 2, (("split", 0), ("split", 1), ("split", 0)), ((1, 0, 2, 0), (0, 1, 0, 0)), chances)
        history = turn_days(world, solver_of("mean", world.table, 1, np.arange(2, dtype=np.uint32), world.start()), 3)
        assert (history >= 0.0).all()
