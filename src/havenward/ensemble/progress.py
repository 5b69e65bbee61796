"""Answers that sharpen: snapshots of named quantities, as more and more members come.

    for snapshot in preview(case, Request(members=200), [Wanted("arrived"), Wanted("in_camp", "Long Meadow")]):
        if snapshot.is_precise(0.02):
            break

Members come in their order, so that a snapshot of so many members is always the same. `preview` keeps nothing;
`sharpening` yields the same of an ensemble that is kept while it is done.
"""

from __future__ import annotations

import pickle
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from havenward.ensemble.kept import VARIABLES, Arrays, Rules, label_axes, turned
from havenward.ensemble.named import F64, Wanted, check, keys_told, summed, told
from havenward.ensemble.pool import Lost, Pool
from havenward.ensemble.store import EnsembleStore
from havenward.guard.disclosure import quantiles
from havenward.run.case import Case
from havenward.run.engine import Plan
from havenward.run.request import Request, RunError, plan_of

if TYPE_CHECKING:
    from havenward.ensemble.ensemble import Ensemble
    from havenward.ensemble.executors import Executor

FIRST, LARGEST = 2, 32
"""Members of the first batch, and of the largest: each batch is four times the one before."""
NORMAL_95 = 1.959964
"""Standard errors on either side of a mean between which it lies with a chance of 95 %."""
HIGH = 0.9
"""The quantile that a planner prepares for."""
Of = Literal["mean", "q90"]
"""What must be known: the mean, or the mean and the 90 % quantile."""


class Figure(NamedTuple):
    """A quantity over the members so far.

    Attributes:
        mean, q05, q50, q90, q95: persons.
        error: standard error of the mean.
        q90_error: how far the 90 % quantile may lie from the true one (95 %), persons; infinite where there are too few
            members to say.
    """

    wanted: Wanted
    mean: float
    q05: float
    q50: float
    q90: float
    q95: float
    error: float
    q90_error: float

    @classmethod
    def of(cls, wanted: Wanted, values: F64) -> Figure:
        """Return what (draw,) values come to; one member has no spread, so its error is infinite."""
        error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("inf")
        mean, q05, q50, q95 = told(values[:, None])[:, 0].tolist()
        q90 = float(quantiles(values, [HIGH])[0])
        low, high = _around(values, HIGH)
        return cls(wanted, mean, q05, q50, q90, q95, error, max(q90 - low, high - q90))

    @property
    def precision_of_mean(self) -> float:
        """Half the width of the 95 % interval of the mean, as a share of the mean."""
        return _share(NORMAL_95 * self.error, self.mean)

    @property
    def precision_of_q90(self) -> float:
        """The farther side of the 95 % interval of the 90 % quantile, as a share of the quantile."""
        return _share(self.q90_error, self.q90)

    def precision(self, of: Of) -> float:
        """Return the precision of the mean, or of the mean and the 90 % quantile, the worse of both."""
        return self.precision_of_mean if of == "mean" else max(self.precision_of_mean, self.precision_of_q90)


def _share(part: float, whole: float) -> float:
    """Return a share; infinite of nobody: what no member has may still come, and then be of any size."""
    return part / whole if whole > 0 else float("inf")


def _around(values: F64, level: float) -> tuple[float, float]:
    """Return two of the (draw,) values between which their quantile lies with a chance of 95 % at least, whatever its law.

    The number of members below a quantile is binomial, so that the ranks of the two are its quantiles (Conover, Practical
    Nonparametric Statistics, 1999, section 3.2). Infinite on a side where no member lies far enough out.
    """
    number = len(values)
    chance = bdtr(np.arange(number + 1), number, level)
    ordered = np.concatenate([[-np.inf], np.sort(values), [np.inf]])
    low, high = np.searchsorted(chance, (0.025, 0.975))
    return float(ordered[low]), float(ordered[high + 1])


class Snapshot(NamedTuple):
    """Quantities over the first members."""

    members: int
    figures: tuple[Figure, ...]

    @classmethod
    def of(cls, wanted: Sequence[Wanted], values: F64) -> Snapshot:
        """Return what (draw, quantity) values come to."""
        return cls(len(values), tuple(Figure.of(one, column) for one, column in zip(wanted, values.T, strict=True)))

    def is_precise(self, share: float, of: Of = "mean") -> bool:
        """Return whether all means, or 90 % quantiles too, are known to within a share of themselves (95 %)."""
        return all(figure.precision(of) <= share for figure in self.figures)


