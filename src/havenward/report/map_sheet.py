"""The sheet around a map: title, date, figures with their intervals, inset, legend, course of the run, and foot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image, ImageDraw

from havenward.guard.disclosure import FEWEST_DRAWS, interval, span_text
from havenward.report import map_panel, pens
from havenward.report.basemap_layers import COARSE, DISCLAIMER
from havenward.report.digest import Digest
from havenward.report.facts import Facts, day_text
from havenward.report.map_course import Course
from havenward.report.map_legend import legend
from havenward.report.map_panel import ALONE, CLOSE, OVERVIEW, Panel, Scales
from havenward.report.map_scene import Moment, Scene
from havenward.report.style import INK, PAPER, QUIET

WIDTH, HEIGHT = 720.0, 560.0
HEAD = 54.0
COURSE = 70.0
FOOT = 28.0
PAD = 8.0
SIDE = 232.0
"""Units: the column beside the map, for the inset and the legend."""

INSET_HEIGHT = 222.0


@dataclass(frozen=True)
class Layout:
    """Pixels of one sheet; everything follows from the size of a unit."""

    unit: float
    """Pixels a unit."""

    def px(self, units: float) -> int:
        """Units to whole pixels."""
        return round(units * self.unit)

    @property
    def size(self) -> tuple[int, int]:
        """Pixels of the whole sheet."""
        return self.px(WIDTH), self.px(HEIGHT)

    @property
    def map_size(self) -> tuple[int, int]:
        """Pixels of the map."""
        return self.px(WIDTH - 3 * PAD - SIDE), self.px(HEIGHT - HEAD - COURSE - FOOT)

    @property
    def side(self) -> tuple[int, int]:
        """Upper left corner of the side column in pixels."""
        return self.px(WIDTH - PAD - SIDE), self.px(HEAD)


class Sheet:
    """Paints the same sheet for any day of a run; what stands still is painted once."""

    def __init__(self, sums: Digest, still: Scene, facts: Facts, scales: Scales, unit: float, *, moving: bool) -> None:
        """`unit` in pixels; `moving` for frames of an animation, whose arrows are those of one period."""
        self.sums = sums
        self.still = still
        self.facts = facts
        self.scales = scales
        self.layout = Layout(unit)
        self.moving = moving
        px = self.layout.px
        kind = OVERVIEW if still.inset else ALONE
        self.overview = Panel(still, still.box, kind, scales, self.layout.map_size, unit)
        close = (px(SIDE), px(INSET_HEIGHT))
        self.inset = Panel(still, still.inset, CLOSE, scales, close, unit) if still.inset else None
        frame = (px(PAD + 62), px(HEIGHT - FOOT - COURSE + 17), px(WIDTH - PAD), px(HEIGHT - FOOT - 15))
        self.course = Course(sums, facts.interval, frame, unit)

    def paint(self, now: Moment, day: int) -> Image.Image:
        """The sheet at the end of the day with that number."""
        px, unit = self.layout.px, self.layout.unit
        image = self.still_parts.copy()
        draw = ImageDraw.Draw(image)
        self._map(image, draw, self.overview, (px(PAD), px(HEAD)), now)
        if self.inset is not None:
            self._map(image, draw, self.inset, self.layout.side, now)
        date = day_text(now.day)
        pens.words(draw, (px(PAD), px(27)), date, 17 * unit, INK, bold=True)
        pens.words(draw, (px(WIDTH - PAD), px(32)), self.figures(day), 10.5 * unit, INK, anchor="ra")
        self.course.mark(draw, day, map_panel.OVER)
        return image

    @staticmethod
    def _map(image: Image.Image, draw: ImageDraw.ImageDraw, panel: Panel, at: tuple[int, int], now: Moment) -> None:
        """One map with a thin frame."""
        image.paste(panel.paint(now), at)
        draw.rectangle((*at, at[0] + panel.size[0], at[1] + panel.size[1]), outline=INK, width=1)

    def figures(self, day: int) -> str:
        """Arrivals in the period and people in camps, as 80 % intervals."""
        if self.sums.draws < FEWEST_DRAWS:
            return "One simulated future: no interval, so no figures"
        first = day // self.sums.period * self.sums.period
        arrived = self.sums.arrivals()[:, first : first + self.sums.period].sum(axis=1)
        camps = self.sums.stocks.of("stage", "in_camp")[:, day]
        text = f"Arrived this {self.sums.per}: {span_text(interval(arrived))}"
        if camps.any():
            text += f"   In camps: {span_text(interval(camps))}"
        return text + "   (80 %)"

    @cached_property
    def still_parts(self) -> Image.Image:
        """Title, tier, legend, course of the run and foot."""
        image = Image.new("RGB", self.layout.size, PAPER)
        draw = ImageDraw.Draw(image)
        self._head(draw)
        left, top = self.layout.side
        if self.inset is not None:
            top += self.layout.px(INSET_HEIGHT + 4)
        image.paste(legend(self.still, self.sums, self.scales, self.layout.unit, SIDE, moving=self.moving), (left, top))
        self.course.paint(draw)
        self._foot(draw)
        return image

    def _head(self, draw: ImageDraw.ImageDraw) -> None:
        px, unit = self.layout.px, self.layout.unit
        room = px(WIDTH - 3 * PAD) - pens.tier_width(self.facts.tier, 10 * unit)
        title, size = pens.fitted(f"{self.facts.short_title}: front line, camps and ways out", 14 * unit, room, bold=True)
        pens.words(draw, (px(PAD), px(6)), title, size, INK, bold=True)
        pens.tier_box(draw, px(WIDTH - PAD), px(6), self.facts.tier, 10 * unit)

    def _foot(self, draw: ImageDraw.ImageDraw) -> None:
        px, unit = self.layout.px, self.layout.unit
        coarse = f" {COARSE}" if self.overview.ground.coarse else ""
        text = f"{self.facts.provenance} {DISCLAIMER}{coarse}"
        for number, line in enumerate(pens.wrapped(text, 7.6 * unit, px(WIDTH - 2 * PAD))[:3]):
            pens.words(draw, (px(PAD), px(HEIGHT - FOOT + 1 + 9.2 * number)), line, 7.6 * unit, QUIET)


def scales(sums: Digest, still: Scene, *, moving: bool) -> Scales:
    """Scales in which the largest camp of the run fits, and nearly all widths of the busiest arrow.

    A single great flight would leave every other period without a visible arrow; so arrows are capped, and the legend
    says from where on.
    """
    people = [float(sums.stocks.of("camp", name).max(initial=0)) for name in still.camps.names]
    largest = max([*people, float(still.largest_plots.max(initial=0)), 1.0])
    if moving:
        means = sums.links.means
        widths = np.array([means[:, arrow.links].sum(axis=1) for arrow in still.arrows]).max(axis=0, initial=0)
        busy = widths[widths > 0.05 * widths.max(initial=0)]
        return Scales(largest, max(float(np.quantile(busy, 0.9)) if len(busy) else 0.0, 1.0))
    totals = sums.links.totals.mean(axis=0)
    return Scales(largest, max([float(totals[arrow.links].sum()) for arrow in still.arrows] + [1.0]))
