"""The model against the evidence, at the dates that were printed and at no other."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from havenward.guard.disclosure import FEWEST_DRAWS, quantiles
from havenward.run.daily import Daily
from havenward.run.observe import View, at_home, displaced
from havenward.scenario.schema import Observer, Scenario, Target

F64 = NDArray[np.float64]
DAYS_A_MONTH = 30.44


class Compared(NamedTuple):
    """One printed figure and what its counter would have printed under the model."""

    series: str
    date: dt.date
    measure: str
    value: float
    mean: float
    q10: float
    q90: float
    ratio: float
    weak: bool


def against_evidence(outcome: xr.Dataset, scenario: Scenario) -> list[Compared]:
    """Return every figure of the evidence within the outcome's days beside the model's.

    A flow is summed from its first day to its date. Figures after the last comparable day of their counter are left out.
    """
    ends = {row.name: row.end for row in scenario.observers}
    first = pd.Timestamp(outcome["time"].values[0]).date()
    last = pd.Timestamp(outcome["time"].values[-1]).date()
    names = outcome["series"].values.tolist()
    printed = outcome["observed"].values
    rows = []
    for row in sorted(scenario.evidence, key=lambda r: (r.series, r.date)):
        end = ends[row.observer]
        start = row.from_date or row.date
        if not first <= start <= row.date <= last or (end is not None and row.date > end):
            continue
        series = printed[:, :, names.index(row.series)]
        until = (row.date - first).days
        model = series[:, (start - first).days : until + 1].sum(axis=1) if row.measure == "flow" else series[:, until]
        if not np.isfinite(model).all():
            continue
        mean = float(model.mean())
        ratio = mean / row.value if row.value else float("nan")
        rows.append(Compared(row.series, row.date, row.measure, row.value, mean, *_span(model), ratio, row.weak))
    return rows


def _span(model: F64) -> tuple[float, float]:
    """Return the 10 % and 90 % quantiles over members; one member has none, which is not a number."""
    if len(model) < FEWEST_DRAWS:
        return float("nan"), float("nan")
    q10, q90 = quantiles(model, [0.1, 0.9])
    return float(q10), float(q90)


class Rate(NamedTuple):
    """A target and what the model makes of it."""

    name: str
    quantity: str
    low: float
    high: float
    mean: float
    q10: float
    q90: float
    calibrated: bool

    @property
    def miss(self) -> float:
        """How far the mean lies outside the range, as a factor: 1 inside, 2 at twice the top or half the bottom."""
        if self.low <= self.mean <= self.high:
            return 1.0
        return self.mean / self.high if self.mean > self.high else self.low / max(self.mean, 1e-12)


def rates(outcome: xr.Dataset, scenario: Scenario) -> list[Rate]:
    """Return every target of a scenario beside the model; targets outside the outcome's days are left out."""
    first = pd.Timestamp(outcome["time"].values[0]).date()
    last = pd.Timestamp(outcome["time"].values[-1]).date()
    within = [row for row in scenario.targets if first <= row.start <= row.end <= last]
    if not within:
        return []
    daily = Daily.of(outcome)
    found = []
    for row in within:
        model = _rate(daily, scenario, row, (row.start - first).days, (row.end - first).days)
        found.append(Rate(row.name, row.quantity, row.low, row.high, float(model.mean()), *_span(model), row.calibrated))
    return found


def _rate(daily: Daily, scenario: Scenario, row: Target, start: int, end: int) -> F64:
    """Return (draw,) values of a target between two days of a run."""
    view = View.of(daily, Observer(name="target", areas=row.areas, start=row.start))
    arrivals = view.flow("arrived", start=view.homes)[:, start : end + 1]
    home = at_home(view)
    before = np.maximum(home[:, max(start - 1, 0)], 1.0)
    left = np.minimum(arrivals.sum(axis=1) / before, 1.0 - 1e-9)
    match row.quantity:
        case "arrivals":
            return np.asarray(arrivals.sum(axis=1))
        case "most_arrivals_a_day":
            return np.asarray(arrivals.max(axis=1))
        case "most_arrivals_a_week":
            weeks = np.lib.stride_tricks.sliding_window_view(arrivals, min(7, arrivals.shape[1]), axis=1)
            return np.asarray(weeks.sum(axis=2).max(axis=1))
        case "left_share_a_day":
            return np.asarray(-np.log1p(-left) / arrivals.shape[1])
        case "left_share_a_month":
            return np.asarray(-np.expm1(np.log1p(-left) / arrivals.shape[1] * DAYS_A_MONTH))
        case "at_home_share":
            return np.asarray(home[:, end] / before)
        case "returned_share":
            return np.asarray(displaced(view)[2][:, end] / np.maximum(arrivals.sum(axis=1), 1.0))
        case "camp_share":
            named = [observer for observer in scenario.observers if observer.name == row.observer]
            seen = View.of(daily, named[0].model_copy(update={"areas": row.areas})) if named else view
            camps, hosts, _ = displaced(seen)
            return np.asarray(camps[:, end] / np.maximum(camps[:, end] + hosts[:, end], 1.0))
