"""The marks of a Flee run's map, and the legend that says what they mean."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from havenward.report import map_panel, pens
from havenward.report.flee.scene import FleeScene
from havenward.report.map_legend import MARK, write
from havenward.report.map_panel import Scales
from havenward.report.style import INK, QUIET
from havenward.report.ticks import round_below

ROUTE = "#a08f74"
HEIGHT = 330.0
"""Units."""

At = tuple[float, float]


def struck_mark(draw: ImageDraw.ImageDraw, at: At, fine: float) -> None:
    """A place of conflict, or under water."""
    pens.diamond(draw, *at, 4.8 * fine, INK, "white")


def once_mark(draw: ImageDraw.ImageDraw, at: At, fine: float) -> None:
    """A place that was so before."""
    pens.diamond(draw, *at, 4.2 * fine, INK, INK)
    pens.diamond(draw, *at, 2.6 * fine, "white", "white")


def town_mark(draw: ImageDraw.ImageDraw, at: At, fine: float) -> None:
    """Any other place in which people may stay."""
    (x, y), half = at, 2.2 * fine
    draw.rectangle((x - half, y - half, x + half, y + half), fill=QUIET)


def bend_mark(draw: ImageDraw.ImageDraw, at: At, fine: float) -> None:
    """A bend of a road."""
    pens.disc(draw, *at, 1.3 * fine, ROUTE, ROUTE, 1)


def legend(still: FleeScene, scales: Scales, unit: float, width: float, site: str) -> Image.Image:
    """What every mark on the map means, `width` units wide, painted large and made smaller like the map."""
    fine = unit * pens.FINE
    image = Image.new("RGB", (round(width * unit) * pens.FINE, round(HEIGHT * unit) * pens.FINE), "#ffffff")
    draw = ImageDraw.Draw(image)
    y = _camps(draw, still, scales, fine, site)
    what = ("under water", "under water") if still.flood else ("conflict zone", "conflict zone")
    rows = (
        (struck_mark, f"{what[0]} on this day", still.struck.names),
        (once_mark, f"{what[1]} earlier in the run only", still.once.names),
        (town_mark, "town or other place", still.towns.names),
        (bend_mark, "bend of a road, or passed at once", still.bends.names),
    )
    for mark, text, there in rows:
        if there:
            mark(draw, (MARK * fine, y * fine), fine)
            write(draw, y, text, fine)
            y += 20
    for ends, text in (
        (still.routes, "route of the folder, drawn straight\n(schematic: not the road itself)"),
        (still.closed, "route closed on this day"),
    ):
        if len(ends):
            _route(draw, y, fine, closed=ends is still.closed)
            write(draw, y, text, fine)
            y += 28
    return pens.smoothed(image)


def _camps(draw: ImageDraw.ImageDraw, still: FleeScene, scales: Scales, fine: float, site: str) -> float:
    """A camp with room, one that holds more than that, one without a limit; returns where the next row is."""
    persons = round_below(scales.disc_persons * 0.6)
    y = 26.0
    map_panel.camp_disc(draw, (MARK * fine, y * fine), persons / 2, persons, scales, fine)
    write(
        draw,
        y,
        f"{site}: ring for its capacity (here\n{persons:,.0f} persons), filled by its\npeople (here half of that, by area)",
        fine,
    )
    y += 46
    map_panel.camp_disc(draw, (MARK * fine, y * fine), persons * 0.6, persons * 0.4, scales, fine)
    write(draw, y, "more people than its capacity: red,\nedged black, wider than its ring", fine)
    y += 36
    if np.isnan(still.capacity).any():
        map_panel.camp_disc(draw, (MARK * fine, y * fine), persons * 0.2, np.nan, scales, fine)
        write(draw, y, f"{site} without a limit: no ring", fine)
        y += 26
    map_panel.camp_disc(draw, (MARK * fine, y * fine), 0.0, np.nan, scales, fine)
    write(draw, y, f"dot: a {site} with few people or none", fine)
    return y + 24


def _route(draw: ImageDraw.ImageDraw, y: float, fine: float, *, closed: bool) -> None:
    line = np.array([(6.0, y), (44.0, y)]) * fine
    if closed:
        pens.dashed(draw, line, 3 * fine, ROUTE, 1.3 * fine)
    else:
        draw.line(line.ravel().tolist(), fill=ROUTE, width=round(1.3 * fine))
