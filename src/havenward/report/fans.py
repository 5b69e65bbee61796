"""Fan charts: arrivals, stocks, and every series of evidence with the printed figures drawn in."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from havenward.report import style
from havenward.report.digest import CROSSING_STAGES, Digest
from havenward.report.evidence import Counted
from havenward.report.facts import Facts
from havenward.scenario.schema import Epoch, Scenario

COLUMNS = 3
ROW_HEIGHT = 2.75
"""Inches of one row of panels."""

STOCKS = (
    ("At home, behind the line", ("home_held",), style.BLUE),
    ("At home, in contact with the front", ("home_contact",), style.BLUE),
    ("At home, beyond the line", ("home_free",), style.BLUE),
    ("At crossings (waiting, screened, held)", CROSSING_STAGES[:3], style.ORANGE),
    ("In camps and emergency sites", ("in_camp",), style.GREEN),
    ("With host communities", ("in_host",), style.GREEN),
    ("Abroad or onward", ("onward",), style.GREEN),
    ("Returned", ("returned",), style.PURPLE),
    ("Killed or lost (an assumption)", ("killed_at_home", "dead_or_lost"), style.VERMILION),
)
"""Title, stages and colour of the panels of stocks. Deaths come out of assumptions, never out of arrivals."""


def arrivals_picture(sums: Digest, counts: list[Counted], scenario: Scenario, facts: Facts, path: Path) -> Path:
    """Arrivals at crossings: by period, cumulative, by epoch on their own scales, and as counters would print them."""
    series = [count for count in counts if count.arrivals]
    epochs = epochs_of(scenario, sums)
    small = len(epochs) + len(series)
    rows = 1 + math.ceil(small / COLUMNS)
    figure = style.new_figure(1.55 + ROW_HEIGHT * rows)
    title = "People arriving at the crossings"
    style.frame(figure, title, f"{facts.title}. Flow, persons a {sums.per}; {facts.span}.", facts)
    style.fan_legend(figure, sums.draws, extra=[evidence_handle()] if series else [])
    panels = style.grid(figure, rows, COLUMNS, top=1.55)

    wide, last = merge_first_two(panels[0]), panels[0][2]
    flow = sums.by_period(sums.arrivals())
    fan_of(wide, sums.middles, flow, f"Arrivals a {sums.per}", f"persons a {sums.per} (flow)", facts, ticks=10)
    style.origin_line(wide, facts)
    total = np.cumsum(sums.arrivals(), axis=1)
    fan_of(last, sums.dates, total, "Arrivals since the start", "persons (cumulative)", facts)
    spare = [axes for row in panels[1:] for axes in row]
    for axes, epoch in zip(spare, epochs, strict=False):
        epoch_panel(axes, epoch, sums, flow, facts)
    for axes, count in zip(spare[len(epochs) :], series, strict=False):
        evidence_panel(axes, count, sums, facts)
    clear(spare[small:])
    return style.save(figure, path, title, facts)


def stocks_picture(sums: Digest, counts: list[Counted], facts: Facts, path: Path) -> Path:
    """Where people are: one panel a stock, then one panel a series of evidence about stocks."""
    series = [count for count in counts if not count.arrivals]
    shown = [(title, draws, colour) for title, stages, colour in STOCKS if (draws := stock(sums, stages)).any()]
    rows = math.ceil((len(shown) + len(series)) / COLUMNS)
    figure = style.new_figure(1.55 + ROW_HEIGHT * max(rows, 1))
    title = "Where people are, day by day"
    style.frame(figure, title, f"{facts.title}. Stock at the end of each day, persons; {facts.span}.", facts)
    style.fan_legend(figure, sums.draws, extra=[evidence_handle()] if series else [])
    spare = [axes for row in style.grid(figure, max(rows, 1), COLUMNS, top=1.55) for axes in row]
    for axes, (name, draws, colour) in zip(spare, shown, strict=False):
        fan_of(axes, sums.dates, draws, name, "persons (stock)", facts, colour=colour)
    for axes, count in zip(spare[len(shown) :], series, strict=False):
        evidence_panel(axes, count, sums, facts)
    clear(spare[len(shown) + len(series) :])
    return style.save(figure, path, title, facts)


def stock(sums: Digest, stages: tuple[str, ...]) -> NDArray[np.float64]:
    """(draw, time) persons in any of the stages."""
    return sums.stocks.total(("stage", stage) for stage in stages)


def fan_of(
    axes: Axes,
    dates: NDArray[np.datetime64],
    draws: NDArray[np.float64],
    title: str,
    unit: str,
    facts: Facts,
    colour: str = style.BLUE,
    ticks: int = 6,
) -> None:
    """One panel with a fan, from nought, over all its dates."""
    x = style.days(dates)
    style.fan(axes, x, draws, colour)
    style.panel(axes, title, unit)
    style.date_axis(axes, x[0], x[-1], ticks)
    if not draws.any():
        axes.set_ylim(0, 10)
        style.note(axes, "nobody in any simulated future")
    style.origin_line(axes, facts, label=False)


def epochs_of(scenario: Scenario, sums: Digest) -> list[Epoch]:
    """The scenario's epochs that the run covers for two periods or more; none where one of them is all of it."""
    first, last = sums.dates[0].item(), sums.dates[-1].item()
    found = [
        epoch for epoch in scenario.header.epochs if (min(epoch.end, last) - max(epoch.start, first)).days >= 2 * sums.period
    ]
    return found if len(found) > 1 else []


