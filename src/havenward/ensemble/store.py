"""The store of an ensemble: blocks of members, each committed with its checksums, in any sequence, by anybody.

    plan.json               what is run
    scenario/, edits.yaml   what it is made from
    outcome.zarr            a shard for each block and variable; in it chunks by label, so that one series reads little
    commits/000042.json     a block is there once this is; it holds the checksum of every variable of the block

A commit is written after its shards. What a commit says is believed only as far as it holds: values that have another
checksum, or cannot be read, are redone.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from pydantic import Field, ValidationError
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec
from zarr.core.buffer import Buffer
from zarr.errors import ZarrUserWarning
from zarr.storage import MemoryStore

from havenward.ensemble.kept import VARIABLES, Arrays, Rules, kind_of
from havenward.ensemble.place import Place
from havenward.ensemble.plan import EnsemblePlan
from havenward.run.request import RunError
from havenward.scenario.schema import Strict

PLAN, SCENARIO, EDITS, OUTCOME, COMMITS = "plan.json", "scenario", "edits.yaml", "outcome.zarr", "commits"
ROOT = "zarr.json"
"""What describes the whole outcome, below it."""


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
        span = self.plan.span(block)
        for name, content in shards_of(self.plan, rules, block, arrays).items():
            if content is None:
                self.place.remove(f"{OUTCOME}/{name}")
            else:
                self.place.write(f"{OUTCOME}/{name}", content)
        made = Commit(
            block=block,
            members=len(span),
            checksums={name: checksum(values) for name, values in arrays.items()},
            seconds=round(seconds, 3),
            approximations=sorted(approximations),
        )
        self.place.write(f"{COMMITS}/{block:06d}.json", (made.model_dump_json() + "\n").encode())
        return made

    def commits(self) -> Iterator[Commit]:
        """Yield the commits that can be read; others count for nothing, and so do those of a block that has grown since.

        Raises:
            RunError: the store cannot be read.
        """
        for name, content in self.place.contents(COMMITS).items():
            try:
                found = Commit.model_validate_json(content)
            except ValidationError:
                continue
            if name == f"{found.block:06d}.json" and found.members == len(self.plan.span(found.block)):
                yield found

    def is_sound(self, commit: Commit) -> bool:
        """Return whether the values of a block are there and are those that were committed."""
        return self.fault(commit) is None

    def fault(self, commit: Commit) -> str | None:
        """Return what is wrong with a block: the first variable that is not as committed; None where nothing is."""
        span = self.plan.span(commit.block)
        if set(commit.checksums) != set(VARIABLES):
            return "its commit is of another plan"
        for name, expected in commit.checksums.items():
            try:
                found = checksum(self._array(name)[span.start : span.stop])
            except Exception:
                return f"{name} cannot be read"
            if found != expected:
                return f"{name} is not what was committed"
        return None

    def read(self, name: str, members: int | slice, labels: slice = slice(None), times: slice = slice(None)) -> NDArray[Any]:
        """Return (draw, ..., labels, ...) of the first members, or of some; of some labels, and of some days or periods.

        Raises:
            RunError: the store cannot be read.
        """
        draws = slice(members) if isinstance(members, int) else members
        where = {"time": times, "period": times, **dict.fromkeys(label_axes(name), labels)}
        with self.place.reached():
            return np.asarray(self._array(name)[(draws, *(where.get(axis, slice(None)) for axis in VARIABLES[name].axes))])


def label_axes(name: str) -> list[str]:
    """Return the axes of a variable along which its labels stand: one, or none."""
    return [axis for axis in VARIABLES[name].axes if axis.endswith("label")]


def layout_of(plan: EnsemblePlan, rules: Rules) -> dict[str, bytes]:
    """Return what describes an empty outcome, by name below it.

    What describes the whole repeats all else, and comes last: whoever reads it finds as many members in every variable,
    even while room is made for more.
    """
    held: dict[str, Buffer] = {}
    _laid_out(plan, rules, held)
    with warnings.catch_warnings():
        # that this is no part of version 3 of the format yet: whoever does not know it reads variable by variable
        warnings.simplefilter("ignore", ZarrUserWarning)
        zarr.consolidate_metadata(MemoryStore(held))
    return {name: held[name].to_bytes() for name in sorted(held, key=lambda name: name == ROOT)}


def shards_of(plan: EnsemblePlan, rules: Rules, block: int, arrays: Arrays) -> dict[str, bytes | None]:
    """Return the shards of a block, by name below the outcome; None for one that holds nothing but zeros and is left out.

    They are made in memory: written into a store, a shard that is not filled to its last label would first be read, and may
    be torn.
    """
    held: dict[str, Buffer] = {}
    group = _laid_out(plan, rules, held)
    span = plan.span(block)
    shards: dict[str, bytes | None] = {}
    for name, values in arrays.items():
        group[name][span.start : span.stop] = values  # type: ignore[index]
        shard = "/".join([name, "c", str(block), *("0" for _ in values.shape[1:])])
        shards[shard] = held[shard].to_bytes() if shard in held else None
    return shards


def _laid_out(plan: EnsemblePlan, rules: Rules, held: dict[str, Buffer]) -> zarr.Group:
    """Return an empty outcome in memory."""
    group = zarr.create_group(MemoryStore(held), zarr_format=3, attributes={"labels": dict(rules.labels)})
    for name, variable in VARIABLES.items():
        sizes = rules.shape(name)
        chunk = [
            max(min(variable.labels_a_chunk, size) if axis.endswith("label") else size, 1)
            for axis, size in zip(variable.axes, sizes, strict=True)
        ]
        shard = [max(-(-size // part), 1) * part for size, part in zip(sizes, chunk, strict=True)]
        group.create_array(
            name,
            shape=(plan.members, *sizes),
            shards=(plan.block, *shard),
            chunks=(plan.block, *chunk),
            dtype=kind_of(plan.run()),
            dimension_names=("draw", *variable.axes),
            attributes={"long_name": variable.about},
            serializer=BytesCodec(),
            # with a sum over every chunk, whoever reads it elsewhere is told of a damage too
            compressors=(BloscCodec(cname="zstd", clevel=5, shuffle="shuffle"), Crc32cCodec()),
            fill_value=0,
        )
    return group


def checksum(values: NDArray[Any]) -> str:
    """Return the SHA-256 of values, of their type and of their shape."""
    digest = hashlib.sha256(json.dumps([str(values.dtype), *values.shape]).encode())
    digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()
