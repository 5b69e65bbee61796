"""The sheet around a map: title, date, figures with their intervals, inset, legend, course of the run, and foot."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from PIL import Image, ImageDraw

from havenward.guard.disclosure import FEWEST_DRAWS, interval, span_text
from havenward.report import map_panel
from havenward.report.digest import Digest
from havenward.report.facts import Facts
from havenward.report.map_course import Course
from havenward.report.map_frame import COURSE, FOOT, HEAD, HEIGHT, PAD, SIDE, WIDTH, Layout, framed
from havenward.report.map_legend import legend
from havenward.report.map_panel import ALONE, CLOSE, OVERVIEW, Panel, Scales
from havenward.report.map_scene import Moment, Scene
from havenward.report.style import PAPER

INSET_HEIGHT = 222.0
"""Units."""


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
        px = self.layout.px
        image = self.still_parts.copy()
        draw = ImageDraw.Draw(image)
        framed(image, draw, self.overview.paint(now), (px(PAD), px(HEAD)))
        if self.inset is not None:
            framed(image, draw, self.inset.paint(now), self.layout.side)
        self.layout.moment(draw, now.day, self.figures(day))
        self.course.mark(draw, day, map_panel.OVER)
        return image

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
        self.layout.head(draw, f"{self.facts.short_title}: front line, camps and ways out", self.facts)
        left, top = self.layout.side
        if self.inset is not None:
            top += self.layout.px(INSET_HEIGHT + 4)
        image.paste(legend(self.still, self.sums, self.scales, self.layout.unit, SIDE, moving=self.moving), (left, top))
        self.course.paint(draw)
        self.layout.foot(draw, self.facts, coarse=self.overview.ground.coarse)
        return image


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
