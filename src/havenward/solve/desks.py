"""Desks: where the flows of an order are worked out. A move has the same desk every day, as room is dear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.ledger import Ledger
from havenward.core.orders import Move
from havenward.core.totals import Flows
from havenward.solve import kernels


@dataclass(frozen=True)
class Desk:
    """Room for the flows of one move.

    Attributes:
        where: (S x T x M, 3) member, source and target.
        moved: (S x T x M,) units.
    """

    where: NDArray[np.int32]
    moved: NDArray[Any]


@dataclass
class Desks:
    """The desks of a solver that counts.

    Attributes:
        counts: (C, M) units, changed in place.
        ledger: audits every order.
        weight: (C,) the ledger's weights for such counts.
    """

    counts: NDArray[Any]
    ledger: Ledger
    weight: NDArray[Any]
    _of: dict[Move, Desk] = field(default_factory=dict)
    _sums: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))

    def of(self, move: Move) -> Desk:
        """Return the desk of a move."""
        if move not in self._of:
            sources, targets, _ = move.rows.shape
            room = sources * targets * self.counts.shape[1]
            self._of[move] = Desk(np.empty((room, 3), dtype=np.int32), np.empty(room, dtype=self.counts.dtype))
        return self._of[move]

    def sums(self, groups: int) -> NDArray[np.float64]:
        """Return room for (groups, M) sums, which all moves share."""
        if groups > len(self._sums):
            self._sums = np.empty((groups, self.counts.shape[1]))
        return self._sums[:groups]

    def carry(self, move: Move, number: int) -> Flows:
        """Move the units of the first `number` flows on a move's desk.

        Raises:
            Vanished: somebody was lost or invented.
        """
        desk = self._of[move]
        where, moved = desk.where[:number], desk.moved[:number]
        members = self.counts.shape[1]
        drift = np.zeros(members, dtype=self.weight.dtype)
        sound = kernels.apply_flows(self.counts, move.sources, move.rows, where, moved, self.weight, drift)
        self.ledger.audit(move, drift, sound=sound)
        return Flows((members, *move.rows.shape[:2]), where, moved)
