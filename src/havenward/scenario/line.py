"""The line of a home: which share of it the besieging group holds on the evening of each day.

It is straight between dated points and constant outside them. Days are the ordinals of dates, whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from havenward.scenario.schema import Bend, Control

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Line:
    """A line.

    Attributes:
        days: (K,) of its points, none before the one ahead of it; of one day the last point counts.
        shares: (K,) at its points; a line without points is nought.
    """

    days: F64
    shares: F64

    @classmethod
    def stated(cls, rows: Iterable[Control], bends: Iterable[Bend] = ()) -> Line:
        """Return the line of one home by the dates that are stated, and as it is bent."""
        ordered = sorted(rows, key=lambda row: row.date)
        days = [float(row.date.toordinal()) for row in ordered]
        return cls(np.array(days), np.array([row.besieged_share for row in ordered])).bent(bends)

    def at(self, days: ArrayLike) -> F64:
        """Return the shares on some days."""
        if not len(self.days):
            return np.zeros(np.shape(days))
        return np.asarray(np.interp(np.asarray(days, dtype=np.float64), self.days, self.shares))

    def bent(self, bends: Iterable[Bend]) -> Line:
        """Return the line with changes made to it in their order. No bit of it changes before a change's date."""
        line = self
        for bend in sorted(bends, key=lambda bend: bend.order):
            line = line._rescheduled(bend) if bend.besieged_share is None else line._moved(bend, bend.besieged_share)
        return line

    def _moved(self, bend: Bend, share: float) -> Line:
        first = bend.date.toordinal()
        arrives = first if bend.arrives is None else bend.arrives.toordinal()
        line = self._before(first)._and([arrives], [share])
        if bend.until is None:
            return line
        until = bend.until.toordinal()
        again = self._cut(until + 1)
        back = again.days > until
        return line._and([until], [share])._and(again.days[back], again.shares[back])

    def _rescheduled(self, bend: Bend) -> Line:
        first = bend.date.toordinal()
        later = self.days >= first
        if not later.any():
            return self
        before = self._before(first)
        still = before._and([first + bend.late - 1], before.shares[-1:])
        return still._and(first + bend.late + np.rint((self.days[later] - first) / bend.pace), self.shares[later])

    def _before(self, first: int) -> Line:
        """Return the points before a day; the last of them is on its eve."""
        line = self._cut(first - 1)
        early = line.days < first
        return Line(line.days[early], line.shares[early])

    def _and(self, days: ArrayLike, shares: Sequence[float] | F64) -> Line:
        return Line(np.append(self.days, days), np.append(self.shares, shares))

    def _cut(self, day: int) -> Line:
        """Return the same line with a point on a day.

        A slope that is cut gets a point on each of its days, so that no bit of its other days changes.
        """
        if (self.days == day).any():
            return self
        at = int(np.searchsorted(self.days, day))
        new = np.array([float(day)])
        if 0 < at < len(self.days) and self.shares[at - 1] != self.shares[at]:
            new = np.arange(self.days[at - 1] + 1, self.days[at])
        return Line(np.insert(self.days, at, new), np.insert(self.shares, at, self.at(new)))
