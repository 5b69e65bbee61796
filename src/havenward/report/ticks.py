"""Round numbers for scales, and round dates for axes, with labels that are the same in every locale."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

from havenward.report.facts import MONTHS

DAY_STEPS = (1, 2, 7, 14)
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
TOPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
LONGEST_BY_DAYS = 70
"""A span of at most this many days is marked by days, a longer one by months."""


def round_below(value: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above a value; 1 at the least."""
    if value <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return max(factor * power for factor in (1.0, 2.0, 5.0) if factor * power <= value)


def round_above(value: float) -> float:
    """The smallest of `TOPS` times a power of ten that is not below a value; 1 at the least."""
    if value <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return min(factor * power for factor in TOPS if factor * power >= value)


def date_ticks(first: dt.date, last: dt.date, most: int) -> list[tuple[dt.date, str]]:
    """At most `most` round dates from `first` to `last` with their labels; at least one."""
    if (last - first).days <= LONGEST_BY_DAYS:
        step = next((step for step in DAY_STEPS if (last - first).days // step < most), DAY_STEPS[-1])
        days = [first + dt.timedelta(days=number) for number in range(0, (last - first).days + 1, step)]
        return [(day, f"{day.day} {MONTHS[day.month - 1][:3]}" + _year(day, days)) for day in days]
    for step in MONTH_STEPS:
        found = list(months(first, last, step))
        if 0 < len(found) <= most:
            return [(day, _month_label(day, found, step)) for day in found]
    return [(first, f"{first.year}")]


def months(first: dt.date, last: dt.date, step: int) -> Iterator[dt.date]:
    """Firsts of every `step`-th month, counted from Januaries."""
    number = first.year * 12 + first.month - 1
    if first.day > 1:
        number += 1
    number += -number % step
    while (day := dt.date(number // 12, number % 12 + 1, 1)) <= last:
        yield day
        number += step


def _year(day: dt.date, days: list[dt.date]) -> str:
    """The year below the first day and below the first day of another year."""
    before = days[days.index(day) - 1] if day != days[0] else None
    return f"\n{day.year}" if before is None or before.year != day.year else ""


def _month_label(day: dt.date, days: list[dt.date], step: int) -> str:
    """The month, with its year where the year is new; the year alone for steps of years."""
    if step >= 12:
        return str(day.year)
    return MONTHS[day.month - 1][:3] + _year(day, days)
