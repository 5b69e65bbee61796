"""Needs: persons times the standard, with the interval carried along."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.guard.disclosure import Interval
from havenward.report.digest import Digest
from havenward.report.needs import STANDARDS, Moment, moments, needs


def test_standards_are_those_of_the_handbooks():
    people = Moment("x", Interval(30_000, 20_000, 40_000), np.datetime64("2017-01-01"))
    amounts = {need.standard.what: need.amounts[0] for need in needs([people])}
    assert amounts["Water"].middle == pytest.approx(450)  # cubic metres a day
    assert amounts["Latrines"].middle == pytest.approx(1_500)
    assert amounts["Covered living space"].middle == pytest.approx(105_000)
    assert round(amounts["Family tents"].middle) == 5_455
    assert amounts["Food"].middle == pytest.approx(63)  # million kilocalories a day
    for amount in amounts.values():
        assert amount.low / amount.middle == pytest.approx(2 / 3)
        assert amount.high / amount.middle == pytest.approx(4 / 3)
    assert all(standard.source for standard in STANDARDS)


def test_peaks_are_of_each_draw_and_ends_of_the_last_day(toy_sums: Digest):
    found = {moment.title: moment for moment in moments(toy_sums)}
    camps = toy_sums.stocks.of("stage", "in_camp")
    assert found["In camps, at the peak"].people.middle == np.median(camps.max(axis=1))
    assert found["In camps, on the last day"].people.middle == np.median(camps[:, -1])
    assert found["All displaced, on the last day"].people.middle == np.median(toy_sums.displaced()[:, -1])
    assert found["In camps, on the last day"].day == toy_sums.dates[-1]
