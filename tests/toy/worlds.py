"""Small random worlds: places, kinds of units, origins, and every kind of order among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

from havenward.core.cells import NOBODY, CellTable, CellTableBuilder
from havenward.core.orders import (
    Choice,
    Counts,
    Crowds,
    Draw,
    Move,
    Net,
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
from tests.toy.nets import net_of

KINDS = ("whole", "one part", "other part")
ORDERS = ("split", "quota", "ordered", "draw")


@dataclass
class RandomWorld:
    """Units of three kinds in a few places; one kind is made of the two others and may break up on the way.

    Attributes:
        members: members that are run side by side.
        orders: kinds of order and the place they speak to, in the sequence of the day.
        parts: people by group of the two kinds that make up the whole one.
        chances: seed of every probability, weight, budget and count in this world.
    """

    members: int
    places: int
    origins: int
    orders: tuple[tuple[str, int], ...]
    parts: tuple[tuple[int, ...], tuple[int, ...]]
    chances: int
    days: int = 3
    exact: frozenset[str] = frozenset({"individuals"})
    table: CellTable = field(init=False)
    carried: list[tuple[Order, np.ndarray]] = field(default_factory=list)

    def __post_init__(self) -> None:
        builder = CellTableBuilder()
        one, other = self.parts
        people = dict(zip(KINDS, (tuple(map(sum, zip(one, other, strict=True))), one, other), strict=True))
        self.rows = np.array(
            [
                [[builder.row((p, k, o), people[k], o) for k in KINDS] for o in range(self.origins)]
                for p in range(self.places)
            ]
        )
        self.table = builder.table()
        self.moves = [self._move(place) for place in range(self.places)]
        self.net = self._net()

    def _move(self, place: int) -> Move:
        """From a place to every other; the whole may also break up, one part staying where it was."""
        sources = self.rows[place].ravel()
        others = [p for p in range(self.places) if p != place]
        rows = np.full((self.origins, len(KINDS), len(others) + 1, 2), NOBODY)
        for t, target in enumerate(others):
            rows[:, :, t, 0] = self.rows[target]
        rows[:, 0, -1] = np.stack([self.rows[place, :, 1], self.rows[others[0], :, 2]], axis=1)
        names = (*(f"place {p}" for p in others), "break up")
        return Move.build(self.table, f"from {place}", sources, rows.reshape(len(sources), len(names), 2), names)

    def _net(self) -> Net:
        """Everybody may go from any place to any other, and every place is a crowd."""
        units = self.rows.reshape(self.places, -1)
        pairs = [(a, b) for a in range(self.places) for b in range(self.places) if a != b]
        edges = [(units[a, k], units[b, k], f"place {b}") for a, b in pairs for k in range(units.shape[1])]
        place = {int(row): p for p, rows in enumerate(units) for row in rows}
        return net_of(self.table, edges, name="wander", place=place, counted=True)

    def start(self) -> np.ndarray:
        """Return (M, C) counts, a third of them zero, that depend on the member's number only."""
        one = [np.random.default_rng([self.chances, m]) for m in range(self.members)]
        return np.stack([r.integers(0, 30, len(self.table)) * (r.random(len(self.table)) < 0.7) for r in one])

    def phases(self, day: int, counts: Counts) -> Iterator[Phase]:
        yield self._day(day)

    def observe(self, order: Order, realised: Flows | Passage | np.ndarray) -> None:
        self.carried.append((order, kept(realised)))

    def _day(self, day: int) -> Phase:
        for wave, (kind, place) in enumerate(self.orders):
            rng = np.random.default_rng([self.chances, day, wave])
            yield self._order(kind, self.moves[place % self.places], rng, wave)

    def _order(self, kind: str, move: Move, rng: np.random.Generator, wave: int) -> Order:
        sources = len(move.sources)
        there = (move.rows != NOBODY).any(axis=2)
        if kind == "split":
            return Split(move, self._probability(there, rng), wave)
        if kind == "quota":
            lanes = int(rng.integers(1, 4))
            return Quota(
                self._first_target(move),
                rng.integers(0, lanes, sources),
                np.repeat(rng.integers(0, 200, (1, lanes)), self.members, axis=0),
                rng.integers(0, 7, sources),
                wave,
            )
        if kind == "ordered":
            return self._wandering(move.sources, rng, wave)
        return Draw(streams_of(("weather", wave), ("news", wave)), wave)

    def _wandering(self, sources: np.ndarray, rng: np.random.Generator, wave: int) -> Ordered:
        """Units of one place are asked: each of its cells for itself, and places fill up, some with a veto, some never."""
        groups, options = len(sources), self.places - 1
        group = np.full(len(self.table), NOBODY, dtype=np.int32)
        group[sources] = np.arange(groups)
        crowd = np.tile([p for p in range(self.places) if sources[0] not in self.rows[p]], groups)
        weight = rng.random((groups * options, 1)) * (rng.random((groups * options, 1)) < 0.8)
        free = np.where(rng.random(self.places) < 0.3, np.inf, rng.integers(-1, 80, self.places).astype(float))
        choice = Choice(
            group=group,
            chance=rng.choice([0.0, 0.02, 0.4, 1.0], (groups, 1)),
            first=np.arange(groups + 1) * options,
            weight=np.where(rng.random(weight.shape) < 0.1, -1.0, weight),
            crowd=crowd.astype(np.int32),
            veto=rng.random(len(crowd)) * (rng.random(len(crowd)) < 0.3),
            keep=rng.choice([0.0, 0.2], groups),
        )
        crowds = Crowds(free, free + rng.integers(0, 60, self.places), float(rng.choice([1.0, 2.0])))
        return Ordered(self.net, choice, crowds, int(rng.integers(1, 9)), wave * 0x2000)

    def _probability(self, there: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return (1, S, T): anything from nobody to certainly, none to a target that a source does not have."""
        odds = rng.random((1, *there.shape)) ** 4 * (rng.random((1, *there.shape)) < 0.7) * there
        total = odds.sum(axis=2, keepdims=True)
        return odds / np.where(total > 0, total, 1.0) * rng.choice([0.0, 0.3, 1.0], p=[0.1, 0.6, 0.3])

    def _first_target(self, move: Move) -> Move:
        return Move.build(self.table, f"admit {move.name}", move.sources, move.rows[:, :1], ("only",))


@st.composite
def worlds(draw: st.DrawFn, members: int = 3) -> RandomWorld:
    """Return a strategy of random worlds."""
    part = st.tuples(*[st.integers(0, 3)] * 4).filter(any)
    return RandomWorld(
        members=members,
        places=draw(st.integers(2, 4)),
        origins=draw(st.integers(1, 3)),
        orders=tuple(draw(st.lists(st.tuples(st.sampled_from(ORDERS), st.integers(0, 3)), min_size=1, max_size=6))),
        parts=(draw(part), draw(part)),
        chances=draw(st.integers(0, 2**32 - 1)),
    )
