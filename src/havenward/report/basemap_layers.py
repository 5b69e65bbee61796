"""Reads the base map that ships with the package: borders, rivers and lakes, each with its source and licence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from havenward.report.geometry import Box, Points

FOLDER = files("havenward.report") / "basemap"

COARSE = "Borders and rivers here are coarse: outside Iraq and Syria this release has no finer ones."
DISCLAIMER = "Boundaries and names shown do not imply official endorsement."


@dataclass(frozen=True)
class Layer:
    """Lines of one kind in a box."""

    kind: str
    """border, river or lake (a closed ring)."""
    title: str
    source: str
    licence: str
    lines: list[Points]


@dataclass(frozen=True)
class BaseMap:
    """All layers of a box."""

    layers: list[Layer]
    coarse: bool
    """Whether the box lies outside the part of the world that has finer layers."""

    @property
    def credits(self) -> list[str]:
        """One line a layer: what, from where, under which licence."""
        return [f"{layer.title}: {layer.source} ({layer.licence})" for layer in self.layers if layer.lines]


def base_map(box: Box) -> BaseMap:
    """The finest layers that cover the box."""
    entries = json.loads((FOLDER / "layers.json").read_text(encoding="utf-8"))
    fine = [entry for entry in entries if entry["window"] and box.inside(Box(*entry["window"]))]
    chosen = fine or [entry for entry in entries if not entry["window"]]
    layers = [
        Layer(entry["kind"], entry["title"], entry["source"], entry["licence"], read_lines(entry, box)) for entry in chosen
    ]
    return BaseMap(layers, coarse=not fine)


def read_lines(entry: dict[str, str], box: Box) -> list[Points]:
    """The lines of a layer that come near the box, in degrees."""
    with (FOLDER / f"{entry['name']}.npz").open("rb") as file, np.load(file) as stored:
        first, steps, lengths = stored["first"], stored["steps"].astype(np.int64), stored["lengths"]
    size = float(entry["step"])
    ends = np.cumsum(lengths)
    lines = []
    for start, step in zip(first, np.split(steps, ends[:-1]), strict=True):
        line = np.concatenate((start[None, :], start + np.cumsum(step, axis=0))) * size
        low, high = line.min(axis=0), line.max(axis=0)
        if low[0] <= box.east and high[0] >= box.west and low[1] <= box.north and high[1] >= box.south:
            lines.append(line)
    return lines
