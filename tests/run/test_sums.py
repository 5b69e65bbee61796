"""Sums of series by name, against loops; and what is gathered stretch by stretch, against the whole."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from havenward.api import load
from havenward.model.siege.siege import Siege
from havenward.run.daily import Daily, Sight
from havenward.run.described import conserved
from havenward.run.engine import Batch
from havenward.run.observe import observed
from havenward.run.periods import PeriodsOfRun
from havenward.run.sums import Sums


def values(*shape):
    return np.random.default_rng(3).integers(0, 1_000_000, shape).astype(np.int32)


@pytest.mark.parametrize("more", [(), (5,)])
def test_series_of_one_name_are_added_and_taken_away(more):
    given = values(2, 3, 6, *more)
    sums = Sums.of([(4, "b", 1), (0, "a", 1), (5, "b", -1), (2, "a", 1), (1, "c", 1)])
    assert sums.names == ["b", "a", "c"]
    wide = given.astype(np.int64)
    expected = np.stack([wide[:, :, 4] - wide[:, :, 5], wide[:, :, 0] + wide[:, :, 2], wide[:, :, 1]], axis=2)
    np.testing.assert_array_equal(sums.add(given), expected)
    assert sums.add(given).dtype == np.int64


def test_no_names_give_no_sums():
    assert Sums.of([]).add(values(2, 3, 6)).shape == (2, 3, 0)


def test_expectations_stay_expectations():
    assert Sums.of([(0, "a", 1), (1, "a", 1)]).add(np.full((1, 1, 2), 0.25, dtype=np.float32)) == 0.5


@dataclasses.dataclass(frozen=True)
class Planned:
    """The little of a plan that is looked at."""

    first: int


def gathered(outcome, stretches):
    """Periods of an outcome that comes in by stretches of days."""
    run = PeriodsOfRun(outcome, Siege.of(load("toy"), {}), Planned(0))
    part = run.part(Batch(slice(0, outcome.sizes["draw"]), np.arange(outcome.sizes["draw"], dtype=np.uint32)))
    for start, end in stretches:
        for name in ("stock", "flow"):
            part.write(name, start, outcome[name].values[:, start:end])
    return run.merge(outcome.sizes["draw"])


@pytest.mark.parametrize(
    "stretches",
    [
        [(0, 64), (64, 128), (128, 192), (192, 200)],
        [(0, 30), (30, 31), (31, 200)],
        [(0, 64), (0, 64), (64, 200)],
    ],
)
def test_stretches_do_not_matter(toy_run, stretches):
    """Nor that a stretch comes twice, as it may when a run is broken off while it is written."""
    whole, parts = gathered(toy_run.outcome, [(0, 200)]), gathered(toy_run.outcome, stretches)
    for field in dataclasses.fields(whole):
        if field.name != "layout":
            np.testing.assert_array_equal(getattr(parts, field.name), getattr(whole, field.name), err_msg=field.name)


def test_a_run_that_ends_early_is_told_to_its_last_day(toy_run):
    early = toy_run.outcome.isel(time=slice(0, 100))
    expected = gathered(early, [(0, 100)])
    found = gathered(toy_run.outcome, [(0, 64), (64, 100)])
    for name in ("days", "ends", "stock", "flow", "cumulative", "place_stock", "place_flow", "stages", "edges"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


def test_people_who_are_lost_or_change_origin_are_not_conserved(toy_run):
    """What run.json says is measured: it can be false."""
    periods = gathered(toy_run.outcome, [(0, 200)])
    start = periods.edges[0].sum(axis=(1, 2)).astype(np.int64)
    assert conserved(periods.edges, start, whole=True)
    lost, moved = periods.edges.copy(), periods.edges.copy()
    lost[1, 2, 0, 1] -= 1
    moved[1, 0, 0, 2] -= 1
    moved[1, 0, 1, 2] += 1
    for edges in (lost, moved):
        assert not conserved(edges, start, whole=True)
    assert not conserved(periods.edges, start + 1, whole=True)
    assert conserved(periods.edges, start + 1, whole=False)
    assert not conserved(periods.edges, start + start // 1000, whole=False)


def test_counters_print_the_same_from_the_store(toy_run):
    """What was worked out while the days went by is what the stored outcome gives."""
    again = observed(Daily.of(toy_run.outcome), toy_run.scenario)
    np.testing.assert_array_equal(again, toy_run.outcome["observed"])


def test_counters_look_at_a_few_series_only(toy_run):
    sight = Sight.of(toy_run.outcome)
    assert 0 < len(sight.links.names) < toy_run.outcome.sizes["link"]
    assert 0 < len(sight.stocks.names) < toy_run.outcome.sizes["stock_series"]
