"""Registered refugees as series of dated counts: several files a series, corrections, and values between dates.

The rules are Flee's, quirks included, because its published results rest on them: how files are summed
(`merged`), how a jump of the registers is taken back (`corrected`) and what holds between two dates (`at`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.int64]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SeriesFile:
    """One file of dated counts, in the order of the file: `entries` are (day, persons)."""

    file: str
    entries: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Series:
    """The count of one camp, or of all refugees; several files are summed."""

    name: str
    files: tuple[SeriesFile, ...]


@dataclass(frozen=True)
class Correction:
    """Up to `day`, the registers of `name` counted too many: earlier values are scaled to the value of that day."""

    name: str
    day: int


@dataclass(frozen=True)
class Line:
    """Dated values, (entries,) each: days in the order of the file, and persons."""

    days: Days
    values: Counts

    def at(self, when: Days) -> Counts:
        """The value on days `when`: a straight line between the last entry before and the first entry not before it.

        Before the first entry the first value holds, after the latest the last. Entries out of order are looked
        up in the order of the file: the first whose day is not before the one asked for.
        """
        after = np.searchsorted(np.maximum.accumulate(self.days), when, side="left")
        late = after == len(self.days)
        upper = np.clip(after, 1, len(self.days) - 1) if len(self.days) > 1 else np.zeros_like(after)
        lower = np.maximum(upper - 1, 0)
        span = np.where(self.days[upper] == self.days[lower], 1, self.days[upper] - self.days[lower])
        between = self.values[lower] + (when - self.days[lower]) / span * (self.values[upper] - self.values[lower])
        early = when <= self.days[0]
        result: Counts = np.select([early, late], [self.values[0], self.values[-1]], between)
        return result

    def corrected(self, day: int) -> Line:
        """Every entry before each entry of `day` scaled by its value over that of the entry before it.

        Raises ValueError where no entry has that day, where it is the first one, or where fewer than one person
        stood in the entry before it.
        """
        found = np.flatnonzero(self.days == day)
        if not len(found):
            raise ValueError("the series has no entry of this date")
        values = self.values.copy()
        for row in found:
            if row == 0:
                raise ValueError("this is the first date of the series, so nothing lies before it")
            if values[row - 1] < 1:
                raise ValueError("the entry before this date counts less than one person")
            values[:row] *= values[row] / values[row - 1]
        return Line(self.days, values)


@dataclass(frozen=True)
class SourceData:
    """Everything under `source_data`: the first series is the total of refugees, the others are camps."""

    series: tuple[Series, ...]
    corrections: tuple[Correction, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the series in the order of `data_layout.csv`."""
        return tuple(series.name for series in self.series)

    def line(self, name: str, hasten: int) -> Line:
        """The series `name`, summed over its files, divided by `hasten` and corrected.

        Raises KeyError where there is none, ValueError where a correction cannot be carried out.
        """
        found = {series.name: series for series in self.series}[name]
        whole = merged(found)
        days = [correction.day for correction in self.corrections if correction.name == name]
        return reduce(Line.corrected, days, Line(whole.days, whole.values / hasten))

    def by_day(self, days: int, hasten: int) -> npt.NDArray[np.int64]:
        """Persons (divided by `hasten`, cut to whole ones) on days 0 to `days` - 1, (days, series)."""
        when = np.arange(days)
        return np.stack([self.line(name, hasten).at(when).astype(np.int64) for name in self.names], axis=1)


def merged(series: Series) -> Line:
    """The sum of the files of a series."""
    entries = reduce(_summed, (file.entries for file in series.files))
    days = np.array([day for day, _ in entries], dtype=np.int64)
    return Line(days, np.array([count for _, count in entries], dtype=np.float64))


def dropped(first: tuple[tuple[int, int], ...], second: tuple[tuple[int, int], ...]) -> int:
    """Entries of `first` that lie after the end of `second` and so are not in the sum of the two."""
    return sum(day > second[-1][0] for day, _ in first)


def _summed(first: tuple[tuple[int, int], ...], second: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Both as one series.

    A date of `first` takes the last value of `second` before it; a date of `second` takes the value of `first` on
    that date or, where there is none, the *next* one. What follows in `first` after the end of `second` is lost.
    The sums of the registered figures in published runs can only be had so.
    """
    result: list[tuple[int, int]] = []
    row = before = 0
    for day, count in second:
        while row < len(first) and first[row][0] < day:
            result.append((first[row][0], first[row][1] + before))
            row += 1
        result.append((day, count + first[min(row, len(first) - 1)][1]))
        row += row < len(first) and first[row][0] == day
        before = count
    return tuple(result)
