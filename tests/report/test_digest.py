"""The sums that a report is drawn from, against plain sums of the outcome."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from havenward.report import digest as module
from havenward.report.detail import detail
from havenward.report.digest import Digest, digest
from tests.report.conftest import TODAY
from tests.report.example_outcome import Example


def plain(toy: Example, stages: tuple[str, ...]) -> np.ndarray:
    wanted = np.isin(toy.found["stock_stage"].values, stages)
    return toy.found["stock"].values[:, :, wanted, :4].sum(axis=(2, 3))


@pytest.mark.parametrize("stage", ["home_held", "home_free", "waiting", "in_camp", "in_host", "dead_or_lost"])
def test_stages_are_persons_and_not_households(toy: Example, toy_sums: Digest, stage: str):
    assert np.array_equal(toy_sums.stocks.of("stage", stage), plain(toy, (stage,)))


def test_a_stage_that_the_run_lacks_is_nought(toy_sums: Digest):
    assert not toy_sums.stocks.of("stage", "joined_fight").any()


def test_camps_and_queues_sum_to_their_stages(toy_sums: Digest):
    camps = toy_sums.stocks.total(("camp", name) for name in toy_sums.camps)
    queues = toy_sums.stocks.total(("queue", name) for name in toy_sums.crossings)
    assert np.array_equal(camps, toy_sums.stocks.of("stage", "in_camp"))
    assert np.array_equal(queues, toy_sums.stocks.of("stage", "waiting"))


def test_arrivals_are_the_same_by_crossing_and_by_area(toy_sums: Digest):
    for kind in ("arrived", "area"):
        assert np.array_equal(toy_sums.flows.total((kind, name) for name in toy_sums.flows.names(kind)), toy_sums.arrivals())


def test_weeks_leave_out_the_broken_one(toy_sums: Digest):
    assert toy_sums.period == 7
    assert len(toy_sums.periods) == 12  # of 90 days
    assert toy_sums.by_period(toy_sums.arrivals()).sum() == toy_sums.arrivals()[:, :84].sum()


def test_reading_in_blocks_changes_nothing(toy: Example, toy_sums: Digest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "DRAWS_AT_ONCE", 2)
    monkeypatch.setattr(module, "DAYS_AT_ONCE", 17)
    again = digest(toy.found, toy.given, detail(toy.given, "public", TODAY))
    assert np.array_equal(again.stocks.values, toy_sums.stocks.values)
    assert np.array_equal(again.links.totals, toy_sums.links.totals)
    assert np.allclose(again.links.means, toy_sums.links.means, rtol=1e-12)


def test_link_means_sum_to_link_totals(toy: Example):
    days = toy.found.isel(time=slice(0, 84))
    sums = digest(days, toy.given, detail(toy.given, "public", TODAY))
    assert np.allclose(sums.links.means.sum(axis=0), sums.links.totals.mean(axis=0))


def test_joined_names_are_summed(toy: Example, toy_sums: Digest):
    told = dataclasses.replace(
        detail(toy.given, "public", TODAY),
        crossings=dict.fromkeys(toy_sums.crossings, "One sector"),
        camps=dict.fromkeys(toy_sums.camps, "All camps"),
    )
    joined = digest(toy.found, toy.given, told)
    assert joined.crossings == ["One sector"]
    assert joined.camps == ["All camps"]
    assert np.array_equal(joined.stocks.of("camp", "All camps"), toy_sums.stocks.of("stage", "in_camp"))
    assert np.array_equal(joined.capacity[:, 0], toy_sums.capacity.sum(axis=1))
    longest = np.fmax.reduce(np.nan_to_num(toy_sums.wait), axis=2)
    assert np.array_equal(np.nan_to_num(joined.wait[:, :, 0]), longest)
