"""The legend of the map: what every mark means, with the units of its size."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from havenward.report import map_panel, pens
from havenward.report.digest import Digest
from havenward.report.map_panel import CAP, Scales
from havenward.report.map_scene import Scene
from havenward.report.style import INK
from havenward.report.ticks import round_below

HEIGHT = 190.0
LINE = 30.0
TEXT = 8.8
MARK = 24.0
"""Units: the middle of the marks, from the left."""

WORDS = 52.0
"""Units: where the words begin."""


def legend(still: Scene, sums: Digest, scales: Scales, unit: float, width: float, *, moving: bool) -> Image.Image:
    """The legend, `width` units wide, painted large and made smaller like the map."""
    fine = unit * pens.FINE
    image = Image.new("RGB", (round(width * unit) * pens.FINE, round(HEIGHT * unit) * pens.FINE), "#ffffff")
    draw = ImageDraw.Draw(image)
    y = 13.0
    for fill, text in (
        (map_panel.HELD, "home behind the line"),
        (map_panel.CONTESTED, "home in contact, or in some futures"),
        (map_panel.FREE, "home beyond the line"),
    ):
        pens.disc(draw, MARK * fine, y * fine, 5 * fine, fill, INK, 0.8 * fine)
        write(draw, y, text, fine)
        y += 17
    y += 12
    if still.camps.names:
        people = round_below(scales.disc_persons * 0.6)
        radius = scales.radius(people)
        pens.disc(draw, MARK * fine, y * fine, radius * 0.72 * fine, map_panel.PEOPLE, "white", 0.7 * fine)
        pens.disc(draw, MARK * fine, y * fine, radius * fine, None, INK, 1.1 * fine)
        write(
            draw,
            y,
            f"camp: ring for its plots (here for\n{people:,.0f} persons), filled by its people;\n"
            "red, edged black, where they exceed it",
            fine,
        )
        y += 34
    if still.crossings.names:
        pens.diamond(draw, MARK * fine, y * fine, 6 * fine, map_panel.QUEUE, INK)
        write(draw, y, "crossing, larger as people wait\n(same scale as camps)", fine)
        y += LINE
    if still.arrows:
        people = round_below(scales.arrow_persons * 0.7)
        for dy, fill in ((-4.5, map_panel.OUT), (6.0, map_panel.ON)):
            line = pens.bow(np.array([6, y + dy]) * fine, np.array([46, y + dy]) * fine)
            draw.polygon(pens.tapered(line, scales.width(people) * 0.6 * fine), fill=fill, outline="white")
        write(draw, y, arrow_words(round_below(people * 0.6), sums, scales, moving=moving), fine)
    return pens.smoothed(image)


def arrow_words(people: float, sums: Digest, scales: Scales, *, moving: bool) -> str:
    """The unit of arrows' widths, and where they stop growing."""
    span = f"a {sums.per}" if moving else "over the run"
    cap = f"\nno wider than for {round_below(scales.arrow_persons * CAP):,.0f}" if moving else ""
    root = f"broad root to point; root here: {people:,.0f}"
    return f"ways out (blue) and on (green), from\n{root}\npersons {span}; schematic{cap}"


def write(draw: ImageDraw.ImageDraw, y: float, text: str, fine: float) -> None:
    """Words beside a mark."""
    size = TEXT * fine
    draw.multiline_text((WORDS * fine, y * fine), text, fill=INK, font=pens.font(size), anchor="lm", spacing=size * 0.16)
