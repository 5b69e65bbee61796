"""What keeps the days of a batch: everything, day by day, or only what tables tell."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from havenward.core.orders import Counts, Order
from havenward.run.days import Realised


class Chronicle(Protocol):
    """Hears of every order of a batch, and sees its people at every dusk. A context, at whose end all is kept."""

    def order(self, order: Order, realised: Realised) -> None:
        """Hear what an order brought about."""
        ...

    def dusk(self, day: int, counts: Counts) -> None:
        """See (M, C) units at the end of a day."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> bool | None: ...


@dataclass
class Together:
    """Several chronicles of one batch."""

    chronicles: tuple[Chronicle, ...]
    _stack: ExitStack = field(init=False, default_factory=ExitStack)

    def order(self, order: Order, realised: Realised) -> None:
        """Let all hear."""
        for chronicle in self.chronicles:
            chronicle.order(order, realised)

    def dusk(self, day: int, counts: Counts) -> None:
        """Let all see."""
        for chronicle in self.chronicles:
            chronicle.dusk(day, counts)

    def __enter__(self) -> Self:
        """Enter all."""
        for chronicle in self.chronicles:
            self._stack.enter_context(chronicle)
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End all."""
        self._stack.__exit__(kind, fault, trace)
