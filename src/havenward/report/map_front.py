"""The front line by date: the same close map of the homes on a few telling days."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from havenward.report import map_panel, pens, style
from havenward.report.basemap_layers import COARSE, DISCLAIMER
from havenward.report.digest import Digest
from havenward.report.facts import Facts, day_text
from havenward.report.map_panel import CLOSE, INK, Panel, Scales
from havenward.report.map_scene import Scene, front_box, moment
from havenward.report.map_sheet import PAPER, QUIET

COLUMNS, ROWS = 3, 2
UNIT = 2.0
WIDTH = 750.0
HEAD, FOOT, CAPTION, PAD = 62.0, 26.0, 20.0, 8.0
MAP_HEIGHT = 216.0
RIVER_NOTE = "Rivers are right to about 1 km."


def front_picture(sums: Digest, still: Scene, facts: Facts, path: Path) -> Path:
    """Homes behind the line, in contact and beyond it, on six days."""

    def px(units: float) -> int:
        return round(units * UNIT)

    high = HEAD + ROWS * (MAP_HEIGHT + CAPTION) + FOOT
    image = Image.new("RGB", (px(WIDTH), px(high)), PAPER)
    draw = ImageDraw.Draw(image)
    title = "The front line by date"
    pens.words(draw, (px(PAD), px(7)), title, 15 * UNIT, INK, bold=True)
    words = f"{facts.title}. Homes by the mean share that lies behind the line of {facts.besieger}."
    pens.words(draw, (px(PAD), px(27)), words, 9.5 * UNIT, QUIET)
    _tier(draw, facts)
    _key(image)
    wide = (WIDTH - (COLUMNS + 1) * PAD) / COLUMNS
    panel = Panel(still, front_box(still), CLOSE, Scales(1.0, 1.0), (px(wide), px(MAP_HEIGHT)), UNIT)
    for number, day in enumerate(telling_days(sums, COLUMNS * ROWS)):
        row, column = divmod(number, COLUMNS)
        left, top = px(PAD + column * (wide + PAD)), px(HEAD + row * (MAP_HEIGHT + CAPTION))
        pens.words(draw, (left, top + px(3)), day_text(sums.dates[day]), 11 * UNIT, INK, bold=True)
        at = (left, top + px(CAPTION) - 2)
        image.paste(panel.paint(moment(still, sums, day)), at)
        draw.rectangle((*at, at[0] + panel.size[0], at[1] + panel.size[1]), outline=INK, width=1)
    coarse = COARSE if panel.ground.coarse else RIVER_NOTE
    foot = f"{facts.provenance} {DISCLAIMER} {coarse}"
    for number, line in enumerate(pens.wrapped(foot, 8 * UNIT, px(WIDTH - 2 * PAD))[:2]):
        pens.words(draw, (px(PAD), px(high - FOOT + 4 + 10 * number)), line, 8 * UNIT, QUIET)
    return style.save_image(image, path, title, facts)


def _tier(draw: ImageDraw.ImageDraw, facts: Facts) -> None:
    """The tier in the upper right corner."""
    words, right = facts.tier.upper(), round((WIDTH - PAD) * UNIT)
    wide = pens.width_of(words, 10 * UNIT, bold=True)
    draw.rectangle((right - wide - 10 * UNIT, 7 * UNIT, right, 24 * UNIT), outline=INK, width=2)
    pens.words(draw, (right - 5 * UNIT, 10 * UNIT), words, 10 * UNIT, INK, bold=True, anchor="ra")


def _key(image: Image.Image) -> None:
    """The three kinds of home in one row."""
    fine = UNIT * pens.FINE
    strip = Image.new("RGB", (image.width * pens.FINE, round(16 * fine)), PAPER)
    draw = ImageDraw.Draw(strip)
    x = (PAD + 6) * fine
    for fill, text in (
        (map_panel.HELD, "behind the line"),
        (map_panel.CONTESTED, "in contact with the front"),
        (map_panel.FREE, "beyond the line"),
    ):
        pens.disc(draw, x, 8 * fine, 5 * fine, fill, INK, 0.8 * fine)
        pens.words(draw, (x + 9 * fine, 8 * fine), text, 9 * fine, INK, anchor="lm")
        x += 26 * fine + pens.width_of(text, 9 * fine)
    image.paste(pens.smoothed(strip), (0, round(42 * UNIT)))


def telling_days(sums: Digest, amount: int) -> list[int]:
    """Days that part the front's movement into equal steps, the first and the last day among them.

    Where that gives fewer days than asked for, the longest gaps between them are halved.
    """
    last = len(sums.dates) - 1
    movement = np.abs(np.diff(sums.besieged, axis=0)).sum(axis=1)
    days = {0, last}
    if movement.sum() > 0:
        way = np.concatenate(([0.0], np.cumsum(movement))) / movement.sum()
        days |= {int(day) for day in np.searchsorted(way, np.linspace(0, 1, amount)[1:-1])}
    while len(days) < min(amount, last + 1):
        ordered = sorted(days)
        start = max(range(len(ordered) - 1), key=lambda number: ordered[number + 1] - ordered[number])
        days.add((ordered[start] + ordered[start + 1]) // 2)
    return sorted(days)
