"""The page of a real folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from havenward.report.write import write_report
from havenward.run.flee_case import FleeCase
from havenward.run.folder import run_to_folder
from havenward.run.kinds import marked
from havenward.run.request import Request
from tests.report_flee.conftest import quiet
from tests.report_flee.test_page import rows, section
from tests.scenario_flee.helpers import INSTANCES
from tests.shared import needed

pytestmark = pytest.mark.shared


def test_mali_has_its_seven_camps_and_its_scores(tmp_path: Path):
    source = needed(INSTANCES / "mali2012")
    run_to_folder(marked(FleeCase.read(source), "UNHCR, ACLED"), source, tmp_path / "run", Request(members=4), quiet)
    page = write_report(tmp_path / "run")
    assert page.name == "mali2012.public.report.html"
    camps = {row[0] for row in rows(section(page, "camps"))[1:]}
    assert camps == {"Fassala-Mbera", "Mentao", "Bobo-Dioulasso", "Abala", "Mangaize", "Niamey", "Tabareybarey"}
    scores = {row[0]: row[1] for row in rows(section(page, "scores"))[1:]}
    assert 0.2 < float(scores["ard"]) < 0.6
    assert "of 79 printed figures from day 30 on" in page.read_text(encoding="utf-8")
