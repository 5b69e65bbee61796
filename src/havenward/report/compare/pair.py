"""One figure as it is and with an edit, in the same simulated futures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from havenward.guard.disclosure import Interval, change_text, figure_text, in_hundred, in_ten, interval
from havenward.report.sums import Values


@dataclass(frozen=True)
class Pair:
    """(draw, ...) persons on both sides; members of both draw the same numbers wherever the edit does not reach."""

    base: Values
    edited: Values

    @property
    def change(self) -> Values:
        """(draw, ...) edited less base."""
        return self.edited - self.base

    @property
    def anybody(self) -> bool:
        """Whether there is anybody on either side, in any future."""
        return bool(self.base.any() or self.edited.any())

    @property
    def size(self) -> float:
        """The largest change over days, mean of the draws."""
        return float(np.abs(self.change).max(axis=1, initial=0).mean())

    @property
    def largest(self) -> Pair:
        """(draw,) the largest number of each future, on whatever day it stands."""
        return Pair(self.base.max(axis=1), self.edited.max(axis=1))


@dataclass(frozen=True)
class Effect:
    """What an edit does to one figure, ready to print."""

    base: Interval
    edited: Interval
    change: Interval
    falls: float
    """Share of the futures in which the figure falls."""
    rises: float

    @classmethod
    def of(cls, pair: Pair) -> Effect:
        """The effect of (draw,) persons.

        Raises
        ------
        NoIntervalError
            with fewer than two draws.
        """
        change = pair.change
        falls, rises = float((change < 0).mean()), float((change > 0).mean())
        return cls(interval(pair.base), interval(pair.edited), interval(change), falls, rises)

    def cells(self) -> list[str]:
        """Both sides, the change, and how often it falls and rises."""
        return [
            figure_text(self.base),
            figure_text(self.edited),
            change_text(self.change),
            *map(often, (self.falls, self.rises)),
        ]

    @property
    def chance(self) -> str:
        """How often the figure falls or rises, the more frequent of both, in words and as a number."""
        if self.falls == self.rises == 0:
            return "the same in all futures"
        word, share = ("falls", self.falls) if self.falls >= self.rises else ("rises", self.rises)
        return f"{word} in {in_ten(share)} futures" + ("" if share == 1 else f" ({in_hundred(share)})")


HEAD = ("As it is", "With the edit", "Change", "Falls in … futures", "Rises in … futures")
"""What `Effect.cells` are."""


def often(share: float) -> str:
    """A share of futures in words and as a number, such as `8 of 10 (82 %)`."""
    return in_ten(share) if share in (0.0, 1.0) else f"{in_ten(share)} ({in_hundred(share)})"
