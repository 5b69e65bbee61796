"""What is kept of every member: the figures of its summary, by name, and how they are laid out in a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from havenward.core.members import Members
from havenward.core.rules import RuleSet
from havenward.run.case import Case, Follower
from havenward.run.engine import Plan, Tally, simulate
from havenward.run.outcome import coordinates
from havenward.run.periods import Layout, Periods, PeriodsOfRun, period_ends
from havenward.run.prepared import chronicles
from havenward.run.record import STRETCH

Arrays = dict[str, NDArray[Any]]


Keeping = Literal["headline", "all"]
"""What is kept of every member: the figures of its summary, or all days of all series too."""


@dataclass(frozen=True)
class Variable:
    """A variable of the store.

    Attributes:
        axes: its axes after `draw`.
        about: what it is.
        labels_a_chunk: how many of its labels lie in a chunk.
        days_a_shard: how many days lie in a shard, and come in together; 0 for all.
        kind: the type of its numbers; empty for that of people, see `kind_of`.
    """

    axes: tuple[str, ...]
    about: str
    labels_a_chunk: int = 1
    days_a_shard: int = 0
    kind: str = ""


VARIABLES: dict[str, Variable] = {
    "daily_stock": Variable(("time", "daily_stock_label"), "persons at places that receive people, every evening"),
    "daily_flow": Variable(("time", "daily_flow_label"), "persons who came to such places or left them, every day"),
    "daily_cumulative": Variable(("time", "cumulative_label"), "newcomers since the first day"),
    "stock": Variable(("period", "stock_label", "count"), "people at the end of each period", 16),
    "flow": Variable(("period", "flow_label", "count"), "people who moved in each period", 64),
    "cumulative": Variable(("period", "cumulative_label", "count"), "newcomers up to the end of each period", 16),
    "edges": Variable(("edge", "origin", "group"), "people on the first evening that is kept, and on the last"),
    "stages": Variable(("stage_total",), "persons by stage on the last evening", 10_000),
    "initial": Variable((), "persons who were counted before the first day"),
}
"""What a store holds of each member, under `headline`: days for places that receive people, month ends for the rest."""


def label_axes(axes: Sequence[str]) -> list[str]:
    """Return the axes along which labels stand: one, or none."""
    return [axis for axis in axes if axis.endswith("label")]


@dataclass(frozen=True)
class Rules:
    """A case that is ready to be turned, the layout of what is kept of it, and what members draw in a study."""

    case: Case
    ruleset: RuleSet
    layout: Layout
    variables: Mapping[str, Variable]
    sizes: Mapping[str, int]
    labels: Mapping[str, list[str]]
    design: Members | None = None

    @classmethod
    def of(
        cls,
        case: Case,
        plan: Plan,
        changes: Mapping[str, float],
        store: Keeping = "headline",
        design: Members | None = None,
    ) -> Rules:
        """Compile a case, to keep the figures of the summary or everything.

        Raises:
            RunError: the rules cannot be made.
        """
        ruleset = case.ruleset(changes)
        frame = coordinates(ruleset, plan, case.series)
        layout = Layout.of(frame, ruleset)
        time = frame["time"].values
        labels = {
            "daily_stock_label": ["|".join(label) for label in layout.place_stock.names],
            "daily_flow_label": ["|".join(label) for label in layout.place_flow.names],
            "cumulative_label": ["|".join(label) for label in layout.summed.names],
            "stock_label": ["|".join(label) for label in layout.stock.names],
            "flow_label": ["|".join(label) for label in layout.flow.names],
            "count": list(layout.counted.names),
            "origin": list(layout.origin.names),
            "group": list(ruleset.groups),
            "stage_total": list(layout.stages.names),
            "edge": ["first", "last"],
            "time": [str(day) for day in time.astype("datetime64[D]")],
            "period": [str(day) for day in time[period_ends(time)].astype("datetime64[D]")],
        }
        variables = VARIABLES
        if store == "all":
            variables = VARIABLES | everything(ruleset, plan)
            labels |= every_label(ruleset, frame)
        return cls(case, ruleset, layout, variables, {axis: len(names) for axis, names in labels.items()}, labels, design)

    def shape(self, variable: str) -> tuple[int, ...]:
        """Return the shape of a variable after `draw`."""
        return tuple(self.sizes[axis] for axis in self.variables[variable].axes)


def kind_of(plan: Plan, variable: Variable | None = None) -> np.dtype[Any]:
    """Return the type of numbers that are kept: people are whole, unless they are expected."""
    people = "float64" if plan.solver == "mean" else "int64"
    return np.dtype(variable.kind or people if variable else people)


RUN = "run_"
"""What the name of a variable of a run's outcome begins with in a store."""


def everything(ruleset: RuleSet, plan: Plan) -> dict[str, Variable]:
    """Return the variables that a run's outcome has of every member and day, shard by stretches as they are recorded."""
    people = "float32" if plan.solver == "mean" else "int32"
    about = "persons by group, and what moves together, "
    return {
        f"{RUN}stock": Variable(("time", "run_stock_label", "count"), f"{about}every evening", 16, STRETCH, people),
        f"{RUN}flow": Variable(("time", "run_flow_label", "count"), f"{about}who moved on the day", 16, STRETCH, people),
        f"{RUN}observed": Variable(("time", "run_observed_label"), "what counters would print", 16, 0, "float32"),
        **{
            RUN + name: Variable(("time", *signal.dimensions), signal.attributes["long_name"], 1, STRETCH, signal.kind.name)
            for name, signal in ruleset.signals.items()
        },
    }


def every_label(ruleset: RuleSet, frame: xr.Dataset) -> dict[str, list[str]]:
    """Return the names along the axes of these variables."""
    return {
        "run_stock_label": ["|".join(names) for names in ruleset.stocks],
        "run_flow_label": ["|".join(names) for names in ruleset.links],
        "run_observed_label": frame["series"].values.tolist(),
        **{name: list(labels) for name, (_, labels) in ruleset.coordinates.items()},
    }


def turned(rules: Rules, plan: Plan, *followers: Follower) -> tuple[Arrays, Tally]:
    """Turn all days of a plan's members, for others who follow them too; return the figures of the summary.

    Raises:
        Vanished: people were lost or invented.
        OrderError: the run cannot go on with these assumptions.
        KeyboardInterrupt: it was broken off; nothing is kept then.
    """
    plan = replace(plan, design=rules.design)
    gathered = PeriodsOfRun(coordinates(rules.ruleset, plan, rules.case.series), rules.ruleset, plan)
    tally = simulate(rules.ruleset, plan, chronicles(plan, followers, gathered), lambda _done, _total: None)
    if (tally.members_done, tally.days_done) != (len(plan.members), plan.last - plan.first + 1):
        raise KeyboardInterrupt
    return arrays_of(gathered.merge(len(plan.members)), tally.initial_persons, kind_of(plan)), tally


def arrays_of(periods: Periods, initial: NDArray[np.int64], kind: np.dtype[Any]) -> Arrays:
    """Return the variables of some members, of whom so many persons were counted at the start."""
    arrays = {
        "daily_stock": periods.place_stock,
        "daily_flow": periods.place_flow,
        "daily_cumulative": periods.place_cumulative,
        "stock": periods.stock,
        "flow": periods.flow,
        "cumulative": periods.cumulative,
        "edges": periods.edges.swapaxes(0, 1),
        "stages": periods.stages,
        "initial": initial,
    }
    return {name: np.ascontiguousarray(values, dtype=kind) for name, values in arrays.items()}
