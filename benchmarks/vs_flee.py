"""Measures Havenward against Flee 3.1: `make bench-flee`, or `python benchmarks/vs_flee.py [table ...]`.

Tables: individuals, bounds, chain, population, grids, paths. Every ratio is of two figures of one run of this program on one
machine, in seconds of CPU time on one thread. Flee is installed from PyPI into build/flee-3.1, run by its own interpreter
through its public interface (`flee_driver.py`), and timed over its main loop: what its run script does on each day. Ours is
timed over the same: all orders of every day, what was moved counted, camps counted at dusk; reading, compiling and writing
are left out on both sides. An agent-step is one displaced person (agent) on one day. Seconds of a member are those of a
batch, divided by its members, after a short run that loads the kernels.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from grids import Grid, write
from havenward.model.flee.flee import Flee
from havenward.model.flee.mends import LEVELS, Level
from havenward.model.flee.roads import links_of
from havenward.model.flee.ways import lay_out
from havenward.scenario.flee.read import read_flee
from measuring import Case, Table, asked, bytes_held, copying, scaled, star, timed
from run import machine

HERE = Path(__file__).parent
BUILD = HERE.parent / "build"
FLEE = BUILD / "flee-3.1"
INSTANCES = HERE.parent.parent / "shared" / "data" / "flee" / "instances"

MEMBERS = 64
"""Members of a batch of individuals."""
BATCH = 128
"""Members of a batch of the chain."""
COUNTRIES = {"mali2012": 10, "burundi2015": 100, "car2013": 100, "ssudan2013": 100, "syria2013": 1000, "nigeria2016": 100}
"""Instances, and people per agent at which Flee's cost of an agent-step is measured for the table of the chain."""
EXACT_TOO = ("mali2012", "burundi2015", "grid")
"""Folders whose exact rules the chain is timed under too; its own rules are the mended ones."""
OUTRIGHT = {"burundi2015": 309.3}
"""CPU seconds of Flee with every person an agent (212,321 over 396 days): measured outright once, other machine load."""
CROWD = 10_000_000
"""Units of the net on which single steps are timed."""
EXACT_TARGET, MENDED_TARGET, CHAIN_TARGET, PEOPLE_TARGET = 200.0, 2_000.0, 10_000.0, 1.5
GRID_SECONDS, GRID_GIB = 120.0, 12.0


@dataclass
class Bench:
    """What was asked for, and what has been measured so far.

    Attributes:
        instances: folder of Flee folders.
        quick: the smallest case of each table.
        large: the grid of a million places as well.
        verdicts: a line for each target.
    """

    instances: Path
    quick: bool
    large: bool
    verdicts: list[str] = field(default_factory=list)

    @cached_property
    def flee(self) -> Path | None:
        """Flee's interpreter; None where it cannot be installed."""
        python = FLEE / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        asks = [str(python), "-c", "import flee.flee"]
        if python.exists() and subprocess.run(asks, capture_output=True, check=False).returncode == 0:
            return python
        shutil.rmtree(FLEE, ignore_errors=True)
        installs = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "flee==3.1"]
        for command in ([sys.executable, "-m", "venv", str(FLEE)], installs, asks):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"Flee 3.1 could not be installed, so only Havenward is measured: {done.stderr.strip()[-300:]}\n")
                return None
        return python

    def of_flee(self, folder: Path, hasten: int = 1, days: int = 0) -> dict[str, Any] | None:
        """Run Flee on a folder; None where it is not there."""
        words = ["--hasten", str(hasten), "--days", str(days)]
        command = [str(self.flee), str(HERE / "flee_driver.py"), str(folder), *words]
        return None if self.flee is None else asked(command, silent=True)

    @cached_property
    def folders(self) -> dict[str, Path]:
        """Flee folders by name."""
        found = {name: self.instances / name for name in COUNTRIES if (self.instances / name).is_dir()}
        if found:
            return found
        print(f"No instance lies in {self.instances}: a grid of 10 by 10 places stands for them.\n")
        return {"grid": grid_folder(Grid(10, 10, people=100_000, days=100, rules="validation"))}

    def verdict(self, what: str, found: float, target: float, most: bool = False) -> None:
        """Note whether a figure is at least (or at most) a target."""
        met = found <= target if most else found >= target
        beyond = max(found, target) / min(found, target)
        self.verdicts.append(
            f"{'Met' if met else 'MISSED'} by {beyond:.2f} times: {what} {found:,.2f}, "
            f"target {'at most' if most else 'at least'} {target:,.1f}"
        )


