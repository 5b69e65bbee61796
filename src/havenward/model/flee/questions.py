"""Questions: what people are asked on a day, whether they go and along which option, and what is answered.

People who are asked the same form a group, and options are numbered group by group. Groups lie in blocks: those who stand,
those who arrive, those who arrive after a short way and those at a gate, each by trait and stand; then those on a leg, who
are always at full speed or by some chance on foot; then those who wait to set out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import NOBODY
from havenward.model.flee import states as kinds
from havenward.model.flee.ground import Ground

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

SHORT = 0.5
"""Mean of memory and today's way, in days at full speed, below which people go on through towns."""
BLOCKS = 4
"""Kinds of people who choose at a stand: who stands, who arrives, who arrives after a short way, who is at the gate."""


@dataclass(frozen=True)
class Questions:
    """What people on some ground are asked."""

    ground: Ground

    # Options of the groups: G groups, K options.

    @cached_property
    def option_first(self) -> I64:
        """(G + 1,) where the options of each group begin."""
        legs = [1, *([2] * len(self._feet))]
        sizes = np.concatenate([self._options[0], legs, self._waiting_sizes])
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    @cached_property
    def option_goal(self) -> I32:
        """(K,) place with a limit at which an option ends, or NOBODY."""
        goal = np.tile(self.ground.ways.goal, len(self.ground.traits))[self._options[1]]
        ends = np.where(np.isin(goal, self.ground.limited), goal, NOBODY)
        rest = np.full(int(self.option_first[-1]) - len(ends), NOBODY)
        return np.concatenate([ends, rest]).astype(np.int32)

    @cached_property
    def keep(self) -> F64:
        """(G,) factor below the best path from which paths are not taken; of other choices all options are."""
        move = self.ground.scenario.settings.move_rules.applied()
        pruned = move.pruning_threshold >= 1.001 and not move.fixed_routes
        keep = np.zeros(len(self.option_first) - 1)
        keep[: BLOCKS * self._per_block] = 1.0 / move.pruning_threshold if pruned else 0.0
        return keep

    @cached_property
    def _options(self) -> tuple[I64, I64]:
        """Sizes of the groups by stand, and which of the weights of paths each of their options takes."""
        ways, traits = self.ground.ways, len(self.ground.traits)
        size = np.tile(np.diff(ways.first), BLOCKS * traits)
        return size, np.tile(np.arange(traits * len(ways.goal)), BLOCKS)

    @property
    def _per_block(self) -> int:
        """Groups of a block by trait and stand."""
        return len(self.ground.traits) * len(self.ground.ways.stand_place)

    @cached_property
    def _foot(self) -> F64:
        """Chance to go on foot along each leg."""
        return np.asarray(self.ground.pace.links.walked[self.ground.ways.leg_link])

    @cached_property
    def _feet(self) -> F64:
        """Chances to go on foot that there are, above 0."""
        return np.unique(self._foot[self._foot > 0])

    @cached_property
    def _waiting_sizes(self) -> list[int]:
        """Options of the groups of those who wait."""
        traits, origins = len(self.ground.traits), len(self.ground.setting_out.origins)
        return [traits * origins] if self.ground.setting_out.follows_registers else [traits] * origins

    # Answers.

    def answers(self, day: int, population: F64) -> tuple[F64, F64]:
        """Return (G, columns) chances to go and (K, columns) weights of options on a day.

        Args:
            day: of the run.
            population: (P, columns) people who are left in places.
        """
        return self._chances(day, population), self._weights(day, population)

    def _chances(self, day: int, population: F64) -> F64:
        """Return (G, columns) chances to go."""
        ground, columns = self.ground, population.shape[1]
        move = ground.scenario.settings.move_rules
        capacity = np.where(np.isfinite(ground.capacity[day]), ground.capacity[day] / move.capacity_scaling, 0.0)
        stand = ground.pull.chances(day, population, capacity)[:, ground.ways.stand_place]
        stand[:, self._bound] = 1.0 if ground.pull.anybody_moves else 0.0
        short = np.where(ground.course.town[day][ground.ways.stand_place][None, :, None], 1.0, stand)
        gate = np.full(stand.shape, move.applied().default_movechance)
        others = np.ones((1 + len(self._feet) + len(self._waiting_sizes), columns))
        return np.concatenate([*(block.reshape(-1, columns) for block in (stand, stand, short, gate)), others])

    def _weights(self, day: int, population: F64) -> F64:
        """Return (K, columns) weights of options."""
        columns = population.shape[1]
        paths = self._following(self.ground.pull.weights(day, population), day).reshape(-1, columns)
        legs = np.repeat(self._on_legs[:, None], columns, axis=1)
        weights = np.concatenate([paths[self._options[1]], legs, self._origins(day, population)])
        return np.ascontiguousarray(weights)

    @cached_property
    def _bound(self) -> NDArray[np.bool_]:
        """Whether those at a stand follow a path."""
        return np.arange(len(self.ground.ways.stand_place)) >= len(self.ground.names)

    def _following(self, weight: F64, day: int) -> F64:
        """Give those who follow a path their only option, where its link is open."""
        ways = self.ground.ways
        on = np.repeat(self._bound, np.diff(ways.first))
        is_open = ways.opened(self.ground.course.links_open[day])
        return np.where(on[None, :, None], np.where(is_open, 1.0, -1.0)[None, :, None], weight)

    @cached_property
    def _on_legs(self) -> F64:
        """Weights of the options of those on legs."""
        return np.concatenate([[1.0], *([1.0 - foot, foot] for foot in self._feet.tolist())])

    def _origins(self, day: int, population: F64) -> F64:
        """Return weights of where and as whom people set out, (options, columns)."""
        setting_out = self.ground.setting_out
        share = self.ground.traits.share[setting_out.origins]
        if not setting_out.follows_registers:
            return np.repeat(share.reshape(-1, 1), population.shape[1], axis=1)
        weight = setting_out.origin_weights(day, population)[setting_out.origins]
        return np.asarray((weight[:, None, :] * share[:, :, None]).reshape(-1, population.shape[1]))

    # Who is asked: (C,) groups of cells, NOBODY for those who are not.

    def whole_group(self, day: int) -> I32:
        """Return (C,) groups of all who are asked on a day, where nobody waits for others."""
        return self._with_waiting(self._every_group, day)

    def leaving_group(self, day: int) -> I32:
        """Return (C,) groups of those who are asked when people leave: who is somewhere, and who sets out on this day."""
        return self._with_waiting(self._standing_group, day)

    def displacing_group(self, day: int) -> I32:
        """Return (C,) groups of those who set out on a day, and nobody else."""
        return self._with_waiting(np.full(len(self._group), NOBODY, dtype=np.int32), day)

    @cached_property
    def travel_group(self) -> I32:
        """(C,) groups of those who are asked when people travel: on legs, arriving, and entering."""
        return self._group_of((*kinds.BY_LEG, kinds.ARRIVING))

    @cached_property
    def _every_group(self) -> I32:
        return self._group_of((*kinds.CHOOSING, *kinds.BY_LEG, kinds.ARRIVING))

    @cached_property
    def _standing_group(self) -> I32:
        return self._group_of(kinds.CHOOSING)

    def _group_of(self, wanted: tuple[int, ...]) -> I32:
        return np.asarray(np.where(np.isin(self.ground.net.states.kind, wanted), self._group, NOBODY), dtype=np.int32)

    def _with_waiting(self, group: I32, day: int) -> I32:
        """Return groups, with those who set out on a day among them."""
        today = self._waiting_cells[self.ground.net.states.at[self._waiting_cells] == day]
        group = group.copy()
        group[today] = self._group[today]
        return group

    @cached_property
    def _waiting_cells(self) -> I64:
        return np.flatnonzero(self.ground.net.states.kind == kinds.WAITING)

    @cached_property
    def _group(self) -> I32:
        """(C,) group of each cell; NOBODY for those who are never asked."""
        state, ways = self.ground.net.states, self.ground.ways
        per = self._per_block
        own = state.trait * len(ways.stand_place) + state.at
        legs = BLOCKS * per
        groups = {
            kinds.STANDING: own,
            kinds.DISPLACED: own,
            kinds.ARRIVING: per + np.where(self._after_short_way, per, 0) + own,
            kinds.AT_THE_GATE: 3 * per + own,
            kinds.WAITING: legs + 1 + len(self._feet) + self._waiting_rank,
            **dict.fromkeys(kinds.BY_LEG, legs + self._leg_rank),
        }
        group = np.select([state.kind == kind for kind in groups], list(groups.values()), NOBODY)
        return np.asarray(group, dtype=np.int32)

    @property
    def _after_short_way(self) -> NDArray[np.bool_]:
        """(C,) who goes on through a town, having come only a short way."""
        state, pace = self.ground.net.states, self.ground.pace
        short = (state.lately * pace.memory_grain + state.far * pace.day_grain) / 2.0 < SHORT
        avoids = self.ground.scenario.settings.move_rules.applied().avoid_short_stints
        return np.asarray(short & avoids & (state.at < len(self.ground.names)))

    @property
    def _leg_rank(self) -> I64:
        """(C,) rank among the groups of those on a leg: 0 always at full speed, then by the chance to go on foot."""
        state = self.ground.net.states
        on_leg = np.isin(state.kind, kinds.BY_LEG)
        foot = self._foot[np.where(on_leg, state.at, 0)] if len(self._foot) else np.zeros(len(state.key))
        first = (state.fresh == 1) & self.ground.scenario.settings.move_rules.applied().start_on_foot
        return np.where((foot > 0) & on_leg & ~first, 1 + np.searchsorted(self._feet, foot), 0)

    @property
    def _waiting_rank(self) -> I64 | int:
        """(C,) rank among the groups of those who wait."""
        setting_out, state = self.ground.setting_out, self.ground.net.states
        if setting_out.follows_registers:
            return 0
        return np.searchsorted(setting_out.origins, np.maximum(state.far - 1, 0))
