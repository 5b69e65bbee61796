"""Sums by group (area, corridor, crossing), and of terms one after the other.

Never by BLAS, whose rounding depends on how many members there are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

F64 = NDArray[np.float64]


def grouping(group: NDArray[np.int64], groups: int, weight: NDArray[np.int64] | F64 | None = None) -> csr_array:
    """Return a (groups, S) matrix that sums S sources into their groups, each times its weight (one if not given)."""
    sources = len(group)
    ones = np.ones(sources) if weight is None else weight.astype(np.float64)
    return csr_array((ones, (group, np.arange(sources))), shape=(groups, sources))


def total_by(flow: NDArray[np.int64] | F64, matrix: csr_array) -> F64:
    """Return (M, groups) sums of (M, S) values, each in the order of S. Exact for whole numbers."""
    return np.ascontiguousarray((matrix @ flow.T.astype(np.float64)).T)


def added_in_order(values: F64) -> F64:
    """Return (..., 1) sums over the last axis, term by term: the same bits in any layout and with noughts between terms."""
    nothing = np.zeros((*values.shape[:-1], 1))
    return np.asarray(np.cumsum(np.concatenate([nothing, values], axis=-1), axis=-1)[..., -1:])