def grid_folder(grid: Grid) -> Path:
    """Return the folder of a grid, written anew."""
    folder = BUILD / "grids" / f"{grid.width}x{grid.height}-{grid.people}-{grid.days}-{grid.awareness}-{grid.rules}"
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, grid)
    return folder


def individuals(bench: Bench) -> None:
    """Individuals, exact and mended: agent-steps a CPU second against Flee."""
    wanted = [("mali2012", 100)] if bench.quick else [("mali2012", 10), ("burundi2015", 10)]
    cases = [(name, hasten) for name, hasten in wanted if name in bench.folders] or [(next(iter(bench.folders)), 10)]
    print(f"Individuals, batches of {MEMBERS} members, one thread; seconds are CPU seconds of the day loop\n")
    table = Table(
        (
            "instance",
            "people per agent",
            "rules",
            "agents at the end",
            "agent-steps",
            "Flee: seconds",
            "Flee: agent-steps a second",
            "Havenward: seconds of a member",
            "Havenward: agent-steps a second",
            "Havenward over Flee",
        )
    )
    worst: dict[Level, float] = {}
    for name, hasten in cases:
        theirs = bench.of_flee(bench.folders[name], hasten)
        scenario = read_flee(bench.folders[name])
        for level in LEVELS:
            case = Case.of(scenario, level, hasten)
            steps, last = case.agent_steps("individuals")
            seconds = case.seconds("individuals", MEMBERS)
            rate = steps / seconds
            flee_rate = theirs["agent_steps"] / theirs["loop_seconds"] if theirs else float("nan")
            worst[level] = min(worst.get(level, np.inf), rate / flee_rate)
            table.row(
                name,
                str(hasten),
                level,
                f"{last:,.0f}",
                f"{steps:,.0f}",
                f"{theirs['loop_seconds']:.2f}" if theirs else "not measured",
                f"{flee_rate:,.0f}",
                f"{seconds:.4f}",
                f"{rate:,.0f}",
                f"{rate / flee_rate:,.0f} times",
            )
    for level, target in (("exact", EXACT_TARGET), ("mended", MENDED_TARGET)):
        if bench.flee is not None:
            bench.verdict(f"individuals, {level}, the least of the instances, times Flee", worst[level], target)


def bounds(bench: Bench) -> None:
    """Single steps: nanoseconds, bytes a person, and the share of the memory's bandwidth that is reached."""
    units = CROWD // 10 if bench.quick else CROWD
    bandwidth = copying()
    print(f"Single steps of {units:,} individuals on a net of our own; a NumPy copy of 400 MB reads and writes ", end="")
    print(f"{bandwidth / 1e9:.1f} GB a CPU second here\n")
    columns = (
        "who moves",
        "places",
        "ns of an agent-step",
        "agent-steps a second",
        "bytes a person",
        "share of a copy's speed",
    )
    table = Table(columns)
    cases = (("everybody, one way to go", 2, 1.0), ("everybody, five ways to go", 6, 1.0), ("1 %, one way to go", 2, 0.01))
    for what, places, chance in cases:
        solver, order = star(places, units, chance)
        solver.carry_out(order, 0)
        seconds = min(timed(partial(solver.carry_out, order, day))[0] for day in range(1, 6))
        # each unit's cell is read, and written where it moves
        touched = units * 4 * (1 + chance)
        table.row(
            what,
            str(places),
            f"{seconds / units * 1e9:.2f}",
            f"{units / seconds:,.0f}",
            f"{bytes_held(solver) / units:.1f}",
            f"{touched / seconds / bandwidth:.1%}",
        )


