"""Corridors that open: what must be said, which they are, and the danger that is assumed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path

import pytest

from havenward.guard.warnings import OPENED_CORRIDOR
from havenward.model.siege.parameters import DANGER, TABLE
from havenward.report.assumptions import Assumed
from havenward.report.detail import detail
from havenward.report.opened import NOT_TOLD, danger_of, opened, opened_rows
from havenward.report.write import write_report_of
from havenward.run.reading import Run
from havenward.scenario.schema import Scenario
from tests.report.conftest import TODAY
from tests.report.example_outcome import Example

LATER = dt.date(2030, 4, 1)
LAST = dt.date(2030, 5, 29)


def with_opening(given: Scenario, day: dt.date | None) -> Scenario:
    first, *others = given.corridors
    return given.model_copy(update={"corridors": (first.model_copy(update={"opened": day}), *others)})


@pytest.fixture
def opening(toy: Example) -> Example:
    return dataclasses.replace(toy, given=with_opening(toy.given, LATER))


def text_of(given: Example, folder: Path) -> str:
    return write_report_of(Run(given.found, given.given, dict(given.run)), folder).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("day", "known"),
    [(None, 0), (dt.date(2030, 3, 1), 0), (dt.date(2030, 3, 2), 1), (LAST, 1), (LAST + dt.timedelta(days=1), 0)],
)
def test_a_corridor_opens_after_the_first_day_and_within_the_run(toy: Example, day: dt.date | None, known: int):
    assert len(opened(with_opening(toy.given, day), LAST)) == known


def test_the_sentences_stand_in_the_page_of_such_a_run_only(toy_report: Path, opening: Example, tmp_path: Path):
    text = text_of(opening, tmp_path)
    assert OPENED_CORRIDOR in text
    assert "1 April 2030" in text.split("Corridors that open", 1)[1]
    assert OPENED_CORRIDOR not in toy_report.read_text(encoding="utf-8")


def test_the_ranges_of_danger_stand_beside_them(opening: Example, tmp_path: Path):
    row = {
        "median": 0.37,
        "low": 0.21,
        "high": 0.59,
        "unit": "share",
        "label": "assumed",
        "source": "",
        "meaning": "stopped",
    }
    run = {**opening.run, "parameters": {"interception": row, "wish_base": row}}
    section = (
        text_of(dataclasses.replace(opening, run=run), tmp_path).split("Corridors that open", 1)[1].split("</section>")[0]
    )
    assert "0.21 to 0.59" in section
    assert "interception" in section
    assert "wish base" not in section


def test_danger_is_what_the_model_calls_so():
    everything = [Assumed(name, 0.0, None, None, "", "", "") for name in TABLE]
    assert {row.name for row in danger_of(everything)} == DANGER


def test_ways_are_told_by_area_and_under_names_that_may_be_told(opening: Example):
    corridors = opened(opening.given, LAST)
    (row,) = opened_rows(corridors, opening.given, detail(opening.given, "public", TODAY))
    areas = {place.name: place.area for place in opening.given.locations}
    assert row[:2] == [areas[corridors[0].from_place], corridors[0].crossing]
    live = opening.given.model_copy(update={"header": opening.given.header.model_copy(update={"nature": "live"})})
    ((_, where, how, _),) = opened_rows(corridors, live, detail(live, "partner", LAST))
    assert where.endswith("sector")
    assert how == NOT_TOLD, "who walks at night is not told while a case is live"


def test_the_page_on_responsible_use_has_the_same_words():
    page = (Path(__file__).parents[2] / "RESPONSIBLE_USE.md").read_text(encoding="utf-8")
    quoted = " ".join(line.removeprefix("> ") for line in re.findall(r"^> .*$", page, re.MULTILINE))
    assert OPENED_CORRIDOR in quoted
