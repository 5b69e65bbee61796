"""Fan charts: arrivals, stocks, and series of evidence with the printed figures drawn in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from havenward.report import style
from havenward.report.digest import CROSSING_STAGES, Digest
from havenward.report.evidence import Counted
from havenward.report.facts import Facts
from havenward.scenario.schema import Epoch, Scenario

COLUMNS = 4
ROW_HEIGHT = 2.4
HEAD = 1.55
"""Inches of one row of panels, and of everything above and below them."""

SERIES_SHOWN = 4
"""Series of evidence that are drawn beside the arrivals, and beside the stocks; the rest have a picture of their own."""

MOST_PANELS = 16

STOCKS = (
    ("At home, behind the line", ("home_held",), style.BLUE),
    ("At home, at the front", ("home_contact",), style.BLUE),
    ("At home, beyond the line", ("home_free",), style.BLUE),
    ("At crossings, or held there", CROSSING_STAGES, style.ORANGE),
    ("In camps, emergency sites", ("in_camp",), style.GREEN),
    ("With host communities", ("in_host",), style.GREEN),
    ("Abroad or onward", ("onward",), style.GREEN),
    ("Returned", ("returned",), style.PURPLE),
    ("Killed or lost (assumption)", ("killed_at_home", "dead_or_lost"), style.VERMILION),
)
"""Title, stages and colour of the panels of stocks. Deaths come out of assumptions, never out of arrivals."""


def arrivals_picture(sums: Digest, series: Sequence[Counted], scenario: Scenario, facts: Facts, path: Path) -> Path:
    """Arrivals at crossings: by period, cumulative, by epoch on their own scales, and as counters would print them."""
    epochs = epochs_of(scenario, sums)
    small = len(epochs) + len(series)
    title = "People arriving at the crossings"
    figure, panels = sheet(title, f"Flow, persons a {sums.per}; {facts.span}.", COLUMNS + small, sums, facts, len(series))
    wide, last = merged(panels[: COLUMNS - 1]), panels[COLUMNS - 1]
    flow = sums.by_period(sums.arrivals())
    fan_of(wide, sums.middles, flow, f"Arrivals a {sums.per}", f"persons a {sums.per} (flow)", facts, ticks=10)
    style.origin_line(wide, facts)
    total = np.cumsum(sums.arrivals(), axis=1)
    fan_of(last, sums.dates, total, "Arrivals since the start", "persons (cumulative)", facts)
    spare = panels[COLUMNS:]
    for axes, epoch in zip(spare, epochs, strict=False):
        epoch_panel(axes, epoch, sums, flow, facts)
    for axes, count in zip(spare[len(epochs) :], series, strict=False):
        evidence_panel(axes, count, sums, facts)
    clear(spare[small:])
    return style.save(figure, path, title, facts)


def stocks_picture(sums: Digest, series: Sequence[Counted], facts: Facts, path: Path) -> Path:
    """Where people are: one panel a stock, then one panel a series of evidence about stocks."""
    shown = [(name, draws, colour) for name, stages, colour in STOCKS if (draws := stock(sums, stages)).any()]
    title = "Where people are, day by day"
    words = f"Stock at the end of each day, persons; {facts.span}."
    figure, panels = sheet(title, words, len(shown) + len(series), sums, facts, len(series))
    for axes, (name, draws, colour) in zip(panels, shown, strict=False):
        fan_of(axes, sums.dates, draws, name, "persons (stock)", facts, colour=colour)
    for axes, count in zip(panels[len(shown) :], series, strict=False):
        evidence_panel(axes, count, sums, facts)
    clear(panels[len(shown) + len(series) :])
    return style.save(figure, path, title, facts)


def evidence_picture(sums: Digest, series: Sequence[Counted], facts: Facts, path: Path) -> Path:
    """Further series of evidence, one panel each, the longest first."""
    shown = series[:MOST_PANELS]
    more = f" The {len(shown)} longest of {len(series)}." if len(shown) < len(series) else ""
    title = "What was counted, and what the same counters would print"
    words = f"Further series of two printed figures or more.{more}"
    figure, panels = sheet(title, words, len(shown), sums, facts, len(shown), style.SKY)
    for axes, count in zip(panels, shown, strict=False):
        evidence_panel(axes, count, sums, facts)
    clear(panels[len(shown) :])
    return style.save(figure, path, title, facts)


def sheet(
    title: str, words: str, panels: int, sums: Digest, facts: Facts, series: int, colour: str = style.BLUE
) -> tuple[Figure, list[Axes]]:
    """A framed figure with a legend and at least so many panels in reading order."""
    rows = max(math.ceil(panels / COLUMNS), 1)
    figure = style.new_figure(HEAD + ROW_HEIGHT * rows)
    style.frame(figure, title, f"{facts.title}. {words}", facts)
    style.fan_legend(figure, sums.draws, colour, extra=[evidence_handle()] if series else [])
    return figure, [axes for row in style.grid(figure, rows, COLUMNS, top=HEAD) for axes in row]


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
    ticks: int = 5,
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
    unit = f"persons a {sums.per}, own scale"
    fan_of(axes, sums.middles[inside], flow[:, inside], capital(epoch.name), unit, facts, ticks=4)


def evidence_panel(axes: Axes, count: Counted, sums: Digest, facts: Facts) -> None:
    """What a counter would print under the model, and what it printed, over the days of its figures.

    A flow over several days stands as a bar over those days at its mean a day.
    """
    first, last = (style.days(np.array([day], dtype="datetime64[D]"))[0] for day in span(count))
    margin = max(7.0, 0.06 * (last - first))
    x = style.days(sums.dates)
    near = (x >= first - margin) & (x <= last + margin)
    style.fan(axes, x[near], count.observed[:, near], style.SKY)
    for figure in count.figures:
        end = style.days(np.array([figure.row.date], dtype="datetime64[D]"))[0]
        low, high = figure.spread
        middle = end - (figure.days - 1) / 2
        axes.vlines(middle, low / figure.days, high / figure.days, color=style.INK, linewidth=0.9)
        if figure.days > 1:
            axes.hlines(figure.row.value / figure.days, end - figure.days + 1, end, color=style.INK, linewidth=1.1)
        axes.plot(middle, figure.row.value / figure.days, **EVIDENCE)
    per = " a day" if count.flow else ""
    style.panel(axes, capital(shortened(count.series, 30)), f"{count.unit}{per} ({count.measure}); {count.what.lower()}")
    style.date_axis(axes, x[near][0], x[near][-1], 4)
    style.origin_line(axes, facts, label=False)


def span(count: Counted) -> tuple[Any, Any]:
    """First and last day that the figures of a series speak of."""
    return min(figure.first for figure in count.figures), max(figure.row.date for figure in count.figures)


EVIDENCE: dict[str, Any] = {
    "linestyle": "none", "marker": "o", "markersize": 4.5, "markerfacecolor": "white", "markeredgecolor": style.INK,
    "markeredgewidth": 1.1,
}  # fmt: skip


def evidence_handle() -> Line2D:
    """What the rings mean."""
    return Line2D([], [], label="counted (with its range, if printed)", **EVIDENCE)


def capital(text: str) -> str:
    """Text that begins with a capital."""
    return text[:1].upper() + text[1:]


def shortened(text: str, length: int) -> str:
    """Text cut to a length at a word, with an ellipsis."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",:;") + "…"


def merged(panels: Sequence[Axes]) -> Axes:
    """One panel in place of neighbours in a row."""
    first, last = panels[0], panels[-1]
    left, right = first.get_position(), last.get_position()
    for axes in panels[1:]:
        axes.remove()
    first.set_position((left.x0, left.y0, right.x1 - left.x0, left.height))
    return first


def clear(panels: Sequence[Axes]) -> None:
    """Takes away panels that nothing was drawn in."""
    for axes in panels:
        axes.remove()
