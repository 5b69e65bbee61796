"""Cells: where exchangeable units are counted.

A unit (a household, an escape group, a person) in a cell is known only by the cell. A cell has a meaning (a tuple such
as place, stage, class), the people in one of its units by group, and the origin that is conserved with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from havenward.core.streams import meaning

GROUPS: Final = ("men", "women", "boys", "girls")
"""Groups in which people are counted unless a rule set has its own: men and women from 15 on, boys and girls under 15."""

NOBODY: Final = -1
"""No cell, no series, no group: fills up what is shorter than the widest."""


@dataclass(frozen=True)
class CellTable:
    """The cells of a rule set, one row each.

    Attributes:
        meanings: what each row means; unique.
        hashes: (C,) 64-bit hashes of the meanings, the random streams of the cells.
        people: (C, G) persons by group in one unit.
        origins: (C,) index of the origin that people carry.
        groups: names of the G groups.
    """

    meanings: Sequence[tuple[object, ...]]
    hashes: NDArray[np.uint64]
    people: NDArray[np.int64]
    origins: NDArray[np.int64]
    groups: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.hashes)

    def persons(self) -> NDArray[np.int64]:
        """Return (C,) persons in one unit of each cell."""
        return np.asarray(self.people.sum(axis=1))

    def totals(self, counts: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (M, origins, groups) persons for (M, C) counts."""
        number = int(self.origins.max()) + 1 if len(self) else 0
        by_origin = np.zeros((len(self), number, len(self.groups)))
        by_origin[np.arange(len(self)), self.origins] = self.people
        return np.asarray(np.tensordot(counts.astype(np.float64), by_origin, axes=(1, 0)))


@dataclass
class CellTableBuilder:
    """Collects cells; a meaning asked for twice is one row. `groups` are names of the groups in which people are counted."""

    groups: tuple[str, ...] = GROUPS
    _rows: dict[tuple[object, ...], int] = field(default_factory=dict)
    _people: list[tuple[int, ...]] = field(default_factory=list)
    _origins: list[int] = field(default_factory=list)

    def row(self, meaning_of: tuple[object, ...], people: Sequence[int], origin: int) -> int:
        """Return the row of a meaning, adding it when it is new.

        Raises:
            ValueError: the meaning is known with other people or another origin, or people stand in other groups.
        """
        if len(people) != len(self.groups):
            raise ValueError(f"cell {meaning_of} has people of {len(people)} groups, not of {', '.join(self.groups)}")
        row = self._rows.setdefault(meaning_of, len(self._people))
        if row == len(self._people):
            self._people.append(tuple(people))
            self._origins.append(origin)
        elif (self._people[row], self._origins[row]) != (tuple(people), origin):
            raise ValueError(f"cell {meaning_of} is already known with other people or another origin")
        return row

    def table(self) -> CellTable:
        """Return the finished table.

        Raises:
            ValueError: two meanings share a hash (chance about 1 in 10**11 for 20,000 cells), or a unit has nobody.
        """
        meanings = tuple(self._rows)
        hashes = np.array([meaning(*parts) for parts in meanings], dtype=np.uint64)
        people = np.array(self._people, dtype=np.int64).reshape(len(meanings), len(self.groups))
        if len(np.unique(hashes)) != len(hashes):
            raise ValueError("two cells share one hash; rename a place")
        if (people < 0).any() or (people.sum(axis=1) == 0).any():
            raise ValueError("every cell needs somebody in its unit")
        return CellTable(meanings, hashes, people, np.array(self._origins, dtype=np.int64), self.groups)
