"""The picture of camps: people in each, as simulated and as registered."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import in_ten
from havenward.report.drawing import RING, Drawing, Mark
from havenward.report.facts import Facts
from havenward.report.flee.occupancy import CampLine, camp_lines
from havenward.report.flee.registers import Compared
from havenward.report.flee.sums import FleeSums, Values
from havenward.report.panel import DASHES, HEAD, Panel, Place, band_marks, days, grid
from havenward.report.style import BLUE, INK, QUIET, VERMILION

COLUMNS = 4
ROW_HEIGHT = 2.25
"""Inches of one row of panels."""

MIDDLE = "#004d80"
"""The line through the middle of a fan: darker than its bands, and not that of the registers."""

CROSS: Mapping[str, object] = {"marker": "x", "markersize": 4.5, "markeredgecolor": QUIET, "markeredgewidth": 1.1}
"""How a figure stood in print before a correction of the registers scaled it."""

FAR_ABOVE = 2.0
"""A capacity more than this many times as high as all else is told in words: its line would press the rest flat."""


def camps_picture(sums: FleeSums, facts: Facts, path: Path) -> Path:
    """All camps first, then each, the one with the most people first; where there is one, that one alone."""
    shown = sums.order if len(sums.camps) > 1 else []
    columns = min(len(shown) + 1, COLUMNS)
    rows = math.ceil((len(shown) + 1) / columns)
    words = f"Stock at the end of each day, {sums.unit}; {facts.span}."
    title = f"People in {sums.sites}, simulated" + (" and registered" if sums.compared is not None else "")
    sheet = Drawing(HEAD + ROW_HEIGHT * rows, title, words, facts)
    _legend(sheet, sums)
    first, *places = grid(sheet, rows, columns)
    lines = {line.name: line for line in camp_lines(sums)}
    for place, number in zip(places, shown, strict=False):
        _camp(sheet, place, sums, number, lines.get(sums.camps[number]))
    if len(sums.camps) == 1:
        _camp(sheet, first, sums, 0, lines.get(sums.camps[0]))
    else:
        _all(sheet, first, sums)
    return sheet.save(path)


def _legend(sheet: Drawing, sums: FleeSums) -> None:
    """Bands in the first row, what was given in the second."""
    marks, remark = band_marks(sums.draws, BLUE, sheet.facts, ("median", MIDDLE))
    sheet.legend(marks, remark)
    given = []
    if sums.compared is not None:
        given += [
            Mark("registered, on the date of the report", INK, points=RING),
            Mark("straight lines between reports", QUIET, width=0.8),
        ]
        if sums.compared.rewritten.any():
            given.append(Mark("as printed, before the folder corrects it", QUIET, points=CROSS))
    if np.isfinite(sums.capacity).any():
        given.append(Mark("capacity in the folder", VERMILION, dashes=DASHES))
    sheet.legend(given, row=1)


def _panel(sheet: Drawing, place: Place, dates: NDArray[np.datetime64], people: Values) -> Panel:
    x = days(dates)
    panel = Panel(sheet, place, x[0], x[-1])
    panel.fan(x, people, BLUE, middle=MIDDLE)
    panel.origin(sheet.facts)
    return panel


def _camp(sheet: Drawing, place: Place, sums: FleeSums, number: int, line: CampLine | None) -> None:
    """One camp beside its register."""
    name = sums.camps[number]
    panel = _panel(sheet, place, sums.dates, sums.people[:, :, number])
    column = sums.registered(name)
    if sums.compared is not None and column is not None:
        _registers(panel, sums.dates, sums.compared, column, sums.hasten)
    drawn = _room(panel, days(sums.dates), sums.capacity[:, number])
    panel.finish(name, _words(line, drawn=drawn), 5)


def _all(sheet: Drawing, place: Place, sums: FleeSums) -> None:
    """All camps; their registers only where every camp has one, since a sum of some would be read as that of all."""
    panel = _panel(sheet, place, sums.dates, sums.total)
    known = sums.compared
    if known is not None and set(known.camps) == set(sums.camps):
        panel.line(days(sums.dates), known.registered.daily.sum(axis=1) * sums.hasten, QUIET, 0.8)
    panel.finish(f"All {sums.sites}", "persons", 5)


def _registers(panel: Panel, dates: NDArray[np.datetime64], known: Compared, column: int, hasten: int) -> None:
    """Straight lines between printed figures, and the figures on their own dates."""
    x, reports = days(dates), known.registered.reports
    own = reports.camp == column
    panel.line(x, known.registered.daily[:, column] * hasten, QUIET, 0.8)
    before = own & known.rewritten
    panel.points(x[reports.day[before]].tolist(), (known.printed.value[before] * hasten).tolist(), CROSS)
    panel.points(x[reports.day[own]].tolist(), (reports.value[own] * hasten).tolist(), RING)


def _room(panel: Panel, x: Values, capacity: Values) -> bool:
    """The capacity as a dashed line; False where there is one, but so far above all people that it is not drawn."""
    if not np.isfinite(capacity).all():
        return True
    if capacity.max() > FAR_ABOVE * max(panel.most, 1.0):
        return False
    panel.steps(x, capacity)
    return True


def _words(line: CampLine | None, *, drawn: bool) -> str:
    """The unit, and in how many futures there are more people than room; the capacity in words where it is not drawn."""
    if line is None or line.over is None:
        return "persons"
    if not drawn:
        return f"persons; far below its capacity, {line.room:,.0f}"
    if line.over.share == 0:
        return "persons; never over capacity"
    return f"persons; over capacity in {in_ten(line.over.share)} futures"
