"""Overflow dates against data made by hand."""

from __future__ import annotations

import numpy as np

from havenward.report.overflow import camp_report, reached

DATES = np.datetime64("2017-05-01") + np.arange(10)


def test_dates_nights_and_shares_by_hand():
    capacity = np.full(10, 100.0)
    people = np.array(
        [
            [0, 20, 60, 96, 101, 120, 120, 90, 80, 80],
            [0, 20, 60, 80, 97, 99, 104, 110, 90, 80],
            [0, 10, 20, 30, 40, 50, 60, 70, 80, 90],
            [0, 10, 50, 70, 80, 94, 105, 90, 70, 60],
        ],
        dtype=float,
    )
    report = camp_report("Camp", people, capacity, DATES)
    assert report.over.share == 0.75
    # First days over the plots: 5, 7 and 7 May; full from 4, 5 and 7 May.
    assert report.over.first == tuple(np.datetime64(day) for day in ("2017-05-07", "2017-05-05", "2017-05-07"))
    assert report.full.first == tuple(np.datetime64(day) for day in ("2017-05-05", "2017-05-04", "2017-05-07"))
    assert report.nights_over.middle == 1.5  # 3, 2, 0 and 1 nights
    assert (report.nights_over.low, report.nights_over.high) == (0, 3)
    assert report.peak.high == 120


def test_a_camp_that_closes_under_its_people_is_over():
    capacity = np.array([50.0] * 5 + [0.0] * 5)
    people = np.full((2, 10), 40.0)
    report = camp_report("Camp", people, capacity, DATES)
    assert report.over.share == 1.0
    assert report.over.first is not None
    assert report.over.first[0] == np.datetime64("2017-05-06")


def test_an_unopened_empty_camp_is_not_full():
    report = camp_report("Camp", np.zeros((3, 10)), np.zeros(10), DATES)
    assert report.full.share == 0.0
    assert report.full.first is None


def test_one_draw_of_many_gives_a_share_but_no_date():
    state = np.zeros((10, 10), dtype=bool)
    state[4, 6] = True
    found = reached(state, DATES)
    assert found.share == 0.1
    assert found.first is None
