"""What is drawn: rings on dates of reports only, every camp, units, and what lies beyond a chart."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from havenward.guard.disclosure import quantiles
from havenward.report.drawing import RING
from havenward.report.flee import camps as camps_module
from havenward.report.flee.camps import CROSS, camps_picture
from havenward.report.flee.errors import Course, courses
from havenward.report.flee.map import FleeMap, scales_of
from havenward.report.flee.material import FleeMaterial
from havenward.report.flee.occupancy import camp_lines
from havenward.report.flee.scene import flee_scene
from havenward.report.flee.sums import room
from havenward.report.panel import Panel, days
from tests.report_flee.helpers import CAMPS, CORRECTED, DAYS, HASTEN, PRINTED


class Seen(Panel):
    """A panel that remembers what was put onto it."""

    all: list[Seen]

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.drawn: dict[str, tuple[list[float], list[float]]] = {}
        self.fans: list[np.ndarray] = []
        self.all.append(self)

    def points(self, x, values, style):
        self.drawn["ring" if style is RING else "cross" if style is CROSS else "other"] = (list(x), list(values))
        super().points(x, values, style)

    def fan(self, x, draws, colour="", centre=None, middle=""):
        self.fans.append(draws)
        super().fan(x, draws, colour, centre, middle)

    def finish(self, title, unit, ticks, *, dated=True):
        self.title, self.unit = title, unit
        super().finish(title, unit, ticks, dated=dated)


@pytest.fixture
def panels(given: FleeMaterial, monkeypatch: pytest.MonkeyPatch) -> dict[str, Seen]:
    """Panels of the picture of camps, by title."""
    Seen.all = []
    monkeypatch.setattr(camps_module, "Panel", Seen)
    camps_picture(given.sums, given.facts, given.folder / "camps.png")
    return {panel.title: panel for panel in Seen.all}


def test_every_camp_has_a_panel_with_a_fan_of_all_members(panels: dict[str, Seen], given: FleeMaterial):
    assert set(panels) == {"All camps", *CAMPS}
    for camp in CAMPS:
        (fan,) = panels[camp].fans
        assert np.array_equal(fan, given.sums.people[:, :, given.sums.camps.index(camp)])
    assert np.array_equal(panels["All camps"].fans[0], sum(panels[camp].fans[0] for camp in CAMPS))


def test_rings_stand_on_dates_of_reports_only(panels: dict[str, Seen], given: FleeMaterial):
    first = days(given.sums.dates)[0]
    for camp in CAMPS:
        assert [x - first for x in panels[camp].drawn["ring"][0]] == list(PRINTED[camp])
    assert "ring" not in panels["All camps"].drawn


def test_figures_that_the_folder_corrects_are_drawn_as_printed_too(panels: dict[str, Seen], given: FleeMaterial):
    before = [day for day in PRINTED["Delta"] if day < (CORRECTED - given.scenario.start).days]
    assert panels["Delta"].drawn["cross"][1] == [200, 600]
    assert len(before) == 2
    assert panels["Delta"].drawn["ring"][1] == pytest.approx([500, 1500, 1500, 1600])
    assert not panels["Epsilon"].drawn["cross"][0]
    assert panels["Epsilon"].drawn["ring"][1] == [50, 300, 500, 640]


def test_people_are_persons_and_not_units(given: FleeMaterial):
    units = given.sums.compared.simulated
    assert np.array_equal(given.sums.people[:, :, [given.sums.camps.index(camp) for camp in CAMPS]], units * HASTEN)
    assert given.sums.stages["in_camp"].shape == (12, DAYS)
    whole = sum(stage[:, -1] for stage in given.sums.stages.values())
    assert np.ptp(whole) == 0


def test_an_upper_edge_leaves_out_few_dates_and_says_so(given: FleeMaterial):
    usual = np.full((3, 20), 0.5)
    wild = usual.copy()
    wild[:, 4] = 200
    assert not Course("", "ard_dates", np.arange(20.0), usual, False).beyond.any()
    assert np.flatnonzero(Course("", "ard_dates", np.arange(20.0), wild, False).beyond).tolist() == [4]
    assert not Course("", "ard", np.arange(20.0), wild, True).beyond.any()


def test_averages_are_those_of_the_scorecard(given: FleeMaterial):
    known = given.sums.compared
    found = courses(known, given.sums)
    assert [course.score for course in found] == ["ard", "ard_dates", "ard_rescaled", "ard_dates_rescaled"]
    for course in found:
        assert course.members.mean() == pytest.approx(known.card[course.score].members_mean)


def test_first_day_over_capacity_is_that_of_the_members(given: FleeMaterial):
    number = given.sums.camps.index("Zeta")
    small = np.full_like(given.sums.capacity, 800.0)
    (line,) = [line for line in camp_lines(dataclasses.replace(given.sums, capacity=small)) if line.name == "Zeta"]
    over = given.sums.people[:, :, number] > 800
    assert over.any(axis=1).all()
    assert np.ptp(over.argmax(axis=1)) > 0
    assert line.over.share == 1
    low, middle, high = quantiles(over.argmax(axis=1), (0.1, 0.5, 0.9))
    expected = [given.sums.dates[int(day)] for day in (round(middle), np.floor(low), np.ceil(high))]
    assert list(line.over.first) == expected


def test_a_capacity_grows_as_the_folder_says(given: FleeMaterial):
    places = tuple(place.model_copy(update={"capacity_per_day": 10}) for place in given.scenario.locations)
    found = room(dataclasses.replace(given.scenario, locations=places), ["Delta", "Epsilon"], 3, 2)
    assert found[:, 0].tolist() == [440, 450]
    assert np.isnan(found[:, 1]).all()


def test_the_map_has_every_camp_and_place(given: FleeMaterial):
    still = flee_scene(given.sums, given.scenario, "exact", full=True)
    assert set(still.camps.names) == set(CAMPS)
    assert (still.struck.names, still.once.names) == (["Alpha"], ["Beta"])
    assert (still.towns.names, set(still.bends.names)) == (["Gamma"], {"Turn", "Hub"})
    assert (len(still.routes), len(still.closed)) == (5, 2)
    panel = FleeMap(still, scales_of(still), (900, 700))
    named = {label.text for label in panel.labels()}
    assert {*CAMPS, "Alpha", "Beta", "Gamma"} == named
    places = panel.projection.pixels(still.camps.points)
    assert (places >= 0).all()
    assert (places <= (900, 700)).all()
    image = panel.paint()
    colours = {image.getpixel((round(x), round(y) + 4)) for x, y in places}
    assert (0xF6, 0xF3, 0xEC) not in colours


def test_a_map_without_full_detail_has_camps_alone(given: FleeMaterial):
    still = flee_scene(given.sums, given.scenario, "exact", full=False)
    assert len(still.camps.names) == 3
    assert not [*still.struck.names, *still.once.names, *still.towns.names, *still.bends.names]
    assert not still.routes.size + still.closed.size


def test_one_member_is_a_dashed_line_without_a_figure(given: FleeMaterial, tmp_path: Path):
    sums = dataclasses.replace(given.sums, people=given.sums.people[:1])
    assert camp_lines(sums) == []
    facts = dataclasses.replace(given.facts, draws=1)
    assert camps_picture(sums, facts, tmp_path / "one.png").is_file()
