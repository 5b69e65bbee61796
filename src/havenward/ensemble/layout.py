"""How an outcome lies in its store: what describes it, shards that are made in memory, and checksums of their values."""

from __future__ import annotations

import hashlib
import json
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec
from zarr.core.buffer import Buffer
from zarr.errors import ZarrUserWarning
from zarr.storage import MemoryStore

from havenward.ensemble.kept import Rules, kind_of, label_axes
from havenward.ensemble.plan import EnsemblePlan

ROOT = "zarr.json"
"""What describes the whole outcome, below it."""


def layout_of(plan: EnsemblePlan, rules: Rules) -> dict[str, bytes]:
    """Return what describes an empty outcome, by name below it.

    What describes the whole repeats all else, and comes last: whoever reads it finds as many members in every variable,
    even while room is made for more.
    """
    held: dict[str, Buffer] = {}
    zarr.create_group(MemoryStore(held), zarr_format=3, attributes={"labels": dict(rules.labels)})
    for name in rules.variables:
        _laid_out(plan, rules, held, name)
    with warnings.catch_warnings():
        # that this is no part of version 3 of the format yet: whoever does not know it reads variable by variable
        warnings.simplefilter("ignore", ZarrUserWarning)
        zarr.consolidate_metadata(MemoryStore(held))
    return {name: held[name].to_bytes() for name in sorted(held, key=lambda name: name == ROOT)}


def shard_of(
    plan: EnsemblePlan, rules: Rules, block: int, name: str, start: int, values: NDArray[Any]
) -> tuple[str, bytes | None]:
    """Return a shard of a block, and its name below the outcome; None where it holds nothing but zeros and is left out.

    It is made in memory: written into a store, a shard that is not filled to its last label would first be read, and may be
    torn.
    """
    held: dict[str, Buffer] = {}
    array, span = _laid_out(plan, rules, held, name), plan.span(block)
    days = (slice(start, start + values.shape[1]),) if values.ndim > 1 else ()
    array[(slice(span.start, span.stop), *days)] = values
    assert array.shards is not None
    place = [block, *([start // array.shards[1]] if days else []), *(0 for _ in values.shape[2:])]
    shard = "/".join([name, "c", *map(str, place)])
    return shard, held[shard].to_bytes() if shard in held else None


def shards_of(rules: Rules, block: int, name: str) -> list[str]:
    """Return the names of all shards of a variable of a block, below the outcome."""
    axes, days = rules.variables[name].axes, rules.variables[name].days_a_shard
    stretches = -(-rules.sizes["time"] // days) if days and axes and axes[0] == "time" else 1
    rest = [0] * (len(axes) - 1)
    return ["/".join([name, "c", *map(str, [block, *([start, *rest] if axes else [])])]) for start in range(stretches)]


def _laid_out(plan: EnsemblePlan, rules: Rules, held: dict[str, Buffer], name: str) -> zarr.Array[Any]:
    """Return an empty variable in memory."""
    variable, sizes = rules.variables[name], rules.shape(name)
    chunk, shard = [], []
    for axis, size in zip(variable.axes, sizes, strict=True):
        most = {"time": variable.days_a_shard or size, **dict.fromkeys(label_axes([axis]), variable.labels_a_chunk)}
        chunk.append(max(min(most.get(axis, size), size), 1))
        # whole chunks of all labels; of days one stretch
        shard.append(chunk[-1] if axis == "time" else max(-(-size // chunk[-1]), 1) * chunk[-1])
    return zarr.create_array(
        MemoryStore(held),
        name=name,
        shape=(plan.members, *sizes),
        shards=(plan.block, *shard),
        chunks=(plan.block, *chunk),
        dtype=kind_of(plan.run(), variable),
        dimension_names=("draw", *variable.axes),
        attributes={"long_name": variable.about},
        serializer=BytesCodec(),
        # with a sum over every chunk, whoever reads it elsewhere is told of a damage too
        compressors=(BloscCodec(cname="zstd", clevel=3, shuffle="shuffle"), Crc32cCodec()),
        fill_value=0,
    )


@dataclass
class Checksum:
    """SHA-256 of values that come shard by shard, of their type and of their shape in all.

    Attributes:
        shape: in all.
        kind: type of numbers.
    """

    shape: tuple[int, ...]
    kind: np.dtype[Any]
    _digest: Any = field(init=False)

    def __post_init__(self) -> None:
        self._digest = hashlib.sha256(json.dumps([str(self.kind), *self.shape]).encode())

    def add(self, values: NDArray[Any]) -> Checksum:
        """Take in the next values."""
        self._digest.update(np.ascontiguousarray(values).reshape(-1).view(np.uint8))
        return self

    @property
    def told(self) -> str:
        """The sum of what was taken in."""
        return str(self._digest.hexdigest())
