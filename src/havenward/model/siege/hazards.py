"""Hazards of leaving home, worked out for the cells that somebody is in. Compiled: there are thousands of them a day."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from havenward.core.compiled import kernel
from havenward.core.totals import is_any

FACTORIALS: Final = np.array([1.0 / np.prod(np.arange(1.0, n + 2.0)) for n in range(14)])
"""1 / (n + 1)!, the terms of (1 - exp(-x)) / x: 14 of them reach the last digit below SERIES_BELOW."""
SERIES_BELOW: Final = 0.5


@kernel
def compete(leave: Any, loss: Any, out: Any) -> None:
    """Write (2, M) chances of two competing hazards within a day: p_j = r_j (1 - exp(-r)) / r.

    A series without a branch is worked out for many members at a time; large hazards are mended after it.
    """
    for m in range(leave.size):
        x = -(leave[m] + loss[m])
        share = FACTORIALS[-1]
        for n in range(FACTORIALS.size - 2, -1, -1):
            share = share * x + FACTORIALS[n]
        out[0, m] = leave[m] * share
        out[1, m] = loss[m] * share
    for m in range(leave.size):
        total = leave[m] + loss[m]
        if total > SERIES_BELOW:
            share = -np.expm1(-total) / total
            out[0, m] = leave[m] * share
            out[1, m] = loss[m] * share


@kernel
def leave_or_die(
    units: Any, sources: Any, wish: Any, frailty: Any, follow: Any, expelled: Any, loss: Any, hazard: Any, out: Any
) -> None:
    """Write the chances to leave home and to be killed there, for cells that somebody is in.

    Args:
        units: (cells, M).
        sources: rows of the cells: (H, band, c, K, L) of those who decide, then (H, band, f) of those who follow.
        wish: (H, c, L, M) hazards of a household of middling frailty.
        frailty: (K, M) multipliers.
        follow: (H, f, M) hazards of those who follow.
        expelled: (H, M) hazard to be driven out.
        loss: (H, M) hazard to be killed.
        hazard: room for (M,) numbers.
        out: (sources, 2, M); what it says of empty cells is left as it was.
    """
    homes, deciding, listeners, members = wish.shape
    nodes, following = frailty.shape[0], follow.shape[1]
    bands = sources.size // (homes * (deciding * nodes * listeners + following))
    s = 0
    for h in range(homes):
        for _ in range(bands):
            for c in range(deciding):
                for k in range(nodes):
                    for listener in range(listeners):
                        if is_any(units[sources[s]]):
                            for m in range(members):
                                hazard[m] = wish[h, c, listener, m] * frailty[k, m] + expelled[h, m]
                            compete(hazard, loss[h], out[s])
                        s += 1
    for h in range(homes):
        for _ in range(bands):
            for f in range(following):
                if is_any(units[sources[s]]):
                    for m in range(members):
                        hazard[m] = follow[h, f, m] + expelled[h, m]
                    compete(hazard, loss[h], out[s])
                s += 1
