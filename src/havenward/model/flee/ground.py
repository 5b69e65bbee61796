"""Ground: a Flee folder compiled, once, for all members: cells, edges, questions, and what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import NOBODY
from havenward.core.orders import Move
from havenward.model.flee import states as kinds
from havenward.model.flee.course import Course, Level, course_of, link_ends
from havenward.model.flee.net import FleeNet, Flows, Waiting, build
from havenward.model.flee.pull import Pull
from havenward.model.flee.room import at_start, capacities
from havenward.model.flee.setting_out import SettingOut
from havenward.model.flee.states import Edges, Pace, Steps, pack
from havenward.model.flee.traits import Traits, trait_of_agents, traits_of
from havenward.model.flee.ways import Links, Ways, lay_out
from havenward.scenario.flee.schema import FleeScenario

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

SHORT = 0.5
"""Mean of memory and today's way, in days at full speed, below which people go on through towns."""
GRAINS: dict[Level, tuple[float, float]] = {"exact": (1 / 32, 1 / 16), "mended": (1 / 8, 1 / 4)}
"""Steps in which the way of a day and the memory of travel are kept: tests/parity measures what they change."""


@dataclass(frozen=True)
class Ground:
    """The compiled folder.

    Attributes:
        scenario: the folder.
        level: exact or mended.
        names: of the places.
        course: places by day.
        ways: paths.
        traits: what tells people apart.
        setting_out: who is displaced.
        pull: where they are drawn.
        capacity: (D, P) persons whom places hold.
        net: cells and edges.
        waiting_rows: cell of those who set out on a day from a place (-1: yet to be drawn).
        first_rows: cells and people before the first day.
    """

    scenario: FleeScenario
    level: Level
    names: tuple[str, ...]
    course: Course
    ways: Ways
    traits: Traits
    setting_out: SettingOut
    pull: Pull
    capacity: F64
    net: FleeNet
    waiting_rows: dict[tuple[int, int], int]
    first_rows: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, scenario: FleeScenario, level: Level) -> Ground:
        """Compile a folder.

        Raises:
            TooManyPaths: people know more paths than fit in memory.
            TooSlow: a link takes too long.
        """
        move = scenario.settings.move_rules.applied()
        names = tuple(place.name for place in scenario.locations)
        links = links_of(scenario)
        marker = np.array([place.kind == "marker" for place in scenario.locations])
        ways = lay_out(names, links, marker, move.awareness_level)
        course, traits = course_of(scenario, level), traits_of(scenario)
        pull = Pull(scenario, course, ways, traits, level)
        setting_out = SettingOut(scenario, course, pull.population, level)
        pace = Pace(
            links, move.max_move_speed, move.max_walk_speed, move.start_on_foot, move.avoid_short_stints, *GRAINS[level]
        )
        steps = Steps(ways, pace)
        fresh = int(move.start_on_foot)
        begin = [
            (int(pack(kinds.STANDING, place, trait=trait, fresh=fresh)), int(number))
            for place, total in enumerate(at_start(scenario, setting_out, level))
            for trait, number in enumerate(_apportioned(int(total), traits.share[place]))
            if total
        ]
        hasten = 1
        for listed in scenario.agents if scenario.settings.spawn_rules.read_from_agents_csv_file else ():
            trait = trait_of_agents(listed, traits, move)
            state = int(pack(kinds.STANDING, scenario.index[listed.place], trait=trait, fresh=fresh))
            begin.append((state, listed.agents * hasten))
        closable = ~course.links_open.all(axis=0)
        waiting = _waiting(setting_out, traits, fresh)
        net = build(
            steps,
            np.array([state for state, _ in begin], dtype=np.int64),
            waiting,
            closable,
            names,
            _flows(scenario, len(setting_out.origins)),
        )
        row = {int(key): k for k, key in enumerate(net.states.key.tolist())}
        first: dict[int, int] = {}
        for state, number in begin:
            first[row[state]] = first.get(row[state], 0) + number
        return cls(
            scenario=scenario,
            level=level,
            names=names,
            course=course,
            ways=ways,
            traits=traits,
            setting_out=setting_out,
            pull=pull,
            capacity=capacities(scenario, setting_out, level),
            net=net,
            waiting_rows={
                key: row[int(state)] for key, state in zip(setting_out.keys(), waiting.states.tolist(), strict=True)
            },
            first_rows=tuple(first.items()),
        )

    @property
    def takes_people(self) -> bool:
        """Whether places lose those who set out."""
        return self.scenario.settings.spawn_rules.take_from_population and self.setting_out.follows_registers

    # Questions. Groups: those who stand, by trait and stand; those who arrive; those who arrive after a short way; those on
    # a leg, always or by chance at full speed; those who wait.

    @cached_property
    def _foot(self) -> bool:
        """Whether anybody may go on foot by chance."""
        return bool((self.links_of_legs > 0).any())

    @cached_property
    def links_of_legs(self) -> F64:
        """(G,) chance to go on foot along each leg."""
        return np.asarray(links_of(self.scenario).walked[self.ways.leg_link])

    @cached_property
    def _feet(self) -> F64:
        """Chances to go on foot that there are, above 0."""
        return np.unique(self.links_of_legs[self.links_of_legs > 0])

    @cached_property
    def _blocks(self) -> tuple[I64, I64, F64]:
        """Sizes of the groups, the option that each option of a stand's groups takes its weight from, and its share."""
        traits, sizes = len(self.traits), np.diff(self.ways.first)
        options = len(self.ways.goal)
        base = np.arange(traits * options)
        share = np.ones(traits * options)
        size = np.tile(sizes, traits)
        if not self._foot:
            return np.tile(size, 3), np.tile(base, 3), np.tile(share, 3)
        walked = np.tile(self.links_of_legs[self.ways.leg], traits)
        stand = np.repeat(np.arange(len(size)), size)
        both = np.concatenate([base, base])
        order = np.lexsort((np.concatenate([base * 0, base * 0 + 1]), np.concatenate([stand, stand])))
        # within a stand: all options at full speed, then all on foot
        fan, chance = both[order], np.concatenate([1.0 - walked, walked])[order]
        return (
            np.concatenate([size, 2 * size, 2 * size]),
            np.concatenate([base, fan, fan]),
            np.concatenate([share, chance, chance]),
        )

    @cached_property
    def _waiting_sizes(self) -> list[int]:
        """Options of the groups of those who wait."""
        traits = len(self.traits)
        if self.setting_out.follows_registers:
            return [traits * len(self.setting_out.origins)]
        return [traits] * len(self.setting_out.origins)

    @cached_property
    def option_first(self) -> I64:
        """(G + 1,) where the options of each group begin."""
        legs = [1, *([2] * len(self._feet))]
        sizes = np.concatenate([self._blocks[0], legs, self._waiting_sizes])
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    @cached_property
    def _on_legs(self) -> F64:
        """Weights of the options of those on legs."""
        return np.concatenate([[1.0], *([1.0 - foot, foot] for foot in self._feet.tolist())])

    @cached_property
    def option_crowd(self) -> NDArray[np.int32]:
        """(K,) place whose crowd thins an option out, or NOBODY."""
        rest = len(self._on_legs) + sum(self._waiting_sizes)
        if self.scenario.settings.move_rules.fixed_routes and self.level == "exact":
            # fixed routes are not thinned out, but people still do not set off for a full camp
            pass
        goal = np.tile(self.ways.goal, len(self.traits))[self._blocks[1]]
        limited = np.isfinite(self.capacity).any(axis=0)
        return np.concatenate([np.where(limited[goal], goal, NOBODY), np.full(rest, NOBODY)]).astype(np.int32)

    def answers(self, day: int, population: F64) -> tuple[F64, F64]:
        """Return (G, columns) chances to go and (K, columns) weights of options on a day.

        Args:
            day: of the run.
            population: (P, columns) people who are left in places.
        """
        columns = population.shape[1]
        capacity = np.where(np.isfinite(self.capacity[day]), self.capacity[day], 0.0)
        free = self.pull.chances(day, population, capacity)
        bound = np.arange(len(self.ways.stand_place)) >= len(self.names)
        stand = free[:, self.ways.stand_place]
        stand[:, bound] = 1.0
        short = np.where(self.course.town[day][self.ways.stand_place][None, :, None], 1.0, stand)
        flat = (len(self.traits) * len(self.ways.stand_place), columns)
        others = np.ones((1 + len(self._feet) + len(self._waiting_sizes), columns))
        chance = np.concatenate([stand.reshape(flat), stand.reshape(flat), short.reshape(flat), others])
        weight = self.pull.weights(day, population)
        weight = self._following(weight, day).reshape(-1, columns)
        _, base, share = self._blocks
        legs = np.repeat(self._on_legs[:, None], columns, axis=1)
        shared = np.where(weight[base] < 0, -1.0, weight[base] * share[:, None])
        return np.ascontiguousarray(chance), np.ascontiguousarray(
            np.concatenate([shared, legs, self._origins(day, population)])
        )

    def _following(self, weight: F64, day: int) -> F64:
        """Give those who follow a path their only option, where its link is open."""
        on = np.repeat(np.arange(len(self.ways.stand_place)) >= len(self.names), np.diff(self.ways.first))
        is_open = self.ways.opened(self.course.links_open[day])
        return np.where(on[None, :, None], np.where(is_open, 1.0, -1.0)[None, :, None], weight)

    def _origins(self, day: int, population: F64) -> F64:
        """Return weights of where and as whom people set out, (options, columns)."""
        origins = self.setting_out.origins
        share = self.traits.share[origins]
        if not self.setting_out.follows_registers:
            return np.repeat(share.reshape(-1, 1), population.shape[1], axis=1)
        weight = self.setting_out.origin_weights(day, population)[origins]
        return np.asarray((weight[:, None, :] * share[:, :, None]).reshape(-1, population.shape[1]))

    @cached_property
    def _group(self) -> NDArray[np.int32]:
        """(C,) group of each cell."""
        state, ways = self.net.states, self.ways
        stands = len(ways.stand_place)
        per = len(self.traits) * stands
        own = state.trait * stands + state.at
        day_grain, memory_grain = GRAINS[self.level]
        made = state.far * day_grain
        short = self.scenario.settings.move_rules.applied().avoid_short_stints & (
            (state.lately * memory_grain + made) / 2.0 < SHORT
        )
        arriving = per + np.where(short & (state.at < len(self.names)), per, 0) + own
        on_leg = np.isin(state.kind, kinds.ON_LEGS)
        stands = (state.kind == kinds.STANDING) | (state.kind == kinds.DISPLACED)
        foot = np.zeros(len(own))
        if self._foot:
            foot = np.where(on_leg, self.links_of_legs[np.where(on_leg, state.at, 0)], 0.0)
            if self.scenario.settings.move_rules.applied().start_on_foot:
                foot = np.where(state.fresh == 1, 0.0, foot)
        leg = 3 * per + np.where(foot > 0, 1 + np.searchsorted(self._feet, foot), 0)
        waiting = 3 * per + 1 + len(self._feet)
        group = np.select([stands, state.kind == kinds.ARRIVING, on_leg], [own, arriving, leg], waiting)
        if not self.setting_out.follows_registers:
            zone = np.searchsorted(self.setting_out.origins, np.maximum(state.far - 1, 0))
            group = np.where(state.kind == kinds.WAITING, waiting + zone, group)
        return group.astype(np.int32)

    def leaving_group(self, day: int) -> NDArray[np.int32]:
        """Return (C,) groups of those who are asked when people leave: who stands, and who sets out on this day."""
        state = self.net.states
        group = self._standing_group.copy()
        today = self._waiting_cells[state.at[self._waiting_cells] == day]
        group[today] = self._group[today]
        return group

    @cached_property
    def _waiting_cells(self) -> I64:
        return np.flatnonzero(self.net.states.kind == kinds.WAITING)

    @cached_property
    def _standing_group(self) -> NDArray[np.int32]:
        stands = np.isin(self.net.states.kind, (kinds.STANDING, kinds.DISPLACED))
        return np.where(stands, self._group, NOBODY).astype(np.int32)

    @cached_property
    def travel_group(self) -> NDArray[np.int32]:
        """(C,) groups of those who are asked when people travel: on legs, and arriving."""
        travels = np.isin(self.net.states.kind, (*kinds.ON_LEGS, kinds.ARRIVING))
        return np.where(travels, self._group, NOBODY).astype(np.int32)

    # Links that close.

    @cached_property
    def turning(self) -> Move | None:
        """From a link that closes to being bound to turn back on it."""
        rows = self.net.on_closable
        if not len(rows):
            return None
        return Move.build(self.net.table, "link closes", rows, self.net.turned[:, None, None], ["turned"])

    @cached_property
    def link_of_turning(self) -> I64:
        """Link of each source of `turning`."""
        return np.asarray(self.ways.leg_link[self.net.states.at[self.net.on_closable]])

    # What is counted.

    @cached_property
    def camps(self) -> I64:
        """Places that are told as camps: those that begin as one; where floods drive people, all places."""
        if self.scenario.settings.flood_mode:
            return np.arange(len(self.names))
        return np.array(
            [row for row, place in enumerate(self.scenario.locations) if place.kind in ("camp", "idpcamp")], dtype=np.int64
        )

    @cached_property
    def stocks(self) -> tuple[tuple[str, str, str], ...]:
        """Stage, site and origin of each stock series: one for each place, the roads, and those not yet displaced."""
        camp = set(self.camps.tolist())
        places = [("in_camp" if row in camp else "elsewhere", name, "") for row, name in enumerate(self.names)]
        return (*places, ("on_the_road", "roads", ""), ("not_yet_displaced", "home", ""))

    @cached_property
    def series(self) -> I64:
        """(C,) stock series of each cell."""
        kind, number = self.net.states.kind, len(self.names)
        return np.select(
            [kind == kinds.STANDING, kind == kinds.WAITING, np.isin(kind, kinds.THROUGH)],
            [self.net.place, np.full(len(kind), number + 1), np.full(len(kind), NOBODY)],
            number,
        )

    @cached_property
    def displaced_series(self) -> I64:
        """Flow series of people who set out from each origin."""
        return np.arange(len(self.setting_out.origins))

    @cached_property
    def links(self) -> tuple[tuple[str, str, str, str], ...]:
        """Quantity, from, to and origin of each flow series."""
        camps = [self.names[camp] for camp in self.camps]
        return (
            *(("displaced", self.names[place], "", "") for place in self.setting_out.origins),
            *(("to_camp", "", name, "") for name in camps),
            *(("from_camp", name, "", "") for name in camps),
        )


