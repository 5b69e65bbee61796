"""Phase 8, record: keeps every stock and flow of a day, a stretch of days at a time.

Days are handed on as soon as a stretch is full, so that memory does not grow with the length of a run and a run that is
broken off leaves what it had. They are written in a thread of their own while the next days are turned.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from havenward.core.counted import Counted
from havenward.core.orders import Counts, Move, Order, Passage, Quota, Split
from havenward.core.rules import Rules
from havenward.core.totals import Flows, members_last
from havenward.run.days import Realised
from havenward.run.engine import Plan
from havenward.solve import kernels

STRETCH = 64
"""Days kept in memory."""


class Sink(Protocol):
    """Takes arrays of some days."""

    def write(self, name: str, first_day: int, values: NDArray[Any]) -> None:
        """Write (M, days, ...) values of a variable; the array is used again for later days."""
        ...


@dataclass
class Recorder:
    """Counts what a day brought about, for some members. A context, at whose end all that was handed on is written.

    Attributes:
        rules: for their series and signals.
        sink: where full stretches go.
        first: first day that is kept.
        last: last day that is kept.
        whole: whether people are whole numbers (they are not under the mean solver).
        begin: first day that is turned.
    """

    rules: Rules
    sink: Sink
    first: int
    last: int
    whole: bool
    begin: int = 0
    _kept: dict[str, NDArray[Any]] = field(init=False)
    _spare: dict[str, NDArray[Any]] = field(init=False)
    _stock: NDArray[Any] = field(init=False)
    _day: int = field(init=False)
    _start: int = field(init=False)
    _counted: Counted = field(init=False)
    _writer: ThreadPoolExecutor = field(init=False, default_factory=lambda: ThreadPoolExecutor(1))
    _written: Future[None] | None = field(init=False, default=None)

    @classmethod
    def of(cls, rules: Rules, sink: Sink, plan: Plan) -> Self:
        """Return the recorder of some members of a plan."""
        return cls(rules, sink, plan.first, plan.last, plan.solver != "mean", plan.begin)

    def __post_init__(self) -> None:
        self._counted = Counted(self.rules.table.groups, self.rules.unit)
        self._kept, self._spare = self._room(), self._room()
        shape = (len(self.rules.stocks), len(self._counted.names), self.rules.members)
        self._stock = np.empty(shape, dtype=np.int32 if self.whole else np.float64)
        self._start, self._day = self.first, self.begin

    def _room(self) -> dict[str, NDArray[Any]]:
        number = np.int32 if self.whole else np.float32
        days, counts = min(STRETCH, self.last - self.first + 1), len(self._counted.names)
        return {
            name: np.zeros((self.rules.members, days, series, counts), dtype=number)
            for name, series in (("stock", len(self.rules.stocks)), ("flow", len(self.rules.links)))
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """Hand on what a broken-off run has, and wait until all is written; a fault of the writing is raised."""
        if kind is KeyboardInterrupt:
            self.flush()
        self._writer.shutdown()
        if kind in (None, KeyboardInterrupt) and self._written is not None:
            self._written.result()

    def order(self, order: Order, realised: Realised) -> None:
        """Count what an order moved, on a day that is kept."""
        if self._day < self.first:
            return
        today = self._kept["flow"][:, self._day - self._start]
        if isinstance(realised, Flows) and isinstance(order, Split | Quota):
            self._moved(order.move, realised, today)
        if isinstance(realised, Passage):
            today[:, :, : realised.people.shape[1]] += realised.units[:, :, None] * realised.people
            if self.rules.unit:
                today[:, :, -1] += realised.units

    def _moved(self, move: Move, flows: Flows, today: NDArray[Any]) -> None:
        """Add flows of a move to (M, links, counts) of the day."""
        if move.counted:
            kernels.tally_flows(flows.where, flows.moved, move.rows, move.links, self.rules.table.people, today)

    def dusk(self, day: int, counts: Counts) -> None:
        """Keep a day, and hand a full stretch on."""
        if day >= self.first:
            at = day - self._start
            kernels.tally_stocks(members_last(counts), self.rules.series, self.rules.table.people, self._stock)
            self._kept["stock"][:, at] = self._stock.transpose(2, 0, 1)
            for name, value in self.rules.signals(day).items():
                if name not in self._kept:
                    self._kept[name] = np.zeros((len(value), self._kept["flow"].shape[1], *value.shape[1:]), value.dtype)
                self._kept[name][:, at] = value
        self._day = day + 1
        if self._day - self._start == self._kept["flow"].shape[1] or day == self.last:
            self.flush()
        if self.first <= self._day <= self.last:
            # never while a stretch is handed on: its writer still reads the arrays
            self._kept["flow"][:, self._day - self._start] = 0

    def flush(self) -> None:
        """Hand on the days that are kept, once those before them are written."""
        days = max(self._day - self._start, 0)
        if days:
            if self._written is not None:
                self._written.result()
            stretch = {name: values[:, :days] for name, values in self._kept.items()}
            self._written = self._writer.submit(self._write, self._start, stretch)
            self._start += days
            self._kept, self._spare = self._spare, self._kept

    def _write(self, first_day: int, stretch: dict[str, NDArray[Any]]) -> None:
        for name, values in stretch.items():
            self.sink.write(name, first_day, values)
