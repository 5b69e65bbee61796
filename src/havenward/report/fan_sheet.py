"""Sheets of fan charts: rows of panels under one legend."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from havenward.report.drawing import Drawing
from havenward.report.facts import Facts
from havenward.report.panel import HEAD, Panel, Place, days, fan_legend, grid
from havenward.report.style import BLUE, INK

COLUMNS = 4
ROW_HEIGHT = 2.4
"""Inches of one row of panels."""

KNOWN: Mapping[str, object] = {"marker": "o", "markersize": 2.6, "markerfacecolor": INK, "markeredgewidth": 0}
"""How a median is marked where it is not known every day."""


def fan_sheet(
    title: str, words: str, panels: int, draws: int, facts: Facts, *, counted: bool, colour: str = BLUE
) -> tuple[Drawing, list[Place]]:
    """A sheet with a legend and at least so many places for panels, in reading order."""
    rows = max(math.ceil(panels / COLUMNS), 1)
    sheet = Drawing(HEAD + ROW_HEIGHT * rows, title, words, facts)
    fan_legend(sheet, draws, colour, counted=counted)
    return sheet, grid(sheet, rows, COLUMNS)


def fan_of(
    sheet: Drawing,
    place: Place,
    dates: NDArray[np.datetime64],
    draws: NDArray[np.float64],
    title: str,
    unit: str,
    colour: str = BLUE,
    ticks: int = 5,
    *,
    dated: bool = True,
    over: NDArray[np.datetime64] | None = None,
) -> Panel:
    """One panel with a fan, from nought, over all its dates; over other dates, marks say on which of them it is known."""
    x = days(dates)
    first, last = x[[0, -1]] if over is None else days(over[[0, -1]])
    panel = Panel(sheet, place, first, last)
    panel.fan(x, draws, colour)
    if over is not None:
        panel.points(x.tolist(), np.median(draws, axis=0).tolist(), KNOWN)
    panel.origin(sheet.facts)
    if not draws.any():
        panel.note("nobody in any simulated future")
    panel.finish(title, unit, ticks, dated=dated)
    return panel


def capital(text: str) -> str:
    """Text that begins with a capital."""
    return text[:1].upper() + text[1:]
