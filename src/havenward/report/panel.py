"""One chart among many on a sheet: a fan over dates, with its title, its unit and its axes, which reach nought.

A fan has three bands (50, 80 and 95 % of the draws), each darker than the next, so that it reads without colour. Shapes are
put onto the sheet at once, without the axes of matplotlib: those take ten times as long, for features that no small chart
needs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import NDArray

from havenward.guard.disclosure import FEWEST_DRAWS, quantiles
from havenward.report.drawing import RING, Dashes, Drawing, Mark
from havenward.report.facts import Facts
from havenward.report.style import BLUE, DPI, FRAME, GRID, INK, QUIET, VERMILION
from havenward.report.ticks import date_ticks

Values = NDArray[np.float64]

BANDS = ((0.025, 0.975, 0.18), (0.1, 0.9, 0.30), (0.25, 0.75, 0.48))
"""Lower and upper quantile and opacity of the 95, 80 and 50 % bands, drawn one over the other."""

LEVELS = sorted({edge for low, high, _ in BANDS for edge in (low, high)} | {0.5})

DASHES = (0, (3, 1.5))
"""Plots of camps."""

ONE_FUTURE = (0, (4, 2))
EPOCH = dt.date(1970, 1, 1)
TICK = 5.0
"""Pixels."""

ROOM = 1.05
"""Axes reach this many times as high as what is drawn."""

GRID_LINES = MaxNLocator(5, min_n_ticks=3)

EDGES = (97, 1461)
"""Pixels: where the first panel of a row begins and the last one ends."""

HEAD = 1.55
"""Inches: where panels begin, and what a sheet is higher than its rows."""

BELOW = 94
"""Pixels below the panels."""

COLUMN_GAP, ROW_GAP = 0.075, 0.62
"""Shares of a panel's width (times the columns of its row) and of its height that lie between panels."""

Place = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""


def grid(sheet: Drawing, rows: int, columns: int, row_gap: float = ROW_GAP) -> list[Place]:
    """Places of panels in reading order; `row_gap` is the share of a panel's height that lies between two rows."""
    gap, top = COLUMN_GAP * columns, HEAD * DPI
    wide = (EDGES[1] - EDGES[0]) / (columns + gap * (columns - 1))
    high = (sheet.height - top - BELOW) / (rows + row_gap * (rows - 1))
    corners = [
        (EDGES[0] + column * wide * (1 + gap), top + row * high * (1 + row_gap))
        for row in range(rows)
        for column in range(columns)
    ]
    return [(left, upper, left + wide, upper + high) for left, upper in corners]


def days(dates: NDArray[np.datetime64]) -> Values:
    """Days since 1970."""
    return dates.astype("datetime64[D]").astype(np.float64)


def day_number(day: dt.date) -> float:
    """Days since 1970."""
    return float((day - EPOCH).days)


def thousands(value: float) -> str:
    """A tick with its thousands parted; `1.2m` is 1.2 million."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:g}m"
    if value != round(value):
        return f"{value:g}"
    return f"{value:,.0f}"


def signed(value: float) -> str:
    """A tick of an axis that reaches below nought."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{thousands(abs(value))}"


