"""Scores against answers worked by hand, and what must hold of them always."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from havenward.fit.scores import (
    at_reports,
    averaged_at_dates,
    averaged_relative_difference,
    change_score,
    error_at_reports,
    error_by_date,
    error_by_day,
    frozen_mase,
    frozen_naive,
    rescaled,
    rolling_mase,
    share_inside,
)
from tests.fit.helpers import between, reports

DATA = np.array([[0, 0], [10, 30], [20, 20]])
SIMULATED = np.array([[0.5, 0.0], [15, 5], [40, 40]])

# Camp 0 prints on days 0, 40 and 80, camp 1 on days 0, 20 and 80: on day 40 its data are 100, which nobody printed.
PRINTED = reports((0, 0, 100), (0, 40, 100), (0, 80, 500), (1, 0, 50), (1, 20, 60), (1, 80, 180))


def held(*stocks, days=81):
    """Stocks that never change, (day, camp)."""
    return np.tile(np.array(stocks, dtype=float), (days, 1))


# -- over all days --


def test_the_plain_error_by_hand():
    """0.5 over 1 where nobody is registered; (5 + 25) / 40; (20 + 20) / 40."""
    np.testing.assert_allclose(error_by_day(SIMULATED, DATA), [0.5, 0.75, 1.0])
    assert averaged_relative_difference(SIMULATED, DATA) == pytest.approx(0.75)


def test_the_rescaled_error_by_hand():
    """Day 1: 15 and 5 of 20 become 30 and 10 of 40, so 40 of 80; day 2 is split as registered; day 0 has nobody."""
    split = rescaled(SIMULATED, DATA)
    np.testing.assert_allclose(split, [[0, 0], [30, 10], [20, 20]])
    np.testing.assert_allclose(error_by_day(split, DATA), [0, 1, 0])


def test_fractions_are_kept():
    np.testing.assert_allclose(rescaled(np.array([[1, 2]]), np.array([[5, 5]])), [[10 / 3, 20 / 3]])


def test_nobody_simulated_stays_nobody():
    split = rescaled(np.zeros((1, 2)), np.array([[5, 5]]))
    np.testing.assert_array_equal(split, [[0, 0]])
    assert error_by_day(split, np.array([[5, 5]])) == 1


def test_everybody_in_the_wrong_camp_is_two():
    assert averaged_relative_difference(rescaled(np.array([[7, 0]]), np.array([[0, 9]])), np.array([[0, 9]])) == 2


def test_other_days_or_camps_than_the_data_are_refused():
    for wrong in (np.zeros((2, 2)), np.zeros((3, 1)), np.zeros(2)):
        with pytest.raises(ValueError, match="days and camps"):
            error_by_day(wrong, DATA)


# -- at reports --


def test_the_error_at_reports_by_hand():
    """Errors 0, 0 and 400 of camp 0, 0, 10 and 130 of camp 1, over the 990 that were printed."""
    assert error_at_reports(held(100, 50), PRINTED) == pytest.approx(540 / 990)


def test_the_error_by_date_counts_the_camps_of_that_date_only():
    assert PRINTED.dates.tolist() == [0, 20, 40, 80]
    np.testing.assert_allclose(error_by_date(held(100, 50), PRINTED), [0, 10 / 60, 0, 530 / 680])
    assert averaged_at_dates(held(100, 50), PRINTED) == pytest.approx((10 / 60 + 530 / 680) / 4)


def test_nobody_printed_divides_by_one():
    np.testing.assert_allclose(error_by_date(held(0.5, days=1), reports((0, 0, 0))), [0.5])


def test_reports_do_not_see_what_lies_between_them():
    """A simulation that is right wherever a figure was printed and wrong on every other day and camp."""
    simulated = np.full((81, 2), 1e6)
    simulated[PRINTED.day, PRINTED.camp] = PRINTED.value
    assert error_at_reports(simulated, PRINTED) == 0
    assert averaged_at_dates(simulated, PRINTED) == 0
    assert change_score(simulated, PRINTED) == 0
    assert rolling_mase(simulated, PRINTED) == 0
    assert averaged_relative_difference(simulated, between(PRINTED, 81, 2)) > 1000


def test_the_latest_report_at_least_so_old_is_taken():
    """Camp 0: 40 against 0, 80 against 40. Camp 1: 20 has none, 80 is against 20."""
    later, earlier = PRINTED.pairs(30)
    assert PRINTED.day[later].tolist() == [40, 80, 80]
    assert PRINTED.day[earlier].tolist() == [0, 40, 20]
    assert PRINTED.camp[later].tolist() == PRINTED.camp[earlier].tolist() == [0, 0, 1]
    assert [len(part) for part in PRINTED.pairs(40)] == [3, 3]
    assert [len(part) for part in PRINTED.pairs(41)] == [2, 2]
    assert PRINTED.day[PRINTED.pairs(61)[1]].tolist() == [0, 0]
    assert [len(part) for part in PRINTED.pairs(81)] == [0, 0]


def test_the_change_score_by_hand():
    """Printed changes 0, 400 and 120; simulated 40, 40 and 60: off by 40, 360 and 60."""
    simulated = np.arange(81)[:, np.newaxis] * np.array([1.0, 1.0])
    assert change_score(simulated, PRINTED) == pytest.approx(460 / 520)


def test_a_change_the_other_way_is_worse_than_none():
    """A camp that empties as its register fills is off by the sum of both changes."""
    assert change_score(np.array([[100.0], [40.0]]).repeat(40, axis=0), reports((0, 0, 10), (0, 40, 70))) == 2


def test_the_rolling_mase_by_hand():
    """Simulated 0, 400 and 200 where 100, 500 and 180 were printed, and persistence says 100, 100 and 60."""
    simulated = np.zeros((81, 2))
    simulated[80] = 400, 200
    assert rolling_mase(simulated, PRINTED) == pytest.approx((100 + 100 + 20) / (0 + 400 + 120))


def test_rolling_persistence_itself_scores_one():
    later, earlier = PRINTED.pairs(30)
    simulated = np.full((81, 2), 1e6)
    simulated[PRINTED.day[later], PRINTED.camp[later]] = PRINTED.value[earlier]
    assert rolling_mase(simulated, PRINTED) == 1


@pytest.mark.parametrize("score", [change_score, rolling_mase, error_at_reports, averaged_at_dates])
def test_without_reports_there_is_no_score(score):
    assert np.isnan(score(held(1, 2), reports()))
    assert np.isnan(score(np.stack([held(1, 2)] * 3), reports())).tolist() == [True] * 3


def test_registers_that_never_move_give_no_change_score():
    assert np.isnan(change_score(held(1), reports((0, 0, 5), (0, 40, 5))))


def test_reports_beyond_the_run_are_refused():
    for wrong in (held(1, 2, days=80), held(1)):
        with pytest.raises(ValueError, match="beyond"):
            at_reports(wrong, PRINTED)


@pytest.mark.parametrize(
    "rows",
    [[(0, 5, 1), (0, 4, 1)], [(0, 5, 1), (0, 5, 1)], [(1, 0, 1), (0, 5, 1)], [(0, -1, 1)], [(-1, 0, 1)]],
    ids=["day back", "day twice", "camp back", "day before 0", "camp before 0"],
)
def test_reports_out_of_order_are_refused(rows):
    with pytest.raises(ValueError, match="reports"):
        reports(*rows)


# -- Flee's scaled errors --

GROWING = np.array([[0, 10], [2, 10], [4, 10], [8, 10]])


def test_the_naive_models_by_hand():
    np.testing.assert_allclose(frozen_naive(GROWING, 1, "flat"), [[2, 10]] * 4)
    np.testing.assert_allclose(frozen_naive(GROWING, 1, "ratio")[3], [18 * 2 / 12, 18 * 10 / 12])


def test_the_flat_scaled_error_by_hand():
    """Camp 0: errors 1 on each of 4 days, naive 2 and 6 on the days after day 1: 1 / 4. Camp 1 never moves: left out."""
    assert frozen_mase(GROWING + np.array([1, 5]), GROWING, 1, "flat") == pytest.approx(1 / 4)


def test_the_ratio_scaled_error_weighs_camps_by_person_days():
    """Naive of days 2 and 3: 14/6 and 18/6, 70/6 and 15, so off by (5/3 + 5) / 2 in both; persons times days 14 and 40."""
    naive = (5 / 3 + 5) / 2
    expected = (14 * 1 / naive + 40 * 5 / naive) / 54
    assert frozen_mase(GROWING + np.array([1, 5]), GROWING, 1, "ratio") == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["flat", "ratio"])
def test_a_run_too_short_for_the_naive_model_has_no_score(kind):
    assert np.isnan(frozen_mase(GROWING, GROWING, 3, kind))
    assert np.isnan(frozen_mase(GROWING, GROWING, 30, kind))


def test_shares_of_nobody_give_no_score():
    assert np.isnan(frozen_mase(DATA, DATA, 0, "ratio"))


# -- bands --


def test_the_share_inside_by_hand():
    """Nine draws 1 to 9: quantiles at i / 10, so the 80 % interval is 1 to 9, ends included."""
    draws = np.tile(np.arange(1.0, 10)[:, np.newaxis, np.newaxis], (1, 4, 1))
    printed = reports((0, 0, 1), (0, 1, 9), (0, 2, 0.9), (0, 3, 5))
    assert share_inside(draws, printed) == 0.75
    assert share_inside(draws, printed, 0.5) == 0.25


def test_one_draw_has_no_interval():
    assert np.isnan(share_inside(held(100, 50)[np.newaxis], PRINTED))
    assert np.isnan(share_inside(np.zeros((9, 81, 2)), reports()))


# -- always --

CAMPS = 3
LENGTH = 70
COUNTS = st.integers(0, 500)


@st.composite
def registers(draw):
    """Printed figures of three camps, each on its own dates."""
    rows = []
    for camp in range(CAMPS):
        days = draw(st.lists(st.integers(1, LENGTH - 1), max_size=5, unique=True))
        rows += [(camp, day, draw(COUNTS)) for day in sorted({0, *days})]
    return reports(*rows)


def stocks(*front):
    return arrays(np.int64, (*front, LENGTH, CAMPS), elements=COUNTS)


@given(stocks(), registers())
def test_a_rescaled_error_lies_between_nought_and_two(simulated, printed):
    errors = error_by_day(rescaled(simulated, data := between(printed, LENGTH, CAMPS)), data)
    assert ((errors >= 0) & (errors <= 2 + 1e-9)).all()


@given(stocks(), registers(), st.floats(0.001, 1000))
def test_a_rescaled_error_does_not_know_the_size_of_the_simulation(simulated, printed, factor):
    data = between(printed, LENGTH, CAMPS)
    np.testing.assert_allclose(rescaled(simulated * factor, data), rescaled(simulated, data), rtol=1e-9)


@given(registers())
def test_a_perfect_simulation_scores_nought(printed):
    data = between(printed, LENGTH, CAMPS)
    np.testing.assert_allclose(rescaled(data, data), data, rtol=1e-12)
    assert averaged_relative_difference(data, data) == 0
    assert averaged_at_dates(data, printed) == 0
    assert (np.nan_to_num([score(data, printed) for score in (error_at_reports, change_score, rolling_mase)]) == 0).all()
    assert (np.nan_to_num([frozen_mase(data, data, day, kind) for day in (7, 30) for kind in ("flat", "ratio")]) == 0).all()


@given(registers(), st.lists(COUNTS, min_size=CAMPS, max_size=CAMPS))
def test_a_simulation_without_change_has_a_change_score_of_one(printed, level):
    later, earlier = printed.pairs(30)
    score = change_score(held(*level, days=LENGTH), printed)
    if (printed.value[later] == printed.value[earlier]).all():
        assert np.isnan(score)
    else:
        assert score == 1


@given(stocks(2), registers())
def test_draws_are_scored_each_for_itself(simulated, printed):
    data = between(printed, LENGTH, CAMPS)
    scores = [
        lambda stock: error_by_day(stock, data),
        lambda stock: rescaled(stock, data),
        lambda stock: error_by_date(stock, printed),
        lambda stock: error_at_reports(stock, printed),
        lambda stock: change_score(stock, printed),
        lambda stock: rolling_mase(stock, printed),
        lambda stock: frozen_mase(stock, data, 7, "flat"),
        lambda stock: frozen_mase(stock, data, 30, "ratio"),
    ]
    for score in scores:
        np.testing.assert_allclose(score(simulated), [score(member) for member in simulated])


@given(registers(), st.integers(1, 60))
def test_pairs_are_those_that_a_plain_search_finds(printed, horizon):
    expected = []
    for row in range(len(printed)):
        old = [
            other
            for other in range(len(printed))
            if printed.camp[other] == printed.camp[row] and printed.day[other] <= printed.day[row] - horizon
        ]
        expected += [(row, max(old, key=lambda other: printed.day[other]))] if old else []
    assert list(zip(*(part.tolist() for part in printed.pairs(horizon)), strict=True)) == expected
