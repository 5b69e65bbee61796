"""Ground: a Flee folder compiled, once, for all members: cells, edges, questions, and what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import NOBODY
from havenward.core.orders import Move
from havenward.core.totals import Total
from havenward.model.flee import states as kinds
from havenward.model.flee.course import Course, course_of, link_ends
from havenward.model.flee.mends import Mend, Mends
from havenward.model.flee.net import FleeNet, Flows, Waiting, build
from havenward.model.flee.pull import Pull
from havenward.model.flee.room import at_start, capacities
from havenward.model.flee.setting_out import SettingOut
from havenward.model.flee.states import Edges, Pace, Steps, pack
from havenward.model.flee.traits import Traits, hazard_of_agents, traits_of
from havenward.model.flee.ways import Links, TooManyPaths, Ways, lay_out
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.flee.settings import MoveRules

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

SHORT = 0.5
"""Mean of memory and today's way, in days at full speed, below which people go on through towns."""
FINE, COARSE = (1 / 32, 1 / 16), (1 / 8, 1 / 4)
"""Steps in which the way of a day and the memory of travel are kept: see mends.py for what they change."""
MOST_GRAINS = 400.0
"""Grains of a day's way up to which a grain may be a km."""
FINEST = 1 / 256
"""Smallest step in which the way of a day is kept, whatever the shortest link."""

BLOCKS = 4
"""Kinds of people who choose at a stand: who stands, who arrives, who arrives after a short way, who is at the gate."""


