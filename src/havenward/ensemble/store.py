"""The store of an ensemble: blocks of members, each committed with its checksums, in any sequence, by anybody.

    plan.json               what is run
    scenario/, edits.yaml   what it is made from
    design.csv              by which numbers members draw, where they are the rows of a study
    outcome.zarr            a shard for each block and variable; in it chunks by label, so that one series reads little.
                            Where every day of every series is kept, a shard for each stretch of days
    commits/000042.json     a block is there once this is; it holds the checksum of every variable of the block

A commit is written after its shards. What a commit says is believed only as far as it holds: values that have another
checksum, or cannot be read, are redone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from havenward.ensemble.design import DESIGN, Design
from havenward.ensemble.kept import Arrays, Rules, kind_of, label_axes
from havenward.ensemble.layout import Checksum, layout_of, shard_of
from havenward.ensemble.place import Place
from havenward.ensemble.plan import EnsemblePlan
from havenward.run.request import RunError
from havenward.scenario.schema import Strict

PLAN, SCENARIO, EDITS, OUTCOME, COMMITS = "plan.json", "scenario", "edits.yaml", "outcome.zarr", "commits"


class Commit(Strict):
    """That a block is there.

    Attributes:
        block: its number.
        members: how many it holds.
        checksums: SHA-256 of the values of every variable.
        seconds: CPU time that it took.
        approximations: moves that were carried out approximately.
    """

    block: int = Field(ge=0)
    members: int = Field(ge=1)
    checksums: dict[str, str]
    seconds: float = Field(ge=0)
    approximations: list[str]


@dataclass(frozen=True)
class EnsembleStore:
    """An ensemble where it lies."""

    place: Place
    plan: EnsemblePlan

    @classmethod
    def begin(cls, place: Place, plan: EnsemblePlan, rules: Rules, files: Mapping[str, bytes]) -> EnsembleStore:
        """Lay an ensemble out, mend its layout, or make room for more members: its plan last, so that whoever finds a plan
        finds all else.

        The same plan writes the same bytes and takes nothing away, so several may do this at once.

        Raises:
            RunError: the place cannot be written, or somebody laid out another ensemble there meanwhile.
        """
        layout = {f"{OUTCOME}/{name}": content for name, content in layout_of(plan, rules).items()}
        written = (plan.model_dump_json(indent=2) + "\n").encode()
        for name, content in {**layout, **files, PLAN: written}.items():
            if place.read(name) != content:
                place.write(name, content)
        if place.read(PLAN) != written:
            raise RunError(f"somebody laid out another ensemble in {place.url} at this moment; give another --out")
        return cls(place, plan)

    @classmethod
    def find(cls, place: Place) -> EnsembleStore | None:
        """Return the ensemble that lies at a place, or None.

        Raises:
            RunError: its plan cannot be read.
        """
        content = place.read(PLAN)
        if content is None:
            return None
        try:
            return cls(place, EnsemblePlan.model_validate_json(content))
        except ValidationError as error:
            fault = error.errors()[0]
            key = ".".join(str(part) for part in fault["loc"])
            wrong = f"{place.url}/{PLAN} is damaged or of another release: {key}: {fault['msg']}"
            raise RunError(f"{wrong}. Begin another ensemble elsewhere") from error

    def design(self) -> Design | None:
        """Return the design of its members; None where they are a sample of futures, or its file is not that of the plan.

        Raises:
            RunError: the store cannot be read.
        """
        study, content = self.plan.study, self.place.read(DESIGN)
        if study is None or content is None or hashlib.sha256(content).hexdigest() != self.plan.files[DESIGN]:
            return None
        return Design.read(study, content)

    @cached_property
    def _group(self) -> zarr.Group:
        return zarr.open_group(self.place.zarr(OUTCOME), mode="r")

    @cached_property
    def labels(self) -> dict[str, list[str]]:
        """Names along every axis.

        Raises:
            RunError: they cannot be read.
        """
        with self.place.reached():
            labels: dict[str, list[str]] = self._group.attrs["labels"]  # type: ignore[assignment]
        return labels

    def _array(self, name: str) -> Any:
        return self._group[name]

    def commit(self, block: int, arrays: Arrays, rules: Rules, seconds: float, approximations: Sequence[str]) -> Commit:
        """Write a block, then the commit that says that it is there.

        Raises:
            RunError: the store cannot be written.
        """
        draft = Draft(self, rules, block)
        for name, values in arrays.items():
            draft.write(name, 0, values)
        return draft.commit(seconds, approximations)

    def commits(self) -> Iterator[Commit]:
        """Yield the commits that can be read; others count for nothing. A block that has grown since has its first members.

        Raises:
            RunError: the store cannot be read.
        """
        for name, content in self.place.contents(COMMITS).items():
            try:
                found = Commit.model_validate_json(content)
            except ValidationError:
                continue
            if name == f"{found.block:06d}.json" and found.members <= len(self.plan.span(found.block)):
                yield found

    def is_sound(self, commit: Commit) -> bool:
        """Return whether the values of a block are there and are those that were committed."""
        return self.fault(commit) is None

    def fault(self, commit: Commit) -> str | None:
        """Return what is wrong with a block: the first variable that is not as committed; None where nothing is."""
        try:
            if set(commit.checksums) != set(self._group.array_keys()):
                return "its commit is of another plan"
        except Exception:
            return f"{OUTCOME} cannot be read"
        for name, expected in commit.checksums.items():
            try:
                found = self._checksum(name, commit)
            except Exception:
                return f"{name} cannot be read"
            if found != expected:
                return f"{name} is not what was committed"
        return None

    def _checksum(self, name: str, commit: Commit) -> str:
        """Return the checksum of a variable of a block as it lies there, read shard by shard."""
        array, first = self._array(name), commit.block * self.plan.block
        span = range(first, first + commit.members)
        if array.ndim == 1:
            return Checksum((len(span),), array.dtype).add(array[span.start : span.stop]).told
        found = Checksum((len(span), *array.shape[1:]), array.dtype)
        for start in range(0, array.shape[1], array.shards[1]):
            found.add(array[span.start : span.stop, start : start + array.shards[1]])
        return found.told

    def read(self, name: str, members: int | slice, labels: slice = slice(None), times: slice = slice(None)) -> NDArray[Any]:
        """Return (draw, ..., labels, ...) of the first members, or of some; of some labels, and of some days or periods.

        Raises:
            RunError: the store cannot be read.
        """
        draws = slice(members) if isinstance(members, int) else members
        with self.place.reached():
            array = self._array(name)
            axes = array.metadata.dimension_names[1:]
            where = {"time": times, "period": times, **dict.fromkeys(label_axes(axes), labels)}
            return np.asarray(array[(draws, *(where.get(axis, slice(None)) for axis in axes))])


@dataclass
class Draft:
    """A block that is being written: its shards as they come, then the commit that says that it is there.

    Attributes:
        store: where it is written.
        rules: what is kept.
        block: its number.
    """

    store: EnsembleStore
    rules: Rules
    block: int
    _checksums: dict[str, Checksum] = field(init=False, default_factory=dict)

    def write(self, name: str, start: int, values: NDArray[Any]) -> None:
        """Write (M, days, ...) of a variable from a day on, shard after shard; or all values of one that has no days.

        Raises:
            RunError: the store cannot be written.
        """
        plan = self.store.plan
        kind = kind_of(plan.run(), self.rules.variables[name])
        values = np.ascontiguousarray(values, dtype=kind)
        if name not in self._checksums:
            self._checksums[name] = Checksum((len(values), *self.rules.shape(name)), kind)
        self._checksums[name].add(values)
        shard, content = shard_of(plan, self.rules, self.block, name, start, values)
        if content is None:
            self.store.place.remove(f"{OUTCOME}/{shard}")
        else:
            self.store.place.write(f"{OUTCOME}/{shard}", content)

    def commit(self, seconds: float, approximations: Sequence[str]) -> Commit:
        """Say that it is there.

        Raises:
            RunError: the store cannot be written.
        """
        made = Commit(
            block=self.block,
            members=len(self.store.plan.span(self.block)),
            checksums={name: found.told for name, found in self._checksums.items()},
            seconds=round(seconds, 3),
            approximations=sorted(approximations),
        )
        self.store.place.write(f"{COMMITS}/{self.block:06d}.json", (made.model_dump_json() + "\n").encode())
        return made
