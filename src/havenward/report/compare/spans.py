"""Intervals of changes beside one another on one scale, with a line at nought and the chance in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from havenward.guard.disclosure import change_text, quantiles
from havenward.report.compare.pair import Effect, Pair
from havenward.report.drawing import LEFT, RIGHT, Drawing, Mark
from havenward.report.facts import Facts
from havenward.report.panel import signed
from havenward.report.style import BLUE, DPI, FRAME, GRID, INK, QUIET

AXIS = (500.0, 990.0)
"""Pixels between which the scale lies; names stand before it, figures behind it."""

BEHIND = AXIS[1] + 30
"""Pixels at which the figures begin."""

TOP, ROW, BELOW = 190.0, 40.0, 110.0
"""Pixels: above the first row, of each row, and below the last."""

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
DOT: Mapping[str, object] = {
    "marker": "o",
    "markersize": 6,
    "markerfacecolor": INK,
    "markeredgecolor": "white",
    "markeredgewidth": 1.2,
}
LINES = MaxNLocator(5, min_n_ticks=3)


@dataclass(frozen=True)
class Row:
    """One interval; without a pair the words are a heading."""

    words: str
    pair: Pair | None = None
    note: str = ""
    """What it is, below the words."""


def spans_picture(rows: Sequence[Row], title: str, words: str, facts: Facts, path: Path) -> Path:
    """A row for each change of (draw,) persons: its intervals, its median, its figures and its chance."""
    sheet = Drawing((TOP + ROW * len(rows) + BELOW) / DPI, title, words, facts)
    draws = facts.draws
    marks = [
        Mark(f"{'95 % of' if draws >= 39 else 'all'} simulated futures", BLUE, width=2.0),
        Mark("80 %" if draws >= 9 else "all", BLUE, width=5.0),
        Mark("median", INK, points=DOT),
        Mark("no change", INK, width=1.4),
    ]
    sheet.legend(marks, f"Intervals: {facts.interval}")
    scale = Scale.over([row.pair for row in rows if row.pair is not None])
    bottom = TOP + ROW * len(rows)
    for x, head in ((AXIS[0], "Change, persons"), (BEHIND, "Median (80 % interval), and how often")):
        sheet.words((x, TOP - 20), head, 9, QUIET, anchor="ls")
    scale.draw(sheet, TOP, bottom)
    for number, row in enumerate(rows):
        y = TOP + ROW * (number + 0.5)
        if row.pair is None:
            sheet.words((LEFT, y), row.words, 10, bold=True, anchor="lm", width=AXIS[0] - LEFT - 20)
        else:
            sheet.words((LEFT + 14, y - 8), row.words, 9.5, anchor="lm", width=AXIS[0] - LEFT - 34)
            sheet.words((LEFT + 14, y + 9), row.note, 8.5, QUIET, anchor="lm", width=AXIS[0] - LEFT - 34)
            span(sheet, scale, y, row.pair)
    return sheet.save(path)


@dataclass(frozen=True)
class Scale:
    """Persons along a picture; nought is always on it."""

    least: float
    most: float

    @classmethod
    def over(cls, pairs: Sequence[Pair]) -> Scale:
        """The scale that holds the 95 % intervals of all changes."""
        ends = np.array([quantiles(pair.change, LEVELS)[[0, -1]] for pair in pairs])
        least, most = min(float(ends.min(initial=0)), 0.0), max(float(ends.max(initial=0)), 0.0)
        room = 0.04 * (most - least) or 10.0
        return cls(least - room, most + room)

    def x(self, value: float) -> float:
        """Pixels of so many persons."""
        return AXIS[0] + (AXIS[1] - AXIS[0]) * (value - self.least) / (self.most - self.least)

    def draw(self, sheet: Drawing, top: float, bottom: float) -> None:
        """Upright lines at round numbers, with their words below, and the line at nought."""
        levels = [level for level in LINES.tick_values(self.least, self.most) if self.least <= level <= self.most]
        lines = [((self.x(level), top), (self.x(level), bottom)) for level in levels]
        sheet.add(LineCollection(lines, colors=GRID, linewidths=0.8, zorder=0.5))
        sheet.add(Line2D([self.x(0)] * 2, [top - 6, bottom], color=INK, linewidth=1.4, zorder=1))
        sheet.add(Line2D(AXIS, [bottom, bottom], color=FRAME, linewidth=0.8))
        for level in levels:
            sheet.words((self.x(level), bottom + 8), signed(level), 8.5, anchor="ma")


def span(sheet: Drawing, scale: Scale, y: float, pair: Pair) -> None:
    """One interval with its figures behind it."""
    ends = [scale.x(value) for value in quantiles(pair.change, LEVELS)]
    sheet.add(Line2D([ends[0], ends[-1]], [y, y], color=BLUE, alpha=0.45, linewidth=2.0, zorder=2))
    sheet.add(Line2D([ends[1], ends[-2]], [y, y], color=BLUE, linewidth=5.0, solid_capstyle="butt", zorder=3))
    sheet.add(Line2D([ends[2]], [y], linestyle="none", zorder=4, **DOT))  # type: ignore[arg-type]
    effect = Effect.of(pair)
    x = BEHIND
    sheet.words((x, y - 8), change_text(effect.change), 9.5, bold=True, anchor="lm", width=RIGHT - x)
    sheet.words((x, y + 9), effect.chance, 8.5, QUIET, anchor="lm", width=RIGHT - x)
