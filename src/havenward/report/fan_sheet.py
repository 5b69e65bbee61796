"""Sheets of fan charts: rows of panels under one legend."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from havenward.report.drawing import Drawing
from havenward.report.facts import Facts
from havenward.report.panel import HEAD, Panel, Place, days, fan_legend, grid
from havenward.report.style import BLUE

COLUMNS = 4
ROW_HEIGHT = 2.4
"""Inches of one row of panels."""


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
) -> Panel:
    """One panel with a fan, from nought, over all its dates."""
    x = days(dates)
    panel = Panel(sheet, place, x[0], x[-1])
    panel.fan(x, draws, colour)
    panel.origin(sheet.facts)
    if not draws.any():
        panel.note("nobody in any simulated future")
    panel.finish(title, unit, ticks, dated=dated)
    return panel


def capital(text: str) -> str:
    """Text that begins with a capital."""
    return text[:1].upper() + text[1:]
