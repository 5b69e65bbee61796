"""What a report of a live folder may tell, and what it may not even be drawn from."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from havenward.report.detail import WithheldError
from havenward.report.flee.material import FleeMaterial, material
from havenward.report.write import write_report
from havenward.run.reading import open_run
from tests.report_flee.helpers import CAMPS, SOON


@pytest.fixture
def at_tier(flee_run: Path, tmp_path: Path):
    """A run folder whose record states a tier."""

    def stated(tier: str) -> Path:
        folder = tmp_path / tier
        shutil.copytree(flee_run, folder)
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        (folder / "run.json").write_text(json.dumps({**record, "tier": tier}), encoding="utf-8")
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
