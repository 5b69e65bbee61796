"""Follows what counters look at while the days of a run go by, and writes what they would print."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.run.case import Observed
from havenward.run.daily import Daily, Sight, seen
from havenward.run.engine import Batch
from havenward.run.observe import observed
from havenward.scenario.schema import Scenario


@dataclass
class WatchPart:
    """What counters look at, of one batch. Days that are handed on twice are kept once."""

    place: slice
    first: int
    sight: Sight
    _stretches: dict[str, dict[int, NDArray[Any]]] = field(default_factory=lambda: {"stock": {}, "flow": {}})

    def write(self, name: str, first_day: int, values: NDArray[Any]) -> None:
        """Take (M, days, ...) values of a variable."""
        if name in self._stretches:
            sums = self.sight.stocks if name == "stock" else self.sight.links
            number = np.int32 if np.issubdtype(values.dtype, np.integer) else np.float64
            self._stretches[name][first_day - self.first] = seen(sums, values).astype(number)

    def whole(self, name: str) -> NDArray[Any] | None:
        """Return (2, M, days, names) of a variable, or None before the first stretch."""
        stretches = self._stretches[name]
        return np.concatenate([stretches[day] for day in sorted(stretches)], axis=2) if stretches else None


@dataclass
class Watch:
    """Follows a run batch by batch; one batch is in memory at a time."""

    store: Observed
    scenario: Scenario
    _sight: Sight = field(init=False)
    _open: WatchPart | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._sight = Sight.of(self.store.frame)

    def part(self, batch: Batch) -> WatchPart:
        """Return the sink of a batch; what the batch before saw is written."""
        self.finish()
        self._open = WatchPart(batch.place, self.store.plan.first, self._sight)
        return self._open

    def finish(self) -> None:
        """Write what the counters of the open batch would print, as far as it got."""
        part, self._open = self._open, None
        if part is None:
            return
        stock, flow = part.whole("stock"), part.whole("flow")
        if stock is None or flow is None:
            return
        days = min(stock.shape[2], flow.shape[2])
        first = self.scenario.header.start + dt.timedelta(days=part.first)
        sight = self._sight
        daily = Daily(self.store.frame, first, sight.stocks.names, sight.links.names, stock[:, :, :days], flow[:, :, :days])
        self.store.write_observed(part.place, observed(daily, self.scenario))
