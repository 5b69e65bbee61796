"""A quota admits by the law of a random sequence that is cut before the first unit without room.

Each comparison is a chi-square test at 1e-4 with a fixed seed: a true solver fails one of the 16 with a chance of
about 0.2 % for an unlucky seed, once and for all.
"""

from __future__ import annotations

import itertools
from collections import Counter
from functools import cache

import numpy as np
import pytest
from scipy import stats

from havenward.core.cells import CellTableBuilder
from havenward.core.ledger import Ledger
from havenward.core.orders import Move, Quota
from havenward.solve.chain import Chain
from havenward.solve.individuals import Individuals
from havenward.solve.mean import Mean

ALPHA = 1e-4
CASES = {
    "one kind": ((6, 4), (1, 1), 5),
    "unequal": ((3, 2, 2), (5, 1, 2), 9),
    "heavy few": ((1, 5), (7, 1), 8),
    "takes nothing": ((3, 2, 2), (4, 0, 1), 6),
    "hardly room": ((4, 4), (3, 2), 2),
    "nearly all": ((3, 3, 1), (2, 3, 5), 19),
    "persons": ((2, 2, 2), (6, 4, 1), 13),
}
MEMBERS = {Chain: 60_000, Individuals: 15_000}


def exact_law(pool, weight, budget):
    """Return the probability of each (admitted by source), by going through every sequence."""

    @cache
    def law(waiting, left):
        number = sum(waiting)
        if number == 0:
            return {(0,) * len(waiting): 1.0}
        found = Counter()
        for i, n in enumerate(waiting):
            if n == 0:
                continue
            if weight[i] > left:
                found[(0,) * len(waiting)] += n / number
                continue
            rest = tuple(m - (j == i) for j, m in enumerate(waiting))
            for admitted, p in law(rest, left - weight[i]).items():
                found[tuple(a + (j == i) for j, a in enumerate(admitted))] += p * n / number
        return found

    free = tuple(n if w == 0 else 0 for n, w in zip(pool, weight, strict=True))
    paying = tuple(n - f for n, f in zip(pool, free, strict=True))
    return {tuple(a + f for a, f in zip(admitted, free, strict=True)): p for admitted, p in law(paying, budget).items()}


def ask(solver, pool, weight, budget, members, lane=None, seed=11):
    """Return (M, S) admitted units."""
    builder = CellTableBuilder()
    sources = np.array([builder.row(("waits", s), (1, 0, 0, 0), 0) for s in range(len(pool))])
    targets = np.array([builder.row(("in", s), (1, 0, 0, 0), 0) for s in range(len(pool))])
    table = builder.table()
    move = Move.build(table, "admit", sources, targets[:, None, None], ("in",))
    counts = np.zeros((members, 2 * len(pool)), dtype=float if solver is Mean else np.int64)
    counts[:, sources] = pool
    lane = np.zeros(len(pool), dtype=np.int64) if lane is None else np.array(lane)
    order = Quota(move, lane, np.repeat(np.atleast_2d(budget), members, axis=0), np.array(weight))
    return solver(counts, seed, np.arange(members, dtype=np.uint32), Ledger(table)).carry_out(order, 0).values[:, :, 0]


@pytest.mark.parametrize("solver", MEMBERS, ids=lambda s: s.__name__.lower())
@pytest.mark.parametrize("case", CASES)
def test_small_quotas_have_the_exact_law(solver, case):
    pool, weight, budget = CASES[case]
    law = exact_law(pool, weight, budget)
    assert sum(law.values()) == pytest.approx(1.0)
    members = MEMBERS[solver]
    seen = Counter(map(tuple, ask(solver, pool, weight, budget, members).tolist()))
    assert set(seen) <= set(law), "what cannot happen happened"
    assert all(np.dot(admitted, weight) <= budget for admitted in seen)
    outcomes = sorted(law, key=law.__getitem__, reverse=True)
    common = [o for o in outcomes if law[o] * members >= 10.0]
    rare = [o for o in outcomes if o not in common]
    observed = [seen[o] for o in common] + [sum(seen[o] for o in rare)] * bool(rare)
    expected = [law[o] * members for o in common] + [sum(law[o] for o in rare) * members] * bool(rare)
    if len(observed) > 1:
        assert stats.chisquare(observed, expected).pvalue > ALPHA


