"""Keeping members as they are turned: the figures of their summary, and where everything is kept, every day as it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from havenward.ensemble.kept import RUN, Rules, turned
from havenward.ensemble.store import OUTCOME, EnsembleStore
from havenward.run.engine import Batch, Plan, Tally
from havenward.run.outcome import DIMENSIONS, coordinates

Write = Callable[[str, int, NDArray[Any]], None]
"""write(name, start, values) takes (M, days, ...) values of a variable from a day on."""


def keep(rules: Rules, plan: Plan, write: Write) -> Tally:
    """Turn all days of a plan's members and write what is kept of them: days as they come, the figures of the summary last.

    Raises:
        RunError: it cannot be written.
        Vanished: people were lost or invented.
        OrderError: the run cannot go on with these assumptions.
        KeyboardInterrupt: it was broken off.
    """
    if f"{RUN}stock" in rules.variables:
        every = EveryDay(plan, coordinates(rules.ruleset, plan, rules.case.series), write)
        watches = rules.case.watches(every)
        arrays, tally = turned(rules, plan, every, *watches)
        for watch in watches:
            watch.finish()
        if not watches:
            every.write_observed(slice(None), every.nothing_observed)
    else:
        arrays, tally = turned(rules, plan)
    for name, values in arrays.items():
        write(name, 0, values)
    return tally


@dataclass(frozen=True)
class EveryDay:
    """Writes the days of some members as a run's outcome has them; see `run.case.Follower` and `run.case.Observed`.

    Attributes:
        plan: what is run.
        frame: coordinates of the outcome.
        send: where days go.
    """

    plan: Plan
    frame: xr.Dataset
    send: Write

    def part(self, _batch: Batch) -> EveryDay:
        """Return what takes the days: all members are turned together."""
        return self

    def write(self, name: str, first_day: int, values: NDArray[Any]) -> None:
        """Write (M, days, ...) values of a variable, starting at a day."""
        self.send(RUN + name, first_day - self.plan.first, values)

    def write_observed(self, _place: slice, values: NDArray[np.float32]) -> None:
        """Write (M, days, series) what counters would print, from the first day on."""
        self.send(f"{RUN}observed", 0, values)

    @property
    def nothing_observed(self) -> NDArray[np.float32]:
        """(M, days, series) of a case whose counters nobody follows."""
        shape = (len(self.plan.members), self.frame.sizes["time"], self.frame.sizes["series"])
        return np.full(shape, np.nan, dtype=np.float32)


def outcome_of(store: EnsembleStore, rules: Rules, members: int) -> xr.Dataset:
    """Return the first members of an ensemble that keeps everything, as the outcome of a run has them; values are read late.

    Members that are not there have zeros; the record of the ensemble says how many are done.
    """
    frame = coordinates(rules.ruleset, store.plan.run(), rules.case.series).isel(draw=slice(members))
    with store.place.reached():
        stored = xr.open_zarr(store.place.zarr(OUTCOME), chunks=None)
    for name in rules.variables:
        if name.startswith(RUN):
            values = stored[name][:members]
            axes = DIMENSIONS.get(name.removeprefix(RUN), values.dims)
            frame[name.removeprefix(RUN)] = values.rename(dict(zip(values.dims, axes, strict=True)))
    return frame
