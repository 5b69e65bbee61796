"""Every kernel of ordered moves gives what its plain twin gives: equal numbers, not similar ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.solve import kernels, walk_kernels
from havenward.solve.walk_kernels import CIRCLE, FINE, MISFIT
from tests.solve import walk_twins
from tests.solve.cases import HASH, WORD
from tests.solve.walk_cases import PLACES, SERIES, WalkCase, misfit_cases, twisted_cases, walk_cases

MANY = settings(max_examples=200)
WEIGHT = st.one_of(st.sampled_from([-1.0, 0.0, 0.0, 1.0]), st.floats(1e-9, 1e9))
SHARE = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0))


@given(WORD, WORD, HASH, WORD, WORD)
def test_two_uniforms(seed, member, hashed, at, draw):
    where = (np.uint32(seed), np.uint32(member), np.uint64(hashed), np.uint32(at), np.uint32(draw))
    assert walk_kernels.two_uniforms(*where) == walk_twins.two_uniforms(seed, member, hashed, at, draw)
    assert walk_kernels.two_uniforms(*where)[0] == kernels.uniform(*where)


@given(st.integers(-3, 30), st.integers(-1, 20), st.integers(0, 9))
def test_room_at(total, free, more):
    room = walk_kernels.room_at(float(total), float(free), float(free + more))
    assert room == walk_twins.room_at(total, free, free + more)
    assert walk_kernels.room_at(float(total), np.inf, np.inf) == 1.0
    assert (room == 1.0) == (total <= free)
    assert (room == 0.0) == (total > free and total >= free + more)


@given(st.lists(WEIGHT, max_size=7).map(np.array), SHARE)
def test_shares_of(weight, keep):
    weight = weight.astype(float)
    share = np.full(len(weight), np.nan)
    walk_kernels.shares_of(weight, keep, share)
    assert (share == walk_twins.shares_of(weight, keep)).all()
    assert share.sum() == pytest.approx(1.0 if (weight >= 0.0).any() else 0.0)
    assert (share[weight < 0.0] == 0.0).all()


@given(walk_cases)
def test_prepare(case):
    share, gated, widest = case.prepared()
    expected, thinned, options = walk_twins.prepare(case.options, case.weight, case.crowd, case.free, case.keep)
    assert (share == expected).all()
    assert (gated == thinned).all()
    assert widest == options


@given(walk_cases)
def test_thinned_shares(case):
    totals = case.rng.integers(0, 45, PLACES).astype(float)
    thinned, share = np.empty(len(case.weight)), np.full(len(case.weight), np.nan)
    place = (case.weight[:, 0], case.crowd, totals, case.free, case.full, case.power, case.keep_share)
    walk_kernels.thinned_shares(*place, thinned, share)
    assert (share == walk_twins.thinned_shares(*place)).all()


@given(st.floats(0.0, 1.0, exclude_max=True), st.lists(SHARE, max_size=6).map(np.array))
def test_taken(u, share):
    share = share.astype(float)
    share = share / share.sum() if share.sum() > 0.0 else share
    option = walk_kernels.taken(u, share)
    assert option == walk_twins.taken(u, share)
    assert (share[option] > 0.0) if share.any() else (option == -1)


@given(st.one_of(st.sampled_from([1e-300, 0.2499]), st.floats(1e-9, 0.25)), WORD, WORD, HASH, WORD, st.integers(0, 99))
def test_gap_of(p, seed, member, hashed, at, jump):
    where = (np.uint32(seed), np.uint32(member), np.uint64(hashed), np.uint32(at), jump)
    assert walk_kernels.gap_of(p, *where) == walk_twins.gap_of(p, seed, member, hashed, at, jump)


@given(walk_cases)
def test_crowd_totals(case):
    rows, totals = np.flatnonzero(case.place >= 0), np.zeros((PLACES, case.size))
    walk_kernels.crowd_totals(case.units, rows, case.place, totals)
    assert (totals == walk_twins.crowd_totals(case.units, rows, case.place, PLACES)).all()


@given(walk_cases)
def test_is_thinned(case):
    totals = case.rng.integers(0, 45, (PLACES, 1)).astype(float)
    for low, high in itertools.pairwise(case.options):
        place = (case.crowd, int(low), int(high), totals, 0, case.free)
        assert walk_kernels.is_thinned(*place) == walk_twins.is_thinned(*place)


@given(walk_cases)
def test_name_crowds(case):
    named = np.zeros((PLACES, case.weight.shape[1]), dtype=np.bool_)
    walk_kernels.name_crowds(case.weight, case.crowd, named)
    assert (named == walk_twins.name_crowds(case.weight, case.crowd, PLACES)).all()


@given(walk_cases, st.integers(0, 9), SHARE)
def test_parts_of_few(case, n, p):
    place = (n, p, case.prepared()[0][0], case.seed, case.members[0], case.hashes[0], case.at)
    parts = np.zeros(len(case.weight), dtype=np.int64)
    walk_kernels.parts_of_few(*place, parts)
    assert (parts == walk_twins.parts_of_few(*place)).all()


@MANY
@given(walk_cases, st.integers(1, 10**7), SHARE, st.floats(1e-9, 1.0 - 1e-9))
def test_parts_of_many(case, n, p, u):
    group = int(case.rng.integers(0, len(case.options) - 1))
    part = slice(case.options[group], case.options[group + 1])
    share = case.prepared()[0][0, part]
    tags = case.rng.integers(1, 2**32, len(share), dtype=np.uint32)
    place = (n, p, u, share, tags, case.seed, case.members[0], case.hashes[0], case.at)
    parts = np.zeros(len(share), dtype=np.int64)
    walk_kernels.parts_of_many(*place, parts)
    assert (parts == walk_twins.parts_of_many(*place)).all()
    assert p < 1.0 or not share.any() or parts.sum() == n


def walked_units(case):
    """Return what the kernel makes of a case's units, as its twin does, and the change of weight."""
    cells, counts, passed = case.unit_cells.copy(), case.counts.T.copy(), np.zeros((case.size, SERIES), dtype=np.int64)
    drift, totals = np.zeros(case.size, dtype=np.uint64), case.totals(case.counts.T)
    asked = (cells, case.awake, *case.net, *case.question, *case.crowds, *case.prepared(), totals)
    acted, verdict = walk_kernels.walk_units(*asked, case.seed, case.members, case.at, counts, case.heavy, drift, passed)
    return (cells, counts.T, passed, totals, acted, verdict), drift


