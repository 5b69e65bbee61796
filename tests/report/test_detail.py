"""Tiers: what a report of a live scenario may tell, and what it must not even hold."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from havenward.report.detail import SECTORS, WithheldError, detail, sector_names
from havenward.report.digest import digest
from havenward.report.map_scene import scene
from havenward.report.write import write_report_of
from havenward.run.reading import Run
from tests.report.example_outcome import Example, example
from tests.report.example_scenario import TOY

NOW = dt.date(2030, 5, 20)
GATES = ("Gate 1", "Gate 2")


@pytest.fixture(scope="module")
def live() -> Example:
    return example(dataclasses.replace(TOY, nature="live"))


def report(live: Example, tier: str, folder: Path, today: dt.date = NOW, reason: str = "") -> Path:
    return write_report_of(Run(live.found, live.given, {**live.run, "tier": tier}), folder, today=today, reason=reason)


def test_closed_and_invented_cases_are_told_in_full(toy: Example):
    found = detail(toy.given, "public", NOW)
    assert found.full
    assert not found.withheld
    assert found.last is None


def test_a_case_marked_closed_that_is_not_old_is_not_told_in_full():
    recent = example(dataclasses.replace(TOY, nature="closed_case")).given
    assert not detail(recent, "partner", dt.date(2031, 1, 1)).full
    assert detail(recent, "public", dt.date(2036, 1, 1)).full


def test_restricted_needs_a_reason(live: Example, tmp_path: Path):
    with pytest.raises(WithheldError, match="--reason"):
        report(live, "restricted", tmp_path)
    page = report(live, "restricted", tmp_path, reason="briefing of the camp managers")
    assert ".restricted." in page.name
    assert "RESTRICTED" in page.read_text(encoding="utf-8")
    assert "Gate 1" in page.read_text(encoding="utf-8")


def test_partner_names_camps_but_no_crossing(live: Example, tmp_path: Path):
    page = report(live, "partner", tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "Camp 1" in text
    assert not any(gate in text for gate in GATES)
    assert any(sector in text for sector in SECTORS)


def test_partner_map_has_neither_crossings_nor_ways_nor_single_homes(live: Example):
    told = detail(live.given, "partner", NOW)
    still = scene(digest(live.found, live.given, told), live.given, told)
    assert still.crossings.names == []
    assert still.arrows == []
    assert still.homes.names == ["East Harran", "West Harran"]


def test_public_is_late_weekly_and_tells_no_place(live: Example, tmp_path: Path):
    page = report(live, "public", tmp_path)
    text = page.read_text(encoding="utf-8")
    assert not any(name in text for name in (*GATES, "Camp 1", "Camp 2", "Transit site 1", "Town 1"))
    assert {path.suffix for path in tmp_path.iterdir()} == {".html", ".png"}
    assert not list(tmp_path.glob("*map*"))
    assert "is not told at tier public while a case is live" in text
    told = detail(live.given, "public", NOW)
    sums = digest(live.found, live.given, told)
    assert sums.dates[-1].item() <= NOW - dt.timedelta(days=14)
    assert len(sums.dates) % 7 == 0


def test_public_days_are_those_of_whole_weeks(live: Example):
    sums = digest(live.found, live.given, detail(live.given, "public", NOW))
    daily = digest(live.found, live.given, detail(live.given, "restricted", NOW, "a reason"))
    days = len(sums.dates)
    assert np.array_equal(sums.stocks.of("stage", "in_camp")[:, ::7], daily.stocks.of("stage", "in_camp")[:, 6:days:7])
    assert np.ptp(sums.arrivals()[:, :7], axis=1).max() == 0
    assert np.allclose(sums.by_period(sums.arrivals()), daily.by_period(daily.arrivals())[:, : days // 7])


def test_public_before_the_delay_is_over_is_refused(live: Example, tmp_path: Path):
    with pytest.raises(WithheldError, match="14 days late"):
        report(live, "public", tmp_path, today=dt.date(2030, 3, 5))
    assert not list(tmp_path.iterdir())


def test_a_run_without_a_tier_is_refused(toy: Example, tmp_path: Path):
    silent = toy.found.copy()
    silent.attrs = {}
    with pytest.raises(WithheldError, match="no sensitivity tier"):
        write_report_of(Run(silent, toy.given, {}), tmp_path)


def test_evidence_of_a_single_crossing_is_withheld_with_the_crossing(live: Example, tmp_path: Path):
    rows = tuple(row.model_copy(update={"site": "Gate 1"}) for row in live.given.evidence)
    given = live.given.model_copy(update={"evidence": rows})
    page = report(dataclasses.replace(live, given=given), "partner", tmp_path)
    assert "No counted figure falls into the days of this run." in page.read_text(encoding="utf-8")


def test_sectors_follow_the_compass(toy: Example):
    homes = [place for place in toy.given.locations if place.kind == "home"]
    lat, lon = (float(np.mean([getattr(home, axis) for home in homes])) for axis in ("lat", "lon"))
    gates = [
        homes[0].model_copy(update={"name": name, "kind": "crossing", "lat": lat + up, "lon": lon + right})
        for name, up, right in (("N", 1, 0.1), ("E", 0.1, 1), ("S", -1, 0), ("W", 0, -1))
    ]
    found = sector_names(toy.given.model_copy(update={"locations": (*homes, *gates)}))
    assert found == {"N": "Northern sector", "E": "Eastern sector", "S": "Southern sector", "W": "Western sector"}
