"""Phase 6, the crossing: search, screening of every man and boy of 15 and over, holds, hand-overs.

A queue with desks: a unit takes desk seconds for the search of everybody and the screening of its men. Those who came
first are served first, by day of arrival; among those of one day the order is random. A man is held with the crossing's
share; his family goes on without him. Holds last Erlang times; at their end a man is free, or handed over. An incident
closes a crossing for a day. Sources: figures by crossing stand in the scenario.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

from havenward.core.orders import NOBODY, Counts, Draw, Move, Phase, Quota, Split, streams_of
from havenward.model.siege.cells import AGES, HELD_STAGES, ROLES_HELD, Cells
from havenward.model.siege.classes import MAN, Classes, People, Role
from havenward.model.siege.sums import grouping, total_by
from havenward.model.siege.world import World

F64 = NDArray[np.float64]


@dataclass
class Gate:
    """All crossings, for every member.

    Attributes:
        closed: (M, X) no desks today, or an incident.
        wait: (M, X) mean days waited by the units served today; not a number where nobody was.
        kin_cleared: (M, A) units of kin who came through today.
    """

    world: World
    cells: Cells
    classes: Classes
    members: int
    closed: NDArray[np.bool_] = field(init=False)
    wait: F64 = field(init=False)
    kin_cleared: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        cells, crossings = self.cells, len(self.world.crossings.names)
        self.closed = np.zeros((self.members, crossings), dtype=bool)
        self.wait = np.full((self.members, crossings), np.nan)
        self.kin_cleared = np.zeros((self.members, len(self.world.areas)), dtype=np.int64)
        kinds = cells.waiting.shape[1]
        self._lane = np.repeat(cells.pair_crossing, kinds)
        self._men = np.tile([w.people[0] for w in self.classes.waiting], len(cells.pair_crossing))
        self._others = np.tile([sum(w.people[1:]) for w in self.classes.waiting], len(cells.pair_crossing))
        is_kin = np.tile([int(w.role == "kin") for w in self.classes.waiting], len(cells.pair_crossing))
        self._by_lane = grouping(self._lane, crossings)
        self._kin_by_area = grouping(np.repeat(cells.pair_area, kinds), len(self.world.areas), is_kin)
        table = cells.table
        self._grow_older = Move.build(
            table,
            "a day longer",
            cells.waiting[:, :, :-1].ravel(),
            cells.waiting[:, :, 1:].reshape(-1, 1, 1),
            ("older",),
        )
        self._serve = tuple(
            Move.build(
                table,
                f"served after {age}",
                cells.waiting[:, :, age].ravel(),
                cells.screening.reshape(-1, 1, 1),
                ("served",),
            )
            for age in range(AGES)
        )
        self._screen = self._screen_move()
        self._hold = self._hold_move()
        self._incident = streams_of(*(("incident", name) for name in self.world.crossings.names))

    def phase(self, day: int, counts: Counts) -> Phase:
        """Let a day's desks work."""
        gates = self.world.crossings
        uniform = yield Draw(self._incident)
        self.closed = (uniform < gates.incident_share[day]) | (gates.desk_seconds[day] == 0)
        self.wait = np.full_like(self.wait, np.nan)
        self.kin_cleared = np.zeros_like(self.kin_cleared)
        if counts[:, self._hold.sources].any():
            yield Split(self._hold, self._hold_chances(day))
        if counts[:, self.cells.waiting.ravel()].any():
            yield from self._queue(day, counts)
            if counts[:, self._screen.sources].any():
                yield Split(self._screen, self._screen_chances(day))
            if counts[:, self._grow_older.sources].any():
                yield Split(self._grow_older, np.ones((1, len(self._grow_older.sources), 1)))

    def _queue(self, day: int, counts: Counts) -> Phase:
        gates = self.world.crossings
        weight = np.rint(
            self._men * gates.seconds_per_man[day, self._lane] + self._others * gates.seconds_per_other[day, self._lane]
        ).astype(np.int64)
        # a second at least, for a quota admits whoever takes nothing, and nobody passes a closed crossing
        weight = np.maximum(weight, 1)
        left = np.where(self.closed, 0, np.rint(gates.desk_seconds[day])).astype(np.int64)
        served = np.zeros(left.shape)
        waited = np.zeros(left.shape)
        for age in reversed(range(AGES)):
            if not counts[:, self._serve[age].sources].any():
                continue
            through = yield Quota(self._serve[age], self._lane, left, weight, age)
            spent = total_by(through * weight, self._by_lane)
            left = np.maximum(left - np.ceil(spent).astype(np.int64), 0)
            units = total_by(through, self._by_lane)
            served += units
            waited += units * age
            self.kin_cleared += np.rint(total_by(through, self._kin_by_area)).astype(np.int64)
        self.wait = np.where(served > 0, waited / np.maximum(served, 1e-9), np.nan)

    def _screen_move(self) -> Move:
        """Every number of men held is a target: the men alone, and what is left of the unit."""
        cells = self.cells
        settled = {(g.people, g.role): k for k, g in enumerate(self.classes.settled)}
        most = max(w.people[0] for w in self.classes.waiting)
        shape = (*cells.screening.shape, most + 1, most + 1)
        rows = np.full(shape, NOBODY)
        links = np.full(shape, NOBODY)
        link = cells.registry.link
        for p, (x, a) in enumerate(zip(cells.pair_crossing, cells.pair_area, strict=True)):
            crossing, area = self.world.crossings.names[x], self.world.areas[a]
            cleared = link("cleared", crossing, "", area)
            kept = link("held", crossing, "", area)
            for k, unit in enumerate(self.classes.waiting):
                men = unit.people[0]
                alone = unit.people == MAN
                role = unit.role if unit.role == "vanguard" else ("lone" if alone else "family")
                for held in range(men + 1):
                    rest: People = (men - held, unit.people[1], unit.people[2], unit.people[3])
                    part = 0
                    if sum(rest):
                        after: Role = "vanguard" if unit.role == "vanguard" else "group"
                        rows[p, k, held, part] = cells.transit[p, settled[(rest, after)]]
                        links[p, k, held, part] = cleared
                        part += 1
                    for _ in range(held):
                        rows[p, k, held, part] = cells.held[p, ROLES_HELD.index(role), 0]
                        links[p, k, held, part] = kept
                        part += 1
        sources = cells.screening.ravel()
        return Move.build(
            cells.table,
            "screening",
            sources,
            rows.reshape(len(sources), most + 1, most + 1),
            tuple(f"{held} held" for held in range(most + 1)),
            links.reshape(len(sources), most + 1, most + 1),
        )

    def _screen_chances(self, day: int) -> F64:
        most = self._screen.rows.shape[1]
        share = self.world.crossings.hold_share[day, self._lane]
        held = np.arange(most)
        chance = (
            comb(self._men[:, None], held)
            * share[:, None] ** held
            * (1 - share[:, None]) ** np.maximum(self._men[:, None] - held, 0)
        )
        return np.asarray(np.where(held <= self._men[:, None], chance, 0.0))[None]

    def _hold_move(self) -> Move:
        cells = self.cells
        settled = {(g.people, g.role): k for k, g in enumerate(self.classes.settled)}
        pairs = len(cells.pair_crossing)
        rows = np.full((pairs, len(ROLES_HELD), HELD_STAGES, 2), NOBODY)
        links = np.full(rows.shape, NOBODY)
        rows[:, :, :-1, 0] = cells.held[:, :, 1:]
        for r, role in enumerate(ROLES_HELD):
            rows[:, r, -1, 0] = cells.transit[:, settled[(MAN, "vanguard" if role == "vanguard" else "group")]]
        rows[:, :, -1, 1] = cells.handed[:, None]
        for p, (x, a) in enumerate(zip(cells.pair_crossing, cells.pair_area, strict=True)):
            crossing, area = self.world.crossings.names[x], self.world.areas[a]
            links[p, :, -1, 0] = cells.registry.link("freed", crossing, "", area)
            links[p, :, -1, 1] = cells.registry.link("handed_over", crossing, "", area)
        return Move.build(
            cells.table,
            "hold",
            cells.held.ravel(),
            rows.reshape(-1, 2, 1),
            ("next", "handed over"),
            links.reshape(-1, 2, 1),
        )

    def _hold_chances(self, day: int) -> F64:
        gates, cells = self.world.crossings, self.cells
        # whole days in each stage, so that a hold lasts its mean and at least a day a stage
        ends = np.minimum(HELD_STAGES / gates.hold_days[day, cells.pair_crossing], 1.0)
        handed = gates.handover_share[day, cells.pair_crossing]
        chance = np.zeros((*cells.held.shape, 2))
        chance[..., 0] = ends[:, None, None]
        chance[:, :, -1, 0] = (ends * (1 - handed))[:, None]
        chance[:, :, -1, 1] = (ends * handed)[:, None]
        return chance.reshape(1, -1, 2)
