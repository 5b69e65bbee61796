"""Figures as registers printed them: at their own dates only, nothing filled in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Reports:
    """Printed stocks of camps, (reports,) each: `day` from the start, `camp` as a column, `value` in the data's unit.

    They go by camp, then by day, one to a camp and day. Raises ValueError where they do not.
    """

    day: Ints
    camp: Ints
    value: Floats

    def __post_init__(self) -> None:
        """Refuse what would be scored wrongly without a word."""
        if not self.day.shape == self.camp.shape == self.value.shape == (len(self.value),):
            raise ValueError("day, camp and value of reports must be one-dimensional and of one length")
        if (self.day < 0).any() or (self.camp < 0).any():
            raise ValueError("days and camps of reports count from 0")
        steps = np.diff(self.camp), np.diff(self.day)
        if ((steps[0] < 0) | ((steps[0] == 0) & (steps[1] <= 0))).any():
            raise ValueError("reports must go by camp, then by day, one to a camp and day")

    def __len__(self) -> int:
        return len(self.value)

    @property
    def dates(self) -> Ints:
        """Days on which any camp's figure was printed, ascending."""
        return np.unique(self.day)

    def since(self, day: int) -> Reports:
        """Those of `day` and later."""
        kept = self.day >= day
        return Reports(self.day[kept], self.camp[kept], self.value[kept])

    def pairs(self, horizon: int) -> tuple[Ints, Ints]:
        """Rows of reports, and for each the row of its camp's latest report at least `horizon` days earlier.

        A report without such an earlier one is left out.
        """
        later: list[Ints] = []
        earlier: list[Ints] = []
        for camp in np.unique(self.camp):
            rows = np.flatnonzero(self.camp == camp)
            before = np.searchsorted(self.day[rows], self.day[rows] - horizon, side="right") - 1
            later.append(rows[before >= 0])
            earlier.append(rows[before[before >= 0]])
        none = np.empty(0, dtype=np.int64)
        return np.concatenate([none, *later]), np.concatenate([none, *earlier])
