"""Ordered moves of counts are what their plain twins give: equal numbers, not similar ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.solve import count_walks
from havenward.solve.walk_shares import FINE
from tests.solve import count_walk_twins
from tests.solve.walk_cases import PLACES, SERIES, WalkCase, kernels_of, misfit_cases, twisted_cases, walk_cases

MANY = settings(max_examples=200)
SHARE = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0))
DRAWN = st.integers(0, 2**52 - 1).map(lambda bits: (bits + 0.5) / 2**52)
"""Numbers that can be drawn: one half, at which the halves of an even number of cases tie, is none."""


@given(walk_cases)
def test_crowd_totals(case):
    rows, totals = np.flatnonzero(case.place >= 0), np.zeros((PLACES, case.size))
    count_walks.crowd_totals(case.units, rows, case.place, totals)
    assert (totals == count_walk_twins.crowd_totals(case.units, rows, case.place, PLACES)).all()


@given(walk_cases)
def test_name_crowds(case):
    named = np.zeros((PLACES, case.weight.shape[1]), dtype=np.bool_)
    count_walks.name_crowds(case.weight, case.crowd, named)
    assert (named == count_walk_twins.name_crowds(case.weight, case.crowd, PLACES)).all()


@given(walk_cases, st.integers(0, 9), SHARE)
def test_parts_of_few(case, n, p):
    place = (n, p, case.prepared()[0][0], case.seed, case.members[0], case.hashes[0], case.at)
    parts = np.zeros(len(case.weight), dtype=np.int64)
    count_walks.parts_of_few(*place, parts)
    assert (parts == count_walk_twins.parts_of_few(*place)).all()


@MANY
@given(walk_cases, st.integers(1, 10**7), SHARE, DRAWN)
def test_parts_of_many(case, n, p, u):
    group = int(case.rng.integers(0, len(case.options) - 1))
    part = slice(case.options[group], case.options[group + 1])
    share = case.prepared()[0][0, part]
    tags = case.rng.integers(1, 2**32, len(share), dtype=np.uint32)
    place = (n, p, u, share, tags, case.seed, case.members[0], case.hashes[0], case.at)
    parts = np.zeros(len(share), dtype=np.int64)
    count_walks.parts_of_many(*place, parts)
    assert (parts == count_walk_twins.parts_of_many(*place)).all()
    assert p < 1.0 or not share.any() or parts.sum() == n


def walked_counts(case, units):
    """Return what the kernel makes of a case's counts, as its twin does, and the change of weight."""
    units, totals = units.copy(), case.totals(units)
    expected = units.dtype == np.float64
    passed = np.zeros((SERIES, case.size), dtype=units.dtype)
    weight = (case.heavy >> np.uint64(48)).astype(np.float64) if expected else case.heavy
    drift = np.zeros(case.size, dtype=weight.dtype)
    asked = (*case.net, case.tags, *case.question, *case.crowds, *case.prepared(), totals, case.asked, case.waves)
    stream = (case.seed, case.members, case.at)
    verdict = count_walks.walk_counts(units, expected, *asked, *stream, weight, drift, passed)
    return (units, passed, totals, verdict), drift


@pytest.mark.parametrize("dtype", [np.int64, np.float64], ids=["whole", "expected"])
@MANY
@given(case=st.one_of(walk_cases, walk_cases, twisted_cases, misfit_cases))
def test_walk_counts(dtype, case):
    units = case.units.astype(dtype)
    if dtype is np.float64:
        units *= case.rng.choice([1.0, 0.37, 1e-7])
    got, drift = walked_counts(case, units)
    expected = count_walk_twins.walk_counts(case, units, *case.prepared()[:2])
    assert got[3] == expected[3]
    if got[3] != FINE:
        return
    for one, other in zip(got[:3], expected[:3], strict=True):
        assert (one == other).all()
    assert (got[0] >= 0).all()
    if dtype is np.int64:
        assert (got[0].sum(axis=0) == units.sum(axis=0)).all()
        assert (drift == ((got[0] - units).astype(np.uint64) * case.heavy[:, None]).sum(axis=0, dtype=np.uint64)).all()
    else:
        assert got[0].sum(axis=0) == pytest.approx(units.sum(axis=0), rel=1e-12)


@MANY
@given(case=walk_cases)
def test_counts_of_a_member_do_not_depend_on_the_others(case):
    """Cells that units come through lead to each other, and are seen to in a sequence that depends on the batch."""
    start = case.units * ~case.through[:, None]
    (together, passed, _, verdict), _ = walked_counts(case, start)
    assert verdict == FINE
    for m in range(case.size):
        alone = WalkCase.__new__(WalkCase)
        vars(alone).update(vars(case) | {"size": 1, "members": case.members[m : m + 1], "waves": case.waves[m : m + 1]})
        own = m if case.weight.shape[1] > 1 else 0
        alone.chance, alone.weight = (np.ascontiguousarray(a[:, own : own + 1]) for a in (case.chance, case.weight))
        (units, went, _, _), _ = walked_counts(alone, np.ascontiguousarray(start[:, m : m + 1]))
        assert (units[:, 0] == together[:, m]).all()
        assert (went[:, 0] == passed[:, m]).all()


def test_every_kernel_has_a_twin_here():
    compiled = kernels_of(count_walks)
    assert compiled <= {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert compiled <= set(vars(count_walk_twins))
