"""What an order brought about, kept for later: a solver may use its own arrays again."""

from __future__ import annotations

import numpy as np

from havenward.core.totals import Flows


def kept(realised: Flows | np.ndarray) -> np.ndarray:
    """Return (M, S, T) flows, or the (M, K) numbers of a draw, in an array of its own."""
    return realised.values if isinstance(realised, Flows) else realised.copy()
