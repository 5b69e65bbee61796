"""The sums that the report of a run is drawn from, taken out of its outcome once.

An outcome may hold hundreds of series, days and draws. A report needs people by stage, camp, crossing and area, and
flows between them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from havenward.report.detail import Detail, WithheldError
from havenward.report.sums import FEWEST_DAYS_FOR_WEEKS, QUEUE_STAGES, WEEK, Days, Sums, Values
from havenward.scenario.schema import Scenario

DRAWS_AT_ONCE, DAYS_AT_ONCE = 16, 64
"""How much of an outcome is read at once: the size of its chunks."""


@dataclass(frozen=True)
class Columns:
    """Sums by key, each (draw, time); see `Series`."""

    columns: Mapping[tuple[Hashable, ...], int]
    values: Values
    """(draw, time, column)."""

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.values.shape[0])

    def of(self, *key: Hashable) -> Values:
        """(draw, time) persons; noughts where the run has no such series."""
        column = self.columns.get(key)
        if column is None:
            return np.zeros(self.values.shape[:2])
        return self.values[:, :, column]

    def total(self, keys: Iterable[tuple[Hashable, ...]]) -> Values:
        """(draw, time) persons summed over keys."""
        return sum((self.of(*key) for key in keys), np.zeros(self.values.shape[:2]))

    def names(self, kind: str) -> list[str]:
        """The second parts of the keys of a kind, in the order in which they were met."""
        return [str(key[1]) for key in self.columns if key[0] == kind]


@dataclass(frozen=True)
class Links:
    """Totals of every link over the whole run, and its mean over draws by period."""

    keys: list[tuple[str, str, str, str]]
    """quantity, from, to, origin area; names are those that may be told."""
    totals: Values
    """(draw, link) persons over the run."""
    means: Values
    """(period, link) persons in the period, mean of the draws."""


@dataclass(frozen=True)
class Digest(Sums):
    """What the report of a run is drawn from."""

    wait: Values
    closed: Values
    links: Links
    besieged: Values
    """(time, home) mean share behind the group's line."""
    homes: list[str]
    areas: list[str]
    drivers: dict[str, Values]
    """name -> (draw, time, area)."""
    observed: dict[str, Values]
    """evidence series -> (draw, time)."""


