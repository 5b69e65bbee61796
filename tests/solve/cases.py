"""Small random cases for kernels: who stands where, who may go where, and where the numbers come from."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

ROWS, MEMBERS = 7, 4
WORD = st.integers(0, 2**32 - 1)
HASH = st.integers(0, 2**64 - 1)


class Case:
    """A small random case: cells, sources, targets with bundles of up to two cells, and where the numbers come from."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rng = rng
        self.members = rng.integers(0, 2**32, MEMBERS, dtype=np.uint32)
        self.seed = int(rng.integers(0, 2**32))
        self.at = int(rng.integers(0, 2**32))
        sources, targets = int(rng.integers(1, 6)), int(rng.integers(1, 5))
        self.sources = rng.permutation(ROWS)[:sources]
        self.hashes = rng.integers(0, 2**64, sources, dtype=np.uint64)
        self.tags = rng.integers(0, 2**32, (sources, targets), dtype=np.uint32)
        self.rows = rng.integers(-1, ROWS, (sources, targets, 2))
        self.rows[:, :, 0] = np.abs(self.rows[:, :, 0])
        self.counts = rng.integers(0, 40, (ROWS, MEMBERS)) * (rng.random((ROWS, MEMBERS)) < rng.choice([0.2, 0.8]))
        self.counts[:, 0] *= 1000
        self.where = np.full(ROWS, -1, dtype=np.int32)
        self.where[self.sources] = np.arange(sources)

    def groups(self) -> tuple[int, np.ndarray]:
        """Return a number of groups and the group that each source follows."""
        number = int(self.rng.integers(1, len(self.sources) + 1))
        return number, self.rng.integers(0, number, len(self.sources))

    def probability(self, groups: int, members: int) -> np.ndarray:
        """Return (G, T, M or 1) probabilities; in some groups all of a unit's are nought."""
        shape = (groups, self.tags.shape[1], members)
        odds = self.rng.random(shape) * (self.rng.random(shape) < 0.7)
        return odds / np.maximum(odds.sum(axis=1, keepdims=True), 1e-9) * self.rng.choice([0.001, 0.2, 1.0])

    def flows(self) -> np.ndarray:
        """Return (M, S, T) flows of at most two units."""
        return self.rng.integers(0, 3, (MEMBERS, *self.tags.shape))

    def desk(self, dtype: type) -> tuple[np.ndarray, np.ndarray]:
        """Return room for all flows."""
        room = MEMBERS * self.tags.size
        return np.full((room, 3), -9, dtype=np.int32), np.full(room, -9, dtype=dtype)

    def units(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the cell of each of 60 units, and those that stand in a source, in any sequence."""
        cell = self.rng.integers(0, ROWS, 60).astype(np.int32)
        return cell, self.rng.permutation(np.flatnonzero(self.where[cell] >= 0)).astype(np.int32)


cases = st.integers(0, 2**32 - 1).map(Case)