@MANY
@given(st.one_of(walk_cases, walk_cases, twisted_cases, misfit_cases))
def test_walk_units(case):
    got, drift = walked_units(case)
    expected = walk_twins.walk_units(case, *case.prepared()[:2])
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


def walked_counts(case, units):
    """Return what the kernel makes of a case's counts, as its twin does, and the change of weight."""
    units, totals = units.copy(), case.totals(units)
    expected = units.dtype == np.float64
    passed = np.zeros((SERIES, case.size), dtype=units.dtype)
    weight = (case.heavy >> np.uint64(48)).astype(np.float64) if expected else case.heavy
    drift = np.zeros(case.size, dtype=weight.dtype)
    asked = (*case.net, case.tags, *case.question, *case.crowds, *case.prepared(), totals, case.asked, case.waves)
    stream = (case.seed, case.members, case.at)
    verdict = walk_kernels.walk_counts(units, expected, *asked, *stream, weight, drift, passed)
    return (units, passed, totals, verdict), drift


@pytest.mark.parametrize("dtype", [np.int64, np.float64], ids=["whole", "expected"])
@MANY
@given(case=st.one_of(walk_cases, walk_cases, twisted_cases, misfit_cases))
def test_walk_counts(dtype, case):
    units = case.units.astype(dtype)
    if dtype is np.float64:
        units *= case.rng.choice([1.0, 0.37, 1e-7])
    got, drift = walked_counts(case, units)
    expected = walk_twins.walk_counts(case, units, *case.prepared()[:2])
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
    compiled = {
        name
        for name, one in vars(walk_kernels).items()
        if hasattr(one, "py_func") and one.py_func.__module__ == walk_kernels.__name__
    }
    assert compiled <= {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert compiled <= set(vars(walk_twins))
