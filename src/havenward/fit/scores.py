"""Scores of simulated camp stocks against registered ones.

Arrays: `simulated` is (..., day, camp), with any axes of draws in front, which the result keeps; `data` is (day, camp),
registered stocks day by day; `reports` are the printed figures alone. All are in one unit, agents or persons.

There are two families. Scores over *all days* are those that published work on Flee gives; their data lie on straight
lines between printed figures, so a figure is scored many times and a simple rule that sees them sees the future. Scores
at *reports* compare only where a register was printed: a camp counts on the dates of its own figures, never on those of
others. Rescaled simulations (`rescaled`) are told the total of all camps, day by day; only their split is then scored.
A score without anything to divide by is not a number.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from havenward.fit.reports import Floats, Reports
from havenward.guard.disclosure import FEWEST_DRAWS, quantiles

HORIZON = 30
"""Days that a change spans at least, and that the last figure of a simple rule is old at least."""

Numbers = npt.NDArray[np.float64] | npt.NDArray[np.int64]


def rescaled(simulated: Numbers, data: Numbers) -> Floats:
    """Simulated stocks, (..., day, camp), multiplied each day so that their sum is the data's; 0 where it is 0.

    Fractions are kept. (Flee's extract-validation-results; Flee's plots cut them off.)
    """
    _check(simulated, data)
    factor = _ratio(data.sum(axis=-1), simulated.sum(axis=-1), nothing=0.0)
    return np.asarray(simulated * factor[..., np.newaxis])


def error_by_day(simulated: Numbers, data: Numbers) -> Floats:
    """Relative difference on each day, (..., day): sum over camps of |simulated - data| over the sum of data, at least 1.

    For a rescaled simulation it lies between 0 and 2, and half of it is the share of people in the wrong camp.
    (Suleimenova, Bell & Groen 2017, Sci Rep 7:13377.)
    """
    _check(simulated, data)
    difference = np.abs(simulated - data).sum(axis=-1)
    return np.asarray(difference / np.maximum(1.0, data.sum(axis=-1)))


def averaged_relative_difference(simulated: Numbers, data: Numbers) -> Floats:
    """The mean over days of `error_by_day`, (...): the number that validations of Flee give."""
    return np.asarray(error_by_day(simulated, data).mean(axis=-1))


def at_reports(simulated: Numbers, reports: Reports) -> Floats:
    """Simulated stocks where figures were printed, (..., reports). Raises ValueError where they lie outside the run."""
    days, camps = simulated.shape[-2:]
    if len(reports) and (reports.day.max() >= days or reports.camp.max() >= camps):
        raise ValueError(f"there are reports beyond the {days} days and {camps} camps that were simulated")
    return np.asarray(simulated[..., reports.day, reports.camp], dtype=np.float64)


def error_by_date(simulated: Numbers, reports: Reports) -> Floats:
    """Relative difference on each date of `reports.dates`, (..., dates): as `error_by_day`, over camps printed that day."""
    order = np.argsort(reports.day, kind="stable")
    starts = np.unique(reports.day[order], return_index=True)[1]
    difference = np.abs(at_reports(simulated, reports) - reports.value)[..., order]
    printed = np.add.reduceat(reports.value[order], starts)
    return np.asarray(np.add.reduceat(difference, starts, axis=-1) / np.maximum(1.0, printed))


def averaged_at_dates(simulated: Numbers, reports: Reports) -> Floats:
    """The mean over report dates of `error_by_date`, (...).

    Report dates are all dates on which any camp's figure was printed; each weighs the same, however few camps it has,
    so one small camp can rule it. `error_at_reports` is the steadier figure.
    """
    by_date = error_by_date(simulated, reports)
    return np.asarray(by_date.mean(axis=-1)) if len(reports) else np.full(by_date.shape[:-1], np.nan)


def error_at_reports(simulated: Numbers, reports: Reports) -> Floats:
    """The sum over printed figures of |simulated - printed| over the sum of printed figures, (...).

    (The ratio of mean absolute deviation to mean: Kolassa & Schütz 2007, Foresight 6:40-43.)
    """
    difference = np.abs(at_reports(simulated, reports) - reports.value).sum(axis=-1)
    return _ratio(difference, reports.value.sum())


def change_score(simulated: Numbers, reports: Reports, horizon: int = HORIZON) -> Floats:
    """Error of simulated changes over registered changes, (...); 1 is as bad as to say that nothing changes.

    For each printed figure, the change since the same camp's latest figure at least `horizon` days earlier, both
    within the run: the sum over figures of |simulated change - printed change| over the sum of |printed change|. Figures
    without such an earlier one do not count. (A cumulative relative absolute error against no change: Armstrong &
    Collopy 1992, Int J Forecasting 8:69-80.)
    """
    later, earlier = reports.pairs(horizon)
    stock = at_reports(simulated, reports)
    printed = reports.value[later] - reports.value[earlier]
    missed = np.abs(stock[..., later] - stock[..., earlier] - printed).sum(axis=-1)
    return _ratio(missed, np.abs(printed).sum())


def rolling_mase(simulated: Numbers, reports: Reports, horizon: int = HORIZON) -> Floats:
    """Mean absolute error over that of rolling persistence at the same horizon, (...); below 1 beats it.

    Persistence says of each printed figure what the same camp's latest figure at least `horizon` days older said. Both
    errors are taken over the figures that have such an older one within the run, of all camps together: by camp, one
    whose register never moved would divide by nothing. (Hyndman & Koehler 2006, Int J Forecasting 22:679-688; scaled
    out of sample, which they call a relative MAE.)
    """
    later, earlier = reports.pairs(horizon)
    missed = np.abs(at_reports(simulated, reports)[..., later] - reports.value[later]).sum(axis=-1)
    return _ratio(missed, np.abs(reports.value[later] - reports.value[earlier]).sum())


def frozen_naive(data: Numbers, day: int, kind: Literal["flat", "ratio"]) -> Floats:
    """What Flee's naive model knows from `day` on, (day, camp): its data of that day, or its share of the known total.

    Not a number throughout where the run ends before `day`, and for shares where nobody was registered on it.
    """
    if day >= len(data):
        return np.full(data.shape, np.nan)
    if kind == "flat":
        return np.broadcast_to(data[day].astype(np.float64), data.shape)
    return np.asarray(data.sum(axis=-1, keepdims=True) * _ratio(data[day], data[day].sum()))


def frozen_mase(simulated: Numbers, data: Numbers, day: int, kind: Literal["flat", "ratio"]) -> Floats:
    """Scaled error against Flee's naive model of `day` (7 or 30 in Flee), (...); give a rescaled simulation, as Flee does.

    By camp: the mean over all days of |data - simulated| over the mean over days after `day` of |data - naive|; then the
    mean over camps, weighted by registered persons times days. A camp on which the naive model makes no error is left out
    (in Flee the score is then infinite), and nothing is rounded. (Flee's plot-flee-output; after Hyndman & Koehler 2006.)
    """
    _check(simulated, data)
    after = np.abs(data - frozen_naive(data, day, kind))[day + 1 :]
    naive = after.mean(axis=0) if len(after) else np.full(data.shape[-1], np.nan)
    counted = naive > 0
    missed = np.abs(simulated - data).mean(axis=-2)[..., counted]
    weight = data.sum(axis=0)[counted]
    return _ratio((missed / naive[counted] * weight).sum(axis=-1), weight.sum())


def share_inside(simulated: Numbers, reports: Reports, share: float = 0.8) -> float:
    """The share of printed figures within the interval of draws that holds `share`; `simulated` is (draw, day, camp).

    Quantiles are at i / (n + 1), so that the interval of a sound ensemble holds a further draw with that chance; of n
    draws it cannot hold more than (n - 1) / (n + 1). Not a number with fewer than two draws, or without reports.
    """
    if len(simulated) < FEWEST_DRAWS or not len(reports):
        return float("nan")
    low, high = quantiles(at_reports(simulated, reports), ((1 - share) / 2, (1 + share) / 2))
    return float(((low <= reports.value) & (reports.value <= high)).mean())


def _check(simulated: Numbers, data: Numbers) -> None:
    if simulated.ndim < 2 or simulated.shape[-2:] != data.shape:
        raise ValueError(f"simulated stocks {simulated.shape} do not end with the days and camps of the data {data.shape}")


def _ratio(top: npt.ArrayLike, bottom: npt.ArrayLike, nothing: float = np.nan) -> Floats:
    """Top over bottom, and `nothing` where bottom is not above 0."""
    above, below = np.broadcast_arrays(np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64))
    result = np.full(above.shape, nothing)
    np.divide(above, below, out=result, where=below > 0)
    return result
