"""How many people live in each home at the start, for every member.

Each home has a range in the scenario. One number of a member, `population_error`, says how far all its homes lie within
their ranges: censuses, rolls of ration cards and flight before the siege are behind all of them, so they err together.
Independent draws would let errors cancel: over Mosul's 24 homes the city would never come near the 1.2 and the 2 million
that are printed, although its homes' low and high ends add up to them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from havenward.model.siege.parameters import two_piece
from havenward.model.siege.world import Homes

F64 = NDArray[np.float64]


def populations(homes: Homes, value: Mapping[str, F64]) -> F64:
    """Return (M, H) persons at the start.

    Args:
        homes: the places with their ranges; a home without one is certain.
        value: (M,) values of `population_error` (-1 the low end of every range, 0 the median, 1 the high end) and of
            `population_scale`, a factor on all.

    A range is read in logarithms, or as it is, cut at nought, where it reaches down to nobody.
    """
    error = value["population_error"][:, None]
    interval = np.stack([homes.population_low, homes.population, homes.population_high])
    lived_in = homes.population_low > 0
    # as factors of the median, so that a member at the median has exactly the scenario's figure
    factors = np.where(lived_in, interval / np.where(lived_in, homes.population, 1.0), 1.0)
    drawn = np.where(
        lived_in, homes.population * np.exp(two_piece(np.log(factors), error)), np.maximum(two_piece(interval, error), 0.0)
    )
    return np.asarray(drawn * value["population_scale"][:, None])
