"""The map of a Flee run: places, routes, conflict zones and camps on the last day."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from havenward.guard.disclosure import FEWEST_DRAWS, interval, span_text
from havenward.report import pens
from havenward.report.facts import LONGEST_NAME, Facts, shortened
from havenward.report.flee.map_legend import ROUTE, bend_mark, legend, once_mark, struck_mark, town_mark
from havenward.report.flee.scene import FleeScene
from havenward.report.flee.sums import FleeSums
from havenward.report.geometry import Points
from havenward.report.map_frame import HEAD, PAD, SIDE, Layout, framed
from havenward.report.map_ground import Ground, Taken
from havenward.report.map_panel import Scales, camp_disc
from havenward.report.map_scene import Spots
from havenward.report.style import PAPER, save_image

UNIT = 2.1
"""Pixels a unit: about 1,500 across."""

SPACE_BELOW = 6.0
"""Units between map and foot."""

NEAR = (1.0, 1.8, 2.8, 4.0)
"""How many times as far from a camp as it should its name may stand."""

LEAST_CLEAR = 5.0
"""Units that a name keeps from the middle of its place at least."""


def map_picture(still: FleeScene, sums: FleeSums, facts: Facts, path: Path) -> tuple[Path, list[str]]:
    """Writes the map; returns where it is, and where its lines come from."""
    layout = Layout(UNIT, below=SPACE_BELOW)
    scales = scales_of(still)
    panel = FleeMap(still, scales, layout.map_size)
    image = Image.new("RGB", layout.size, PAPER)
    draw = ImageDraw.Draw(image)
    more = f", routes and {'floods' if still.flood else 'conflict zones'}" if len(still.routes) else ""
    title = f"{facts.short_title}: {sums.sites}{more}"
    layout.head(draw, title, facts)
    layout.moment(draw, sums.dates[-1], figures(sums))
    framed(image, draw, panel.paint(), (layout.px(PAD), layout.px(HEAD)))
    image.paste(legend(still, scales, UNIT, SIDE, sums.site), layout.side)
    layout.foot(draw, facts, coarse=panel.ground.coarse)
    return save_image(image, path, "map", facts), panel.ground.credits


def figures(sums: FleeSums) -> str:
    """People in camps on the last day."""
    if sums.draws < FEWEST_DRAWS:
        return "One simulated future: no interval, so no figures"
    return f"In {sums.sites}: {span_text(interval(sums.total[:, -1]))} persons (80 %)"


def scales_of(still: FleeScene) -> Scales:
    """A scale in which the largest camp fits, by people and by capacity."""
    return Scales(max(float(still.people.max(initial=0)), float(np.nanmax(still.capacity, initial=0)), 1.0), 1.0)


class FleeMap(Ground):
    """The map at a size in pixels."""

    def __init__(self, still: FleeScene, scales: Scales, size: tuple[int, int]) -> None:
        """`size` in pixels."""
        super().__init__(still.box, size, UNIT)
        self.still = still
        self.scales = scales

    def paint(self) -> Image.Image:
        """The map."""
        image = self.land
        draw = ImageDraw.Draw(image)
        self._routes(draw)
        self._places(draw)
        small = pens.smoothed(image)
        names = self.sheet()
        self.write(names, self.labels(), self.taken())
        small.paste(names, (0, 0), names)
        return small

    def _routes(self, draw: ImageDraw.ImageDraw) -> None:
        """Straight lines between places; dashed ones are closed."""
        width = 1.3 * self.fine
        for line in self.still.routes:
            draw.line((self.at(line) * pens.FINE).ravel().tolist(), fill=ROUTE, width=round(width))
        for line in self.still.closed:
            pens.dashed(draw, self.at(line) * pens.FINE, 3 * self.fine, ROUTE, width)

    def _places(self, draw: ImageDraw.ImageDraw) -> None:
        """The largest discs first, so that none hides a smaller place."""
        still, fine = self.still, self.fine
        for mark, spots in ((bend_mark, still.bends), (town_mark, still.towns)):
            for at in self._pixels(spots):
                mark(draw, at, fine)
        for number in np.argsort(-np.fmax(still.people, still.capacity), kind="stable"):
            (at,) = self._pixels(Spots([""], still.camps.points[[number]]))
            camp_disc(draw, at, float(still.people[number]), float(still.capacity[number]), self.scales, fine)
        for mark, spots in ((once_mark, still.once), (struck_mark, still.struck)):
            for at in self._pixels(spots):
                mark(draw, at, fine)

    def _pixels(self, spots: Spots) -> list[tuple[float, float]]:
        """Supersampled pixels of places."""
        return [(x, y) for x, y in (self.at(spots.points) * pens.FINE).tolist()]

    def radius(self, number: int) -> float:
        """Units: what a camp takes, by people or by capacity."""
        return max(self.scales.radius(float(np.fmax(self.still.people[number], self.still.capacity[number]))), 3.0)

    def labels(self) -> list[pens.Label]:
        """Camps, the largest first; then conflict zones, then towns."""
        still = self.still
        order = np.argsort(-np.fmax(still.people, still.capacity), kind="stable").tolist()
        found = [
            self._label(still.camps.names[k], still.camps.points[[k]], max(self.radius(k), LEAST_CLEAR), bold=True)
            for k in order
        ]
        for spots in (still.struck, still.once, still.towns):
            for number, name in enumerate(spots.names):
                if name not in still.camps.names:
                    found.append(self._label(name, spots.points[[number]], LEAST_CLEAR, bold=False))
        return found

    def _label(self, name: str, point: Points, clear: float, *, bold: bool) -> pens.Label:
        ((x, y),) = self.at(point).tolist()
        size = (9.0 if bold else 7.8) * self.unit
        return pens.Label(shortened(name, LONGEST_NAME), x, y, clear * self.unit, size, bold, NEAR if bold else (1.0,))

    def taken(self) -> list[Taken]:
        """Boxes that no name may stand on: scale bar, north arrow, and all places."""
        boxes = self.marks
        for number, (x, y) in enumerate(self.at(self.still.camps.points).tolist()):
            r = 0.75 * self.radius(number) * self.unit
            boxes.append((x - r, y - r, x + r, y + r))
        for spots, size in (
            (self.still.struck, 4.0),
            (self.still.once, 4.0),
            (self.still.towns, 2.5),
            (self.still.bends, 1.5),
        ):
            r = size * self.unit
            boxes += [(x - r, y - r, x + r, y + r) for x, y in self.at(spots.points).tolist()]
        return boxes
