"""Holds our runs against Flee's own on six instances, and writes the table of every cell.

    python scripts/parity.py FLEE_DATA [--out docs/explanation]

FLEE_DATA holds `instances/` (Flee's folders) and `reference/` (its results, 20 runs each).
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenward.core.ledger import Ledger
from havenward.core.members import Members
from havenward.fit.parity import Parity, Reference, read_runs, whole_run_p
from havenward.fit.registered import registered
from havenward.fit.scores import averaged_relative_difference, rescaled
from havenward.model.flee.flee import Flee
from havenward.model.flee.mends import Level, Mends
from havenward.run.days import turn_day
from havenward.run.engine import SolverName, solver_for
from havenward.scenario.flee.read import read_flee
from havenward.scenario.flee.schema import FleeScenario

INSTANCES = ("burundi2015", "car2013", "mali2012", "nigeria2016", "ssudan2013", "syria2013")
MEMBERS, SEED, BATCH = 200, 20160315, 50
LEVEL_OF_TESTS = 0.01
WHOLE_RUN_LEVEL = 0.001
CROWDED_SHARE = 0.02
SD_RATIO = 1.15
ARD_DIFFERENCE = 0.01


@cache
def summary(data: Path) -> dict[str, dict[str, str]]:
    """Return hasten and errors of Flee's runs, by instance."""
    with (data / "reference" / "summary.csv").open(newline="") as file:
        return {row["instance"]: row for row in csv.DictReader(file)}


@cache
def cells_of_all(data: Path) -> int:
    """Return how many cells Flee's results have in all instances: the family that F-tests are corrected for."""
    number = 0
    for name in INSTANCES:
        with (data / "reference" / f"{name}.csv").open(newline="") as file:
            number += sum(not row["camp"].startswith("_") for row in csv.DictReader(file))
    return number


def folder(data: Path, name: str, **move: object) -> FleeScenario:
    """Return an instance at the hasten of Flee's runs, with some rules of movement changed."""
    scenario = read_flee(data / "instances" / name)
    settings = scenario.settings
    hasten = settings.optimisations.model_copy(update={"hasten": int(summary(data)[name]["hasten"])})
    rules = settings.move_rules.model_copy(update=move)
    return replace(scenario, settings=settings.model_copy(update={"optimisations": hasten, "move_rules": rules}))


@dataclass(frozen=True)
class Ours:
    """Our runs.

    Attributes:
        people: (members, days, camps).
        camps: their names.
        displaced: (days,) people displaced until each day.
        capacity: (days, camps), infinity where there is no limit.
        approximations: what the solver carried out approximately.
    """

    people: NDArray[np.float64]
    camps: tuple[str, ...]
    displaced: NDArray[np.float64]
    capacity: NDArray[np.float64]
    approximations: frozenset[str]


def turned(scenario: FleeScenario, solver: SolverName, level: Level | Mends, members: int = MEMBERS) -> Ours:
    """Run a folder and keep the people at its camps."""
    flee = Flee.of(scenario, level)
    ground, camps = flee.ground, flee.ground.counted.camps
    people = np.zeros((members, scenario.days, len(camps)))
    stood = [np.flatnonzero(ground.series == place) for place in camps]
    approximations: set[str] = set()
    for start in range(0, members, BATCH):
        numbers = np.arange(start, min(start + BATCH, members), dtype=np.uint32)
        rules = flee.for_members(Members.alike(numbers), SEED, 0.0, 0)
        ledger = Ledger(rules.table)
        carrier = solver_for(solver, rules.start(), SEED, numbers, ledger, 1)
        for day in range(scenario.days):
            turn_day(rules, carrier, ledger, day)
            for k, rows in enumerate(stood):
                people[start : start + len(numbers), day, k] = carrier.counts[:, rows].sum(axis=1)
        approximations |= carrier.approximations
    begun = sum(number for _, number in ground.first_rows)
    return Ours(
        people,
        tuple(ground.names[place] for place in camps),
        begun + np.cumsum(ground.setting_out.registered.new).astype(np.float64),
        ground.capacity[:, camps],
        frozenset(approximations),
    )


