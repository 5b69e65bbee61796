"""Quantiles equal SciPy's, never fall as n, p or u rises, and cost no more for a city than for a village."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri

from havenward.solve import quantiles
from havenward.solve.quantiles import (
    EXPANDED_MEAN,
    FAR,
    INTEGRATED_MEAN,
    SHORT,
    binomial_quantile,
    cornish_fisher,
    hypergeometric_quantile,
)

# Beyond this, one minus a distribution function has too few digits left for either side to be called right; a drawn
# uniform lies there about once in 10**11 draws.
TAIL = 1e-11
UNIFORM = st.floats(TAIL, 1.0 - TAIL)
SIZES = st.one_of(st.integers(1, 300), st.integers(1, 8).flatmap(lambda d: st.integers(10 ** (d - 1), 10**d)))
MANY = settings(max_examples=300)
JOINTS = ("expanded", "integrated", "half", "half from above")


def at_joint(joint: str, n: int) -> float:
    """Return a probability where the way of inverting changes."""
    expanded, integrated = (min(mean / n, 0.5) for mean in (EXPANDED_MEAN, INTEGRATED_MEAN))
    at = {"expanded": expanded, "integrated": integrated, "half": 0.5, "half from above": math.nextafter(0.5, 1.0)}
    return at[joint]


@st.composite
def probabilities(draw, n):
    """Return anything from nearly nobody to nearly all, and often a number close to a joint."""
    if draw(st.booleans()):
        p = at_joint(draw(st.sampled_from(JOINTS)), n)
        return min(max(p * (1.0 + draw(st.floats(-1e-3, 1e-3))), 0.0), 1.0)
    p = 10.0 ** draw(st.floats(-9.0, 0.0))
    return p if draw(st.booleans()) else 1.0 - p


@MANY
@given(st.data(), SIZES, UNIFORM)
def test_binomial_quantile_is_scipys(data, n, u):
    p = data.draw(probabilities(n))
    # SciPy's own survival function is the sharper one above the median.
    expected = stats.binom.ppf(u, n, p) if u <= 0.5 else stats.binom.isf(1.0 - u, n, p)
    assert binomial_quantile(u, n, p) == expected


@pytest.mark.parametrize("n", [1, 2, 129, SHORT, SHORT + 1, 10_000, 10**6, 10**8])
@pytest.mark.parametrize("joint", JOINTS)
@pytest.mark.parametrize("nudge", [-1, 0, 1])
def test_binomial_quantile_is_scipys_at_the_joints(n, joint, nudge):
    p = at_joint(joint, n)
    p = math.nextafter(p, nudge * math.inf) if nudge else p
    us = np.random.default_rng(5).random(1000)
    got = np.array([binomial_quantile(u, n, p) for u in us])
    assert (got == stats.binom.ppf(us, n, p)).all()


@MANY
@given(st.data(), SIZES, st.floats(-5.0, 5.0))
def test_binomial_quantile_changes_where_the_distribution_function_does(data, n, z):
    """Just below and just above a step of SciPy's distribution function: any slip of the search would show here."""
    p = data.draw(probabilities(n))
    k = round(min(max(n * p + z * math.sqrt(n * p * (1.0 - p)), 0.0), n - 1.0))
    step = float(stats.binom.cdf(k, n, p))
    # SciPy's own errs by 2e-11 for millions of trials with a mean of 8
    near = 1e-10
    assume(near < step < 1.0 - near and min(stats.binom.pmf([k, k + 1], n, p)) > 4.0 * near)
    assert binomial_quantile(step - near, n, p) == k
    assert binomial_quantile(step + near, n, p) == k + 1


@MANY
@given(st.data(), SIZES, UNIFORM)
def test_it_never_falls_as_more_may_go_and_nobody_goes_twice(data, n, u):
    p = data.draw(probabilities(n))
    more = binomial_quantile(u, n + 1, p) - binomial_quantile(u, n, p)
    assert more in (0, 1)


@MANY
@given(st.data(), SIZES, UNIFORM)
def test_it_never_falls_as_going_grows_likelier(data, n, u):
    low, high = sorted((data.draw(probabilities(n)), data.draw(probabilities(n))))
    assert binomial_quantile(u, n, low) <= binomial_quantile(u, n, high)
    assert binomial_quantile(u, n, low) <= binomial_quantile(u, n, math.nextafter(low, 1.0))


@MANY
@given(st.data(), SIZES, UNIFORM, UNIFORM)
def test_it_never_falls_as_the_uniform_rises(data, n, one, other):
    p = data.draw(probabilities(n))
    low, high = sorted((one, other))
    assert binomial_quantile(low, n, p) <= binomial_quantile(high, n, p)


