"""Flee as a rule set: what all members share, and what an outcome keeps of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.core.members import Members
from havenward.core.rules import Signal
from havenward.core.telling import Telling
from havenward.model.flee.day import FleeRules
from havenward.model.flee.ground import Ground
from havenward.model.flee.mends import LEVELS, Level, Mends
from havenward.model.flee.moves import Moves
from havenward.model.flee.questions import Questions
from havenward.scenario.flee.schema import FleeScenario

STAGES = ("not_yet_displaced", "on_the_road", "elsewhere", "at_the_gate", "in_camp", "left_the_count")

TELLING = Telling(
    daily=("in_camp",),
    newcomers=("to_camp",),
    passed_on=(),
    summed=(),
    places="camp",
    capacity="persons whom a camp holds",
    meanings={
        "site": "a place; home and roads are not single places",
        "group": "all: people are not told apart",
        "quantity": "a stage or a flow; new_arrivals at a camp: came to it",
    },
)


@dataclass(frozen=True)
class Flee:
    """Flee's rules on one folder; see `core.rules.RuleSet`.

    Attributes:
        ground: the compiled folder.
        questions: what people are asked.
        moves: what they do beside going their way.
    """

    ground: Ground
    questions: Questions
    moves: Moves

    @classmethod
    def of(cls, scenario: FleeScenario, level: Level | Mends = "mended") -> Flee:
        """Compile a folder at a level, or with some mends only.

        Raises:
            TooManyPaths: people know more paths than fit in memory.
            TooSlow: a link takes too long.
        """
        ground = Ground.of(scenario, LEVELS[level] if isinstance(level, str) else level)
        return cls(ground, Questions(ground), Moves(ground))

    @property
    def start(self) -> dt.date:
        """The first date."""
        return self.ground.scenario.start

    @property
    def days(self) -> int:
        """Days that can be turned."""
        return self.ground.scenario.days

    @property
    def groups(self) -> tuple[str, ...]:
        """People are not told apart."""
        return ("persons",)

    @property
    def unit(self) -> str:
        """A unit is one person (one of Flee's agents: `hasten` people)."""
        return ""

    @property
    def stages(self) -> tuple[str, ...]:
        """All stages, in the order in which they are told."""
        return STAGES

    @property
    def stocks(self) -> tuple[tuple[str, str, str], ...]:
        """Stage, site and origin of each stock series."""
        return self.ground.counted.stocks

    @property
    def links(self) -> tuple[tuple[str, str, str, str], ...]:
        """Quantity, from, to and origin of each flow series."""
        return self.ground.counted.links

    @property
    def telling(self) -> Telling:
        """What tables tell of the series beside themselves."""
        return TELLING

    @property
    def signals(self) -> Mapping[str, Signal]:
        """None."""
        return {}

    @property
    def coordinates(self) -> Mapping[str, tuple[str, Sequence[str]]]:
        """Names of the camps."""
        return {"camp": ("camp", [self.ground.names[camp] for camp in self.ground.counted.camps])}

    @property
    def capacity(self) -> NDArray[np.float64]:
        """(days, camps) persons whom the camps hold; not a number where there is no limit."""
        whole = self.ground.capacity[:, self.ground.counted.camps]
        return np.where(np.isfinite(whole), whole, np.nan)

    @property
    def parameters(self) -> Mapping[str, Mapping[str, object]]:
        """None that members draw: the values stand in the folder's settings, which the run keeps a copy of."""
        return {}

    @property
    def calibrated(self) -> str:
        """Nothing is calibrated."""
        return ""

    def for_members(self, members: Members, seed: int, spread: float, begin: int) -> FleeRules:  # noqa: ARG002
        """Return the rules for some members; all that is uncertain of a folder is chance."""
        return FleeRules(self.ground, self.questions, self.moves, len(members), members.numbers["chance"], seed)
