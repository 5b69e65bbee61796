"""Roads: the directed links of a folder, and how people travel on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from havenward.model.flee.mends import Mend, Mends
from havenward.model.flee.states import Pace
from havenward.model.flee.ways import Links
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.flee.settings import MoveRules

F64 = NDArray[np.float64]

FINE, COARSE = (1 / 32, 1 / 16), (1 / 8, 1 / 4)
"""Steps in which the way of a day and the memory of travel are kept: see mends.py for what they change."""
MOST_GRAINS = 400.0
"""Grains of a day's way up to which a grain may be a km."""
FINEST = 1 / 256
"""Smallest step in which the way of a day is kept, whatever the shortest link."""


def links_of(scenario: FleeScenario) -> Links:
    """Return the directed links of a folder: each route there and back, and both twice where it is redirected."""
    speed = scenario.settings.move_rules.applied().max_move_speed
    routes = [route for route in scenario.routes for _ in range(2 if route.forced_redirection == 1 else 1)]
    ends = [(scenario.index[route.from_place], scenario.index[route.to_place]) for route in routes]
    there = np.array(ends, dtype=np.int64).reshape(-1, 2)
    back = there[:, ::-1]
    return Links(
        there.ravel(),
        back.ravel(),
        np.repeat([route.km for route in routes], 2),
        np.repeat([route.max_move_speed or speed for route in routes], 2),
        np.repeat([route.walk_probability or 0.0 for route in routes], 2),
    )


def pace_of(links: Links, move: MoveRules, mends: Mends) -> Pace:
    """Return how people travel; the way of a day is kept finely enough for the shortest link to count."""
    day_grain, memory_grain = COARSE if Mend.GRAIN in mends else FINE
    full = move.max_move_speed
    if Mend.GRAIN not in mends and full <= MOST_GRAINS and _all_whole(np.append(links.km, full)):
        # a grain is a km, and nothing is rounded
        day_grain = 1.0 / full
    shortest = float(links.km.min(initial=full)) / full
    while day_grain > max(shortest, FINEST):
        day_grain /= 2
    return Pace(links, full, move.max_walk_speed, move.start_on_foot, move.avoid_short_stints, day_grain, memory_grain)


def _all_whole(values: F64) -> bool:
    return bool((values == np.rint(values)).all())