LARGE = [
    (n, p)
    for n in (16, 24, 40, 128, 1000, 10_000, 10**6, 10**8)
    for p in (8e-8, 1e-7, 6.4e-7, 8e-6, 6.4e-5, 8e-4, 0.0064, 0.0085, 0.064, 0.2, 0.25, 0.35, 0.5)
    if n * p >= EXPANDED_MEAN  # below, they are walked
]


@pytest.mark.parametrize(("n", "p"), LARGE)
def test_the_expansion_errs_by_less_than_half_of_what_it_is_trusted_with(n, p):
    """At every step within FAR deviations: the expansion at that step's own deviation is half a unit above it."""
    mean, sd = n * p, np.sqrt(n * p * (1 - p))
    steps = np.unique(np.linspace(max(mean - 3.2 * sd, 0), min(mean + 3.2 * sd, n - 1), 400).astype(int))
    low, high = stats.binom.cdf(steps, n, p), stats.binom.sf(steps, n, p)
    z = np.where(low < 0.5, ndtri(low), -ndtri(high))
    inside = np.abs(z) <= FAR
    errors = [abs(cornish_fisher(z[k], float(n), p) - 0.5 - steps[k]) for k in np.flatnonzero(inside)]
    assert max(errors) < quantiles.close(mean) / 2


@pytest.mark.parametrize("n", [300, 10_000, 10**6, 10**8])
@pytest.mark.parametrize("p", [1e-4, 0.01, 0.1, 0.25, 0.5])
def test_the_distribution_function_is_right_to_eleven_digits(n, p):
    if n * p < INTEGRATED_MEAN:
        p = INTEGRATED_MEAN / n
    sd = math.sqrt(n * p * (1.0 - p))
    ks = np.unique(np.clip(n * p + sd * np.linspace(-8.0, 8.0, 161), 0, n - 1).astype(np.int64))
    got = np.array([quantiles.binomial_cdf(int(k), n, p) for k in ks])
    assert np.abs(got - stats.binom.cdf(ks, n, p)).max() < 1e-11


@given(st.data(), SIZES)
def test_extreme_uniforms_stay_within_what_can_be(data, n):
    p = data.draw(probabilities(n))
    low, high = binomial_quantile(2.0**-53, n, p), binomial_quantile(1.0 - 2.0**-53, n, p)
    assert 0 <= low <= high <= n


@pytest.mark.parametrize(
    ("n", "p", "expected"), [(0, 0.3, 0), (0, 1.0, 0), (7, 0.0, 0), (7, 1.0, 7), (10**8, 0.0, 0), (10**8, 1.0, 10**8)]
)
@given(u=st.floats(2.0**-53, 1.0 - 2.0**-53))
def test_nobody_and_everybody(n, p, expected, u):
    assert binomial_quantile(u, n, p) == expected


@MANY
@given(st.data(), UNIFORM)
def test_hypergeometric_quantile_is_scipys(data, u):
    whole = data.draw(st.integers(1, 8).flatmap(lambda d: st.integers(10 ** (d - 1), 10**d)))
    good = data.draw(st.integers(0, whole))
    draws = data.draw(st.integers(0, min(whole, 3000)))
    got = hypergeometric_quantile(u, good, whole - good, draws)
    least, most = max(0, draws - (whole - good)), min(good, draws)
    assert least <= got <= most
    below, upto = stats.hypergeom.cdf([got - 1, got], whole, good, draws)
    error = 1e-10
    assert got == least or below < u + error
    assert got == most or upto >= u - error


@MANY
@given(st.data(), UNIFORM, UNIFORM)
def test_hypergeometric_quantile_never_falls(data, one, other):
    whole = data.draw(SIZES)
    good, draws = data.draw(st.integers(0, whole)), data.draw(st.integers(0, whole))
    low, high = sorted((one, other))
    bad = whole - good
    assert hypergeometric_quantile(low, good, bad, draws) <= hypergeometric_quantile(high, good, bad, draws)
    assert hypergeometric_quantile(low, good, bad, draws) <= hypergeometric_quantile(low, good + 1, bad, draws)


@given(SIZES, st.data())
def test_hypergeometric_quantile_of_all_or_none(whole, data):
    assume(whole > 1)
    u, part = data.draw(UNIFORM), data.draw(st.integers(1, whole - 1))
    assert hypergeometric_quantile(u, part, whole - part, whole) == part
    assert hypergeometric_quantile(u, part, whole - part, 0) == 0
    assert hypergeometric_quantile(u, 0, whole, part) == 0
    assert hypergeometric_quantile(u, whole, 0, part) == part


@given(st.floats(2.0**-53, 1.0 - 2.0**-53))
def test_normal_quantile(u):
    assert quantiles.normal_quantile(u) == pytest.approx(float(stats.norm.ppf(u)), rel=1e-13, abs=1e-15)
