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
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from havenward.core.cells import NOBODY
from havenward.core.orders import Counts, Move, Phase, Split
from havenward.core.totals import FlowTotal, Total, is_occupied, members_last
from havenward.model.siege.belief import Belief
from havenward.model.siege.cells import CONTACT_1, CONTACT_2, FRAILTY_NODES, HELD, SIDES, Cells
from havenward.model.siege.classes import Classes
from havenward.model.siege.control import Control
from havenward.model.siege.hazards import leave_or_die
from havenward.model.siege.life import Life
from havenward.model.siege.world import USES, World

F64 = NDArray[np.float64]
ROAD, NIGHT, FRONT = range(3)
ROAD_KM_AN_HOUR = 30.0
MODES = ("whole", "vanguard", "parting")


def frailty_nodes(sd: F64) -> tuple[F64, F64]:
    """Return (M, K) multipliers of mean one and (K,) shares for a log-normal frailty of standard deviation (M,) `sd`.

    Gauss-Hermite quadrature; four nodes keep cumulative departures within 0.5 points at sd = 1, 0.9 at 1.2.
    """
    x, weight = np.polynomial.hermite_e.hermegauss(FRAILTY_NODES)
    share = weight / weight.sum()
    raw = np.exp(sd[:, None] * x[None])
    return raw / (raw * share).sum(axis=1, keepdims=True), share


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
    """

    MEMORY: ClassVar = ("left_share",)

    world: World
    cells: Cells
    classes: Classes
    control: Control
    life: Life
    belief: Belief
    values: dict[str, F64]
    left_share: F64 = field(init=False)

    def __post_init__(self) -> None:
        members = len(self.values["expulsion"])
        self.left_share = np.zeros((members, len(self.world.areas)))
        self.frailty, _ = frailty_nodes(self.values["frailty_sd"])
        self._leave = (self._leave_move(slice(HELD, HELD + 1)), self._leave_move(slice(CONTACT_1, CONTACT_2 + 1)))
        self._mode = self._mode_move()
        self._route = self._route_move()
        self._mobility = np.array([c.mobility for c in self.classes.deciding])
        self._means = np.array([c.means for c in self.classes.deciding])
        self._gone = tuple(self._persons_who_left(move) for move in self._leave)
        # members of a cell stand side by side, as in the solvers that count
        self._chances = tuple(np.zeros((*move.rows.shape[:2], members)) for move in self._leave)
        self._kin = np.array([f.role == "kin" for f in self.classes.following], dtype=bool)
        kin = self.cells.follow[:, :, self._kin]
        area = np.repeat(self.world.homes.area, kin[0].size)
        self._kin_by_area = Total.by(area, len(self.world.areas), kin.ravel())
        self._lay_out_ways()

    # --- moves and sums, laid out once

    def _persons_who_left(self, move: Move) -> FlowTotal:
        """Return persons who leave home, by area."""
        table = self.cells.table
        group = np.stack([table.origins[move.sources], np.full(len(move.sources), NOBODY)], axis=1)
        return FlowTotal.by(group, len(self.world.areas), np.repeat(table.persons()[move.sources][:, None], 2, axis=1))

    def _lay_out_ways(self) -> None:
        """Note by day which uses are open from each home, what ways cost, and sort the ways by night by home."""
        ways, homes = self.world.corridors, len(self.world.homes.names)
        self._is_open = np.zeros((self.world.days, homes, len(USES)), dtype=bool)
        for q, (home, use) in enumerate(zip(ways.home, ways.use, strict=True)):
            self._is_open[:, home, use] |= ways.open[:, q]
        by_night = np.flatnonzero(ways.use == NIGHT)
        self._by_night = by_night[np.argsort(ways.home[by_night], kind="stable")]
        hours = np.where(ways.use == ROAD, ways.km / ROAD_KM_AN_HOUR, ways.km / self.values["walking_speed"][:, None])
        self._toil = self.values["route_time"][:, None] * hours
        self._night_homes, self._night_starts = np.unique(ways.home[self._by_night], return_index=True)

    def _leave_move(self, bands: slice) -> Move:
        """Return the move out of some bands: sources by (H, band, c, K, L), then by (H, band, f)."""
        cells, deciding = self.cells, len(self.classes.deciding)
        side = 0 if bands.start == HELD else 1
        home, follow = cells.home[:, bands], cells.follow[:, bands]
        leaving, killed = cells.leaving[:, side], cells.killed
        rows = np.stack(
            [
                np.concatenate(
                    [
                        np.broadcast_to(goal[:, None, :deciding, None, None], home.shape).ravel(),
                        np.broadcast_to(goal[:, None, deciding:], follow.shape).ravel(),
                    ]
                )
                for goal in (leaving, killed)
            ],
            axis=1,
        )
        links = np.full(rows.shape, NOBODY)
        dead = np.array([cells.registry.link("killed_at_home", name, "") for name in self.world.homes.names])
        links[:, 1] = np.concatenate([np.repeat(dead, home[0].size), np.repeat(dead, follow[0].size)])
        sources = np.concatenate([home.ravel(), follow.ravel()])
        name = f"leave home {SIDES[side]}"
        return Move.build(cells.table, name, sources, rows[:, :, None], ("leave", "killed"), links[:, :, None])

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
        can = [[float(mode in [way.mode for way in classes.departures[home]]) for mode in MODES] for home in classes.home]
        self._patterns, pattern = np.unique(np.array(can), axis=0, return_inverse=True)
        band = np.arange(shape[0] * shape[1])[:, None] * len(self._patterns)
        self._mode_group = (band + pattern.ravel()).ravel()
        return Move.build(cells.table, "company", cells.leaving.ravel(), rows.reshape(-1, len(MODES), 2), MODES)

    def _route_move(self) -> Move:
        cells, ways = self.cells, self.world.corridors
        homes = len(self.world.homes.names)
        self._slots = [np.flatnonzero(ways.home == h) for h in range(homes)]
        widest = max(1, max(len(slots) for slots in self._slots))
        self._by_home_and_use = Total.by(ways.home * len(USES) + ways.use, homes * len(USES))
        self._route_group = np.repeat(np.arange(homes * len(SIDES)), cells.edge.shape[2])
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
        # by the names of the corridors, so that a new one moves nobody else's number
        told = [[ways.names[q] if q != NOBODY else f"no way {slot}" for slot, q in enumerate(row)] for row in self._slot_of]
        names = np.repeat(np.array(told, dtype=object), cells.edge[0].size, axis=0).tolist()
        return Move.build(
            cells.table,
            "route",
            cells.edge.ravel(),
            rows.reshape(-1, widest, 1),
            names,
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
        calm = np.exp(-fear(self.belief.believed, self.values))[:, self.world.homes.area]
        gone = np.zeros_like(self.left_share)
        for side, move in enumerate(self._leave):
            if is_occupied(counts, move.sources):
                hazard = self._behind(day, weight, calm) if side == 0 else self._in_contact(weight, calm)
                follow = self._following(side, counts, hazard, weight, vanguards)
                left = yield Split(move, self._leave_chances(day, side, counts, hazard, follow))
                gone += self._gone[side].of(left)
        self.left_share = gone / np.maximum(people, 1.0)
        if gone.any():
            # those who leave stand by road and by night as their hazards do: fear keeps people from the night only
            weight[:, :, NIGHT] *= calm.mean(axis=2)
            yield Split(self._mode, self._mode_chances(), group=self._mode_group)
            yield Split(self._route, self._route_chances(day, weight), group=self._route_group)

    def _channel_weights(self, day: int) -> F64:
        """Return (M, H, 3) how open the ways out are: by road, by night, over the front."""
        world, value, ways, mine = self.world, self.values, self.world.corridors, self._by_night
        weight = np.repeat(self._is_open[day].astype(float)[None], len(self.left_share), axis=0)
        if len(mine):
            km = ways.km[mine] + ways.width_km[mine]
            thin = 1.0 - self.control.contact_share[:, ways.home[mine]]
            seal = value["seal_strength"][:, None] ** (ways.patrols[mine] * thin)
            secret = np.exp(-km / value["reach_km"][:, None]) * seal * ways.open[day, mine]
            weight[:, self._night_homes, NIGHT] = np.maximum.reduceat(secret, self._night_starts, axis=1)
        barred = world.exit_level[day, world.homes.area]
        weight[:, :, ROAD] *= 1.0 - barred
        weight[:, :, NIGHT] *= barred
        return weight

    def _behind(self, day: int, weight: F64, calm: F64) -> F64:
        """Return (M, H, c, L) hazards behind the line, of a household of middling frailty."""
        value, area = self.values, self.world.homes.area
        noticed = np.log1p(self.left_share / value["social_scale"][:, None])
        pull = np.exp(value["social_effect"][:, None] * noticed)[:, area]
        wish = value["departure_ceiling"][:, None] * self.life.wish[:, :, 0] * pull
        secret = (wish * weight[:, :, NIGHT])[:, :, None] * calm
        openly = (wish * weight[:, :, ROAD])[:, :, None]
        barred = self.world.exit_level[day, area]
        barrier = np.where(barred < 1.0, value["bond_barrier"][:, None], value["guide_barrier"][:, None])
        barrier = np.where(barred > 0.0, barrier, 0.0)
        ability = self._mobility * (1.0 - barrier[:, :, None] * (1.0 - self._means))
        return np.asarray((secret + openly)[:, :, None, :] * ability[:, :, :, None])

    def _in_contact(self, weight: F64, calm: F64) -> F64:
        """Return (M, H, c, L) hazards in contact by wish alone; expulsion comes on top."""
        wish = self.values["departure_ceiling"][:, None] * self.life.wish[:, :, 1] * (weight[:, :, FRONT] > 0)
        return np.asarray((wish[:, :, None] * calm)[:, :, None, :] * self._mobility[:, None])

    def _following(self, side: int, counts: Counts, hazard: F64, weight: F64, vanguards: F64) -> F64:
        """Return (M, H, f) hazards of those who only follow: kin who are fetched, elders, households that parted."""
        middling = hazard.reshape(*hazard.shape[:2], -1).mean(axis=2)[:, :, None]
        if side == 1:
            return np.asarray(np.repeat(middling, len(self._kin), axis=2))
        can_go = weight[:, :, : NIGHT + 1].max(axis=2) > 0
        fetched = self._fetched(counts, vanguards)[:, self.world.homes.area] * can_go
        return np.asarray(np.where(self._kin, fetched[:, :, None], middling))

    def _leave_chances(self, day: int, side: int, counts: Counts, hazard: F64, follow: F64) -> F64:
        """Return (M, S, 2) chances to leave or be killed for the sources of a side that somebody is in."""
        value = self.values
        loss = value["home_loss"][:, None] * np.clip(self.world.intensity[day] - 1.0, 0.0, 2.0) / 2.0
        expelled = np.zeros_like(loss)
        if side == 0:
            loss = loss * value["violence_behind"][:, None]
        else:
            expelled = value["expulsion"][:, None] * self._is_open[day, :, FRONT]
        chances = self._chances[side]
        leave_or_die(
            members_last(counts),
            self._leave[side].sources,
            members_last(hazard),
            members_last(self.frailty),
            members_last(follow),
            members_last(expelled),
            members_last(loss),
            np.empty(len(loss)),
            chances,
        )
        return chances.transpose(2, 0, 1)

    def _fetched(self, counts: Counts, vanguards: F64) -> F64:
        """Return (M, A) hazard that kin left behind are fetched: more with safe vanguards per unit of kin."""
        ratio = np.minimum(1.0, vanguards / np.maximum(self._kin_by_area.of(counts), 1.0))
        return np.asarray(self.values["retrieval"][:, None] * ratio)

    def _mode_chances(self) -> F64:
        """Return (M, H x side x pattern, 3) chances of the modes; classes that can leave alike follow one pattern."""
        value, area = self.values, self.world.homes.area
        believed = self.belief.believed.mean(axis=2)[:, area]
        sent = expit(
            logit(value["vanguard_held"])[:, None]
            + value["vanguard_fear"][:, None] * (believed - value["fear_threshold"][:, None])
        )
        both = np.stack([sent, np.broadcast_to(value["vanguard_contact"][:, None], sent.shape)], axis=2)
        parting = value["parting"][:, None, None, None] * self._patterns[:, MODES.index("parting")]
        vanguard = both[..., None] * self._patterns[:, MODES.index("vanguard")] * (1.0 - parting)
        whole = np.maximum(1.0 - vanguard - parting, 0.0)
        chance = np.stack(np.broadcast_arrays(whole, vanguard, parting), axis=4)
        return chance.reshape(len(sent), -1, len(MODES))

    def _route_chances(self, day: int, weight: F64) -> F64:
        world, value, ways = self.world, self.values, self.world.corridors
        members, (homes, sides, _) = len(self.left_share), self.cells.edge.shape
        believed = self.belief.believed.mean(axis=2)[:, world.homes.area[ways.home]]
        risk = np.where(ways.use == NIGHT, believed * ways.patrols, 0.0)
        appeal = np.exp(-self._toil - value["route_risk"][:, None] * risk)
        appeal = appeal * ways.open[day]
        # each use as a whole is taken as often as it is open; within a use people choose by time and risk
        total = self._by_home_and_use.of(appeal)
        within = appeal / np.maximum(total[:, ways.home * len(USES) + ways.use], 1e-300)
        behind = within * weight[:, ways.home, ways.use] * (ways.use != FRONT)
        ahead = within * (ways.use == FRONT) * ways.open[day]
        slots = self._slot_of
        chance = np.zeros((members, homes, sides, slots.shape[1]))
        there = slots != NOBODY
        for side, share in enumerate((behind, ahead)):
            chance[:, :, side] = np.where(there, share[:, slots], 0.0)
        summed = chance.sum(axis=3, keepdims=True)
        chance = chance / np.where(summed > 0, summed, 1.0)
        return np.asarray(chance).reshape(members, -1, slots.shape[1])
