"""The table of a run: one row for each date, site, group and quantity, with a mean, a spread and quantiles over members.

Rows of all persons at one place that receives people are told for every day, all other rows at the end of each month, where
a flow is the sum since the row before; runs of up to DAILY_UP_TO days are told day by day throughout. Rows in which every
member has nobody are left out. One member has neither spread nor quantiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.counted import Counted
from havenward.guard.disclosure import FEWEST_DRAWS, quantiles
from havenward.run.columns import FIGURES, QUANTILES
from havenward.run.periods import Label, Periods

ALL_PERSONS = 0
AT_ONCE = 16_384
"""Rows that are worked out together."""


@dataclass(frozen=True)
class Summary:
    """The rows of a table, by measure, label, date and group.

    Attributes:
        rows: group and unit of what is told of a label; see `Counted.rows`.
        labels: what rows speak of.
        label: (rows,) place in `labels`.
        date: (rows,) days.
        row: (rows,) group and unit, a place in `rows`.
        figures: (rows, FIGURES) mean, spread and quantiles; not a number where there is none.
    """

    rows: tuple[tuple[str, str], ...]
    labels: list[Label]
    label: NDArray[np.int64]
    date: NDArray[np.datetime64]
    row: NDArray[np.int64]
    figures: NDArray[np.float64]


@dataclass(frozen=True)
class Section:
    """Rows of one kind.

    Attributes:
        labels: (N,) places in the list of all labels.
        rows: (G,) places in the rows of all labels.
        told: (N, G) which labels are told by which.
        dates: (T,) days.
        values: (draw, T, N, G).
    """

    labels: NDArray[np.int64]
    rows: NDArray[np.int64]
    told: NDArray[np.bool_]
    dates: NDArray[np.datetime64]
    values: NDArray[Any]


def summarise(periods: Periods) -> Summary:
    """Return the table over all members."""
    layout = periods.layout
    labels = [*layout.stock.names, *layout.flow.names, *layout.summed.names]
    number = {label: k for k, label in enumerate(labels)}
    return summary_of(layout.counted, labels, _sections(periods, number))


def summary_of(counted: Counted, labels: list[Label], sections: Iterable[Section]) -> Summary:
    """Return the table of some sections, which may be worked out one after the other."""
    found = [_rows(section) for section in sections]
    label, date, row, figures = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((row, date, label))
    return Summary(counted.rows, labels, label[order], date[order], row[order], figures[order])


def _sections(periods: Periods, number: dict[Label, int]) -> Iterator[Section]:
    """Yield what is told each day for all persons, and the rest."""
    layout = periods.layout
    rows = np.arange(len(layout.counted.rows))
    for names, daily, every, counts in (
        (layout.place_stock.names, periods.place_stock, layout.stock.names, periods.stock),
        (layout.place_flow.names, periods.place_flow, layout.flow.names, periods.flow),
        (layout.summed.names, periods.place_cumulative, layout.summed.names, periods.cumulative),
    ):
        by_day = np.array([number[name] for name in names], dtype=np.int64)
        yield Section(by_day, np.array([ALL_PERSONS]), np.ones((len(by_day), 1), dtype=bool), periods.days, daily[..., None])
        rest = np.array([number[name] for name in every], dtype=np.int64)
        told = np.ones((len(rest), len(rows)), dtype=bool)
        told[np.isin(rest, by_day), ALL_PERSONS] = False
        yield Section(rest, rows, told, periods.days[periods.ends], layout.counted.told(counts))


def _rows(section: Section) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return labels, dates, groups and figures of the rows of a section in which any member has anybody."""
    time, label, row = np.nonzero(section.values.any(axis=0) & section.told)
    figures = np.empty((len(time), len(FIGURES)))
    for start in range(0, len(time), AT_ONCE):
        here = slice(start, start + AT_ONCE)
        figures[here] = _figures(section.values[:, time[here], label[here], row[here]])
    return section.labels[label], section.dates[time], section.rows[row], figures


def _figures(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return (rows, FIGURES) of (draw, rows) values."""
    figures = np.full((values.shape[1], len(FIGURES)), np.nan)
    figures[:, 0] = values.mean(axis=0)
    if len(values) >= FEWEST_DRAWS:
        figures[:, 1] = values.std(axis=0, ddof=1)
        figures[:, 2:] = quantiles(values, list(QUANTILES.values())).T
    return figures


def final_stocks(names: Sequence[str], persons: NDArray[Any], stages: Iterable[str]) -> dict[str, dict[str, float | None]]:
    """Return mean, q05, q50 and q95 persons of every stage on the last day; one member has no quantiles.

    `persons` are (draw, stages) of the last day, of the stages that are named.
    """
    people = dict(zip(names, persons.T, strict=True))
    nobody = np.zeros(len(persons), dtype=np.int64)
    return {stage: _final(people.get(stage, nobody)) for stage in stages}


def _final(people: NDArray[Any]) -> dict[str, float | None]:
    mean = round(float(people.mean()), 1)
    if len(people) < FEWEST_DRAWS:
        return {"mean": mean, "q05": None, "q50": None, "q95": None}
    q05, q50, q95 = (round(float(value), 1) for value in quantiles(people, (0.05, 0.5, 0.95)))
    return {"mean": mean, "q05": q05, "q50": q50, "q95": q95}
