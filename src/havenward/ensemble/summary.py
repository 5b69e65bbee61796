"""The table of an ensemble, worked out from its store a few labels at a time, members in their order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from havenward.ensemble.kept import VARIABLES
from havenward.ensemble.store import EnsembleStore
from havenward.run.periods import Label, Layout
from havenward.run.summary import ALL_PERSONS, Section, Summary, summary_of

AT_ONCE = 64_000_000
"""Bytes of values that are held together; working on them takes some four times as much."""


def summarise(store: EnsembleStore, layout: Layout, members: int) -> Summary:
    """Return the table over the first members: that of `run.summary`, to the bit."""
    labels = [*layout.stock.names, *layout.flow.names, *layout.summed.names]
    return summary_of(layout.counted, labels, _sections(store, layout, labels, members))


def _sections(store: EnsembleStore, layout: Layout, labels: list[Label], members: int) -> Iterator[Section]:
    number = {label: k for k, label in enumerate(labels)}
    rows = np.arange(len(layout.counted.rows))
    days, ends = (np.array(store.labels[axis], dtype="datetime64[D]") for axis in ("time", "period"))
    for daily, daily_names, every, names in (
        ("daily_stock", layout.place_stock.names, "stock", layout.stock.names),
        ("daily_flow", layout.place_flow.names, "flow", layout.flow.names),
        ("daily_cumulative", layout.summed.names, "cumulative", layout.summed.names),
    ):
        by_day = np.array([number[name] for name in daily_names], dtype=np.int64)
        told_daily = np.ones((len(by_day), 1), dtype=bool)
        for some, when in _some(store, daily, len(by_day), members):
            values = store.read(daily, members, some, when)[..., None]
            yield Section(by_day[some], np.array([ALL_PERSONS]), told_daily[some], days[when], values)
        rest = np.array([number[name] for name in names], dtype=np.int64)
        told = np.ones((len(rest), len(rows)), dtype=bool)
        told[np.isin(rest, by_day), ALL_PERSONS] = False
        for some, when in _some(store, every, len(rest), members):
            values = layout.counted.told(store.read(every, members, some, when))
            yield Section(rest[some], rows, told[some], ends[when], values)


def _some(store: EnsembleStore, variable: str, labels: int, members: int) -> Iterator[tuple[slice, slice]]:
    """Yield slices of labels and of days or periods whose values of all members are held together.

    Labels of whole chunks as long as they fit; of more members one label, and of still more a part of its days.
    """
    sizes = {axis: len(store.labels[axis]) for axis in VARIABLES[variable].axes}
    times = sizes[VARIABLES[variable].axes[0]]
    fit = AT_ONCE // (8 * members * sizes.get("count", 1))
    width, chunk = max(fit // times, 1), VARIABLES[variable].labels_a_chunk
    width = width // chunk * chunk or width
    height = min(max(fit // width, 1), times)
    for start in range(0, labels, width):
        for first in range(0, times, height):
            yield slice(start, min(start + width, labels)), slice(first, min(first + height, times))