@dataclass(frozen=True)
class Ground:
    """The compiled folder.

    Attributes:
        scenario: the folder.
        mends: where the rules differ from what Flee does.
        names: of the places.
        course: places by day.
        ways: paths.
        pace: how people travel.
        traits: what tells people apart.
        setting_out: who is displaced.
        pull: where they are drawn.
        capacity: (D, P) persons whom places hold.
        net: cells and edges.
        waiting_rows: cell of those who set out on a day from a place (-1: yet to be drawn).
        first_rows: cells and people before the first day.
    """

    scenario: FleeScenario
    mends: Mends
    names: tuple[str, ...]
    course: Course
    ways: Ways
    pace: Pace
    traits: Traits
    setting_out: SettingOut
    pull: Pull
    capacity: F64
    net: FleeNet
    waiting_rows: dict[tuple[int, int], int]
    first_rows: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, scenario: FleeScenario, mends: Mends) -> Ground:
        """Compile a folder.

        Raises:
            TooManyPaths: people know more paths than fit in memory.
            TooSlow: a link takes too long.
        """
        move = scenario.settings.move_rules.applied()
        names = tuple(place.name for place in scenario.locations)
        links = links_of(scenario)
        marker = np.array([place.kind == "marker" for place in scenario.locations])
        ways = lay_out(
            names,
            links,
            marker,
            move.awareness_level,
            markers_count=move.fixed_routes and Mend.FIXED_ROUTES not in mends,
        )
        course, traits = course_of(scenario, mends), traits_of(scenario)
        pull = Pull(scenario, course, ways, traits, mends)
        setting_out = SettingOut(scenario, course, pull.population, mends)
        pace = pace_of(links, move, mends)
        capacity = capacities(scenario, setting_out, mends)
        limited = np.isfinite(capacity).any(axis=0)
        steps = Steps(ways, pace, np.logical_and(limited, Mend.ARRIVALS in mends))
        fresh = int(move.start_on_foot)
        begin = [
            (int(pack(kinds.STANDING, place, trait=trait, fresh=fresh)), int(number))
            for place, total in enumerate(at_start(scenario, setting_out, mends))
            if total
            for trait, number in enumerate(_apportioned(int(total), traits.share[place]))
        ]
        for listed in scenario.agents if scenario.settings.spawn_rules.read_from_agents_csv_file else ():
            place = scenario.index[listed.place]
            alike = traits.hazard == hazard_of_agents(listed, move)
            shares = traits.share[place] * alike
            for trait, number in enumerate(_apportioned(listed.agents, shares if shares.any() else alike * 1.0)):
                begin.append((int(pack(kinds.STANDING, place, trait=trait, fresh=fresh)), int(number)))
        _check_sizes(ways, traits, scenario)
        closable = np.asarray(~course.links_open.all(axis=0) | course.closing.any(axis=0))
        waiting = _waiting(setting_out, traits, fresh)
        net = build(
            steps,
            np.array([state for state, _ in begin], dtype=np.int64),
            waiting,
            closable,
            _sinks(scenario) > 0,
            names,
            _flows(scenario, len(setting_out.origins)),
            _passing(scenario, mends),
            scenario.days,
        )
        row = {int(key): k for k, key in enumerate(net.states.key.tolist())}
        first: dict[int, int] = {}
        for state, number in begin:
            first[row[state]] = first.get(row[state], 0) + number
        return cls(
            scenario=scenario,
            mends=mends,
            names=names,
            course=course,
            ways=ways,
            pace=pace,
            traits=traits,
            setting_out=setting_out,
            pull=pull,
            capacity=capacity,
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

    @property
    def population_acts(self) -> bool:
        """Whether it matters to those who move how many are left in places after the day's people have set out."""
        return kinds.DISPLACED not in _passing(self.scenario, self.mends)

    # Questions. Groups of cells, block by block: those who stand, those who arrive, those who arrive after a short way and
    # those at a gate, each by trait and stand; those on a leg, always or by chance at full speed; those who wait.

    @cached_property
    def foot(self) -> F64:
        """(G,) chance to go on foot along each leg."""
        return np.asarray(links_of(self.scenario).walked[self.ways.leg_link])

    @cached_property
    def _feet(self) -> F64:
        """Chances to go on foot that there are, above 0."""
        return np.unique(self.foot[self.foot > 0])

    @cached_property
    def limited(self) -> I64:
        """Places whose people are limited on some day."""
        return np.flatnonzero(np.isfinite(self.capacity).any(axis=0))

    @cached_property
    def _options(self) -> tuple[I64, I64]:
        """Sizes of the groups by stand, and which of the weights of paths each of their options takes."""
        size = np.tile(np.diff(self.ways.first), BLOCKS * len(self.traits))
        return size, np.tile(np.arange(len(self.traits) * len(self.ways.goal)), BLOCKS)

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
        sizes = np.concatenate([self._options[0], legs, self._waiting_sizes])
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    @cached_property
    def _on_legs(self) -> F64:
        """Weights of the options of those on legs."""
        return np.concatenate([[1.0], *([1.0 - foot, foot] for foot in self._feet.tolist())])

    @cached_property
    def keep(self) -> F64:
        """(G,) factor below the best path from which paths are not taken; of other choices all options are."""
        move = self.scenario.settings.move_rules.applied()
        pruned = move.pruning_threshold >= 1.001 and not move.fixed_routes
        keep = np.zeros(len(self.option_first) - 1)
        keep[: BLOCKS * len(self.traits) * len(self.ways.stand_place)] = 1.0 / move.pruning_threshold if pruned else 0.0
        return keep

    @cached_property
    def option_goal(self) -> NDArray[np.int32]:
        """(K,) place with a limit at which an option ends, or NOBODY."""
        goal = np.tile(self.ways.goal, len(self.traits))[self._options[1]]
        ends = np.where(np.isin(goal, self.limited), goal, NOBODY)
        rest = np.full(int(self.option_first[-1]) - len(ends), NOBODY)
        return np.concatenate([ends, rest]).astype(np.int32)

    def answers(self, day: int, population: F64) -> tuple[F64, F64]:
        """Return (G, columns) chances to go and (K, columns) weights of options on a day.

        Args:
            day: of the run.
            population: (P, columns) people who are left in places.
        """
        columns = population.shape[1]
        scaling = self.scenario.settings.move_rules.capacity_scaling
        capacity = np.where(np.isfinite(self.capacity[day]), self.capacity[day] / scaling, 0.0)
        free = self.pull.chances(day, population, capacity)
        bound = np.arange(len(self.ways.stand_place)) >= len(self.names)
        stand = free[:, self.ways.stand_place]
        stand[:, bound] = 1.0 if self.pull.anybody_moves else 0.0
        short = np.where(self.course.town[day][self.ways.stand_place][None, :, None], 1.0, stand)
        gate = np.full(stand.shape, self.scenario.settings.move_rules.applied().default_movechance)
        others = np.ones((1 + len(self._feet) + len(self._waiting_sizes), columns))
        blocks = [block.reshape(-1, columns) for block in (stand, stand, short, gate)]
        weight = self._following(self.pull.weights(day, population), day).reshape(-1, columns)
        fixed = np.repeat(self._on_legs[:, None], columns, axis=1)
        every = np.concatenate([weight[self._options[1]], fixed, self._origins(day, population)])
        return np.concatenate([*blocks, others]), np.ascontiguousarray(every)

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
        """(C,) group of each cell; NOBODY for those who are never asked."""
        state, move = self.net.states, self.scenario.settings.move_rules.applied()
        per = len(self.traits) * len(self.ways.stand_place)
        own = state.trait * len(self.ways.stand_place) + state.at
        day_grain, memory_grain = self.pace.day_grain, self.pace.memory_grain
        short = (state.lately * memory_grain + state.far * day_grain) / 2.0 < SHORT
        short &= move.avoid_short_stints & (state.at < len(self.names))
        on_leg = np.isin(state.kind, kinds.BY_LEG)
        foot = np.where(on_leg, self.foot[np.where(on_leg, state.at, 0)], 0.0) if len(self.foot) else np.zeros(len(own))
        foot = np.where((state.fresh == 1) & move.start_on_foot, 0.0, foot)
        legs = BLOCKS * per
        waiting: I64 = np.full(len(own), legs + 1 + len(self._feet))
        if not self.setting_out.follows_registers:
            waiting = waiting + np.searchsorted(self.setting_out.origins, np.maximum(state.far - 1, 0))
        groups = {
            kinds.STANDING: own,
            kinds.DISPLACED: own,
            kinds.ARRIVING: per + np.where(short, per, 0) + own,
            kinds.AT_THE_GATE: 3 * per + own,
            kinds.WAITING: waiting,
            **{kind: legs + np.where(foot > 0, 1 + np.searchsorted(self._feet, foot), 0) for kind in kinds.BY_LEG},
        }
        group = np.select([state.kind == kind for kind in groups], list(groups.values()), NOBODY)
        return np.asarray(group, dtype=np.int32)

    def leaving_group(self, day: int) -> NDArray[np.int32]:
        """Return (C,) groups of those who are asked when people leave: who is somewhere, and who sets out on this day."""
        return self._with_waiting(self._standing_group, day)

    def whole_group(self, day: int) -> NDArray[np.int32]:
        """Return (C,) groups of all who are asked on a day, where nobody waits for others."""
        return self._with_waiting(self._every_group, day)

    def _with_waiting(self, group: NDArray[np.int32], day: int) -> NDArray[np.int32]:
        today = self.waiting_on(day)
        group = group.copy()
        group[today] = self._group[today]
        return group

    @cached_property
    def _every_group(self) -> NDArray[np.int32]:
        return self._group_of((*kinds.CHOOSING, *kinds.BY_LEG, kinds.ARRIVING))

    @cached_property
    def _waiting_cells(self) -> I64:
        return np.flatnonzero(self.net.states.kind == kinds.WAITING)

    def displacing_group(self, day: int) -> NDArray[np.int32]:
        """Return (C,) groups of those who set out on a day, and nobody else."""
        return self._with_waiting(np.full(len(self._group), NOBODY, dtype=np.int32), day)

    def waiting_on(self, day: int) -> I64:
        """Return cells of those who set out on a day."""
        return np.asarray(self._waiting_cells[self.net.states.at[self._waiting_cells] == day])

    def _group_of(self, wanted: tuple[int, ...]) -> NDArray[np.int32]:
        return np.asarray(np.where(np.isin(self.net.states.kind, wanted), self._group, NOBODY), dtype=np.int32)

    @cached_property
    def _standing_group(self) -> NDArray[np.int32]:
        return self._group_of(kinds.CHOOSING)

    @cached_property
    def travel_group(self) -> NDArray[np.int32]:
        """(C,) groups of those who are asked when people travel: on legs, arriving, and entering."""
        return self._group_of((*kinds.BY_LEG, kinds.ARRIVING))

    # Limits.

    @cached_property
    def inside(self) -> Total:
        """People in each place with a limit."""
        rows = np.flatnonzero((self.net.states.kind == kinds.STANDING) & np.isin(self.net.place, self.limited))
        return Total.by(np.searchsorted(self.limited, self.net.place[rows]), len(self.limited), rows)

    @cached_property
    def admission(self) -> Move | None:
        """From the gates of camps to the inside."""
        rows = self.net.at_gates
        if not len(rows):
            return None
        into = self.net.net.into[self.ways.stand_place[self.net.states.at[rows]]]
        inside = self.net.admitted[:, None, None]
        return Move.build(self.net.table, "admitted", rows, inside, ["inside"], into.astype(np.int64)[:, None, None])

    @cached_property
    def lane(self) -> I64:
        """Place with a limit that each source of `admission` is at the gate of, by its rank among them."""
        return np.searchsorted(self.limited, self.ways.stand_place[self.net.states.at[self.net.at_gates]])

    # People who leave the count.

    @cached_property
    def leaving_count(self) -> Move | None:
        """From camps to where people are who left the count."""
        rows = self.net.in_sinks
        if not len(rows):
            return None
        return Move.build(self.net.table, "leaves the count", rows, self.net.left[:, None, None], ["left"])

    def leaving_chance(self, day: int) -> F64:
        """Return the chance of each source of `leaving_count`: only camps are sinks."""
        return np.asarray((_sinks(self.scenario) * self.course.camp[day])[self.net.place[self.net.in_sinks]])

    # Links that close.

    @cached_property
    def turning(self) -> Move | None:
        """From a link that closes to being bound to turn back on it."""
        rows = self.net.on_closable
        if not len(rows):
            return None
        return Move.build(self.net.table, "link closes", rows, self.net.turned[:, None, None], ["turned"])

    @cached_property
    def going_on(self) -> Move | None:
        """Mended: those bound to turn back go on where the link opens again before they come to its end."""
        rows = self.net.turned
        if Mend.CLOSURES not in self.mends or not len(rows):
            return None
        return Move.build(self.net.table, "link opens", rows, self.net.on_closable[:, None, None], ["on the road"])

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
        """Stage, site and origin of each stock series: every place, gates of places with a limit, and no place."""
        camp = set(self.camps.tolist())
        places = [("in_camp" if row in camp else "elsewhere", name, "") for row, name in enumerate(self.names)]
        gates = [("at_the_gate", self.names[place], "") for place in self.limited]
        others = [("on_the_road", "roads", ""), ("not_yet_displaced", "home", ""), ("left_the_count", "camps", "")]
        return (*places, *gates, *others)

    @cached_property
    def series(self) -> I64:
        """(C,) stock series of each cell."""
        state, number = self.net.states, len(self.names)
        gates = number + np.searchsorted(self.limited, state.at)
        roads = np.full(len(state.key), number + len(self.limited))
        told = {
            kinds.STANDING: self.net.place,
            kinds.AT_THE_GATE: gates,
            kinds.WAITING: roads + 1,
            kinds.LEFT_THE_COUNT: roads + 2,
            **dict.fromkeys(kinds.ON_LEGS, roads),
        }
        return np.asarray(np.select([state.kind == kind for kind in told], list(told.values()), NOBODY))

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


def _check_sizes(ways: Ways, traits: Traits, scenario: FleeScenario) -> None:
    """Refuse what does not fit into the number of a state.

    Raises:
        TooManyPaths: there are too many.
    """
    for what, number, most in (
        ("stands and legs", max(len(ways.stand_place), len(ways.leg_link)), kinds.MOST_PLACES),
        ("kinds of people", len(traits), kinds.MOST_TRAITS),
        ("places or days", max(len(scenario.locations), scenario.days), kinds.MOST_FAR),
    ):
        if number >= most:
            raise TooManyPaths(
                f"{number:,} {what} are more than the {most - 1:,} that can be told apart; make the folder smaller"
            )


def _asks_population(scenario: FleeScenario) -> bool:
    move = scenario.settings.move_rules.applied()
    return move.use_pop_for_loc_weight or move.movechance_pop_scale_factor != 0.0


def _passing(scenario: FleeScenario, mends: Mends) -> tuple[int, ...]:
    """Return the kinds of people who are asked again at once."""
    passing = kinds.PASSING if Mend.MORNING in mends else kinds.PASSING_WITHIN_TRAVEL
    if scenario.settings.spawn_rules.take_from_population and _asks_population(scenario):
        # all set out before anybody is asked
        return tuple(kind for kind in passing if kind != kinds.DISPLACED)
    return passing


def _sinks(scenario: FleeScenario) -> F64:
    """Return (P,) daily chances to leave the count of a camp."""
    on = scenario.settings.spawn_rules.camps_are_sinks
    return np.array([(place.deactivation_probability or 0.0) * on for place in scenario.locations])


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


def pace_of(links: Links, move: MoveRules, mends: Mends) -> Pace:
    """Return how people travel; the way of a day is kept finely enough for the shortest link to count."""
    day_grain, memory_grain = COARSE if Mend.GRAIN in mends else FINE
    full = move.max_move_speed
    if Mend.GRAIN not in mends and full <= MOST_GRAINS and _all_whole(np.append(links.km, full)):
        # a grain is a km, and nothing is rounded
        day_grain = 1.0 / full
    shortest = float(links.km.min(initial=move.max_move_speed)) / move.max_move_speed
    while day_grain > max(shortest, FINEST):
        day_grain /= 2
    return Pace(
        links,
        move.max_move_speed,
        move.max_walk_speed,
        move.start_on_foot,
        move.avoid_short_stints,
        day_grain,
        memory_grain,
    )


def _all_whole(values: F64) -> bool:
    return bool((values == np.rint(values)).all())


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
