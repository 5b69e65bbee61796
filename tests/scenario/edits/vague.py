"""The month with a front whose dates have ranges, and scenarios that state dates which a member may have."""

from __future__ import annotations

import datetime as dt
import functools

from havenward.scenario.schema import Control, Scenario
from tests.scenario.edits.examples import month

DAY = dt.timedelta(days=1)
RANGES = {
    ("Tarrow North", dt.date(2010, 7, 20)): (3, 6),
    ("Tarrow North", dt.date(2010, 8, 1)): (9, 12),
    ("Tarrow South", dt.date(2010, 7, 26)): (7, 4),
    ("Tarrow South", dt.date(2010, 8, 5)): (4, 15),
    ("Tarrow South", dt.date(2010, 8, 14)): (12, 5),
    ("Tarrow Old Town", dt.date(2010, 8, 8)): (20, 2),
}
"""Days by which the earliest and the latest date lie before and after the stated one. Some reach past other dates."""


@functools.cache
def plain_month() -> Scenario:
    return month()


def vague_month(ranges: dict[tuple[str, dt.date], tuple[int, int]] | None = None) -> Scenario:
    """The month with ranges of dates."""
    return with_ranges(plain_month(), RANGES if ranges is None else ranges)


def with_ranges(scenario: Scenario, ranges: dict[tuple[str, dt.date], tuple[int, int]]) -> Scenario:
    """A scenario with ranges of dates."""

    def ranged(row: Control) -> Control:
        early, late = ranges.get((row.place, row.date), (0, 0))
        ends = {"earliest": row.date - early * DAY, "latest": row.date + late * DAY} if early or late else {}
        return row.model_copy(update=ends)

    return scenario.model_copy(update={"control": tuple(ranged(row) for row in scenario.control)})


def stating(scenario: Scenario, column: str) -> Scenario:
    """A scenario that is certain of the earliest or the latest dates; none passes the next."""
    rows = sorted(scenario.control, key=lambda row: (row.place, row.date), reverse=column == "latest")
    stated: list[Control] = []
    for row in rows:
        date = getattr(row, column) or row.date
        if stated and stated[-1].place == row.place:
            beside = stated[-1].date
            date = max(date, beside + DAY) if column == "earliest" else min(date, beside - DAY)
        stated.append(row.model_copy(update={"date": date, "earliest": None, "latest": None}))
    return scenario.model_copy(update={"control": tuple(stated)})
