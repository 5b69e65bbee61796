"""The moving map: one frame a week of the whole run, as a GIF that any office program shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from havenward.report.digest import Digest
from havenward.report.facts import Facts
from havenward.report.map_scene import Scene, moment
from havenward.report.map_sheet import Sheet, scales

MILLISECONDS = 120
LAST_MILLISECONDS = 4_000
"""The last frame stays, so that its figures can be read."""

COLOURS = 255

UNIT = 1.0
"""Pixels a unit: 720 by 560."""


@dataclass(frozen=True)
class Palette:
    """The colours of all frames (255: one is left for transparency), and for each colour of 15 bits the nearest."""

    image: Image.Image
    nearest: NDArray[np.uint8]


def frame_days(sums: Digest) -> list[int]:
    """Numbers of the days that are drawn: the last of each whole period, and the last of the run."""
    days = list(range(sums.period - 1, len(sums.dates), sums.period))
    if not days or days[-1] != len(sums.dates) - 1:
        days.append(len(sums.dates) - 1)
    return days


def write_animation(sums: Digest, still: Scene, facts: Facts, path: Path) -> Path:
    """Paints and writes the moving map."""
    sheet = Sheet(sums, still, facts, scales(sums, still, moving=True), UNIT, moving=True)
    days = frame_days(sums)
    # The last frame holds every colour: filled camps, and homes beyond the line; the first has the homes held.
    colours = palette([sheet.paint(moment(still, sums, day), day) for day in (days[0], days[len(days) // 2], days[-1])])
    frames = indexed((sheet.paint(moment(still, sums, day), day) for day in days), colours)
    times = [MILLISECONDS] * (len(days) - 1) + [LAST_MILLISECONDS]
    told = facts.metadata("moving map")
    comment = "; ".join(f"{key}: {value}" for key, value in told.items())
    next(frames).save(
        path, save_all=True, append_images=frames, duration=times, loop=0, disposal=1, comment=comment.encode("utf-8"),
        # What did not change since the frame before becomes transparent: an eighth of the size.
        optimize=True,
    )  # fmt: skip
    return path


def palette(samples: list[Image.Image]) -> Palette:
    """The colours that serve sample frames best."""
    wide = max(sample.width for sample in samples)
    stacked = Image.new("RGB", (wide, sum(sample.height for sample in samples)))
    top = 0
    for sample in samples:
        stacked.paste(sample, (0, top))
        top += sample.height
    chosen = stacked.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    # Nearest colours are looked up in a table of 32 x 32 x 32: much faster than matching each frame anew.
    steps = (np.arange(32) * 8 + 4).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 32 * 32, 3)
    matched = Image.fromarray(cube).quantize(palette=chosen, dither=Image.Dither.NONE)
    return Palette(chosen, np.asarray(matched).reshape(-1))


def indexed(frames: Iterable[Image.Image], colours: Palette) -> Iterator[Image.Image]:
    """Frames in the colours of a palette, one at a time; only what differs from the frame before is matched anew."""
    before, last = None, Image.new("P", (0, 0))
    for frame in frames:
        box = (0, 0, *frame.size) if before is None else ImageChops.difference(frame, before).getbbox()
        image = Image.new("P", frame.size) if before is None else last.copy()
        image.putpalette(colours.image.getpalette() or [])
        if box is not None:
            red, green, blue = (np.asarray(band).astype(np.uint16) >> 3 for band in frame.crop(box).split())
            image.paste(Image.fromarray(colours.nearest[(red << 10) | (green << 5) | blue]), box[:2])
        yield image
        before, last = frame, image
