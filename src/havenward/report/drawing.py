"""A picture of charts: shapes by matplotlib, letters by Pillow, both in pixels from the upper left corner.

Hundreds of labels stand on a report, and matplotlib takes a millisecond and more to set one; Pillow sets the same typeface
twenty times as fast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D
from PIL import Image, ImageDraw

from havenward.report import pens
from havenward.report.facts import Facts
from havenward.report.style import DPI, INK, PAPER, QUIET, save_image

WIDTH = 1500
"""Pixels."""

LEFT, RIGHT = 30, 1470
"""Pixels: where the head, the legend and the foot begin and end."""

TITLE, SUBTITLE, LEGEND, FOOT = 22, 62, 104, 16
"""Pixels: tops of the title and the subtitle, middle of the legend, and the foot's distance from the lower edge."""


def points(size: float) -> float:
    """Points to pixels."""
    return size * DPI / 72


Dashes = tuple[float, Sequence[float]] | None
"""How a line is broken, as matplotlib has it; None: it is not."""


@dataclass(frozen=True)
class Letters:
    """Text at a point; `anchor` as Pillow has it."""

    at: tuple[float, float]
    text: str
    size: float
    """Points."""
    colour: str
    bold: bool
    anchor: str


@dataclass(frozen=True)
class Mark:
    """One entry of a legend: a patch of an opacity, or a line, with its words."""

    words: str
    colour: str
    opacity: float | None = None
    dashes: Dashes = None
    points: Mapping[str, object] | None = None
    """A mark of a style, such as `RING`."""
    width: float = 1.4
    """Of a line."""


RING: Mapping[str, object] = {
    "marker": "o",
    "markersize": 4.5,
    "markerfacecolor": "white",
    "markeredgecolor": INK,
    "markeredgewidth": 1.1,
}
"""How a counted figure is marked."""

LEGEND_ROW = 23
"""Pixels from one row of a legend to the next."""


class Drawing:
    """A sheet with a title, a subtitle, the tier, and where the figures come from; charts are drawn onto it."""

    def __init__(self, height: float, title: str, subtitle: str, facts: Facts) -> None:
        """`height` in inches; `subtitle` follows the scenario's title."""
        self.title = title
        self.facts = facts
        self.height = round(height * DPI)
        self.shapes: list[Artist] = []
        self.letters: list[Letters] = []
        self.pixels = Affine2D().scale(1, -1).translate(0, self.height)
        """From pixels below the upper edge to those that matplotlib counts from the lower one."""
        tier = pens.tier_width(facts.tier, points(10))
        self.words((LEFT, TITLE), title, 15, bold=True, width=RIGHT - LEFT - tier - 20)
        self.words((LEFT, SUBTITLE), f"{facts.short_title}. {subtitle}", 10.5, QUIET, width=RIGHT - LEFT)
        self.words((LEFT, self.height - FOOT), facts.provenance, 8.5, QUIET, anchor="ld", width=RIGHT - LEFT)

    def add(self, shape: Artist) -> None:
        """Puts a shape onto the sheet; one that has no place of its own is in pixels of the sheet."""
        if not shape.is_transform_set():
            shape.set_transform(self.pixels)
        self.shapes.append(shape)

    def words(
        self,
        at: tuple[float, float],
        text: str,
        size: float,
        colour: str = INK,
        *,
        bold: bool = False,
        anchor: str = "la",
        width: float | None = None,
    ) -> None:
        """Puts text of a size in points onto the sheet, made smaller, and at last shorter, to fit a width in pixels."""
        if width is not None:
            text, size = pens.fitted(text, points(size), width, bold=bold)
            size *= 72 / DPI
        self.letters.append(Letters(at, text, size, colour, bold, anchor))

    def legend(self, marks: Sequence[Mark], remark: str = "", row: int = 0) -> None:
        """One row below the subtitle, or below so many other rows, with a remark at its end."""
        x, y = float(LEFT), LEGEND + LEGEND_ROW * row
        for mark in marks:
            self._mark(mark, x, y)
            self.words((x + 36, y), mark.words, 9, anchor="lm")
            x += 36 + pens.width_of(mark.words, points(9)) + 22
        self.words((RIGHT, y), remark, 9, QUIET, anchor="rm", width=RIGHT - x)

    def _mark(self, mark: Mark, x: float, y: float) -> None:
        if mark.opacity is not None:
            self.add(Rectangle((x, y - 5.5), 25, 11, facecolor=mark.colour, alpha=mark.opacity, linewidth=0))
        elif mark.points is not None:
            self.add(Line2D([x + 12.5], [y], linestyle="none", **mark.points))  # type: ignore[arg-type]
        else:
            self.add(Line2D([x, x + 25], [y, y], color=mark.colour, linewidth=mark.width, linestyle=mark.dashes))

    def save(self, path: Path) -> Path:
        """Draws the shapes, then the letters over them, and writes the picture."""
        # Without matplotlib's figure, whose import alone takes as long as all the shapes.
        renderer = RendererAgg(WIDTH, self.height, DPI)  # type: ignore[no-untyped-call]
        for shape in sorted(self.shapes, key=lambda shape: shape.zorder):
            shape.draw(renderer)
        image = Image.new("RGB", (WIDTH, self.height), PAPER)
        drawn = Image.fromarray(np.asarray(renderer.buffer_rgba()))  # type: ignore[no-untyped-call]
        image.paste(drawn, mask=drawn)
        draw = ImageDraw.Draw(image)
        for one in self.letters:
            pens.words(draw, one.at, one.text, points(one.size), one.colour, bold=one.bold, anchor=one.anchor)
        pens.tier_box(draw, RIGHT, TITLE - 4, self.facts.tier, points(10))
        return save_image(image, path, self.title, self.facts)
