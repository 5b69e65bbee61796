"""Small multiples: a figure as it is and with an edit over time, and below it on the same days the change."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from havenward.guard.disclosure import SMALLEST_SHOWN, quantiles
from havenward.report.compare.material import ComparisonMaterial, Side
from havenward.report.drawing import Drawing, Mark
from havenward.report.fan_sheet import KNOWN, capital
from havenward.report.panel import HEAD, Panel, Place, band_marks, day_number, days, grid
from havenward.report.stored import StoredSums
from havenward.report.style import BLUE, INK, ORANGE, QUIET
from havenward.report.sums import Days, Values

COLUMNS = 3
ROW_HEIGHT = 3.9
"""Inches of a figure and its change."""

ROW_GAP = 0.27
"""Share of that height that lies between two rows."""

UPPER = 0.52
"""Share of that height that the figure has."""

BETWEEN = 34.0
"""Pixels between the figure and its change: room for one line of words."""

LEAST_REACH = np.array([-10.0, 10.0]) * SMALLEST_SHOWN
"""Persons that the axis of a change holds at the least."""

SHADE, DASHES = 0.30, (0, (3, 1.5))
"""How dark the band of the base is, and how its median is broken: both sides are told apart in grey print too."""


@dataclass(frozen=True)
class Course:
    """One figure over time, and how it is read."""

    title: str
    unit: str
    dates: Days
    read: Callable[[StoredSums], Values]
    """Returns (draw, date) persons of a side."""
    daily: bool = True
    """Whether it is known on every day, or for every week; else at the ends of months."""


def multiples_picture(
    given: ComparisonMaterial, side: Side, shown: Sequence[Course], title: str, more: str, path: Path
) -> Path:
    """Draws some figures, each above its change."""
    columns = min(len(shown), COLUMNS)
    rows = math.ceil(len(shown) / columns)
    words = f"Persons, {given.facts.span}; the change is edited less base in each simulated future.{more}"
    sheet = Drawing(HEAD + ROW_HEIGHT * rows, f"{side.name}: {title}", words, given.facts)
    legends(sheet, given, side)
    for place, one in zip(grid(sheet, rows, columns, ROW_GAP), shown, strict=False):
        multiple(sheet, place, one, given, side)
    return sheet.save(path)


def legends(sheet: Drawing, given: ComparisonMaterial, side: Side) -> None:
    """What bands and lines mean: above the two sides, below their change."""
    most = "80 %" if given.sums.draws >= 9 else "all"
    both = [
        Mark(f"as it is: {most} of simulated futures", QUIET, SHADE),
        Mark("median", INK, dashes=DASHES, width=1.2),
        Mark(f"with {side.name.lower()}: median", BLUE, width=2.0),
        Mark(f"{most} lie between", BLUE, width=0.8),
        Mark("the edit holds from here", INK, dashes=(0, (1, 2)), width=1.0),
    ]
    sheet.legend(both)
    marks, remark = band_marks(given.sums.draws, ORANGE, given.facts, ("median change", INK))
    sheet.legend(marks, remark, row=1)


def multiple(sheet: Drawing, place: Place, one: Course, given: ComparisonMaterial, side: Side) -> None:
    """A figure above its change."""
    left, top, right, bottom = place
    cut = top + UPPER * (bottom - top - BETWEEN)
    x, whole = days(one.dates), days(given.sums.dates[[0, -1]])
    pair, begins = given.pair(side, one.read), day_number(side.first)
    upper = Panel(sheet, (left, top, right, cut), whole[0], whole[1])
    low, middle, high = quantiles(pair.base, (0.1, 0.5, 0.9))
    upper.band(x, low, high, QUIET, SHADE)
    upper.line(x, middle, INK, 1.2, DASHES)
    low, edited, high = quantiles(pair.edited, (0.1, 0.5, 0.9))
    for edge in (low, high):
        upper.line(x, edge, BLUE, 0.8)
    upper.line(x, edited, BLUE, 2.0)
    lower = Panel(sheet, (left, cut + BETWEEN, right, bottom), whole[0], whole[1])
    lower.fan(x, pair.change, ORANGE)
    lower.line(whole, whole * 0, INK, 0.9)
    # changes by fewer than ten people are then no wider than a line
    lower.reach(LEAST_REACH)
    if not pair.change.any():
        lower.note("no change in any simulated future")
    if not one.daily:
        upper.points(x.tolist(), edited.tolist(), KNOWN)
        lower.points(x.tolist(), quantiles(pair.change, (0.5,))[0].tolist(), KNOWN)
    for panel in (upper, lower):
        panel.upright(begins, 1.0, INK, (1, 2))
    upper.finish(capital(one.title), one.unit, 5, dated=False)
    lower.finish("", "change, persons", 5)
