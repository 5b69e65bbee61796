"""Crossings: how many wait there, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import FEWEST_DRAWS, SMALLEST_SHOWN, Interval, interval
from havenward.report.digest import Digest
from havenward.report.drawing import Drawing
from havenward.report.facts import Facts
from havenward.report.fan_sheet import fan_of
from havenward.report.panel import HEAD, fan_legend, grid
from havenward.report.style import ORANGE, PURPLE

COLUMNS = 3
BLOCK_HEIGHT = 4.9
"""Inches of two rows of panels."""

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
    longest_wait: Interval
    """Days, the largest of the daily means."""
    long_nights: Interval
    """Nights on which over `LONG_QUEUE` people waited."""
    closed_days: float
    """Days closed, mean of the draws."""


def crossing_reports(sums: Digest) -> list[CrossingReport]:
    """Every crossing that anybody reaches, the busiest first; empty where there is one draw."""
    if sums.draws < FEWEST_DRAWS:
        return []
    reports = []
    for number, name in enumerate(sums.crossings):
        arrived = sums.flows.of("arrived", name).sum(axis=1)
        if not arrived.any():
            continue
        queue = sums.stocks.of("queue", name)
        waited = np.nan_to_num(sums.wait[:, :, number])
        reports.append(
            CrossingReport(
                name=name,
                arrivals=interval(arrived),
                largest_queue=interval(queue.max(axis=1)),
                longest_wait=interval(waited.max(axis=1)),
                long_nights=interval((queue > LONG_QUEUE).sum(axis=1)),
                closed_days=float(sums.closed[:, number].sum()),
            )
        )
    return sorted(reports, key=lambda report: -report.arrivals.middle)


def queued(sums: Digest) -> list[str]:
    """Crossings at which ten people or more wait overnight at the worst, mean of the draws, the longest queue first."""
    longest = {name: float(sums.stocks.of("queue", name).max(axis=1).mean()) for name in sums.crossings}
    return [name for name in sorted(longest, key=lambda name: -longest[name]) if longest[name] >= SMALLEST_SHOWN]


def crossings_picture(sums: Digest, facts: Facts, path: Path) -> Path:
    """Queues and waiting times where they are longest: two panels a crossing, one over the other."""
    waiting = queued(sums)
    names = waiting[:SHOWN]
    columns = min(len(names), COLUMNS)
    blocks = math.ceil(len(names) / columns)
    more = f" The {len(names)} longest queues of {len(waiting)}." if len(names) < len(waiting) else ""
    words = f"The most of each {sums.per}, over the days on which people waited; {facts.span}.{more}"
    sheet = Drawing(HEAD + BLOCK_HEIGHT * blocks, "Queues and waiting at the crossings", words, facts)
    fan_legend(sheet, sums.draws, ORANGE)
    places = grid(sheet, 2 * blocks, columns)
    for number, name in enumerate(names):
        block, column = divmod(number, columns)
        above, below = places[2 * block * columns + column], places[(2 * block + 1) * columns + column]
        queue = most_of_period(sums.stocks.of("queue", name), sums)
        waited = most_of_period(np.nan_to_num(sums.wait[:, :, sums.crossings.index(name)]), sums)
        near = around(queue.sum(axis=0) > 0)
        dates, unit = sums.middles[near], f"persons at night, most in the {sums.per} (stock)"
        fan_of(sheet, above, dates, queue[:, near], f"{name}: waiting", unit, ORANGE)
        unit = f"mean days of those screened, most in the {sums.per}"
        fan_of(sheet, below, dates, waited[:, near], f"{name}: days waited", unit, PURPLE)
    return sheet.save(path)


def most_of_period(daily: NDArray[np.float64], sums: Digest) -> NDArray[np.float64]:
    """The largest daily value of each whole period: (draw, time) to (draw, period)."""
    whole = len(sums.periods) * sums.period
    return np.asarray(daily[:, :whole].reshape(daily.shape[0], -1, sums.period).max(axis=2))


def around(busy: NDArray[np.bool_], margin: int = 4) -> slice:
    """The span from the first busy place of an array to the last, with a margin; all of it where none is busy."""
    places = np.flatnonzero(busy)
    if len(places) == 0:
        return slice(0, len(busy))
    return slice(max(int(places[0]) - margin, 0), min(int(places[-1]) + margin + 1, len(busy)))
