"""Bias and distance of a series of evidence, against figures worked out by hand."""

from __future__ import annotations

import datetime as dt
import math

from havenward.run.agreement import agreements
from havenward.run.compare import Compared


def compared(series: str, day: int, value: float, mean: float) -> Compared:
    ratio = mean / value if value else math.nan
    return Compared(series, dt.date(2017, 3, day), "stock", value, mean, mean, mean, ratio, False)


def test_bias_and_distance_are_those_of_the_logarithms():
    (found,) = agreements([compared("a", 1, 100, 200), compared("a", 2, 100, 50), compared("a", 3, 100, 100)])
    assert (found.figures, found.nothing) == (3, 0)
    assert math.isclose(found.bias, 0.0, abs_tol=1e-12)
    assert math.isclose(found.rms, math.sqrt(2 / 3) * math.log(2))
    assert found.best is not None
    assert found.worst is not None
    assert (found.best.date.day, found.worst.date.day) == (3, 1)


def test_figures_without_people_are_counted_apart():
    (found,) = agreements([compared("a", 1, 0, 5), compared("a", 2, 5, 0), compared("a", 3, 10, 20)])
    assert (found.figures, found.nothing) == (1, 2)
    assert math.isclose(found.bias, math.log(2))


def test_a_series_without_any_ratio_has_no_bias():
    (found,) = agreements([compared("a", 1, 0, 5)])
    assert math.isnan(found.bias)
    assert math.isnan(found.rms)
    assert (found.best, found.worst) == (None, None)


def test_series_are_kept_apart_and_sorted():
    mixed = [compared("b", 1, 1, 1), compared("a", 1, 1, 1), compared("b", 2, 1, 1)]
    assert [(row.series, row.figures) for row in agreements(mixed)] == [("a", 1), ("b", 2)]