def test_equal_weights_are_the_multivariate_hypergeometric():
    pool, budget, members = (900, 500, 40), 300, 40_000
    admitted = ask(Chain, pool, (1, 1, 1), budget, members)
    assert (admitted.sum(axis=1) == budget).all()
    for part, number in zip(admitted.T, pool, strict=True):
        law = stats.hypergeom(sum(pool), number, budget)
        edges = np.unique(law.ppf(np.linspace(0.02, 0.98, 20)))
        expected = np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]])) * members
        observed = np.bincount(np.searchsorted(edges, part), minlength=len(edges) + 1)
        assert stats.chisquare(observed, expected).pvalue > ALPHA


@pytest.mark.parametrize(
    ("pool", "weight", "budget"), [((60, 40, 30), (5, 1, 2), 150), ((20, 300), (40, 1), 300)], ids=["mixed", "heavy"]
)
def test_large_quotas_have_the_law_of_random_sequences(pool, weight, budget):
    """Against 20,000 sequences shuffled by NumPy, by class of admitted units and by what is left of the budget."""
    members = 20_000
    admitted = ask(Chain, pool, weight, budget, members)
    kinds = np.repeat(np.arange(len(pool)), pool)
    sequences = np.random.default_rng(3).permuted(np.repeat(kinds[None], members, axis=0), axis=1)
    fits = np.cumsum(np.array(weight)[sequences], axis=1) <= budget
    shuffled = np.stack([((sequences == k) & fits).sum(axis=1) for k in range(len(pool))], axis=1)
    for one, other in zip(
        np.column_stack([admitted, admitted @ weight]).T, np.column_stack([shuffled, shuffled @ weight]).T, strict=True
    ):
        assert stats.ks_2samp(one, other, method="asymp").pvalue > ALPHA
    assert np.cov(admitted.T) == pytest.approx(np.cov(shuffled.T), rel=0.06)


@pytest.mark.parametrize("solver", [Chain, Individuals, Mean], ids=lambda s: s.__name__.lower())
def test_lanes_have_budgets_of_their_own(solver):
    pool, weight, lane = (9, 9, 9, 9), (2, 3, 2, 0), (0, 1, 0, 1)
    admitted = ask(solver, pool, weight, (10, 7), 50, lane)
    assert np.allclose(admitted[:, 3], 9)
    assert (admitted[:, [0, 2]] @ [2, 2] <= 10 + 1e-9).all()
    assert (admitted[:, 1] * 3 <= 7 + 1e-9).all()
    if solver is not Mean:
        assert (admitted[:, [0, 2]].sum(axis=1) == 5).all()
        assert (admitted[:, 1] == 2).all()


def test_the_mean_admits_the_mean_where_all_weigh_the_same():
    pool, budget = (6, 4, 9), 7
    law = exact_law(pool, (1, 1, 1), budget)
    expected = np.sum([np.array(outcome) * p for outcome, p in law.items()], axis=0)
    assert ask(Mean, pool, (1, 1, 1), budget, 1)[0] == pytest.approx(expected, rel=1e-12)


def test_every_sequence_is_counted_once():
    """The law above against the plainest one: all orderings of a handful of units."""
    pool, weight, budget = (2, 1, 2), (3, 2, 1), 5
    units = [s for s, n in enumerate(pool) for _ in range(n)]
    seen = Counter()
    for sequence in itertools.permutations(units):
        left, admitted = budget, [0, 0, 0]
        for s in sequence:
            if weight[s] > left:
                break
            left -= weight[s]
            admitted[s] += 1
        seen[tuple(admitted)] += 1
    assert {k: v / seen.total() for k, v in seen.items()} == pytest.approx(exact_law(pool, weight, budget))
