"""The tier of a run: restricted by default, public only where the rules say so."""

from __future__ import annotations

import datetime as dt

import pytest

from havenward.api import load
from havenward.guard.tiers import ORDER, tier_of
from havenward.run.folder import run_to_folder
from havenward.run.request import Request
from havenward.run.siege_case import SiegeCase
from havenward.scenario.folder import locate
from havenward.scenario.schema import Evidence, Observer
from tests.model.worlds import siege
from tests.run.conftest import silent

END = dt.date(2020, 1, 20)


def case(nature="live", tier=None, evidence=()):
    scenario = siege(20)
    header = scenario.header.model_copy(update={"nature": nature, "tier": tier})
    observer = Observer(name="count", start=dt.date(2020, 1, 1))
    rows = tuple(
        Evidence(series="count", observer="count", quantity="arrivals", measure="flow", date=date, value=1)
        for date in evidence
    )
    return scenario.model_copy(update={"header": header, "observers": (observer,), "evidence": rows})


@pytest.mark.parametrize(
    ("days_after", "tier"),
    [(-400, "restricted"), (-1, "restricted"), (0, "restricted"), (90, "restricted"), (91, "partner"), (5000, "partner")],
)
def test_a_live_case_is_restricted_for_ninety_days_and_never_public(days_after, tier):
    assert tier_of(case(), END + dt.timedelta(days=days_after)) == tier


@pytest.mark.parametrize(("years", "tier"), [(0.1, "restricted"), (1, "partner"), (4.9, "partner"), (5.1, "public")])
def test_a_closed_case_is_public_after_five_years(years, tier):
    assert tier_of(case("closed_case"), END + dt.timedelta(days=365.25 * years)) == tier


def test_later_evidence_keeps_a_case_restricted():
    """The horizon lies long ago, but somebody was counted last week."""
    last_week = END + dt.timedelta(days=3000)
    assert tier_of(case("closed_case", evidence=(last_week,)), last_week + dt.timedelta(days=7)) == "restricted"


def test_an_invented_case_may_be_public_at_any_time():
    assert tier_of(case("synthetic"), END) == "public"


@pytest.mark.parametrize("asked", ORDER)
@pytest.mark.parametrize("nature", ["live", "closed_case", "synthetic"])
def test_a_scenario_may_ask_for_more_care_but_not_for_less(asked, nature):
    today = END + dt.timedelta(days=1)
    demanded, given = tier_of(case(nature), today), tier_of(case(nature, asked), today)
    assert ORDER.index(given) == max(ORDER.index(asked), ORDER.index(demanded))


def test_the_bundled_scenarios_are_public():
    for name in ("toy", "mosul"):
        assert tier_of(load(name), dt.date(2025, 1, 1)) == "public"


def test_the_tier_of_a_live_run_stands_in_everything_that_it_writes(tmp_path):
    """The toy, called live, run on the day after its last: restricted, in the record, the outcome, the tables."""
    import json

    import openpyxl
    import xarray as xr

    toy = load("toy")
    live = toy.model_copy(update={"header": toy.header.model_copy(update={"nature": "live"})})
    today = toy.header.end + dt.timedelta(days=1)
    request = Request(members=1, last=dt.date(2010, 3, 5))
    record = run_to_folder(SiegeCase(live), locate("toy"), tmp_path / "run", request, silent, today=today)
    assert record["tier"] == "restricted"
    assert "RESTRICTED" in record["banner"]
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["tier"] == "restricted"
    assert xr.open_zarr(tmp_path / "run" / "outcome.zarr", consolidated=False).attrs["tier"] == "restricted"
    book = openpyxl.load_workbook(tmp_path / "run" / "summary.xlsx")
    assert "[restricted]" in book.properties.title
    assert "restricted" in str(book["read me"]["A1"].value)