class Panel:
    """A chart in a place of a sheet, over the days from `first` to `last` (days since 1970)."""

    def __init__(self, sheet: Drawing, place: Place, first: float, last: float) -> None:
        """A single day is drawn as wide as a day."""
        self.sheet = sheet
        self.left, self.top, self.right, self.bottom = place
        self.first, self.last = first, max(last, first + 1)
        self.most = self.least = 0.0
        # How high a person stands is known only when everything is drawn; matplotlib asks for it when the sheet is saved.
        self.scale = Affine2D()

    def x(self, day: float) -> float:
        """Pixels of a day."""
        return self.left + (self.right - self.left) * (day - self.first) / (self.last - self.first)

    def fan(self, x: Values, draws: Values, colour: str = BLUE, centre: Values | None = None, middle: str = INK) -> None:
        """The 95, 80 and 50 % bands of (draw, time) values and their median; a bare dashed line where there is one draw.

        `centre` is (time,) what stands in place of the median, `middle` the colour of its line.
        """
        if len(x) == 1:
            x, draws = np.array([x[0], x[0] + 1]), np.repeat(draws, 2, axis=1)
        if draws.shape[0] < FEWEST_DRAWS:
            self.line(x, draws[0], colour, 1.2, ONE_FUTURE)
            return
        levels = dict(zip(LEVELS, quantiles(draws, LEVELS), strict=True))
        for low, high, opacity in BANDS:
            self.band(x, levels[low], levels[high], colour, opacity)
        self.line(x, levels[0.5] if centre is None else centre, middle, 1.1)

    def band(self, x: Values, low: Values, high: Values, colour: str, opacity: float) -> None:
        """All between two lines of (time,) values."""
        self.reach(low, high)
        edge = np.column_stack((np.concatenate((x, x[::-1])), np.concatenate((low, high[::-1]))))
        self.sheet.add(Polygon(edge, facecolor=colour, alpha=opacity, linewidth=0, transform=self._people()))

    def line(self, x: Values, values: Values, colour: str, width: float, dashes: Dashes = None) -> None:
        """A line through (time,) values."""
        self.reach(values)
        self.sheet.add(Line2D(x, values, color=colour, linewidth=width, linestyle=dashes, transform=self._people()))

    def steps(self, x: Values, values: Values) -> None:
        """A dashed line of (time,) values that keep until the next."""
        self.reach(values)
        shape = Line2D(
            x, values, drawstyle="steps-post", color=VERMILION, linewidth=1.6, linestyle=DASHES, transform=self._people()
        )
        self.sheet.add(shape)

    def rings(self, x: Sequence[float], values: Sequence[float]) -> None:
        """Counted figures."""
        self.points(x, values, RING)

    def points(self, x: Sequence[float], values: Sequence[float], style: Mapping[str, object]) -> None:
        """Marks of a style, such as `RING`."""
        self.reach(np.array(values))
        self.sheet.add(Line2D(x, values, linestyle="none", transform=self._people(), **style))  # type: ignore[arg-type]

    def bars(self, spans: Sequence[tuple[tuple[float, float], tuple[float, float]]]) -> None:
        """Strokes between pairs of (day, value): ranges that were printed, and the days that a flow was summed over."""
        if spans:
            self.reach(np.array([value for span in spans for _, value in span]))
            self.sheet.add(LineCollection(list(spans), colors=INK, linewidths=1.0, transform=self._people()))

    def upright(self, day: float, width: float, colour: str, dashes: tuple[float, float]) -> None:
        """A dashed line on a day, where the panel has that day."""
        if self.first <= day <= self.last:
            x = self.x(day)
            self.sheet.add(Line2D([x, x], [self.top, self.bottom], color=colour, linewidth=width, linestyle=(0, dashes)))

    def origin(self, facts: Facts) -> None:
        """The line on the day on which a forecast was made, if the run is one."""
        if facts.origin is not None:
            self.upright(day_number(facts.origin), 1.2, INK, (4, 2))

    def beside(self, day: float, text: str) -> None:
        """Words at the top of an upright line."""
        if self.first <= day <= self.last:
            self.sheet.words((self.x(day) + 6, self.top + 5), text, 8.5)

    def note(self, text: str) -> None:
        """A remark in the upper left corner."""
        self.sheet.words((self.left + 6, self.top + 5), text, 8.5, QUIET)

    def finish(self, title: str, unit: str, ticks: int, *, dated: bool = True) -> None:
        """Title, unit, an axis of people that reaches nought, and an axis of dates with at most so many marks."""
        top, least = ROOM * self.most, ROOM * self.least
        if top == least:
            top = 10.0
        across, down = (self.right - self.left) / (self.last - self.first), (self.top - self.bottom) / (top - least)
        self.scale.translate(-self.first, -least).scale(across, down).translate(self.left, self.bottom)
        # Words may reach into the gap to the next panel, and to the edge of the sheet.
        width = (self.right - self.left) + 28
        self.sheet.words((self.left, self.top - 28), title, 10.5, bold=True, anchor="ls", width=width)
        self.sheet.words((self.left, self.top - 7), unit, 8.5, QUIET, anchor="ls", width=width)
        levels = [level for level in GRID_LINES.tick_values(least, top) if least <= level <= top]
        heights = [self.bottom + down * (level - least) for level in levels]
        lines = [((self.left, y), (self.right, y)) for y in heights]
        self.sheet.add(LineCollection(lines, colors=GRID, linewidths=0.8, zorder=0.5))
        for level, y in zip(levels, heights, strict=True):
            self.sheet.words((self.left - 11, y), signed(level) if least < 0 else thousands(level), 8.5, anchor="rm")
        corner = ((self.left, self.top), (self.left, self.bottom), (self.right, self.bottom))
        marks = date_ticks(EPOCH + dt.timedelta(days=self.first), EPOCH + dt.timedelta(days=self.last), ticks)
        places = [self.x(day_number(day)) for day, _ in marks]
        strokes = [((self.left - TICK, y), (self.left, y)) for y in heights]
        strokes += [((x, self.bottom), (x, self.bottom + TICK)) for x in places]
        self.sheet.add(LineCollection([corner], colors=FRAME, linewidths=0.8, zorder=2.5))
        self.sheet.add(LineCollection(strokes, colors=INK, linewidths=0.8, zorder=2.5))
        for x, (_, label) in zip(places, marks, strict=True) if dated else ():
            for number, line in enumerate(label.split("\n")):
                self.sheet.words((x, self.bottom + 10 + 17 * number), line, 8.5, anchor="ma")

    def reach(self, *values: Values) -> None:
        """Makes the axis of people hold (time,) values."""
        self.most = max(self.most, *(float(np.max(some, initial=0)) for some in values))
        self.least = min(self.least, *(float(np.min(some, initial=0)) for some in values))

    def _people(self) -> Transform:
        """Days and persons to the pixels of matplotlib."""
        return self.scale + self.sheet.pixels


def fan_legend(sheet: Drawing, draws: int, colour: str = BLUE, *, counted: bool = False, more: Sequence[Mark] = ()) -> None:
    """What bands, line and rings mean, and what the bands are over."""
    marks, remark = band_marks(draws, colour, sheet.facts)
    marks += more
    if counted:
        marks.append(Mark("counted (with its range, if printed)", INK, points=RING))
    sheet.legend(marks, remark)


def band_marks(draws: int, colour: str, facts: Facts, middle: tuple[str, str] = ("median", INK)) -> tuple[list[Mark], str]:
    """Marks of a fan's bands and of its middle line (its words and colour), and in words what the bands are over."""
    if draws < FEWEST_DRAWS:
        return [Mark("one simulated future: no interval", colour, dashes=ONE_FUTURE)], ""
    marks = [
        Mark("50 % of simulated futures", colour, 0.70),
        Mark("80 %" if draws >= 9 else "all", colour, 0.43),
        Mark("95 %" if draws >= 39 else "all", colour, 0.18),
        Mark(*middle),
    ]
    return marks, f"Bands: {facts.interval}"
