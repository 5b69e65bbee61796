"""What people think the risk is, against the formula and its limits."""

from __future__ import annotations

import math
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from havenward.model.siege.belief import MOST_NOISY, poisson_quantiles, updated
from havenward.model.siege.day import DRIVERS
from tests.model.drive import turn
from tests.model.worlds import AREA, SEALED, START, dear, siege

PLAUSIBLE = {
    "belief_prior_captured": st.floats(0.05, 5.0),
    "belief_prior_escaped": st.floats(0.05, 5.0),
    "belief_memory": st.floats(1.5, 30.0),
    "belief_reports": st.floats(0.1, 50.0),
    "belief_scale": st.floats(0.1, 20.0),
}


def steady(value, bad, good, days):
    """Return believed risk after `days` of the same reports every day."""
    value = {name: np.array([number]) for name, number in value.items()}
    captured = np.full((1, 1, 1), value["belief_prior_captured"][0])
    escaped = np.full((1, 1, 1), value["belief_prior_escaped"][0])
    for _ in range(days):
        captured, escaped = updated(captured, escaped, np.full((1, 1, 1), bad), np.full((1, 1, 1), good), value)
    return float((captured / (captured + escaped)).item())


def stationary(value, bad, good):
    """p = (a0 + M x) / (a0 + b0 + M), M = n / (1 - f)."""
    total = bad + good
    counted = value["belief_reports"] * -np.expm1(-total * value["belief_scale"] / value["belief_reports"])
    many = counted * value["belief_memory"]
    prior = value["belief_prior_captured"], value["belief_prior_escaped"]
    return (prior[0] + many * bad / total) / (sum(prior) + many)


@given(value=st.fixed_dictionaries(PLAUSIBLE), bad=st.floats(0.0, 100.0), good=st.floats(0.001, 100.0))
def test_steady_reports_lead_to_the_stationary_formula(value, bad, good):
    days = int(40 * value["belief_memory"])
    assert steady(value, bad, good, days) == pytest.approx(stationary(value, bad, good), abs=1e-9)


def test_without_reports_belief_is_the_prior():
    value = dict.fromkeys(PLAUSIBLE, 2.0) | {"belief_prior_captured": 0.4, "belief_prior_escaped": 1.6}
    assert steady(value, 0.0, 0.0, 50) == 0.2


def test_a_blackout_that_lets_captures_through_more_than_doubles_the_risk():
    """True risk 0.30; captures heard of with 0.8, escapes with 0.2; very many reports: believed 0.632."""
    value = {
        "belief_prior_captured": 0.4,
        "belief_prior_escaped": 1.6,
        "belief_memory": 50.0,
        "belief_reports": 1e9,
        "belief_scale": 1.0,
    }
    groups = 1e7
    blackout = steady(value, 0.30 * 0.8 * groups, 0.70 * 0.2 * groups, 2_000)
    assert blackout == pytest.approx(0.24 / 0.38, abs=1e-6)
    assert blackout == pytest.approx(0.632, abs=5e-4)
    restored = steady(value, 0.30 * 0.8 * groups, 0.70 * 0.8 * groups, 2_000)
    assert restored == pytest.approx(0.30, abs=1e-6)


def quantiles(uniform, mean):
    out = np.full(len(mean), np.nan)
    poisson_quantiles(np.array(uniform), np.array(mean, dtype=float), out)
    return out


def walked(uniform, mean):
    """Twin: the same sum of the same terms, until it reaches the uniform or adds nothing any more."""
    reached = probability = math.exp(-mean)
    k = 0
    while reached < uniform and (k < mean or probability > 1e-17 * reached):
        k += 1
        probability *= mean / k
        reached += probability
    return k


@given(st.lists(st.tuples(st.floats(1e-12, 1.0 - 2.0**-53), st.floats(-3.0, 2.69)), max_size=20))
def test_poisson_quantiles(cases):
    uniform, mean = [u for u, _ in cases], [10.0**power for _, power in cases]
    assert quantiles(uniform, mean).tolist() == [walked(*pair) for pair in zip(uniform, mean, strict=True)]


def test_reports_have_the_law_of_a_poisson_number():
    """Against SciPy, on a grid of uniforms that no distribution function meets to the last digit."""
    means, levels = [1e-6, 0.3, 1.0, 7.7, 64.0, 499.0], (np.arange(2000) + 0.5) / 2000
    mean, uniform = np.repeat(means, len(levels)), np.tile(levels, len(means))
    assert (quantiles(uniform, mean) == stats.poisson.ppf(uniform, mean)).all()


def test_very_many_reports_are_taken_at_their_mean_and_none_where_none_are_expected():
    above = np.nextafter(MOST_NOISY, np.inf)
    assert quantiles([0.9] * 4, [0.0, -1.0, above, 1e9]).tolist() == [0.0, 0.0, above, 1e9]
    assert quantiles([0.9], [MOST_NOISY]) == stats.poisson.ppf(0.9, MOST_NOISY)


def believed(**tables):
    """(M, D) believed risk in the town."""
    story = turn(siege(60, **{"prices": (dear(20.0),)} | tables), members=24)
    return story.kept["driver"][:, :, 0, DRIVERS.index("believed_risk")]


def phones(level):
    return SEALED[0].model_copy(update={"area": AREA, "kind": "telephones", "date": START, "level": level})


def test_a_telephone_ban_raises_the_believed_risk_in_a_run():
    """Through all phases: escapes are no longer heard of, captures are."""
    talking, silent = (believed(restrictions=(*SEALED, phones(level)))[:, -1].mean() for level in (1.0, 0.0))
    assert silent > talking + 0.1


def test_on_the_first_day_people_believe_the_prior():
    """Nothing was heard yet; (0.4, 1.6) reports of prior weight."""
    assert believed()[:, 0] == pytest.approx(0.2, abs=1e-6)


def belief_page():
    """The script beside the page on what listener classes make of belief."""
    root = Path(__file__).parents[2] / "docs" / "explanation"
    return (root / "belief_error.md").read_text(encoding="utf-8"), runpy.run_path(str(root / "belief_error.py"))


@pytest.mark.slow
def test_the_page_on_listener_classes_says_what_its_script_prints():
    text, script = belief_page()
    assert script["table"]() in text


def test_listener_classes_err_by_six_per_cent_at_most():
    """The figure that the page tells, and the approximation without classes, which is worse where fear is strong."""
    _, script = belief_page()
    factor, classes = script["mean_factor"], np.array([1.5, 0.5])
    for captures in (0.4, 0.6):
        for reports in (3, 10):
            truth = factor(reports, captures, classes, own=True)
            assert factor(reports, captures, classes, own=False) / truth == pytest.approx(1, abs=0.065)
    truth = factor(10, 0.6, classes, own=True)
    assert factor(10, 0.6, np.array([1.0]), own=False) / truth < 0.92
