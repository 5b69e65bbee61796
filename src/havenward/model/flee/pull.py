"""Pull: how attractive places are, and how likely people are to leave them, on a day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from havenward.model.flee.course import Course, Standing
from havenward.model.flee.mends import Mend, Mends
from havenward.model.flee.traits import IGNORED, SQUARED, Traits
from havenward.model.flee.ways import Ways
from havenward.scenario.flee.schema import FleeScenario

F64 = NDArray[np.float64]
EARTH_KM = 6371.0


def decay(scenario: FleeScenario, age: NDArray[np.int64]) -> F64:
    """Return what is left of conflicts of some ages in days."""
    rules = scenario.settings.spawn_rules
    if rules.conflict_spawn_decay is None:
        return np.ones(age.shape)
    steps = np.array(rules.conflict_spawn_decay)
    return np.asarray(steps[np.clip(age // rules.conflict_spawn_decay_interval, 0, len(steps) - 1)])


def along(values: tuple[float, ...], level: F64) -> F64:
    """Return a list by flood level, on straight lines between whole levels."""
    return np.asarray(np.interp(level, np.arange(len(values)), values))


@dataclass(frozen=True)
class Pull:
    """Attractiveness of places and chances to leave them.

    Attributes:
        scenario: the folder.
        course: places by day.
        ways: paths.
        traits: of people.
        mends: where the rules differ from what Flee does.
    """

    scenario: FleeScenario
    course: Course
    ways: Ways
    traits: Traits
    mends: Mends

    @cached_property
    def foreign(self) -> NDArray[np.bool_]:
        """(P,) places outside the country of the first place."""
        home = self.scenario.home_country
        return np.array([place.country != home for place in self.scenario.locations])

    @property
    def anybody_moves(self) -> bool:
        """Whether people move at all: with an awareness of 0 nobody in Flee does."""
        return Mend.AWARENESS in self.mends or self.scenario.settings.move_rules.awareness_level != 0

    @cached_property
    def population(self) -> F64:
        """(P,) people of places other than camps, as Flee counts them: divided by hasten, whole."""
        hasten = self.scenario.settings.optimisations.hasten
        people = np.array([float(place.population // hasten) for place in self.scenario.locations])
        spawn = self.scenario.settings.spawn_rules
        if spawn.take_from_population and spawn.read_from_agents_csv_file:
            for listed in self.scenario.agents:
                people[self.scenario.index[listed.place]] -= listed.agents
        return np.asarray(np.maximum(people, 0.0))

    @cached_property
    def _hunger(self) -> F64:
        """(D, P) share of people in critical food deprivation; 0 where nothing is said."""
        return np.nan_to_num(self.scenario.food_by_day()) / 100.0

    @cached_property
    def _floods(self) -> F64:
        """(days, P) flood levels, for all days that the folder tells of: forecasts look beyond the end of a run."""
        table = self.scenario.floods
        days = max(self.scenario.days, 0 if table is None else len(table.values))
        levels = np.zeros((days, len(self.scenario.locations)))
        if table is not None:
            levels[: len(table.values), [self.scenario.index[name] for name in table.names]] = np.floor(table.values)
        return levels

    def scores(self, day: int) -> F64:
        """Return (P,) attractiveness of places, before what concerns single people."""
        return self._score(self.course.on(day), day)

    def _score(self, now: Standing, day: int) -> F64:
        move = self.scenario.settings.move_rules.applied()
        places = self.scenario.locations
        score = np.ones(len(places))
        if move.use_economic_pull:
            pull = np.array([1.0 + (place.trade_volume or 0.0) + (place.hdi or 0.0) ** 2 for place in places])
            score = np.where(self.foreign, pull, score)
        score = np.where(self.foreign, score * move.foreign_weight, score)
        if move.avoid_food_deprived_locations and (day > 0 or Mend.HUNGER in self.mends):
            score = np.where(self.foreign, score, score * (1.0 - self._hunger[day] ** 2))
        score = np.where(now.camp, score * move.camp_weight, score)
        fought = now.conflict
        age = day - now.since
        score = np.where(fought > 0, score * move.conflict_weight ** (decay(self.scenario, age) * fought), score)
        rules = move.flood_rules
        if rules is not None and rules.flood_loc_weights is not None and Mend.FORECASTS not in self.mends:
            zones = now.flood_zone
            score = np.where(zones, score * along(rules.flood_loc_weights, self._floods[day]), score)
            if self._forecasts(day):
                # Flee reads a forecast under a name that is never set, and so finds none
                score = np.where(zones, 0.0, score)
        return score

    def _forecasts(self, day: int) -> bool:
        rules = self.scenario.settings.move_rules.flood_rules
        return (
            rules is not None
            and rules.flood_forecaster
            and rules.flood_forecaster_timescale > 1
            and day <= rules.flood_forecaster_end_time
        )

    def personal(self, score: F64, population: F64, day: int) -> F64:
        """Return (T, P, columns) attractiveness for people of each trait.

        Args:
            score: (P,) of `scores`.
            population: (P, columns) of places that are not camps.
            day: of the run.
        """
        move = self.scenario.settings.move_rules.applied()
        kinds = self.traits.hazard[:, None]
        own = np.where(kinds == SQUARED, score**2, np.where(kinds == IGNORED, 1.0, score))
        rules = move.flood_rules
        if rules is not None and rules.flood_loc_weights is not None:
            level = self._floods[day]
            own = np.where(level > 0, own * along(rules.flood_loc_weights, level), own)
            if self._forecasts(day):
                own = own * self._attraction_forecast(day)
        full = np.repeat(own[:, :, None], population.shape[1], axis=2)
        if move.use_pop_for_loc_weight:
            crowd = np.maximum(population, 1.0) ** move.pop_power_for_loc_weight
            full = np.where(self.course.camp[day][None, :, None], full, full * crowd[None])
        return full

    def weights(self, day: int, population: F64) -> F64:
        """Return (T, K, columns) weights of all options, -1 for those that are closed."""
        move = self.scenario.settings.move_rules.applied()
        score = self.scores(day)
        own = self.personal(score, population, day)[:, self.ways.goal]
        far = (move.softening + self.ways.km) ** move.distance_power
        near = self._nearness[:, None]
        if move.fixed_routes:
            stored = ((move.weight_softening + self._stored(day, score)) / far) ** move.weight_power
            # Flee's fixed routes take the score of a place twice
            twice = score[self.ways.goal] if Mend.FIXED_ROUTES in self.mends else np.ones(len(self.ways.goal))
            weight = stored[:, None] * own * near / np.maximum(twice, 1e-300)[:, None]
        else:
            weight = ((move.weight_softening + own * near) / far[:, None]) ** move.weight_power
        open_now = self.ways.opened(self.course.links_open[day])
        if move.fixed_routes:
            open_now &= self._shortest(open_now)
        return np.asarray(np.where(open_now[:, None], weight, -1.0))

    def _stored(self, day: int, score: F64) -> F64:
        """Return (K,) scores of goals as fixed routes see them: Flee sees those of later places as they were yesterday."""
        goal = self.ways.goal
        if Mend.FIXED_ROUTES in self.mends:
            return np.asarray(score[goal])
        stand = np.repeat(self.ways.stand_place, np.diff(self.ways.first))
        before = self.scores(day - 1) if day else self._score(self.course.at_setup, 0)
        seen = np.where(goal < stand, score[goal], before[goal])
        rules = self.scenario.settings.move_rules.flood_rules
        if rules is not None and rules.flood_loc_weights is not None:
            level = self._floods[day][goal]
            seen = np.where(level > 0, seen * along(rules.flood_loc_weights, level), seen)
        return np.asarray(seen)

    def _shortest(self, open_now: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return (K,) whether an option is the shortest open one of its stand to its goal, the first of equals."""
        stand = np.repeat(np.arange(len(self.ways.stand_place)), np.diff(self.ways.first))
        km = np.where(open_now, self.ways.km, np.inf)
        order = np.lexsort((np.arange(len(km)), km, self.ways.goal, stand))
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(stand[order]) != 0) | (np.diff(self.ways.goal[order]) != 0)
        best = np.zeros(len(km), dtype=bool)
        best[order] = first
        return best

    @cached_property
    def _nearness(self) -> F64:
        """(K,) factor by which goals far from where people stand are less attractive.

        Flee measures from where people stand, not from home, and takes latitude for longitude; the mended rules at least
        take each for itself.
        """
        move = self.scenario.settings.move_rules.applied()
        if not move.stay_close_to_home:
            return np.ones(len(self.ways.goal))
        stand = np.repeat(self.ways.stand_place, np.diff(self.ways.first))
        lat = np.radians([place.lat for place in self.scenario.locations])
        lon = np.radians([place.lon for place in self.scenario.locations])
        if Mend.NEARNESS not in self.mends:
            lat, lon = lon, lat
        a, b = stand, self.ways.goal
        half = np.sin((lat[b] - lat[a]) / 2) ** 2 + np.cos(lat[a]) * np.cos(lat[b]) * np.sin((lon[b] - lon[a]) / 2) ** 2
        km = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
        return np.asarray(1.0 / np.maximum(km, 1.0) ** move.home_distance_power)

    def chances(self, day: int, population: F64, capacity: F64) -> F64:
        """Return (T, P, columns) chances to leave places on a day.

        Args:
            day: of the run.
            population: (P, columns).
            capacity: (P,) of camps, 0 for none.
        """
        move = self.scenario.settings.move_rules.applied()
        chance = np.repeat(self.course.chance[day][:, None], population.shape[1], axis=1)
        if move.movechance_pop_scale_factor != 0.0:
            size = np.maximum(population, np.maximum(capacity, 0.0)[:, None])
            with np.errstate(divide="ignore"):
                chance = chance * (size / move.movechance_pop_base) ** move.movechance_pop_scale_factor
        if move.flee_when_starving:
            hunger = self._hunger[day][:, None]
            chance = hunger + (1.0 - hunger) * chance
        every = np.repeat(np.clip(chance, 0.0, 1.0)[None], len(self.traits), axis=0)
        rules = move.flood_rules
        if rules is not None and rules.flood_movechances is not None:
            level = self._floods[day][None, :, None]
            every = np.where(level > 0, along(rules.flood_movechances, level), every)
            if self._forecasts(day) and rules.flood_loc_weights is not None:
                every = every * self._leaving_forecast(day)[:, :, None]
        return np.asarray(np.clip(every, 0.0, 1.0) if self.anybody_moves else np.zeros(every.shape))

    def _ahead(self, day: int) -> list[int]:
        """Return the days that a forecast looks at."""
        rules = self.scenario.settings.move_rules.flood_rules
        assert rules is not None
        days: list[int] = []
        for k in range(1, rules.flood_forecaster_timescale + 1):
            days.append(min(day + k, rules.flood_forecaster_end_time, len(self._floods) - 1))
            if day + k >= rules.flood_forecaster_end_time:
                break
        return days

    def _trust(self, day: int) -> float:
        rules = self.scenario.settings.move_rules.flood_rules
        assert rules is not None
        weights = rules.flood_forecaster_weights
        return 1.0 if weights is None else weights[day]

    def _heed(self) -> F64:
        """(T,) how much people of each awareness heed a forecast."""
        rules = self.scenario.settings.move_rules.flood_rules
        assert rules is not None
        weights = rules.flood_awareness_weights
        return np.array([1.0 if weights is None or group < 0 else weights[group] for group in self.traits.awareness])

    def _forecast(self, day: int, level_of: int | None) -> F64:
        """Return (P,) sums over flooded days ahead of attractiveness times trust; of the level forecast, or of a day's."""
        rules = self.scenario.settings.move_rules.flood_rules
        assert rules is not None
        assert rules.flood_loc_weights is not None
        total = np.zeros(self._floods.shape[1])
        for ahead in self._ahead(day):
            flooded = self._floods[ahead] > 0
            level = self._floods[ahead] if level_of is None else self._floods[level_of]
            total += np.where(flooded, along(rules.flood_loc_weights, level) * self._trust(ahead), 0.0)
        return total

    def _leaving_forecast(self, day: int) -> F64:
        """(T, P) factor of a forecast on the chance to leave. Flee makes it nought where no flood is forecast."""
        rules = self.scenario.settings.move_rules.flood_rules
        assert rules is not None
        ahead = self._forecast(day, None)[None, :]
        factor = ahead / rules.flood_forecaster_timescale * self._heed()[:, None]
        return np.where(ahead > 0, factor, 1.0) if Mend.FORECASTS in self.mends else factor

    def _attraction_forecast(self, day: int) -> F64:
        """(T, P) factor of a forecast on attractiveness. Flee makes it nought where no flood is forecast."""
        rules = self.scenario.settings.move_rules.flood_rules
        assert rules is not None
        ahead = self._forecast(day, day)[None, :]
        factor = ahead**2 / rules.flood_forecaster_timescale * self._heed()[:, None]
        return np.where(ahead > 0, factor, 1.0) if Mend.FORECASTS in self.mends else factor
