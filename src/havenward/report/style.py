"""How every picture looks: colours that survive grey print and colour blindness, frame, fans, and metadata.

Colours are those of Okabe and Ito (Color Universal Design, 2008). A fan has three bands (50, 80 and 95 % of the draws),
each darker than the next, so that it reads without colour. matplotlib is imported by whoever draws, never by the
command line's help.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from havenward.guard.disclosure import FEWEST_DRAWS, quantiles
from havenward.report.facts import Facts
from havenward.report.ticks import date_ticks

INK = "#1a1a1a"
QUIET = "#5a5a5a"
GRID = "#dddddd"
BLUE = "#0072B2"
ORANGE = "#E69F00"
VERMILION = "#D55E00"
GREEN = "#009E73"
SKY = "#56B4E9"
PURPLE = "#CC79A7"

DPI = 125
WIDTH = 12.0
"""Inches: 1,500 pixels."""

BANDS = ((0.025, 0.975, 0.18), (0.1, 0.9, 0.30), (0.25, 0.75, 0.48))
"""Lower and upper quantile and opacity of the 95, 80 and 50 % bands, drawn one over the other."""

DRAWS_FOR_95 = 39
"""Fewer draws than this have nothing outside their 95 % interval."""

LEGEND = (0.02, 0.80)
"""Place of a legend: share of the width, inches from the top."""


def new_figure(height: float) -> Figure:
    """An empty figure of the report's width and of `height` inches, without pyplot's global state."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def frame(figure: Figure, title: str, subtitle: str, facts: Facts) -> None:
    """Title, subtitle, tier and foot of a picture."""
    height = figure.get_size_inches()[1]
    figure.text(0.02, 1 - 0.18 / height, title, fontsize=15, fontweight="bold", color=INK, va="top")
    figure.text(0.02, 1 - 0.50 / height, subtitle, fontsize=10.5, color=QUIET, va="top")
    tier(figure, facts, 1 - 0.18 / height)
    figure.text(0.02, 0.10 / height, facts.provenance, fontsize=8.5, color=QUIET, va="bottom")


def tier(figure: Figure, facts: Facts, y: float) -> None:
    """The sensitivity tier as a box in the upper right corner."""
    box = {"boxstyle": "square,pad=0.35", "facecolor": "white", "edgecolor": INK, "linewidth": 1.2}
    figure.text(0.982, y, facts.tier.upper(), fontsize=10, fontweight="bold", color=INK, va="top", ha="right", bbox=box)


def grid(figure: Figure, rows: int, columns: int, top: float = 1.05, bottom: float = 0.75) -> list[list[Axes]]:
    """Panels below the frame's head and above its foot; `top` and `bottom` in inches."""
    height = figure.get_size_inches()[1]
    spec = figure.add_gridspec(
        rows, columns, left=0.065, right=0.974, top=1 - top / height, bottom=bottom / height,
        hspace=0.62, wspace=0.075 * columns,
    )  # fmt: skip
    return [[figure.add_subplot(spec[row, column]) for column in range(columns)] for row in range(rows)]


def panel(axes: Axes, title: str, unit: str) -> None:
    """Title, unit, quiet frame, and an axis of people that starts at nought."""
    # A title with a place of its own spares matplotlib the search for one, a fifth of the drawing time.
    axes.set_title(title, fontsize=10.5, fontweight="bold", loc="left", color=INK, pad=16, y=1.0)
    axes.text(0, 1.02, unit, transform=axes.transAxes, fontsize=8.5, color=QUIET, va="bottom")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#999999")
    axes.tick_params(labelsize=8.5, colors=INK, length=3)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_locator(MaxNLocator(5, min_n_ticks=3))
    axes.yaxis.set_major_formatter(FuncFormatter(thousands))
    axes.set_ylim(bottom=0)


def thousands(value: float, _position: int | None = None) -> str:
    """A tick with its thousands parted; `1.2m` is 1.2 million."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:g}m"
    if value != round(value):
        return f"{value:g}"
    return f"{value:,.0f}"


def days(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Days since 1970 as matplotlib counts them."""
    return dates.astype("datetime64[D]").astype(np.float64)


