"""How near the model comes to a series of evidence as a whole."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from havenward.run.compare import Compared


class Agreement(NamedTuple):
    """One series of evidence beside the model, in logarithms of model over evidence.

    Attributes:
        figures: printed figures that were compared.
        nothing: figures left out because the evidence or the model says nobody, so that there is no ratio.
        bias: mean of the logarithms; above nought the model has more people. Not a number without figures.
        rms: root mean square of the logarithms; 0.1 is about 10 %, 0.7 a factor of two.
        best, worst: the figures nearest to and furthest from the evidence; None without figures.
    """

    series: str
    measure: str
    figures: int
    nothing: int
    bias: float
    rms: float
    best: Compared | None
    worst: Compared | None


def agreements(rows: Iterable[Compared]) -> list[Agreement]:
    """Return how near each series comes, in the order of their names."""
    by_series = groupby(sorted(rows, key=lambda row: row.series), key=lambda row: row.series)
    return [_agreement(series, list(figures)) for series, figures in by_series]


def _agreement(series: str, rows: list[Compared]) -> Agreement:
    usable = [row for row in rows if row.ratio > 0]
    logs = [math.log(row.ratio) for row in usable]
    number = len(logs)

    def distance(row: Compared) -> float:
        return abs(math.log(row.ratio))

    return Agreement(
        series=series,
        measure=rows[0].measure,
        figures=number,
        nothing=len(rows) - number,
        bias=sum(logs) / number if number else math.nan,
        rms=math.sqrt(sum(log**2 for log in logs) / number) if number else math.nan,
        best=min(usable, key=distance, default=None),
        worst=max(usable, key=distance, default=None),
    )
