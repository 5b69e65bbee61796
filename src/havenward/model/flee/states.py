"""States: all that a person can be in at dusk, or passes through within a day, and what leads from one to the next.

A state is one whole number that packs its kind, its stand or leg, its trait, how far it has come, whether its first link is
not yet behind it, and how far it has travelled of late. What no rule asks of is nought, so that states are few.

    waiting       not yet displaced; sets out on a given day
    displaced     just now, at the place of origin, and about to be asked
    standing      at a stand at dusk
    setting out   about to start along a leg
    on the road   on a leg at dusk, after some days at full speed and some on foot
    turned        the same, on a link that was closed: goes back when it comes to its end
    arriving      at a stand within the day, with some of the day's way left
    going on      at the start of a further leg within the day, where people may go on foot by chance
    at the gate   come to a camp that has a limit, where arrivals are checked in the evening
    left the count  of a camp whose people leave it

`lately` is Flee's memory of travel, (lately + way of today / full speed) / 2 each dusk. It and the way of a day are kept in
grains, shares of a day's way at full speed: see `Pace`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from havenward.model.flee.ways import Links, Ways

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

WAITING, DISPLACED, STANDING, SETTING_OUT, ON_THE_ROAD, TURNED, ARRIVING, GOING_ON, AT_THE_GATE, LEFT_THE_COUNT = range(10)
KINDS: Final = (
    "waiting",
    "displaced",
    "standing",
    "setting out",
    "on the road",
    "turned",
    "arriving",
    "going on",
    "at the gate",
    "left the count",
)
AT_PLACES: Final = (DISPLACED, STANDING, ARRIVING)
BY_STAND: Final = (*AT_PLACES, AT_THE_GATE, LEFT_THE_COUNT)
CHOOSING: Final = (DISPLACED, STANDING, AT_THE_GATE)
ON_LEGS: Final = (SETTING_OUT, ON_THE_ROAD, TURNED)
BY_LEG: Final = (*ON_LEGS, GOING_ON)
PASSING: Final = (DISPLACED, SETTING_OUT, ARRIVING, GOING_ON)
"""Kinds that nobody is of at dusk."""
PASSING_WITHIN_TRAVEL: Final = (DISPLACED, ARRIVING, GOING_ON)
"""The same, without those who wait for all others to have set out."""

MOST_PLACES: Final = 1 << 25
MOST_TRAITS: Final = 1 << 4
MOST_FAR: Final = 1 << 20
"""Stands or legs, traits, and days or places that the number of a state has room for."""
MOST_DAYS: Final = 1 << 10
"""Days that a person may be on one link."""


class TooSlow(ValueError):
    """A link takes more than MOST_DAYS days."""


def pack(
    kind: I64 | int, at: I64 | int, *, trait: I64 | int = 0, far: I64 | int = 0, fresh: I64 | int = 0, lately: I64 | int = 0
) -> I64:
    """Return states: 4 bits of kind, 4 of trait, 25 of stand or leg, 20 of how far, 1 of first link, 9 of memory."""
    parts = ((kind, 59), (trait, 55), (at, 30), (far, 10), (fresh, 9), (lately, 0))
    packed = np.zeros(np.broadcast_shapes(*(np.shape(part) for part, _ in parts)), dtype=np.int64)
    for part, shift in parts:
        packed = packed | np.asarray(part, dtype=np.int64) << shift
    return packed


@dataclass(frozen=True)
class States:
    """States unpacked."""

    key: I64

    @property
    def kind(self) -> I64:
        """What they are."""
        return self.key >> 59

    @property
    def trait(self) -> I64:
        """Which rules on age, sex and awareness apply to them."""
        return (self.key >> 55) & 15

    @property
    def at(self) -> I64:
        """Stand or leg."""
        return (self.key >> 30) & ((1 << 25) - 1)

    @property
    def far(self) -> I64:
        """Days on a leg, or grains of today's way, or the day on which they set out."""
        return (self.key >> 10) & ((1 << 20) - 1)

    @property
    def fast(self) -> I64:
        """Days on a leg at full speed."""
        return self.far >> 10

    @property
    def slow(self) -> I64:
        """Days on a leg on foot."""
        return self.far & (MOST_DAYS - 1)

    @property
    def fresh(self) -> I64:
        """Whether their first link is not yet behind them, where that matters."""
        return (self.key >> 9) & 1

    @property
    def lately(self) -> I64:
        """Memory of travel, in grains."""
        return self.key & ((1 << 9) - 1)


