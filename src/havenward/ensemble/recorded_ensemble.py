"""The members of an ensemble; see `ensemble.recorded`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_changes
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.ensemble.ensemble import RECORD, SUMMARY
from havenward.ensemble.everything import keep
from havenward.ensemble.kept import Arrays, Rules
from havenward.ensemble.place import Place
from havenward.ensemble.recorded import csv_of
from havenward.ensemble.store import EnsembleStore
from havenward.ensemble.summary import summarise
from havenward.ensemble.work import at_work
from havenward.run.attributes import attributes_of
from havenward.run.described import how_made
from havenward.run.engine import Progress
from havenward.run.prepared import Prepared
from havenward.run.request import RunError
from havenward.run.summary import final_stocks
from havenward.scenario.problems import ScenarioError

DAYS = ("time", "period", "edge")
"""Axes along which days go by."""


OF_THE_MOMENT = {"run_id", "made", "cpu", "python", "libraries", "version"}
"""Keys of a record that say when and by what it was made, and its id, which is told apart."""


@dataclass(frozen=True)
class RecordedEnsemble:
    """The members of an ensemble that is finished; see `Recorded`."""

    store: EnsembleStore
    record: Mapping[str, Any]

    @classmethod
    def of(cls, url: str) -> RecordedEnsemble:
        """Return those of an ensemble.

        Raises:
            RunError: there is none, or its record is damaged.
        """
        store = EnsembleStore.find(Place.at(url))
        if store is None:
            raise RunError(f"{url} holds no plan.json, so no ensemble lies there; make it anew")
        try:
            record = json.loads(store.place.read(RECORD) or b"")
            members = record["members_done"]
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(
                f"{url}/{RECORD} is missing or damaged; `havenward ensemble` with --resume writes it anew"
            ) from error
        if not (isinstance(members, int) and 0 < members <= store.plan.members):
            raise RunError(f"{url}/{RECORD} tells of {members!r} members, and {store.plan.members} were planned")
        return cls(store, record)

    @property
    def where(self) -> str:
        """Its folder or address."""
        return self.store.place.url

    @property
    def members(self) -> int:
        """How many its record tells of."""
        return int(self.record["members_done"])

    @property
    def at_once(self) -> int:
        """A block."""
        return self.store.plan.block

    @cached_property
    def rules(self) -> Rules:
        """What it is turned by.

        Raises:
            RunError: its files are not those that it was planned with.
        """
        try:
            return at_work(self.where)[1]
        except ScenarioError as error:
            raise RunError(f"{self.where}/scenario cannot be run: {error.problems[0]}") from error

    def damaged(self, progress: Progress) -> Iterator[str]:
        """Yield which files and blocks are not those that were written."""
        try:
            _ = self.rules
        except RunError as error:
            yield str(error)
        plan, commits = self.store.plan, {commit.block: commit for commit in self.store.commits()}
        told = range(-(-self.members // plan.block))
        for block in sorted({*told, *commits}):
            span = plan.span(block)
            fault = self.store.fault(commits[block]) if block in commits else "it was not committed"
            if fault:
                yield f"block {block} of {self.where} (members {span.start} to {span.stop - 1}) is damaged: {fault}"
            progress(span.stop, plan.members)

    def contradicted(self) -> Iterator[str]:
        """Yield where id, names or tables do not follow from the scenario and the members; see `Recorded`."""
        rules, plan = self.rules, self.store.plan
        # its tier was that of the day on which it was made
        today = dt.datetime.fromisoformat(self.record["made"]).date()
        prepared = Prepared(
            rules.case, plan.run(), rules.ruleset, attributes_of(rules.case, plan.run(), rules.ruleset, today)
        )
        made = json.loads(json.dumps(how_made(prepared, plan.changes, plan.files, today)))
        if made["run_id"] != self.record["run_id"]:
            yield f"{self.where}/{RECORD} is of the run {self.record['run_id']}, and its plan of {made['run_id']}"
        wrong = [key for key in made.keys() - OF_THE_MOMENT if made[key] != self.record.get(key)]
        if wrong:
            yield f"{self.where}/{RECORD}: {', '.join(sorted(wrong))} is not what the plan and the scenario say"
        if self.store.labels != dict(rules.labels):
            yield f"{self.where}/outcome.zarr: the labels are not what the scenario says"
        if self.store.place.read(SUMMARY) != csv_of(summarise(self.store, rules.layout, self.members)):
            yield f"{self.where}/{SUMMARY} is not what the members come to"
        stages = self.store.read("stages", self.members)
        if self.record["final"] != final_stocks(self.store.labels["stage_total"], stages, rules.ruleset.stages):
            yield f"{self.where}/{RECORD}: final is not what the members come to"

    def stored(self, members: Sequence[int]) -> Arrays:
        """Return the values of some members that are kept."""
        # a block is read once, however many of its members are asked for
        blocks = [np.array(list(some)) for _, some in groupby(members, lambda member: member // self.store.plan.block)]
        return {
            name: np.concatenate([self.store.read(name, slice(some[0], some[-1] + 1))[some - some[0]] for some in blocks])
            for name in self.rules.variables
        }

    def recomputed(self, members: Sequence[int]) -> Arrays:
        """Return the same, computed anew."""
        kept: dict[str, list[NDArray[Any]]] = {}

        def write(name: str, _start: int, values: NDArray[Any]) -> None:
            kept.setdefault(name, []).append(values.copy())

        keep(self.rules, with_changes(self.store.plan.run(), members=members, batch=len(members)), write)
        return {name: np.concatenate(values, axis=1) if len(values) > 1 else values[0] for name, values in kept.items()}

    def at(self, variable: str, index: Sequence[int]) -> tuple[str, str]:
        """Return the day of a value, and what it speaks of."""
        named = {
            axis: self.store.labels[axis][k] for axis, k in zip(self.rules.variables[variable].axes, index, strict=False)
        }
        days = [name for axis, name in named.items() if axis in DAYS]
        rest = [name.replace("|", " ") for axis, name in named.items() if axis not in DAYS]
        return (days or ["the last day" if variable == "stages" else "the start"])[0], ", ".join(rest)
