"""How an outcome and its tables speak of a rule set: what is told day by day, who is new at a place, what is summed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Telling:
    """What is told of a rule set beside every stage and every quantity.

    Attributes:
        daily: stages whose sites are told day by day, all persons together: the places that receive people.
        newcomers: quantities that bring newcomers to the place where they lead.
        passed_on: quantities whose people are newcomers of the place where they lead, and no longer of the one they leave.
        summed: quantities whose sums since the first day are told too, at the places where they lead.
        places: the places that receive people, in words, such as "crossing, camp or host town".
        capacity: what the capacity of a camp is, in words, such as "persons whom the plots hold".
        meanings: what the columns `site`, `group` and `quantity` of a table hold, in words.
    """

    daily: tuple[str, ...]
    newcomers: tuple[str, ...]
    passed_on: tuple[str, ...]
    summed: tuple[str, ...]
    places: str
    capacity: str
    meanings: Mapping[str, str]
