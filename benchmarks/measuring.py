"""What `vs_flee.py` measures with: a compiled Flee folder, a net of its own, and clocks of CPU time."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, TypeVar

import numpy as np

from havenward.core.cells import NOBODY, CellTable
from havenward.core.ledger import Ledger
from havenward.core.members import Members
from havenward.core.orders import Choice, Crowds, Net, Ordered
from havenward.core.streams import meaning
from havenward.model.flee.flee import Flee
from havenward.model.flee.mends import Level
from havenward.run.days import turn_day
from havenward.run.engine import SolverName, solver_for
from havenward.run.record import Recorder
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.flee.series import Series, SeriesFile
from havenward.solve.individuals import Individuals
from our_driver import displaced
from run import SEED, Nowhere

T = TypeVar("T")
REPEATS = 3
"""Runs of which the median is taken."""
LONG = 15.0
"""CPU seconds after which a run is not repeated."""


@dataclass
class Table:
    """A Markdown table that is printed row by row."""

    columns: Sequence[str]

    def __post_init__(self) -> None:
        print("| " + " | ".join(self.columns) + " |\n|" + " --- |" * len(self.columns))

    def row(self, *cells: str) -> None:
        """Print a row."""
        print("| " + " | ".join(cells) + " |", flush=True)


def asked(command: list[str], silent: bool = False) -> dict[str, Any]:
    """Run a driver; return the line of JSON that it prints. What a silent one says on stderr is thrown away."""
    errors = subprocess.DEVNULL if silent else None
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@dataclass
class Case:
    """A Flee folder, compiled."""

    flee: Flee

    @classmethod
    def of(cls, scenario: FleeScenario, level: Level, hasten: int = 1) -> Case:
        """Compile a folder with so many people per agent."""
        optimisations = scenario.settings.optimisations.model_copy(update={"hasten": hasten})
        settings = scenario.settings.model_copy(update={"optimisations": optimisations})
        return cls(Flee.of(replace(scenario, settings=settings), level))

    @property
    def cells(self) -> int:
        """Cells."""
        return len(self.flee.ground.net.table)

    def turn(self, solver: SolverName, members: int, days: int) -> Iterator[tuple[float, Any]]:
        """Turn some days, recording as a run does; yield the CPU seconds of each, and the solver."""
        numbers = np.arange(members, dtype=np.uint32)
        rules = self.flee.for_members(Members.alike(numbers), SEED, spread=1.0, begin=0)
        ledger = Ledger(rules.table)
        carrier = solver_for(solver, rules.start(), SEED, numbers, ledger, 1)
        with Recorder(rules, Nowhere(), 0, days - 1, whole=True) as recorder:
            for day in range(days):
                began = time.process_time()
                turn_day(rules, carrier, ledger, day, recorder.order)
                recorder.dusk(day, carrier.counts)
                yield time.process_time() - began, carrier

    def agent_steps(self, solver: SolverName = "chain") -> tuple[float, float]:
        """Return displaced people summed over all days, and those of the last day, of one member."""
        away = displaced(self.flee)
        by_day = [float(carrier.counts[0, away].sum()) for _, carrier in self.turn(solver, 1, self.flee.days)]
        return sum(by_day), by_day[-1]

    def seconds(self, solver: SolverName, members: int) -> float:
        """Return CPU seconds of all days per member, the median of some repeats; of fewer where one takes long."""
        for _ in self.turn(solver, members, min(2, self.flee.days)):
            pass
        found: list[float] = []
        while len(found) < REPEATS and sum(found) < LONG:
            found.append(sum(day for day, _ in self.turn(solver, members, self.flee.days)))
        return median(found) / members


def star(places: int, units: int, chance: float) -> tuple[Individuals, Ordered]:
    """Return units in the first of some places, each of which leads to all others, and the order to go with some chance."""
    table = CellTable(
        [(f"place {place}",) for place in range(places)],
        np.array([meaning("place", place) for place in range(places)], dtype=np.uint64),
        np.ones((places, 1), dtype=np.int64),
        np.zeros(places, dtype=np.int64),
        ("persons",),
    )
    others = np.array([[b for b in range(places) if b != a] for a in range(places)], dtype=np.int32)
    edges, each = others.size, places - 1
    net = Net(
        name="star",
        first=np.arange(places + 1) * each,
        to=others.ravel(),
        stay=np.arange(places, dtype=np.int32),
        through=np.zeros(places, dtype=np.bool_),
        place=np.arange(places, dtype=np.int32),
        links=np.full(edges, NOBODY, dtype=np.int32),
        into=np.zeros(places, dtype=np.int32),
        out_of=np.full(places, NOBODY, dtype=np.int32),
        people=np.ones((1, 1), dtype=np.int64),
        tags=np.arange(1, edges + 1, dtype=np.uint32),
        hashes=table.hashes,
    )
    net.check(table)
    choice = Choice(
        group=np.arange(places, dtype=np.int32),
        chance=np.full((places, 1), chance),
        first=np.arange(places + 1) * each,
        weight=np.ones((edges, 1)),
        crowd=np.full(edges, NOBODY, dtype=np.int32),
        veto=np.zeros(edges),
    )
    everywhere = np.full(places, np.inf)
    counts = np.zeros((1, places), dtype=np.int64)
    counts[0, 0] = units
    solver = Individuals(counts, SEED, np.zeros(1, dtype=np.uint32), Ledger(table))
    return solver, Ordered(net, choice, Crowds(everywhere, everywhere))


def bytes_held(solver: Individuals) -> int:
    """Return the bytes of all arrays that a solver holds for its units: what is as long as the units are many."""
    crowd = solver._crowds[0]
    held = [value for value in vars(crowd).values() if isinstance(value, np.ndarray)]
    return sum(array.nbytes for array in held if len(array) >= crowd.number)


def copying() -> float:
    """Return bytes that a copy of 400 MB reads and writes in a CPU second, the best of some."""
    source = np.ones(50_000_000)
    target = np.empty_like(source)
    return 2 * source.nbytes / min(timed(lambda: np.copyto(target, source))[0] for _ in range(5))


def timed(act: Callable[[], T]) -> tuple[float, T]:
    """Return CPU seconds of an act, and what it gives."""
    began = time.process_time()
    given = act()
    return time.process_time() - began, given


def scaled(scenario: FleeScenario, factor: float) -> FleeScenario:
    """Return a folder with all its people, registers and capacities times a factor."""

    def times(persons: int) -> int:
        return round(persons * factor)

    places = tuple(
        place.model_copy(
            update={
                "population": times(place.population),
                "capacity": None if place.capacity is None else max(times(place.capacity), 1),
                "initial_idps": times(place.initial_idps),
                "capacity_per_day": times(place.capacity_per_day),
            }
        )
        for place in scenario.locations
    )
    series = tuple(
        Series(one.name, tuple(SeriesFile(f.file, tuple((day, times(n)) for day, n in f.entries)) for f in one.files))
        for one in scenario.source.series
    )
    return replace(scenario, locations=places, source=replace(scenario.source, series=series))