def epoch_panel(axes: Axes, epoch: Epoch, sums: Digest, flow: NDArray[np.float64], facts: Facts) -> None:
    """Arrivals in one epoch on its own scale."""
    inside = (sums.periods >= np.datetime64(epoch.start)) & (sums.periods <= np.datetime64(epoch.end))
    unit = f"persons a {sums.per} (flow), own scale"
    fan_of(axes, sums.middles[inside], flow[:, inside], epoch.name, unit, facts)


def evidence_panel(axes: Axes, count: Counted, sums: Digest, facts: Facts) -> None:
    """What a counter would print under the model, and what it printed, over the days of its figures."""
    days = style.days(np.array(count.days(), dtype="datetime64[D]"))
    margin = max(7.0, 0.06 * (days[-1] - days[0]))
    x = style.days(sums.dates)
    near = (x >= days[0] - margin) & (x <= days[-1] + margin)
    style.fan(axes, x[near], count.observed[:, near], style.SKY)
    values = np.array([figure.row.value for figure in count.figures])
    low = np.array([figure.row.value if figure.row.low is None else figure.row.low for figure in count.figures])
    high = np.array([figure.row.value if figure.row.high is None else figure.row.high for figure in count.figures])
    axes.vlines(days, low, high, color=style.INK, linewidth=0.9)
    axes.plot(days, values, **EVIDENCE)
    style.panel(axes, shortened(count.title, 48), f"{count.unit} ({count.measure})")
    style.date_axis(axes, x[near][0], x[near][-1], 6)
    style.origin_line(axes, facts, label=False)


EVIDENCE: dict[str, Any] = {
    "linestyle": "none", "marker": "o", "markersize": 4.5, "markerfacecolor": "white", "markeredgecolor": style.INK,
    "markeredgewidth": 1.1,
}  # fmt: skip


def evidence_handle() -> Line2D:
    """What the rings mean."""
    return Line2D([], [], label="counted (with the printed range)", **EVIDENCE)


def shortened(text: str, length: int) -> str:
    """Text cut to a length at a word, with an ellipsis."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",:;") + "…"


def merge_first_two(row: list[Axes]) -> Axes:
    """One panel in place of the first two of a row."""
    first, second = row[0], row[1]
    left, right = first.get_position(), second.get_position()
    second.remove()
    first.set_position((left.x0, left.y0, right.x1 - left.x0, left.height))
    return first


def clear(panels: list[Axes]) -> None:
    """Takes away panels that nothing was drawn in."""
    for axes in panels:
        axes.remove()
