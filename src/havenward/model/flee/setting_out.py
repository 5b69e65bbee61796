"""Setting out: how many people are displaced on each day, and from where.

All numbers are known before anybody moves, save where each person comes from: those who follow the registers are drawn among
the conflict zones by population, intensity and age of the conflict.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from havenward.core.streams import meaning, step, uniforms
from havenward.model.flee.course import Course
from havenward.model.flee.mends import Mend, Mends
from havenward.model.flee.pull import along, decay
from havenward.scenario.flee.schema import FleeScenario

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class RegisteredChanges:
    """What the registers make of each day.

    Attributes:
        change: (D,) daily change of the registered people, Flee's double count on day 0 included.
        new: (D,) people who set out.
        debt: (D,) people by which the registers fell and who have not been made up for, after the day.
        at_start: (P,) registered people of day 0 by place.
    """

    change: I64
    new: I64
    debt: I64
    at_start: I64


def registered_changes(scenario: FleeScenario, mends: Mends) -> RegisteredChanges:
    """Follow the registers: what they fall by is held against later arrivals."""
    rules = scenario.settings.spawn_rules
    names = scenario.source.names
    if Mend.ROUNDING not in mends:
        table = scenario.registered_by_day()
    else:
        hasten = scenario.settings.optimisations.hasten
        when = np.arange(scenario.days + 1)
        table = np.stack([scenario.source.line(name, hasten).at(when) for name in names], axis=1)
    if rules.sum_from_camps:
        series = table[:, 1:].sum(axis=1)
        doubled = series[0] if Mend.DAY_0 in mends else table[0].sum()
    else:
        series = table[:, 0]
        doubled = series[0]
    series = np.rint(series).astype(np.int64)
    change = np.diff(series[: scenario.days], prepend=0)
    change[0] = 0 if rules.empty_camps_on_day0 else int(doubled)
    new, debts = np.zeros_like(change), np.zeros_like(change)
    debt = 0
    for day, more in enumerate(change.tolist()):
        due = 0 if rules.insert_day0 and day == 0 else more - debt
        debt = max(-due, 0)
        new[day], debts[day] = max(due, 0), debt
    column = {name: k for k, name in enumerate(names)}
    at_start = [int(table[0, column[place.name]]) if place.name in column else 0 for place in scenario.locations]
    return RegisteredChanges(change, new, debts, np.array(at_start, dtype=np.int64))


@dataclass(frozen=True)
class SettingOut:
    """Who sets out.

    Attributes:
        scenario: the folder.
        course: places by day.
        population: (P,) people of each place at the start, divided by hasten.
        mends: where the rules differ from what Flee does.
    """

    scenario: FleeScenario
    course: Course
    population: F64
    mends: Mends

    @property
    def follows_registers(self) -> bool:
        """Whether the registers say how many set out, and not the conflict or the flood."""
        rules = self.scenario.settings.spawn_rules
        return not self.scenario.settings.flood_mode and rules.conflict_driven_spawning is None

    @cached_property
    def registered(self) -> RegisteredChanges:
        """What the registers say."""
        return registered_changes(self.scenario, self.mends)

    @cached_property
    def by_place(self) -> F64:
        """(D, P) expected numbers who set out where the registers do not say; whole ones unless they are drawn."""
        rules = self.scenario.settings.spawn_rules
        taken = np.zeros(len(self.population))
        out = np.zeros((self.scenario.days, len(self.population)))
        for day in range(self.scenario.days):
            number = self._driven(day, np.maximum(self.population - taken, 0.0))
            out[day] = number
            if rules.take_from_population:
                taken += number
        return out

    @cached_property
    def left(self) -> F64:
        """(D, P) people who are left in places after each day's have set out, where the registers do not say who does.

        Where numbers are drawn from Poisson's law these are the expected ones, the same for all members.
        """
        taken = np.cumsum(self.by_place, axis=0) * self.scenario.settings.spawn_rules.take_from_population
        return np.asarray(np.maximum(self.population - taken, 0.0))

    @property
    def drawn(self) -> bool:
        """Whether numbers are drawn from Poisson's law."""
        rules = self.scenario.settings.spawn_rules
        spawning = rules.flood_driven_spawning if self.scenario.settings.flood_mode else rules.conflict_driven_spawning
        return spawning is not None and spawning.spawn_mode == "poisson"

    def _driven(self, day: int, population: F64) -> F64:
        rules, settings = self.scenario.settings.spawn_rules, self.scenario.settings
        scale = settings.optimisations.hasten if Mend.HASTEN in self.mends else 1
        if settings.flood_mode:
            assert rules.flood_driven_spawning is not None
            mode, listed = rules.flood_driven_spawning.spawn_mode, rules.flood_driven_spawning.displaced_per_flood_day
            level = np.floor(self.scenario.flood_by_day()[day])
            rate = np.where(level > 0, along(listed, level), 0.0)
        else:
            assert rules.conflict_driven_spawning is not None
            mode = rules.conflict_driven_spawning.spawn_mode
            rate = rules.conflict_driven_spawning.displaced_per_conflict_day * self.course.zones[day]
            if mode == "pop_ratio":
                # in Flee's order, as the last digit may decide on a person
                ratio = rules.conflict_driven_spawning.displaced_per_conflict_day
                return np.asarray(np.floor(ratio * population * self.course.zones[day]))
        if mode == "pop_ratio":
            return np.floor(rate * population)
        if mode == "poisson" and not settings.flood_mode:
            return np.asarray(rate / scale)
        return np.floor(rate / scale)

    def origin_weights(self, day: int, population: F64) -> F64:
        """Return (P, columns) weights of places that people who follow the registers set out from.

        Args:
            day: of the run.
            population: (P, columns) people who are left.
        """
        rules = self.scenario.settings.spawn_rules
        weighed = int(self.course.weighed[day])
        fought = self.course.setting_out[day]
        share = fought * decay(self.scenario, weighed - self.course.setting_out_since[day])
        if rules.starvation_driven_spawning and weighed > 0:
            hunger = np.nan_to_num(self.scenario.food_by_day()[weighed]) / 100.0
            share = share + np.where((fought > 0) | (not rules.conflict_zone_spawning_only), hunger, 0.0)
        return np.asarray(share[:, None] * population)

    def numbers(self, seed: int, members: NDArray[np.uint32]) -> dict[tuple[int, int], I64]:
        """Return (M,) people who set out, by day and place; place -1 is one that is yet to be drawn."""
        if self.follows_registers:
            new = self.registered.new
            return {(int(day), -1): np.full(len(members), new[day]) for day in np.flatnonzero(new)}
        out: dict[tuple[int, int], I64] = {}
        for day, place in np.argwhere(self.by_place > 0).tolist():
            mean = self.by_place[day, place]
            if self.drawn:
                stream = np.array([meaning("flee", "sets out", self.scenario.locations[place].name)], dtype=np.uint64)
                u = uniforms(seed, members, stream, step(day, 0), np.zeros(1, dtype=np.uint32))[:, 0]
                out[day, place] = stats.poisson.ppf(u, mean).astype(np.int64)
            else:
                out[day, place] = np.full(len(members), int(mean))
        return out

    def keys(self) -> list[tuple[int, int]]:
        """Return the days and places (-1: yet to be drawn) that anybody sets out on and from, in the order of making."""
        if self.follows_registers:
            return [(int(day), -1) for day in np.flatnonzero(self.registered.new)]
        return [(day, place) for day, place in np.argwhere(self.by_place > 0).tolist()]

    @cached_property
    def origins(self) -> I64:
        """Places that anybody may set out from."""
        if not self.follows_registers:
            return np.flatnonzero(self.by_place.any(axis=0))
        days = np.flatnonzero(self.registered.new)
        weights = [self.origin_weights(int(day), self.population[:, None])[:, 0] > 0 for day in days]
        return np.flatnonzero(np.any(weights, axis=0)) if weights else np.zeros(0, dtype=np.int64)
