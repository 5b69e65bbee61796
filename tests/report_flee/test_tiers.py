"""What a report of a live folder may tell, and what it may not even be drawn from."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from havenward.fit.simulated import stocks_at
from havenward.report.detail import WithheldError
from havenward.report.flee.material import FleeMaterial, material
from havenward.report.write import write_report
from havenward.run.flee_case import FleeCase
from havenward.run.folder import run_to_folder
from havenward.run.reading import open_run
from havenward.run.request import Request
from tests.report_flee.conftest import quiet
from tests.report_flee.helpers import CAMPS, LATER, SOON
from tests.report_flee.test_page import rows, section
from tests.scenario_flee.helpers import flooded, replaced, written


@pytest.fixture
def at_tier(flee_run: Path, tmp_path: Path):
    """A run folder whose record states a tier."""

    def stated(tier: str, **more: str) -> Path:
        folder = tmp_path / tier
        shutil.copytree(flee_run, folder)
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        (folder / "run.json").write_text(json.dumps({**record, "tier": tier, **more}), encoding="utf-8")
        return folder

    return stated


def test_restricted_needs_a_reason(at_tier, tmp_path: Path):
    run = at_tier("restricted")
    with pytest.raises(WithheldError, match="--reason"):
        write_report(run, tmp_path / "out", today=SOON)
    assert not (tmp_path / "out").exists()
    page = write_report(run, tmp_path / "out", today=SOON, reason="briefing of the camp managers")
    assert ".restricted." in page.name
    assert "Gamma" in page.read_text(encoding="utf-8")


def test_partner_has_camps_but_neither_routes_nor_other_places(at_tier, tmp_path: Path):
    text = write_report(at_tier("partner"), tmp_path / "out", today=SOON).read_text(encoding="utf-8")
    assert all(camp in text for camp in CAMPS)
    assert not any(f">{place}<" in text for place in ("Alpha", "Beta", "Gamma", "Turn", "Hub"))
    assert "No ways are drawn." in text
    assert "simsetting.yml</t" not in text
    assert not any(f"{camp.lower()}.csv" in text for camp in CAMPS)


def test_age_alone_makes_no_closed_case(at_tier, tmp_path: Path):
    text = write_report(at_tier("partner", public_sources=""), tmp_path / "out", today=LATER).read_text(encoding="utf-8")
    assert "No ways are drawn." in text
    assert not any(f">{place}<" in text for place in ("Alpha", "Beta", "Gamma", "Turn", "Hub"))


@pytest.fixture
def flood_run(tmp_path: Path):
    """A run, unmarked, of a folder where floods drive people: two small places of one region, and further ones."""

    def run(*more: str) -> Path:
        folder = replaced(flooded(), "input_csv/sim_period.csv", "2023-08-01", "2013-08-01")
        folder = {name: text.replace(b"2023-08", b"2013-08") for name, text in folder.items()}
        for row in more:
            name = row.split(",", 1)[0]
            folder["input_csv/locations.csv"] += f"\n{row}".encode()
            folder["source_data/data_layout.csv"] += f"{name},{name.lower()}.csv\n".encode()
            folder[f"source_data/{name.lower()}.csv"] = b"2013-08-01,100\n"
        source = written(folder, tmp_path / "delta")
        case = FleeCase.read(source)
        run_to_folder(case, source, tmp_path / "run", Request(members=3), quiet, dt.date(2020, 1, 1))
        return tmp_path / "run"

    return run


def test_small_places_that_are_no_camps_are_told_by_region(flood_run, tmp_path: Path):
    run = flood_run("Large,R,Home,1.2,1,town,,5000", "Lonely,,Home,1.3,1,town,,4999", "Shelter,R,Home,1.4,1,camp,,300")
    page = write_report(run, tmp_path / "out", today=dt.date(2020, 1, 1))
    assert ".partner." in page.name
    text = page.read_text(encoding="utf-8")
    assert {row[0] for row in rows(section(page, "camps"))[1:]} >= {"Small places of R", "Large", "Small places"}
    assert not any(name in text for name in ("Left", "Right", "Lonely", "left.csv"))
    opened = open_run(run)
    told = material(opened.outcome, opened.scenario, opened.record, tmp_path, dt.date(2020, 1, 1), "")
    people = stocks_at(opened.outcome, ("Left", "Right")).sum(axis=-1)
    assert people.any()
    assert np.array_equal(told.sums.people[:, :, told.sums.camps.index("Small places of R")], people)
    full = material(opened.outcome, opened.scenario, {**opened.record, "public_sources": "all"}, tmp_path, LATER, "")
    assert {"Left", "Right", "Lonely"} <= set(full.sums.camps)


def test_where_all_places_are_small_no_map_is_drawn(flood_run, tmp_path: Path):
    page = write_report(flood_run(), tmp_path / "out", today=dt.date(2020, 1, 1))
    text = page.read_text(encoding="utf-8")
    assert "people are in the small places of R on 3 August 2013" in text
    assert "every place has fewer than 5,000 people" in text
    assert not list(page.parent.glob("*.map.png"))
    assert not any(name in text for name in ("Left", "Right"))


def test_public_is_late_and_weekly_and_names_no_place(at_tier, tmp_path: Path):
    run = at_tier("public")
    today = dt.date(2020, 3, 1)
    page = write_report(run, tmp_path / "out", today=today)
    text = page.read_text(encoding="utf-8")
    assert not any(name in text.lower() for name in ("delta", "epsilon", "zeta", "alpha", "gamma"))
    assert re.search(r"[\d,]+ to [\d,]+ people are in all camps on 11 February 2020, the last day of the run\.", text)
    assert [path.name for path in page.parent.glob("*.png")] == ["valley.public.camps.png"]
    assert "is not told at tier public while a case is live" in text
    opened = open_run(run)
    told = material(opened.outcome, opened.scenario, opened.record, tmp_path, today, "")
    assert told.sums.dates[-1].item() <= today - dt.timedelta(days=14)
    assert told.sums.camps == ["All camps"]
    assert told.sums.compared is None
    assert np.ptp(told.sums.people[:, :7], axis=1).max() == 0


def test_public_before_the_delay_is_over_is_refused(at_tier, tmp_path: Path):
    with pytest.raises(WithheldError, match="14 days late"):
        write_report(at_tier("public"), tmp_path / "out", today=dt.date(2020, 1, 10))
    assert not (tmp_path / "out").exists()


def test_a_closed_case_is_told_in_full(given: FleeMaterial):
    assert given.told.full
    assert given.facts.nature == "closed_case"
    assert given.sums.camps == list(CAMPS)
