"""Dates on an axis."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from havenward.report.ticks import date_ticks

days = st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1))


def test_months_carry_the_year_where_it_is_new():
    found = date_ticks(dt.date(2016, 8, 17), dt.date(2017, 3, 1), 4)
    assert [label for _, label in found] == ["Sep\n2016", "Nov", "Jan\n2017", "Mar"]
    found = date_ticks(dt.date(2016, 8, 17), dt.date(2017, 3, 1), 7)
    assert [label for _, label in found] == ["Sep\n2016", "Oct", "Nov", "Dec", "Jan\n2017", "Feb", "Mar"]


def test_short_spans_are_marked_by_days():
    found = date_ticks(dt.date(2030, 3, 1), dt.date(2030, 3, 10), 5)
    assert [label for _, label in found] == ["1 Mar\n2030", "3 Mar", "5 Mar", "7 Mar", "9 Mar"]


@given(days, st.integers(0, 12_000), st.integers(3, 12))
def test_ticks_are_few_in_order_and_inside(first: dt.date, span: int, most: int):
    last = first + dt.timedelta(days=span)
    found = [day for day, _ in date_ticks(first, last, most)]
    assert 1 <= len(found) <= most
    assert found == sorted(set(found))
    assert first <= found[0]
    assert found[-1] <= last
