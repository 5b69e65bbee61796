"""What the summary speaks of, gathered while the days of a run go by, so that nobody reads the outcome again.

Two kinds of figures are kept: of everything that is counted, by group, at the ends of periods; and of each day, all persons
at the places that receive people.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from havenward.core.cells import NOBODY
from havenward.core.counted import Counted
from havenward.core.orders import Counts, Order, Passage, Quota, Split
from havenward.core.rules import Rules, RuleSet
from havenward.core.telling import Telling
from havenward.core.totals import Flows, Total, members_last
from havenward.run.columns import DAILY_UP_TO
from havenward.run.daily import Link, links_of, stocks_of
from havenward.run.days import Realised
from havenward.run.engine import Batch, Plan
from havenward.run.sums import Sums
from havenward.solve import kernels

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
    """What the summary needs of one batch: a chronicle, see `run.chronicle`.

    Attributes:
        place: of its members in the run.
        rules: of its members.
        layout: what is told.
        plan: the run's.
        ends: places of the days that end a period.
        told: those of them that were reached, and the last day of a run that was broken off.
        levels, moves, summed: (M, labels, counts) of each period.
        place_stock, place_flow, place_summed: (M, labels) of each day.
        edges: (M, origins, groups) people on the first evening and on the last.
        stages: (M, stages) persons on the last evening.
    """

    place: slice
    rules: Rules
    layout: Layout
    plan: Plan
    ends: NDArray[np.int64]
    told: list[int] = field(init=False, default_factory=list)
    levels: list[NDArray[Any]] = field(init=False, default_factory=list)
    moves: list[NDArray[Any]] = field(init=False, default_factory=list)
    summed: list[NDArray[Any]] = field(init=False, default_factory=list)
    place_stock: list[NDArray[Any]] = field(init=False, default_factory=list)
    place_flow: list[NDArray[Any]] = field(init=False, default_factory=list)
    place_summed: list[NDArray[Any]] = field(init=False, default_factory=list)
    edges: list[NDArray[Any]] = field(init=False, default_factory=list)
    stages: NDArray[Any] = field(init=False)

    def __post_init__(self) -> None:
        layout, table = self.layout, self.rules.table
        number = np.dtype(np.float64 if self.plan.solver == "mean" else np.int64)
        links, counts, members = len(self.rules.links), len(layout.counted.names), self.rules.members
        self._persons = table.persons()
        self._flow, self._today = np.zeros((links, counts, members), number), np.zeros((links, members), number)
        self._flow_sum, self._summed_sum, self._place_flow_sum = (
            layout.flow.total,
            layout.summed.total,
            layout.place_flow.total,
        )
        self._place_stock_sum = _of_cells(layout.place_stock, self.rules.series, self._persons)
        self._is_kept = self.plan.begin >= self.plan.first

    def __enter__(self) -> Self:
        """Nothing is opened."""
        return self

    def order(self, order: Order, realised: Realised) -> None:
        """Add what an order moved, on a day that is kept."""
        if not self._is_kept:
            return
        if isinstance(realised, Flows) and isinstance(order, Split | Quota) and order.move.counted:
            move, people = order.move, self.rules.table.people
            told = people, self._persons, self._flow, self._today
            kernels.add_flows(realised.where, realised.moved, move.rows, move.links, *told)
        if isinstance(realised, Passage):
            units, groups = realised.units.T, realised.people.shape[1]
            self._flow[:, :groups] += realised.people[:, :, None] * units[:, None]
            if self.rules.unit:
                self._flow[:, -1] += units
            self._today += realised.people.sum(axis=1)[:, None] * units

    def dusk(self, day: int, counts: Counts) -> None:
        """Keep a day."""
        self._is_kept = day + 1 >= self.plan.first
        if day < self.plan.first:
            return
        self._counts = counts
        self.place_stock.append(self._place_stock_sum.of(counts))
        self.place_flow.append(self._place_flow_sum.of(self._today.T))
        self.place_summed.append(self._summed_sum.of(self._today.T))
        self._today[:] = 0
        if day == self.plan.first:
            self.edges.append(self._by_origin(self._stock()))
        if day - self.plan.first in self.ends:
            self._end_period()

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End the period in which a run was broken off, and keep the last evening."""
        if kind in (None, KeyboardInterrupt) and self.days:
            if self.told[-1:] != [self.days - 1]:
                self._end_period()
            stock = self._stock()
            self.edges.append(self._by_origin(stock))
            self.stages = self.layout.stages.add(self.layout.counted.persons(stock)[:, None])[:, 0]

    @property
    def days(self) -> int:
        """How many days are kept."""
        return len(self.place_stock)

    @property
    def begun(self) -> NDArray[Any]:
        """(links, counts, M) what moved since the last period ended."""
        return self._flow

    def branch(self, rules: Rules, layout: Layout, day: int, begun: NDArray[Any]) -> PeriodsPart:
        """Return what was gathered before a day, as other rules name it that hold all series of these and more.

        Args:
            rules: of the same members.
            layout: what is told of them.
            day: the next to be turned, counted from the scenario's start.
            begun: what had moved by then since the last period ended.
        """
        days = max(day - self.plan.first, 0)
        made = PeriodsPart(self.place, rules, layout, self.plan, self.ends)
        made._is_kept = day >= self.plan.first
        made.told = [end for end in self.told if end < days]
        for name, of, upto in (
            ("levels", "stock", len(made.told)),
            ("moves", "flow", len(made.told)),
            ("summed", "summed", len(made.told)),
            ("place_stock", "place_stock", days),
            ("place_flow", "place_flow", days),
            ("place_summed", "summed", days),
            ("edges", "origin", min(days, 1)),
        ):
            old, new = getattr(self.layout, of).names, getattr(layout, of).names
            setattr(made, name, [_renamed(values, 1, old, new) for values in getattr(self, name)[:upto]])
        made._flow[:] = _renamed(begun, 0, self.rules.links, rules.links)
        return made

    def _end_period(self) -> None:
        self.told.append(self.days - 1)
        self.levels.append(self.layout.stock.add(self._stock()[:, None])[:, 0])
        # counts and members stand side by side, each a sum of its own
        flat = self._flow.reshape(len(self._flow), -1).T
        shape = (*self._flow.shape[1:], -1)
        for kept, total in ((self.moves, self._flow_sum), (self.summed, self._summed_sum)):
            kept.append(np.ascontiguousarray(total.of(flat).reshape(shape).transpose(1, 2, 0)))
        self._flow[:] = 0

    def _stock(self) -> NDArray[Any]:
        """Return (M, stocks, counts) of the last evening."""
        rules = self.rules
        out = np.empty((len(rules.stocks), self._flow.shape[1], rules.members), dtype=self._flow.dtype)
        kernels.tally_stocks(members_last(self._counts), rules.series, rules.table.people, out)
        return np.ascontiguousarray(out.transpose(2, 0, 1))

    def _by_origin(self, stock: NDArray[Any]) -> NDArray[Any]:
        return self.layout.origin.add(self.layout.counted.people(stock)[:, None])[:, 0]