def date_axis(axes: Axes, first: float, last: float, ticks: int = 6) -> None:
    """An axis of dates from `first` to `last` (days since 1970) with at most `ticks` labels."""
    axes.set_xlim(first, max(last, first + 1))
    marks = date_ticks(EPOCH + dt.timedelta(days=first), EPOCH + dt.timedelta(days=last), ticks)
    axes.set_xticks([(day - EPOCH).days for day, _ in marks], [label for _, label in marks])


EPOCH = dt.date(1970, 1, 1)


def fan(axes: Axes, x: NDArray[np.float64], draws: NDArray[np.float64], colour: str = BLUE) -> None:
    """The 95, 80 and 50 % bands of (draw, time) values and their median; a bare dashed line where there is one draw."""
    if len(x) == 1:
        # A single day is drawn as wide as a day.
        x, draws = np.array([x[0], x[0] + 1]), np.repeat(draws, 2, axis=1)
    if draws.shape[0] < FEWEST_DRAWS:
        axes.plot(x, draws[0], color=colour, linewidth=1.2, linestyle="--")
        note(axes, "one simulated future: no interval")
        return
    edges = sorted({edge for low, high, _ in BANDS for edge in (low, high)} | {0.5})
    levels = dict(zip(edges, quantiles(draws, edges), strict=True))
    for low, high, opacity in BANDS:
        axes.fill_between(x, levels[low], levels[high], color=colour, alpha=opacity, linewidth=0)
    axes.plot(x, levels[0.5], color=INK, linewidth=1.1)


def note(axes: Axes, text: str) -> None:
    """A remark in the upper left corner of a panel."""
    axes.text(0.02, 0.96, text, transform=axes.transAxes, fontsize=8.5, color=QUIET, va="top", style="italic")


def origin_line(axes: Axes, facts: Facts, label: bool = True) -> None:
    """An upright line on the day on which a forecast was made, if the run is one."""
    if facts.origin is None:
        return
    x = float(np.datetime64(facts.origin).astype("datetime64[D]").astype(float))
    axes.axvline(x, color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
    if label:
        place = axes.get_xaxis_transform()
        axes.text(x, 0.97, " forecast from here", transform=place, fontsize=8.5, color=INK, va="top")


def fan_legend(figure: Figure, draws: int, colour: str = BLUE, extra: Sequence[Line2D] = ()) -> None:
    """What the bands mean, in one row below the subtitle."""
    x, inches = LEGEND
    y = 1 - inches / figure.get_size_inches()[1]
    widest = "95 %" if draws >= DRAWS_FOR_95 else f"95 % (all {draws} draws)"
    bands = [
        Patch(facecolor=colour, alpha=0.72, label="50 % of simulated futures"),
        Patch(facecolor=colour, alpha=0.43, label="80 %"),
        Patch(facecolor=colour, alpha=0.18, label=widest),
        Line2D([], [], color=INK, linewidth=1.1, label="median"),
    ]
    handles = [*bands, *extra] if draws >= FEWEST_DRAWS else list(extra)
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(x, y), ncols=max(len(handles), 1), frameon=False,
        fontsize=9, handlelength=1.6, columnspacing=1.4, borderaxespad=0, borderpad=0,
    )  # fmt: skip


def save(figure: Figure, path: Path, title: str, facts: Facts) -> Path:
    """Writes a picture as PNG with its facts in the metadata; few colours, so that the page stays light."""
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    image = Image.fromarray(pixels).convert("RGB")
    return save_image(image, path, title, facts)


def save_image(image: Image.Image, path: Path, title: str, facts: Facts) -> Path:
    """Writes an image as a PNG of at most 256 colours with its facts in the metadata."""
    text = PngInfo()
    for key, value in facts.metadata(title).items():
        text.add_itxt(key, value)
    colours = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    colours.save(path, pnginfo=text, dpi=(DPI, DPI))
    return path
