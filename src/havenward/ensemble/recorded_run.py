"""The members of a run folder; see `ensemble.recorded`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_changes
from functools import cached_property
from pathlib import Path
from typing import Any

import xarray as xr
import zarr

from havenward.ensemble.kept import Arrays
from havenward.ensemble.recorded import agree, csv_of
from havenward.ensemble.work import case_in
from havenward.run.described import hashes_of, how_made
from havenward.run.engine import BATCH, Progress, batches
from havenward.run.folder import SUMMARY
from havenward.run.outcome import coordinates
from havenward.run.periods import Periods
from havenward.run.prepared import Prepared
from havenward.run.reading import OUTCOME, RECORD, SCENARIO, RunFolderError, open_run, read_record
from havenward.run.request import Request, RunError
from havenward.run.retold import retold
from havenward.run.summary import final_stocks, summarise
from havenward.scenario.problems import ScenarioError


@dataclass(frozen=True)
class RecordedRun:
    """The members of a run folder; see `Recorded`."""

    folder: Path
    record: Mapping[str, Any]
    at_once: int = BATCH

    @classmethod
    def of(cls, folder: Path) -> RecordedRun:
        """Return those of a folder.

        Raises:
            RunError: it holds no run.
        """
        try:
            return cls(folder, read_record(folder))
        except RunFolderError as error:
            raise RunError(str(error)) from error

    @property
    def where(self) -> str:
        """Its folder."""
        return str(self.folder)

    @property
    def members(self) -> int:
        """How many were done."""
        return int(self.record["members_done"])

    def until(self, days: int) -> RecordedRun:
        """Return the same members, of whom no more days are looked at."""
        return with_changes(self, record={**self.record, "days": min(days, self.record["days"])})

    @property
    def request(self) -> Request:
        """What was asked for.

        Raises:
            RunError: the record does not say it.
        """
        record = self.record
        try:
            return Request(
                solver=record["solver"],
                members=record["members"],
                seed=record["seed"],
                first=dt.date.fromisoformat(record["first_day"]),
                last=dt.date.fromisoformat(record["last_day"]),
                spread=0.0 if record["assumptions"] == "at their medians" else 1.0,
                changes=record["changes"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(f"{self.folder / RECORD} does not say how the run was made: {error}") from error

    @cached_property
    def prepared(self) -> Prepared:
        """The run, ready to begin once more.

        Raises:
            RunError: what lies in the folder cannot be run.
        """
        told = self.record
        try:
            case = case_in(self.folder, told["level"], told["public_sources"], told.get("title", ""))
        except ScenarioError as error:
            raise RunError(f"{self.folder / SCENARIO} cannot be run: {error.problems[0]}") from error
        return Prepared.of(case, self.request, dt.date.today())

    @cached_property
    def _group(self) -> zarr.Group:
        return zarr.open_group(self.folder / OUTCOME, mode="r")

    @cached_property
    def _frame(self) -> xr.Dataset:
        frame: xr.Dataset = xr.open_zarr(self.folder / OUTCOME, consolidated=False)
        return frame

    def damaged(self, _progress: Progress) -> Iterator[str]:
        """Yield which files are not those that were written."""
        for name, expected in self.record["files"].items():
            try:
                found = hashes_of(self.folder / SCENARIO, [name])[name]
            except OSError:
                found = ""
            if found != expected:
                yield f"{self.folder / SCENARIO / name} is not the file that the run was made from"
        try:
            open_run(self.folder)
        except RunFolderError as error:
            yield str(error)

    def contradicted(self) -> Iterator[str]:
        """Yield where id, names or tables do not follow from the scenario and the members; see `Recorded`."""
        run = self.prepared
        made = how_made(run, self.record["changes"], self.record["files"], dt.date.today())
        if made["run_id"] != self.record["run_id"]:
            yield f"{self.folder / RECORD} asks for the run {made['run_id']}, and says that it is {self.record['run_id']}"
        expected = coordinates(run.ruleset, run.plan, run.case.series)
        for name in expected.variables:
            if not expected[name].equals(self._frame[name].load()):
                yield f"{self.folder / OUTCOME}: {name} is not what the scenario says"
        periods = self._periods()
        try:
            told = (self.folder / SUMMARY).read_bytes(), csv_of(summarise(periods))
        except OSError as error:
            yield f"{self.folder / SUMMARY} cannot be read: {error.strerror}"
            return
        # expectations are kept to seven digits and told before they are rounded
        if not (agree(*told) if run.plan.solver == "mean" else told[0] == told[1]):
            yield f"{self.folder / SUMMARY} is not what the members come to"
        final = final_stocks(periods.layout.stages.names, periods.stages, run.ruleset.stages)
        if self.record["final"] != final:
            yield f"{self.folder / RECORD}: final is not what the members come to"

    def _periods(self) -> Periods:
        """Return what the members that are kept come to, in the periods of the summary."""
        places = [batch.place for batch in batches(range(self.members), self.at_once)]
        return retold(self._frame, self.prepared.ruleset, self.record["days"], places, self._read)

    def _read(self, name: str, members: slice, days: slice) -> Any:
        return self._array(name)[members, days]

    def stored(self, members: Sequence[int]) -> Arrays:
        """Return the values of some members that are kept."""
        return self._values(self._group, list(members))

    def recomputed(self, members: Sequence[int]) -> Arrays:
        """Return the same, computed anew."""
        run = self.prepared
        alone = with_changes(run, plan=with_changes(run.plan, members=members, batch=len(members)))
        return self._values(zarr.open_group(alone.in_memory(), mode="r"), list(range(len(members))))

    def _values(self, group: zarr.Group, places: list[int]) -> Arrays:
        """Return every variable of the members at some places, for the days that were done."""
        days = slice(0, self.record["days"])
        arrays: dict[str, Any] = dict(group.arrays())
        return {
            name: array.oindex[places, days]
            for name, array in arrays.items()
            if tuple(array.metadata.dimension_names or ())[:2] == ("draw", "time")
        }

    def _array(self, name: str) -> Any:
        return self._group[name]

    def at(self, variable: str, index: Sequence[int]) -> tuple[str, str]:
        """Return the day of a value, and what it speaks of."""
        _, _, *axes = self._array(variable).metadata.dimension_names
        day = str(self._frame["time"].values[index[0]].astype("datetime64[D]"))
        return day, ", ".join(self._named(axis, k) for axis, k in zip(axes, index[1:], strict=False))

    def _named(self, axis: str, k: int) -> str:
        """Return the name of a place along an axis; series and links have several."""
        along = [name for name, values in self._frame.coords.items() if values.dims == (axis,)]
        return " ".join(text for name in along if (text := str(self._frame[name].values[k])))
