"""How much of the variance of a named quantity each group of what is uncertain brings (Sobol's indices).

The first-order share of a group is what would go, on average, if one knew it; the total share what would stay if one knew
all else. They differ by what the group does together with others. Estimators: Saltelli and others (2010), Computer Physics
Communications 181(2), 259-270, by SALib; intervals by resampling rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from havenward.ensemble.design import Study
from havenward.ensemble.named import F64, Wanted, check, keys_told, summed, told
from havenward.ensemble.salib import salib
from havenward.ensemble.store import EnsembleStore
from havenward.guard.disclosure import SMALLEST_SHOWN
from havenward.run.request import RunError

RESAMPLES = 200
RESAMPLING_SEED = 1
"""Of the intervals, so that they are always the same."""


class Span(NamedTuple):
    """An estimate and its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, half: float) -> Span:
        """Return an estimate with half the width of its interval."""
        return cls(value, value - half, value + half)


class Share(NamedTuple):
    """Shares of the variance that a group brings; below 0 or above 1 they are noise."""

    group: str
    first: Span
    total: Span


class Shares(NamedTuple):
    """Where the spread of a quantity comes from.

    Attributes:
        mean, q05, q50, q95, deviation: persons, over two futures a row.
        groups: their shares, in the order of the design; none where no future differs from another, or nearly all hold fewer
            people than are told.
    """

    wanted: Wanted
    mean: float
    q05: float
    q50: float
    q95: float
    deviation: float
    groups: tuple[Share, ...]


def shares_of(store: EnsembleStore, wanted: Sequence[Wanted]) -> list[Shares]:
    """Return where the spread of some quantities comes from, of a study of shares all of whose members are there.

    Raises:
        RunError: it is no such study, a quantity is not told, or not of one site, SALib is not installed, or the store
            cannot be read.
    """
    study = store.plan.study
    if study is None or study.kind != "shares":
        raise RunError(f"{store.place.url} holds no study of shares; `havenward sensitivity` makes one")
    check(keys_told(store), wanted)
    study.check_sites(wanted)
    return [_of(study, one, summed(store, slice(study.members), one.of)) for one in wanted]


def _of(study: Study, wanted: Wanted, values: F64) -> Shares:
    futures = np.concatenate([values[:: study.step], values[study.step - 1 :: study.step]])
    mean, q05, q50, q95 = told(futures[:, None])[:, 0].tolist()
    groups = estimated(list(study.groups), values) if q95 >= SMALLEST_SHOWN else ()
    return Shares(wanted, mean, q05, q50, q95, float(futures.std(ddof=1)), groups)


def estimated(groups: Sequence[str], values: F64) -> tuple[Share, ...]:
    """Return the shares of groups from the values of a design's members, row after row."""
    step = len(groups) + 2
    if np.ptp(np.concatenate([values[::step], values[step - 1 :: step]])) == 0:
        return ()
    problem = {"num_vars": len(groups), "names": list(groups), "bounds": [[0.0, 1.0]] * len(groups)}
    found = salib("analyze.sobol").analyze(
        problem, values, calc_second_order=False, num_resamples=RESAMPLES, seed=RESAMPLING_SEED
    )
    return tuple(
        Share(group, Span.of(first, half), Span.of(total, total_half))
        for group, first, half, total, total_half in zip(
            groups, *(found[key].tolist() for key in ("S1", "S1_conf", "ST", "ST_conf")), strict=True
        )
    )
