"""The front as each member has it: when the dates of control.csv that have ranges come.

One number of a member, `control_error`, says how far all dates lie within their ranges: those of one campaign err together,
because an offensive that is late in one place is late in the next. Dates are drawn as whole days, no two of a home alike: so
a member has a front that control.csv could have stated, and edits, which are dated by days, bend it as they bend that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.model.siege.parameters import two_piece
from havenward.scenario.line import Line
from havenward.scenario.schema import Bend, Control

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class VagueFront:
    """The front in a home where dates have ranges.

    Attributes:
        days: (3, K) ordinals of the earliest, the stated and the latest date of each point; stated ones ascend.
        shares: (K,) at the points.
        bends: what edits changed.
    """

    days: F64
    shares: F64
    bends: tuple[Bend, ...]

    @classmethod
    def of(cls, rows: Sequence[Control], bends: Sequence[Bend]) -> VagueFront:
        """Return the front of a home; rows without a range are certain."""
        ordered = sorted(rows, key=lambda row: row.date)
        dates = [(row.earliest or row.date, row.date, row.latest or row.date) for row in ordered]
        days = np.array([[date.toordinal() for date in each] for each in dates], dtype=float).T
        return cls(days, np.array([row.besieged_share for row in ordered]), tuple(bends))

    def drawn(self, error: float) -> Line:
        """Return the line of a member: -1 the earliest dates, 0 those stated, 1 the latest.

        Points keep their order, a day apart: where all are early, none comes before the day after the one ahead of it; where
        all are late, none after the eve of the next. So a certain point stays where it is. A point may fall outside the
        scenario, and is then not seen.
        """
        ahead = np.arange(len(self.shares))
        days = np.rint(two_piece(self.days, np.asarray(error))) - ahead
        ordered = np.maximum.accumulate(days) if error < 0 else np.minimum.accumulate(days[::-1])[::-1]
        return Line(ordered + ahead, self.shares).bent(self.bends)
