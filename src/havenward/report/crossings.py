"""Crossings: how many wait there, and for how long."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import FEWEST_DRAWS, SMALLEST_SHOWN, Interval, interval
from havenward.report.drawing import Drawing
from havenward.report.facts import Facts
from havenward.report.fan_sheet import fan_of
from havenward.report.panel import HEAD, fan_legend, grid
from havenward.report.style import ORANGE, PURPLE
from havenward.report.sums import Sums

COLUMNS = 3
ROW_HEIGHT = 2.45
"""Inches of one row of panels."""

SHOWN = 6
"""Crossings that are drawn, those with the longest queues first; the table has them all."""

LONG_QUEUE = 1_000
"""Persons waiting overnight from which a night counts as one with a long queue."""


@dataclass(frozen=True)
class CrossingReport:
    """One crossing over the run."""

    name: str
    arrivals: Interval
    largest_queue: Interval
    longest_wait: Interval | None
    """Days, the largest of the daily means; None where waiting is not kept."""
    long_nights: Interval
    """Nights on which over `LONG_QUEUE` people waited."""
    closed_days: float | None
    """Days closed, mean of the draws; None where it is not kept."""


def crossing_reports(sums: Sums) -> list[CrossingReport]:
    """Every crossing that anybody reaches, the busiest first; empty where there is one draw."""
    if sums.draws < FEWEST_DRAWS:
        return []
    reports = []
    for number, name in enumerate(sums.crossings):
        arrived = sums.over_run("arrived", name)
        if not arrived.any():
            continue
        queue = sums.stocks.of("queue", name)
        reports.append(
            CrossingReport(
                name=name,
                arrivals=interval(arrived),
                largest_queue=interval(queue.max(axis=1)),
                longest_wait=None if sums.wait is None else interval(np.nan_to_num(sums.wait[:, :, number]).max(axis=1)),
                long_nights=interval((queue > LONG_QUEUE).sum(axis=1)),
                closed_days=None if sums.closed is None else float(sums.closed[:, number].sum()),
            )
        )
    return sorted(reports, key=lambda report: -report.arrivals.middle)


def queued(sums: Sums) -> list[str]:
    """Crossings at which ten people or more wait overnight at the worst, mean of the draws, the longest queue first."""
    longest = {name: float(sums.stocks.of("queue", name).max(axis=1).mean()) for name in sums.crossings}
    return [name for name in sorted(longest, key=lambda name: -longest[name]) if longest[name] >= SMALLEST_SHOWN]


def crossings_picture(sums: Sums, waiting: Sequence[str], facts: Facts, path: Path) -> Path:
    """The longest queues of those where people wait, and below each, where that is kept, how long they waited."""
    names = waiting[:SHOWN]
    columns = min(len(names), COLUMNS)
    high = 1 if sums.wait is None else 2
    blocks = math.ceil(len(names) / columns)
    more = f" The {len(names)} longest queues of {len(waiting)}." if len(names) < len(waiting) else ""
    words = f"The most of each {sums.per}, over the days on which people waited; {facts.span}.{more}"
    sheet = Drawing(HEAD + ROW_HEIGHT * high * blocks, crossings_title(sums), words, facts)
    fan_legend(sheet, sums.draws, ORANGE)
    places = grid(sheet, high * blocks, columns)
    for number, name in enumerate(names):
        block, column = divmod(number, columns)
        queue = most_of_period(sums.stocks.of("queue", name), sums)
        near = around(queue.sum(axis=0) > 0)
        dates, unit = sums.middles[near], f"persons at night, most in the {sums.per} (stock)"
        fan_of(sheet, places[high * block * columns + column], dates, queue[:, near], f"{name}: waiting", unit, ORANGE)
        if sums.wait is not None:
            below = places[(high * block + 1) * columns + column]
            waited = most_of_period(np.nan_to_num(sums.wait[:, :, sums.crossings.index(name)]), sums)
            unit = f"mean days of those screened, most in the {sums.per}"
            fan_of(sheet, below, dates, waited[:, near], f"{name}: days waited", unit, PURPLE)
    return sheet.save(path)


def crossings_title(sums: Sums) -> str:
    """What is told of crossings, as a title."""
    return "Queues at the crossings" if sums.wait is None else "Queues and waiting at the crossings"


def most_of_period(daily: NDArray[np.float64], sums: Sums) -> NDArray[np.float64]:
    """The largest daily value of each whole period: (draw, time) to (draw, period)."""
    whole = len(sums.periods) * sums.period
    return np.asarray(daily[:, :whole].reshape(daily.shape[0], -1, sums.period).max(axis=2))


def around(busy: NDArray[np.bool_], margin: int = 4) -> slice:
    """The span from the first busy place of an array to the last, with a margin; all of it where none is busy."""
    places = np.flatnonzero(busy)
    if len(places) == 0:
        return slice(0, len(busy))
    return slice(max(int(places[0]) - margin, 0), min(int(places[-1]) + margin + 1, len(busy)))