@dataclass(frozen=True)
class Held:
    """One instance and solver held against Flee."""

    name: str
    solver: SolverName
    parity: Parity
    family: int
    whole_run: float
    ard: tuple[float, float]

    @classmethod
    def of(cls, data: Path, name: str, solver: SolverName, **move: object) -> Held:
        """Run an instance, with some rules of movement changed, and compare it with Flee's runs of the unchanged one."""
        scenario = folder(data, name, **move)
        ours = turned(scenario, solver, "exact")
        reference = Reference.read(data / "reference" / f"{name}.csv", ours.camps)
        days, theirs = read_runs(data / "reference" / f"{name}.seeds.csv", ours.camps)
        known = ~np.isnan(theirs).all(axis=(0, 1))
        counts = registered(scenario).daily
        error = averaged_relative_difference(rescaled(ours.people, counts), counts)
        return cls(
            name,
            solver,
            Parity.of(reference, ours.people, ours.camps, ours.displaced, ours.capacity),
            cells_of_all(data),
            whole_run_p(ours.people[:, days][:, :, known], theirs[:, :, known]),
            (float(np.mean(error)), float(summary(data)[name]["ard_rescaled_mean"])),
        )

    def allowed(self) -> NDArray[np.float64]:
        """Return the difference of the means that is allowed in each cell."""
        usual = self.parity.allowed()
        if self.solver == "individuals":
            return usual
        return np.where(self.parity.crowded, np.maximum(usual, CROWDED_SHARE * self.parity.displaced), usual)

    def failures(self) -> Iterator[str]:
        """Yield in what the instance fails."""
        over = np.abs(self.parity.difference) > self.allowed()
        if over.any():
            yield f"means of {over.sum()} of {len(over)} cells"
        ratio = self.parity.pooled_sd_ratio()
        if not 1 / SD_RATIO <= ratio <= SD_RATIO:
            yield f"spread: {ratio:.3f} of Flee's"
        rejected = self.parity.rejected_variances(LEVEL_OF_TESTS, self.family)
        if len(rejected):
            yield f"variances of {len(rejected)} cells"
        if self.whole_run < WHOLE_RUN_LEVEL:
            yield f"people in all camps over the whole run: p = {self.whole_run:.2g}"
        if abs(self.ard[0] - self.ard[1]) > ARD_DIFFERENCE:
            yield f"averaged relative difference: {self.ard[0]:.4f}, Flee's is {self.ard[1]:.4f}"


HEAD = (
    "| instance | solver | cells | worst mean, of what is allowed | crowded cells | spread / Flee's (over all cells) "
    "| whole run, p | averaged relative difference | Flee's | verdict |\n|---|---|---|---|---|---|---|---|---|---|"
)


def line(held: Held) -> str:
    """Return a line of the table."""
    parity = held.parity
    worst = float(np.max(np.abs(parity.difference) / np.maximum(held.allowed(), 1e-12)))
    over_all = float(np.sqrt(np.sum(parity.sd**2) / np.sum(parity.reference.sd**2)))
    verdict = "; ".join(held.failures()) or "agrees"
    return (
        f"| {held.name} | {held.solver} | {len(parity.mean)} | {worst:.2f} | {int(parity.crowded.sum())} "
        f"| {parity.pooled_sd_ratio():.3f} ({over_all:.3f}) | {held.whole_run:.2g} | {held.ard[0]:.4f} | {held.ard[1]:.4f} "
        f"| {verdict} |"
    )


def main() -> None:
    """Print the table of instances, and write the table of every cell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/explanation"))
    asked = parser.parse_args()
    print(HEAD)
    solvers: tuple[SolverName, ...] = ("individuals", "chain")
    with (asked.out / "flee_parity.csv").open("w", newline="", encoding="utf-8") as file:
        writer = None
        for name in INSTANCES:
            for solver in solvers:
                held = Held.of(asked.data, name, solver)
                print(line(held), flush=True)
                for row in held.parity.rows():
                    whole = {"instance": name, "solver": solver, **row}
                    if writer is None:
                        writer = csv.DictWriter(file, list(whole), lineterminator="\n")
                        writer.writeheader()
                    writer.writerow(whole)


if __name__ == "__main__":
    main()
