"""The front line by date: small maps of the homes on the days on which the front differs most."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from havenward.report import map_panel, pens
from havenward.report.basemap_layers import COARSE, DISCLAIMER
from havenward.report.digest import Digest
from havenward.report.facts import Facts, day_text
from havenward.report.geometry import box_around
from havenward.report.map_frame import framed
from havenward.report.map_panel import CLOSE, Panel, Scales
from havenward.report.map_scene import Scene, moment
from havenward.report.style import INK, PAPER, QUIET, save_image

DAYS = 4
UNIT = 2.0
WIDTH = 750.0
HEAD, FOOT, CAPTION, PAD = 62.0, 26.0, 20.0, 6.0
MAP_HEIGHT = 190.0
RIVER_NOTE = "Rivers are right to about 1 km."


def px(units: float) -> int:
    """Units to whole pixels."""
    return round(units * UNIT)


def front_picture(sums: Digest, still: Scene, facts: Facts, path: Path) -> Path:
    """Homes behind the line, in contact and beyond it; where most live close together, once wide and once close."""
    wide_box = box_around(still.homes.points)
    boxes = [wide_box] if still.inset is None else [wide_box, still.inset]
    across = (WIDTH - (DAYS + 1) * PAD) / DAYS
    size = (px(across), px(MAP_HEIGHT))
    panels = [Panel(still, box, CLOSE, Scales(1.0, 1.0), size, UNIT) for box in boxes]
    high = HEAD + CAPTION + len(panels) * (MAP_HEIGHT + PAD) + FOOT
    image = Image.new("RGB", (px(WIDTH), px(high)), PAPER)
    draw = ImageDraw.Draw(image)
    title = "The front line by date"
    _head(draw, title, facts)
    _key(image)
    days = telling_days(still)
    for column, day in enumerate(days):
        now = moment(still, sums, day)
        left = px(PAD + column * (across + PAD))
        pens.words(draw, (left, px(HEAD + 2)), day_text(sums.dates[day]), 11 * UNIT, INK, bold=True)
        for row, panel in enumerate(panels):
            framed(image, draw, panel.paint(now), (left, px(HEAD + CAPTION + row * (MAP_HEIGHT + PAD))))
    coarse = COARSE if panels[0].ground.coarse else RIVER_NOTE
    foot = f"{facts.provenance} {DISCLAIMER} {coarse}"
    for number, line in enumerate(pens.wrapped(foot, 8 * UNIT, px(WIDTH - 2 * PAD))[:2]):
        pens.words(draw, (px(PAD), px(high - FOOT + 2 + 10 * number)), line, 8 * UNIT, QUIET)
    return save_image(image, path, title, facts)


def _head(draw: ImageDraw.ImageDraw, title: str, facts: Facts) -> None:
    """Title, subtitle and the tier in the upper right corner."""
    pens.words(draw, (px(PAD), px(7)), title, 15 * UNIT, INK, bold=True)
    words = f"{facts.short_title}. Homes by the mean share that lies behind the line of {facts.besieger}."
    told, size = pens.fitted(words, 9.5 * UNIT, px(WIDTH - 2 * PAD))
    pens.words(draw, (px(PAD), px(27)), told, size, QUIET)
    pens.tier_box(draw, px(WIDTH - PAD), px(7), facts.tier, 10 * UNIT)


def _key(image: Image.Image) -> None:
    """The three kinds of home in one row."""
    fine = UNIT * pens.FINE
    strip = Image.new("RGB", (image.width * pens.FINE, round(16 * fine)), PAPER)
    draw = ImageDraw.Draw(strip)
    x = (PAD + 6) * fine
    for fill, text in (
        (map_panel.HELD, "behind the line"),
        (map_panel.CONTESTED, "in contact with the front, or not the same in all futures"),
        (map_panel.FREE, "beyond the line"),
    ):
        pens.disc(draw, x, 8 * fine, 5 * fine, fill, INK, 0.8 * fine)
        pens.words(draw, (x + 9 * fine, 8 * fine), text, 9 * fine, INK, anchor="lm")
        x += 26 * fine + pens.width_of(text, 9 * fine)
    image.paste(pens.smoothed(strip), (0, px(42)))


def telling_days(still: Scene) -> list[int]:
    """The last day and the days on which the front differs most from all days chosen before, in the order of time.

    Homes count by the root of their people, so that neither a city nor its villages decide alone. Where the front never
    moves the days are spread evenly.
    """
    state = still.besieged * np.sqrt(still.sizes)
    last = len(state) - 1
    chosen = [last]
    nearest = np.abs(state - state[last]).sum(axis=1)
    while len(chosen) < DAYS and nearest.max() > 0:
        day = int(nearest.argmax())
        chosen.append(day)
        nearest = np.minimum(nearest, np.abs(state - state[day]).sum(axis=1))
    if len(chosen) < DAYS:
        chosen += [int(day) for day in np.linspace(0, last, DAYS)]
    return sorted(sorted(set(chosen), key=chosen.index)[:DAYS])
