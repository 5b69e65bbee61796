"""What is read from an outcome to be scored, and registers for some days only."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from havenward.fit.simulated import PLACES, displaced, stocks_at
from tests.fit.helpers import register, reports


def outcome():
    """Two members, three days; places A and B, roads, and those not yet displaced."""
    stock = np.arange(2 * 3 * 4, dtype=np.int32).reshape(2, 3, 4, 1)
    return xr.Dataset(
        {"stock": (("draw", "time", "stock_series", "count"), stock)},
        coords={
            "count_unit": ("count", ["individuals"]),
            "stock_stage": ("stock_series", ["elsewhere", "in_camp", "on_the_road", "not_yet_displaced"]),
            "stock_site": ("stock_series", ["A", "B", "A", "home"]),
        },
    )


def test_stocks_of_camps_are_laid_out_by_draw_day_and_camp():
    found = stocks_at(outcome(), ["B"])
    assert found.shape == (2, 3, 1)
    assert found.dtype == np.int64
    assert found[1, :, 0].tolist() == [13, 17, 21]


def test_places_come_in_the_order_that_is_asked_for_and_roads_are_none():
    assert stocks_at(outcome(), ["B", "A"], PLACES)[0, 0].tolist() == [1, 0]


def test_a_place_that_is_no_camp_is_not_taken_for_one():
    with pytest.raises(ValueError, match="no stock of A"):
        stocks_at(outcome(), ["A", "B"])


def test_displaced_are_all_but_those_at_home():
    assert displaced(outcome())[0].tolist() == [0 + 1 + 2, 4 + 5 + 6, 8 + 9 + 10]


def test_expectations_keep_their_fractions():
    halves = outcome()
    halves["stock"] = halves["stock"].astype(np.float32) / 2
    assert stocks_at(halves, ["B"])[0, 0, 0] == 0.5


def test_registers_of_some_days_count_from_the_first_of_them():
    printed = reports((0, 0, 10), (0, 4, 50), (0, 6, 70), (1, 2, 5), (1, 5, 8))
    found = register(printed, 8, 2).within(2, 4)
    assert found.daily[:, 0].tolist() == [30, 40, 50, 60]
    assert (found.reports.day.tolist(), found.reports.camp.tolist()) == ([2, 0, 3], [0, 1, 1])
    assert found.reports.value.tolist() == [50, 5, 8]
