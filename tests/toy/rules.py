"""A rule set of a few lines that uses every kind of order: a town, a road, a gate with desks, two camps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from havenward.core.cells import CellTable, CellTableBuilder
from havenward.core.orders import (
    Choice,
    Counts,
    Crowds,
    Draw,
    Move,
    Order,
    Ordered,
    Passage,
    Phase,
    Quota,
    Split,
    streams_of,
)
from havenward.core.totals import Flows
from tests.toy.answers import kept
from tests.toy.nets import choice_of, net_of

FAMILY, FATHER, KIN, LONE = (1, 1, 2, 1), (1, 0, 0, 0), (0, 1, 2, 1), (0, 1, 0, 0)


WILLING = 0.8
"""Chance that a unit looks for a camp on an evening."""
LEAST_ROOM = 1e-9
"""Room below which a camp that a unit has chosen does not take it."""


@dataclass
class ToyRules:
    """Families leave (some send the father first), are stopped or reach a gate, are served, and choose a camp.

    Attributes:
        members: members that are run side by side.
        pace: mean daily probability of leaving, before the weather.
        stopped: probability of being stopped when nobody else is on the road.
        desks: minutes of the gate a day; a family takes 5, everybody else 1.
        crowding: units on the road at which patrols stop half as often.
        camps: names of the camps, in stable order.
        room: units at which each camp is full; from half of them on it draws fewer.
        waves: into how many waves counts may cut the sequence in which units settle.
    """

    members: int
    pace: float = 0.1
    stopped: float = 0.3
    desks: int = 60
    crowding: float = 10.0
    camps: tuple[str, ...] = ("lower camp", "upper camp")
    room: tuple[float, ...] = (60.0, 30.0)
    waves: int = 8
    days: int = 20
    exact: frozenset[str] = frozenset({"individuals"})
    table: CellTable = field(init=False)
    carried: list[tuple[Order, np.ndarray]] = field(default_factory=list)

    def __post_init__(self) -> None:
        builder = CellTableBuilder()
        self.home = np.array([builder.row(("home", k), p, 0) for k, p in (("family", FAMILY), ("lone", LONE), ("kin", KIN))])
        walkers = {"family": FAMILY, "lone": LONE, "father": FATHER}
        self.road = np.array([builder.row(("road", k), p, 0) for k, p in walkers.items()])
        self.stop = np.array([builder.row(("stopped", k), p, 0) for k, p in walkers.items()])
        self.gate = np.array([builder.row(("gate", k), p, 0) for k, p in walkers.items()])
        self.safe = np.array([builder.row(("safe", k), p, 0) for k, p in walkers.items()])
        self.camp = np.array(
            [[builder.row(("camp", c, k), p, 0) for c in self.camps] for k, p in walkers.items()], dtype=np.int64
        )
        self.table = builder.table()
        build = lambda *a: Move.build(self.table, *a)  # noqa: E731
        none = -1
        self.leave = build(
            "leave",
            self.home[:2],
            np.array([[[self.road[0], none], [self.road[2], self.home[2]]], [[self.road[1], none], [none, none]]]),
            ("whole", "father first"),
        )
        self.walk = build("walk", self.road, np.stack([self.gate, self.stop], axis=1)[:, :, None], ("gate", "stop"))
        self.serve = build("serve", self.gate, self.safe[:, None, None], ("safe",))
        self.settle = net_of(
            self.table,
            [
                (s, c, name)
                for s, row in zip(self.safe, self.camp, strict=True)
                for c, name in zip(row, self.camps, strict=True)
            ],
            place={int(row): c for c, column in enumerate(self.camp.T) for row in column},
            counted=True,
        )
        self.weather = streams_of(("weather",))
        self.places = np.array(self.room)

    def start(self, families: int = 80, lone: int = 30) -> np.ndarray:
        counts = np.zeros((self.members, len(self.table)), dtype=np.int64)
        counts[:, self.home[0]] = families
        counts[:, self.home[1]] = lone
        return counts

    def phases(self, day: int, counts: Counts) -> Iterator[Phase]:
        yield self._night(counts)
        yield self._gate(counts)
        yield self._camps(counts)

    def observe(self, order: Order, realised: Flows | Passage | np.ndarray) -> None:
        self.carried.append((order, kept(realised)))

    def _night(self, counts: Counts) -> Phase:
        weather = yield Draw(self.weather)
        pace = self.pace * (0.5 + weather)
        hazard = np.zeros((self.members, 2, 2))
        hazard[:, 0, 0] = pace[:, 0] * 0.7
        hazard[:, 0, 1] = pace[:, 0] * 0.3
        hazard[:, 1, 0] = pace[:, 0]
        left = yield Split(self.leave, hazard)
        crowd = 1.0 / (1.0 + left.values.sum(axis=(1, 2)) / self.crowding)
        risk = np.zeros((self.members, 3, 2))
        risk[:, :, 1] = (self.stopped * crowd)[:, None]
        risk[:, :, 0] = (1.0 - self.stopped * crowd)[:, None] * 0.8
        yield Split(self.walk, risk)

    def _gate(self, counts: Counts) -> Phase:
        yield Quota(
            self.serve,
            np.zeros(3, dtype=np.int64),
            np.full((self.members, 1), self.desks, dtype=np.int64),
            np.array([5, 1, 1]),
        )

    def _camps(self, counts: Counts) -> Phase:
        yield Ordered(self.settle, self.camp_choice(), Crowds(self.places / 2.0 - 1.0, self.places), waves=self.waves)

    def camp_choice(self) -> Choice:
        """Camps draw by their room in the morning of the first day; one without any is closed."""
        weights = [room if room > 0.0 else -1.0 for room in self.room]
        return choice_of(self.settle, [(self.safe, WILLING, weights)], range(len(self.room)), LEAST_ROOM)
