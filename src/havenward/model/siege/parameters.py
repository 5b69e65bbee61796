"""The parameters of the siege model: what they may be, how a member draws them, and who may change them.

The table itself is `parameters.csv` beside this file, a row for each parameter: its phase, median, range, the least and
the most that it may be, the scale of its range, unit, label, source, what the figures rest on, and meaning. A scenario's
assumptions replace rows of it. Members draw their values from the ranges, unless medians are asked for.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter
from scipy.special import expit, logit, ndtri

from havenward.core.members import Members, Source
from havenward.core.streams import meaning, uniforms
from havenward.scenario.problems import nearest
from havenward.scenario.schema import Assumption, Label

F64 = NDArray[np.float64]

Phase = Literal["start", "control", "life", "belief", "departure", "walk", "crossing", "reception"]
Scale = Literal["linear", "log", "log-odds"]

MOST_DEVIATIONS = 2.5
"""Standard deviations at which draws are cut: no member has a value that the range says nothing about."""

TAIL_DEVIATIONS = float(ndtri(0.95))
"""Standard deviations between the median and the 95 % quantile of a normal distribution."""


class UnknownParameter(KeyError):
    """There is no parameter of that name; in words, its name and the nearest that there is."""

    def __str__(self) -> str:
        name = str(self.args[0])
        guess = nearest(name, TABLE)
        return f"{name!r} (did you mean {guess!r}?)" if guess else repr(name)


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes:
        phase: the phase of a day that it acts in; start: before the first day.
        median, low, high: what is believed; low and high are the 5 % and 95 % quantiles.
        scale: how the range is read: as it is (linear), in logarithms, or in log-odds.
        source: who printed what the figures rest on; empty where nobody did.
        basis: how the figures follow from the source, or why the range was taken.
        least, most: limits that no value may pass.
        danger: whether it states what the group does to those who leave.
    """

    name: str
    phase: Phase
    median: float
    low: float
    high: float
    scale: Scale
    unit: str
    label: Label
    basis: str
    meaning: str
    least: float
    most: float
    source: str = ""
    danger: bool = False

    @property
    def uncertainty(self) -> Source:
        """The source of uncertainty that it belongs to."""
        match self.phase:
            case "start":
                return "population"
            case "control":
                return "control"
            case _:
                return "parameters"

    @property
    def limits(self) -> str:
        """The values that it may have, in words."""
        return f"from {self.least:g} to {self.most:g}"

    def refusal(self, value: float) -> str | None:
        """Why it cannot have a value, or None where it can."""
        if not np.isfinite(value):
            return f"{self.name} cannot be {value:g}: it must be a finite number"
        inside = self.least <= value <= self.most
        return None if inside else f"{self.name} cannot be {value:g}: it must be {self.limits} ({self.unit})"

    def at(self, deviations: F64) -> F64:
        """Return its values at numbers of half ranges from the median: -1 the low end, 0 the median, 1 the high end."""
        edges = np.array([self.low, self.median, self.high])
        if self.scale == "log" and edges.min() > 0:
            drawn = np.exp(two_piece(np.log(edges), deviations))
        elif self.scale == "log-odds" and edges.min() > 0 and edges.max() < 1:
            drawn = expit(two_piece(np.asarray(logit(edges)), deviations))
        else:
            drawn = two_piece(edges, deviations)
        return np.asarray(np.clip(drawn, self.least, self.most))


def two_piece(interval: F64, deviations: F64) -> F64:
    """Return median + deviations x half range, for a range (3, ...) of low, median and high whose halves may differ."""
    low, median, high = interval
    return np.asarray(median + np.where(deviations < 0, median - low, high - median) * deviations)


def _read() -> tuple[Parameter, ...]:
    """Read the table; an empty cell leaves the default."""
    text = files(__package__).joinpath("parameters.csv").read_text(encoding="utf-8")
    rows = [{column: cell for column, cell in row.items() if cell} for row in csv.DictReader(text.splitlines())]
    return TypeAdapter(tuple[Parameter, ...]).validate_python(rows)


PARAMETERS = _read()
TABLE: Mapping[str, Parameter] = {parameter.name: parameter for parameter in PARAMETERS}

DANGER = frozenset(parameter.name for parameter in PARAMETERS if parameter.danger)
"""What the group does to those who leave: stated by a scenario with a range and a source, never varied by an edit."""


def check_edit(name: str, value: float) -> None:
    """Refuse an edit of a parameter.

    Raises:
        UnknownParameter: there is no parameter of that name.
        ValueError: it is about danger on the way, or cannot have the value.
    """
    parameter = _named(name)
    if parameter.danger:
        raise ValueError(
            f"{name} cannot be edited: patrols, interception, captivity and mines are assumptions of a scenario, with a "
            "range and a source in its assumptions.csv, and are not varied one by one"
        )
    check_value(parameter, value)


def check_value(parameter: Parameter, value: float) -> None:
    """Refuse a value that a parameter cannot have.

    Raises:
        ValueError: the value is not a number, or lies outside the limits.
    """
    refusal = parameter.refusal(value)
    if refusal is not None:
        raise ValueError(refusal)


def with_assumptions(assumptions: tuple[Assumption, ...]) -> dict[str, Parameter]:
    """Return the table with a scenario's rows in place of the defaults.

    A row without a range is certain.

    Raises:
        UnknownParameter: an assumption has no parameter of its name.
        ValueError: a parameter cannot have such a value.
    """
    table = dict(TABLE)
    for row in assumptions:
        parameter = _named(row.name)
        for value in (row.low, row.median, row.high):
            if value is not None:
                check_value(parameter, value)
        table[row.name] = replace(
            parameter,
            median=row.median,
            low=row.median if row.low is None else row.low,
            high=row.median if row.high is None else row.high,
            label=row.label,
            source=row.source,
            basis=row.note,
        )
    return table


def values(table: Mapping[str, Parameter], seed: int, members: Members, *, spread: float) -> dict[str, F64]:
    """Return (M,) values of every parameter.

    Args:
        table: the parameters.
        seed: the run's seed.
        members: by which numbers they draw them, or at which quantiles of their ranges they have them.
        spread: 1 draws from the stated ranges, 0 gives medians.

    The range is read as the 5 % and 95 % quantiles of a two-piece normal on the parameter's scale, cut at
    MOST_DEVIATIONS and at the parameter's limits.
    """
    names = tuple(table)
    streams = np.array([meaning("parameter", name) for name in names], dtype=np.uint64)
    uniform = np.empty((len(members), len(names)))
    for source, numbers in members.numbers.items():
        mine = np.array([table[name].uncertainty == source for name in names])
        uniform[:, mine] = uniforms(seed, numbers, streams[mine], 0, np.zeros(mine.sum(), dtype=np.uint32))
    for name, quantiles in members.quantiles.items():
        uniform[:, names.index(name)] = quantiles
    deviations = np.clip(ndtri(uniform), -MOST_DEVIATIONS, MOST_DEVIATIONS) * spread / TAIL_DEVIATIONS
    return {name: table[name].at(deviations[:, k]) for k, name in enumerate(names)}


def _named(name: str) -> Parameter:
    if name not in TABLE:
        raise UnknownParameter(name)
    return TABLE[name]
