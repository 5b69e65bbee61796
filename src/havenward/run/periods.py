"""What the summary speaks of, gathered while the days of a run go by, so that nobody reads the outcome again.

Two kinds of figures are kept: of everything that is counted, by group, at the ends of periods; and of each day, all persons
at the places that receive people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from havenward.core.counted import Counted
from havenward.core.rules import RuleSet
from havenward.core.telling import Telling
from havenward.run.columns import DAILY_UP_TO
from havenward.run.daily import Link, links_of, stocks_of
from havenward.run.engine import Batch, Plan
from havenward.run.sums import Sums

Measure = Literal["stock", "flow", "cumulative"]


class Label(NamedTuple):
    """What a row of the summary speaks of, groups and dates apart."""

    site: str
    quantity: str
    measure: Measure


def period_ends(time: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the places of the days that end a period: all, or in a long run the ends of months and the last day."""
    if len(time) <= DAILY_UP_TO:
        return np.arange(len(time))
    month = time.astype("datetime64[M]")
    return np.append(np.flatnonzero(month[1:] != month[:-1]), len(time) - 1)


def _came(link: Link, telling: Telling) -> Iterator[tuple[str, int]]:
    """Yield the places to which a flow newly brings people (1), or whose newcomers it turns away (-1)."""
    if link.quantity in telling.newcomers:
        yield link.end, 1
    elif link.quantity in telling.passed_on:
        yield link.start, -1
        yield link.end, 1


@dataclass(frozen=True)
class Layout:
    """How the series of an outcome add up to the labels of the summary.

    Attributes:
        counted: what is counted of each series.
        stock: by site and stage.
        flow: by places and quantity, and newcomers by place.
        summed: flows whose sums since the first day are told too, by the place where they lead.
        place_stock, place_flow: as `stock` and `flow`, at a single place that receives people only.
        origin: series by origin, for the balance of people.
        stages: series by stage.
    """

    counted: Counted
    stock: Sums[Label]
    flow: Sums[Label]
    summed: Sums[Label]
    place_stock: Sums[Label]
    place_flow: Sums[Label]
    origin: Sums[str]
    stages: Sums[str]

    @classmethod
    def of(cls, frame: xr.Dataset, ruleset: RuleSet) -> Layout:
        """Return the layout for an outcome with these coordinates, under these rules."""
        telling = ruleset.telling
        stocks, links = list(enumerate(stocks_of(frame))), list(enumerate(links_of(frame)))
        area_of = _areas(frame)
        at = {name.site for _, name in stocks if name.stage in telling.daily}
        came = [(k, Label(place, "new_arrivals", "flow"), sign) for k, link in links for place, sign in _came(link, telling)]
        moved = [(k, Label(_way(link), link.quantity, "flow"), 1) for k, link in links]
        held = [(k, Label(name.site, name.stage, "stock"), 1) for k, name in stocks]
        return cls(
            counted=Counted(ruleset.groups, ruleset.unit),
            stock=Sums.of(held),
            flow=Sums.of(moved + came),
            summed=Sums.of((k, Label(x.end, x.quantity, "cumulative"), 1) for k, x in links if x.quantity in telling.summed),
            place_stock=Sums.of(term for term in held if term[1].site in at),
            place_flow=Sums.of(term for term in moved + came if term[1].site in at),
            origin=Sums.of((k, name.origin or area_of.get(name.site, ""), 1) for k, name in stocks),
            stages=Sums.of((k, name.stage, 1) for k, name in stocks),
        )


def _way(link: Link) -> str:
    return ">".join(place for place in (link.start, link.end) if place)


def _areas(frame: xr.Dataset) -> dict[str, str]:
    """Return the areas of homes: who is at home has the home's area as origin. None where the rules know no homes."""
    if "home_area" not in frame.coords:
        return {}
    return dict(zip(frame["home"].values.tolist(), frame["home_area"].values.tolist(), strict=True))


