"""What is counted: the series of people at places and on roads, and of those who set out, come to camps and leave them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import NOBODY
from havenward.model.flee import states as kinds
from havenward.model.flee.net import FleeNet, Flows
from havenward.scenario.flee.schema import CAMPS, FleeScenario

I64 = NDArray[np.int64]


def told_as_camps(scenario: FleeScenario) -> NDArray[np.bool_]:
    """Return (P,) which places are told as camps: those that begin as one; where floods drive people, all places."""
    return np.array([scenario.settings.flood_mode or place.kind in CAMPS for place in scenario.locations])


@dataclass(frozen=True)
class Counted:
    """Series of stocks and flows.

    Attributes:
        names: of the places.
        as_camp: (P,) which places are told as camps.
        limited: places whose people are limited on some day.
        origins: places that anybody may set out from.
    """

    names: tuple[str, ...]
    as_camp: NDArray[np.bool_]
    limited: I64
    origins: I64

    @cached_property
    def camps(self) -> I64:
        """Places that are told as camps."""
        return np.flatnonzero(self.as_camp)

    @cached_property
    def stocks(self) -> tuple[tuple[str, str, str], ...]:
        """Stage, site and origin of each stock series: every place, gates of places with a limit, and no place."""
        stages = ["in_camp" if camp else "elsewhere" for camp in self.as_camp]
        places = [(stage, name, "") for stage, name in zip(stages, self.names, strict=True)]
        gates = [("at_the_gate", self.names[place], "") for place in self.limited]
        others = [("on_the_road", "roads", ""), ("not_yet_displaced", "home", ""), ("left_the_count", "camps", "")]
        return (*places, *gates, *others)

    def stock_series(self, net: FleeNet) -> I64:
        """Return the (C,) stock series of each cell, or NOBODY."""
        state, number = net.states, len(self.names)
        gates = number + np.searchsorted(self.limited, state.at)
        roads = np.full(len(state.key), number + len(self.limited))
        told = {
            kinds.STANDING: net.place,
            kinds.AT_THE_GATE: gates,
            kinds.WAITING: roads + 1,
            kinds.LEFT_THE_COUNT: roads + 2,
            **dict.fromkeys(kinds.ON_LEGS, roads),
        }
        return np.asarray(np.select([state.kind == kind for kind in told], list(told.values()), NOBODY))

    @cached_property
    def links(self) -> tuple[tuple[str, str, str, str], ...]:
        """Quantity, from, to and origin of each flow series: people who set out, come to camps, and leave them."""
        camps = [self.names[camp] for camp in self.camps]
        return (
            *(("displaced", self.names[place], "", "") for place in self.origins),
            *(("to_camp", "", name, "") for name in camps),
            *(("from_camp", name, "", "") for name in camps),
        )

    @cached_property
    def displaced_series(self) -> I64:
        """Flow series of people who set out from each origin."""
        return np.arange(len(self.origins))

    @cached_property
    def flows(self) -> Flows:
        """Flow series of arrivals at and departures from each place."""
        arrivals = len(self.origins) + np.cumsum(self.as_camp) - 1
        departures = arrivals + len(self.camps)
        number = len(self.links)
        return Flows(np.where(self.as_camp, arrivals, NOBODY), np.where(self.as_camp, departures, NOBODY), number)
