"""Phase 4, departure: who leaves home, in what company, by which way.

    behind the line   h = ceiling w [ road + seal^patrols exp(-km / reach) exp(-fear) ] ability frailty social
    in contact        h = ceiling w exp(-fear) ability frailty + expulsion
    fear              = effect x width x softplus((believed risk - threshold) / width)
    leave             with probability 1 - exp(-h)

One rule spans four orders of magnitude. The large rates are the pace of the front times the share who leave on contact;
the expulsion depends on contact alone, not on fire. Sources: Schon (2019) for the product of wish and ability; Loughran
and others (2012) for the threshold of fear; Granovetter (1978) for the pull of others' leaving; frailty by Gauss-Hermite
nodes of a log-normal.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from havenward.core.orders import NOBODY, Counts, Move, Phase, Split
from havenward.model.siege.belief import Belief
from havenward.model.siege.cells import FRAILTY_NODES, HELD, Cells
from havenward.model.siege.classes import Classes
from havenward.model.siege.control import Control
from havenward.model.siege.life import Life
from havenward.model.siege.world import USES, World

F64 = NDArray[np.float64]
ROAD, NIGHT, FRONT = range(3)
ROAD_KM_AN_HOUR = 30.0
MODES = ("whole", "vanguard", "parting")


def frailty_nodes(sd: F64) -> tuple[F64, F64]:
    """Return (M, K) multipliers of mean one and (K,) shares for a log-normal frailty of standard deviation (M,) `sd`.

    Gauss-Hermite quadrature; four nodes keep cumulative departures within 0.3 % at sd = 1.
    """
    x, weight = np.polynomial.hermite_e.hermegauss(FRAILTY_NODES)
    share = weight / weight.sum()
    raw = np.exp(sd[:, None] * x[None])
    return raw / (raw @ share)[:, None], share


def fear(believed: F64, value: dict[str, F64]) -> F64:
    """Return the (M, ...) logarithm by which fear lowers a hazard."""
    axes = (slice(None),) + (None,) * (believed.ndim - 1)
    effect, threshold, width = (value[f"fear_{name}"][axes] for name in ("effect", "threshold", "width"))
    return np.asarray(effect * width * np.logaddexp(0.0, (believed - threshold) / width))


@dataclass
class Departure:
    """Leaving home, for every member.

    Attributes:
        left_share: (M, A) share of an area's people at home who left on the last day.
        hazard: (M, H, 2) mean hazard of a middling household, behind the line and in contact.
    """

    world: World
    cells: Cells
    classes: Classes
    control: Control
    life: Life
    belief: Belief
    values: dict[str, F64]
    left_share: F64 = field(init=False)
    hazard: F64 = field(init=False)

    def __post_init__(self) -> None:
        members = len(self.values["expulsion"])
        homes = len(self.world.homes.names)
        self.left_share = np.zeros((members, len(self.world.areas)))
        self.hazard = np.zeros((members, homes, 2))
        self.frailty, _ = frailty_nodes(self.values["frailty_sd"])
        self._home_shape = (homes, *self.cells.home.shape[1:])
        self._follow_shape = (homes, *self.cells.follow.shape[1:])
        self._leave = self._leave_move()
        self._chance = np.zeros((members, len(self._leave.sources), 2))
        self._mode = self._mode_move()
        self._route = self._route_move()
        self._mobility = np.array([c.mobility for c in self.classes.deciding])
        self._means = np.array([c.means for c in self.classes.deciding])
        self._area_of_source = self.cells.table.origins[self._leave.sources]
        self._persons = self.cells.table.persons()[self._leave.sources].astype(float)
        self._kin = np.array([f.role == "kin" for f in self.classes.following], dtype=bool)

    # --- moves, laid out once

    def _leave_move(self) -> Move:
        cells, deciding = self.cells, len(self.classes.deciding)
        side_of_band = np.array([0, 1, 1])
        leaving = cells.leaving[:, side_of_band]
        to_home = np.broadcast_to(leaving[:, :, :deciding, None, None], cells.home.shape)
        to_follow = leaving[:, :, deciding:]
        dead_home = np.broadcast_to(cells.killed[:, None, :deciding, None, None], cells.home.shape)
        dead_follow = np.broadcast_to(cells.killed[:, None, deciding:], cells.follow.shape)
        rows = np.stack(
            [
                np.concatenate([to_home.ravel(), to_follow.ravel()]),
                np.concatenate([dead_home.ravel(), dead_follow.ravel()]),
            ],
            axis=1,
        )
        links = np.full(rows.shape, NOBODY)
        names = self.world.homes.names
        killed = np.array([cells.registry.link("killed_at_home", name, "") for name in names])
        links[:, 1] = np.concatenate(
            [
                np.repeat(killed, cells.home[0].size),
                np.repeat(killed, cells.follow[0].size),
            ]
        )
        sources = np.concatenate([cells.home.ravel(), cells.follow.ravel()])
        return Move.build(cells.table, "leave home", sources, rows[:, :, None], ("leave", "killed"), links[:, :, None])

    def _mode_move(self) -> Move:
        cells, classes = self.cells, self.classes
        walker = {w: k for k, w in enumerate(classes.walkers)}
        follower = {f: k for k, f in enumerate(classes.following)}
        shape = cells.leaving.shape
        rows = np.full((*shape, len(MODES), 2), NOBODY)
        for k, home in enumerate(classes.home):
            for way in classes.departures[home]:
                mode = MODES.index(way.mode)
                rows[:, :, k, mode, 0] = cells.edge[:, :, walker[way.walker]]
                if way.stays is not None:
                    rows[:, :, k, mode, 1] = cells.follow[:, :2, follower[way.stays]]
        return Move.build(
            cells.table, "company", cells.leaving.ravel(), rows.reshape(-1, len(MODES), 2), MODES
        )

    def _route_move(self) -> Move:
        cells, ways = self.cells, self.world.corridors
        homes = len(self.world.homes.names)
        self._slots = [np.flatnonzero(ways.home == h) for h in range(homes)]
        widest = max(1, max(len(slots) for slots in self._slots))
        rows = np.full((*cells.edge.shape, widest), NOBODY)
        links = np.full(rows.shape, NOBODY)
        for h, slots in enumerate(self._slots):
            for slot, q in enumerate(slots):
                crossing = self.world.crossings.names[ways.crossing[q]]
                links[h, :, :, slot] = cells.registry.link("left_home", self.world.homes.names[h], crossing)
                last = (cells.walk[q] != NOBODY).sum(axis=1) - 1
                rows[h, :, :, slot] = cells.walk[q][np.arange(len(last)), last]
        self._slot_of = np.full((homes, widest), NOBODY)
        for h, slots in enumerate(self._slots):
            self._slot_of[h, : len(slots)] = slots
        return Move.build(
            cells.table,
            "route",
            cells.edge.ravel(),
            rows.reshape(-1, widest, 1),
            tuple(f"way {slot}" for slot in range(widest)),
            links.reshape(-1, widest, 1),
        )

    # --- the phase

    def phase(self, day: int, counts: Counts, people: F64, vanguards: F64) -> Phase:
        """Leave.

        Args:
            day: the day.
            counts: (M, cells).
            people: (M, A) persons at home.
            vanguards: (M, A) vanguards who are safe and wait for kin.
        """
        weight = self._channel_weights(day)
        self._fill_chances(day, counts, weight, vanguards)
        left = yield Split(self._leave, self._chance)
        gone = np.stack(
            [
                np.bincount(self._area_of_source, weights=row * self._persons, minlength=len(self.world.areas))
                for row in left[:, :, 0]
            ]
        )
        self.left_share = gone / np.maximum(people, 1.0)
        if gone.any():
            yield Split(self._mode, self._mode_chances())
            yield Split(self._route, self._route_chances(day, weight))

    def _channel_weights(self, day: int) -> F64:
        """Return (M, H, 3) how open the ways out are: by road, by night, over the front."""
        world, value, ways = self.world, self.values, self.world.corridors
        area = world.homes.area
        members, homes = self.hazard.shape[:2]
        is_open = ways.open[day]
        weight = np.zeros((members, homes, len(USES)))
        for use in range(len(USES)):
            mine = is_open & (ways.use == use)
            if not mine.any():
                continue
            if use == NIGHT:
                reach = np.exp(-(ways.km[mine][None] + ways.width_km[mine][None]) / value["reach_km"][:, None])
                thin = 1.0 - self.control.contact_share[:, ways.home[mine]]
                seal = value["seal_strength"][:, None] ** (ways.patrols[mine][None] * thin)
                for column, h in enumerate(ways.home[mine]):
                    weight[:, h, use] = np.maximum(weight[:, h, use], reach[:, column] * seal[:, column])
            else:
                weight[:, np.unique(ways.home[mine]), use] = 1.0
        barred = world.exit_level[day, area]
        weight[:, :, ROAD] *= 1.0 - barred
        weight[:, :, NIGHT] *= barred
        return weight

    def _fill_chances(self, day: int, counts: Counts, weight: F64, vanguards: F64) -> None:
        world, value, area = self.world, self.values, self.world.homes.area
        members = len(self.hazard)
        cut = int(np.prod(self._home_shape))
        home = self._chance[:, :cut].reshape(members, *self._home_shape, 2)
        follow = self._chance[:, cut:].reshape(members, *self._follow_shape, 2)
        calm = np.exp(-fear(self.belief.believed, value))[:, area]
        ceiling = value["departure_ceiling"][:, None]
        noticed = np.log1p(self.left_share / value["social_scale"][:, None])
        pull = np.exp(value["social_effect"][:, None] * noticed)[:, area]
        barred = world.exit_level[day, area]
        barrier = np.where(barred < 1.0, value["bond_barrier"][:, None], value["guide_barrier"][:, None])
        barrier = barrier * np.where(barred > 0.0, 1.0, 0.0)
        ability = self._mobility * (1.0 - barrier[:, :, None] * (1.0 - self._means))
        wish = ceiling[:, :, None] * self.life.wish
        secret = wish[:, :, 0, None] * weight[:, :, NIGHT, None] * calm * pull[:, :, None]
        openly = (wish[:, :, 0] * weight[:, :, ROAD] * pull)[:, :, None]
        behind = secret + openly
        way_out = (weight[:, :, FRONT] > 0).astype(float)
        contact = wish[:, :, 1, None] * calm * way_out[:, :, None]
        expelled = value["expulsion"][:, None] * way_out
        self.hazard = np.stack([behind.mean(axis=2), contact.mean(axis=2) + expelled], axis=2)
        killed = value["home_loss"][:, None] * np.clip(world.intensity[day] - 1.0, 0.0, 2.0) / 2.0
        killed_behind = killed * value["violence_behind"][:, None]
        by_node = self.frailty[:, None, None, :, None]
        leave = np.empty(home.shape[:-1])
        leave[:, :, HELD] = (behind[:, :, None, None, :] * ability[:, :, :, None, None]) * by_node
        leave[:, :, 1] = (contact[:, :, None, None, :] * self._mobility[:, None, None]) * by_node + expelled[
            :, :, None, None, None
        ]
        leave[:, :, 2] = leave[:, :, 1]
        loss = np.stack([killed_behind, killed, killed], axis=2)
        _compete(leave, loss[:, :, :, None, None, None], home)
        fetched = self._fetched(counts, vanguards)
        leave_follow = np.empty(follow.shape[:-1])
        middling = behind.mean(axis=2)[:, :, None] * 0.5
        can_go = weight[:, :, : NIGHT + 1].max(axis=2) > 0
        leave_follow[:, :, HELD] = np.where(self._kin, (fetched[:, area] * can_go)[:, :, None], middling)
        leave_follow[:, :, 1] = (contact.mean(axis=2) * 0.6 + expelled)[:, :, None]
        leave_follow[:, :, 2] = leave_follow[:, :, 1]
        _compete(leave_follow, loss[:, :, :, None], follow)

    def _fetched(self, counts: Counts, vanguards: F64) -> F64:
        """Return (M, A) hazard that kin left behind are fetched: more with safe vanguards per unit of kin."""
        area, areas = self.world.homes.area, len(self.world.areas)
        kin = counts[:, self.cells.follow[:, :, self._kin]].sum(axis=(2, 3))
        waiting = np.stack([np.bincount(area, weights=row, minlength=areas) for row in kin])
        ratio = np.minimum(1.0, vanguards / np.maximum(waiting, 1.0))
        return np.asarray(self.values["retrieval"][:, None] * ratio)

    def _mode_chances(self) -> F64:
        value, area = self.values, self.world.homes.area
        members, (homes, sides, classes) = len(self.hazard), self.cells.leaving.shape
        believed = self.belief.believed.mean(axis=2)[:, area]
        sent = expit(
            logit(value["vanguard_held"])[:, None]
            + value["vanguard_fear"][:, None] * (believed - value["fear_threshold"][:, None])
        )
        chance = np.zeros((members, homes, sides, classes, len(MODES)))
        for k, home in enumerate(self.classes.home):
            for way in self.classes.departures[home]:
                if way.mode == "vanguard":
                    chance[:, :, 0, k, 1] = sent
                    chance[:, :, 1, k, 1] = value["vanguard_contact"][:, None]
                if way.mode == "parting":
                    chance[:, :, :, k, 2] = value["parting"][:, None, None]
        chance[..., 1] *= 1.0 - chance[..., 2]
        chance[..., 0] = 1.0 - chance[..., 1] - chance[..., 2]
        return chance.reshape(members, -1, len(MODES))

    def _route_chances(self, day: int, weight: F64) -> F64:
        world, value, ways = self.world, self.values, self.world.corridors
        members, (homes, sides, walkers) = len(self.hazard), self.cells.edge.shape
        hours = np.where(
            ways.use == ROAD, ways.km / ROAD_KM_AN_HOUR, ways.km / value["walking_speed"][:, None]
        )
        believed = self.belief.believed.mean(axis=2)[:, world.homes.area[ways.home]]
        risk = np.where(ways.use == NIGHT, believed * ways.patrols, 0.0)
        appeal = np.exp(-value["route_time"][:, None] * hours - value["route_risk"][:, None] * risk)
        appeal = appeal * ways.open[day]
        # each use as a whole is taken as often as it is open; within a use people choose by time and risk
        total = np.zeros((members, homes, len(USES)))
        for use in range(len(USES)):
            for h in range(homes):
                total[:, h, use] = appeal[:, (ways.use == use) & (ways.home == h)].sum(axis=1)
        within = appeal / np.maximum(total[:, ways.home, ways.use], 1e-300)
        behind = within * weight[:, ways.home, ways.use] * (ways.use != FRONT)
        ahead = within * (ways.use == FRONT) * ways.open[day]
        slots = self._slot_of
        chance = np.zeros((members, homes, sides, slots.shape[1]))
        there = slots != NOBODY
        for side, share in enumerate((behind, ahead)):
            chance[:, :, side] = np.where(there, share[:, slots], 0.0)
        summed = chance.sum(axis=3, keepdims=True)
        chance = chance / np.where(summed > 0, summed, 1.0)
        return np.repeat(chance[:, :, :, None, :], walkers, axis=3).reshape(members, -1, slots.shape[1])


def _compete(leave: F64, loss: F64, out: F64) -> None:
    """Write the chances of two competing hazards within a day: p_j = r_j / r (1 - exp(-r))."""
    total = leave + loss
    any_event = -np.expm1(-total)
    share = any_event / np.where(total > 0, total, 1.0)
    out[..., 0] = leave * share
    out[..., 1] = loss * share


