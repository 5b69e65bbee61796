"""What a run of a Flee folder simulated, laid out as registers are: people in places, and all who have set out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import xarray as xr

from havenward.fit.registered import Registered, registered
from havenward.fit.scores import Numbers
from havenward.run.outcome import persons
from havenward.scenario.flee.schema import FleeScenario

CAMPS = ("in_camp",)
PLACES = ("in_camp", "elsewhere")
"""Stages of people who stand in a place; each place has one of them."""
AT_HOME = "not_yet_displaced"


def stocks_at(outcome: xr.Dataset, names: Sequence[str], stages: Sequence[str] = CAMPS) -> Numbers:
    """People in places at the end of each day, (draw, day, place): whole numbers, unless a run is of expectations.

    Raises ValueError where the outcome has no stock of a place in any of these stages.
    """
    pairs = zip(outcome["stock_stage"].values, outcome["stock_site"].values, strict=True)
    rows = {str(site): row for row, (stage, site) in enumerate(pairs) if stage in stages}
    if lacking := [name for name in names if name not in rows]:
        raise ValueError(f"the outcome holds no stock of {', '.join(lacking)}")
    return _numbers(outcome["stock"].isel(stock_series=[rows[name] for name in names]), "stock_series")


def displaced(outcome: xr.Dataset) -> Numbers:
    """All who have set out, or were in camps at the start, by the end of each day, (draw, day)."""
    rows = np.flatnonzero(outcome["stock_stage"].values != AT_HOME)
    total: Numbers = _numbers(outcome["stock"].isel(stock_series=rows), "stock_series").sum(axis=-1)
    return total


def first_day(outcome: xr.Dataset, scenario: FleeScenario) -> int:
    """The first day that is kept, from day 0 of the folder."""
    date: dt.date = outcome["time"].values[0].astype("datetime64[D]").item()
    return (date - scenario.start).days


def registered_during(outcome: xr.Dataset, scenario: FleeScenario) -> Registered:
    """What the registers say of the days that an outcome has, the first of which is day 0.

    Raises ValueError where no camp has a series.
    """
    return registered(scenario).within(first_day(outcome, scenario), outcome.sizes["time"])


def _numbers(stock: xr.DataArray, last: str) -> Numbers:
    values = persons(stock).transpose("draw", "time", last).values
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    return values.astype(np.int64)