@dataclass
class PeriodsPart:
    """What the summary needs of one batch, by stretches of days. A stretch that is handed on twice is kept once."""

    place: slice
    first: int
    layout: Layout
    ends: NDArray[np.int64]
    levels: dict[int, NDArray[Any]] = field(default_factory=dict)
    moves: dict[int, list[tuple[int, NDArray[Any], NDArray[Any]]]] = field(default_factory=dict)
    place_stock: dict[int, NDArray[Any]] = field(default_factory=dict)
    place_flow: dict[int, NDArray[Any]] = field(default_factory=dict)
    place_summed: dict[int, NDArray[Any]] = field(default_factory=dict)
    edges: dict[int, tuple[NDArray[Any], NDArray[Any]]] = field(default_factory=dict)
    stages: dict[int, NDArray[Any]] = field(default_factory=dict)

    def write(self, name: str, first_day: int, values: NDArray[Any]) -> None:
        """Take (M, days, ...) values of a variable."""
        start = first_day - self.first
        if name == "stock":
            self._stock(start, values)
        elif name == "flow":
            self._flow(start, values)

    def _stock(self, start: int, values: NDArray[Any]) -> None:
        layout, days = self.layout, values.shape[1]
        # the last day of a stretch may turn out to be the last of all
        told = sorted({*(self.ends[(self.ends >= start) & (self.ends < start + days)] - start).tolist(), days - 1})
        sums = layout.stock.add(values[:, told])
        self.levels |= {start + day: sums[:, k] for k, day in enumerate(told)}
        self.place_stock[start] = layout.place_stock.add(layout.counted.persons(values))
        by_origin = layout.origin.add(layout.counted.people(values[:, [0, -1]]))
        self.edges[start] = by_origin[:, 0], by_origin[:, 1]
        self.stages[start] = layout.stages.add(layout.counted.persons(values[:, -1:]))[:, 0]

    def _flow(self, start: int, values: NDArray[Any]) -> None:
        layout, days = self.layout, values.shape[1]
        number = np.int64 if np.issubdtype(values.dtype, np.integer) else np.float64
        cuts = self.ends[(self.ends >= start) & (self.ends < start + days - 1)] - start + 1
        edges = [0, *cuts.tolist(), days]
        sums = np.stack([values[:, a:b].sum(axis=1, dtype=number) for a, b in pairwise(edges)], axis=1)
        flow, summed = layout.flow.add(sums), layout.summed.add(sums)
        self.moves[start] = [(start + end - 1, flow[:, k], summed[:, k]) for k, end in enumerate(edges[1:])]
        people = layout.counted.persons(values)
        self.place_flow[start] = layout.place_flow.add(people)
        self.place_summed[start] = layout.summed.add(people)

    def days(self) -> int:
        """Return how many days have come in whole."""
        stretches = (self.place_stock, self.place_flow)
        return min((sum(part.shape[1] for part in kept.values()) for kept in stretches), default=0)


@dataclass(frozen=True)
class Periods:
    """Some members of a run as the summary tells them.

    Attributes:
        layout: what is counted.
        days: (D,) dates.
        ends: (P,) places of the days that end a period.
        stock, flow, cumulative: (draw, P, labels, counts) people by group, and units; see `Layout`.
        place_stock, place_flow, place_cumulative: (draw, D, labels) persons.
        edges: (2, draw, origins, groups) people by origin and group, at dusk of the first day and of the last.
        stages: (draw, stages) persons at dusk of the last day.
    """

    layout: Layout
    days: NDArray[np.datetime64]
    ends: NDArray[np.int64]
    stock: NDArray[Any]
    flow: NDArray[Any]
    cumulative: NDArray[Any]
    place_stock: NDArray[Any]
    place_flow: NDArray[Any]
    place_cumulative: NDArray[Any]
    edges: NDArray[Any]
    stages: NDArray[Any]


def _stretches(kept: dict[int, NDArray[Any]], days: int) -> NDArray[Any]:
    return np.concatenate([kept[start] for start in sorted(kept)], axis=1)[:, :days]


@dataclass
class PeriodsOfRun:
    """Gathers the periods of a run, batch by batch."""

    frame: xr.Dataset
    ruleset: RuleSet
    plan: Plan
    _layout: Layout = field(init=False)
    _parts: list[PeriodsPart] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._layout = Layout.of(self.frame, self.ruleset)

    def part(self, batch: Batch) -> PeriodsPart:
        """Return the sink of a batch."""
        ends = period_ends(self.frame["time"].values)
        self._parts.append(PeriodsPart(batch.place, self.plan.first, self._layout, ends))
        return self._parts[-1]

    def merge(self, members: int) -> Periods:
        """Return what was gathered of the first members, for the days that all of them have."""
        parts = [part for part in self._parts if part.place.stop <= members]
        days = min(part.days() for part in parts)
        ends = np.array([*(end for end in parts[0].ends.tolist() if end < days - 1), days - 1])
        flows, summed = zip(*(_by_period(part, ends) for part in parts), strict=True)
        place_summed = np.concatenate([_stretches(part.place_summed, days) for part in parts])
        return Periods(
            layout=self._layout,
            days=self.frame["time"].values[:days].astype("datetime64[D]"),
            ends=ends,
            stock=np.concatenate([np.stack([part.levels[int(end)] for end in ends], axis=1) for part in parts]),
            flow=np.concatenate(flows),
            cumulative=np.cumsum(np.concatenate(summed), axis=1),
            place_stock=np.concatenate([_stretches(part.place_stock, days) for part in parts]),
            place_flow=np.concatenate([_stretches(part.place_flow, days) for part in parts]),
            place_cumulative=np.cumsum(place_summed, axis=1),
            edges=np.concatenate([np.stack([part.edges[0][0], part.edges[max(part.edges)][1]]) for part in parts], axis=1),
            stages=np.concatenate([part.stages[max(part.stages)] for part in parts]),
        )


def _by_period(part: PeriodsPart, ends: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return (M, P, labels, counts) flows, and those that are summed, of a batch: its pieces of periods, added up."""
    pieces = [piece for start in sorted(part.moves) for piece in part.moves[start]]
    period = np.searchsorted(ends, [min(end, int(ends[-1])) for end, _, _ in pieces])
    starts = np.flatnonzero(np.diff(period, prepend=-1))
    flow, summed = (np.stack([piece[k] for piece in pieces], axis=1) for k in (1, 2))
    return np.add.reduceat(flow, starts, axis=1), np.add.reduceat(summed, starts, axis=1)
