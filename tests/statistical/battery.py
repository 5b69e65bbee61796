"""Whether two samples of runs come from one law: a fixed battery of tests, and a verdict that says why.

The order of business is that of published comparisons of agent models with their aggregates: marginals, joint law,
second moments, then equivalence, for "not told apart" is not yet "the same". Sources: Holm (1979) for many tests at
once; Szekely and Rizzo (2004) for the energy distance; Brown and Forsythe (1974) for spreads; Welch (1947); Schuirmann
(1987) for two one-sided tests.

Error rates: the four families of tests share `Plan.alpha`, so that two samples of one law differ with a chance of at
most `alpha` (0.01) over all tests together. A pair outside the margins passes equivalence with a chance of at most
`Plan.alpha_equivalence` (0.05) for each quantity. What it takes for true equals to pass: with margin d, coefficient of
variation c and R runs on each side, R = 2 (1.645 + 1.645)**2 (c / d)**2 passes a mean nine times in ten (c = 0.1,
d = 1 %: 2,200 runs), R = (1.645 + 1.645)**2 / 0.05**2 = 4,300 runs a near-normal standard deviation to 5 %; with one
side much cheaper than the other, half of that on the dear side is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Runs of one solver.

    Attributes:
        names: (K,) what is counted, the same on both sides.
        values: (R, D, K) counts by run, declared day and name.
    """

    names: tuple[str, ...]
    values: F64


@dataclass(frozen=True)
class Plan:
    """What is tested, declared before anything is run.

    Attributes:
        equivalent: names whose mean and standard deviation on the last day must be the same within the margins.
        alpha: chance that two samples of one law differ by any of the four families of tests.
        alpha_equivalence: chance that a quantity outside a margin passes.
        mean_margin: share of the mean.
        spread_margin: share of the standard deviation.
        joint_runs: runs of each sample that the joint test looks at.
        permutations: of the joint test; its smallest p-value is one over this plus one.
        few: values up to which a marginal is compared by chi-square rather than by Kolmogorov-Smirnov.
    """

    equivalent: tuple[str, ...] = ()
    alpha: float = 0.01
    alpha_equivalence: float = 0.05
    mean_margin: float = 0.01
    spread_margin: float = 0.05
    joint_runs: int = 800
    permutations: int = 999
    few: int = 25


@dataclass(frozen=True)
class Verdict:
    """Smallest p-values after Holm's correction, by family, with the place where they stand, and failed equivalences.

    Attributes:
        smallest: p-value and place by family: marginals, joint, spreads, covariances.
        apart: names of the families that tell the two samples apart.
        not_equivalent: quantities that could not be shown to lie within the margins.
    """

    smallest: dict[str, tuple[float, str]]
    apart: tuple[str, ...]
    not_equivalent: tuple[str, ...]

    @property
    def agree(self) -> bool:
        """Whether nothing tells the samples apart and every declared quantity is equivalent."""
        return not self.apart and not self.not_equivalent

    def __str__(self) -> str:
        lines = [f"{family}: p = {p:.3g} at {place}" for family, (p, place) in self.smallest.items()]
        return "; ".join([*lines, f"apart by {self.apart}", f"not equivalent: {self.not_equivalent}"])


def agree(a: Sample, b: Sample, plan: Plan) -> Verdict:
    """Return the verdict on two samples.

    Raises:
        ValueError: the samples do not count the same, or the plan names what they do not count.
    """
    if a.names != b.names or a.values.shape[1:] != b.values.shape[1:]:
        raise ValueError("the samples do not count the same")
    if unknown := set(plan.equivalent) - set(a.names):
        raise ValueError(f"the samples do not count {unknown}")
    families = {
        "marginals": _marginals(a, b, plan.few),
        "joint": [("all days and names", _joint(a.values, b.values, plan))],
        "spreads": _spreads(a, b),
        "covariances": _covariances(a, b),
    }
    smallest = {family: _smallest(tests) for family, tests in families.items()}
    apart = tuple(family for family, (p, _) in smallest.items() if p <= plan.alpha / len(families))
    return Verdict(smallest, apart, tuple(_not_equivalent(a, b, plan)))


