"""Registered refugees: values between dates, sums of files, corrections, whole numbers."""

import datetime as dt

import numpy as np
import pytest

from havenward.scenario.flee.series import Correction, Line, Series, SeriesFile, SourceData, dropped, merged
from tests.scenario_flee.helpers import read, small


def series(*entries):
    start = dt.date(2010, 6, 1)
    days = tuple(((dt.date.fromisoformat(date) - start).days, count) for date, count in entries)
    return Series("total", (SeriesFile("total.csv", days),))


FIVE_YEARS = series(
    ("2010-01-01", 500), ("2011-01-01", 6000), ("2012-01-01", 70_000), ("2013-01-01", 800_000), ("2014-01-01", 400_000)
)


def test_values_between_dates():
    """The figures of Flee's own test of its data table."""
    by_day = SourceData((FIVE_YEARS,)).by_day(1200, 1)[:, 0]
    assert by_day[[0, 300, 700]].tolist() == [2775, 21_079, 311_338]
    assert by_day.max() == 800_000


def test_a_correction_scales_all_that_went_before():
    day = (dt.date(2014, 1, 1) - dt.date(2010, 6, 1)).days
    by_day = SourceData((FIVE_YEARS,), (Correction("total", day),)).by_day(701, 1)[:, 0]
    assert by_day[[0, 300, 700]].tolist() == [2775 // 2, 21_079 // 2, 311_338 // 2]


def test_files_are_summed_as_flee_does():
    first, second = ((0, 10), (5, 20), (20, 40)), ((0, 1), (10, 2))
    whole = merged(Series("camp", (SeriesFile("a.csv", first), SeriesFile("b.csv", second))))
    assert (whole.days.tolist(), whole.values.tolist()) == ([0, 5, 10], [11, 21, 42])
    assert dropped(first, second) == 1


def test_outside_the_dates_the_first_and_last_values_hold():
    line = Line(np.array([3, 5]), np.array([10.0, 30.0]))
    assert line.at(np.array([-9, 3, 4, 5, 99])).tolist() == [10, 10, 20, 30, 30]
    lone = Line(np.array([3]), np.array([7.0]))
    assert lone.at(np.array([0, 3, 9])).tolist() == [7, 7, 7]


def test_entries_out_of_order_are_looked_up_in_their_order():
    line = Line(np.array([0, 10, 4, 20]), np.array([0.0, 10.0, 100.0, 200.0]))
    assert line.at(np.array([5, 10, 12, 20])).tolist() == [5, 10, 150, 200]


@pytest.mark.parametrize(
    ("day", "reason"), [(1, "no entry of this date"), (0, "the first date"), (20, "less than one person")]
)
def test_corrections_that_cannot_be_carried_out(day, reason):
    line = Line(np.array([0, 10, 20]), np.array([5.0, 0.5, 7.0]))
    with pytest.raises(ValueError, match=reason):
        line.corrected(day)


def test_numbers_are_divided_by_hasten_and_cut():
    found = read(small())
    assert found.settings.optimisations.hasten == 2
    table = found.registered_by_day()
    assert table.shape == (7, 3)
    assert table.dtype == np.int64
    assert found.source.names == ("total", "Delta", "Epsilon")
    # Epsilon: 5 on day 0 and 25 on day 20, so 6 on day 1: halves cut to whole numbers.
    assert table[:, 2].tolist() == [2, 3, 3, 4, 4, 5, 5]


def test_series_may_begin_before_the_first_day():
    found = read(small())
    assert found.source.series[0].files[0].entries[0] == (-2, 0)
