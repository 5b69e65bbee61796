"""Rules that are one ordered move a day: homes, two roads that units come through, nights on them, and three camps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from havenward.core.cells import CellTable, CellTableBuilder
from havenward.core.orders import Counts, Crowds, Order, Ordered, Passage, Phase
from tests.toy.nets import choice_of, net_of

CELLS = (
    ("home", "hill"),
    ("home", "shore"),
    ("road", "high"),
    ("road", "low"),
    ("night", "high"),
    ("night", "low"),
    ("camp", "north"),
    ("camp", "middle"),
    ("camp", "south"),
)
HILL, SHORE, HIGH, LOW, HIGH_NIGHT, LOW_NIGHT, NORTH, MIDDLE, SOUTH = range(9)
CHANCES = {
    "leave the hill": 0.3,
    "leave the shore": 0.1,
    "go on": 0.8,
    "set out again": 0.7,
    "leave a camp": 0.05,
}
WEIGHTS = {"high road": 2.0, "down to the low road": 1.0, "to the north": 3.0, "on to the south": 1.5}
"""All other options weigh one."""


@dataclass
class Roads:
    """People leave for a road, sleep on it or come to a camp, and now and then leave that again.

    Attributes:
        members: members that are run side by side.
        units: at home on the hill and on the shore.
        chances, weights: see the constants of the same names.
        full: units at which each camp is full; from half of them on it draws fewer. None: there always is room.
        veto: room below which who has chosen a camp does not go there.
        waves: into how many waves counts may cut the sequence.
    """

    members: int
    units: tuple[int, int] = (60, 40)
    chances: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    full: tuple[float, float, float] | None = None
    veto: float = 0.0
    waves: int = 4
    days: int = 10
    exact: frozenset[str] = frozenset({"individuals"})
    table: CellTable = field(init=False)
    carried: list[tuple[Order, Passage]] = field(default_factory=list)

    def __post_init__(self) -> None:
        builder = CellTableBuilder()
        for meaning in CELLS:
            builder.row(meaning, (1, 0, 0, 0), 0)
        self.table = builder.table()
        self.net = net_of(
            self.table,
            [
                (HILL, HIGH, "high"),
                (HILL, LOW, "low"),
                (SHORE, LOW, "low"),
                (HIGH, LOW, "low"),
                (HIGH, NORTH, "north"),
                (HIGH, MIDDLE, "middle"),
                (LOW, MIDDLE, "middle"),
                (LOW, SOUTH, "south"),
                (HIGH_NIGHT, HIGH, "on"),
                (LOW_NIGHT, LOW, "on"),
                (NORTH, HIGH, "leave"),
                (MIDDLE, HIGH, "leave"),
                (SOUTH, LOW, "leave"),
            ],
            name="travel",
            stay={HIGH: HIGH_NIGHT, LOW: LOW_NIGHT},
            through=(HIGH, LOW),
            place={NORTH: 0, MIDDLE: 1, SOUTH: 2},
            counted=True,
        )
        chance, weight = CHANCES | self.chances, WEIGHTS | self.weights
        groups = [
            ((HILL,), chance["leave the hill"], (weight["high road"], 1.0)),
            ((SHORE,), chance["leave the shore"], (1.0,)),
            ((HIGH,), chance["go on"], (weight["down to the low road"], weight["to the north"], 1.0)),
            ((LOW,), 1.0, (1.0, weight["on to the south"])),
            ((HIGH_NIGHT, LOW_NIGHT), chance["set out again"], (1.0,)),
            ((NORTH, MIDDLE, SOUTH), chance["leave a camp"], (1.0,)),
        ]
        self.choice = choice_of(self.net, groups, (-1, -1, -1, -1, 0, 1, 1, 2, -1, -1), self.veto)
        full = np.full(3, np.inf) if self.full is None else np.array(self.full)
        self.crowds = Crowds(full / 2.0, full)

    def start(self) -> np.ndarray:
        counts = np.zeros((self.members, len(self.table)), dtype=np.int64)
        counts[:, [HILL, SHORE]] = self.units
        return counts

    def phases(self, day: int, counts: Counts) -> Iterator[Phase]:
        yield self._day()

    def observe(self, order: Order, realised: Passage) -> None:
        self.carried.append((order, realised))

    def _day(self) -> Phase:
        yield Ordered(self.net, self.choice, self.crowds, self.waves)
