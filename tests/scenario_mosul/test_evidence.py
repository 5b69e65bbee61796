"""Evidence of `mosul`: series kept apart, known-on dates, and figures as printed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from havenward.scenario.schema import Evidence, Scenario

Record = dict[str, str]


def series(mosul: Scenario, name: str) -> list[Evidence]:
    rows = [row for row in mosul.evidence if row.series == name]
    assert rows, f"no series {name}"
    return rows


def test_each_series_is_of_one_kind(mosul: Scenario) -> None:
    kinds: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for row in mosul.evidence:
        kinds[row.series].add((row.observer, row.quantity, row.measure, row.unit, row.site))
    assert {name for name, kind in kinds.items() if len(kind) > 1} == set()


def test_the_series_that_must_be_there(mosul: Scenario) -> None:
    assert len(series(mosul, "IOM current")) >= 55
    assert len(series(mosul, "IOM cumulative")) >= 15
    assert len(series(mosul, "IOM returned")) >= 15
    assert len(series(mosul, "IOM in camps")) >= 8
    assert len(series(mosul, "Government city cumulative")) >= 12
    assert len(series(mosul, "Government west cumulative")) >= 16
    assert len(series(mosul, "IOM west cumulative")) >= 7
    assert len(series(mosul, "Government east returned")) == 2
    assert [row.value for row in series(mosul, "Corridor of Mosul 2016")] == [14_448, 20_000, 43_000, 61_900]


def test_iom_stops_where_its_coverage_changed(mosul: Scenario) -> None:
    iom = [row for row in mosul.evidence if row.observer == "IOM emergency tracking"]
    assert max(row.date for row in iom) == dt.date(2017, 6, 22)
    observer = next(row for row in mosul.observers if row.name == "IOM emergency tracking")
    assert (observer.end, observer.unit, observer.factor) == (dt.date(2017, 6, 22), "households", 6)


def test_current_and_returned_make_cumulative(mosul: Scenario) -> None:
    """As printed, within 2.5 %: the compilers of the tables found the same."""
    by_day = {
        name: {row.date: row.value for row in series(mosul, f"IOM {name}") if not row.weak}
        for name in ("current", "returned", "cumulative")
    }
    days = by_day["current"].keys() & by_day["returned"].keys() & by_day["cumulative"].keys()
    assert len(days) >= 9
    for day in days:
        both = by_day["current"][day] + by_day["returned"][day]
        assert both == pytest.approx(by_day["cumulative"][day], rel=0.025)


@pytest.mark.parametrize("name", ["Government city cumulative", "Government west cumulative", "IOM cumulative"])
def test_cumulative_series_never_fall_but_for_weak_figures(mosul: Scenario, name: str) -> None:
    strong = [row for row in series(mosul, name) if not row.weak]
    falls = [
        (earlier, later)
        for earlier in strong
        for later in strong
        if later.date > earlier.date and later.value < 0.96 * earlier.value
    ]
    assert falls == []


def test_known_on_is_the_day_of_publication(mosul: Scenario, table: Callable[[str], list[Record]]) -> None:
    printed = {r["source_id"]: r["source_date"] for r in [*table("sources"), *table("added_sources")]}
    whole_days = 0
    for row in mosul.evidence:
        date = printed[row.source]
        if len(date) == 10:
            assert str(row.known_on) == date
            whole_days += 1
        assert row.known_on is None or row.known_on >= row.date
    assert whole_days >= 250


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("unhcr_prep", dt.date(2016, 10, 31)),
        ("mabbit", dt.date(2016, 3, 31)),
        ("euobs", dt.date(2014, 6, 30)),
        ("fandom", dt.date(2016, 12, 31)),
        ("civic", dt.date(2017, 10, 31)),
    ],
)
def test_a_month_or_a_year_means_its_last_day(mosul: Scenario, source: str, known: dt.date) -> None:
    assert {row.known_on for row in mosul.evidence if row.source == source} == {known}


def test_an_undated_publication_is_never_known() -> None:
    script = Path(__file__).resolve().parents[2] / "scripts" / "mosul_tables.py"
    spec = spec_from_file_location("mosul_tables", script)
    assert spec is not None
    assert spec.loader is not None
    tables = module_from_spec(spec)
    spec.loader.exec_module(tables)
    assert tables.published("n.d.") is None


def test_figures_are_as_printed(mosul: Scenario) -> None:
    west = {row.date: row.value for row in series(mosul, "Government west cumulative") if not row.weak}
    assert west[dt.date(2017, 5, 14)] == 480_906
    assert west[dt.date(2017, 6, 11)] == 678_177
    shares = {row.date: row.value for row in series(mosul, "IOM camp share")}
    assert shares[dt.date(2016, 11, 25)] == 0.77
    peaks = {row.value for row in series(mosul, "Government west flow") if row.date == dt.date(2017, 5, 18)}
    assert peaks == {16_100, 80_000}
    assert {row.value for row in series(mosul, "IOM west flow")} >= {13_350, 42_000, 18_100, 45_000}


def test_daily_rates_are_multiplied_by_their_days(mosul: Scenario) -> None:
    week = next(
        row
        for row in series(mosul, "Hammam al-Alil arrivals")
        if (row.date, row.source) == (dt.date(2017, 5, 25), "iom_unnews")
    )
    assert week.from_date == dt.date(2017, 5, 19)
    assert week.value == 70_000
    assert "10,000 a day over 7 days" in week.note


def test_the_report_of_march_2016_is_weak(mosul: Scenario) -> None:
    report = [row for row in mosul.evidence if row.source == "report_0316"]
    assert {(row.quantity, row.value) for row in report} == {("arrivals", 14), ("at_home", 2_000_000)}
    assert all(row.weak and row.known_on == dt.date(2016, 3, 15) for row in report)


def test_inputs_of_the_front_are_no_evidence(mosul: Scenario) -> None:
    """People still out of reach shaped the control timeline, so they cannot test it."""
    used = {500_000, 400_000, 360_000, 200_000, 180_000, 17_500}
    assert not {row.value for row in mosul.evidence if row.quantity == "at_home"} & used
