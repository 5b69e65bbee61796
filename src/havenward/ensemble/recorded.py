"""Members that are kept, in a run folder or an ensemble, and where two computations of them first differ."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from havenward.ensemble.kept import Arrays
from havenward.run.engine import Progress
from havenward.run.summary import Summary
from havenward.run.table_files import Texts, csv_lines


class Recorded(Protocol):
    """Members that are kept somewhere."""

    @property
    def where(self) -> str:
        """The folder or address."""
        ...

    @property
    def record(self) -> Mapping[str, Any]:
        """What is said of them: among all else the release, the libraries and the processor that made them."""
        ...

    @property
    def members(self) -> int:
        """How many are there, from the first on."""
        ...

    @property
    def at_once(self) -> int:
        """How many are looked at together."""
        ...

    def damaged(self, progress: Progress) -> Iterator[str]:
        """Yield what is not as it was written: all that has a checksum is read."""
        ...

    def contradicted(self) -> Iterator[str]:
        """Yield what does not follow from the scenario and the members that are kept: id, names and tables.

        Raises:
            RunError: the scenario or the record cannot be used.
        """
        ...

    def stored(self, members: Sequence[int]) -> Arrays:
        """Return the values of some members that are kept: (draw, ...) by variable."""
        ...

    def recomputed(self, members: Sequence[int]) -> Arrays:
        """Return the same, computed anew from the scenario that is kept beside them.

        Raises:
            RunError: the scenario or the record cannot be used.
        """
        ...

    def at(self, variable: str, index: Sequence[int]) -> tuple[str, str]:
        """Return the day of a value, and what it speaks of; `index` is its place after the member."""
        ...


class Difference(NamedTuple):
    """The first value of a variable in which two computations of a member differ.

    Attributes:
        day: its date, or what stands for one.
        of: what it speaks of: the place and the quantity, and the group.
    """

    member: int
    day: str
    variable: str
    of: str


def differences(
    kept: Recorded, members: Sequence[int], other: Callable[[Sequence[int]], Arrays], progress: Progress
) -> list[Difference]:
    """Return where members that are kept differ from others in any bit: the first value of each variable, in order.

    Args:
        kept: where they are kept.
        members: their numbers.
        other: gives the values of some members that they are held against.
        progress: told of members.
    """
    found: dict[str, Difference] = {}
    for start in range(0, len(members), kept.at_once):
        some = members[start : start + kept.at_once]
        mine, theirs = kept.stored(some), other(some)
        for name in sorted(mine.keys() | theirs.keys()):
            if name not in found and (index := _first(mine.get(name), theirs.get(name))) is not None:
                day, of = kept.at(name, index[1:])
                found[name] = Difference(some[index[0]], day, name, of)
        progress(start + len(some), len(members))
    return sorted(found.values())


def _first(one: Any, other: Any) -> tuple[int, ...] | None:
    """Return the place of the first value that differs in any bit, member by member and day by day."""
    if one is None or other is None or one.shape != other.shape or one.dtype != other.dtype:
        return (0,) * max(np.ndim(one), np.ndim(other), 1)
    bits = [np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}") for values in (one, other)]
    places = np.argwhere(bits[0] != bits[1])
    return tuple(places[0].tolist()) if len(places) else None


def csv_of(summary: Summary) -> bytes:
    """Return the table of a run as its summary.csv holds it."""
    return "".join(csv_lines(Texts.of(summary))).encode()


def agree(one: bytes, other: bytes) -> bool:
    """Return whether two tables are the same but for the last digits of single precision."""
    mine, theirs = (pd.read_csv(io.BytesIO(text)) for text in (one, other))
    try:
        pd.testing.assert_frame_equal(mine, theirs, rtol=1e-5, atol=0.02)
    except AssertionError:
        return False
    return True
