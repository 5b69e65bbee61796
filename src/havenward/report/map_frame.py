"""What surrounds any map: its place on a sheet, title, tier, date, figures, and foot."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from havenward.report import pens
from havenward.report.basemap_layers import COARSE, DISCLAIMER
from havenward.report.facts import Facts, day_text
from havenward.report.style import INK, QUIET

WIDTH, HEIGHT = 720.0, 560.0
HEAD = 54.0
COURSE = 70.0
FOOT = 28.0
PAD = 8.0
SIDE = 232.0
"""Units: the column beside the map, for the inset and the legend."""


@dataclass(frozen=True)
class Layout:
    """Pixels of one sheet; everything follows from the size of a unit."""

    unit: float
    """Pixels a unit."""
    below: float = COURSE
    """Units between the map and the foot."""

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
        return self.px(WIDTH - 3 * PAD - SIDE), self.px(HEIGHT - HEAD - self.below - FOOT)

    @property
    def side(self) -> tuple[int, int]:
        """Upper left corner of the side column in pixels."""
        return self.px(WIDTH - PAD - SIDE), self.px(HEAD)

    def head(self, draw: ImageDraw.ImageDraw, title: str, facts: Facts) -> None:
        """The title, and the tier in the upper right corner."""
        px, unit = self.px, self.unit
        room = px(WIDTH - 3 * PAD) - pens.tier_width(facts.tier, 10 * unit)
        told, size = pens.fitted(title, 14 * unit, room, bold=True)
        pens.words(draw, (px(PAD), px(6)), told, size, INK, bold=True)
        pens.tier_box(draw, px(WIDTH - PAD), px(6), facts.tier, 10 * unit)

    def moment(self, draw: ImageDraw.ImageDraw, day: dt.date | np.datetime64, figures: str) -> None:
        """The day that is shown, and its figures."""
        px, unit = self.px, self.unit
        pens.words(draw, (px(PAD), px(27)), day_text(day), 17 * unit, INK, bold=True)
        pens.words(draw, (px(WIDTH - PAD), px(32)), figures, 10.5 * unit, INK, anchor="ra")

    def foot(self, draw: ImageDraw.ImageDraw, facts: Facts, *, coarse: bool) -> None:
        """Where the figures come from, and what the base map is."""
        px, unit = self.px, self.unit
        text = f"{facts.provenance} {DISCLAIMER}" + (f" {COARSE}" if coarse else "")
        for number, line in enumerate(pens.wrapped(text, 7.6 * unit, px(WIDTH - 2 * PAD))[:3]):
            pens.words(draw, (px(PAD), px(HEIGHT - FOOT + 1 + 9.2 * number)), line, 7.6 * unit, QUIET)


def framed(image: Image.Image, draw: ImageDraw.ImageDraw, panel: Image.Image, at: tuple[int, int]) -> None:
    """Puts a map onto a sheet, with a thin frame."""
    image.paste(panel, at)
    draw.rectangle((*at, at[0] + panel.width, at[1] + panel.height), outline=INK, width=1)
