"""Runs Flee 3.1 through its public interface and prints one line of JSON: what `vs_flee.py` asks of it.

Carried out by the interpreter of an environment that holds Flee and not Havenward:

    build/flee-3.1/bin/python benchmarks/flee_driver.py FOLDER [--hasten N] [--days N] [--seed N] [--seconds N]

The calls are those of Flee's own run script, in its order. The clock of the main loop covers what that script does on each
day, and one line of counts by camp; it does not cover reading. Flee tells much on stderr: send that to /dev/null.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

import numpy as np
from flee import InputGeography, flee, spawning
from flee.datamanager import handle_refugee_data, read_period
from flee.SimulationSettings import SimulationSettings

from memory import peak_mib


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--hasten", type=int, default=1)
    arguments.add_argument("--days", type=int, default=0, help="0: as the folder says")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--seconds", type=float, default=0.0, help="CPU seconds after which no further day is begun")
    given = arguments.parse_args()
    random.seed(given.seed)
    np.random.seed(given.seed)  # noqa: NPY002

    began = time.process_time()
    tables, source = given.folder / "input_csv", given.folder / "source_data"
    start, length = read_period.read_conflict_period(str(tables / "sim_period.csv"))
    days = given.days or length
    SimulationSettings.ReadFromYML(str(given.folder / "simsetting.yml"))
    SimulationSettings.optimisations["PopulationScaleDownFactor"] = given.hasten
    SimulationSettings.ConflictInputFile = str(tables / "conflicts.csv")
    world = flee.Ecosystem()
    geography = InputGeography.InputGeography()
    geography.ReadConflictInputCSV(SimulationSettings.ConflictInputFile)
    geography.ReadLocationsFromCSV(str(tables / "locations.csv"))
    geography.ReadLinksFromCSV(str(tables / "routes.csv"))
    geography.ReadClosuresFromCSV(str(tables / "closures.csv"))
    world, places = geography.StoreInputGeographyInEcosystem(world)
    registers = handle_refugee_data.RefugeeTable(
        csvformat="generic",
        data_directory=str(source),
        start_date=start,
        data_layout="data_layout.csv",
        population_scaledown_factor=given.hasten,
    )
    registers.ReadL1Corrections(str(tables / "registration_corrections.csv"))
    camps = [places[name] for name in world.get_camp_names()]
    for camp in camps:
        spawning.add_initial_refugees(world, registers, camp)
    ready = time.process_time()

    steps = done = 0
    for day in range(days):
        geography.AddNewConflictZones(world, day)
        spawning.spawn_daily_displaced(world, day, registers, SumFromCamps=True)
        spawning.refresh_spawn_weights(world)
        world.enact_border_closures(day)
        world.evolve()
        print(day, *(camp.numAgents for camp in camps), sep=",", file=sys.stderr)
        steps += world.numAgents()
        done += 1
        if given.seconds and time.process_time() - ready > given.seconds:
            break
    ended = time.process_time()
    json.dump(
        {
            "agent_steps": steps,
            "days": done,
            "agents": world.numAgents(),
            "start_seconds": ready - began,
            "loop_seconds": ended - ready,
            "peak_mib": peak_mib(),
        },
        sys.stdout,
    )
    print()


if __name__ == "__main__":
    main()
