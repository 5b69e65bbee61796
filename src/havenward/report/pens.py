"""Pillow shapes for the map: supersampled, so that their edges are smooth; and letters for every picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from havenward.report.style import INK

Points = NDArray[np.float64]
Colour = str

FINE = 2
"""Shapes are drawn at this many times the size and made smaller, which smooths their edges."""

CURVE = np.linspace(0, 1, 14)
SMALLEST_LETTERS = 0.72
"""Text that must fit a width is made smaller down to this share of its size, and then cut."""

BEND = 0.12
"""How far an arrow bends aside, as a share of its length."""


@lru_cache(maxsize=64)
def font(size: float, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The typeface that comes with matplotlib, so that every machine draws the same letters; `size` in pixels."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name, size)


@dataclass(frozen=True)
class Bow:
    """The line of an arrow and the directions across it; both (n, 2) in pixels."""

    centre: Points
    across: Points


def bow(start: Points, end: Points) -> Bow:
    """A gentle bend from start to end; the way back bends to the other side."""
    step = end - start
    middle = (start + end) / 2 + BEND * np.array([-step[1], step[0]])
    t = CURVE[:, None]
    centre = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
    along = 2 * (1 - t) * (middle - start) + 2 * t * (end - middle)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    return Bow(centre, np.column_stack((-along[:, 1], along[:, 0])) / length[:, None])


def tapered(line: Bow, width: float) -> list[float]:
    """The outline of an arrow that is `width` pixels wide at its root and ends in a point."""
    half = (width / 2 * (1 - CURVE))[:, None] * line.across
    return np.concatenate((line.centre + half, (line.centre - half)[::-1])).ravel().tolist()


def disc(
    draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: Colour | None, edge: Colour, width: float
) -> None:
    """A circle; an edge width below one pixel is drawn as one."""
    box = (x - radius, y - radius, x + radius, y + radius)
    draw.ellipse(box, fill=fill, outline=edge, width=max(round(width), 1))


def diamond(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: Colour, edge: Colour) -> None:
    """A square on its corner."""
    draw.polygon([(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)], fill=fill, outline=edge)


def dashed(draw: ImageDraw.ImageDraw, line: Points, dash: float, fill: Colour, width: float) -> None:
    """A line of dashes and gaps of equal length in pixels."""
    step = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(step)))
    for start in np.arange(0, along[-1], 2 * dash):
        stop = min(start + dash, along[-1])
        inner = line[(along > start) & (along < stop)]
        ends = [[np.interp(at, along, line[:, axis]) for axis in (0, 1)] for at in (start, stop)]
        part = np.concatenate((ends[:1], inner, ends[1:]))
        draw.line(part.ravel().tolist(), fill=fill, width=max(round(width), 1))


def words(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: float,
    fill: Colour,
    *,
    bold: bool = False,
    anchor: str = "la",
    halo: bool = False,
) -> None:
    """Text at a point, with a white halo where it stands on a map."""
    draw.text(
        at, text, fill=fill, font=font(size, bold=bold), anchor=anchor,
        stroke_width=max(round(size / 6), 1) if halo else 0, stroke_fill="white" if halo else None,
    )  # fmt: skip


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels across."""
    return float(font(size, bold=bold).getlength(text))


def fitted(text: str, size: float, width: float, *, bold: bool = False) -> tuple[str, float]:
    """Text and a size in pixels with which it fits a width: smaller letters first, then fewer words."""
    small = size
    while width_of(text, small, bold=bold) > width and small > size * SMALLEST_LETTERS:
        small *= 0.98
    while width_of(text, small, bold=bold) > width and len(text) > 1:
        text = text.removesuffix("…")[:-1].rstrip(" ,:;.") + "…"
    return text, small


def tier_width(tier: str, size: float) -> float:
    """Pixels across the box around a tier's name."""
    return width_of(tier.upper(), size, bold=True) + size


def tier_box(draw: ImageDraw.ImageDraw, right: float, top: float, tier: str, size: float) -> None:
    """The sensitivity tier in a box with its upper right corner at a point; `size` of its letters in pixels."""
    box = (right - tier_width(tier, size), top, right, top + 1.7 * size)
    draw.rectangle(box, fill="white", outline=INK, width=max(round(size / 9), 1))
    words(draw, (right - size / 2, top + 0.85 * size), tier.upper(), size, INK, bold=True, anchor="rm")


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Text broken into lines that fit a width in pixels."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}", size) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True)
class Label:
    """Text that wants a place beside a point."""

    text: str
    x: float
    y: float
    clear: float
    """Pixels to keep from the point."""
    size: float
    bold: bool = False
    tries: tuple[float, ...] = (1.0,)
    """How many times as far from the point it may stand, the nearest first."""


def placed(
    labels: Sequence[Label], frame: tuple[float, float, float, float], taken: Sequence[tuple[float, float, float, float]]
) -> list[tuple[Label, tuple[float, float]]]:
    """Where labels can stand without meeting one another or what is taken; those that find no room are left out.

    Earlier labels go first. Boxes are (left, top, right, bottom) in pixels; the places given back are upper left
    corners.
    """
    blocked = list(taken)
    found = []
    for label in labels:
        wide, high = width_of(label.text, label.size, bold=label.bold) + 2, label.size * 1.15
        for left, top in corners_around(label, wide, high):
            box = (left, top, left + wide, top + high)
            inside = box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]
            if inside and not any(meets(box, other) for other in blocked):
                blocked.append(box)
                found.append((label, (left, top)))
                break
    return found


def corners_around(label: Label, wide: float, high: float) -> Iterator[tuple[float, float]]:
    """Upper left corners of text of a size beside its point, the best first."""
    for further in label.tries:
        away = (label.clear + 2) * further
        yield label.x + away, label.y - high / 2
        yield label.x - away - wide, label.y - high / 2
        yield label.x - wide / 2, label.y - away - high
        yield label.x - wide / 2, label.y + away
        yield label.x + away * 0.7, label.y - away * 0.7 - high
        yield label.x + away * 0.7, label.y + away * 0.7
        yield label.x - away * 0.7 - wide, label.y - away * 0.7 - high
        yield label.x - away * 0.7 - wide, label.y + away * 0.7


def meets(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Whether two boxes overlap."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def smoothed(image: Image.Image) -> Image.Image:
    """A supersampled picture at its own size."""
    return image.reduce(FINE)
