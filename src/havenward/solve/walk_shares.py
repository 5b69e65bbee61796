"""Compiled: the shares of an ordered move's options, and how crowds thin them out. Each has a plain twin in tests."""

from __future__ import annotations

import numpy as np
from numba import njit

from havenward.solve.kernels import F64, I32, I64, Out

MOST_STEPS = 1024
"""Steps of a unit in one order after which the net is taken for a circle."""
FINE, CIRCLE, MISFIT = 0, 1, 2


@njit(cache=True, nogil=True, inline="always")
def room_at(total: float, free: float, full: float) -> float:
    """Return the room that a crowd leaves: 1 up to `free`, 0 from `full`, a straight line between."""
    if total <= free:
        return 1.0
    if total >= full:
        return 0.0
    return 1.0 - (total - free) / (full - free)


@njit(cache=True, nogil=True)
def prepare(options: I64, weight: F64, crowd: I32, free: F64, keep: F64, share: Out, gated: Out) -> int:
    """Work out what is the same for all units of an order; return the largest number of options of a group.

    Writes (columns, K) shares of all options where every crowd leaves room, and (G,) whether any crowd may thin out a
    group's options.
    """
    widest = 1
    for g in range(options.size - 1):
        widest = max(widest, options[g + 1] - options[g])
        gated[g] = False
        for k in range(options[g], options[g + 1]):
            gated[g] |= crowd[k] >= 0 and free[crowd[k]] < np.inf
        for m in range(share.shape[0]):
            shares_of(weight[options[g] : options[g + 1], m], keep[g], share[m, options[g] : options[g + 1]])
    return widest


@njit(cache=True, nogil=True)
def shares_of(weight: F64, keep: float, share: Out) -> None:
    """Turn weights into shares: closed and weak options get none; where all weights are 0, all open ones are alike."""
    best = 0.0
    alike = 0
    for k in range(weight.size):
        best = max(best, weight[k])
        alike += weight[k] >= 0.0
    least = best * keep
    total = 0.0
    for k in range(weight.size):
        share[k] = weight[k] if weight[k] > 0.0 and weight[k] >= least else 0.0
        total += share[k]
    for k in range(weight.size):
        if total > 0.0:
            share[k] /= total
        elif weight[k] >= 0.0:
            share[k] = 1.0 / alike
        else:
            share[k] = 0.0


@njit(cache=True, nogil=True)
def thinned_shares(
    weight: F64, crowd: I32, totals: F64, free: F64, full: F64, power: float, keep: float, thinned: Out, share: Out
) -> None:
    """Write the shares of a group's options as the crowds of this moment thin them out."""
    for k in range(weight.size):
        w = weight[k]
        p = crowd[k]
        if w > 0.0 and p >= 0 and totals[p] > free[p]:
            room = room_at(totals[p], free[p], full[p])
            w = w * (room if power == 1.0 else room**power)
        thinned[k] = w
    shares_of(thinned[: weight.size], keep, share)


@njit(cache=True, nogil=True, inline="always")
def is_thinned(crowd: I32, low: int, high: int, totals: F64, m: int, free: F64) -> bool:
    """Return whether a crowd leaves less than all room at the end of any option from `low` to `high`, for one member."""
    thinned = False
    for k in range(low, high):
        c = crowd[k]
        if c >= 0 and totals[c, m] > free[c]:
            thinned = True
    return thinned


@njit(cache=True, nogil=True, inline="always")
def taken(u: float, share: F64) -> int:
    """Return the first option whose cumulated share exceeds u, or the last that has any."""
    edge = 0.0
    last = -1
    for k in range(share.size):
        if share[k] > 0.0:
            edge += share[k]
            last = k
            if u < edge:
                return k
    return last
