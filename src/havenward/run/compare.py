"""The model against the evidence, at the dates that were printed and at no other."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from havenward.scenario.schema import Scenario


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
        if row.measure == "flow":
            model = series[:, (start - first).days : until + 1].sum(axis=1)
        else:
            model = series[:, until]
        if not np.isfinite(model).all():
            continue
        q10, q90 = np.quantile(model, [0.1, 0.9])
        mean = float(model.mean())
        ratio = mean / row.value if row.value else float("nan")
        rows.append(
            Compared(row.series, row.date, row.measure, row.value, mean, float(q10), float(q90), ratio, row.weak)
        )
    return rows