def grains(share: F64, grain: float) -> I64:
    """Return shares of a day's way in whole grains of some size."""
    return np.minimum(np.rint(share / grain), (1 << 9) - 1).astype(np.int64)


@dataclass(frozen=True)
class Edges:
    """Steps between states: (E,) source by its place among those asked of, rank among its edges, and target."""

    source: I64
    rank: I64
    target: I64


def joined(*parts: Edges) -> Edges:
    """Return all edges of several lists over the same sources."""
    return Edges(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("source", "rank", "target")))


@dataclass(frozen=True)
class Pace:
    """How people travel.

    Attributes:
        links: lengths and speeds.
        full: km a day that counts as a whole day's way.
        walk: km a day on foot.
        first_on_foot: whether the first link is walked.
        remembers: whether a rule asks how far people have travelled of late.
        day_grain: step in which the way of a day is kept.
        memory_grain: step in which the memory of travel is kept.
    """

    links: Links
    full: float
    walk: float
    first_on_foot: bool
    remembers: bool
    day_grain: float
    memory_grain: float


@dataclass(frozen=True)
class Steps:
    """What leads from state to state.

    Attributes:
        ways: paths.
        pace: how people travel.
        gated: (P,) places at which arrivals are checked against a limit.
    """

    ways: Ways
    pace: Pace
    gated: NDArray[np.bool_]

    def of_standing(self, states: States) -> Edges:
        """Who stands somewhere, or was just displaced, goes to the start of the leg of an option."""
        source, option, rank = self._options(states.at)
        target = pack(
            SETTING_OUT,
            self.ways.leg[option],
            trait=states.trait[source],
            fresh=states.fresh[source],
            lately=states.lately[source],
        )
        return Edges(source, rank, target)

    def of_arriving(self, states: States) -> Edges:
        """Who comes by goes on along an option at once; where people may go on foot, that is decided next."""
        source, option, rank = self._options(states.at)
        leg, trait, lately = self.ways.leg[option], states.trait[source], states.lately[source]
        going = pack(GOING_ON, leg, trait=trait, far=states.far[source], lately=lately)
        run = self._further(leg, trait, states.far[source], lately, self._speed(leg), 1)
        return Edges(source, rank, np.where(self._walked(leg) > 0, going, run))

    def of_going_on(self, states: States) -> Edges:
        """Who goes on along a leg does so at full speed (edge 0) or on foot (edge 1)."""
        here, leg = np.arange(len(states.key)), states.at
        on_foot = np.full(len(leg), self.pace.walk, dtype=np.float64)
        run = self._further(leg, states.trait, states.far, states.lately, self._speed(leg), 1)
        walk = self._further(leg, states.trait, states.far, states.lately, on_foot, 0)
        return joined(Edges(here, np.zeros_like(here), run), Edges(here, np.ones_like(here), walk))

    def _further(self, leg: I64, trait: I64, far: I64, lately: I64, today: F64, fast: int) -> I64:
        """Return where people are after a further leg on one day: a day at full speed on it, or (`fast` 0) on foot."""
        none = np.zeros_like(leg)
        made = far.astype(np.float64) * self.pace.day_grain * self.pace.full
        return self._after(ON_THE_ROAD, leg, trait, none, none + fast, none + 1 - fast, lately, made, today, far + 1)

    def of_moving(self, states: States) -> Edges:
        """Who is on a leg comes on by a day: at full speed (edge 0) or, where that may be, on foot (edge 1)."""
        leg, fresh, lately = states.at, states.fresh, states.lately
        kind = np.where(states.kind == TURNED, TURNED, ON_THE_ROAD)
        none = np.zeros(len(leg))
        on_foot = fresh if self.pace.first_on_foot else np.zeros_like(fresh)
        speed = np.asarray(np.where(on_foot == 1, self.pace.walk, self._speed(leg)), dtype=np.float64)
        here = np.arange(len(leg))
        fast, slow = states.fast, states.slow
        run = self._after(kind, leg, states.trait, fresh, fast + 1 - on_foot, slow + on_foot, lately, none, speed)
        may = np.flatnonzero((self._walked(leg) > 0) & (on_foot == 0))
        walk = self._after(
            kind[may],
            leg[may],
            states.trait[may],
            fresh[may],
            fast[may],
            slow[may] + 1,
            lately[may],
            none[may],
            np.full(len(may), self.pace.walk, dtype=np.float64),
        )
        return joined(Edges(here, np.zeros_like(here), run), Edges(may, np.ones_like(may), walk))

    def of_staying(self, states: States) -> I64:
        """Return the states of those who were asked and stay: stops that could not be reached are forgotten."""
        stands = np.isin(states.kind, (*AT_PLACES, AT_THE_GATE))
        place = self.ways.stand_place[np.where(stands, states.at, 0)]
        made = np.where(states.kind == ARRIVING, states.far * self.pace.day_grain, 0.0)
        fresh = np.where(states.kind == ARRIVING, 0, states.fresh)
        kind = np.where(states.kind == AT_THE_GATE, AT_THE_GATE, STANDING)
        rested = pack(kind, place, trait=states.trait, fresh=fresh, lately=self._dusk(states.lately, made))
        return np.where(stands, rested, states.key)

    def _speed(self, leg: I64) -> F64:
        return self.pace.links.speed[self.ways.leg_link[leg]]

    def _walked(self, leg: I64) -> F64:
        return self.pace.links.walked[self.ways.leg_link[leg]]

    def _options(self, stand: I64) -> tuple[I64, I64, I64]:
        """Return source, option, and rank of the option, for all options of some stands."""
        sizes = np.diff(self.ways.first)[stand]
        source = np.repeat(np.arange(len(stand)), sizes)
        rank = np.arange(len(source)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return source, self.ways.first[stand][source] + rank, rank

    def _dusk(self, lately: I64, made: F64) -> I64:
        """Return the memory of travel after a dusk, given today's way in shares of a day."""
        if not self.pace.remembers:
            return np.zeros(len(lately), dtype=np.int64)
        grain = self.pace.memory_grain
        return grains((lately * grain + made) / 2.0, grain)

    def _after(
        self,
        kind: I64 | int,
        leg: I64,
        trait: I64,
        fresh: I64,
        fast: I64,
        slow: I64,
        lately: I64,
        made: F64,
        today: F64,
        before: I64 | int = 0,
    ) -> I64:
        """Return where people are after a day on a leg.

        A link ends for those who came farther than its length. They lose what lies beyond it, and go on if their way of
        today is then less than a day's; on the next link they have a whole day again, as in Flee.

        Args:
            kind: on the road, or turned.
            leg, trait, fresh: of each.
            fast, slow: days on the leg at full speed and on foot, today's included.
            lately: memory of travel at the last dusk, in grains.
            made: km of today before this leg.
            today: km of a day, as they go today.
            before: fewest grains of today's way after this leg.

        Raises:
            TooSlow: a link takes too many days.
        """
        km = self.pace.links.km[self.ways.leg_link[leg]]
        come = self._speed(leg) * fast + self.pace.walk * slow
        there = come > km
        if (~there & ((fast >= MOST_DAYS - 1) | (slow >= MOST_DAYS - 1))).any():
            raise TooSlow(
                f"a link takes more than {MOST_DAYS - 1} days at this speed; raise max_move_speed or max_walk_speed"
            )
        way = made + today - np.where(there, come - km, 0.0)
        share = way / self.pace.full
        dusk = self._dusk(lately, share)
        back = np.asarray(kind) == TURNED
        stand = np.where(back, self.ways.leg_back[leg], self.ways.leg_stand[leg])
        here = np.full(len(leg), ON_THE_ROAD)
        on_the_road = pack(np.where(back, TURNED, here), leg, trait=trait, far=fast << 10 | slow, fresh=fresh, lately=dusk)
        kept = lately if self.pace.remembers else np.zeros_like(lately)
        # at least a grain a link, or a day on short links would never end
        far = np.maximum(grains(share, self.pace.day_grain), before)
        arriving = pack(ARRIVING, stand, trait=trait, far=far, lately=kept)
        comes_in = self.gated[self.ways.stand_place[stand]] & (stand < len(self.gated))
        standing = pack(np.where(comes_in, AT_THE_GATE, STANDING), stand, trait=trait, lately=dusk)
        goes_on = ~back & ~comes_in & (way < today)
        return np.where(~there, on_the_road, np.where(goes_on, arriving, standing))
