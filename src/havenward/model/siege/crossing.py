"""Phase 6, the crossing: challenge, search and screening at the desks, holds, hand-overs.

    challenge    whoever comes to the line is challenged and stands in the queue; nobody passes a line that is closed by
                 policy, at night, or for a day by an incident
    desks        a unit takes desk seconds: the search of everybody in it, and the questions put to its men and boys of 15
                 and over. Who came on an earlier day goes first; among those of one day the order is random
    outcome      every man is held with the crossing's share; his family goes on without him. Holds last Erlang times; at
                 their end a man is free, or handed over

The search has no queue of its own: its time is part of a unit's desk time, as in the scenario's minutes. Who is challenged
on a day is who arrived on it, so no other flow counts them.

The unit for which the rest of a day is too short has begun: it is in screening over night, nobody is called before it is
through, and the seconds already spent on it count on the next day that the desks work. So no second of a busy desk is
lost, and a family that takes longer than a day is through in the end. An incident or a night takes nothing from it; where
desks are closed by policy it goes back to its place in the queue and begins anew. Expectations share a day's seconds
among all who wait, and have no unit in screening.

Sources: figures by crossing stand in the scenario.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

from havenward.core.cells import NOBODY
from havenward.core.orders import Counts, Draw, Move, Order, Phase, Quota, Split, streams_of
from havenward.core.totals import FlowTotal, Total, is_occupied
from havenward.model.siege.cells import AGES, HELD_STAGES, ROLES_HELD, Cells
from havenward.model.siege.classes import MAN, Classes, People, Role
from havenward.model.siege.world import World

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
CERTAIN = np.ones((1, 1, 1))


@dataclass(frozen=True)
class Practice:
    """What the crossings ask and decide, from one change in the scenario to the next.

    Attributes:
        weight: (S,) desk seconds of a unit.
        seconds: sums desk seconds of those served, by crossing.
        held: (1, S, T) chances that 0, 1, ... of a unit's men are held.
        ends: (1, held cells, 2) chances that a stage of a hold ends today: with the next, or freedom; with a hand-over.
    """

    weight: I64
    seconds: FlowTotal
    held: F64
    ends: F64


@dataclass
class Gate:
    """All crossings, for every member.

    Units at a crossing are numbered by S: (crossing, area) pair and class.

    Attributes:
        closed: (M, X) no desks today, or an incident.
        wait: (M, X) mean days waited by the units served today; not a number where nobody was.
        kin_cleared: (M, A) units of kin who came through today.
    """

    MEMORY: ClassVar = ("_in_hand", "_days", "_spent", "_oldest")

    world: World
    cells: Cells
    classes: Classes
    members: int
    closed: NDArray[np.bool_] = field(init=False)
    wait: F64 = field(init=False)
    kin_cleared: I64 = field(init=False)

    def __post_init__(self) -> None:
        cells, names = self.cells, self.world.crossings.names
        shape = (self.members, len(names))
        self.closed = np.zeros(shape, dtype=bool)
        self.wait = np.full(shape, np.nan)
        self.kin_cleared = np.zeros((self.members, len(self.world.areas)), dtype=np.int64)
        self._served = np.zeros(shape)
        self._waited = np.zeros(shape)
        # the unit in hand: its number S, the days since it came, the seconds already spent on it
        self._in_hand = np.full(shape, NOBODY)
        self._days = np.zeros(shape, dtype=np.int64)
        self._spent = np.zeros(shape, dtype=np.int64)
        self._oldest = 0
        pairs, kinds = len(cells.pair_crossing), len(self.classes.waiting)
        self._lane = np.repeat(cells.pair_crossing, kinds)
        self._area = np.repeat(cells.pair_area, kinds)
        self._men = np.tile([w.people[0] for w in self.classes.waiting], pairs)
        self._others = np.tile([sum(w.people[1:]) for w in self.classes.waiting], pairs)
        self._is_kin = np.tile([int(w.role == "kin") for w in self.classes.waiting], pairs)
        self._one = np.ones(len(self._lane), dtype=np.int64)
        self._all_alike = np.zeros(len(self._lane), dtype=np.int64)
        self._units = FlowTotal.by(self._lane[:, None], len(names))
        self._kin = FlowTotal.by(self._area[:, None], len(self.world.areas), self._is_kin[:, None])
        self._lay_out_queue()
        self._screen = self._screen_move()
        self._hold = self._hold_move()
        self._chance = streams_of(*(("incident", name) for name in names), *(("in hand at dusk", name) for name in names))
        self._practice = self._practices()

    def phase(self, day: int, counts: Counts) -> Phase:
        """Let a day's desks work."""
        gates, practice = self.world.crossings, self._practice[day]
        by_policy = gates.desk_seconds[day] == 0
        chance = yield Draw(self._chance)
        incident, lot = chance[:, : len(gates.names)], chance[:, len(gates.names) :]
        self.closed = (incident < gates.incident_share[day]) | by_policy
        self._served[:], self._waited[:], self.kin_cleared[:] = 0, 0, 0
        if is_occupied(counts, self._hold.sources):
            yield Split(self._hold, practice.ends)
        seconds = np.where(self.closed, 0, np.rint(gates.desk_seconds[day])).astype(np.int64)
        if (self._in_hand != NOBODY).any():
            seconds = yield from self._go_on(seconds, by_policy, practice)
        yield from self._queue(counts, seconds, lot, practice)
        served = self._served > 0
        if served.any():
            yield Split(self._screen, practice.held)
        self.wait = np.where(served, self._waited / np.where(served, self._served, 1.0), np.nan)

    def move_in(self, old: Gate) -> None:
        """Number crossings and units as here, after everything was taken over as it stood with another gate's numbers."""
        here = {name: x for x, name in enumerate(self.world.crossings.names)}
        unit = {key: s for s, key in enumerate(self._unit_keys())}
        number = np.array([unit[key] for key in old._unit_keys()], dtype=np.int64)
        place = [here[name] for name in old.world.crossings.names]
        in_hand, days, spent = self._in_hand, self._days, self._spent
        shape = (self.members, len(here))
        self._in_hand, self._days, self._spent = np.full(shape, NOBODY), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self._in_hand[:, place] = np.where(in_hand == NOBODY, NOBODY, number[in_hand])
        self._days[:, place], self._spent[:, place] = days, spent

    def _unit_keys(self) -> list[tuple[str, int, int]]:
        """Return the crossing, area and class of every unit S."""
        pairs, names = zip(self.cells.pair_crossing, self.cells.pair_area, strict=True), self.world.crossings.names
        return [(names[x], int(a), k) for x, a in pairs for k in range(len(self.classes.waiting))]

    # --- the desks

    def _go_on(self, seconds: I64, by_policy: NDArray[np.bool_], practice: Practice) -> Generator[Order, Any, I64]:
        """Go on with the units in hand; return the (M, X) seconds that are left for others."""
        there = self._in_hand != NOBODY
        self._days[there] += 1
        # a second at least, also where desks have become quicker: nobody passes a closed crossing
        needed = np.maximum(practice.weight[self._in_hand] - self._spent, 1)
        through = there & (needed <= seconds)
        back = there & by_policy
        chance = np.zeros((*there.shape, 1 + AGES))
        chance[through, 0] = 1.0
        chance[back, 1 + np.minimum(self._days[back], AGES - 1)] = 1.0
        yield Split(self._leave_desk, chance, group=self._lane)
        self._served += through
        self._waited += np.where(through, self._days, 0)
        member, lane = np.nonzero(through)
        unit = self._in_hand[member, lane]
        np.add.at(self.kin_cleared, (member, self._area[unit]), self._is_kin[unit])
        self._oldest = max(self._oldest, min(int(self._days[back].max(initial=0)), AGES - 1))
        self._in_hand[through | back] = NOBODY
        self._spent += np.where(there & ~through, seconds, 0)
        return np.where(there, np.where(through, seconds - needed, 0), seconds)

    def _queue(self, counts: Counts, seconds: I64, lot: F64, practice: Practice) -> Phase:
        """Serve the queue by day of arrival until a unit has no room; whoever is left has waited a day more."""
        oldest = 0
        for age in reversed(range(self._oldest + 1)):
            waiting = self._waiting[age].of(counts)
            if not waiting.any():
                continue
            if (waiting[seconds > 0] > 0).any():
                through = yield Quota(self._serve[age], self._lane, seconds, practice.weight, age)
                units = self._units.of(through)
                self._served += units
                self._waited += units * age
                self.kin_cleared += np.rint(self._kin.of(through)).astype(np.int64)
                waiting -= units
                seconds = np.maximum(seconds - np.ceil(practice.seconds.of(through)).astype(np.int64), 0)
                called = (waiting > 0) & (seconds > 0)
                if called.any():
                    yield from self._take_in_hand(age, counts, seconds, called, lot, practice)
            if waiting.any():
                oldest = max(oldest, min(age + 1, AGES - 1))
                if age < AGES - 1:
                    yield Split(self._grow_older[age], CERTAIN, group=self._all_alike)
            # nobody who came later goes before those who still wait
            seconds = np.where(waiting > 0, 0, seconds)
        self._oldest = oldest

    def _take_in_hand(
        self, age: int, counts: Counts, seconds: I64, called: NDArray[np.bool_], lot: F64, practice: Practice
    ) -> Phase:
        """Call the unit that had no room: given who went before, any of those who take longer than what is left."""
        member, lane = np.nonzero(called)
        left = seconds[member, lane]
        waiting = counts[member[:, None], self._serve[age].sources]
        longer = (self._lane == lane[:, None]) & (practice.weight > left[:, None])
        upto = np.cumsum(waiting * longer, axis=1)
        place = np.floor(lot[member, lane] * upto[:, -1])
        unit = (upto <= place[:, None]).sum(axis=1)
        one = np.zeros((self.members, len(self._lane)), dtype=np.int64)
        one[member, unit] = 1
        yield Quota(self._call[age], self._call[age].each, one, self._one)
        self._in_hand[called], self._days[called], self._spent[called] = unit, age, left

    # --- moves, laid out once

    def _lay_out_queue(self) -> None:
        cells, table = self.cells, self.cells.table
        waiting = cells.waiting.reshape(-1, AGES)
        desk, screening = cells.desk.reshape(-1, 1, 1), cells.screening.reshape(-1, 1, 1)
        ages = range(AGES)
        self._serve = [Move.build(table, f"served after {age}", waiting[:, age], screening, ("served",)) for age in ages]
        crossings = len(self.world.crossings.names)
        self._waiting = [Total.by(self._lane, crossings, waiting[:, age]) for age in ages]
        self._call = [Move.build(table, f"in hand after {age}", waiting[:, age], desk, ("called",)) for age in ages]
        self._grow_older = [
            Move.build(table, "a day longer", waiting[:, age], waiting[:, age + 1].reshape(-1, 1, 1), ("older",))
            for age in ages[:-1]
        ]
        self._leave_desk = Move.build(
            table,
            "from the desk",
            cells.desk.ravel(),
            np.concatenate([screening, waiting[:, :, None]], axis=1),
            ("through", *(f"back to the queue after {age}" for age in ages)),
        )

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
            for k, unit in enumerate(self.classes.waiting):
                for held in range(unit.people[0] + 1):
                    rest: People = (unit.people[0] - held, *unit.people[1:])
                    role = "vanguard" if unit.role == "vanguard" else ("family" if sum(rest) else "lone")
                    part = 0
                    if sum(rest):
                        after: Role = "vanguard" if unit.role == "vanguard" else "group"
                        rows[p, k, held, part] = cells.transit[p, settled[(rest, after)]]
                        links[p, k, held, part] = link("cleared", crossing, "", area)
                        part += 1
                    for _ in range(held):
                        rows[p, k, held, part] = cells.held[p, ROLES_HELD.index(role), 0]
                        links[p, k, held, part] = link("held_apart" if role == "family" else "held", crossing, "", area)
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

    # --- what crossings ask and decide

    def _practices(self) -> list[Practice]:
        """Return the practice of every day; the same one until a row of the scenario changes it."""
        gates = self.world.crossings
        asked = (gates.seconds_per_man, gates.seconds_per_other, gates.hold_share, gates.hold_days, gates.handover_share)
        table = np.concatenate(asked, axis=1)
        _, first, number = np.unique(table, axis=0, return_index=True, return_inverse=True)
        made = [self._practice_of(int(day)) for day in first]
        return [made[n] for n in number.ravel()]

    def _practice_of(self, day: int) -> Practice:
        gates = self.world.crossings
        men, others = gates.seconds_per_man[day, self._lane], gates.seconds_per_other[day, self._lane]
        # a second at least, for a quota admits whoever takes nothing, and nobody passes a closed crossing
        weight = np.maximum(np.rint(self._men * men + self._others * others).astype(np.int64), 1)
        seconds = FlowTotal.by(self._lane[:, None], len(gates.names), weight[:, None])
        return Practice(weight, seconds, self._held_chances(day), self._end_chances(day))

    def _held_chances(self, day: int) -> F64:
        share = self.world.crossings.hold_share[day, self._lane][:, None]
        held, men = np.arange(self._screen.rows.shape[1]), self._men[:, None]
        chance = comb(men, held) * share**held * (1 - share) ** np.maximum(men - held, 0)
        return np.asarray(np.where(held <= men, chance, 0.0))[None]

    def _end_chances(self, day: int) -> F64:
        gates, cells = self.world.crossings, self.cells
        # whole days in each stage, so that a hold lasts its mean and at least a day a stage
        ends = np.minimum(HELD_STAGES / gates.hold_days[day, cells.pair_crossing], 1.0)
        handed = gates.handover_share[day, cells.pair_crossing]
        chance = np.zeros((*cells.held.shape, 2))
        chance[..., 0] = ends[:, None, None]
        chance[:, :, -1, 0] = (ends * (1 - handed))[:, None]
        chance[:, :, -1, 1] = (ends * handed)[:, None]
        return chance.reshape(1, -1, 2)
