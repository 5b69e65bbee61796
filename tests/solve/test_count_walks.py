"""Ordered moves of counts are what their plain twins give: equal numbers, not similar ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.solve import count_walks
from havenward.solve.count_walks import FEW
from havenward.solve.walk_shares import FINE
from tests.solve import count_walk_twins
from tests.solve.walk_cases import PLACES, SERIES, WalkCase, kernels_of, misfit_cases, twisted_cases, walk_cases

MANY = settings(max_examples=200)
SHARE = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0))


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


@given(st.lists(SHARE, max_size=5))
def test_span(numbers):
    assert count_walks.span(np.array(numbers, dtype=float)) == count_walk_twins.span(numbers)


def columns_of(case, group):
    """Return the chances and shares of a group as kernels take them, by member or for all, and those of each member."""
    part = slice(case.options[group], case.options[group + 1])
    share, among = case.answers.share, case.answers.among
    own = [m if len(share) > 1 else 0 for m in range(case.size)]
    return part, case.chance[group], share, among, [(case.chance[group, c], share[c, part]) for c in own]


@MANY
@given(walk_cases)
def test_parts_of_few(case):
    group = int(case.rng.integers(0, len(case.options) - 1))
    part, p, share, _, own = columns_of(case, group)
    units, desk = case.rng.integers(0, FEW + 3, case.size), case.desk(case.units)
    parts = np.zeros((part.stop - part.start, case.size), dtype=np.int64)
    stream = (case.seed, case.members, case.hashes[0], case.at)
    count_walks.parts_of_few(units, p, share, part.start, part.stop, *stream, desk.who, desk.named, desk.pair, desk.u, parts)
    for m in range(case.size):
        few = units[m] if units[m] <= FEW else 0
        expected = count_walk_twins.parts_of_few(few, *own[m], case.seed, case.members[m], case.hashes[0], case.at)
        assert (parts[:, m] == expected).all()


@MANY
@given(walk_cases)
def test_parts_of_many(case):
    group = int(case.rng.integers(0, len(case.options) - 1))
    part, p, _, among, own = columns_of(case, group)
    units, desk = FEW + case.rng.integers(0, 10 ** case.rng.integers(1, 7), case.size), case.desk(case.units)
    tags = case.rng.integers(1, 2**32, part.stop - part.start, dtype=np.uint32)
    parts = np.zeros((len(tags), case.size), dtype=np.int64)
    stream = (case.seed, case.members, case.hashes[0], case.at)
    count_walks.parts_of_many(units, p, among, part.start, tags, *stream, desk.who, desk.named, desk.left, desk.u, parts)
    for m in range(case.size):
        many = units[m] if units[m] > FEW else 0
        expected = count_walk_twins.parts_of_many(many, *own[m], tags, case.seed, case.members[m], case.hashes[0], case.at)
        assert (parts[:, m] == expected).all()
        assert own[m][0] < 1.0 or not own[m][1].any() or parts[:, m].sum() == many


@given(walk_cases)
def test_move_parts(case):
    row, target = case.rng.integers(0, case.cells, 2)
    moved = np.minimum(case.units[row], case.rng.integers(0, 5, case.size))
    link = int(case.rng.integers(-1, SERIES))
    books, expected = case.account(case.units.copy()), case.account(case.units.copy())
    count_walks.move_parts(moved, row, target, link, case.ways, books)
    twin = (expected.units, expected.totals, expected.drift, expected.passed)
    count_walk_twins.move_parts(case, moved, row, target, link, *twin)
    for one, other in zip(books, expected, strict=True):
        assert (one == other).all()


@given(walk_cases)
def test_own_shares(case):
    desk = case.desk(case.units)
    desk.seen[:] = case.rng.integers(0, 45, desk.seen.shape)
    for g, (low, high) in enumerate(itertools.pairwise(case.options)):
        count_walks.own_shares(case.units[0], g, case.question, case.room, case.answers, desk)
        for m in np.flatnonzero(case.units[0]):
            chance, share, among = count_walk_twins.own_shares(case, g, m, desk.seen[:, m])
            assert desk.chance[m] == chance
            assert (desk.share[m, : high - low] == share).all()
            assert (desk.among[m, : high - low] == among).all()


def kinds_of_units(case, dtype):
    units = case.units.astype(dtype)
    return units * case.rng.choice([1.0, 0.37, 1e-7]) if dtype is np.float64 else units


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.float64], ids=["whole", "narrow", "expected"])
@given(case=st.one_of(walk_cases, misfit_cases))
def test_step_counts(dtype, case):
    units = kinds_of_units(case, dtype)
    books, expected, desk = case.account(units.copy()), case.account(units.copy()), case.desk(units)
    rows, reached = case.asked.astype(np.int32), np.empty(case.cells, dtype=np.int32)
    asked = (dtype is np.float64, case.ways, case.question, case.room, case.answers)
    stream = (case.seed, case.members, case.at)
    number = count_walks.step_counts(units[rows], rows, *asked, *stream, books, desk, reached)
    twin = (expected.units, expected.totals, expected.drift, expected.passed)
    come = count_walk_twins.step_counts(case, units[rows], rows, case.at, *twin)
    assert (number < 0) == (come is None)
    if number >= 0:
        assert reached[:number].tolist() == come
        for one, other in zip(books, expected, strict=True):
            assert (one == other).all()


def walked_counts(case, units):
    """Return what the kernel makes of a case's counts: units, who passed, totals, change of weight, and its verdict."""
    books = case.account(units.copy())
    asked = (case.ways, case.question, case.room, case.answers, case.seed, case.members, case.at)
    verdict = count_walks.walk_counts(units.dtype == np.float64, case.asked, case.waves, *asked, books)
    return books.units, books.passed, books.totals, books.drift, verdict


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.float64], ids=["whole", "narrow", "expected"])
@MANY
@given(case=st.one_of(walk_cases, walk_cases, twisted_cases, misfit_cases))
def test_walk_counts(dtype, case):
    units = kinds_of_units(case, dtype)
    got, expected = walked_counts(case, units), count_walk_twins.walk_counts(case, units)
    assert got[-1] == expected[-1]
    if got[-1] != FINE:
        return
    for one, other in zip(got[:-1], expected[:-1], strict=True):
        assert (one == other).all()
    assert (got[0] >= 0).all()
    if dtype is np.int64:
        assert (got[0].sum(axis=0) == units.sum(axis=0)).all()
        assert (got[3] == ((got[0] - units).astype(np.uint64) * case.heavy[:, None]).sum(axis=0, dtype=np.uint64)).all()
    else:
        assert got[0].sum(axis=0) == pytest.approx(units.sum(axis=0), rel=1e-12)


@MANY
@given(case=walk_cases)
def test_counts_of_a_member_do_not_depend_on_the_others(case):
    """Cells that units come through lead to each other, and are seen to in a sequence that depends on the batch."""
    start = case.units * ~case.through[:, None]
    together, passed, _, _, verdict = walked_counts(case, start)
    assert verdict == FINE
    for m in range(case.size):
        alone = WalkCase.__new__(WalkCase)
        vars(alone).update(vars(case) | {"size": 1, "members": case.members[m : m + 1], "waves": case.waves[m : m + 1]})
        own = m if case.weight.shape[1] > 1 else 0
        alone.chance, alone.weight = (np.ascontiguousarray(a[:, own : own + 1]) for a in (case.chance, case.weight))
        units, went, *_ = walked_counts(alone, np.ascontiguousarray(start[:, m : m + 1]))
        assert (units[:, 0] == together[:, m]).all()
        assert (went[:, 0] == passed[:, m]).all()


def test_every_kernel_has_a_twin_here():
    compiled = kernels_of(count_walks)
    assert compiled <= {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert compiled <= set(vars(count_walk_twins))
