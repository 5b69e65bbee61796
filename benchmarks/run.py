"""Measures what the documentation says about speed: `make bench`, or `python benchmarks/run.py [section ...]`.

Sections: size, solvers, individuals, population, cold. Every figure is a ratio within one run of this program, or stands
with the lowest and highest of its repeats. Figures of two machines, or of a busy one, are not to be compared.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.ledger import Ledger
from havenward.core.members import Members
from havenward.core.orders import Order, Solver, Split
from havenward.core.totals import Flows
from havenward.model.siege.siege import Siege
from havenward.run.days import turn_day
from havenward.run.engine import SolverName, solver_for
from havenward.run.record import Recorder
from havenward.scenario.read import load
from havenward.solve.individuals import Individuals
from havenward.solve.kernels import NEARLY_ONE

SEED = 1
MEMBERS = 32
REPEATS = 3
TOWN = 40_000
"""People of the scenario `toy` when its population is scaled by one."""


class Nowhere:
    """Takes what a recorder hands on, and keeps none of it: the engine is timed, not the disk."""

    def write(self, name: str, first_day: int, values: NDArray[Any]) -> None:
        """Forget some days of a variable."""


@dataclass
class Case:
    """A compiled scenario."""

    siege: Siege

    @classmethod
    def of(cls, name: str, **changes: float) -> Case:
        """Compile a bundled scenario."""
        return cls(Siege.of(load(name), changes))

    def turn(self, solver: SolverName, members: int, days: int | None = None, threads: int = 1) -> Iterator[Solver]:
        """Turn all days for some members at once, recording as a run does; yield the solver after each day."""
        numbers = np.arange(members, dtype=np.uint32)
        rules = self.siege.for_members(Members.alike(numbers), SEED, spread=1.0, begin=0)
        ledger = Ledger(rules.table)
        carrier = solver_for(solver, rules.start(), SEED, numbers, ledger, threads)
        last = (days or rules.days) - 1
        recorder = Recorder(rules, Nowhere(), 0, last, whole=solver != "mean")
        with recorder:
            for day in range(last + 1):
                turn_day(rules, carrier, ledger, day, recorder.order)
                recorder.dusk(day, carrier.counts)
                yield carrier

    def seconds(self, solver: SolverName, members: int, days: int | None = None, threads: int = 1) -> float:
        """Return how long that takes."""
        began = time.perf_counter()
        for _ in self.turn(solver, members, days, threads):
            pass
        return time.perf_counter() - began


@dataclass
class Tally:
    """Counts the orders of a run of the chain, and the uniform numbers that splits and draws use.

    Numbers for quotas whose budget binds are few, and are left out.
    """

    counts: NDArray[np.int64]
    orders: int = 0
    uniforms: int = 0
    kinds: dict[str, int] = field(default_factory=dict)

    def __call__(self, order: Order, realised: Flows | NDArray[np.float64]) -> None:
        """Count an order that has just been carried out."""
        self.orders += 1
        kind = type(order).__name__.lower()
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if not isinstance(realised, Flows):
            self.uniforms += realised.size
        elif isinstance(order, Split):
            self.uniforms += numbers_of(order, realised, self.counts)


def numbers_of(order: Split, realised: Flows, counts: NDArray[np.int64]) -> int:
    """Return how many numbers a split of the chain took: one for whether units leave, one for each choice of where."""
    moved = realised.values
    left = moved.sum(axis=2)
    chance = np.broadcast_to(order.probability, (len(counts), *order.probability.shape[1:]))[:, order.groups]
    total = chance.sum(axis=2)
    asked = (counts[:, order.move.sources] + left > 0) & (total > 0) & (total < NEARLY_ONE)
    is_last = chance[:, :, ::-1].cumsum(axis=2)[:, :, ::-1] == chance
    still_there = left[:, :, None] - moved.cumsum(axis=2) + moved > 0
    return int(asked.sum() + ((chance > 0) & ~is_last & still_there).sum())


def machine() -> None:
    """Print what the figures were measured on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "scipy", "xarray", "zarr"))
    print(f"Havenward {version('havenward')} on {processor()}, {os.cpu_count()} cores, {platform.system()}")
    print(f"Python {platform.python_version()}, {libraries}; load of the machine at the start: {os.getloadavg()[0]:.1f}\n")


def processor() -> str:
    """Return the name of the processor."""
    about = Path("/proc/cpuinfo")
    if about.is_file():
        for line in about.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def size() -> None:
    """Cells, orders and random numbers a day of `mosul`, one member."""
    case = Case.of("mosul")
    numbers = np.zeros(1, dtype=np.uint32)
    rules = case.siege.for_members(Members.alike(numbers), SEED, spread=1.0, begin=0)
    ledger = Ledger(rules.table)
    chain = solver_for("chain", rules.start(), SEED, numbers, ledger, 1)
    tally = Tally(chain.counts)
    occupied = 0
    for day in range(rules.days):
        turn_day(rules, chain, ledger, day, tally)
        occupied += int((chain.counts > 0).sum())
    cells = case.siege.ground.cells
    at_home = sum(part.size for part in (cells.home, cells.follow, cells.free, cells.follow_free))
    kinds = ", ".join(f"{number / rules.days:.1f} {kind}" for kind, number in sorted(tally.kinds.items()))
    say("size", "cells of `mosul`", f"{len(rules.table):,}, of which {at_home:,} at home")
    say("size", "cells with somebody in them, mean of the days", f"{occupied / rules.days:,.0f}")
    say("size", "orders a day and batch", f"{tally.orders / rules.days:.1f} ({kinds})")
    say("size", "random numbers a day and member", f"{tally.uniforms / rules.days:,.0f}")


