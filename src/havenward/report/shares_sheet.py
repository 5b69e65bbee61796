"""Pictures of a sensitivity study: bars of shares, of a group alone and together with others, and bars of effects."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from havenward.ensemble.named import Wanted
from havenward.ensemble.screening import Effect
from havenward.ensemble.sensitivity import Found
from havenward.ensemble.shares import Shares, Span
from havenward.report.drawing import FOOT, LEFT, RIGHT, Drawing, Mark
from havenward.report.facts import Facts
from havenward.report.fan_sheet import capital
from havenward.report.panel import thousands
from havenward.report.style import BLUE, DPI, FRAME, GRID, INK, QUIET, SKY
from havenward.report.ticks import round_above

PICTURES = ("sources.png", "screening.png", "parameters.png")
"""What is drawn, of each part that has anything to show."""

TOP, TITLE, AXIS, BAR, GAP, LABELS = 140, 30, 58, 17, 12, 255
"""Pixels: where panels begin; of a panel its title and axis; a bar, what lies between groups, and their names."""
COLUMNS, BETWEEN, BEYOND = 2, 30, 24
"""Panels of a row at most, and pixels between them and beyond an axis, where half of its last label stands."""
NOTE = 21
MOST_BARS = 10
"""Groups that a panel shows, the largest; the table has all."""
SHARE_STEP, LEAST_SHARE, MOST_SHARE = 0.25, -0.5, 1.5
"""Of the axis of shares: where it is marked, and how far beyond nought and one it goes at most, for noise."""
SHARES = (
    Mark("alone: what would go if it were known", BLUE, 1.0),
    Mark("with all that it does together with others", SKY, 1.0),
    Mark("95 % interval of the estimate", INK),
)
WHEN = "flows over all days, stages on the last"
EFFECTS = (Mark("mean change over the 90 % range", BLUE, 1.0), Mark("95 % interval of the estimate", INK))

Bars = Sequence[tuple[str, Sequence[Span]]]
"""Of each group its name, and a bar for every span."""


@dataclass(frozen=True)
class Axis:
    """What bars are measured by: from the least to the most, marked at steps."""

    least: float
    most: float
    step: float
    percent: bool

    @property
    def marks(self) -> list[float]:
        """Where it is marked."""
        return [self.least + k * self.step for k in range(round((self.most - self.least) / self.step) + 1)]

    def words(self, value: float) -> str:
        """A mark in words."""
        return f"{value:.0%}" if self.percent else thousands(value)


@dataclass(frozen=True)
class Panel:
    """The bars of one quantity, largest first."""

    title: str
    bars: Bars
    axis: Axis

    @classmethod
    def of(cls, wanted: Wanted, bars: Bars, axis: Axis) -> Panel:
        """Return a panel with the largest bars."""
        words = capital(wanted.quantity.replace("_", " "))
        title = f"{words} at {wanted.site}" if wanted.site else words
        return cls(title, sorted(bars, key=lambda bar: -bar[1][-1].value)[:MOST_BARS], axis)

    @property
    def is_cut(self) -> bool:
        """Whether anything goes beyond its axis."""
        ends = [end for _, spans in self.bars for span in spans for end in span]
        return min(ends) < self.axis.least or max(ends) > self.axis.most

    @property
    def height(self) -> int:
        """Pixels of its bars."""
        return sum(BAR * len(spans) + GAP for _, spans in self.bars)


def draw_shares(found: Found, notes: Sequence[str], folder: Path) -> list[Path]:
    """Draw what a study came to; return the pictures.

    Args:
        found: what it came to.
        notes: what must be said of it, sentence by sentence.
        folder: where the pictures go.
    """
    parts = (
        ("sources", "Where the spread comes from", "rows", SHARES, _of_shares(found.sources)),
        ("screening", "How far figures move with each parameter", "trajectories", EFFECTS, _of_effects(found.effects)),
        ("parameters", "What the parameters that matter bring", "rows", SHARES, _of_shares(found.parameters)),
    )
    drawn = []
    for part, title, rows, legend, panels in parts:
        if panels:
            words = f"{found.parts[part].study.rows:,} {rows}; {WHEN}"
            sheet = _sheet(title, words, legend, panels, notes, facts_of(found.parts[part].record))
            drawn.append(sheet.save(folder / f"{part}.png"))
    return drawn


def draw_sources(shares: Sequence[Shares], rows: int, facts: Facts, path: Path) -> Path:
    """Draw where the spread of some quantities comes from, any of which can be shared out; return the picture.

    Args:
        shares: of the quantities.
        rows: of the study.
        facts: of the study.
        path: of the picture.
    """
    words = f"{rows:,} rows; {WHEN}"
    return _sheet("Where the spread comes from", words, SHARES, _of_shares(shares), (), facts).save(path)


def facts_of(record: Mapping[str, Any]) -> Facts:
    """Return the facts of a part of a study from how it was made."""
    copied = ("scenario", "title", "nature", "tier", "version", "solver", "calibrated", "interval")
    return Facts(
        **{key: record[key] for key in copied},
        run=record["run_id"],
        seed=str(record["seed"]),
        draws=record["members"],
        besieger="",
        first=dt.date.fromisoformat(record["first_day"]),
        last=dt.date.fromisoformat(record["last_day"]),
        origin=None,
        broken_off="",
    )


def _of_shares(shares: Sequence[Shares]) -> list[Panel]:
    """Panels with one axis, so that they can be held side by side."""
    ends = [end for one in shares for share in one.groups for span in share[1:] for end in span]
    least = max(math.floor(min([0.0, *ends]) / SHARE_STEP) * SHARE_STEP, LEAST_SHARE)
    most = min(math.ceil(max([1.0, *ends]) / SHARE_STEP) * SHARE_STEP, MOST_SHARE)
    axis = Axis(least, most, SHARE_STEP, percent=True)
    return [Panel.of(one.wanted, [(share.group, share[1:]) for share in one.groups], axis) for one in shares if one.groups]


def _of_effects(effects: Mapping[Wanted, Sequence[Effect]]) -> list[Panel]:
    """Panels with an axis each: quantities differ in size."""
    panels = []
    for one, every in effects.items():
        if every:
            most = round_above(max(effect.size.high for effect in every))
            bars = [(effect.group, [effect.size]) for effect in every]
            panels.append(Panel.of(one, bars, Axis(0.0, most, most / 4, percent=False)))
    return panels


def _sheet(
    title: str, words: str, legend: Sequence[Mark], panels: Sequence[Panel], notes: Sequence[str], facts: Facts
) -> Drawing:
    """A sheet with a panel for each quantity, and with what must be said of them."""
    tall = TITLE + AXIS + max(panel.height for panel in panels)
    columns = min(COLUMNS, len(panels))
    below = TOP + math.ceil(len(panels) / columns) * tall
    sheet = Drawing((below + NOTE * len(notes) + 2 * FOOT + 20) / DPI, title, f"{words}, {facts.span}", facts)
    sheet.legend(legend, "what is longer is cut" if any(panel.is_cut for panel in panels) else "")
    wide = (RIGHT - LEFT - (columns - 1) * BETWEEN) / columns
    for k, panel in enumerate(panels):
        _panel(sheet, panel, LEFT + k % columns * (wide + BETWEEN), TOP + k // columns * tall, wide)
    for k, note in enumerate(notes):
        sheet.words((LEFT, below + NOTE * k), note, 9, QUIET, width=RIGHT - LEFT)
    return sheet


def _panel(sheet: Drawing, panel: Panel, left: float, top: float, wide: float) -> None:
    axis, start, end = panel.axis, left + LABELS, left + wide - BEYOND
    first, last = top + TITLE, top + TITLE + panel.height

    def x(value: float) -> float:
        return start + (end - start) * (min(max(value, axis.least), axis.most) - axis.least) / (axis.most - axis.least)

    sheet.words((left, top), panel.title, 11, bold=True, width=wide)
    for mark in axis.marks:
        colour = FRAME if mark == 0 else GRID
        sheet.add(Line2D([x(mark)] * 2, [first, last], color=colour, linewidth=0.8, zorder=0))
        sheet.words((x(mark), last + 4), axis.words(mark), 8.5, QUIET, anchor="ma")
    y = first + GAP / 2
    for group, spans in panel.bars:
        middle = y + BAR * len(spans) / 2
        sheet.words((start - 10, middle), group.replace("_", " "), 9.5, anchor="rm", width=LABELS - 12)
        for span, colour in zip(spans, (BLUE, SKY), strict=False):
            _bar(sheet, x, span, y, colour)
            y += BAR
        y += GAP


def _bar(sheet: Drawing, x: Any, span: Span, y: float, colour: str) -> None:
    sides = sorted((x(0.0), x(span.value)))
    sheet.add(Rectangle((sides[0], y + 2), sides[1] - sides[0], BAR - 4, facecolor=colour, linewidth=0, zorder=1))
    sheet.add(Line2D([x(span.low), x(span.high)], [y + BAR / 2] * 2, color=INK, linewidth=1.4, zorder=2))
