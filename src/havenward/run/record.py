"""Phase 8, record: keeps every stock and flow of a day, a stretch of days at a time.

Days are written to the store as soon as a stretch is full, so that memory does not grow with the length of a run and a run
that is broken off leaves what it had.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from havenward.core.orders import Counts, Draw, Order, Realised
from havenward.core.rules import Rules
from havenward.solve import kernels

STRETCH = 64
"""Days kept in memory."""


class Sink(Protocol):
    """Takes arrays of some days."""

    def write(self, name: str, first_day: int, values: NDArray[Any]) -> None:
        """Write (M, days, ...) values of a variable."""
        ...


@dataclass
class Recorder:
    """Counts what a day brought about, for some members.

    Attributes:
        rules: for their series and signals.
        sink: where full stretches go.
        first: first day that is kept.
        last: last day that is kept.
        whole: whether people are whole numbers (they are not under the mean solver).
    """

    rules: Rules
    sink: Sink
    first: int
    last: int
    whole: bool
    _flow: NDArray[Any] = field(init=False)
    _kept: dict[str, list[NDArray[Any]]] = field(init=False, default_factory=dict)
    _start: int = field(init=False)

    def __post_init__(self) -> None:
        self._flow = self._zeros(len(self.rules.links))
        self._start = self.first

    def _zeros(self, series: int) -> NDArray[Any]:
        return np.zeros((self.rules.members, series, 5), dtype=np.int64 if self.whole else np.float64)

    def order(self, order: Order, realised: Realised) -> None:
        """Count the flows of an order."""
        if not isinstance(order, Draw) and order.move.counted:
            flows = realised if realised.ndim == 3 else realised[:, :, None]
            kernels.tally_flows(flows, order.move.rows, order.move.links, self.rules.table.people, self._flow)

    def dusk(self, day: int, counts: Counts) -> None:
        """Keep a day, and hand a full stretch on."""
        if day >= self.first:
            self._keep(day, counts)
            if day - self._start + 1 == STRETCH or day == self.last:
                self.flush()
        self._flow[:] = 0

    def flush(self) -> None:
        """Hand on what is kept."""
        for name, days in self._kept.items():
            self.sink.write(name, self._start, np.stack(days, axis=1))
        self._start += len(next(iter(self._kept.values()), []))
        self._kept = {}

    def _keep(self, day: int, counts: Counts) -> None:
        stock = self._zeros(len(self.rules.stocks))
        kernels.tally_stocks(counts, self.rules.series, self.rules.table.people, stock)
        number = np.int32 if self.whole else np.float32
        values = {"stock": stock.astype(number), "flow": self._flow.astype(number)} | self.rules.signals(day)
        for name, value in values.items():
            self._kept.setdefault(name, []).append(value)