def chain(bench: Bench) -> None:
    """The chain with every person, against Flee."""
    names = list(bench.folders)[:1] if bench.quick else list(bench.folders)
    print(f"The chain with every person a unit, batches of {BATCH} members, one thread; CPU seconds of the day loop.")
    print("Flee's seconds are its agent-steps with every person an agent, at its own cost of an agent-step in this run.\n")
    table = Table(
        (
            "instance",
            "rules",
            "people at the end",
            "days",
            "cells",
            "agent-steps",
            "Flee: agent-steps a second (people per agent)",
            "Flee: seconds",
            "Havenward: seconds of a member",
            "Flee over Havenward",
            "Flee: seconds, measured outright once, other machine load",
        )
    )
    worst: dict[Level, float] = {}
    for name in names:
        hasten = COUNTRIES.get(name, 100) * (10 if bench.quick else 1)
        theirs = bench.of_flee(bench.folders[name], hasten)
        scenario = read_flee(bench.folders[name])
        levels: tuple[Level, ...] = tuple(LEVELS) if name in EXACT_TOO else ("mended",)
        for level in levels:
            case = Case.of(scenario, level)
            steps, last = case.agent_steps()
            seconds = case.seconds("chain", BATCH)
            rate = theirs["agent_steps"] / theirs["loop_seconds"] if theirs else float("nan")
            worst[level] = min(worst.get(level, np.inf), steps / rate / seconds)
            table.row(
                name,
                level,
                f"{last:,.0f}",
                f"{case.flee.days:,}",
                f"{case.cells:,}",
                f"{steps:,.0f}",
                f"{rate:,.0f} ({hasten})",
                f"{steps / rate:,.1f}",
                f"{seconds:.4f}",
                f"{steps / rate / seconds:,.0f} times",
                f"{OUTRIGHT[name]:.1f} ({OUTRIGHT[name] / seconds:,.0f} times)" if name in OUTRIGHT else "",
            )
    if bench.flee is not None:
        for level, found in worst.items():
            bench.verdict(f"chain at full population, {level}, the least of the instances, times Flee", found, CHAIN_TARGET)


def population(bench: Bench) -> None:
    """The chain as people grow in number, everything else alike."""
    name, folder = next(iter(bench.folders.items()))
    scenario = read_flee(folder)
    _, people = Case.of(scenario, "mended").agent_steps()
    print(f"`{name}` with its registers, populations and capacities multiplied, chain, batches of {BATCH} members\n")
    table = Table(("rules", "people at the end", "CPU seconds of a member", "over those of a million people"))
    for level in LEVELS:
        found = []
        for wanted in (1e6, 1e9):
            case = Case.of(scaled(scenario, wanted / people), level)
            _, last = case.agent_steps()
            found.append(case.seconds("chain", BATCH))
            table.row(level, f"{last:,.0f}", f"{found[-1]:.4f}", f"{found[-1] / found[0]:.2f} times")
        what = f"chain, {level}, cost at 1,000,000,000 people over that at 1,000,000"
        bench.verdict(what, found[1] / found[0], PEOPLE_TARGET, most=True)


