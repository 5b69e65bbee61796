"""The map: base layers and their licences, boxes and projection, what stands on it, and where names go."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageDraw

from havenward.report import map_panel, pens
from havenward.report.basemap_layers import base_map, read_lines
from havenward.report.detail import detail
from havenward.report.digest import Digest
from havenward.report.geometry import Box, Projection, box_around, main_box
from havenward.report.map_panel import OVERVIEW, Panel, Scales
from havenward.report.map_scene import Scene, Spots, close_box, moment, overall, scene
from tests.report.conftest import TODAY
from tests.report.example_outcome import Example

FOLDER = Path(str(files("havenward.report") / "basemap"))
MOSUL = Box(42.0, 35.4, 44.4, 37.0)
degrees = st.floats(0.01, 3)


@pytest.fixture(scope="module")
def still(toy: Example, toy_sums: Digest) -> Scene:
    return scene(toy_sums, toy.given, detail(toy.given, "public", TODAY))


def test_base_map_is_small_and_every_layer_has_its_licence():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 300_000
    for layer in json.loads((FOLDER / "layers.json").read_text()):
        assert layer["source"]
        assert (FOLDER / f"{layer['name']}.npz").is_file()
        words = (FOLDER / layer["licence_file"]).read_text()
        assert f"{layer['name']}.npz" in words, layer["name"]


def nearest_km(lines: list[np.ndarray], lon: float, lat: float) -> float:
    points = np.concatenate([line + t * (np.roll(line, -1, axis=0) - line) for line in lines for t in (0, 0.25, 0.5, 0.75)])
    return float(np.min(np.hypot((points[:, 0] - lon) * np.cos(np.radians(lat)), points[:, 1] - lat)) * 111.32)


@pytest.mark.parametrize(
    ("place", "lon", "lat"),
    [("Tigris at Mosul", 43.14, 36.345), ("Great Zab at Kalak", 43.66, 36.27), ("Tigris at Qayyarah", 43.30, 35.79)],
)
def test_rivers_run_where_they_run(place: str, lon: float, lat: float):
    rivers = next(layer for layer in base_map(MOSUL).layers if layer.kind == "river")
    assert nearest_km(rivers.lines, lon, lat) < 2.0, place


def test_lake_of_the_mosul_dam_is_there():
    lakes = next(layer for layer in base_map(MOSUL).layers if layer.kind == "lake")
    assert nearest_km(lakes.lines, 42.83, 36.66) < 5.0


def test_any_place_of_the_world_has_a_map_and_says_that_it_is_coarse():
    assert not base_map(MOSUL).coarse
    ukraine = base_map(Box(30.0, 48.0, 38.0, 52.5))
    assert ukraine.coarse
    assert {layer.kind for layer in ukraine.layers if layer.lines} == {"border", "river"}
    assert base_map(Box(-30.0, 10.0, -29.0, 11.0)).credits == []


def test_borders_reach_the_edges_of_the_world():
    lines = [line for layer in base_map(Box(-180, -90, 180, 90)).layers if layer.kind == "border" for line in layer.lines]
    points = np.concatenate(lines)
    assert points[:, 0].min() < -179
    assert points[:, 0].max() > 179
    assert abs(points[:, 1]).max() <= 90.02


@given(st.floats(-170, 170), st.floats(-65, 65), degrees, degrees, st.floats(0.4, 2.5))
def test_fitted_box_holds_the_box_and_has_the_ratio(lon: float, lat: float, wide: float, high: float, ratio: float):
    box = Box(lon - wide, lat - high, lon + wide, lat + high)
    fitted = box.fitted(ratio)
    slack = 1e-6
    assert fitted.west <= box.west + slack
    assert fitted.east >= box.east - slack
    assert fitted.south <= box.south + slack
    assert fitted.north >= box.north - slack
    assert fitted.km[0] / fitted.km[1] == pytest.approx(ratio)
    corners = Projection(fitted, 300 * ratio, 300).pixels(
        np.array([(fitted.west, fitted.north), (fitted.east, fitted.south)])
    )
    assert corners == pytest.approx(np.array([(0, 0), (300 * ratio, 300)]), abs=1e-6)


def test_north_is_up_and_east_is_right():
    pixels = Projection(MOSUL, 200, 200).pixels(np.array([(43.0, 36.0), (43.1, 36.1)]))
    assert pixels[1, 0] > pixels[0, 0]
    assert pixels[1, 1] < pixels[0, 1]


def test_a_far_place_with_few_people_does_not_shrink_the_map():
    points = np.array([(43.0, 36.0), (43.2, 36.2), (43.4, 36.0), (48.0, 33.0)])
    box = main_box(points, np.array([100.0, 100, 100, 1]))
    assert box.holds(points).tolist() == [True, True, True, False]


def test_close_map_only_where_people_live_close():
    city = np.array([(43.0 + 0.01 * n, 36.0 + 0.01 * (n % 3)) for n in range(8)])
    villages = np.array([(42.0, 35.5), (44.0, 36.9), (42.2, 36.8)])
    points, weights = np.concatenate((city, villages)), np.array([10.0] * 8 + [5.0] * 3)
    close = close_box(points, weights, box_around(points))
    assert close is not None
    assert close.holds(points)[:7].all()
    assert not close.holds(points)[8:].any()
    assert close_box(villages, np.ones(3), box_around(villages)) is None


def test_arrows_carry_the_people_of_the_run(still: Scene, toy: Example, toy_sums: Digest):
    now = overall(still, toy_sums, 10)
    out = sum(width for arrow, width in zip(still.arrows, now.widths, strict=True) if arrow.out)
    assert out == pytest.approx(toy_sums.arrivals().sum(axis=1).mean(), rel=0.02)
    weeks = [moment(still, toy_sums, day) for day in range(6, 84, 7)]
    assert sum(week.widths.sum() for week in weeks) == pytest.approx(
        now.widths.sum() * toy_sums.links.means.sum() / toy_sums.links.totals.mean(axis=0).sum(), rel=0.05
    )


def test_moments_are_medians_and_shares(still: Scene, toy: Example, toy_sums: Digest):
    now = moment(still, toy_sums, 80)
    assert now.people[0] == np.median(toy_sums.stocks.of("camp", still.camps.names[0])[:, 80])
    assert now.plots.tolist() == toy.found["capacity"].values[80].tolist()
    assert np.allclose(now.besieged, toy.found["besieged"].values[:, 80].mean(axis=0))


def test_front_is_seen_in_the_colours_of_homes(still: Scene, toy_sums: Digest):
    nowhere = Spots([], np.zeros((0, 2)))
    bare = dataclasses.replace(still, crossings=nowhere, camps=nowhere, hosts=nowhere, marks=nowhere, arrows=[])
    panel = Panel(bare, box_around(still.homes.points), OVERVIEW, Scales(1e9, 1e9), (300, 300), 2.0)
    places = panel.projection.pixels(still.homes.points)

    def colours(day: int) -> list[tuple[int, ...]]:
        image = panel.paint(moment(bare, toy_sums, day))
        return [image.getpixel((round(x), round(y))) for x, y in places]

    assert colours(40) == [(0x3B, 0x3B, 0x3B)] * 4
    assert colours(89) == [(255, 255, 255)] * 4


def test_areas_of_circles_are_as_people():
    scales = Scales(disc_persons=40_000, arrow_persons=1)
    assert scales.radius(40_000) == map_panel.LARGEST_DISC
    assert scales.radius(10_000) == map_panel.LARGEST_DISC / 2
    assert scales.radius(0) == 0


def test_widths_of_arrows_are_as_people_up_to_the_cap():
    scales = Scales(1, arrow_persons=1000)
    assert scales.width(500) == map_panel.WIDEST_ARROW / 2
    assert scales.width(9000) == map_panel.WIDEST_ARROW * map_panel.CAP


def test_arrows_are_broad_at_the_root_and_end_in_a_point():
    line = pens.bow(np.array([0.0, 0.0]), np.array([100.0, 0.0]))
    outline = np.array(pens.tapered(line, 20.0)).reshape(-1, 2)
    half = len(outline) // 2
    widths = np.hypot(*(outline[:half] - outline[: half - 1 : -1]).T)
    assert widths[0] == pytest.approx(20)
    assert widths[-1] == pytest.approx(0, abs=1e-9)
    assert (np.diff(widths) < 0).all()


places = st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), max_size=25)


@given(places)
def test_names_never_meet_and_never_leave_the_map(points: list[tuple[float, float]]):
    labels = [pens.Label(f"Place {n}", x, y, 4, 9) for n, (x, y) in enumerate(points)]
    boxes = [
        (left, top, left + pens.width_of(label.text, label.size) + 2, top + label.size * 1.15)
        for label, (left, top) in pens.placed(labels, (0, 0, 400, 300), [(180, 130, 220, 170)])
    ]
    boxes.append((180, 130, 220, 170))
    assert not any(pens.meets(one, other) for n, one in enumerate(boxes) for other in boxes[:n])
    assert all(left >= 0 and top >= 0 and right <= 400 and foot <= 300 for left, top, right, foot in boxes)


@given(st.text(st.characters(codec="latin-1", categories=["L", "N", "Zs"]), min_size=1, max_size=150), st.floats(30, 900))
def test_fitted_text_fits_and_stays_readable(text: str, width: float):
    told, size = pens.fitted(text, 20, width)
    assert pens.width_of(told, size) <= width
    assert 20 * pens.SMALLEST_LETTERS * 0.98 <= size <= 20
    assert told == text or told.endswith("…")


def test_letters_of_arabic_names_can_be_drawn():
    assert pens.width_of("الموصل", 12) > 20
    image = pens.Image.new("L", (80, 20))
    pens.words(ImageDraw.Draw(image), (2, 2), "الموصل", 12, "white")
    assert np.asarray(image).any()


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "scripts" / "build_basemap.py"
    spec = importlib.util.spec_from_file_location("build_basemap", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["build_basemap"] = module
    spec.loader.exec_module(module)
    return module


def test_thinned_lines_stay_near_and_come_back_as_written(
    builder: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    t = np.linspace(0, 6, 400)
    line = np.column_stack((43 + 0.2 * t, 36 + 0.1 * np.sin(t)))
    layer = builder.LAYERS["rivers_window"]
    monkeypatch.setattr(builder, "OUTPUT", tmp_path)
    builder.pack(layer, [line])
    monkeypatch.setattr("havenward.report.basemap_layers.FOLDER", tmp_path)
    (found,) = read_lines({"name": layer.name, "step": layer.step}, Box(42, 35, 46, 37))
    assert len(found) < 60
    assert np.abs(np.interp(line[:, 0], found[:, 0], found[:, 1]) - line[:, 1]).max() < layer.tolerance + layer.step


def test_only_what_touches_the_window_is_kept(builder: ModuleType):
    line = np.column_stack((np.arange(0.0, 10.0), np.zeros(10)))
    (part,) = builder.inside(line, (3.5, -1, 5.5, 1))
    assert part[:, 0].tolist() == [3, 4, 5, 6]
