"""The Python interface: load, edit, run, plot.

from havenward.api import edit, load, plot, run

scenario = edit(load("toy"), "set_desks date=2010-07-10 crossing='Stone Bridge' desks=20", persons_a_plot=6.0)
outcome = run(scenario, members=20, seed=1)
plot(outcome, "arrived").figure.savefig("arrivals.png")
"""

from __future__ import annotations

import datetime as dt
import textwrap
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from havenward.guard.disclosure import FEWEST_DRAWS, held_share, quantiles
from havenward.guard.warnings import caution
from havenward.model.flee.mends import Level
from havenward.model.siege.parameters import TABLE, check_edit
from havenward.model.siege.requirements import SIEGE
from havenward.run.engine import SolverName
from havenward.run.flee_case import FleeCase
from havenward.run.kinds import case_of, marked
from havenward.run.outcome import flow, persons, stock
from havenward.run.prepared import Prepared
from havenward.run.request import Request
from havenward.scenario import read
from havenward.scenario.edits.read import Given, collect, edited
from havenward.scenario.flee.folder import is_flee_folder
from havenward.scenario.folder import bundled
from havenward.scenario.schema import Assumption, Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def load(scenario: str | Path, *, public_sources: str | None = None) -> Scenario | FleeCase:
    """Return a checked scenario: the name of a bundled one, a folder, or a Flee folder.

    Args:
        scenario: its name or folder.
        public_sources: marks a Flee folder as made from public sources alone, which are named; without it no run of one is
            public, however old.

    Raises:
        ScenarioError: with every problem that was found.
        RunError: sources are named for what is no Flee folder, or none is named.
    """
    if scenario not in bundled() and is_flee_folder(Path(scenario)):
        return marked(FleeCase.read(Path(scenario)), public_sources)
    return marked(read.load(scenario, SIEGE), public_sources)


def edit(scenario: Scenario, *edits: Given, **parameters: float) -> Scenario:
    """Return a scenario with what-ifs made to it, one after the other, and some parameters set to one certain value.

    Warnings are given for what is odd, and where a corridor opens for what must be said of it.

    Args:
        scenario: of `load`.
        edits: each an Edit; its keys and values, such as `{"edit": "set_desks", "date": "2017-03-01", "crossing":
            "Scorpion", "desks": 20}`; the same in a line, `set_desks date=2017-03-01 crossing=Scorpion desks=20`; a YAML
            list; or the path of a YAML file that holds one. `havenward edits` lists them.
        parameters: name and value; `havenward parameters` lists them.

    Raises:
        ScenarioError: with everything that is wrong with the edits.
        TypeError: a Flee folder has no parameters; its simsetting.yml holds the values.
        KeyError: there is no parameter of that name.
        ValueError: a parameter cannot have such a value.
    """
    if not isinstance(scenario, Scenario):
        raise TypeError("a Flee folder cannot be edited: its simsetting.yml holds the values")
    for name, value in parameters.items():
        if name not in TABLE:
            raise KeyError(f"there is no parameter {name!r}; `havenward parameters` lists them")
        check_edit(name, value)
    made, odd = collect(edits, "edit")
    scenario, more = edited(scenario, made, SIEGE)
    for said in (*odd, *more, caution(scenario.header) if made.made else ""):
        if said:
            warnings.warn(str(said), stacklevel=2)
    kept = tuple(row for row in scenario.assumptions if row.name not in parameters)
    new = tuple(Assumption(name=name, median=value, note="edited") for name, value in parameters.items())
    return scenario.model_copy(update={"assumptions": (*kept, *new)})


def run(
    scenario: Scenario | FleeCase,
    *,
    level: Level | None = None,
    solver: SolverName | None = None,
    members: int = 10,
    seed: int = 1,
    first: dt.date | None = None,
    last: dt.date | None = None,
    medians: bool = False,
) -> xr.Dataset:
    """Run a scenario in memory and return its outcome; `havenward run` keeps the same in a folder.

    Args:
        scenario: of `load`.
        level: of a Flee folder: "exact" for Flee's rules as they are, "mended" (the default) with their faults mended.
        solver: chain, individuals or mean; by default individuals for the level "exact", else chain.
        members: simulated futures.
        seed: 0 to 2**32 - 1.
        first: first day that is kept.
        last: last day.
        medians: take assumptions at their medians, not drawn from their ranges.

    Raises:
        RunError: a date lies outside the scenario, a number is out of range, or a parameter of the scenario cannot be.
    """
    request = Request(solver=solver, members=members, seed=seed, first=first, last=last, spread=0.0 if medians else 1.0)
    where = Prepared.of(case_of(scenario, level), request, dt.date.today()).in_memory()
    outcome: xr.Dataset = xr.open_zarr(where, consolidated=False).load()
    return outcome


def plot(outcome: xr.Dataset, quantity: str, site: str | None = None, axes: Axes | None = None) -> Axes:
    """Draw a stage or a flow over time with its 50, 80 and 95 % bands, in persons; one member is a line without a band.

    Args:
        outcome: of `run`.
        quantity: a stage such as "in_camp" or a flow such as "arrived".
        site: a place; all places together when it is not given. For a flow, where it leads.
        axes: where to draw; new ones when not given.

    Raises:
        KeyError: the outcome has no such quantity.
    """
    import matplotlib.pyplot as plt

    stages, flows = set(outcome["stock_stage"].values), set(outcome["link_quantity"].values)
    if quantity in stages:
        values, measure = persons(stock(outcome, quantity, site)), "stock"
    elif quantity in flows:
        values, measure = persons(flow(outcome, quantity, end=site)), "flow a day"
    else:
        raise KeyError(f"{quantity!r} is neither a stage nor a flow; choose from {sorted(stages | flows)}")
    axes = axes or plt.figure(figsize=(9, 4), layout="constrained").add_subplot()
    time, draws = outcome["time"].values, values.values
    if len(draws) < FEWEST_DRAWS:
        axes.plot(time, draws[0], color="#0072B2", label="one alone, no interval")
    else:
        for share, shade in ((0.95, 0.2), (0.8, 0.35), (0.5, 0.5)):
            low, high = quantiles(draws, [0.5 - share / 2, 0.5 + share / 2])
            axes.fill_between(
                time, low, high, color="#0072B2", alpha=shade, lw=0, label=f"{100 * held_share(len(draws), share):.0f} %"
            )
    axes.set_ylim(bottom=0)
    axes.set_ylabel(f"people ({measure})")
    where = f" at {site}" if site else ""
    axes.set_title(f"{outcome.attrs['title']}: {quantity.replace('_', ' ')}{where} [{outcome.attrs['tier']}]")
    axes.legend(title="of simulated futures", frameon=False)
    by_hand = f"Calibrated {outcome.attrs['calibrated']}. Not a statement that any way is safe."
    beside = [by_hand if outcome.attrs["calibrated"] else "", textwrap.fill(outcome.attrs.get("caution", ""), 110)]
    axes.set_xlabel("\n".join(text for text in beside if text))
    return axes
