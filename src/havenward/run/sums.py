"""Adds up series that bear one name: many links into one camp, many origins at one site."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from havenward.core.totals import Total

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Sums(Generic[Key]):
    """Names, and which series make up each.

    Attributes:
        names: in the order in which they were first given.
        order: series, those of one name side by side.
        starts: where each name begins in `order`.
        signs: 1 for a series that is added, -1 for one that is taken away.
    """

    names: list[Key]
    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    signs: NDArray[np.int64]

    @classmethod
    def of(cls, terms: Iterable[tuple[int, Key, int]]) -> Sums[Key]:
        """Return the sums of (series, name, sign) terms."""
        members: dict[Key, list[tuple[int, int]]] = {}
        for series, name, sign in terms:
            members.setdefault(name, []).append((series, sign))
        listed = [term for part in members.values() for term in part]
        sizes = [len(part) for part in members.values()]
        return cls(
            names=list(members),
            order=np.array([series for series, _ in listed], dtype=np.int64),
            starts=np.cumsum([0, *sizes[:-1]], dtype=np.int64)[: len(members)],
            signs=np.array([sign for _, sign in listed], dtype=np.int64),
        )

    @property
    def total(self) -> Total:
        """The same sums over (M, series) values."""
        name = np.repeat(np.arange(len(self.names)), np.diff(self.starts, append=len(self.order)))
        return Total.by(name, len(self.names), self.order, self.signs)

    def add(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return (members, days, names, ...) sums of (members, days, series, ...): whole numbers stay whole."""
        number = np.int64 if np.issubdtype(values.dtype, np.integer) else np.float64
        if not self.names:
            return np.zeros((*values.shape[:2], 0, *values.shape[3:]), dtype=number)
        taken = np.take(values, self.order, axis=2)
        if (self.signs < 0).any():
            taken = taken * self.signs.reshape(-1, *(1,) * (taken.ndim - 3))
        if len(self.names) == len(self.order):
            return taken.astype(number)
        return np.asarray(np.add.reduceat(taken, self.starts, axis=2, dtype=number))
