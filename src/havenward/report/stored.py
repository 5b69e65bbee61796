"""The sums that the report of an ensemble is drawn from, read out of its store when they are asked for, series by series.

A store holds each day of the places that receive people, and the ends of months of all else. Memory does not grow with
members: no more than MOST_DRAWS are drawn, whose quantiles differ from those of more by less than a line is wide.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.ensemble.kept import VARIABLES
from havenward.ensemble.reading import Kept
from havenward.ensemble.store import EnsembleStore
from havenward.report.detail import Detail
from havenward.report.digest import (
    Links,
    flow_groups,
    joined,
    period_of,
    redirected,
    stock_groups,
    told_days,
    told_link,
    unique,
    weekly_flow,
    weekly_stock,
)
from havenward.report.flows import RECEPTION
from havenward.report.sums import Days, Sums, Values
from havenward.scenario.schema import Scenario

MOST_DRAWS = 10_000
"""Members that are drawn, the first of them: more would move no line by its width."""

AT_ONCE = 64_000_000
"""Bytes of values that are read together."""

REMEMBERED = 512_000_000
"""Bytes of series that are kept in memory, because a page asks for most of them more than once."""

Key = tuple[Hashable, ...]
Rows = Mapping[Key, Sequence[int]]


@dataclass
class Memory:
    """Series that were read lately, up to so many bytes of them, but one at the least."""

    most: int = REMEMBERED
    _held: OrderedDict[Hashable, Values] = field(default_factory=OrderedDict)

    def get(self, name: Hashable, read: Callable[[], Values]) -> Values:
        """The series of a name; read where it is not held."""
        if name not in self._held:
            self._held[name] = read()
        self._held.move_to_end(name)
        while sum(values.nbytes for values in self._held.values()) > self.most and len(self._held) > 1:
            self._held.popitem(last=False)
        return self._held[name]


@dataclass(frozen=True)
class Stored:
    """Sums by key out of one variable of a store, each (draw, time); see `Series`.

    Attributes:
        store: where they are read.
        variable: which.
        rows: labels that make up each key.
        draws: how many are read, from the first on.
        times: days or periods that may be told.
        made: makes what is told of the sums of labels.
        memory: what was read lately.
    """

    store: EnsembleStore
    variable: str
    rows: Rows
    draws: int
    times: slice
    made: Callable[[Values], Values]
    memory: Memory

    def of(self, *key: Hashable) -> Values:
        """(draw, time) persons; noughts where the store has no such series."""
        return self.total([key])

    def total(self, keys: Iterable[Key]) -> Values:
        """(draw, time) persons summed over keys."""
        rows = tuple(sorted(row for key in keys for row in self.rows.get(key, ())))
        return self._remembered(("rows", rows), lambda: self.made(self._summed(rows)))

    def over_time(self, keys: Sequence[Key]) -> Values:
        """(draw, key) persons summed over time, all keys in one reading."""
        return self._remembered(("keys", tuple(keys)), lambda: self._by_key(keys))

    def names(self, kind: str) -> list[str]:
        """The second parts of the keys of a kind, in the order in which they were met."""
        return [str(key[1]) for key in self.rows if key[0] == kind]

    def _remembered(self, what: Hashable, read: Callable[[], Values]) -> Values:
        return self.memory.get((self.store.place.url, self.variable, what), read)

    def _summed(self, rows: Sequence[int]) -> Values:
        found = np.zeros((self.draws, self.times.stop))
        for draws, _, values in self._read(rows):
            found[draws] += values.sum(axis=-1)
        return found

    def _by_key(self, keys: Sequence[Key]) -> Values:
        columns: dict[int, list[int]] = {}
        for column, key in enumerate(keys):
            for row in self.rows.get(key, ()):
                columns.setdefault(row, []).append(column)
        found = np.zeros((self.draws, len(keys)))
        for draws, rows, values in self._read(sorted(columns)):
            for row, total in zip(rows, values.sum(axis=1).T, strict=True):
                for column in columns[row]:
                    found[draws, column] += total
        return found

    def _read(self, rows: Sequence[int]) -> Iterator[tuple[slice, list[int], NDArray[Any]]]:
        """Yield draws, labels and (draw, time, label) persons of them, a part at a time."""
        counts = len(self.store.labels["count"]) if "count" in VARIABLES[self.variable].axes else 1
        for labels in together(rows, VARIABLES[self.variable].labels_a_chunk):
            first, width = labels[0], labels[-1] + 1 - labels[0]
            block = self.store.plan.block
            many = max(AT_ONCE // (8 * self.times.stop * width * counts) // block, 1) * block
            for start in range(0, self.draws, many):
                draws = slice(start, min(start + many, self.draws))
                values = self.store.read(self.variable, draws, slice(first, first + width), self.times)
                if len(labels) < width:
                    values = values[:, :, [label - first for label in labels]]
                if counts > 1:
                    values = values[..., : len(self.store.labels["group"])].sum(axis=-1)
                yield draws, labels, values


def together(rows: Sequence[int], a_chunk: int) -> Iterator[list[int]]:
    """Labels that lie in one chunk, or side by side in chunks of a label."""
    part: list[int] = []
    for row in rows:
        if part and row // a_chunk != part[-1] // a_chunk and row != part[-1] + 1:
            yield part
            part = []
        part.append(row)
    if part:
        yield part


@dataclass(frozen=True)
class StoredSums(Sums):
    """People of an ensemble, as far as they may be told; see `Sums`. Towns that take people in are told too: (town, name).

    Attributes:
        ends: (period,) last days of the periods of all that is not told daily.
        stocks_at_ends, flows_at_ends: by key, each (draw, period); further keys are (at, site, quantity), under the site's
            own name, and (way, quantity, from, to, ""), under those that may be told.
    """

    stocks: Stored
    ends: Days
    stocks_at_ends: Stored
    flows_at_ends: Stored

    def standing(self, stages: Iterable[str]) -> tuple[Days, Values]:
        """(days,) on which it is known how many are in some stages, and (draw, days) persons in any of them."""
        keys = [("stage", stage) for stage in stages]
        if all(len(self.stocks_at_ends.rows.get(key, ())) == len(self.stocks.rows.get(key, ())) for key in keys):
            return self.dates, self.stocks.total(keys)
        return self.ends, self.stocks_at_ends.total(keys)

    def over_run(self, *key: Hashable) -> Values:
        """(draw,) persons of a flow over the whole run."""
        return self.flows_at_ends.over_time([key])[:, 0]

    def over_run_of(self, kind: str) -> dict[str, Values]:
        """(draw,) persons of every flow of a kind over the whole run, by name."""
        names = self.flows_at_ends.names(kind)
        return dict(zip(names, self.flows_at_ends.over_time([(kind, name) for name in names]).T, strict=True))


def sums_of(kept: Kept, scenario: Scenario, detail: Detail, memory: Memory) -> StoredSums:
    """The sums of an ensemble, under the names and for the days that may be told; `memory` may be that of others too.

    Raises
    ------
    WithheldError
        if no day may be told yet.
    """
    frame = told_days(kept.frame, detail)
    dates = frame["time"].values.astype("datetime64[D]")
    ends = np.array(kept.store.labels["period"], dtype="datetime64[D]")
    ends = ends[ends <= dates[-1]]
    home_area = {place.name: place.area or place.name for place in scenario.locations if place.kind == "home"}
    draws = min(kept.members, MOST_DRAWS)

    def stored(
        variable: str, names: str, times: Days, made: Callable[[Values], Values], groups: Callable[..., list[Key]]
    ) -> Stored:
        rows: dict[Key, list[int]] = {}
        for row, label in enumerate(kept.store.labels[names]):
            site, quantity, _ = label.split("|")
            for key in groups(site, quantity):
                rows.setdefault(key, []).append(row)
        return Stored(kept.store, variable, rows, draws, slice(0, len(times)), made, memory)

    def standing(site: str, stage: str) -> list[Key]:
        towns = [("town", site)] if stage == "in_host" else []
        return [*stock_groups((stage, site, ""), detail), *towns, ("at", site, stage)]

    def moving(way: str, quantity: str) -> list[Key]:
        start, _, end = way.partition(">")
        link = told_link((quantity, start, end, ""), detail)
        return [*flow_groups(link, home_area), ("way", *link), ("at", way, quantity)]

    def arriving(crossing: str, quantity: str) -> list[Key]:
        return [("quantity", quantity), ("arrived", detail.crossings.get(crossing, crossing))]

    def level(values: Values) -> Values:
        return weekly_stock(values[..., None])[..., 0] if detail.weekly else values

    def daily(values: Values) -> Values:
        flow = np.diff(values, axis=1, prepend=0)
        return weekly_flow(flow[..., None])[..., 0] if detail.weekly else flow

    camp_names = [detail.camps.get(str(name), str(name)) for name in frame["camp"].values]
    return StoredSums(
        dates=dates,
        period=period_of(dates, detail),
        stocks=stored("daily_stock", "daily_stock_label", dates, level, standing),
        flows=stored("daily_cumulative", "cumulative_label", dates, daily, arriving),
        camps=unique(camp_names),
        capacity=joined(frame["capacity"].values.astype(np.float64), camp_names, np.add),
        crossings=unique(detail.crossings.get(str(name), str(name)) for name in frame["crossing"].values),
        wait=None,
        closed=None,
        ends=ends,
        stocks_at_ends=stored("stock", "stock_label", ends, lambda values: values, standing),
        flows_at_ends=stored("flow", "flow_label", ends, lambda values: values, moving),
    )


def links_of(sums: StoredSums) -> Links:
    """Totals of the ways to crossings and on from there, of people from anywhere; by period they are not kept."""
    keys = [key for key in sums.flows_at_ends.rows if key[0] == "way" and key[1] in ("arrived", *RECEPTION)]
    totals = sums.flows_at_ends.over_time(keys)
    told = [(str(quantity), str(start), str(end), "") for _, quantity, start, end, _ in keys]
    return redirected(Links(told, totals, np.zeros((0, len(keys)))))
