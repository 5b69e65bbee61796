"""Sums of series by name, against loops; and what counters look at."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.run.daily import Daily, Sight
from havenward.run.observe import observed
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


def test_totals_are_the_same_sums():
    sums = Sums.of([(4, "b", 1), (0, "a", 1), (5, "b", -1), (2, "a", 1), (0, "c", 1)])
    given = values(2, 3, 6)
    np.testing.assert_array_equal(sums.total.of(given[0]), sums.add(given)[0])


def test_counters_print_the_same_from_the_store(toy_run):
    """What was worked out while the days went by is what the stored outcome gives."""
    again = observed(Daily.of(toy_run.outcome), toy_run.scenario)
    np.testing.assert_array_equal(again, toy_run.outcome["observed"])


def test_counters_look_at_a_few_series_only(toy_run):
    sight = Sight.of(toy_run.outcome)
    assert 0 < len(sight.links.names) < toy_run.outcome.sizes["link"]
    assert 0 < len(sight.stocks.names) < toy_run.outcome.sizes["stock_series"]
