"""Totals: sums by group whose bits depend neither on who stands beside nor on cells that hold nobody."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.core.cells import NOBODY
from havenward.core.totals import Flows, FlowTotal, Total, any_unit, is_any, is_occupied, members_last, sum_moved, sum_units

CELLS, MEMBERS, GROUPS = 9, 5, 3
randoms = st.integers(0, 2**32 - 1).map(np.random.default_rng)
kinds = pytest.mark.parametrize("kind", ["whole", "real"])


def units_of(rng, kind, members=MEMBERS):
    """Return (M, C) units, half of the cells empty; real ones are rounded whenever they are added up."""
    there = rng.random((members, CELLS)) < 0.5
    return there * (rng.integers(0, 10**6, there.shape) if kind == "whole" else 10.0 ** rng.uniform(-9, 9, there.shape))


def weights_of(rng, kind, shape):
    return rng.integers(0, 7, shape) if kind == "whole" else rng.random(shape)


def flows_of(rng, kind, sources=4, targets=3):
    """Return flows listed in any sequence, and the same as a dense array."""
    dense = rng.integers(0, 3, (MEMBERS, sources, targets)) * (1 if kind == "whole" else rng.random())
    where = rng.permutation(np.argwhere(dense))
    return Flows(dense.shape, where.astype(np.int32), dense[tuple(where.T)]), dense


@kinds
@given(rng=randoms)
def test_sum_units(kind, rng):
    units, rows = units_of(rng, kind).T.copy(), rng.permutation(CELLS)[: rng.integers(0, CELLS)]
    group, weight = rng.integers(0, GROUPS, len(rows)), weights_of(rng, kind, len(rows))
    out = np.zeros((GROUPS, MEMBERS), dtype=np.result_type(units, weight))
    expected = out.copy()
    sum_units(units, rows, group, weight, out)
    np.add.at(expected, group, units[rows] * weight[:, None])
    assert out.tobytes() == expected.tobytes()


@kinds
@given(rng=randoms)
def test_sum_moved(kind, rng):
    flows, dense = flows_of(rng, kind)
    group, weight = rng.integers(-1, GROUPS, dense.shape[1:]), rng.integers(0, 7, dense.shape[1:])
    out = np.zeros((MEMBERS, GROUPS), dtype=dense.dtype)
    expected = out.copy()
    sum_moved(flows.where, flows.moved, group, weight, out)
    m, s, t = flows.where[group[tuple(flows.where[:, 1:].T)] != NOBODY].T
    np.add.at(expected, (m, group[s, t]), dense[m, s, t] * weight[s, t])
    assert out.tobytes() == expected.tobytes()


@kinds
@given(rng=randoms)
def test_is_any(kind, rng):
    here = units_of(rng, kind)[:, 0] * (rng.random(MEMBERS) < 0.1)
    assert is_any(here) == here.any()


@kinds
@given(rng=randoms)
def test_any_unit(kind, rng):
    units = units_of(rng, kind).T * (rng.random((CELLS, MEMBERS)) < 0.1)
    rows = rng.permutation(CELLS)[: rng.integers(0, CELLS)]
    assert any_unit(units, rows) == (units[rows] != 0).any()
    assert is_occupied(units.T, rows) == (units[rows] != 0).any()


def test_a_cell_below_zero_is_not_empty():
    """Or a defect that sends more than there are would be passed over."""
    assert is_occupied(np.array([[0.0, -1e-9]]), np.array([1]))


@given(randoms)
def test_members_that_lie_side_by_side_are_not_copied(rng):
    given_rows = rng.random((MEMBERS, 2, 3))
    last = members_last(given_rows)
    assert last.shape == (2, 3, MEMBERS)
    assert last.flags.c_contiguous
    assert (last == given_rows.transpose(1, 2, 0)).all()
    assert np.shares_memory(members_last(last.transpose(2, 0, 1)), last)


@kinds
@given(rng=randoms)
def test_a_total_counts_each_row_where_it_belongs(kind, rng):
    values, rows = units_of(rng, kind), rng.permutation(CELLS)[:6]
    group, weight = rng.integers(0, GROUPS, 6), weights_of(rng, kind, 6)
    weighed = Total.by(group, GROUPS, rows, weight).of(values)
    assert weighed.shape == (MEMBERS, GROUPS)
    for g in range(GROUPS):
        assert weighed[:, g] == pytest.approx((values[:, rows] * weight)[:, group == g].sum(axis=1), rel=1e-12)
    assert weighed.dtype == values.dtype


@given(randoms)
def test_without_rows_and_weights_every_cell_counts_one(rng):
    group = rng.integers(0, GROUPS, CELLS)
    values = units_of(rng, "whole")
    total = Total.by(group, GROUPS).of(values)
    assert (total == np.stack([values[:, group == g].sum(axis=1) for g in range(GROUPS)], axis=1)).all()


@pytest.mark.parametrize("members", [1, 7, 32])
@given(rng=randoms)
def test_the_bits_of_a_total_depend_neither_on_members_beside_nor_on_empty_cells(members, rng):
    group, weight = rng.integers(0, GROUPS, CELLS), rng.random(CELLS)
    values = units_of(rng, "real", members)
    total = Total.by(group, GROUPS, weight=weight).of(values)
    assert (Total.by(group, GROUPS, weight=weight).of(np.asfortranarray(values)) == total).all()
    alone = np.concatenate([Total.by(group, GROUPS, weight=weight).of(values[m : m + 1]) for m in range(members)])
    assert alone.tobytes() == total.tobytes()
    wider = np.insert(values, [0, 4, CELLS], 0.0, axis=1)
    among = Total.by(np.insert(group, [0, 4, CELLS], 1), GROUPS, weight=np.insert(weight, [0, 4, CELLS], 5.0))
    assert among.of(wider).tobytes() == total.tobytes()


@kinds
@given(rng=randoms)
def test_flows_are_summed_by_group_or_not_at_all(kind, rng):
    flows, dense = flows_of(rng, kind)
    group, weight = rng.integers(-1, GROUPS, dense.shape[1:]), rng.integers(0, 7, dense.shape[1:])
    for total, weighed in ((FlowTotal.by(group, GROUPS, weight), dense * weight), (FlowTotal.by(group, GROUPS), dense)):
        found = total.of(flows)
        assert found.shape == (MEMBERS, GROUPS)
        for g in range(GROUPS):
            assert found[:, g] == pytest.approx((weighed * (group == g)).sum(axis=(1, 2)), rel=1e-12)


@kinds
@given(rng=randoms)
def test_flows_as_an_array_are_of_their_own(kind, rng):
    flows, dense = flows_of(rng, kind)
    values = flows.values
    assert values.dtype == dense.dtype
    flows.moved[:] = -1
    flows.where[:] = 0
    assert (values == dense).all()


def test_where_nothing_moved_all_flows_are_nought():
    nothing = Flows((2, 0, 3), np.zeros((0, 3), dtype=np.int32), np.zeros(0, dtype=np.int64))
    assert nothing.values.shape == (2, 0, 3)
    assert (FlowTotal.by(np.zeros((0, 3), dtype=np.int64), 2).of(nothing) == np.zeros((2, 2))).all()
