"""Phase 7, reception: buses, camps by spare plots and distance, overflow to host towns, onward movement, return.

    camp or host    logistic(camp - pull x freed share of all dwellings), nothing where no plot is spare
    which camp      spare plots x policy x exp(-distance cost)
    which host      size x exp(-distance cost)
    return          rate x exp(-damage effect x damage) x freed share x services: 1 - exp(-days free / service days),
                    or what is brought forward

Who comes to a full camp goes to a host town; where no town receives, people stay in transit until there is room. People
go back behind the group's line only while exit is free. Sources: the shares in camps printed by IOM (Nov 2016 - Jan 2017),
returns printed by IOM and the Government of Iraq.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from havenward.core.cells import NOBODY
from havenward.core.orders import Counts, Move, Phase, Quota, Split
from havenward.core.totals import Total, is_occupied
from havenward.model.siege.cells import Cells
from havenward.model.siege.classes import MAN, Classes
from havenward.model.siege.control import Control
from havenward.model.siege.world import World

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
MINUTE_SHARE = 1e-12


@dataclass
class Reception:
    """Camps, hosts and returns, for every member.

    Attributes:
        by_area: averages homes by their people at the start.
        vanguards: (M, A) vanguards in safety who wait for kin.
        joined: (M, A) people who took up arms.
    """

    MEMORY: ClassVar = ("vanguards", "joined")

    world: World
    cells: Cells
    classes: Classes
    control: Control
    values: dict[str, F64]
    by_area: Total = field(init=False)
    vanguards: F64 = field(init=False)
    joined: F64 = field(init=False)

    def __post_init__(self) -> None:
        cells, settled = self.cells, self.classes.settled
        members, areas = len(self.values["onward"]), len(self.world.areas)
        self.vanguards = np.zeros((members, areas))
        self.joined = np.zeros((members, areas))
        self._persons = np.array([sum(g.people) for g in settled])
        self._kinds = len(settled)
        self._is_man = np.array([g.people == MAN for g in settled])
        self._vanguard = [g.role for g in settled].index("vanguard")
        self._man = next(k for k, g in enumerate(settled) if g.people == MAN and g.role == "group")
        self._board = Move.build(cells.table, "buses", cells.transit.ravel(), cells.aboard.reshape(-1, 1, 1), ("aboard",))
        self._board_lane = np.repeat(cells.pair_crossing, self._kinds)
        self._board_weight = np.tile(self._persons, len(cells.pair_crossing))
        self._allocate = self._allocate_move()
        self._admit = Move.build(cells.table, "plots", cells.sent.ravel(), cells.camp.reshape(-1, 1, 1), ("admitted",))
        self._admit_lane = np.repeat(np.arange(len(self.world.sites.camps)), areas * self._kinds)
        self._admit_weight = np.tile(self._persons, len(self.world.sites.camps) * areas)
        self._turn_away = self._turn_away_move()
        self._settle = self._settle_move()
        self._reunite = self._reunite_move()
        homes = self.world.homes
        people = np.maximum(homes.population, MINUTE_SHARE)
        by_area = np.zeros((areas, len(homes.names)))
        by_area[homes.area, np.arange(len(homes.names))] = people
        self._area_share = by_area / np.maximum(by_area.sum(axis=1, keepdims=True), MINUTE_SHARE)
        self._city_share = people / people.sum()
        self.by_area = Total.by(homes.area, areas, weight=self._area_share[homes.area, np.arange(len(people))])
        camps = len(self.world.sites.camps)
        self._inside = Total.by(
            np.repeat(np.arange(camps), areas * self._kinds),
            camps,
            cells.camp.ravel(),
            np.tile(self._persons, camps * areas),
        )
        self._vanguards = Total.by(self._reunite_lane, areas, self._reunite.sources)
        cost = self.values["camp_distance"][:, None, None]
        crossing = cells.pair_crossing
        self._near_camps = np.exp(-cost * self.world.sites.camp_km[crossing])
        self._near_hosts = np.exp(-cost * self.world.sites.host_km[crossing])
        self._from_camps = np.exp(-cost * self.world.sites.between_km)

    def phase(self, day: int, counts: Counts, kin_cleared: I64) -> Phase:
        """Receive. `kin_cleared` (M, A): units of kin who came through the crossings today."""
        cells, sites = self.cells, self.world.sites
        members = len(self.vanguards)
        if is_occupied(counts, self._board.sources):
            seats = np.repeat(np.rint(self.world.crossings.bus_seats[day])[None], members, axis=0).astype(np.int64)
            yield Quota(self._board, self._board_lane, seats, self._board_weight)
        if is_occupied(counts, self._allocate.sources):
            spare = self._spare(day, counts)
            yield Split(self._allocate, self._allocate_chances(day, spare), group=self._pair_group)
        if sites.camps and is_occupied(counts, self._admit.sources):
            room = np.floor(self._spare(day, counts)).astype(np.int64)
            yield Quota(self._admit, self._admit_lane, room, self._admit_weight)
            if is_occupied(counts, self._turn_away.sources):
                yield Split(self._turn_away, self._turn_away_chances(), group=self._camp_group)
        if kin_cleared.any() and is_occupied(counts, self._reunite.sources):
            yield Quota(
                self._reunite,
                self._reunite_lane,
                kin_cleared,
                np.ones(len(self._reunite_lane), dtype=np.int64),
            )
        if is_occupied(counts, self._settle.sources):
            yield Split(self._settle, self._settle_chances(day), group=self._settle_group)
        self.vanguards = self._vanguards.of(counts)
        self.joined = counts[:, cells.joined].astype(float)

    # --- where to

    def _spare(self, day: int, counts: Counts) -> F64:
        """Return (M, C) persons whom the plots still hold."""
        room = self.world.sites.plots[day] * self.values["persons_a_plot"][:, None]
        return np.asarray(np.maximum(room - self._inside.of(counts), 0.0))

    def _allocate_move(self) -> Move:
        cells, sites, gates = self.cells, self.world.sites, self.world.crossings
        camps, hosts = len(sites.camps), len(sites.hosts)
        pairs = len(cells.pair_crossing)
        self._pair_group = np.repeat(np.arange(pairs), self._kinds)
        rows = np.full((pairs, self._kinds, camps + hosts), NOBODY)
        links = np.full(rows.shape, NOBODY)
        for p, (x, a) in enumerate(zip(cells.pair_crossing, cells.pair_area, strict=True)):
            area = self.world.areas[a]
            for c, camp in enumerate(sites.camps):
                rows[p, :, c] = cells.sent[c, a]
                links[p, :, c] = cells.registry.link("to_camp", gates.names[x], camp, area)
            for t, host in enumerate(sites.hosts):
                rows[p, :, camps + t] = cells.host[t, a]
                links[p, :, camps + t] = cells.registry.link("to_host", gates.names[x], host, area)
        names = (*(f"camp {name}" for name in sites.camps), *(f"host {name}" for name in sites.hosts))
        return Move.build(
            cells.table,
            "where to",
            cells.aboard.ravel(),
            rows.reshape(pairs * self._kinds, camps + hosts, 1),
            names,
            links.reshape(pairs * self._kinds, camps + hosts, 1),
        )

    def _allocate_chances(self, day: int, spare: F64) -> F64:
        value = self.values
        appeal = (spare * self.world.sites.policy[day])[:, None] * self._near_camps
        total = added_in_order(appeal)
        freed = ((1.0 - self.control.besieged) * self._city_share).sum(axis=1)
        to_camps = expit(value["camp_logit"] - value["host_pull"] * freed)[:, None, None]
        pull = self._host_appeal()[:, None] * self._near_hosts
        received = added_in_order(pull)
        to_camps = np.where(total > 0, np.where(received > 0, to_camps, 1.0), 0.0)
        camp = to_camps * appeal / np.where(total > 0, total, 1.0)
        host = (1.0 - to_camps) * pull / np.maximum(received, 1e-300)
        return np.concatenate([camp, host], axis=2)

    def _host_appeal(self) -> F64:
        """Return (M, T) size of the host towns; none while the group holds the home that they lie in."""
        sites = self.world.sites
        taken = np.where(sites.host_home >= 0, self.control.besieged[:, sites.host_home] > 0.5, False)
        return np.asarray(sites.host_weight * ~taken)

    def _turn_away_move(self) -> Move:
        cells, sites = self.cells, self.world.sites
        hosts = len(sites.hosts)
        shape = (*cells.sent.shape, hosts)
        rows = np.full(shape, NOBODY)
        links = np.full(shape, NOBODY)
        for c, camp in enumerate(sites.camps):
            for t, host in enumerate(sites.hosts):
                rows[c, :, :, t] = cells.host[t]
                links[c, :, :, t] = cells.registry.link("overflow", camp, host)
        self._camp_group = np.repeat(np.arange(len(sites.camps)), cells.sent[0].size if len(cells.sent) else 0)
        return Move.build(
            cells.table,
            "camp is full",
            cells.sent.ravel(),
            rows.reshape(cells.sent.size, hosts, 1),
            tuple(f"host {name}" for name in sites.hosts),
            links.reshape(cells.sent.size, hosts, 1),
        )

    def _turn_away_chances(self) -> F64:
        """Return (M, C, hosts) where those go for whom a camp has no plot; they stay at the gate if nobody receives."""
        pull = self._host_appeal()[:, None] * self._from_camps
        return np.asarray(pull / np.maximum(added_in_order(pull), 1e-300))

    # --- later

    def _settle_move(self) -> Move:
        """From camps and hosts: returned, onward (hosts) or to a host (camps), joined, or home behind the line (hosts)."""
        cells, sites, homes = self.cells, self.world.sites, self.world.homes
        areas = len(self.world.areas)
        widest = max(int((homes.area == a).sum()) for a in range(areas))
        self._home_slot = np.full((areas, max(widest, 1)), NOBODY)
        for a in range(areas):
            mine = np.flatnonzero(homes.area == a)
            self._home_slot[a, : len(mine)] = mine
        places = [*sites.camps, *sites.hosts]
        source = np.concatenate([cells.camp, cells.host], axis=0)
        targets = 4 + widest
        rows = np.full((*source.shape, targets), NOBODY)
        links = np.full(rows.shape, NOBODY)
        link = cells.registry.link
        walker = {(w.people, w.role): k for k, w in enumerate(self.classes.walkers)}
        for s, place in enumerate(places):
            is_camp = s < len(sites.camps)
            near = int(np.argmin(sites.between_km[s])) if is_camp and sites.hosts else NOBODY
            for a, area in enumerate(self.world.areas):
                rows[s, a, :, 0] = cells.returned[a]
                links[s, a, :, 0] = link("returned", place, area, area)
                if is_camp and near != NOBODY:
                    rows[s, a, :, 1] = cells.host[near, a]
                    links[s, a, :, 1] = link("sponsored", place, sites.hosts[near])
                elif not is_camp:
                    rows[s, a, :, 2] = cells.abroad[a]
                    links[s, a, :, 2] = link("onward", place, "abroad")
                rows[s, a, self._is_man, 3] = cells.joined[a]
                links[s, a, self._is_man, 3] = link("joined_fight", area, area, area)
                if is_camp:
                    continue
                for slot, h in enumerate(self._home_slot[a]):
                    for k, g in enumerate(self.classes.settled):
                        w = walker.get((g.people, g.role), walker.get((g.people, "kin"), NOBODY))
                        if h != NOBODY and w != NOBODY:
                            rows[s, a, k, 4 + slot] = cells.homeward[h, w]
                            links[s, a, k, 4 + slot] = link("went_back", place, area, area)
        self._settle_groups(rows != NOBODY)
        names = ("returned", "sponsored", "onward", "joined", *(f"home {n}" for n in range(widest)))
        return Move.build(
            cells.table,
            "later",
            source.ravel(),
            rows.reshape(-1, targets, 1),
            names,
            links.reshape(-1, targets, 1),
        )

    def _settle_chances(self, day: int) -> F64:
        world, value = self.world, self.values
        members, areas = len(self.vanguards), len(world.areas)
        homes = world.homes
        free_days = self.by_area.of(self.control.free_days)
        freed = self.by_area.of(1.0 - self.control.besieged)
        damage = self.by_area.of(homes.damage[None])[0]
        services = -np.expm1(-free_days / value["service_days"][:, None])
        rate = value["return_rate"][:, None] * np.exp(-value["damage_effect"][:, None] * damage)
        back = rate * freed * np.maximum(services, world.services[day])
        exit_free = world.exit_level[day] == 0.0
        behind = np.where(exit_free, value["return_open"][:, None] * (1.0 - freed), 0.0)
        area = self._settle_area
        chance = np.zeros((members, *self._there.shape))
        chance[..., 0] = back[:, area]
        chance[..., 1] = value["sponsorship"][:, None]
        chance[..., 2] = value["onward"][:, None] * (1.0 - world.border[day])[area]
        chance[..., 3] = value["joining"][:, None]
        share = np.where(self._home_slot != NOBODY, self._area_share[np.arange(areas)[:, None], self._home_slot], 0.0)
        chance[..., 4:] = (behind[:, :, None] * share)[:, area]
        chance = chance * self._there
        # rates that sum to more than one a day share the day
        return np.asarray(chance / np.maximum(chance.sum(axis=2, keepdims=True), 1.0))

    def _settle_groups(self, there: NDArray[np.bool_]) -> None:
        """Sources of one area that have the same targets follow the same chances."""
        sites, areas, kinds, targets = there.shape
        area = np.broadcast_to(np.arange(areas)[None, :, None], (sites, areas, kinds)).ravel()
        pattern = np.concatenate([area[:, None], there.reshape(-1, targets)], axis=1)
        kept, group = np.unique(pattern, axis=0, return_inverse=True)
        self._settle_group = group.ravel().astype(np.int64)
        self._settle_area = kept[:, 0]
        self._there = kept[:, 1:].astype(float)

    def _reunite_move(self) -> Move:
        """A vanguard whose kin has come is a man of a family again: counted, never matched by name."""
        cells = self.cells
        both = np.concatenate([cells.camp, cells.host], axis=0)
        sources = both[:, :, self._vanguard]
        self._reunite_lane = np.tile(np.arange(len(self.world.areas)), len(both))
        places = (*self.world.sites.camps, *self.world.sites.hosts)
        links = np.repeat([cells.registry.link("reunited", place, place) for place in places], len(self.world.areas))
        return Move.build(
            cells.table,
            "reunited",
            sources.ravel(),
            both[:, :, self._man].reshape(-1, 1, 1),
            ("reunited",),
            links.reshape(-1, 1, 1),
        )


def added_in_order(values: F64) -> F64:
    """Return (..., 1) sums over the last axis, term by term: a place that takes nobody changes no bit of them."""
    total = np.zeros((*values.shape[:-1], 1))
    for term in range(values.shape[-1]):
        total += values[..., term : term + 1]
    return total
