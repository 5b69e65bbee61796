"""Phase 5, the walk: a night through no man's land, or a way out of the fighting.

A group that sets out is, each night, a night further, turned back, captured, shot, or lost; the five sum to one. Danger
is held by corridor, never finer, and is an assumption with a range: arrivals say nothing about it.

    stopped      q patrols moon / (1 + groups stopped tonight / patrols' groups)     per attempt, shared over its nights
    mines        1 - exp(-loss x mined share x width)
    exhaustion   per night on foot;   fire: in contact, by intensity

Patrols that have stopped somebody are busy: this acts on what was realised in the night's earlier waves, never on
expectations. Sources: Koopman (1980) for random search; the ranges are in the table of parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import NOBODY
from havenward.core.orders import Counts, Move, Phase, Split
from havenward.core.totals import FlowTotal, Total, is_occupied
from havenward.model.siege.cells import FRAILTY_NODES, HELD, LISTENERS, Cells
from havenward.model.siege.classes import Classes
from havenward.model.siege.control import Control
from havenward.model.siege.world import World

F64 = NDArray[np.float64]
WAVES = 3
ENDS = ("across", "turned back", "captured", "shot", "lost")
ACROSS, TURNED, CAPTURED, SHOT, LOST = range(len(ENDS))
ROAD, NIGHT, FRONT = range(3)


@dataclass(frozen=True)
class Dangers:
    """Of one night, for the pairs of a corridor and nights on it on which somebody is.

    Attributes:
        pairs: (P,) their numbers.
        attempt: (M, P) chance to be stopped by patrols that are not busy, over all nights of the attempt.
        survive: (M, P) chance to be lost neither to mines, exhaustion nor fire in this night.
    """

    pairs: NDArray[np.int64]
    attempt: F64
    survive: F64


@dataclass
class Walk:
    """The way out, for every member.

    Attributes:
        captures: (M, A) groups stopped last night (turned back, captured or shot), which people hear of.
        escapes: (M, A) groups that reached a crossing last night.
    """

    MEMORY: ClassVar = ("captures", "escapes")

    world: World
    cells: Cells
    classes: Classes
    control: Control
    values: dict[str, F64]
    node_share: F64
    captures: F64 = field(init=False)
    escapes: F64 = field(init=False)

    def __post_init__(self) -> None:
        members, areas = len(self.values["interception"]), len(self.world.areas)
        self.captures = np.zeros((members, areas))
        self.escapes = np.zeros((members, areas))
        self._night = self._night_move()
        self._on_pairs = Total.by(self._walk_group, len(self._pair_corridor), self._night.sources)
        # members side by side, as in the solvers that count
        self._ends = np.zeros((len(self._pair_corridor), len(ENDS), members))
        self._wake = Move.build(
            self.cells.table,
            "another night",
            self.cells.rested[self.cells.rested != NOBODY],
            self.cells.walk[self.cells.rested != NOBODY][:, None, None],
            ("set out",),
        )
        self._captivity = self._captivity_move()
        self._homeward = self._homeward_move()
        self._homecoming, self._homecoming_group, self._homecoming_share = self._homecoming_move()

    def phase(self, day: int, counts: Counts) -> Phase:
        """Walk, in waves; then captives and those turned back."""
        members = len(self.captures)
        stopped = np.zeros((members, len(self.world.corridors.names)))
        self.captures = np.zeros_like(self.captures)
        self.escapes = np.zeros_like(self.escapes)
        pairs = np.flatnonzero(self._on_pairs.of(counts).any(axis=0))
        if pairs.size:
            dangers = self._dangers(day, pairs)
            for wave in range(WAVES):
                went = yield Split(self._night, self._outcomes(dangers, stopped, wave), wave, self._walk_group)
                stopped += self._stopped_by_corridor.of(went)
                self.captures += self._stopped_by_area.of(went)
                self.escapes += self._across_by_area.of(went)
            if is_occupied(counts, self._wake.sources):
                yield Split(self._wake, np.ones((1, 1, 1)), group=np.zeros_like(self._wake.sources))
        if is_occupied(counts, self._captivity.sources):
            yield Split(self._captivity, self._captivity_chances(), group=self._captive_home)
        if is_occupied(counts, self._homeward.sources):
            arrived = yield Split(self._homeward, self._homeward_chances(), group=self._homeward_home)
            if arrived.moved.size:
                yield Split(self._homecoming, self._homecoming_share, group=self._homecoming_group)

    def _dangers(self, day: int, pairs: NDArray[np.int64]) -> Dangers:
        """Return what one night holds for some pairs of a corridor and nights on it, before patrols are busy."""
        world, value, ways = self.world, self.values, self.world.corridors
        way = self._pair_corridor[pairs]
        home, use = ways.home[way], ways.use[way]

        def of(name: str) -> F64:
            return value[name][:, None]

        thin = 1.0 - self.control.contact_share[:, home]
        light = 1.0 + of("moon_effect") * (2.0 * world.moon[day] - 1.0)
        secret = of("interception") * light * (ways.patrols[way] * thin)
        in_contact = of("interception_contact") * self.control.besieged[:, home]
        tired = of("exhaustion_loss") * (use == NIGHT)
        under_fire = of("fire_loss") * (world.intensity[day, home] / 3.0 * (use == FRONT))
        return Dangers(
            pairs,
            attempt=np.where(use == NIGHT, secret, np.where(use == FRONT, in_contact, 0.0)),
            survive=1.0 - np.clip(self._mined[:, pairs] + tired + under_fire, 0.0, 1.0),
        )

    def _outcomes(self, dangers: Dangers, stopped: F64, wave: int) -> F64:
        """Return (M, all pairs, 5) chances of the five ends of one night in a wave; patrols that stopped somebody are busy.

        What they say of pairs on which nobody is means nothing.
        """
        value, pairs = self.values, dangers.pairs
        busy = 1.0 / (1.0 + stopped[:, self._pair_corridor[pairs]] / value["patrol_groups"][:, None])
        attempt = np.clip(dangers.attempt * busy, 0.0, 1.0)
        passed = dangers.survive * (1.0 - attempt) ** (1.0 / self._pair_nights[pairs])
        seized = dangers.survive - passed
        shot, back = value["shot_share"][:, None], value["turned_back_share"][:, None]
        taken = seized * (1.0 - shot)
        ends = np.stack([passed, taken * back, taken * (1.0 - back), seized * shot, 1.0 - dangers.survive])
        self._ends[pairs] = (ends / (WAVES - wave)).transpose(2, 0, 1)
        return self._ends.transpose(2, 0, 1)

    # --- moves, laid out once

    def _night_move(self) -> Move:
        cells, ways, homes = self.cells, self.world.corridors, self.world.homes
        q, w, left = np.nonzero(cells.walk != NOBODY)
        home = ways.home[q]
        pairs = np.stack([q, (cells.walk != NOBODY).sum(axis=2)[q, w]], axis=1)
        kept, group = np.unique(pairs, axis=0, return_inverse=True)
        self._pair_corridor, self._pair_nights = kept.T
        self._walk_group = group.ravel().astype(np.int64)
        mined = ways.mines * ways.width_km
        self._mined = -np.expm1(-self.values["mine_loss"][:, None] * mined[self._pair_corridor]) / self._pair_nights
        area = homes.area[home]
        areas = len(self.world.areas)
        ends = np.arange(len(ENDS))
        is_stopped = np.isin(ends, (TURNED, CAPTURED, SHOT))
        arrives = (left == 0)[:, None] & (ends == ACROSS)
        self._stopped_by_corridor = FlowTotal.by(np.where(is_stopped, q[:, None], NOBODY), len(ways.names))
        self._stopped_by_area = FlowTotal.by(np.where(is_stopped, area[:, None], NOBODY), areas)
        self._across_by_area = FlowTotal.by(np.where(arrives, area[:, None], NOBODY), areas)
        arrival = {(a.people, a.role): k for k, a in enumerate(self.classes.waiting)}
        kind = np.array([arrival[(x.people, x.role)] for x in self.classes.walkers])
        pair = cells.pair[ways.crossing[q], area]
        onward = np.where(left == 0, cells.waiting[pair, kind[w], 0], cells.rested[q, w, np.maximum(left - 1, 0)])
        dead = cells.dead[home, w]
        rows = np.stack([onward, cells.turned[home, w], cells.captured[home, w], dead, dead], axis=1)
        links = np.full(rows.shape, NOBODY)
        link = cells.registry.link
        for s in range(len(q)):
            place = homes.names[home[s]]
            if left[s] == 0:
                links[s, ACROSS] = link("arrived", place, self.world.crossings.names[ways.crossing[q[s]]])
            links[s, TURNED] = link("turned_back", place, place)
            links[s, CAPTURED] = link("captured", place, "")
            links[s, SHOT] = links[s, LOST] = link("died_on_way", place, "")
        return Move.build(
            cells.table,
            "the night",
            cells.walk[q, w, left],
            rows[:, :, None],
            ENDS,
            links[:, :, None],
        )

    def _captivity_move(self) -> Move:
        cells = self.cells
        rows = np.stack([cells.released, cells.dead], axis=2)
        self._captive_home = np.repeat(np.arange(len(rows)), rows.shape[1])
        links = np.full(rows.shape, NOBODY)
        for h, place in enumerate(self.world.homes.names):
            links[h, :, 0] = cells.registry.link("released", place, place)
            links[h, :, 1] = cells.registry.link("died_on_way", place, "")
        return Move.build(
            cells.table,
            "captivity",
            cells.captured.ravel(),
            rows.reshape(-1, 2, 1),
            ("released", "killed"),
            links.reshape(-1, 2, 1),
        )

    def _captivity_chances(self) -> F64:
        """Return (M, H, 2) chances of a captive to be released or killed."""
        value = self.values
        ends = np.minimum(1.0 / value["captivity_days"], 1.0)[:, None]
        # when a place falls its captives are free
        ends = np.where(self.control.besieged > 0, ends, 0.5)
        killed = ends * np.where(self.control.besieged > 0, value["execution_share"][:, None], 0.0)
        return np.stack([ends - killed, killed], axis=2)

    def _homeward_move(self) -> Move:
        """From turned back, released and homeward to the door of a home behind the line, or of a free one."""
        cells = self.cells
        homes, walkers = cells.turned.shape
        self._homeward_home = np.tile(np.repeat(np.arange(homes), walkers), 3)
        sources = np.concatenate([cells.turned.ravel(), cells.released.ravel(), cells.homeward.ravel()])
        rows = np.tile(cells.door.reshape(-1, 2, 1), (3, 1, 1))
        return Move.build(cells.table, "homeward", sources, rows, ("behind the line", "free"))

    def _homeward_chances(self) -> F64:
        """Return (M, H, 2) chances to be at the door today."""
        ends = np.minimum(1.0 / self.values["return_home_days"], 1.0)[:, None]
        held = self.control.besieged > 0.5
        return np.stack([ends * held, ends * ~held], axis=2)

    def _homecoming_move(self) -> tuple[Move, NDArray[np.int64], F64]:
        """From the door into a class and its nodes: the move, the group of each door, and (1, groups, T) shares."""
        cells, classes = self.cells, self.classes
        deciding = {c: k for k, c in enumerate(classes.deciding)}
        following = {f: k for k, f in enumerate(classes.following)}
        nodes = FRAILTY_NODES * LISTENERS
        most = max(len(homes) for homes in classes.homes_of.values())
        homes, walkers, _ = cells.door.shape
        rows = np.full((homes, walkers, 2, most * nodes), NOBODY)
        share = np.zeros(rows.shape[1:])
        for w, walker in enumerate(classes.walkers):
            for n, (home, part) in enumerate(classes.homes_of[walker]):
                first = n * nodes
                if home in deciding:
                    held = slice(first, first + nodes)
                    rows[:, w, 0, held] = cells.home[:, HELD, deciding[home]].reshape(homes, nodes)
                    share[w, 0, held] = part * self.node_share.ravel()
                    rows[:, w, 1, first] = cells.free[:, deciding[home]]
                else:
                    rows[:, w, 0, first] = cells.follow[:, HELD, following[home]]
                    share[w, 0, first] = part
                    rows[:, w, 1, first] = cells.follow_free[:, following[home]]
                share[w, 1, first] = part
        targets = rows.shape[3]
        names = tuple(f"home {n}" for n in range(targets))
        move = Move.build(cells.table, "homecoming", cells.door.ravel(), rows.reshape(-1, targets, 1), names)
        return move, np.tile(np.arange(walkers * 2), homes), share.reshape(1, -1, targets)