def solvers() -> None:
    """Seconds per member of `mosul` under chain and mean, alone and in a batch."""
    case = Case.of("mosul")
    together: dict[SolverName, float] = {}
    names: tuple[SolverName, ...] = ("chain", "mean")
    for solver in names:
        case.seconds(solver, 1)
        alone, told = repeated(lambda solver=solver: case.seconds(solver, 1))
        say("solvers", f"`mosul`, {solver}, one member alone", f"{told} s")
        together[solver], told = repeated(lambda solver=solver: case.seconds(solver, MEMBERS) / MEMBERS, 1)
        say("solvers", f"`mosul`, {solver}, a member in a batch of {MEMBERS}", f"{told} s")
        say("solvers", f"{solver}, alone over in a batch", f"{alone / together[solver]:.1f} times")
    say("solvers", "chain over mean, in a batch", f"{together['chain'] / together['mean']:.2f} times")


def individuals() -> None:
    """Household-days a second and bytes a household of the solver for individuals."""
    case = Case.of("mosul")
    case.seconds("individuals", 1, days=10)
    rates = []
    for threads, words in ((1, "1 thread"), (2, "2 threads")):
        began = time.perf_counter()
        household_days = sum(int(solver.counts.sum()) for solver in case.turn("individuals", 1, threads=threads))
        seconds = time.perf_counter() - began
        rates.append(household_days / seconds)
        say("individuals", f"`mosul`, one member, {words}", f"{seconds:.1f} s")
        say("individuals", f"household-days a second, {words}", f"{rates[-1] / 1e6:.1f} million")
    say("individuals", "two threads over one", f"{rates[1] / rates[0]:.2f} times")
    *_, last = case.turn("individuals", 1, days=10)
    assert isinstance(last, Individuals)
    (crowd,) = last._crowds
    arrays = (crowd.cell, crowd.sorted_units, crowd.has_moved)
    say("individuals", "bytes kept for a household", f"{sum(array.nbytes for array in arrays) / crowd.number:.1f}")


def population() -> None:
    """Time of the chain as the people of `toy` grow, everything else alike."""
    found = {}
    for people in (10_000, 1_000_000, 100_000_000):
        case = Case.of("toy", population_scale=people / TOWN)
        case.seconds("chain", 16)
        found[people], told = repeated(lambda case=case: case.seconds("chain", 16) / 16)
        say("population", f"`toy` with {people:,} people, chain, a member in a batch of 16", f"{told} s")
    say("population", "100,000,000 people over 1,000,000", f"{found[100_000_000] / found[1_000_000]:.2f} times")


def cold() -> None:
    """The commands of the README in fresh processes: nothing compiled yet, then again."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = os.environ | {"NUMBA_CACHE_DIR": str(Path(folder) / "compiled")}
        totals = []
        for turn in ("first", "second"):
            out = Path(folder) / turn
            request = ("run", "mosul", "--members", "10", "--seed", "1", "--out", str(out))
            ran, memory = child(request, fresh)
            drawn, more = child(("report", str(out)), fresh)
            totals.append(ran + drawn)
            say("cold", f"`havenward run mosul --members 10`, {turn} time", f"{ran:.1f} s, peak {memory:,.0f} MiB")
            say("cold", f"`havenward report`, {turn} time", f"{drawn:.1f} s, peak {more:,.0f} MiB")
        say("cold", "first time over second, both commands", f"{totals[0] / totals[1]:.2f} times")
        began, _ = child(("--help",), fresh)
        say("cold", "`havenward --help`", f"{began:.2f} s")


def child(words: tuple[str, ...], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command; return its seconds and its largest memory in MiB (POSIX systems only)."""
    began = time.perf_counter()
    program = [sys.executable, "-m", "havenward.cli.main", *words]
    process = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}")
    largest = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return time.perf_counter() - began, largest


def repeated(measure: Callable[[], float], repeats: int = REPEATS) -> tuple[float, str]:
    """Return the median of some repeats, and it in words with the lowest and the highest."""
    found = sorted(measure() for _ in range(repeats))
    noise = f"{found[0]:.3g} to {found[-1]:.3g}, {repeats} repeats" if repeats > 1 else "once"
    return median(found), f"{median(found):.3g} ({noise})"


def say(section: str, what: str, figure: str) -> None:
    """Print a row of the table."""
    print(f"| {section} | {what} | {figure} |", flush=True)


SECTIONS = {section.__name__: section for section in (size, solvers, individuals, population, cold)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("section", nargs="*", choices=[[], *SECTIONS], help="what to measure; everything if left out")
    chosen = arguments.parse_args().section or list(SECTIONS)
    machine()
    print("| section | what | figure |\n| --- | --- | --- |")
    for name in chosen:
        SECTIONS[name]()


if __name__ == "__main__":
    main()
