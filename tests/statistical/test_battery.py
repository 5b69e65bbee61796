"""The battery itself: it keeps its error rates on samples of a known law, and finds each kind of difference."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.statistical.battery import Plan, Sample, agree, holm, marginal

NAMES = ("many", "few", "rare")


def draw(rng, runs=300, days=3, scale=1.0, weather=0.2):
    """Counts with a weather in common: correlated by name and, as they add up, by day."""
    common = rng.gamma(1.0 / weather, weather, (runs, days))
    steps = [rng.poisson(mean * common * scale) for mean in (40.0, 3.0, 0.2)]
    return Sample(NAMES, np.cumsum(np.stack(steps, axis=2), axis=1).astype(float))


def test_samples_of_one_law_are_told_apart_no_more_often_than_stated():
    """150 pairs at alpha 0.2: more than 46 apart have a chance below 1e-3 if the rate is as stated."""
    rng = np.random.default_rng(1)
    plan = Plan(alpha=0.2, joint_runs=80, permutations=99)
    apart = sum(bool(agree(draw(rng), draw(rng), plan).apart) for _ in range(150))
    assert stats.binom.sf(46, 150, 0.2) < 1e-3
    assert apart <= 46


def test_a_pair_on_the_margin_passes_no_more_often_than_stated():
    """200 pairs whose mean is off by the margin: more than 22 passes have a chance below 1e-3 at 5 % each."""
    rng = np.random.default_rng(2)
    plan = Plan(equivalent=("x",), joint_runs=2, permutations=1)
    passed = 0
    for _ in range(200):
        one, other = rng.normal(100.0, 10.0, (2, 2000, 1, 1))
        one = (one - 100.0) + 100.5
        other = (other - 100.0) + 99.5
        verdict = agree(Sample(("x",), one), Sample(("x",), other), plan)
        passed += not any(text.startswith("mean") for text in verdict.not_equivalent)
    assert stats.binom.sf(22, 200, 0.05) < 1e-3
    assert passed <= 22


@pytest.mark.parametrize(("quantity", "runs"), [("mean", 2200), ("spread", 4400)])
def test_equals_pass_at_the_stated_size(quantity, runs):
    """100 pairs at the size that the head of the battery names for nine in ten: fewer than 80 have a chance of 1e-3."""
    rng = np.random.default_rng(3)
    plan = Plan(equivalent=("x",), joint_runs=2, permutations=1)
    passed = 0
    for _ in range(100):
        one, other = rng.normal(100.0, 10.0, (2, runs, 1, 1))
        verdict = agree(Sample(("x",), one), Sample(("x",), other), plan)
        passed += not any(text.startswith(quantity) for text in verdict.not_equivalent)
    assert stats.binom.cdf(79, 100, 0.9) < 2e-3
    assert passed >= 80


def shuffled_between_runs(sample, rng):
    """The same marginals, to the number, without anything that ties names and days of one run together."""
    columns = sample.values.reshape(len(sample.values), -1)
    return Sample(sample.names, rng.permuted(columns, axis=0).reshape(sample.values.shape))


def test_what_is_found():
    rng = np.random.default_rng(4)
    base = draw(rng, runs=1500)
    plan = Plan()
    assert not agree(base, draw(rng, runs=1500), plan).apart
    assert "marginals" in agree(base, draw(rng, runs=1500, scale=1.05), plan).apart
    wild = agree(base, draw(rng, runs=1500, weather=0.3), plan)
    assert {"spreads", "covariances"} <= set(wild.apart)
    untied = agree(base, shuffled_between_runs(draw(rng, runs=1500), rng), plan)
    assert {"joint", "covariances"} <= set(untied.apart)
    assert "marginals" not in untied.apart
    assert not untied.agree


def test_equivalence_is_more_than_not_being_told_apart():
    """Two small samples of one law: nothing tells them apart, yet nothing shows that they are the same."""
    rng = np.random.default_rng(5)
    verdict = agree(draw(rng, runs=60), draw(rng, runs=60), Plan(equivalent=("many",)))
    assert not verdict.apart
    assert [text.split(":")[0] for text in verdict.not_equivalent] == ["mean of many", "spread of many"]
    assert not verdict.agree
    assert "not equivalent: ('mean of many" in str(verdict)


def test_samples_that_count_other_things_are_refused():
    rng = np.random.default_rng(6)
    one = draw(rng)
    with pytest.raises(ValueError, match="do not count the same"):
        agree(one, Sample(("many", "few", "other"), one.values), Plan())
    with pytest.raises(ValueError, match="do not count the same"):
        agree(one, Sample(NAMES, one.values[:, :2]), Plan())
    with pytest.raises(ValueError, match="do not count"):
        agree(one, one, Plan(equivalent=("ghosts",)))


def test_what_never_varies_agrees():
    still = Sample(("x",), np.full((50, 3, 1), 7.0))
    assert agree(still, still, Plan(permutations=9)).agree


def test_holm_is_the_published_procedure():
    # Worked by hand: 3 x 0.01, then max(0.03, 2 x 0.04), then max(0.08, 0.06).
    assert holm([0.06, 0.01, 0.04]) == pytest.approx([0.08, 0.03, 0.08])
    assert holm([0.9, 0.8]) == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("few", [0, 1000], ids=["Kolmogorov-Smirnov", "chi-square"])
def test_both_marginal_tests_are_valid_for_counts(few):
    rng = np.random.default_rng(7)
    p = np.array([marginal(*rng.poisson(3.0, (2, 400)).astype(float), few) for _ in range(400)])
    for level in (0.01, 0.05, 0.2):
        assert (p <= level).sum() <= stats.binom.ppf(0.999, len(p), level)
    shifted = [marginal(rng.poisson(3.0, 400).astype(float), rng.poisson(3.9, 400).astype(float), few) for _ in range(20)]
    assert max(shifted) < 0.01
