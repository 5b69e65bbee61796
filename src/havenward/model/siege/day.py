"""The siege's rules: the order of a day.

One day contains a night. Its phases, always in this order:

    1. control     who holds each home, where the front runs, which homes are in contact
    2. life        supplies, prices, repression, violence, hope: the wish to leave
    3. belief      what was heard of last night: the believed risk
    4. departure   who leaves home, in what company, by which way
    5. walk        the night: across, turned back, captured, dead or lost; captives; those who come home
    6. crossing    challenge, search, screening, holds, hand-overs
    7. reception   buses, camps, overflow, onward movement, return, joining the fight
    8. record      every stock, flow and wait of the day (kept by the recorder that runs the rules)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import CellTable
from havenward.core.members import Members
from havenward.core.orders import Counts, Phase
from havenward.core.totals import Total
from havenward.model.siege.belief import Belief
from havenward.model.siege.cells import LISTENERS, UNIT, Cells, build_cells
from havenward.model.siege.classes import Classes, classes_of
from havenward.model.siege.control import Control
from havenward.model.siege.crossing import Gate
from havenward.model.siege.departure import Departure, frailty_nodes
from havenward.model.siege.life import Life
from havenward.model.siege.parameters import Parameter
from havenward.model.siege.population import populations
from havenward.model.siege.reception import Reception
from havenward.model.siege.start import GivenStart, all_at_home, stand_at
from havenward.model.siege.walk import Walk
from havenward.model.siege.world import World, compile_world
from havenward.scenario.schema import Scenario

F64 = NDArray[np.float64]
Memory = Mapping[tuple[str, str], Any]
"""What phases remember, by phase and name."""

DRIVERS = (
    "intensity",
    "price_index",
    "deprivation",
    "advice",
    "telephones",
    "believed_risk",
    "wish",
    "leave_probability",
    "contact_share",
)


@dataclass(frozen=True)
class Ground:
    """What all members share: the world, its classes and cells. Built once per scenario."""

    scenario: Scenario
    world: World
    classes: Classes
    cells: Cells

    @classmethod
    def of(cls, scenario: Scenario, table: Mapping[str, Parameter]) -> Ground:
        """Compile a checked scenario."""
        world = compile_world(scenario)
        classes = classes_of(scenario.classes)
        cells = build_cells(
            world,
            classes,
            speed=table["walking_speed"].median,
            slow=table["slow_speed"].median,
            hours=table["night_hours"].median,
        )
        return cls(scenario, world, classes, cells)


@dataclass
class SiegeRules:
    """The siege for some members.

    Attributes:
        ground: what all members share.
        numbers: by which the members draw what is uncertain.
        values: (M,) values of every parameter.
        begin: first day that is turned, from the stocks of the evening before; 0 is the scenario's start.
    """

    ground: Ground
    numbers: Members
    values: dict[str, F64]
    begin: int = 0
    exact: frozenset[str] = frozenset({"chain", "individuals"})
    unit: str = UNIT
    table: CellTable = field(init=False)
    days: int = field(init=False)
    members: int = field(init=False)
    series: NDArray[np.int64] = field(init=False)
    stocks: tuple[tuple[str, str, str], ...] = field(init=False)
    links: tuple[tuple[str, str, str, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        world, cells, classes = self.ground.world, self.ground.cells, self.ground.classes
        self.table, self.days, self.series = cells.table, world.days, cells.series
        self.members = len(self.numbers)
        _, share = frailty_nodes(self.values["frailty_sd"])
        self.node_share = np.repeat(share[:, None] / LISTENERS, LISTENERS, axis=1)
        self.control = Control(world, cells, self.values, self.node_share, self.numbers.numbers["control"])
        stand_at(self.control, self.begin)
        self.life = Life(world, self.control, self.values)
        self.belief = Belief(world, self.values)
        self.departure = Departure(world, cells, classes, self.control, self.life, self.belief, self.values)
        self.walk = Walk(world, cells, classes, self.control, self.values, self.node_share)
        self.gate = Gate(world, cells, classes, self.members)
        self.reception = Reception(world, cells, classes, self.control, self.values)
        rows = np.concatenate([cells.at_home(h) for h in range(len(world.homes.names))])
        self._people = Total.by(self.table.origins[rows], len(world.areas), rows, self.table.persons()[rows])
        self.stocks = tuple(cells.registry.stocks)
        self.links = tuple(cells.registry.links)

    def start(self) -> NDArray[np.int64]:
        """Return (M, cells) households at the start: by given stocks, or all at home on the side that holds the place."""
        ground = self.ground
        stocks = ground.scenario.stocks_before(self.begin)
        besieged = np.broadcast_to(self.control.given[self.begin], (self.members, len(ground.world.homes.names)))
        if stocks:
            return GivenStart(ground.world, ground.cells, ground.classes, self.node_share, besieged).counts(stocks)
        people = populations(ground.world.homes, self.values)
        return all_at_home(ground.cells, ground.classes, self.node_share, people, besieged)

    def remembered(self) -> Memory:
        """Return all that the phases carry from one day to the next, in arrays of their own."""
        return {(name, key): copy(getattr(phase, key)) for name, phase in self._by_name() for key in phase.MEMORY}

    def recall(self, memory: Memory, old: SiegeRules) -> None:
        """Stand as other rules for the same members did on an evening.

        Args:
            memory: what they remembered.
            old: they themselves: of the same scenario, or of one to which edits added camps, crossings or ways.
        """
        for name, phase in self._by_name():
            for key in phase.MEMORY:
                setattr(phase, key, copy(memory[name, key]))
        self.gate.move_in(old.gate)

    def _by_name(self) -> list[tuple[str, Any]]:
        names = ("control", "life", "belief", "departure", "walk", "gate", "reception")
        return [(name, getattr(self, name)) for name in names]

    def phases(self, day: int, counts: Counts) -> Iterator[Phase]:
        """Yield the phases of a day in the order that the head of this file states."""
        people = self._people.of(counts)
        yield self.control.phase(day, counts, self.reception.joined)
        yield self.life.phase(day, self.walk.captures, people)
        yield self.belief.phase(day, self.walk.captures, self.walk.escapes)
        yield self.departure.phase(day, counts, people, self.reception.vanguards)
        yield self.walk.phase(day, counts)
        yield self.gate.phase(day, counts)
        yield self.reception.phase(day, counts, self.gate.kin_cleared)

    def signals(self, day: int) -> dict[str, NDArray[Any]]:
        """Return waits and closures by crossing, the front by home, and why figures moved by area."""
        return {
            "wait": self.gate.wait.astype(np.float32),
            "closed": self.gate.closed,
            "besieged": self.control.besieged.astype(np.float32),
            "driver": self.drivers(day).astype(np.float32),
        }

    def drivers(self, day: int) -> F64:
        """Return (M, A, drivers) why figures moved, by area; see DRIVERS."""
        world, control = self.ground.world, self.control
        members = self.members

        def over(value: F64) -> F64:
            return self.reception.by_area.of(np.broadcast_to(value, (members, value.shape[-1])))

        def flat(value: F64) -> F64:
            return np.broadcast_to(value, (members, len(world.areas)))

        return np.stack(
            [
                over(world.intensity[day]),
                flat(world.price[day]),
                self.life.deprivation,
                flat(world.advice[day]),
                flat(world.telephones[day]),
                self.belief.believed.mean(axis=2),
                over(self.life.wish[:, :, 0]),
                self.departure.left_share,
                over(control.contact_share),
            ],
            axis=2,
        )