def told_days(outcome: xr.Dataset, detail: Detail) -> xr.Dataset:
    """An outcome without the days that may not be told.

    Raises
    ------
    WithheldError
        if no day may be told yet.
    """
    if detail.last is not None:
        outcome = outcome.sel(time=outcome["time"] <= np.datetime64(detail.last))
    if detail.weekly:
        outcome = outcome.isel(time=slice(0, outcome.sizes["time"] // WEEK * WEEK))
    if outcome.sizes["time"] == 0:
        raise WithheldError("a public report of a live scenario is 14 days late, and no day of this run is that old yet")
    return outcome


def digest(outcome: xr.Dataset, scenario: Scenario, detail: Detail) -> Digest:
    """The sums of an outcome, under the names and for the days that may be told."""
    outcome = told_days(outcome, detail)
    dates = outcome["time"].values.astype("datetime64[D]")
    period = period_of(dates, detail)
    home_area = {place.name: place.area or place.name for place in scenario.locations if place.kind == "home"}
    stock_keys = keys_of(outcome, "stock", ("stage", "site", "origin"))
    link_keys = keys_of(outcome, "link", ("quantity", "from", "to", "origin"))
    told = [told_link(key, detail) for key in link_keys]

    stocks, _ = _summed(outcome["stock"], [stock_groups(key, detail) for key in stock_keys])
    flows, links = _summed(outcome["flow"], [flow_groups(key, home_area) for key in told], told, period)
    if detail.weekly:
        stocks = Columns(stocks.columns, weekly_stock(stocks.values))
        flows = Columns(flows.columns, weekly_flow(flows.values))
    camp_names = [detail.camps.get(str(name), str(name)) for name in outcome["camp"].values]
    capacity = outcome["capacity"].values.astype(np.float64)
    crossing_names = [detail.crossings.get(str(name), str(name)) for name in outcome["crossing"].values]
    return Digest(
        dates=dates,
        period=period,
        stocks=stocks,
        flows=flows,
        links=links,
        camps=unique(camp_names),
        capacity=joined(capacity, camp_names, np.add),
        crossings=unique(crossing_names),
        # Of crossings that are told as one the longest wait counts, and they are closed when all of them are.
        wait=joined(outcome["wait"].values.astype(np.float64), crossing_names, np.fmax),
        closed=joined(outcome["closed"].values, crossing_names, np.logical_and).mean(axis=0),
        besieged=outcome["besieged"].values.mean(axis=0, dtype=np.float64),
        homes=[str(name) for name in outcome["home"].values],
        areas=[str(name) for name in outcome["area"].values],
        drivers=_drivers(outcome),
        observed={
            str(name): outcome["observed"].values[:, :, number].astype(np.float64)
            for number, name in enumerate(outcome["series"].values)
        },
    )


def period_of(dates: Days, detail: Detail) -> int:
    """Days that a flow is summed over."""
    return WEEK if detail.weekly or len(dates) >= FEWEST_DAYS_FOR_WEEKS else 1


def weekly_stock(daily: Values) -> Values:
    """(draw, time, column) with each day at the value of its week's last day."""
    return np.repeat(daily[:, WEEK - 1 :: WEEK], WEEK, axis=1)


def weekly_flow(daily: Values) -> Values:
    """(draw, time, column) with each day at the mean of its week."""
    draws, days, columns = daily.shape
    return np.repeat(daily.reshape(draws, days // WEEK, WEEK, columns).mean(axis=2), WEEK, axis=1)


def keys_of(outcome: xr.Dataset, kind: str, fields: Sequence[str]) -> list[tuple[str, ...]]:
    """The keys of the stock series or links, as tuples of text."""
    columns = [[str(value) for value in outcome[f"{kind}_{field}"].values] for field in fields]
    return list(zip(*columns, strict=True))


def unique(names: Iterable[str]) -> list[str]:
    """Names once each, in the order in which they were met."""
    return list(dict.fromkeys(names))


Groups = list[tuple[Hashable, ...]]


def stock_groups(key: tuple[str, ...], detail: Detail) -> Groups:
    """The sums into which one stock series goes."""
    stage, site, _ = key
    groups: Groups = [("stage", stage)]
    if stage == "in_camp":
        groups.append(("camp", detail.camps.get(site, site)))
    if stage in QUEUE_STAGES:
        groups.append(("queue", detail.crossings.get(site, site)))
    return groups


def told_link(key: tuple[str, ...], detail: Detail) -> tuple[str, str, str, str]:
    """A link under the names that may be told."""
    quantity, start, end, origin = key
    names = {**detail.crossings, **detail.camps}
    return quantity, names.get(start, start), names.get(end, end), origin


def flow_groups(key: tuple[str, str, str, str], home_area: Mapping[str, str]) -> Groups:
    """The sums into which one link goes."""
    quantity, start, end, _ = key
    groups: Groups = [("quantity", quantity)]
    if quantity == "arrived":
        groups += [("arrived", end), ("area", home_area.get(start, start))]
    return groups


def _summed(
    values: xr.DataArray,
    groups: Sequence[Groups],
    links: Sequence[tuple[str, str, str, str]] = (),
    period: int = 1,
) -> tuple[Columns, Links]:
    """Persons by group, and totals by link, a few draws at a time so that large ensembles fit in memory."""
    columns: dict[tuple[Hashable, ...], int] = {}
    pairs = [(columns.setdefault(group, len(columns)), number) for number, keys in enumerate(groups) for group in keys]
    into, out_of = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T

    draws, days, series, _ = values.shape
    sums = np.zeros((draws, days, len(columns)))
    totals = np.zeros((draws, series))
    daily = np.zeros((days, series))
    for rows in blocks(draws, DRAWS_AT_ONCE):
        for span in blocks(days, DAYS_AT_ONCE):
            block = values[rows, span].values
            # In most stretches of days most links carry nobody.
            busy = (block.max(axis=(0, 1)) > 0).any(axis=1)
            block = block[:, :, busy]
            # Adding four slices is four times as fast as summing over a short last axis. Whole numbers below 2^53 stay exact
            # as float64, in whatever order they are added.
            persons = (block[..., 0] + block[..., 1] + block[..., 2] + block[..., 3]).astype(np.float64)
            kept = busy[out_of]
            starts = np.flatnonzero(np.diff(into[kept], prepend=-1))
            if len(starts):
                places = (np.cumsum(busy) - 1)[out_of[kept]]
                sums[rows, span, into[kept][starts]] = np.add.reduceat(persons[..., places], starts, axis=-1)
            totals[rows, busy] += persons.sum(axis=1)
            daily[span, busy] += persons.sum(axis=0) / draws
    means = daily[: days // period * period].reshape(days // period, period, series).sum(axis=1)
    return Columns(columns, sums), redirected(Links(list(links), totals, means))


def blocks(size: int, at_once: int) -> list[slice]:
    """Slices that part an axis."""
    return [slice(first, min(first + at_once, size)) for first in range(0, size, at_once)]


def redirected(links: Links) -> Links:
    """Ways from crossings to where people really went.

    The engine sends people to a camp first, and those who find no plot on from there to a host town. On the whole run they
    never lived in that camp. So they are taken out of the way to the camp and given a way from the crossing to the town,
    each crossing and origin by its share of all who were sent to that camp.
    """
    keys, totals, means = list(links.keys), links.totals.copy(), links.means.copy()
    added: dict[tuple[str, str, str, str], tuple[Values, Values]] = {}
    ways: dict[str, list[int]] = {}
    for number, (quantity, _, camp, _) in enumerate(links.keys):
        if quantity == "to_camp":
            ways.setdefault(camp, []).append(number)
    for number, (quantity, camp, town, _) in enumerate(links.keys):
        sent = ways.get(camp, [])
        if quantity != "overflow" or not sent:
            continue
        for values, target in ((links.totals, totals), (links.means, means)):
            parts = _parts(values, sent, number)
            target[:, sent] -= parts
            target[:, number] = 0
            for column, place in enumerate(sent):
                key = ("overflow", keys[place][1], town, keys[place][3])
                entry = added.setdefault(key, (np.zeros(len(totals)), np.zeros(len(means))))
                entry[0 if target is totals else 1][:] += parts[:, column]
    more = list(added.values())
    return Links(
        keys + list(added),
        np.column_stack([totals, *(entry[0] for entry in more)]),
        np.column_stack([means, *(entry[1] for entry in more)]),
    )


def _parts(values: Values, sent: list[int], number: int) -> Values:
    """(row, sent) how many of those who were turned on, in column `number`, had come each way."""
    through = values[:, sent]
    whole = through.sum(axis=1, keepdims=True)
    share = np.divide(through, whole, out=np.zeros_like(through), where=whole > 0)
    return np.asarray(share * np.minimum(values[:, number : number + 1], whole))


def joined(values: NDArray[Any], names: Sequence[str], join: np.ufunc) -> NDArray[Any]:
    """Joins the last axis over equal names, which then stand in the order in which they were met."""
    columns = [join.reduce(values[..., [name == one for name in names]], axis=-1) for one in unique(names)]
    return np.stack(columns, axis=-1) if columns else values


def _drivers(outcome: xr.Dataset) -> dict[str, Values]:
    """Every driver by its name, (draw, time, area)."""
    values = outcome["driver"]
    names = outcome[values.dims[-1]].values
    loaded = values.values.astype(np.float64)
    return {str(name): loaded[..., number] for number, name in enumerate(names)}
