"""The siege of one scenario: what all members share, and what an outcome keeps of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import GROUPS
from havenward.core.members import Members
from havenward.core.rules import Signal
from havenward.core.telling import Telling
from havenward.model.siege.cells import STAGES, UNIT
from havenward.model.siege.day import DRIVERS, Ground, SiegeRules
from havenward.model.siege.parameters import Parameter, check_edit, values, with_assumptions
from havenward.scenario.schema import Assumption, Scenario

SINGLE: Final = np.dtype(np.float32)
SIGNALS: Final = {
    "wait": Signal(("crossing",), SINGLE, {"long_name": "mean days waited by units served on the day", "units": "days"}),
    "closed": Signal(("crossing",), np.dtype(bool), {"long_name": "crossing closed on the day"}),
    "besieged": Signal(("home",), SINGLE, {"long_name": "share of dwellings behind the group's line", "units": "1"}),
    "driver": Signal(("area", "driver_name"), SINGLE, {"long_name": "why figures moved"}),
}
TELLING: Final = Telling(
    daily=("waiting", "in_camp", "in_host"),
    newcomers=("arrived", "to_camp", "to_host", "sponsored"),
    passed_on=("overflow",),
    summed=("arrived",),
    places="crossing, camp or host town",
    capacity="persons whom the plots hold",
    meanings={
        "site": "a place, or from>to for a flow between places; onward is beyond the borders",
        "group": "all, or men and women of 15 and over, boys and girls under 15",
        "quantity": "a stage or a flow; new_arrivals at a place: reached the crossing, was admitted to the camp, came to "
        "the host town (whoever passes two places is new at both)",
    },
)


@dataclass(frozen=True)
class Siege:
    """The siege as a rule set; see `core.rules.RuleSet`.

    Attributes:
        ground: the compiled scenario.
        table: its parameters.
    """

    ground: Ground
    table: Mapping[str, Parameter]

    @classmethod
    def of(cls, scenario: Scenario, changes: Mapping[str, float]) -> Siege:
        """Compile a checked scenario; `changes` set parameters to one certain value.

        Raises:
            UnknownParameter: a change, or an assumption of the scenario, names no parameter.
            ValueError: a parameter cannot have such a value.
        """
        for name, value in changes.items():
            check_edit(name, value)
        kept = tuple(row for row in scenario.assumptions if row.name not in changes)
        changed = tuple(
            Assumption(name=name, median=value, label="assumed", note="set for this run") for name, value in changes.items()
        )
        table = with_assumptions((*kept, *changed))
        return cls(Ground.of(scenario, table), table)

    @property
    def start(self) -> dt.date:
        """The scenario's first date."""
        return self.ground.world.start

    @property
    def days(self) -> int:
        """Days of the scenario."""
        return self.ground.world.days

    @property
    def groups(self) -> tuple[str, ...]:
        """Men, women, boys and girls."""
        return GROUPS

    @property
    def unit(self) -> str:
        """Households move together."""
        return UNIT

    @property
    def stages(self) -> tuple[str, ...]:
        """All stages, in the order in which they are told."""
        return STAGES

    @property
    def stocks(self) -> tuple[tuple[str, str, str], ...]:
        """Stage, site and origin of each stock series."""
        return tuple(self.ground.cells.registry.stocks)

    @cached_property
    def links(self) -> tuple[tuple[str, str, str, str], ...]:
        """Quantity, from, to and origin of each flow series: they are named as moves are laid out."""
        return self.for_members(Members.alike([0]), seed=0, spread=0.0, begin=0).links

    @property
    def telling(self) -> Telling:
        """Crossings, camps and host towns are told day by day."""
        return TELLING

    @property
    def signals(self) -> Mapping[str, Signal]:
        """Waits and closures by crossing, the front by home, and why figures moved by area."""
        return SIGNALS

    @property
    def coordinates(self) -> Mapping[str, tuple[str, Sequence[str]]]:
        """Names of camps, crossings, homes with their areas, areas and drivers."""
        world = self.ground.world
        return {
            "camp": ("camp", world.sites.camps),
            "crossing": ("crossing", world.crossings.names),
            "home": ("home", world.homes.names),
            "home_area": ("home", [world.areas[a] for a in world.homes.area]),
            "area": ("area", world.areas),
            "driver_name": ("driver_name", DRIVERS),
        }

    @property
    def capacity(self) -> NDArray[np.float64]:
        """(days, camps) persons whom the plots hold, at the median of persons per plot."""
        return self.ground.world.sites.plots * self.table["persons_a_plot"].median

    @property
    def parameters(self) -> Mapping[str, Mapping[str, object]]:
        """Median, range, unit, label, source and meaning of every parameter."""
        told = ("median", "low", "high", "unit", "label", "source", "basis", "meaning", "danger")
        return {name: {key: getattr(parameter, key) for key in told} for name, parameter in self.table.items()}

    @property
    def calibrated(self) -> str:
        """How parameters were calibrated, or nothing."""
        return "by hand" if any(parameter.label == "calibrated" for parameter in self.table.values()) else ""

    def for_members(self, members: Members, seed: int, spread: float, begin: int) -> SiegeRules:
        """Return the rules for some members; see `core.rules.RuleSet`."""
        return SiegeRules(self.ground, members, values(self.table, seed, members, spread=spread), begin)
