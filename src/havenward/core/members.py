"""Members: by which number each source of a member's uncertainty is drawn.

A run of futures draws everything of member m by the number m. A study of where the spread comes from gives two members the
same number for some sources and not for others, so that they differ by those alone; or it sets variables at quantiles.

    population   how many people there are at the start
    control      who holds a place when, where that is uncertain
    parameters   all other assumptions
    chance       what happens to people, and the rest of their surroundings
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Source = Literal["population", "control", "parameters", "chance"]
SOURCES: tuple[Source, ...] = get_args(Source)


@dataclass(frozen=True, eq=False)
class Members:
    """Some members.

    Attributes:
        numbers: (M,) by source, the second word of its random streams.
        quantiles: (M,) from 0 to 1 by name of a variable: where its value lies in its range, in place of a drawn one.
    """

    numbers: Mapping[Source, NDArray[np.uint32]]
    quantiles: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @classmethod
    def alike(cls, numbers: Sequence[int] | NDArray[np.uint32]) -> Members:
        """Return members that draw everything by their own number."""
        own = np.array(numbers, dtype=np.uint32)
        return cls(dict.fromkeys(SOURCES, own))

    def __len__(self) -> int:
        return len(self.numbers["chance"])

    def take(self, rows: NDArray[np.uint32]) -> Members:
        """Return some of them, in that order."""
        return Members(
            {source: numbers[rows] for source, numbers in self.numbers.items()},
            {name: values[rows] for name, values in self.quantiles.items()},
        )