def grids(bench: Bench) -> None:
    """Grids: reading, compiling, days and memory, each in a process of its own."""
    sizes = [Grid(30, 30), Grid(100, 100), Grid(100, 100, rules="validation")]
    sizes += [] if bench.quick else [Grid(250, 250)]
    sizes += [Grid(1000, 1000, days=10)] if bench.large else []
    print("Grids of our own, each place with eight neighbours, 10,000 people, awareness 1, mended, one member of the chain;")
    print("CPU seconds, each row in a process of its own, kernels compiled beforehand\n")
    table = Table(
        (
            "grid",
            "rules",
            "days",
            "cells",
            "read and check",
            "compile",
            "a day (longest)",
            "all",
            "peak MiB (after reading, after compiling, in all)",
            "Flee: start",
            "Flee: main loop",
            "Flee over Havenward, start",
            "Flee over Havenward, main loop",
        )
    )
    first = str(grid_folder(Grid(5, 5)))
    for grid in sizes:
        folder = grid_folder(grid)
        ours = asked([sys.executable, str(HERE / "our_driver.py"), str(folder), "--first", first])
        small = ours["places"] <= (1_000 if bench.quick else 10_000) and grid.rules == "plain"
        theirs = bench.of_flee(folder) if small else None
        begun = ours["read_seconds"] + ours["compile_seconds"] + ours["start_seconds"]
        everything = begun + ours["loop_seconds"]
        against = ["not run"] * 2 + [""] * 2
        if theirs:
            against = [f"{theirs[key]:.1f}" for key in ("start_seconds", "loop_seconds")]
            against.append(f"{theirs['start_seconds'] / begun:,.1f} times")
            against.append(f"{theirs['loop_seconds'] / ours['loop_seconds']:,.0f} times")
        table.row(
            f"{grid.width} x {grid.height}",
            grid.rules,
            str(ours["days"]),
            f"{ours['cells']:,}",
            f"{ours['read_seconds']:.2f}",
            f"{ours['compile_seconds'] + ours['start_seconds']:.2f}",
            f"{ours['loop_seconds'] / ours['days']:.3f} ({ours['longest_day']:.3f})",
            f"{everything:.1f}",
            f"{ours['read_mib']:,.0f}, {ours['compiled_mib']:,.0f}, {ours['peak_mib']:,.0f}",
            *against,
        )
        if ours["places"] >= 1_000_000:
            bench.verdict("a million places, ten days, CPU seconds", everything, GRID_SECONDS, most=True)
            bench.verdict("a million places, ten days, GiB", ours["peak_mib"] / 1024, GRID_GIB, most=True)
        shutil.rmtree(folder)


def paths(bench: Bench) -> None:
    """Paths that people know, by awareness level."""
    print("Paths by how many stops ahead people know; CPU seconds to list the paths, and to compile the folder in all\n")
    table = Table(
        ("folder", "places", "stops ahead", "paths from a place", "paths in all", "list paths", "compile", "cells", "edges")
    )
    folders = dict(list(bench.folders.items())[: 1 if bench.quick else None])
    folders["grid 30 x 30"] = grid_folder(Grid(30, 30))
    if not bench.quick:
        folders["grid 100 x 100"] = grid_folder(Grid(100, 100))
    for name, folder in folders.items():
        scenario = read_flee(folder)
        for stops in (1, 2) if name == "grid 100 x 100" else (1, 2, 3):
            move = scenario.settings.move_rules.model_copy(update={"awareness_level": stops})
            aware = replace(scenario, settings=scenario.settings.model_copy(update={"move_rules": move}))
            names = tuple(place.name for place in aware.locations)
            marker = np.array([place.kind == "marker" for place in aware.locations])
            links = links_of(aware)
            listing, ways = timed(partial(lay_out, names, links, marker, stops))
            compiling, flee = timed(partial(Flee.of, aware, "mended"))
            net = flee.ground.net
            free = int(ways.first[len(names)])
            table.row(
                name,
                f"{len(names):,}",
                str(stops),
                f"{free / len(names):.1f}",
                f"{free:,}",
                f"{listing:.3f}",
                f"{compiling:.2f}",
                f"{len(net.table):,}",
                f"{len(net.net.to):,}",
            )


TABLES: dict[str, Callable[[Bench], None]] = {
    table.__name__: table for table in (individuals, bounds, chain, population, grids, paths)
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("table", nargs="*", choices=[[], *TABLES], help="what to measure; everything if left out")
    arguments.add_argument("--instances", type=Path, default=INSTANCES, help="a folder of Flee folders")
    arguments.add_argument("--quick", action="store_true", help="the smallest case of each table")
    arguments.add_argument("--large", action="store_true", help="a grid of a million places as well")
    given = arguments.parse_args()
    machine()
    bench = Bench(given.instances, given.quick, given.large)
    for name in given.table or TABLES:
        print(f"### {name}\n")
        TABLES[name](bench)
        print()
    for line in bench.verdicts:
        print(f"- {line}")


if __name__ == "__main__":
    main()