def _renamed(values: NDArray[Any], axis: int, old: Sequence[Hashable], new: Sequence[Hashable]) -> NDArray[Any]:
    """Return values along an axis of other names; nought for those that are new."""
    place = {name: k for k, name in enumerate(new)}
    where = np.array([place[name] for name in old], dtype=np.int64)
    shape = list(values.shape)
    shape[axis] = len(new)
    out = np.zeros(shape, dtype=values.dtype)
    out[(slice(None),) * axis + (where,)] = values
    return out


def _of_cells(sums: Sums[Label], series: NDArray[np.int64], persons: NDArray[np.int64]) -> Total:
    """Return the sums of persons in the cells whose stock series make up each name."""
    name = np.full(series.max(initial=0) + 1, NOBODY, dtype=np.int64)
    name[sums.total.rows] = sums.total.group
    of_cell = np.where(series == NOBODY, NOBODY, name[series])
    rows = np.flatnonzero(of_cell != NOBODY)
    return Total.by(of_cell[rows], len(sums.names), rows, persons[rows])


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

    def part(self, batch: Batch, rules: Rules) -> PeriodsPart:
        """Return the chronicle of a batch."""
        ends = period_ends(self.frame["time"].values)
        return self.take(PeriodsPart(batch.place, rules, self._layout, self.plan, ends))

    def take(self, part: PeriodsPart) -> PeriodsPart:
        """Take a part as that of the next batch, and return it."""
        self._parts.append(part)
        return part

    def merge(self, members: int) -> Periods:
        """Return what was gathered of the first members, for the days that all of them have."""
        parts = [part for part in self._parts if part.place.stop <= members]

        def joined(name: str) -> NDArray[Any]:
            return np.concatenate([np.stack(getattr(part, name), axis=1) for part in parts])

        return Periods(
            layout=self._layout,
            days=self.frame["time"].values[: parts[0].days].astype("datetime64[D]"),
            ends=np.array(parts[0].told),
            stock=joined("levels"),
            flow=joined("moves"),
            cumulative=np.cumsum(joined("summed"), axis=1),
            place_stock=joined("place_stock"),
            place_flow=joined("place_flow"),
            place_cumulative=np.cumsum(joined("place_summed"), axis=1),
            edges=joined("edges").swapaxes(0, 1),
            stages=np.concatenate([part.stages for part in parts]),
        )
