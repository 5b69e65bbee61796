"""Ground: a Flee folder compiled, once, for all members: places by day, paths, people, cells and their edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from havenward.core.totals import Total
from havenward.model.flee import states as kinds
from havenward.model.flee.counted import Counted, told_as_camps
from havenward.model.flee.course import Course, course_of
from havenward.model.flee.eve import standing_of, waiting_of
from havenward.model.flee.mends import Mend, Mends
from havenward.model.flee.net import FleeNet, build
from havenward.model.flee.pull import Pull
from havenward.model.flee.roads import links_of, pace_of
from havenward.model.flee.room import capacities
from havenward.model.flee.setting_out import SettingOut
from havenward.model.flee.states import Pace, Steps
from havenward.model.flee.traits import Traits, traits_of
from havenward.model.flee.ways import Links, TooManyPaths, Ways, lay_out
from havenward.scenario.flee.schema import FleeScenario

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


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
        sinks: (P,) daily chance to leave the count of a place while it is a camp.
        counted: series of stocks and flows.
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
    sinks: F64
    counted: Counted
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
        names = tuple(place.name for place in scenario.locations)
        links = links_of(scenario)
        ways = _ways(scenario, links, mends)
        course, traits = course_of(scenario, mends), traits_of(scenario)
        _check_sizes(ways, traits, scenario)
        pull = Pull(scenario, course, ways, traits, mends)
        setting_out = SettingOut(scenario, course, pull.population, mends)
        pace = pace_of(links, scenario.settings.move_rules.applied(), mends)
        capacity, sinks = capacities(scenario, setting_out, mends), _sinks(scenario)
        limited = np.isfinite(capacity).any(axis=0)
        counted = Counted(names, told_as_camps(scenario), np.flatnonzero(limited), setting_out.origins)
        standing, waiting = standing_of(setting_out, traits), waiting_of(setting_out, traits)
        net = build(
            Steps(ways, pace, np.logical_and(limited, Mend.ARRIVALS in mends)),
            np.array([state for state, _ in standing], dtype=np.int64),
            waiting,
            np.asarray(~course.links_open.all(axis=0) | course.closing.any(axis=0)),
            sinks > 0,
            names,
            counted.flows,
            _passing(scenario, mends),
            scenario.days,
        )
        row = {key: k for k, key in enumerate(net.states.key.tolist())}
        first: dict[int, int] = {}
        for state, number in standing:
            first[row[state]] = first.get(row[state], 0) + number
        waiting_rows = {key: row[state] for key, state in zip(setting_out.keys(), waiting.states.tolist(), strict=True)}
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
            sinks=sinks,
            counted=counted,
            net=net,
            waiting_rows=waiting_rows,
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

    @property
    def limited(self) -> I64:
        """Places whose people are limited on some day."""
        return self.counted.limited

    @cached_property
    def inside(self) -> Total:
        """People in each place with a limit."""
        rows = np.flatnonzero((self.net.states.kind == kinds.STANDING) & np.isin(self.net.place, self.limited))
        return Total.by(np.searchsorted(self.limited, self.net.place[rows]), len(self.limited), rows)

    @cached_property
    def series(self) -> I64:
        """(C,) stock series of each cell."""
        return self.counted.stock_series(self.net)


def _ways(scenario: FleeScenario, links: Links, mends: Mends) -> Ways:
    move = scenario.settings.move_rules.applied()
    return lay_out(
        [place.name for place in scenario.locations],
        links,
        np.array([place.kind == "marker" for place in scenario.locations]),
        move.awareness_level,
        markers_count=move.fixed_routes and Mend.FIXED_ROUTES not in mends,
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


def _sinks(scenario: FleeScenario) -> F64:
    """Return (P,) daily chances to leave the count of a place while it is a camp."""
    on = scenario.settings.spawn_rules.camps_are_sinks
    return np.array([(place.deactivation_probability or 0.0) * on for place in scenario.locations])


def _passing(scenario: FleeScenario, mends: Mends) -> tuple[int, ...]:
    """Return the kinds of people who are asked again at once."""
    passing = kinds.PASSING if Mend.MORNING in mends else kinds.PASSING_WITHIN_TRAVEL
    if scenario.settings.spawn_rules.take_from_population and _asks_population(scenario):
        # all set out before anybody is asked
        return tuple(kind for kind in passing if kind != kinds.DISPLACED)
    return passing


def _asks_population(scenario: FleeScenario) -> bool:
    move = scenario.settings.move_rules.applied()
    return move.use_pop_for_loc_weight or move.movechance_pop_scale_factor != 0.0
