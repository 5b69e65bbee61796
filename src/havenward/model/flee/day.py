"""The day of Flee, in its order.

    closing     people on links that close are bound to turn back (mended: and go on where the link opens again)
    leaving     the day's people set out; whoever stands somewhere goes or stays (Flee's phase A)
    travel      whoever is on a link comes on by a day, arrives, and goes on while the day lasts (Flee's phase B); mended:
                one with leaving, as nobody waits for others
    admitting   those at the gates of camps are let in as far as there is room (mended only: Flee lets everybody in)
    leaving the count of camps, where the folder says that people do

Conflicts, floods, closures and capacities of all days are known beforehand: see course.py. What is mended: see mends.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import NOBODY, CellTable
from havenward.core.orders import Choice, Counts, Crowds, Ordered, OrderError, Passage, Phase, Quota, Split
from havenward.core.totals import is_occupied
from havenward.model.flee.ground import Ground
from havenward.model.flee.mends import Mend
from havenward.model.flee.moves import Moves
from havenward.model.flee.questions import Questions

F64 = NDArray[np.float64]

TRAVEL_WAVE = 0x4000
"""Where the steps of travel begin to be counted, above those of leaving."""
DISPLACING_WAVE = 0x8000
"""The same, for setting out where it is an order of its own."""
VETO = 0.5
"""Room below which Flee's people do not set off for a camp after all."""


