"""What is kept of every member: the figures of its summary, by name, and how they are laid out in a store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.rules import RuleSet
from havenward.run.case import Case
from havenward.run.engine import Plan, Tally, simulate
from havenward.run.outcome import coordinates
from havenward.run.periods import Layout, Periods, PeriodsOfRun, period_ends

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Variable:
    """A variable of the store: its axes after `draw`, what it is, and how many of its labels lie in a chunk."""

    axes: tuple[str, ...]
    about: str
    labels_a_chunk: int = 1


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


@dataclass(frozen=True)
class Rules:
    """A case that is ready to be turned, and the layout of what is kept of it."""

    case: Case
    ruleset: RuleSet
    layout: Layout
    sizes: Mapping[str, int]
    labels: Mapping[str, list[str]]

    @classmethod
    def of(cls, case: Case, plan: Plan, changes: Mapping[str, float]) -> Rules:
        """Compile a case.

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
        return cls(case, ruleset, layout, {axis: len(names) for axis, names in labels.items()}, labels)

    def shape(self, variable: str) -> tuple[int, ...]:
        """Return the shape of a variable after `draw`."""
        return tuple(self.sizes[axis] for axis in VARIABLES[variable].axes)


def kind_of(plan: Plan) -> np.dtype[Any]:
    """Return the type of numbers that are kept: whole, unless people are expected."""
    return np.dtype(np.float64 if plan.solver == "mean" else np.int64)


def turned(rules: Rules, plan: Plan) -> tuple[Arrays, Tally]:
    """Turn all days of a plan's members; return what is kept of them.

    Raises:
        Vanished: people were lost or invented.
        OrderError: the run cannot go on with these assumptions.
        KeyboardInterrupt: it was broken off; nothing is kept then.
    """
    gathered = PeriodsOfRun(coordinates(rules.ruleset, plan, rules.case.series), rules.ruleset, plan)
    tally = simulate(rules.ruleset, plan, gathered.part, lambda _done, _total: None)
    if (tally.members_done, tally.days_done) != (len(plan.members), plan.last - plan.first + 1):
        raise KeyboardInterrupt
    return arrays_of(gathered.merge(len(plan.members)), tally, kind_of(plan)), tally


def arrays_of(periods: Periods, tally: Tally, kind: np.dtype[Any]) -> Arrays:
    """Return the variables of some members."""
    arrays = {
        "daily_stock": periods.place_stock,
        "daily_flow": periods.place_flow,
        "daily_cumulative": periods.place_cumulative,
        "stock": periods.stock,
        "flow": periods.flow,
        "cumulative": periods.cumulative,
        "edges": periods.edges.swapaxes(0, 1),
        "stages": periods.stages,
        "initial": tally.initial_persons,
    }
    return {name: np.ascontiguousarray(values, dtype=kind) for name, values in arrays.items()}
