"""One map: a base that is painted once, and the shapes of a day painted over it.

All lengths are in units; a unit is as many pixels as the picture's size asks for, so that the large still map and the
small moving one are the same drawing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from havenward.report import pens
from havenward.report.facts import LONGEST_NAME, shortened
from havenward.report.geometry import Box
from havenward.report.map_ground import Ground, Taken, corners
from havenward.report.map_scene import Moment, Scene, Spots
from havenward.report.style import GREEN, INK, ORANGE, PAPER, QUIET, VERMILION

HELD = "#3b3b3b"
CONTESTED = VERMILION
FREE = PAPER
OUT = "#6aaed6"
ON = "#7fc8a9"
PEOPLE = GREEN
OVER = VERMILION
QUEUE = ORANGE

AREA_NAMES = (1.0, 2.0, 3.0, 4.0)
"""How many times as far from the middle of an area its name may stand: an area is wide."""

BEHIND, BEYOND = 0.95, 0.05
"""Mean share behind the line above which a home is drawn as held, and below which as beyond the line."""

LARGEST_DISC = 20.0
WIDEST_ARROW = 20.0
THINNEST_ARROW, OUTLINED_ARROW = 0.5, 3.0
"""Units below which an arrow is not drawn, and from which it has a white edge."""

CAP = 1.5
"""Arrows grow no wider than this many times the widest one of the key."""


@dataclass(frozen=True)
class Scales:
    """How people become lengths in units; one for all maps of a report, so that they can be compared."""

    disc_persons: float
    """Persons of a circle of the largest radius."""
    arrow_persons: float
    """Persons of an arrow of the greatest width."""

    def radius(self, persons: float) -> float:
        """Units; areas are as persons."""
        return LARGEST_DISC * math.sqrt(max(persons, 0.0) / self.disc_persons)

    def width(self, persons: float) -> float:
        """Units; widths are as persons."""
        return WIDEST_ARROW * min(persons / self.arrow_persons, CAP)


@dataclass(frozen=True)
class Kind:
    """What a panel shows."""

    wide: bool
    """Whether camps, crossings, towns and ways are drawn and named; else areas of origin are named."""
    home_size: tuple[float, float]
    """Units: radius of the smallest and of the largest home."""


# A wide map with a close one beside it; a wide map alone, whose homes must be seen; and the close map of the homes.
OVERVIEW = Kind(wide=True, home_size=(1.6, 2.6))
ALONE = Kind(wide=True, home_size=(2.4, 5.5))
CLOSE = Kind(wide=False, home_size=(2.4, 6.5))


class Panel(Ground):
    """A map of one box at one size in pixels."""

    def __init__(self, still: Scene, box: Box, kind: Kind, scales: Scales, size: tuple[int, int], unit: float) -> None:
        """`size` and `unit` in pixels."""
        super().__init__(box, size, unit)
        self.still = still
        self.kind = kind
        self.scales = scales
        self._painted: tuple[tuple[object, ...], Image.Image] | None = None

    @cached_property
    def home_radii(self) -> NDArray[np.float64]:
        """(home,) units: areas are as persons at the start, between the kind's smallest and largest."""
        low, high = self.kind.home_size
        most = max(float(self.still.sizes.max(initial=0)), 1.0)
        return np.clip(high * np.sqrt(self.still.sizes / most), low, high)

    @cached_property
    def base(self) -> Image.Image:
        """Land, water, borders, and what stands still, supersampled."""
        image = self.land
        draw = ImageDraw.Draw(image)
        for spots, size in ((self.still.hosts, 3.0), (self.still.marks, 1.6)) if self.kind.wide else ():
            for x, y in (self.at(spots.points) * pens.FINE).tolist():
                draw.rectangle(
                    (x - size * self.fine, y - size * self.fine, x + size * self.fine, y + size * self.fine), fill=QUIET
                )
        if self.kind.wide and self.still.inset is not None:
            (left, bottom), (right, top) = (self.projection.pixels(corners(self.still.inset)) * pens.FINE).tolist()
            draw.rectangle((left, top, right, bottom), outline=INK, width=max(round(0.8 * self.fine), 1))
        return image

    @cached_property
    def bows(self) -> list[pens.Bow]:
        """The lines of the arrows in supersampled pixels."""
        starts = self.at(np.array([arrow.start for arrow in self.still.arrows]).reshape(-1, 2)) * pens.FINE
        ends = self.at(np.array([arrow.end for arrow in self.still.arrows]).reshape(-1, 2)) * pens.FINE
        return [pens.bow(start, end) for start, end in zip(starts, ends, strict=True)]

    def paint(self, now: Moment) -> Image.Image:
        """The map on one day, at its own size; the one that was painted last where nothing on it has changed."""
        looks = self.looks(now)
        if self._painted is None or self._painted[0] != looks:
            self._painted = looks, self._paint(now)
        return self._painted[1]

    def looks(self, now: Moment) -> tuple[object, ...]:
        """Everything of a day that is seen on this map."""
        homes = tuple(home_colour(share) for share in now.besieged)
        if not self.kind.wide:
            return homes
        return homes, now.people.tolist(), now.plots.tolist(), now.queue.tolist(), now.widths.tolist()

    def _paint(self, now: Moment) -> Image.Image:
        image = self.base.copy()
        draw = ImageDraw.Draw(image)
        if self.kind.wide:
            self._arrows(draw, now)
        self._homes(draw, now)
        if self.kind.wide:
            self._camps(draw, now)
            self._crossings(draw, now)
        small = pens.smoothed(image)
        small.paste(self.lettering, (0, 0), self.lettering)
        return small

    def _arrows(self, draw: ImageDraw.ImageDraw, now: Moment) -> None:
        for arrow, line, persons in zip(self.still.arrows, self.bows, now.widths, strict=True):
            width = self.scales.width(float(persons)) * self.fine
            if width >= THINNEST_ARROW * self.fine:
                edge = "white" if width >= OUTLINED_ARROW * self.fine else None
                draw.polygon(pens.tapered(line, width), fill=OUT if arrow.out else ON, outline=edge)

    def _homes(self, draw: ImageDraw.ImageDraw, now: Moment) -> None:
        places = self.projection.pixels(self.still.homes.points) * pens.FINE
        for (x, y), share, radius in zip(places, now.besieged, self.home_radii, strict=True):
            pens.disc(draw, x, y, radius * self.fine, home_colour(share), INK, 0.7 * self.fine)

    def _camps(self, draw: ImageDraw.ImageDraw, now: Moment) -> None:
        places = self.at(self.still.camps.points) * pens.FINE
        for (x, y), people, plots in zip(places, now.people, now.plots, strict=True):
            camp_disc(draw, (x, y), float(people), float(plots), self.scales, self.fine)

    def _crossings(self, draw: ImageDraw.ImageDraw, now: Moment) -> None:
        for (x, y), people in zip(self.at(self.still.crossings.points) * pens.FINE, now.queue, strict=True):
            radius = max(self.scales.radius(float(people)), 3.2) * self.fine
            pens.diamond(draw, x, y, radius, QUEUE, INK)

    @cached_property
    def lettering(self) -> Image.Image:
        """Names, scale bar and north arrow, painted once over everything."""
        image = self.sheet()
        self.write(image, self.labels(), self.taken())
        return image

    def labels(self) -> list[pens.Label]:
        """Names in the order of their weight: areas on a close map; crossings, camps, towns and marks on a wide one."""
        unit = self.unit
        if not self.kind.wide:
            places = self.projection.pixels(self.still.areas.points)
            return [
                pens.Label(name, x, y, 5 * unit, 9.5 * unit, bold=True, tries=AREA_NAMES)
                for name, (x, y), far in zip(
                    self.still.areas.names, places.tolist(), self.outside(self.still.areas.points), strict=True
                )
                if not far
            ]
        inset = self.still.inset
        return [
            *self._names(self.still.crossings, 4.0, bold=True),
            *self._names(self.still.camps, 0.0, bold=False),
            *self._names(self.still.hosts, 4.0, bold=False),
            *self._names(self.still.marks, 3.0, bold=False, apart=inset),
        ]

    def _names(self, spots: Spots, clear: float, *, bold: bool, apart: Box | None = None) -> list[pens.Label]:
        """Names of places apart from those in a box; those beyond the edge say so."""
        found = []
        places, away = self.at(spots.points), self.outside(spots.points)
        for name, point, (x, y), far in zip(spots.names, spots.points, places.tolist(), away, strict=True):
            if apart is not None and apart.holds(point[None, :])[0]:
                continue
            away_from = max(clear, self.rings.get(name, 0.0)) * self.unit
            told = shortened(name, LONGEST_NAME)
            found.append(pens.Label(f"{told} (off the map)" if far else told, x, y, away_from, 8.6 * self.unit, bold))
        return found

    @cached_property
    def rings(self) -> dict[str, float]:
        """Camp -> units: the radius of its plots at their most."""
        most = self.still.largest_plots
        return {name: self.scales.radius(plots) for name, plots in zip(self.still.camps.names, most, strict=True)}

    def taken(self) -> list[Taken]:
        """Boxes that no name may stand on: scale bar, north arrow, and homes, or camps, crossings and where homes crowd."""
        unit = self.unit
        boxes = self.marks
        if self.kind.wide:
            for name, (x, y) in zip(self.still.camps.names, self.at(self.still.camps.points).tolist(), strict=True):
                # Names may touch the corners of the box around a ring, where the ring is not.
                r = 0.75 * max(self.rings[name], 4.0) * unit
                boxes.append((x - r, y - r, x + r, y + r))
            for x, y in self.at(self.still.crossings.points).tolist():
                boxes.append((x - 4 * unit, y - 4 * unit, x + 4 * unit, y + 4 * unit))
            if self.still.inset is not None:
                (left, bottom), (right, top) = self.projection.pixels(corners(self.still.inset)).tolist()
                boxes.append((left, top, right, bottom))
            return boxes
        for (x, y), radius in zip(self.projection.pixels(self.still.homes.points).tolist(), self.home_radii, strict=True):
            r = float(radius) * unit
            boxes.append((x - r, y - r, x + r, y + r))
        return boxes


def camp_disc(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], people: float, plots: float, scales: Scales, fine: float
) -> None:
    """A camp: a disc for its people, a ring for those whom it has room for; no ring where `plots` is not a number."""
    x, y = at
    pens.disc(draw, x, y, 1.6 * fine, INK, INK, 1)
    inner = scales.radius(people) * fine
    if inner > 1:
        if people > plots:
            pens.disc(draw, x, y, inner, OVER, INK, min(2.2 * fine, 0.3 * inner))
        else:
            pens.disc(draw, x, y, inner, PEOPLE, "white", 0.7 * fine)
    ring = 0.0 if math.isnan(plots) else scales.radius(plots) * fine
    if ring > 1:
        pens.disc(draw, x, y, ring, None, INK, 1.1 * fine)


def home_colour(share: float) -> str:
    """The colour of a home by the share of it that lies behind the line."""
    return HELD if share >= BEHIND else FREE if share <= BEYOND else CONTESTED
