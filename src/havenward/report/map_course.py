"""The course of a run below its map: people out of their homes, with a line on the day that is shown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import ImageDraw

from havenward.guard.disclosure import FEWEST_DRAWS, quantiles
from havenward.report import pens
from havenward.report.digest import Digest
from havenward.report.geometry import Points
from havenward.report.style import BLUE, INK, QUIET
from havenward.report.ticks import date_ticks, round_above

BAND = "#8fc1e3"
TEXT = 8.6


class Course:
    """A small fan of the displaced over all days, in a frame of pixels (left, top, right, bottom)."""

    def __init__(self, sums: Digest, interval: str, frame: tuple[int, int, int, int], unit: float) -> None:
        """`interval`: what the draws are over; `frame` and `unit` in pixels."""
        self.sums = sums
        self.interval = interval
        self.left, self.top, self.right, self.bottom = frame
        self.unit = unit

    def x(self, day: float) -> float:
        """Pixels of a day."""
        return self.left + (self.right - self.left) * day / max(len(self.sums.dates) - 1, 1)

    def mark(self, draw: ImageDraw.ImageDraw, day: int, colour: str) -> None:
        """The line on a day."""
        x = self.x(day)
        draw.line((x, self.top, x, self.bottom), fill=colour, width=max(round(1.6 * self.unit), 1))

    def paint(self, draw: ImageDraw.ImageDraw) -> None:
        """The 80 % interval and the median, from nought, with dates."""
        people = self.sums.displaced()
        one = self.sums.draws < FEWEST_DRAWS
        low, middle, high = (people[0], people[0], people[0]) if one else quantiles(people, (0.1, 0.5, 0.9))
        most = round_above(float(high.max(initial=0)))
        if len(middle) > 1:
            draw.polygon(np.concatenate((self._line(low, most), self._line(high, most)[::-1])).ravel().tolist(), fill=BAND)
            draw.line(self._line(middle, most).ravel().tolist(), fill=BLUE, width=max(round(1.4 * self.unit), 1))
        draw.line((self.left, self.bottom, self.right, self.bottom), fill=INK, width=1)
        shown = "one simulated future" if one else f"median and 80 % interval, {self.interval}"
        words = f"People out of their homes (stock): {shown}"
        pens.words(draw, (self.left, self.top - 2 * self.unit), words, TEXT * self.unit, QUIET, anchor="ld")
        near = self.left - 5 * self.unit
        pens.words(draw, (near, self.top), f"{most:,.0f}", TEXT * self.unit, QUIET, anchor="ra")
        pens.words(draw, (near, self.bottom), "0", TEXT * self.unit, QUIET, anchor="rd")
        self._dates(draw)

    def _line(self, values: NDArray[np.float64], most: float) -> Points:
        """Pixels of (time,) persons."""
        x = self.left + (self.right - self.left) * np.arange(len(values)) / max(len(values) - 1, 1)
        return np.column_stack((x, self.bottom - (self.bottom - self.top) * values / most))

    def _dates(self, draw: ImageDraw.ImageDraw) -> None:
        first, last = self.sums.dates[0].item(), self.sums.dates[-1].item()
        for day, label in date_ticks(first, last, 10):
            at, below = self.x((day - first).days), self.bottom + 3 * self.unit
            draw.line((at, self.bottom, at, below), fill=INK, width=1)
            anchor = "la" if at < self.left + 18 * self.unit else "ra" if at > self.right - 20 * self.unit else "ma"
            pens.words(draw, (at, below), label.replace("\n", " "), TEXT * self.unit, QUIET, anchor=anchor)