def holm(p_values: Sequence[float]) -> F64:
    """Return Holm's adjusted p-values."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def _smallest(tests: Iterable[tuple[str, float]]) -> tuple[float, str]:
    named = list(tests)
    if not named:
        return 1.0, "nothing varies"
    adjusted = holm([p for _, p in named])
    least = int(np.argmin(adjusted))
    return float(adjusted[least]), named[least][0]


def _columns(a: Sample, b: Sample) -> Iterable[tuple[str, F64, F64]]:
    """Yield every day and name that varies in either sample."""
    for day in range(a.values.shape[1]):
        for k, name in enumerate(a.names):
            one, other = a.values[:, day, k], b.values[:, day, k]
            if np.ptp(np.concatenate([one, other])) > 0:
                yield f"{name}, declared day {day}", one, other


def _marginals(a: Sample, b: Sample, few: int) -> list[tuple[str, float]]:
    return [(place, marginal(one, other, few)) for place, one, other in _columns(a, b)]


def marginal(one: F64, other: F64, few: int) -> float:
    """Return the p-value of one law: chi-square when values are few, else Kolmogorov-Smirnov (conservative for ties)."""
    values, group = np.unique(np.concatenate([one, other]), return_inverse=True)
    if len(values) > few:
        return float(stats.ks_2samp(one, other, method="asymp").pvalue)
    table = np.stack(
        [np.bincount(group[: len(one)], minlength=len(values)), np.bincount(group[len(one) :], minlength=len(values))]
    )
    pooled = _pool(table)
    return float(stats.chi2_contingency(pooled, correction=False).pvalue) if pooled.shape[1] > 1 else 1.0


def _pool(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """Join neighbouring values until at least 8 runs are expected of each sample, so that chi-square holds."""
    share = table.sum(axis=1).min() / table.sum()
    bins: list[NDArray[np.int64]] = []
    waiting = np.zeros(2, dtype=np.int64)
    for column in table.T:
        waiting = waiting + column
        if waiting.sum() * share >= 8:
            bins.append(waiting)
            waiting = np.zeros(2, dtype=np.int64)
    if bins and waiting.any():
        bins[-1] = bins[-1] + waiting
    return np.stack(bins or [waiting], axis=1)


def _joint(a: F64, b: F64, plan: Plan) -> float:
    """Return the permutation p-value of the energy distance between standardised vectors of all days and names."""
    one, other = a[: plan.joint_runs].reshape(-1, a[0].size), b[: plan.joint_runs].reshape(-1, b[0].size)
    both = np.concatenate([one, other])
    scale = both.std(axis=0)
    both = (both[:, scale > 0] - both[:, scale > 0].mean(axis=0)) / scale[scale > 0]
    squares = (both**2).sum(axis=1)
    distance = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2.0 * both @ both.T, 0.0))
    label = np.repeat([1.0 / len(one), -1.0 / len(other)], [len(one), len(other)])
    shuffled = np.random.default_rng(0).permuted(np.repeat(label[None], plan.permutations, axis=0), axis=1)
    # Minus the quadratic form of the labels is the energy distance: 2 E|X - Y| - E|X - X'| - E|Y - Y'|.
    energy = -np.einsum("pi,pi->p", np.concatenate([label[None], shuffled]) @ distance, np.vstack([label, shuffled]))
    return float((1 + (energy[1:] >= energy[0]).sum()) / (1 + plan.permutations))


def _spreads(a: Sample, b: Sample) -> list[tuple[str, float]]:
    return [
        (place, float(stats.levene(one, other, center="median").pvalue))
        for place, one, other in _columns(a, b)
        if min(np.ptp(one), np.ptp(other)) > 0
    ]


def _covariances(a: Sample, b: Sample) -> list[tuple[str, float]]:
    """Compare covariances of increments between declared days, within a step and from one step to the next."""
    steps_a, steps_b = np.diff(a.values, axis=1), np.diff(b.values, axis=1)
    scale = np.concatenate([steps_a, steps_b]).std(axis=0)
    scale[scale == 0] = 1.0
    one, other = (steps_a - steps_a.mean(axis=0)) / scale, (steps_b - steps_b.mean(axis=0)) / scale
    tests = []
    for lag in (0, 1):
        if one.shape[1] <= lag:
            continue
        for i, first in enumerate(a.names):
            for j, second in enumerate(a.names[: i + 1] if lag == 0 else a.names):
                p, q = (
                    (s[:, : s.shape[1] - lag, i] * s[:, lag:, j]).mean(axis=1) for s in (one, other)
                )  # (R,) each: averaged over days, for one day's product has too long a tail
                if np.ptp(np.concatenate([p, q])) > 1e-12:
                    tests.append((f"{first} with {second}, lag {lag}", _welch(p, q)))
    return tests


def _welch(one: F64, other: F64) -> float:
    return float(stats.ttest_ind(one, other, equal_var=False).pvalue)


def _not_equivalent(a: Sample, b: Sample, plan: Plan) -> Iterable[str]:
    z = float(stats.norm.ppf(1.0 - plan.alpha_equivalence))
    for name in plan.equivalent:
        one, other = (s.values[:, -1, s.names.index(name)] for s in (a, b))
        error = np.hypot(stats.sem(one), stats.sem(other))
        centre = 0.5 * (one.mean() + other.mean())
        if abs(one.mean() - other.mean()) + z * error >= plan.mean_margin * centre:
            yield f"mean of {name}: {one.mean():.4g} and {other.mean():.4g}, standard error {error:.2g}"
        error = np.hypot(_error_of_log_spread(one), _error_of_log_spread(other))
        if abs(np.log(one.std() / other.std())) + z * error >= np.log1p(plan.spread_margin):
            yield f"spread of {name}: {one.std():.4g} and {other.std():.4g}, relative error {error:.2g}"


def _error_of_log_spread(x: F64) -> float:
    """Return the standard error of the logarithm of the standard deviation: sqrt((kurtosis - 1) / 4 R)."""
    return float(np.sqrt((stats.kurtosis(x, fisher=False) - 1.0) / (4.0 * len(x))))
