"""Course: what a folder says of its places, day by day. All of it is known before anybody moves.

The order within a day is Flee's: changes of kind, then conflicts or floods, then people set out, then closures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.model.flee.mends import Mend, Mends
from havenward.model.flee.roads import links_of
from havenward.model.flee.ways import Links
from havenward.scenario.flee.schema import CAMPS, Closure, FleeScenario, Kind

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

ACTIVE = 1e-6
"""Intensity above which a place is a conflict zone."""
NEVER = -1


@dataclass(frozen=True)
class Standing:
    """What places count as at one moment: (P,) camps, intensity of conflict and its first day, and flood zones."""

    camp: Flags
    conflict: F64
    since: NDArray[np.int64]
    flood_zone: Flags


@dataclass
class _State:
    """Places as they stand while the days are gone through."""

    town: Flags
    camp: Flags
    idp_camp: Flags
    flood_zone: Flags
    kind: list[Kind]
    zone: F64
    since: NDArray[np.int64]
    chance: F64
    links_open: Flags
    closing: Flags

    def standing(self) -> Standing:
        """Return what places count as now."""
        return Standing(self.camp.copy(), np.maximum(self.zone, 0.0), self.since.copy(), self.flood_zone.copy())


@dataclass(frozen=True)
class Course:
    """Places by day.

    Attributes:
        town, camp: (D, P) what a place counts as when people move.
        idp_camp: (D, P) camps of the internally displaced; conflicts leave a camp what it is.
        conflict: (D, P) intensity when people move, 0 for none.
        since: (D, P) day on which the conflict began; -1 where only `locations.csv` told of it.
        chance: (D, P) daily chance to leave, before crowding, hunger and floods.
        links_open: (D, N) links that are open when people move.
        closing: (D, N) links that close at some moment of the day, though they may open again on the same.
        flood_zone: (D, P) what counts as a flood zone.
        zones: (D, P) intensity after the day's changes and conflicts, before its closures.
        setting_out: (D, P) intensity by which those who follow the registers are drawn.
        setting_out_since: (D, P) its first day.
        weighed: (D,) day of the ages by which origins are weighed.
        at_setup: what places count as before the first day's conflicts.
    """

    town: Flags
    camp: Flags
    idp_camp: Flags
    conflict: F64
    since: NDArray[np.int64]
    chance: F64
    links_open: Flags
    closing: Flags
    flood_zone: Flags
    zones: F64
    setting_out: F64
    setting_out_since: NDArray[np.int64]
    weighed: NDArray[np.int64]
    at_setup: Standing

    def on(self, day: int) -> Standing:
        """Return what places count as when people move on a day."""
        return Standing(self.camp[day], self.conflict[day], self.since[day], self.flood_zone[day])


def course_of(scenario: FleeScenario, mends: Mends) -> Course:
    """Go through the days of a scenario."""
    move = scenario.settings.move_rules.applied()
    chances: dict[Kind, float] = {
        "conflict": move.conflict_movechance,
        "camp": move.camp_movechance,
        "idpcamp": move.idpcamp_movechance,
        "town": move.default_movechance,
        "flood_zone": move.default_movechance,
        "forward": 1.0,
        "marker": 1.0,
    }
    links = links_of(scenario)
    state = _at_start(scenario, len(links.start), chances)
    table = np.zeros((scenario.days, len(scenario.locations)))
    if not scenario.settings.flood_mode:
        table = scenario.conflict_by_day()
    days, places = scenario.days, len(scenario.locations)
    out = Course(
        town=np.zeros((days, places), dtype=bool),
        camp=np.zeros((days, places), dtype=bool),
        idp_camp=np.zeros((days, places), dtype=bool),
        conflict=np.zeros((days, places)),
        since=np.zeros((days, places), dtype=np.int64),
        chance=np.zeros((days, places)),
        links_open=np.zeros((days, len(state.links_open)), dtype=bool),
        closing=np.zeros((days, len(state.links_open)), dtype=bool),
        flood_zone=np.zeros((days, places), dtype=bool),
        zones=np.zeros((days, places)),
        setting_out=np.zeros((days, places)),
        setting_out_since=np.zeros((days, places), dtype=np.int64),
        weighed=np.arange(days),
        at_setup=state.standing(),
    )
    gates = _Gates.of(scenario, links, mends)
    before = _weighing(state, 0)
    for day in range(days):
        for change in scenario.changes:
            if change.day == day:
                _become(
                    state,
                    scenario.index[change.name],
                    change.kind,
                    chances,
                    scenario.settings.default_conflict_intensity,
                    day,
                )
        changed = _conflicts(state, table, day, chances, mends)
        out.zones[day] = np.maximum(state.zone, 0.0)
        if changed or Mend.TODAY in mends:
            before = _weighing(state, day)
        out.setting_out[day], out.setting_out_since[day], out.weighed[day] = before
        state.closing[:] = False
        gates.turn(state, day, chances)
        before = _weighing(state, day)
        out.town[day], out.camp[day], out.idp_camp[day] = state.town, state.camp, state.idp_camp
        out.conflict[day] = np.maximum(state.zone, 0.0)
        out.since[day], out.chance[day], out.links_open[day] = state.since, state.chance, state.links_open
        out.closing[day], out.flood_zone[day] = state.closing, state.flood_zone
    return out


def _weighing(state: _State, day: int) -> tuple[F64, NDArray[np.int64], int]:
    return np.maximum(state.zone, 0.0), state.since.copy(), day


def _at_start(scenario: FleeScenario, links: int, chances: dict[Kind, float]) -> _State:
    kinds = [
        "town" if place.kind == "conflict" and not place.starts_in_conflict else place.kind for place in scenario.locations
    ]
    return _State(
        town=np.array([kind == "town" for kind in kinds]),
        camp=np.array([kind in CAMPS for kind in kinds]),
        idp_camp=np.array([kind == "idpcamp" for kind in kinds]),
        flood_zone=np.array([kind == "flood_zone" for kind in kinds]),
        kind=list(kinds),
        zone=np.array([place.conflict_intensity if place.starts_in_conflict else -1.0 for place in scenario.locations]),
        since=np.full(len(kinds), NEVER, dtype=np.int64),
        chance=np.array([chances[kind] for kind in kinds]),
        links_open=np.ones(links, dtype=bool),
        closing=np.zeros(links, dtype=bool),
    )


def _become(state: _State, place: int, kind: Kind, chances: dict[Kind, float], intensity: float, day: int) -> None:
    """Make a place one of another kind."""
    state.kind[place] = kind
    state.town[place] = kind == "town"
    state.camp[place] = kind in CAMPS
    state.idp_camp[place] = kind == "idpcamp"
    state.flood_zone[place] = kind == "flood_zone"
    state.chance[place] = chances[kind]
    state.zone[place] = intensity if kind == "conflict" else -1.0
    if kind == "conflict":
        state.since[place] = day


def _conflicts(state: _State, table: F64, day: int, chances: dict[Kind, float], mends: Mends) -> bool:
    """Turn places into conflict zones and back; return whether any was.

    Flee looks at the intensity only where it turns from none to some. A camp that was a zone stays half a town.
    """
    now = table[day]
    previous = table[day - 1] if day else np.zeros_like(now)
    begins = (now > ACTIVE) & ((previous < ACTIVE) if day else np.ones(len(now), dtype=bool))
    ends = (now < ACTIVE) & (previous >= ACTIVE)
    state.zone[begins] = now[begins]
    state.chance[begins] = chances["conflict"]
    state.town[begins] = False
    state.since[begins] = day
    state.zone[ends] = -1.0
    state.chance[ends] = chances["town"]
    state.town[ends] = True
    if Mend.INTENSITY in mends:
        going_on = (now > ACTIVE) & ~begins
        state.zone[going_on] = now[going_on]
    if Mend.CAMPS in mends:
        for place in np.flatnonzero(ends):
            if (kind := state.kind[int(place)]) in CAMPS:
                state.town[place] = False
                state.chance[place] = chances[kind]
    return bool(begins.any() or ends.any())


@dataclass
class _Gates:
    """Closures, row by row in the order of the file."""

    closures: tuple[Closure, ...]
    counted: bool
    index: dict[str, int]
    country: NDArray[np.object_]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    shut: NDArray[np.int64]

    @classmethod
    def of(cls, scenario: FleeScenario, links: Links, mends: Mends) -> _Gates:
        country = np.array([place.country for place in scenario.locations], dtype=object)
        shut = np.zeros(len(links.start), dtype=np.int64)
        return cls(scenario.closures, Mend.CLOSURES in mends, scenario.index, country, links.start, links.end, shut)

    def turn(self, state: _State, day: int, chances: dict[Kind, float]) -> None:
        """Close and open what closes and opens on a day."""
        for closure in self.closures:
            if closure.start == day:
                self._act(state, closure, True, chances)
            if closure.end == day:
                self._act(state, closure, False, chances)

    def _act(self, state: _State, closure: Closure, closes: bool, chances: dict[Kind, float]) -> None:
        match closure.kind:
            case "country" | "location" | "link":
                self._links(state, self._concerned(closure), closes)
            case "camp" | "idpcamp":
                _become(state, self.index[closure.name1], "town" if closes else closure.kind, chances, 0.0, 0)
            case "remove_forced_redirection":
                pass

    def _concerned(self, closure: Closure) -> Flags:
        if closure.kind == "country":
            a, b = self.country[self.start], self.country[self.end]
            there = (a == closure.name1) & (b == closure.name2)
            back = (a == closure.name2) & (b == closure.name1)
            return np.asarray(there | back, dtype=bool)
        one = self.index[closure.name1]
        if closure.kind == "location":
            return np.asarray((self.start == one) | (self.end == one))
        if not self.counted:
            return np.zeros(len(self.start), dtype=bool)
        other = self.index[closure.name2]
        return np.asarray(((self.start == one) & (self.end == other)) | ((self.start == other) & (self.end == one)))

    def _links(self, state: _State, concerned: Flags, closes: bool) -> None:
        """Whatever reopens is open; or, if closures are counted, what no closure that goes on has shut."""
        before = state.links_open.copy()
        if self.counted:
            self.shut[concerned] = np.maximum(self.shut[concerned] + (1 if closes else -1), 0)
            state.links_open[:] = self.shut == 0
        else:
            state.links_open[concerned] = not closes
        state.closing |= before & ~state.links_open
