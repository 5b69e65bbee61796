"""What an order brought about, kept for later: a solver may use its own arrays again."""

from __future__ import annotations

import numpy as np

from havenward.core.orders import Passage
from havenward.core.totals import Flows


def kept(realised: Flows | Passage | np.ndarray) -> np.ndarray:
    """Return (M, S, T) flows, (M, L) units that passed, or the (M, K) numbers of a draw, in an array of its own."""
    if isinstance(realised, Flows):
        return realised.values
    return (realised.units if isinstance(realised, Passage) else realised).copy()
