"""Designs: ensembles whose members are the rows of a study, and no sample of futures.

    shares      two independent futures A and B in each row, and A with one group of what is uncertain taken from B, for
                every group in turn (pick and freeze): how much of the variance each group brings
    screening   trajectories through the parameters' ranges, a step for each group (Morris): how far a figure moves with it

A column is a source of uncertainty, by the number of the member by which it is drawn, or a parameter, by its quantile. The
table lies beside the plan, which has its hash: nothing rests on another release of a library drawing the same sample.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from havenward.core.members import SOURCES, Members
from havenward.ensemble.named import Wanted
from havenward.ensemble.salib import salib
from havenward.run.request import RunError
from havenward.scenario.schema import Strict

DESIGN = "design.csv"
LEVELS = 4
"""Quantiles at which a trajectory may stand: the ends of a 90 % range, and two between."""
RANGE = (0.05, 0.95)
"""Quantiles between which trajectories go: the range that a parameter states."""

DANGER_ON_THE_WAY = "danger on the way"
"""What the group does to those who leave: one group of parameters, told of no single site."""

Kind = Literal["shares", "screening"]


class Study(Strict):
    """What a design is for."""

    kind: Kind
    rows: int = Field(ge=2, description="pairs of futures, or trajectories")
    groups: dict[str, list[str]] = Field(description="sources or parameters that are varied together, by name", min_length=1)

    @property
    def step(self) -> int:
        """Members of one row."""
        return len(self.groups) + (2 if self.kind == "shares" else 1)

    @property
    def members(self) -> int:
        """Members of all rows, row after row."""
        return self.rows * self.step

    @property
    def parameters(self) -> list[str]:
        """The columns that are parameters."""
        return [name for names in self.groups.values() for name in names if name not in SOURCES]

    def check_sites(self, wanted: Iterable[Wanted]) -> None:
        """Refuse to tell what danger does at a site: side by side, sites would be ranked by it.

        Raises:
            RunError: danger on the way is varied, and a quantity is of one site.
        """
        for one in wanted:
            if one.site is not None and DANGER_ON_THE_WAY in self.groups:
                raise RunError(
                    f"what {DANGER_ON_THE_WAY} does is told of all sites together, not of {one}; leave the site out"
                )


@dataclass(frozen=True, eq=False)
class Design:
    """A study and its members."""

    study: Study
    members: Members

    @classmethod
    def of(cls, study: Study, seed: int) -> Design:
        """Draw the members of a study.

        Raises:
            RunError: SALib is not installed.
        """
        return cls(study, (_shares if study.kind == "shares" else _screening)(study, seed))

    @classmethod
    def read(cls, study: Study, content: bytes) -> Design:
        """Return the design that a table holds."""
        names, *rows = csv.reader(io.StringIO(content.decode()))
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        numbers = {source: np.array([int(cell) for cell in columns[source]], dtype=np.uint32) for source in SOURCES}
        quantiles = {name: np.array([float(cell) for cell in columns[name]]) for name in names if name not in SOURCES}
        return cls(study, Members(numbers, quantiles))

    def text(self) -> bytes:
        """Return it as a table, to the last digit."""
        columns: dict[str, NDArray[Any]] = {source: self.members.numbers[source] for source in SOURCES}
        columns |= self.members.quantiles
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
        return file.getvalue().encode()


def _shares(study: Study, seed: int) -> Members:
    """Members 0 to N - 1 of an ordinary run are the As, and N to 2 N - 1 the Bs, but for the parameters with quantiles."""
    own, others = Members.alike(range(study.rows)).numbers, Members.alike(range(study.rows, 2 * study.rows)).numbers
    parameters = study.parameters
    quantiles = _pairs(parameters, study.rows, seed) if parameters else {}
    return Members(
        {source: _crossed(study.groups, source, own[source], others[source]) for source in SOURCES},
        {name: _crossed(study.groups, name, *pair) for name, pair in quantiles.items()},
    )


def _crossed(groups: Mapping[str, Sequence[str]], column: str, a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Return a column for A, for A with each group from B, and for B, row after row."""
    return np.stack([a, *(b if column in names else a for names in groups.values()), b], axis=1).ravel()


def _pairs(parameters: Sequence[str], rows: int, seed: int) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return quantiles of A and of B, spread evenly over the ranges (a scrambled Sobol sequence)."""
    problem = {"num_vars": len(parameters), "names": list(parameters), "bounds": [[0.0, 1.0]] * len(parameters)}
    sample = salib("sample.sobol").sample(problem, rows, calc_second_order=False, seed=np.random.default_rng(seed))
    step = len(parameters) + 2
    a, b = sample[::step], sample[step - 1 :: step]
    return {name: (a[:, k], b[:, k]) for k, name in enumerate(parameters)}


def _screening(study: Study, seed: int) -> Members:
    """All steps of a trajectory draw what is not varied by the same numbers."""
    sample = salib("sample.morris").sample(problem_of(study), study.rows, LEVELS, seed=np.random.default_rng(seed))
    numbers = Members.alike(np.repeat(np.arange(study.rows, dtype=np.uint32), study.step)).numbers
    return Members(numbers, {name: sample[:, k] for k, name in enumerate(study.parameters)})


def problem_of(study: Study) -> dict[str, Any]:
    """Return a screening as SALib has it."""
    parameters = study.parameters
    return {
        "num_vars": len(parameters),
        "names": parameters,
        "groups": [group for group, names in study.groups.items() for _ in names],
        "bounds": [list(RANGE)] * len(parameters),
    }
