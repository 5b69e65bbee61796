"""The day of Flee, in its order.

    closing   people on links that close are bound to turn back
    leaving   the day's people set out; whoever stands somewhere goes or stays (Flee's phase A)
    travel    whoever is on a link comes on by a day, arrives, and goes on while the day lasts (Flee's phase B)

Conflicts, floods, closures and capacities of all days are known beforehand: see course.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import CellTable
from havenward.core.orders import Choice, Counts, Crowds, Phase, Split, Walk
from havenward.model.flee.ground import Ground

F64 = NDArray[np.float64]

TRAVEL_WAVE = 0x4000
"""Where the steps of travel begin to be counted, above those of leaving."""
VETO = 0.5
"""Room below which Flee's people do not set off for a camp after all."""


@dataclass
class FleeRules:
    """Flee's rules for some members; see `core.rules.Rules`."""

    ground: Ground
    members: int
    numbers: NDArray[np.uint32]
    seed: int
    exact: frozenset[str] = frozenset({"chain", "individuals"})
    unit: str = ""
    _gone: F64 = field(init=False)

    def __post_init__(self) -> None:
        self._gone = np.zeros((len(self.ground.names), self.members))

    @property
    def table(self) -> CellTable:
        """The cells."""
        return self.ground.net.table

    @property
    def days(self) -> int:
        """Days that can be turned."""
        return self.ground.scenario.days

    @property
    def series(self) -> NDArray[np.int64]:
        """(C,) stock series of each cell."""
        return self.ground.series

    @property
    def stocks(self) -> tuple[tuple[str, str, str], ...]:
        """Stage, site and origin of each stock series."""
        return self.ground.stocks

    @property
    def links(self) -> tuple[tuple[str, str, str, str], ...]:
        """Quantity, from, to and origin of each flow series."""
        return self.ground.links

    def start(self) -> NDArray[np.int64]:
        """Return (M, C) people on the eve of the first day: in camps, and all who will be displaced."""
        ground = self.ground
        counts = np.zeros((self.members, len(ground.net.table)), dtype=np.int64)
        for row, people in ground.first_rows:
            counts[:, row] = people
        for key, people in ground.setting_out.numbers(self.seed, self.numbers).items():
            counts[:, ground.waiting_rows[key]] = people
        return counts

    def phases(self, day: int, counts: Counts) -> Iterator[Phase]:
        """Yield the phases of a day."""
        yield self._closing(day)
        yield self._leaving(day)
        yield self._travel(day)

    def signals(self, day: int) -> dict[str, NDArray[Any]]:
        """Nothing is kept beside stocks and flows."""
        return {}

    def _closing(self, day: int) -> Phase:
        move, ground = self.ground.turning, self.ground
        if day == 0 or move is None:
            return
        closes = ground.course.links_open[day - 1] & ~ground.course.links_open[day]
        doomed = closes[ground.link_of_turning]
        if doomed.any():
            yield Split(move, doomed.astype(np.float64)[None, :, None])

    def _leaving(self, day: int) -> Phase:
        group = self.ground.leaving_group(day)
        passage = yield Walk(self.ground.net.net, self._choice(day, group), self._crowds(day))
        if self.ground.takes_people:
            self._gone[self.ground.setting_out.origins] += passage.units[:, self.ground.displaced_series].T

    def _travel(self, day: int) -> Phase:
        yield Walk(self.ground.net.net, self._choice(day, self.ground.travel_group), self._crowds(day), wave=TRAVEL_WAVE)

    @property
    def _population(self) -> F64:
        """(P, 1 or M) people who are left in places."""
        whole = self.ground.pull.population[:, None]
        return np.maximum(whole - self._gone, 0.0) if self.ground.takes_people else whole

    def _choice(self, day: int, group: NDArray[np.int32]) -> Choice:
        ground = self.ground
        chance, weight = ground.answers(day, self._population)
        return Choice(
            group=group,
            chance=chance,
            first=ground.option_first,
            weight=weight,
            crowd=ground.option_crowd,
            veto=np.where(ground.option_crowd >= 0, ground.course.camp[day][ground.option_crowd] * VETO, 0.0),
        )

    def _crowds(self, day: int) -> Crowds:
        move = self.ground.scenario.settings.move_rules.applied()
        full = self.ground.capacity[day]
        free = np.where(np.isfinite(full), full * move.capacity_buffer, np.inf)
        pruned = move.pruning_threshold >= 1.001 and not move.fixed_routes
        return Crowds(free, full, move.weight_power, 1.0 / move.pruning_threshold if pruned else 0.0)
