"""Boxes and projections of the map: degrees to pixels, and which part of the world to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.scenario.schema import Location

Points = NDArray[np.float64]
"""(n, 2): longitude and latitude in degrees, or x and y in pixels."""

KM_PER_DEGREE = 111.32
SHOWN_WEIGHT = 0.97
"""The map covers the places that handle this share of the people; the rest are named at its edge."""

MARGIN = 0.13
"""Share of a box that is added on every side."""

SMALLEST_KM = 8.0


@dataclass(frozen=True)
class Box:
    """A part of the world in degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of the middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    @property
    def km(self) -> tuple[float, float]:
        """Width and height in kilometres along the middle."""
        shrink = np.cos(np.radians(self.middle[1]))
        return (self.east - self.west) * KM_PER_DEGREE * float(shrink), (self.north - self.south) * KM_PER_DEGREE

    def inside(self, other: Box) -> bool:
        """Whether all of this box lies in the other."""
        return (
            self.west >= other.west and self.south >= other.south and self.east <= other.east and self.north <= other.north
        )

    def holds(self, points: Points) -> NDArray[np.bool_]:
        """Which points lie in the box."""
        x, y = points[:, 0], points[:, 1]
        return (x >= self.west) & (x <= self.east) & (y >= self.south) & (y <= self.north)

    def fitted(self, ratio: float) -> Box:
        """The smallest box around this one that is `ratio` times as wide as it is high, in kilometres."""
        width, height = self.km
        lon, lat = self.middle
        degree = KM_PER_DEGREE * float(np.cos(np.radians(lat)))
        wide, high = max(width, height * ratio), max(height, width / ratio)
        return Box(
            lon - wide / degree / 2, lat - high / KM_PER_DEGREE / 2, lon + wide / degree / 2, lat + high / KM_PER_DEGREE / 2
        )


@dataclass(frozen=True)
class Projection:
    """Degrees to pixels: equal distances along the middle parallel, which errs little over a few hundred kilometres."""

    box: Box
    width: float
    height: float
    """Pixels; the box has the same ratio in kilometres (see `Box.fitted`)."""

    def pixels(self, points: Points) -> Points:
        """(n, 2) degrees to (n, 2) pixels from the upper left corner."""
        x = (points[:, 0] - self.box.west) / (self.box.east - self.box.west) * self.width
        y = (self.box.north - points[:, 1]) / (self.box.north - self.box.south) * self.height
        return np.column_stack((x, y))

    @property
    def pixels_per_km(self) -> float:
        """Pixels that a kilometre takes along the middle parallel."""
        return self.width / self.box.km[0]


def points_of(places: Sequence[Location]) -> Points:
    """(n, 2) longitude and latitude."""
    return np.array([(place.lon, place.lat) for place in places], dtype=np.float64).reshape(-1, 2)


def box_around(points: Points) -> Box:
    """The box of the points with a margin, never smaller than a few kilometres."""
    low, high = points.min(axis=0), points.max(axis=0)
    shrink = float(np.cos(np.radians((low[1] + high[1]) / 2)))
    least = np.array([SMALLEST_KM / KM_PER_DEGREE / shrink, SMALLEST_KM / KM_PER_DEGREE])
    lack = np.maximum(least - (high - low), 0) / 2
    pad = MARGIN * (high - low) + lack
    return Box(low[0] - pad[0], low[1] - pad[1], high[0] + pad[0], high[1] + pad[1])


def main_box(points: Points, weights: NDArray[np.float64], share: float = SHOWN_WEIGHT) -> Box:
    """The box of the places nearest to the weighted middle that together have `share` of the weight."""
    if weights.sum() <= 0:
        return box_around(points)
    middle = np.average(points, axis=0, weights=weights)
    shrink = float(np.cos(np.radians(middle[1])))
    distance = np.hypot((points[:, 0] - middle[0]) * shrink, points[:, 1] - middle[1])
    order = np.argsort(distance, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    kept = order[: int(np.searchsorted(reached, share)) + 1]
    return box_around(points[kept])
