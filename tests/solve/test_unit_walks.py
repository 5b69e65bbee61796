"""Ordered moves of units are what their plain twins give: equal numbers, not similar ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.solve import unit_walks
from havenward.solve.walk_shares import CIRCLE, FINE, MISFIT
from tests.solve import unit_walk_twins
from tests.solve.cases import HASH, WORD
from tests.solve.walk_cases import SERIES, WalkCase, kernels_of, misfit_cases, twisted_cases, walk_cases

MANY = settings(max_examples=200)


@given(st.one_of(st.sampled_from([1e-300, 0.2499]), st.floats(1e-9, 0.25)), WORD, WORD, HASH, WORD, st.integers(0, 99))
def test_gap_of(p, seed, member, hashed, at, jump):
    where = (np.uint32(seed), np.uint32(member), np.uint64(hashed), np.uint32(at), jump)
    assert unit_walks.gap_of(p, *where) == unit_walk_twins.gap_of(p, seed, member, hashed, at, jump)


def walked_units(case):
    """Return what the kernel makes of a case's units, as its twin does, and the change of weight."""
    cells, counts, passed = case.unit_cells.copy(), case.counts.T.copy(), np.zeros((case.size, SERIES), dtype=np.int64)
    drift, totals = np.zeros(case.size, dtype=np.uint64), case.totals(case.counts.T)
    asked = (cells, case.awake, *case.net, *case.question, *case.crowds, *case.prepared(), totals)
    acted, verdict = unit_walks.walk_units(*asked, case.seed, case.members, case.at, counts, case.heavy, drift, passed)
    return (cells, counts.T, passed, totals, acted, verdict), drift


@MANY
@given(st.one_of(walk_cases, walk_cases, twisted_cases, misfit_cases))
def test_walk_units(case):
    got, drift = walked_units(case)
    expected = unit_walk_twins.walk_units(case, *case.prepared()[:2])
    assert got[4:] == expected[4:]
    for one, other in zip(got[:4], expected[:4], strict=True):
        assert (one == other).all()
    if got[5] != FINE:
        return
    weights = (got[1] - case.counts).astype(np.uint64) * case.heavy
    assert (drift == weights.sum(axis=1, dtype=np.uint64)).all()
    for m in range(case.size):
        assert (got[0][m, case.awake[m] :] == case.unit_cells[m, case.awake[m] :]).all(), "the others sleep"
        assert (np.bincount(got[0][m, : case.number[m]], minlength=case.cells) == got[1][m]).all()
    assert (got[3] == case.totals(got[1].T)).all() or case.through[case.unit_cells].any()


def test_cases_are_worth_testing():
    """They hold all that the kernels have a branch for, and circles and misfits are found."""
    cases = [WalkCase(seed) for seed in range(300)]
    results = [walked_units(case)[0] for case in cases]
    assert all(result[5] == FINE for result in results)
    assert np.mean([result[1].tobytes() != case.counts.tobytes() for result, case in zip(results, cases, strict=True)]) > 0.6
    two_steps = [case for case in cases if case.through[case.to[: case.first[1]]].any() and case.units[0].any()]
    assert len(two_steps) > 30
    assert sum((case.prepared()[1]).any() for case in cases) > 200
    assert {walked_units(WalkCase(seed, twisted=True))[0][5] for seed in range(300)} == {FINE, CIRCLE}
    assert {walked_units(WalkCase(seed, misfit=True))[0][5] for seed in range(300)} == {FINE, MISFIT}


def test_every_kernel_has_a_twin_here():
    compiled = kernels_of(unit_walks)
    assert compiled <= {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert compiled <= set(vars(unit_walk_twins))
