"""Rounding, suppression and intervals: what may be written about people."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.guard import disclosure
from havenward.guard.disclosure import Interval

people = st.floats(0, 5e6, allow_nan=False)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, middle, high = sorted(draw(st.tuples(people, people, people)))
    return Interval(middle, low, high)


def numbers(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", text)]


def test_figure_carries_the_digits_of_its_interval():
    assert disclosure.figure_text(Interval(210_456, 182_345, 243_210)) == "210,000 (180,000 to 250,000)"


def test_narrow_interval_keeps_more_digits():
    assert disclosure.figure_text(Interval(210_456, 210_300, 210_612)) == "210,500 (210,300 to 210,700)"


def test_draws_that_agree_keep_three_digits():
    assert disclosure.figure_text(Interval(53_744, 53_744, 53_744)) == "53,700 (53,700 to 53,800)"


def test_small_counts_are_suppressed_and_nought_with_them():
    assert disclosure.count(9.9) == "<10"
    assert disclosure.count(0) == "<10"
    assert disclosure.figure_text(Interval(4, 0, 8)) == "<10 (fewer than 10)"


def test_low_end_that_would_round_to_nought_is_not_written_as_none():
    assert disclosure.figure_text(Interval(160_000, 45_493, 262_093)) == "200,000 (under 100,000 to 300,000)"


@given(intervals())
def test_no_digit_is_finer_than_half_the_interval(figure: Interval):
    text = disclosure.figure_text(figure)
    unit = disclosure.step(figure)
    assert unit <= max(figure.half_width, disclosure.SMALLEST_STEP) or figure.half_width == 0
    for number in numbers(text.replace("<10", "").replace("fewer than 10", "")):
        assert number % unit == 0


@given(intervals())
def test_printed_span_holds_the_interval(figure: Interval):
    text = disclosure.span_text(figure)
    if "under" in text or "<" in text or "fewer" in text:
        return
    low, high = numbers(text)
    assert low <= figure.low
    assert high >= figure.high


@given(intervals())
def test_no_figure_stands_without_its_interval(figure: Interval):
    assert re.fullmatch(r".+ \(.+ to .+\)|<10 \(fewer than 10\)", disclosure.figure_text(figure))


@given(intervals())
def test_the_same_cell_is_always_written_the_same_way(figure: Interval):
    assert disclosure.figure_text(figure) == disclosure.figure_text(Interval(figure.middle, figure.low, figure.high))


def test_one_draw_has_no_interval():
    with pytest.raises(disclosure.NoIntervalError, match="members 10"):
        disclosure.interval([17.0])


def test_quantiles_are_those_of_the_tables_of_a_run():
    draws = np.arange(9.0)
    found = disclosure.interval(draws)
    assert (found.low, found.middle, found.high) == pytest.approx(
        tuple(np.quantile(draws, [0.1, 0.5, 0.9], method="weibull"))
    )


@pytest.mark.parametrize("draws", [5, 19])
def test_an_interval_holds_one_more_draw_as_often_as_is_said(draws: int):
    values = np.random.default_rng(5).uniform(size=(draws + 1, 4000))
    low, high = disclosure.quantiles(values[:draws], (0.1, 0.9))
    inside = np.mean((values[draws] >= low) & (values[draws] <= high))
    assert inside == pytest.approx(disclosure.held_share(draws), abs=0.025)


def test_amounts_keep_a_tenth():
    assert disclosure.amount_text(Interval(0.42, 0.3, 0.5)) == "0.4 (0.3 to 0.5)"
    assert disclosure.amount_text(Interval(0, 0, 0)) == "0 (0 to 0)"
    assert disclosure.amount_text(Interval(0.5, 0.5, 0.5)) == "0.5 (0.5 to 0.5)"
    assert disclosure.amount_text(Interval(268.7, 220.8, 282.4)) == "270 (220 to 280)"


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "none"), (0.04, "fewer than 1 of 10"), (0.5, "5 of 10"), (0.97, "more than 9 of 10"), (1.0, "all")],
)
def test_probabilities_are_natural_frequencies(share: float, words: str):
    assert disclosure.in_ten(share) == words


def test_shares_outside_nought_and_one_are_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        disclosure.in_ten(1.2)


@pytest.mark.parametrize(
    ("figure", "words", "span"),
    [
        (Interval(-1234, -1900, -610), "−1,200 (−1,900 to −600)", "600 to 1,900 fewer"),
        (Interval(35_000, 9_000, 64_000), "+40,000 (about 0 to +70,000)", "under 10,000 to 70,000 more"),
        (Interval(20, -800, 400), "about 0 (−800 to +400)", "between 800 fewer and 400 more"),
        (Interval(0, -20, 4), "±<10 (−20 to ±<10)", "<10 to 20 fewer"),
        (Interval(3, -9, 9.9), "no change of 10 or more", "fewer than 10 more"),
        (Interval(-300, -300, -300), "−300 (−300 to −300)", "300 to 300 fewer"),
    ],
)
def test_changes_bear_their_sign_and_their_digits(figure: Interval, words: str, span: str):
    assert disclosure.change_text(figure) == words
    assert disclosure.change_span(figure) == span


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3))
def test_no_change_below_ten_is_told_and_the_printed_span_holds_the_change(ends: list[float]):
    low, middle, high = sorted(ends)
    said = disclosure.change_text(Interval(middle, low, high))
    numbers = [int(number.replace(",", "")) for number in re.findall(r"(?<!<)(?<![\d,])[\d,]+", said)]
    assert all(number >= 10 or (number == 0 and "about 0" in said) for number in numbers)
    if printed := re.fullmatch(r".+ \(([−+][\d,]+) to ([−+][\d,]+)\)", said):
        first, last = (float(end.replace(",", "").replace("−", "-")) for end in printed.groups())
        assert first <= low
        assert high <= last


@pytest.mark.parametrize(
    ("share", "words"), [(0.0, "0 %"), (0.004, "under 1 %"), (0.125, "12 %"), (0.996, "over 99 %"), (1.0, "100 %")]
)
def test_shares_in_per_cent(share: float, words: str):
    assert disclosure.in_hundred(share) == words


@pytest.mark.parametrize("draws", [1, 2, 5, 19, 20, 128])
@pytest.mark.parametrize("kind", [np.int64, np.float32, np.float64])
def test_quantiles_are_those_of_numpy_to_the_bit(draws, kind):
    values = np.random.default_rng(draws).normal(5e4, 1e4, (3, draws, 7)).astype(kind)
    tails = [0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0]
    expected = np.quantile(values.astype(np.float64), tails, axis=1, method="weibull")
    np.testing.assert_array_equal(disclosure.quantiles(values, tails, axis=1), expected, strict=True)