@dataclass
class FleeRules:
    """Flee's rules for some members; see `core.rules.Rules`."""

    ground: Ground
    questions: Questions
    moves: Moves
    members: int
    numbers: NDArray[np.uint32]
    seed: int
    unit: str = ""
    _gone: F64 = field(init=False)
    _start: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self._start = self._people()
        self._gone = np.zeros((len(self.ground.names), self.members))

    @property
    def table(self) -> CellTable:
        """The cells."""
        return self.ground.net.table

    @property
    def exact(self) -> frozenset[str]:
        """Solvers that carry these rules exactly, wherever a camp may fill up."""
        return frozenset({"chain", "individuals"} if Mend.MORNING in self.ground.mends else {"individuals"})

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
        return self.ground.counted.stocks

    @property
    def links(self) -> tuple[tuple[str, str, str, str], ...]:
        """Quantity, from, to and origin of each flow series."""
        return self.ground.counted.links

    def start(self) -> NDArray[np.int64]:
        """Return (M, C) people on the eve of the first day: in camps, and all who will be displaced."""
        return self._start

    def _people(self) -> NDArray[np.int64]:
        ground = self.ground
        counts = np.zeros((self.members, len(ground.net.table)), dtype=np.int64)
        for row, people in ground.first_rows:
            counts[:, row] = people
        for key, waiting in ground.setting_out.numbers(self.seed, self.numbers).items():
            counts[:, ground.waiting_rows[key]] = waiting
        return counts

    def phases(self, day: int, counts: Counts) -> Iterator[Phase]:
        """Yield the phases of a day."""
        yield self._closing(day)
        self._check_origins(day)
        if self.ground.population_acts:
            yield self._displacing(self._today(day, counts))
        today = self._today(day, counts)
        yield self._leaving(today)
        if Mend.MORNING not in self.ground.mends:
            yield self._travel(today)
        yield self._admitting(today, counts)
        yield self._leaving_count(day)

    def signals(self, day: int) -> dict[str, NDArray[Any]]:  # noqa: ARG002
        """Nothing is kept beside stocks and flows."""
        return {}

    def _closing(self, day: int) -> Phase:
        ground, moves = self.ground, self.moves
        before, now = ground.course.links_open[max(day - 1, 0)], ground.course.links_open[day]
        closing = ground.course.closing[day]
        if Mend.CLOSURES in ground.mends:
            closing = closing & ~now
        for move, turns in ((moves.turning, closing), (moves.going_on, ~before & now)):
            if move is not None and (chosen := turns[moves.link_of_turning]).any():
                yield Split(move, chosen.astype(np.float64)[None, :, None])

    def _today(self, day: int, counts: Counts) -> _Today:
        """Return what people are asked today."""
        ground, goal = self.ground, self.questions.option_goal
        chance, weight = self.questions.answers(day, self._population(day))
        full = ground.capacity[day]
        if Mend.MORNING not in ground.mends:
            return _Today(self.questions, day, chance, weight, self._crowds(full), goal, self._veto(day))
        room = self._room(ground.inside.of(counts), full[ground.limited])
        fixed = ground.scenario.settings.move_rules.fixed_routes and Mend.FIXED_ROUTES not in ground.mends
        if (room < 1.0).any() and not fixed:
            weight = self._thinned(weight, room)
            chance = np.broadcast_to(chance, (len(chance), self.members))
        nowhere = np.full(len(ground.names), np.inf)
        none, crowds = np.full_like(goal, NOBODY), Crowds(nowhere, nowhere)
        return _Today(self.questions, day, np.ascontiguousarray(chance), weight, crowds, none, np.zeros(len(none)))

    def _room(self, inside: F64, limit: F64) -> F64:
        """Return (M, places with a limit) room as people know it in the morning: 1 up to the buffer, 0 when full."""
        buffer = self.ground.scenario.settings.move_rules.capacity_buffer
        free = np.where(np.isfinite(limit), limit * buffer, np.inf)
        span = np.where(np.isfinite(limit), np.maximum(limit - free, 1e-9), 1.0)
        return np.clip(1.0 - (inside - np.minimum(free, 1e300)) / span, 0.0, 1.0)

    def _thinned(self, weight: F64, room: F64) -> F64:
        """Return (K, M) weights, thinned out where options end in a place that fills up, member by member."""
        ground = self.ground
        power = ground.scenario.settings.move_rules.weight_power
        places = np.ones((len(ground.names), self.members))
        places[ground.limited] = room.T**power
        goal = self.questions.option_goal
        options = np.where(goal[:, None] >= 0, places[goal], 1.0)
        return np.where(weight < 0, -1.0, weight * options)

    def _leaving(self, today: _Today) -> Phase:
        asked = self.questions
        group = asked.whole_group if Mend.MORNING in self.ground.mends else asked.leaving_group
        passage = yield today.walk(group(today.day), 0)
        self._note_displaced(passage)

    def _check_origins(self, day: int) -> None:
        """Refuse a day on which people are to set out and nobody is left anywhere to do so.

        Raises:
            OrderError: there is such a day; Flee stops there too.
        """
        setting_out = self.ground.setting_out
        if setting_out.follows_registers and setting_out.registered.new[day]:
            weight = setting_out.origin_weights(day, self._population(day))
            if (weight.sum(axis=0) <= 0).any():
                wrong = f"day {day}: people are to set out, and no conflict zone has anybody left, at which Flee stops"
                raise OrderError(f"{wrong}; give zones larger populations, or write take_from_population: False")

    def _displacing(self, today: _Today) -> Phase:
        """Let people set out before anybody is asked, where those who stay behind count for the rest of the day."""
        passage = yield today.walk(self.questions.displacing_group(today.day), DISPLACING_WAVE)
        self._note_displaced(passage)

    def _note_displaced(self, passage: Passage) -> None:
        if self.ground.takes_people:
            self._gone[self.ground.setting_out.origins] += passage.units[:, self.ground.counted.displaced_series].T

    def _travel(self, today: _Today) -> Phase:
        yield today.walk(self.questions.travel_group, TRAVEL_WAVE)

    def _admitting(self, today: _Today, counts: Counts) -> Phase:
        ground, moves = self.ground, self.moves
        if moves.admission is None or not is_occupied(counts, ground.net.at_gates):
            return
        limit = np.minimum(np.floor(ground.capacity[today.day][ground.limited]), 2.0**62)
        budget = np.maximum(limit - ground.inside.of(counts), 0).astype(np.int64)
        yield Quota(moves.admission, moves.lane, budget, np.ones(len(moves.lane), dtype=np.int64))

    def _leaving_count(self, day: int) -> Phase:
        move = self.moves.leaving_count
        if move is not None:
            yield Split(move, self.moves.leaving_chance(day)[None, :, None])

    def _population(self, day: int) -> F64:
        """Return (P, 1 or M) people who are left in places."""
        setting_out = self.ground.setting_out
        if not setting_out.follows_registers:
            return np.asarray(setting_out.left[day][:, None])
        whole = self.ground.pull.population[:, None]
        return np.maximum(whole - self._gone, 0.0) if self.ground.takes_people else whole

    def _veto(self, day: int) -> F64:
        """Return (K,) room below which people do not set off for a camp after all.

        It lies between the room that the most people leave with whom Flee's still set off, and what one more leaves:
        where a camp is just half way between its buffer and full, Flee's rounding decides.
        """
        ground = self.ground
        full, buffer = ground.capacity[day], ground.scenario.settings.move_rules.capacity_buffer
        limit = np.where(np.isfinite(full), full, 1.0)
        middle = np.rint(limit * (1.0 + buffer) / 2.0)
        most = np.where(_room_in_flee(middle, limit, buffer) >= VETO, middle, middle - 1.0)
        between = (_room_in_flee(most, limit, buffer) + _room_in_flee(most + 1.0, limit, buffer)) / 2.0
        goal = self.questions.option_goal
        return np.where(goal >= 0, ground.course.camp[day][goal] * between[goal], 0.0)

    def _crowds(self, full: F64) -> Crowds:
        move = self.ground.scenario.settings.move_rules.applied()
        free = np.where(np.isfinite(full), full * move.capacity_buffer, np.inf)
        return Crowds(free, full, 0.0 if move.fixed_routes else move.weight_power)


def _room_in_flee(people: F64, limit: F64, buffer: float) -> F64:
    """Return the room that people leave in places, in the order in which Flee works it out, down to the last digit."""
    with np.errstate(divide="ignore", invalid="ignore"):
        room = 1.0 - (people - buffer * limit) / (limit * (1.0 - buffer))
    return np.where(people <= buffer * limit, 1.0, np.maximum(room, 0.0))


@dataclass(frozen=True)
class _Today:
    """What people are asked on a day."""

    questions: Questions
    day: int
    chance: F64
    weight: F64
    crowds: Crowds
    crowd: NDArray[np.int32]
    veto: F64

    def walk(self, group: NDArray[np.int32], wave: int) -> Ordered:
        """Return the order in which some cells are asked."""
        asked = self.questions
        choice = Choice(group, self.chance, asked.option_first, self.weight, self.crowd, self.veto, asked.keep)
        return Ordered(asked.ground.net.net, choice, self.crowds, wave=wave)
