"""The outcome: one xarray.Dataset of a run, on disk or in memory.

    stock(draw, time, stock_series, count)   persons by group, and the units in which they move, at the end of the day
    flow(draw, time, link, count)            the same, on the day
    capacity(time, camp)                persons whom a camp holds; not a number where there is no limit
    observed(draw, time, series)        what each counter of the evidence would print under the model

and what the rule set signals of each day. A stock series has a stage, a site and an origin; a flow series a quantity, from,
to and origin. `count_unit` says of each count whether it is of individuals or of units.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
import zarr
from numpy.typing import NDArray
from zarr.codecs import ZstdCodec
from zarr.storage import StoreLike

from havenward.core.counted import Counted
from havenward.core.rules import RuleSet
from havenward.run.engine import Batch, Plan

DIMENSIONS = {
    "stock": ("draw", "time", "stock_series", "count"),
    "flow": ("draw", "time", "link", "count"),
    "observed": ("draw", "time", "series"),
}


@dataclass(frozen=True)
class Part:
    """The part of a store that one batch writes."""

    group: zarr.Group
    place: slice
    first: int

    def write(self, name: str, first_day: int, values: NDArray[Any]) -> None:
        """Write (M, days, ...) values of a variable, starting at a day."""
        start = first_day - self.first
        array = self.group[name]
        assert isinstance(array, zarr.Array)
        array[self.place, start : start + values.shape[1]] = values


@dataclass(frozen=True)
class Store:
    """An outcome that is being written.

    Attributes:
        group: the store.
        plan: what is run.
        frame: coordinates and attributes of the outcome, without its days.
    """

    group: zarr.Group
    plan: Plan
    frame: xr.Dataset

    @classmethod
    def create(
        cls,
        where: StoreLike,
        ruleset: RuleSet,
        plan: Plan,
        series: Sequence[str],
        batch: int,
        attributes: Mapping[str, object],
    ) -> Store:
        """Lay out an empty outcome.

        Args:
            where: a path or a zarr store.
            ruleset: what is run.
            plan: how it is run.
            series: series of the evidence.
            batch: members in a chunk.
            attributes: of the whole dataset.
        """
        days = plan.last - plan.first + 1
        dataset = coordinates(ruleset, plan, series)
        dataset.attrs.update(attributes)
        dataset.to_zarr(where, mode="w", zarr_format=3, consolidated=False)
        group = zarr.open_group(where, mode="r+")
        number = np.dtype(np.float32 if plan.solver == "mean" else np.int32)
        kinds = {"stock": number, "flow": number, "observed": np.dtype(np.float32)}
        words = _words(ruleset.unit)
        variables = {name: (DIMENSIONS[name], kind, words[name]) for name, kind in kinds.items()} | {
            name: (("draw", "time", *signal.dimensions), signal.kind, signal.attributes)
            for name, signal in ruleset.signals.items()
        }
        for name, (dimensions, kind, about) in variables.items():
            shape = tuple(dataset.sizes[dimension] for dimension in dimensions)
            chunks = (min(batch, shape[0]), min(64, days), *shape[2:])
            group.create_array(
                name,
                shape=shape,
                chunks=tuple(max(size, 1) for size in chunks),
                dtype=kind,
                dimension_names=dimensions,
                attributes=dict(about),
                compressors=ZstdCodec(level=1),
                # what a run that is broken off never came to was not observed
                fill_value=np.nan if name == "observed" else 0,
            )
        return cls(group, plan, dataset)

    def part(self, batch: Batch) -> Part:
        """Return the part that a batch writes."""
        return Part(self.group, batch.place, self.plan.first)

    def write_observed(self, place: slice, values: NDArray[np.float32]) -> None:
        """Write (M, days, series) what counters would print, from the first day on."""
        Part(self.group, place, 0).write("observed", 0, values)


def _words(unit: str) -> dict[str, dict[str, str]]:
    """Return what the variables of every outcome are, in words; `unit` is what moves together, if anything does."""
    people = f"people and {unit}" if unit else "people"
    return {
        "stock": {"long_name": f"{people} by stage, site and origin", "units": "1", "measure": "stock"},
        "flow": {"long_name": f"{people} who moved on the day", "units": "1", "measure": "flow"},
        "observed": {"long_name": "what the counter of each series would print under the model"},
    }


def coordinates(ruleset: RuleSet, plan: Plan, series: Sequence[str]) -> xr.Dataset:
    """Return the coordinates of an outcome, and the capacities of its camps, without its days."""
    first = ruleset.start + dt.timedelta(days=plan.first)
    time = pd.date_range(first, periods=plan.last - plan.first + 1, freq="D")

    counted = Counted(ruleset.groups, ruleset.unit)

    def names(labels: Iterable[str]) -> NDArray[Any]:
        return np.array(list(labels), dtype=object)

    def columns(dimension: str, heads: Sequence[str], rows: Sequence[tuple[str, ...]]) -> dict[str, Any]:
        return {head: (dimension, names(row[k] for row in rows)) for k, head in enumerate(heads)}

    return xr.Dataset(
        data_vars={
            "capacity": (
                ("time", "camp"),
                ruleset.capacity[plan.first : plan.last + 1],
                {"long_name": ruleset.telling.capacity, "units": "1", "measure": "stock"},
            )
        },
        coords={
            "draw": ("draw", np.array(plan.members, dtype=np.int64), {"long_name": "member number"}),
            "time": ("time", time),
            "count": ("count", names(counted.names)),
            "count_unit": ("count", names(counted.units)),
            "stage": ("stage", names(ruleset.stages)),
            "series": ("series", names(series)),
            **columns("stock_series", ("stock_stage", "stock_site", "stock_origin"), ruleset.stocks),
            **columns("link", ("link_quantity", "link_from", "link_to", "link_origin"), ruleset.links),
            **{name: (dimension, names(labels)) for name, (dimension, labels) in ruleset.coordinates.items()},
        },
        attrs={"Conventions": "CF-1.11"},
    )


def persons(values: xr.DataArray) -> xr.DataArray:
    """Return persons: the sum of all groups of a stock or flow."""
    return values.isel(count=np.flatnonzero(values["count_unit"].values == "individuals")).sum("count")


def stock(outcome: xr.Dataset, stage: str, site: str | None = None, origin: str | None = None) -> xr.DataArray:
    """Return (draw, time, count) of a stage, at one site or origin or summed over all."""
    wanted = outcome["stock_stage"].values == stage
    if site is not None:
        wanted &= outcome["stock_site"].values == site
    if origin is not None:
        wanted &= outcome["stock_origin"].values == origin
    return outcome["stock"].isel(stock_series=np.flatnonzero(wanted)).sum("stock_series")


def flow(outcome: xr.Dataset, quantity: str, start: str | None = None, end: str | None = None) -> xr.DataArray:
    """Return (draw, time, count) of a flow, from and to one place or summed over all."""
    wanted = outcome["link_quantity"].values == quantity
    if start is not None:
        wanted &= outcome["link_from"].values == start
    if end is not None:
        wanted &= outcome["link_to"].values == end
    return outcome["flow"].isel(link=np.flatnonzero(wanted)).sum("link")
