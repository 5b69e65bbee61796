"""Crossings: how many wait there, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import FEWEST_DRAWS, Interval, interval
from havenward.report import style
from havenward.report.digest import Digest
from havenward.report.facts import Facts
from havenward.report.fans import COLUMNS, clear, fan_of

SHOWN = 6
"""Crossings that are drawn, the busiest first; the table has them all."""


@dataclass(frozen=True)
class CrossingReport:
    """One crossing over the run."""

    name: str
    arrivals: Interval
    largest_queue: Interval
    longest_wait: Interval
    """Days, the largest of the daily means."""
    days_with_queue: Interval
    """Days on which over a thousand people waited overnight."""
    closed_days: float
    """Days closed, mean of the draws."""


LONG_QUEUE = 1_000


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
                days_with_queue=interval((queue > LONG_QUEUE).sum(axis=1)),
                closed_days=float(sums.closed[:, number].sum()),
            )
        )
    return sorted(reports, key=lambda report: -report.arrivals.middle)


def crossings_picture(sums: Digest, facts: Facts, path: Path) -> Path:
    """Queues and waiting times at the busiest crossings: two panels a crossing, one over the other."""
    totals = {name: float(sums.flows.of("arrived", name).sum()) for name in sums.crossings}
    names = [name for name in sorted(totals, key=lambda name: -totals[name]) if totals[name] > 0][:SHOWN]
    blocks = max(math.ceil(len(names) / COLUMNS), 1)
    figure = style.new_figure(1.55 + 4.9 * blocks)
    title = "Queues and waiting at the crossings"
    reached = sum(total > 0 for total in totals.values())
    more = f" The {len(names)} busiest of {reached} crossings." if len(names) < reached else ""
    subtitle = f"{facts.title}. Each panel shows the days on which people waited; {facts.span}.{more}"
    style.frame(figure, title, subtitle, facts)
    style.fan_legend(figure, sums.draws, style.ORANGE)
    panels = style.grid(figure, 2 * blocks, COLUMNS, top=1.55)
    used = set()
    for number, name in enumerate(names):
        block, column = divmod(number, COLUMNS)
        above, below = panels[2 * block][column], panels[2 * block + 1][column]
        queue = sums.stocks.of("queue", name)
        near = around(queue.sum(axis=0) > 0)
        waited = np.nan_to_num(sums.wait[:, near, sums.crossings.index(name)])
        fan_of(
            above,
            sums.dates[near],
            queue[:, near],
            f"{name}: waiting",
            "persons at the end of the day (stock)",
            facts,
            style.ORANGE,
        )
        fan_of(
            below,
            sums.dates[near],
            waited,
            f"{name}: days waited",
            "mean days of those screened that day",
            facts,
            style.PURPLE,
        )
        used |= {above, below}
    clear([axes for row in panels for axes in row if axes not in used])
    return style.save(figure, path, title, facts)


def around(busy: NDArray[np.bool_], margin: int = 7) -> slice:
    """The span of (time,) days from the first busy one to the last, with a margin; all days where none is busy."""
    days = np.flatnonzero(busy)
    if len(days) == 0:
        return slice(0, len(busy))
    return slice(max(int(days[0]) - margin, 0), min(int(days[-1]) + margin + 1, len(busy)))
