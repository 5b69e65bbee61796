"""The ground of any map: land, water and borders of a box, its scale bar and its north arrow, in pixels.

All lengths are in units; a unit is as many pixels as the picture's size asks for.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from havenward.report import pens
from havenward.report.basemap_layers import BaseMap, base_map
from havenward.report.geometry import Box, Points, Projection
from havenward.report.style import INK
from havenward.report.ticks import round_below

LAND = "#f6f3ec"
WATER = "#9cc6e4"
BORDER = "#8a8178"

Taken = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels of what no name may stand on."""


class Ground:
    """The ground of one box at one size in pixels, onto which a map is painted."""

    def __init__(self, box: Box, size: tuple[int, int], unit: float) -> None:
        """`size` and `unit` in pixels."""
        self.size = size
        self.unit = unit
        self.projection = Projection(box.fitted(size[0] / size[1]), *size)
        self.fine = unit * pens.FINE

    @cached_property
    def ground(self) -> BaseMap:
        """Borders, rivers and lakes of the box."""
        return base_map(self.projection.box)

    def at(self, points: Points) -> Points:
        """Degrees to pixels; places outside are brought to the edge."""
        pixels = self.projection.pixels(points)
        edge = 9 * self.unit
        return np.clip(pixels, edge, np.array(self.size) - edge)

    def outside(self, points: Points) -> NDArray[np.bool_]:
        """Which points lie outside the box."""
        return ~self.projection.box.holds(points)

    @property
    def land(self) -> Image.Image:
        """Land, water and borders, supersampled."""
        image = Image.new("RGB", (self.size[0] * pens.FINE, self.size[1] * pens.FINE), LAND)
        draw = ImageDraw.Draw(image)
        for kind in ("lake", "river", "border"):
            for layer in self.ground.layers:
                if layer.kind == kind:
                    for line in layer.lines:
                        self._line(draw, kind, self.projection.pixels(line) * pens.FINE)
        return image

    def _line(self, draw: ImageDraw.ImageDraw, kind: str, line: Points) -> None:
        for part in near(line, self.size[0] * pens.FINE, self.size[1] * pens.FINE):
            if kind == "lake":
                draw.polygon(line.ravel().tolist(), fill=WATER)
                return
            if kind == "river":
                draw.line(part.ravel().tolist(), fill=WATER, width=round(1.6 * self.fine), joint="curve")
            else:
                pens.dashed(draw, part, 5 * self.fine, BORDER, 1.2 * self.fine)

    @property
    def marks(self) -> list[Taken]:
        """Where the scale bar and the north arrow stand."""
        unit, foot = self.unit, float(self.size[1])
        return [(0.0, foot - 26 * unit, 120 * unit, foot), (0.0, foot - 64 * unit, 26 * unit, foot)]

    def sheet(self) -> Image.Image:
        """A clear sheet with the scale bar and the north arrow, for names."""
        image = Image.new("RGBA", self.size, (255, 255, 255, 0))
        draw = ImageDraw.Draw(image)
        self._scale_bar(draw)
        self._north(draw)
        return image

    def write(self, sheet: Image.Image, labels: list[pens.Label], taken: list[Taken]) -> None:
        """Writes names onto a sheet where there is room, the first ones first."""
        draw = ImageDraw.Draw(sheet)
        frame = (3.0, 3.0, self.size[0] - 3.0, self.size[1] - 3.0)
        for label, (left, top) in pens.placed(labels, frame, taken):
            pens.words(draw, (left, top), label.text, label.size, INK, bold=label.bold, halo=True)

    def _scale_bar(self, draw: ImageDraw.ImageDraw) -> None:
        unit = self.unit
        per_km = self.projection.pixels_per_km
        km = round_below(90 * unit / per_km)
        x, y = 10 * unit, self.size[1] - 9 * unit
        draw.rectangle((x, y - 2.2 * unit, x + km * per_km, y), fill=INK)
        pens.words(draw, (x, y - 3 * unit), f"{km:,.0f} km", 8.5 * unit, INK, anchor="ld", halo=True)

    def _north(self, draw: ImageDraw.ImageDraw) -> None:
        unit = self.unit
        x, y = 14 * unit, self.size[1] - 62 * unit
        draw.polygon([(x, y), (x + 5 * unit, y + 13 * unit), (x, y + 10 * unit), (x - 5 * unit, y + 13 * unit)], fill=INK)
        pens.words(draw, (x, y + 14 * unit), "N", 8.5 * unit, INK, bold=True, anchor="ma", halo=True)


def corners(box: Box) -> Points:
    """South-west and north-east corner in degrees."""
    return np.array([(box.west, box.south), (box.east, box.north)])


def near(line: Points, width: float, height: float) -> list[Points]:
    """The stretches of a line that come near the picture, so that nothing is drawn far outside it."""
    x, y = line[:, 0], line[:, 1]
    hit = (x > -width) & (x < 2 * width) & (y > -height) & (y < 2 * height)
    wide = hit.copy()
    wide[1:] |= hit[:-1]
    wide[:-1] |= hit[1:]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], wide.astype(np.int8), [0]))))
    return [line[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]