def links_of(scenario: FleeScenario) -> Links:
    """Return the directed links of a folder."""
    start, end = link_ends(scenario)
    speed = scenario.settings.move_rules.applied().max_move_speed
    routes = [route for route in scenario.routes for _ in range(4 if route.forced_redirection == 1 else 2)]
    return Links(
        start,
        end,
        np.array([route.km for route in routes]),
        np.array([route.max_move_speed or speed for route in routes]),
        np.array([route.walk_probability or 0.0 for route in routes]),
    )


def _apportioned(total: int, shares: F64) -> I64:
    """Return whole numbers that sum to a total, by largest remainders."""
    exact = total * shares / shares.sum()
    whole = np.floor(exact).astype(np.int64)
    whole[np.argsort(-(exact - whole), kind="stable")[: total - int(whole.sum())]] += 1
    return np.asarray(whole)


def _waiting(setting_out: SettingOut, traits: Traits, fresh: int) -> Waiting:
    """Return those who wait: a state for each day (and place) of setting out, and edges to where they then stand."""
    keys = setting_out.keys()
    days = np.array([day for day, _ in keys], dtype=np.int64)
    states = pack(kinds.WAITING, days, far=np.array([place + 1 for _, place in keys], dtype=np.int64))
    origins, number = setting_out.origins, len(traits)
    from_where = [origins if place < 0 else np.array([place]) for _, place in keys]
    sizes = [len(places) * number for places in from_where]
    source = np.repeat(np.arange(len(keys)), sizes)
    place = np.concatenate([np.repeat(places, number) for places in from_where]) if keys else np.zeros(0, dtype=np.int64)
    trait = np.concatenate([np.tile(np.arange(number), len(places)) for places in from_where]) if keys else place
    rank = np.concatenate([np.arange(size) for size in sizes]) if keys else place
    target = pack(kinds.DISPLACED, place, trait=trait, fresh=fresh)
    return Waiting(np.atleast_1d(states), Edges(source, rank, target), np.searchsorted(origins, place))


def _flows(scenario: FleeScenario, origins: int) -> Flows:
    """Return the series of arrivals at and departures from camps, after those of people who set out."""
    flood = scenario.settings.flood_mode
    camp = np.array([flood or place.kind in ("camp", "idpcamp") for place in scenario.locations])
    rank = np.cumsum(camp) - 1
    number = int(camp.sum())
    into = np.where(camp, origins + rank, NOBODY)
    return Flows(into, np.where(camp, origins + number + rank, NOBODY), origins + 2 * number)
