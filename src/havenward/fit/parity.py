"""Agreement in law with another program's runs: means, spreads and errors at every camp and day that it tells."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

F64 = NDArray[np.float64]

FEWEST_PEOPLE = 10.0
"""People at a camp from which variances are compared by F-tests, which rest on numbers that are nearly normal."""


@dataclass(frozen=True)
class Reference:
    """What another program's runs gave: (N,) day, camp, number of runs, mean and sd of people."""

    day: NDArray[np.int64]
    camp: tuple[str, ...]
    runs: NDArray[np.int64]
    mean: F64
    sd: F64

    @classmethod
    def read(cls, path: Path, camps: Sequence[str]) -> Reference:
        """Read a table with the columns day, camp, n, mean and sd, as far as it speaks of some camps.

        Raises:
            ValueError: it speaks of none, or lacks a column.
        """
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            lacking = {"day", "camp", "n", "mean", "sd"} - set(reader.fieldnames or ())
            if lacking:
                raise ValueError(f"{path}: the column {sorted(lacking)[0]!r} is missing")
            rows = [row for row in reader if row["camp"] in camps]
        if not rows:
            raise ValueError(f"{path}: no row speaks of any of the camps {', '.join(camps)}")
        return cls(
            np.array([int(row["day"]) for row in rows]),
            tuple(row["camp"] for row in rows),
            np.array([int(row["n"]) for row in rows]),
            np.array([float(row["mean"]) for row in rows]),
            np.array([float(row["sd"]) for row in rows]),
        )


def read_runs(path: Path, camps: Sequence[str]) -> tuple[NDArray[np.int64], F64]:
    """Return the days, and (runs, days, camps) people, of a table with the columns seed, day, and one for each camp.

    Camps that the table does not know are not a number.
    """
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    days = sorted({int(row["day"]) for row in rows})
    runs = list(dict.fromkeys(row["seed"] for row in rows))
    people = np.full((len(runs), len(days), len(camps)), np.nan)
    for row in rows:
        people[runs.index(row["seed"]), days.index(int(row["day"]))] = [float(row.get(camp, "nan")) for camp in camps]
    return np.array(days), people


def whole_run_p(ours: F64, theirs: F64) -> float:
    """Return the p-value of Welch's t-test of one figure of each run: people in all camps, averaged over all days told.

    Args:
        ours: (members, days, camps).
        theirs: (runs, days, camps), the same days and camps.
    """
    per_run = (np.nansum(runs, axis=2).mean(axis=1) for runs in (ours, theirs))
    return float(stats.ttest_ind(*per_run, equal_var=False).pvalue)


@dataclass(frozen=True)
class Parity:
    """Ours against theirs, (N,) cells in the order of the reference.

    Attributes:
        reference: theirs.
        mean, sd: ours.
        members: ours.
        displaced: (N,) people displaced until the day.
        crowded: (N,) whether the camp holds 85 % of its capacity or more on the day, by our mean.
    """

    reference: Reference
    mean: F64
    sd: F64
    members: int
    displaced: F64
    crowded: NDArray[np.bool_]

    @classmethod
    def of(cls, reference: Reference, people: F64, camps: Sequence[str], displaced: F64, capacity: F64) -> Parity:
        """Compare.

        Args:
            reference: theirs.
            people: (members, days, camps) ours.
            camps: names of the camps.
            displaced: (days,) people displaced until each day.
            capacity: (days, camps) people whom camps hold; not a number or infinity where there is no limit.
        """
        column = np.array([list(camps).index(camp) for camp in reference.camp])
        ours = people[:, reference.day, column]
        mean = ours.mean(axis=0)
        limit = capacity[reference.day, column]
        return cls(
            reference,
            mean,
            ours.std(axis=0, ddof=1),
            len(people),
            displaced[reference.day],
            np.isfinite(limit) & (mean >= 0.85 * np.nan_to_num(limit, posinf=np.inf)),
        )

    @property
    def difference(self) -> F64:
        """Ours less theirs."""
        return self.mean - self.reference.mean

    @property
    def standard_error(self) -> F64:
        """Of the difference of the means, from the variance pooled over both, as their few runs tell little of it alone."""
        ours, theirs = self.members, self.reference.runs
        pooled = ((ours - 1) * self.sd**2 + (theirs - 1) * self.reference.sd**2) / (ours + theirs - 2)
        return np.asarray(np.sqrt(pooled * (1 / ours + 1 / theirs)))

    def allowed(self, errors: float = 4.0, share: float = 0.005) -> F64:
        """Return the difference that is allowed: so many standard errors, or a share of all displaced if that is more."""
        return np.maximum(errors * self.standard_error, share * self.displaced)

    def sd_ratios(self) -> dict[str, float]:
        """Return our spread over theirs at each camp, root mean squares over its days."""
        camps = np.array(self.reference.camp)
        out = {}
        for camp in dict.fromkeys(self.reference.camp):
            here = camps == camp
            ours, theirs = np.mean(self.sd[here] ** 2), np.mean(self.reference.sd[here] ** 2)
            if ours > 0 and theirs > 0:
                out[camp] = float(np.sqrt(ours / theirs))
        return out

    def pooled_sd_ratio(self) -> float:
        """Return our spread over theirs: the geometric mean over camps, each counting alike."""
        return float(np.exp(np.mean(np.log(list(self.sd_ratios().values())))))

    def rejected_variances(self, level: float, family: int) -> NDArray[np.int64]:
        """Return cells whose variances differ by two-sided F-tests, corrected as Holm (1979) does for a family of tests.

        F-tests want numbers that are nearly normal: cells of few people, and crowded ones, whose people are piled up below a
        limit, are left out.
        """
        many = np.minimum(self.mean, self.reference.mean) >= FEWEST_PEOPLE
        tested = np.flatnonzero(many & ~self.crowded & (self.sd > 0) & (self.reference.sd > 0))
        ratio = (self.sd[tested] / self.reference.sd[tested]) ** 2
        law = stats.f(self.members - 1, self.reference.runs[tested] - 1)
        p = np.minimum(2 * np.minimum(law.cdf(ratio), law.sf(ratio)), 1.0)
        order = np.argsort(p)
        below = p[order] <= level / (max(family, len(p)) - np.arange(len(p)))
        return tested[order[: int(np.argmin(np.append(below, False)))]]

    def rows(self) -> Iterable[dict[str, object]]:
        """Yield a row of a table for each cell."""
        allowed, error = self.allowed(), self.standard_error
        for k, camp in enumerate(self.reference.camp):
            yield {
                "day": int(self.reference.day[k]),
                "camp": camp,
                "flee_mean": round(float(self.reference.mean[k]), 2),
                "flee_sd": round(float(self.reference.sd[k]), 2),
                "mean": round(float(self.mean[k]), 2),
                "sd": round(float(self.sd[k]), 2),
                "difference": round(float(self.difference[k]), 2),
                "standard_error": round(float(error[k]), 3),
                "allowed": round(float(allowed[k]), 2),
                "crowded": bool(self.crowded[k]),
            }
