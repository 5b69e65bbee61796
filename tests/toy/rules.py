"""A rule set of a few lines that uses every kind of order: a town, a road, a gate with desks, two camps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numba import njit

from havenward.core.cells import CellTable, CellTableBuilder
from havenward.core.orders import Counts, Draw, Move, Order, Ordered, Phase, Quota, Split, streams_of
from havenward.core.totals import Flows
from tests.toy.answers import kept

FAMILY, FATHER, KIN, LONE = (1, 1, 2, 1), (1, 0, 0, 0), (0, 1, 2, 1), (0, 1, 0, 0)


@njit
def fill_by_room(source, totals, fixed, out):
    """Each camp draws by its spare places: nobody goes where there is none."""
    room = np.maximum(fixed - totals, 0.0)
    for t in range(out.size):
        out[t] = room[t] / (room.sum() + 20.0)


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
        room: persons that each camp has room for.
    """

    members: int
    pace: float = 0.1
    stopped: float = 0.3
    desks: int = 60
    crowding: float = 10.0
    camps: tuple[str, ...] = ("lower camp", "upper camp")
    room: tuple[float, ...] = (300.0, 150.0)
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
        self.settle = build("settle", self.safe, self.camp[:, :, None], self.camps)
        self.weather = streams_of(("weather",))
        self.size = np.array([5.0, 1.0, 1.0])
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

    def observe(self, order: Order, realised: Flows | np.ndarray) -> None:
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
        inside = np.einsum("mkc,k->mc", counts[:, self.camp].astype(float), self.size)
        gain = np.repeat(self.size[:, None], self.places.size, axis=1)
        yield Ordered(self.settle, fill_by_room, inside, gain, np.repeat(self.places[None], self.members, axis=0), 8)