@dataclass(frozen=True)
class InMemory:
    """Members that are kept in memory; see `named.Source`."""

    labels: Mapping[str, Sequence[str]]
    arrays: Arrays

    def read(self, name: str, members: slice, labels: slice) -> NDArray[Any]:
        """Return (draw, ..., labels, ...) of some members and labels of a variable."""
        axes = VARIABLES[name].axes
        where = tuple(labels if axis in label_axes(axes) else slice(None) for axis in axes)
        return self.arrays[name][(members, *where)]


def preview(case: Case, request: Request, wanted: Sequence[Wanted], pool: Pool | None = None) -> Generator[Snapshot]:
    """Yield snapshots as batches of members are turned and nothing is kept, the first after FIRST of them.

    Args:
        case: what is run.
        request: how.
        wanted: quantities.
        pool: processes that turn batches; they know the case of before, and wait for more. None: this process does.

    Raises:
        RunError: the request is impossible, a quantity is not told, or workers die over it.
    """
    plan = plan_of(case, request)
    rules = Rules.of(case, plan, request.changes or {})
    check(keys_told(InMemory(rules.labels, {})), wanted)
    gathered: list[F64] = []
    parts = list(growing(plan, pool.number if pool else 1))
    if pool is None:
        for part in parts:
            gathered.append(values_of(rules, wanted, part))
            yield Snapshot.of(wanted, np.concatenate(gathered))
        return
    made = pickle.dumps((case, plan, request.changes or {}))
    early: dict[int, F64] = {}
    with closing(pool.map(partial(_elsewhere, made, tuple(wanted)), parts)) as every:
        for place, told in every:
            if isinstance(told, Lost):
                raise RunError(f"a preview cannot be made: {told.why}")
            early[place] = told
            while len(gathered) in early:
                gathered.append(early.pop(len(gathered)))
                yield Snapshot.of(wanted, np.concatenate(gathered))


def values_of(rules: Rules, wanted: Sequence[Wanted], part: Plan) -> F64:
    """Return (draw, quantity) persons of some members, which are turned for it."""
    held = InMemory(rules.labels, turned(rules, part)[0])
    return np.stack([summed(held, slice(len(part.members)), one.of) for one in wanted], axis=1)


def _elsewhere(made: bytes, wanted: Sequence[Wanted], part: Plan) -> F64:
    """Return the same in another process, which compiles a case once."""
    return values_of(_compiled(made), wanted, part)


@lru_cache(maxsize=2)
def _compiled(made: bytes) -> Rules:
    case, plan, changes = pickle.loads(made)
    return Rules.of(case, plan, changes)


@dataclass
class Gathered:
    """Quantities of the members of a store, as more and more are there.

    Attributes:
        store: where they lie.
        wanted: the quantities.
    """

    store: EnsembleStore
    wanted: Sequence[Wanted]
    _values: list[F64] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Refuse quantities that are not told.

        Raises:
            RunError: one is not, or the store cannot be read.
        """
        check(keys_told(self.store), self.wanted)

    def up_to(self, blocks: int) -> Iterator[Snapshot]:
        """Yield a snapshot at the end of every block that is new among the first.

        Raises:
            RunError: the store cannot be read.
        """
        for block in range(len(self._values), blocks):
            span = self.store.plan.span(block)
            members = slice(span.start, span.stop)
            self._values.append(np.stack([summed(self.store, members, one.of) for one in self.wanted], axis=1))
            yield Snapshot.of(self.wanted, np.concatenate(self._values))


def sharpening(ensemble: Ensemble, executor: Executor, wanted: Sequence[Wanted]) -> Generator[Snapshot]:
    """Do what is missing of an ensemble; yield a snapshot at the end of every block, in the order of members.

    Blocks that are there already give their snapshots at once. What is done is kept whenever this ends, and it ends early
    where `Ensemble.turn` does. Closing it ends all work.

    Raises:
        RunError: a quantity is not told, the store cannot be read, or nobody is there to do it.
    """
    gathered = Gathered(ensemble.store, wanted)
    with closing(ensemble.turn(executor)) as states:
        for _ in states:
            yield from gathered.up_to(ensemble.gapless)


def growing(plan: Plan, hands: int = 1) -> Iterator[Plan]:
    """Yield parts of a plan, from few members to many, in their order; the largest, as many at a time as there are hands.

    The last of these are smaller alike, so that nobody waits for one.
    """
    start, size = 0, FIRST
    while left := len(plan.members) - start:
        alike = hands if size >= LARGEST else 1
        size = min(size, LARGEST, -(-left // alike))
        for _ in range(alike):
            if members := plan.members[start : start + size]:
                yield replace(plan, members=members, batch=len(members))
                start += len(members)
        size *= 4
