"""Distances on the earth."""

from __future__ import annotations

from functools import lru_cache

from pyproj import Geod


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the length in km of the geodesic between two points, each latitude and longitude in degrees (WGS 84)."""
    metres: float = _ellipsoid().inv(one[1], one[0], other[1], other[0])[2]
    return metres / 1000


@lru_cache(maxsize=1)
def _ellipsoid() -> Geod:
    return Geod(ellps="WGS84")
