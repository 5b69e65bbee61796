"""What the summary speaks of, worked out once more from an outcome that is kept: what `run.periods` gathered day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from havenward.core.rules import RuleSet
from havenward.run.periods import Layout, Periods, period_ends

STRETCH = 64
"""Days that are held together."""

Read = Callable[[str, slice, slice], NDArray[Any]]
"""read(name, members, days) gives (M, days, series, counts) of a variable of the outcome."""


def retold(frame: xr.Dataset, ruleset: RuleSet, days: int, batches: Iterable[slice], read: Read) -> Periods:
    """Return the periods of a run.

    Args:
        frame: coordinates of the outcome.
        ruleset: the rules.
        days: how many were done.
        batches: members that are held together, one slice after the other.
        read: gives their values.
    """
    layout, time = Layout.of(frame, ruleset), frame["time"].values[:days].astype("datetime64[D]")
    planned = period_ends(frame["time"].values)
    ends = np.array([*planned[planned < days - 1].tolist(), days - 1])
    parts = [_part(layout, ends, days, place, read) for place in batches]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    joined["edges"] = joined["edges"].swapaxes(0, 1)
    for name in ("cumulative", "place_cumulative"):
        joined[name] = np.cumsum(joined[name], axis=1)
    return Periods(layout=layout, days=time, ends=ends, **joined)


def _part(layout: Layout, ends: NDArray[np.int64], days: int, place: slice, read: Read) -> dict[str, NDArray[Any]]:
    """Return what is told of some members, by name; newcomers not yet summed up."""
    persons, people = layout.counted.persons, layout.counted.people
    found: dict[str, list[NDArray[Any]]] = {}
    period = np.searchsorted(ends, np.arange(days))

    def keep(**told: NDArray[Any]) -> None:
        for name, values in told.items():
            found.setdefault(name, []).append(values)

    flow: NDArray[Any] | None = None
    for start in range(0, days, STRETCH):
        some = slice(start, min(start + STRETCH, days))
        stock, moved = read("stock", place, some), read("flow", place, some)
        number = np.int64 if np.issubdtype(moved.dtype, np.integer) else np.float64
        if flow is None:
            flow = np.zeros((len(moved), len(ends), *moved.shape[2:]), dtype=number)
        for day, at in enumerate(period[some]):
            flow[:, at] += moved[:, day]
        keep(stock=layout.stock.add(stock[:, np.isin(np.arange(some.start, some.stop), ends)]))
        keep(place_stock=layout.place_stock.add(persons(stock)))
        keep(place_flow=layout.place_flow.add(persons(moved)), place_cumulative=layout.summed.add(persons(moved)))
        first_and_last = [day - start for day in (0, days - 1) if some.start <= day < some.stop]
        if first_and_last:
            keep(edges=layout.origin.add(people(stock[:, first_and_last])))
    assert flow is not None
    keep(flow=layout.flow.add(flow), cumulative=layout.summed.add(flow), stages=layout.stages.add(persons(stock[:, -1:])))
    told = {name: np.concatenate(values, axis=1) for name, values in found.items()}
    return told | {"stages": told["stages"][:, 0]}
