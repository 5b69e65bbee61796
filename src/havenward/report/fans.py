"""Fan charts: arrivals, stocks, and series of evidence with the printed figures drawn in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenward.report.drawing import Drawing
from havenward.report.evidence import Counted
from havenward.report.facts import Facts
from havenward.report.fan_sheet import COLUMNS, capital, fan_of, fan_sheet
from havenward.report.panel import Panel, Place, day_number, days
from havenward.report.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION
from havenward.report.sums import CROSSING_STAGES, Sums
from havenward.scenario.schema import Epoch, Scenario

SERIES_SHOWN = 4
"""Series of evidence that are drawn beside the arrivals, and beside the stocks; the rest have a picture of their own."""

MOST_PANELS = 16

STOCKS = (
    ("At home, behind the line", ("home_held",), BLUE),
    ("At home, at the front", ("home_contact",), BLUE),
    ("At home, beyond the line", ("home_free",), BLUE),
    ("At crossings, or held there", CROSSING_STAGES, ORANGE),
    ("In camps, emergency sites", ("in_camp",), GREEN),
    ("With host communities", ("in_host",), GREEN),
    ("Abroad or onward", ("onward",), GREEN),
    ("Returned", ("returned",), PURPLE),
    ("Killed or lost (assumption)", ("killed_at_home", "dead_or_lost"), VERMILION),
)
"""Title, stages and colour of the panels of stocks. Deaths come out of assumptions, never out of arrivals."""


def arrivals_picture(sums: Sums, series: Sequence[Counted], scenario: Scenario, facts: Facts, path: Path) -> Path:
    """Arrivals at crossings: by period, cumulative, by epoch on their own scales, and as counters would print them."""
    epochs = epochs_of(scenario, sums)
    words = f"Flow, persons a {sums.per}; {facts.span}."
    small = len(epochs) + len(series)
    sheet, places = fan_sheet(
        "People arriving at the crossings", words, COLUMNS + small, sums.draws, facts, counted=bool(series)
    )
    wide = (*places[0][:2], *places[COLUMNS - 2][2:])
    flow = sums.by_period(sums.arrivals())
    unit = f"persons a {sums.per} (flow)"
    first = fan_of(sheet, wide, sums.middles, flow, f"Arrivals a {sums.per}", unit, ticks=10)
    if facts.origin is not None:
        first.beside(day_number(facts.origin), "forecast from here")
    total = np.cumsum(sums.arrivals(), axis=1)
    fan_of(sheet, places[COLUMNS - 1], sums.dates, total, "Arrivals since the start", "persons (cumulative)")
    spare = places[COLUMNS:]
    for place, epoch in zip(spare, epochs, strict=False):
        epoch_panel(sheet, place, epoch, sums, flow)
    for place, count in zip(spare[len(epochs) :], series, strict=False):
        evidence_panel(sheet, place, count, sums)
    return sheet.save(path)


def stocks_picture(sums: Sums, series: Sequence[Counted], facts: Facts, path: Path) -> Path:
    """Where people are: one panel a stock, then one panel a series of evidence about stocks."""
    shown = [(name, stages, colour) for name, stages, colour in STOCKS if sums.standing(stages)[1].any()]
    words = f"Stock at the end of each day, persons; {facts.span}."
    panels = len(shown) + len(series)
    sheet, places = fan_sheet("Where people are, day by day", words, panels, sums.draws, facts, counted=bool(series))
    for place, (name, stages, colour) in zip(places, shown, strict=False):
        dates, draws = sums.standing(stages)
        if len(dates) == len(sums.dates):
            fan_of(sheet, place, dates, draws, name, "persons (stock)", colour)
        else:
            fan_of(sheet, place, dates, draws, name, "persons (stock), ends of months", colour, over=sums.dates)
    for place, count in zip(places[len(shown) :], series, strict=False):
        evidence_panel(sheet, place, count, sums)
    return sheet.save(path)


def evidence_picture(sums: Sums, series: Sequence[Counted], facts: Facts, path: Path) -> Path:
    """Further series of evidence, one panel each, the longest first."""
    shown = series[:MOST_PANELS]
    more = f" The {len(shown)} longest of {len(series)}." if len(shown) < len(series) else ""
    title = "What was counted, and what the same counters would print"
    words = f"Further series of two printed figures or more.{more}"
    sheet, places = fan_sheet(title, words, len(shown), sums.draws, facts, counted=True, colour=SKY)
    for place, count in zip(places, shown, strict=False):
        evidence_panel(sheet, place, count, sums)
    return sheet.save(path)


def epochs_of(scenario: Scenario, sums: Sums) -> list[Epoch]:
    """The scenario's epochs that the run covers for two periods or more; none where one of them is all of it."""
    first, last = sums.dates[0].item(), sums.dates[-1].item()
    found = [
        epoch for epoch in scenario.header.epochs if (min(epoch.end, last) - max(epoch.start, first)).days >= 2 * sums.period
    ]
    return found if len(found) > 1 else []


def epoch_panel(sheet: Drawing, place: Place, epoch: Epoch, sums: Sums, flow: NDArray[np.float64]) -> None:
    """Arrivals in one epoch on its own scale."""
    inside = (sums.periods >= np.datetime64(epoch.start)) & (sums.periods <= np.datetime64(epoch.end))
    unit = f"persons a {sums.per}, own scale"
    fan_of(sheet, place, sums.middles[inside], flow[:, inside], capital(epoch.name), unit, ticks=4)


def evidence_panel(sheet: Drawing, place: Place, count: Counted, sums: Sums) -> Panel:
    """What a counter would print under the model, and what it printed, over the days of its figures.

    A flow over several days stands as a bar over those days at its mean a day.
    """
    first, last = (day_number(day) for day in span(count))
    margin = max(7.0, 0.06 * (last - first))
    x = days(sums.dates)
    near = (x >= first - margin) & (x <= last + margin)
    known = near & np.isfinite(count.observed).all(axis=0)
    panel = Panel(sheet, place, x[near][0], x[near][-1])
    if known.any():
        panel.fan(x[known], count.observed[:, known], SKY)
    strokes, middles = [], []
    for figure in count.figures:
        end = day_number(figure.row.date)
        middle = end - (figure.days - 1) / 2
        low, value, high = (number / figure.days for number in (figure.spread[0], figure.row.value, figure.spread[1]))
        if low < high:
            strokes.append(((middle, low), (middle, high)))
        if figure.days > 1:
            strokes.append(((end - figure.days + 1, value), (end, value)))
        middles.append((middle, value))
    panel.bars(strokes)
    panel.rings([middle for middle, _ in middles], [value for _, value in middles])
    panel.origin(sheet.facts)
    per = " a day" if count.flow else ""
    panel.finish(capital(count.series), f"{count.unit}{per} ({count.measure}); {count.what.lower()}", 4)
    return panel


def span(count: Counted) -> tuple[dt.date, dt.date]:
    """First and last day that the figures of a series speak of."""
    return min(figure.first for figure in count.figures), max(figure.row.date for figure in count.figures)
