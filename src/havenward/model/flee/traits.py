"""Traits: which rules on age, sex and awareness of floods apply to a person. Drawn when the person sets out, kept for ever.

Of ages and sexes only what a rule asks is kept: whether hazards count as they are, twice, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from havenward.scenario.flee.schema import AgentCount, AttributeWeights, FleeScenario
from havenward.scenario.flee.settings import MoveRules

AS_IS, SQUARED, IGNORED = range(3)
"""How a place's attractiveness counts: as it is, squared, or not at all."""

SPANS: Final = {"0-14": 10.0, "15-18": 16.0, "19-59": 40.0, "60+": 70.0, "unknown": 40.0}
"""An age within each group that the agents file is counted by."""


@dataclass(frozen=True)
class Traits:
    """What tells people apart.

    Attributes:
        hazard: (T,) how attractiveness counts.
        awareness: (T,) group of awareness of floods; -1 where nobody asks.
        share: (P, T) how those who set out from each place are spread.
    """

    hazard: NDArray[np.int64]
    awareness: NDArray[np.int64]
    share: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.hazard)


def asks_age(move: MoveRules) -> bool:
    """Whether a rule asks for ages or sexes."""
    return move.children_avoid_hazards or move.elderly_avoid_hazards or move.women_avoid_hazards


def hazard_of(age: float, sex: str, move: MoveRules) -> int:
    """Return how attractiveness counts for a person: Flee's rules, in Flee's order."""
    kind, squared = AS_IS, False
    if move.children_avoid_hazards:
        if age < 19:
            kind, squared = SQUARED, True
        if move.boys_take_risk and sex == "male" and age > 14:
            kind = IGNORED
    if move.elderly_avoid_hazards and age > 59:
        kind, squared = (IGNORED if kind == IGNORED else SQUARED), True
    if move.women_avoid_hazards and sex == "female" and not squared:
        kind = SQUARED
    return kind


def traits_of(scenario: FleeScenario) -> Traits:
    """Return the traits that the rules of a scenario ask for."""
    move = scenario.settings.move_rules
    tables = {table.attribute: table for table in scenario.demographics}
    places = [location.name for location in scenario.locations]
    hazard = _hazards(tables, places, move) if asks_age(move) else np.array([[1.0, 0.0, 0.0]] * len(places))
    groups, aware = _awareness(tables, places) if _asks_awareness(scenario) else ([-1], np.ones((len(places), 1)))
    kinds = [kind for kind in (AS_IS, SQUARED, IGNORED) if kind == AS_IS or asks_age(move)]
    pairs = list(product(kinds, range(len(groups))))
    return Traits(
        hazard=np.array([kind for kind, _ in pairs]),
        awareness=np.array([groups[group] for _, group in pairs]),
        share=np.stack([hazard[:, kind] * aware[:, group] for kind, group in pairs], axis=1),
    )


def _asks_awareness(scenario: FleeScenario) -> bool:
    rules = scenario.settings.move_rules.flood_rules
    return rules is not None and rules.flood_forecaster and rules.flood_awareness_weights is not None


def _at(table: AttributeWeights, place: str) -> NDArray[np.float64]:
    """Return the shares of an attribute's values among those who set out from a place."""
    weights = table.weights[:, table.places.index(place)] if place in table.places else table.default
    return np.asarray(weights / weights.sum())


def _hazards(tables: dict[str, AttributeWeights], places: list[str], move: MoveRules) -> NDArray[np.float64]:
    """Return (P, 3) shares of people by how attractiveness counts. Without a table nobody is young, old or a woman."""
    shares = np.zeros((len(places), 3))
    for row, place in enumerate(places):
        ages = _spread(tables.get("age"), place, 40.0)
        sexes = _spread(tables.get("gender"), place, "")
        for (age, one), (sex, two) in product(ages, sexes):
            shares[row, hazard_of(float(age), str(sex), move)] += one * two
    return shares


def _spread(table: AttributeWeights | None, place: str, default: float | str) -> list[tuple[float | str, float]]:
    return [(default, 1.0)] if table is None else list(zip(table.values, _at(table, place).tolist(), strict=True))


def _awareness(tables: dict[str, AttributeWeights], places: list[str]) -> tuple[list[int], NDArray[np.float64]]:
    table = tables.get("floodawareness")
    if table is None:
        return [-1], np.ones((len(places), 1))
    return [int(value) for value in table.values], np.stack([_at(table, place) for place in places])


def hazard_of_agents(agents: AgentCount, move: MoveRules) -> int:
    """Return how attractiveness counts for agents that a file lists; where it does not tell, as for men of 40."""
    sex = "" if agents.sex == AgentCount.UNKNOWN else agents.sex
    return hazard_of(SPANS[agents.ages], sex, move) if asks_age(move) else AS_IS
