"""The ledger catches the loss of a single person, whoever it is, and every swap between groups or origins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from havenward.core.cells import CellTableBuilder
from havenward.core.orders import Ledger

ORIGINS = 8


def table_of_singles():
    """One cell for each origin and group, with one person in its unit."""
    builder = CellTableBuilder()
    for origin in range(ORIGINS):
        for group in range(4):
            builder.row((origin, group), np.eye(4, dtype=int)[group].tolist(), origin)
    return builder.table()


TABLE = table_of_singles()
CELLS = st.integers(0, len(TABLE) - 1)
LARGE = st.lists(st.integers(1, 10**9), min_size=len(TABLE), max_size=len(TABLE))
SMALL = st.lists(st.integers(1, 300), min_size=len(TABLE), max_size=len(TABLE))
NUMBERS = {"whole": (np.int64, LARGE), "expected": (np.float64, SMALL)}
"""Expectations are compared to 9 digits, so one person is told from rounding among some ten thousand."""


@pytest.mark.parametrize("kind", NUMBERS)
@given(data=st.data(), cell=CELLS, change=st.sampled_from([-1, 1]))
def test_one_person_lost_or_invented_is_caught(kind, data, cell, change):
    dtype, sizes = NUMBERS[kind]
    counts = np.array([data.draw(sizes)] * 2, dtype=dtype)
    ledger = Ledger(TABLE)
    before = ledger.mark(counts, slice(None))
    counts[1, cell] += change
    assert not ledger.agree(before, ledger.mark(counts, slice(None)))
    rows = np.array([cell])
    assert not ledger.agree(before, ledger.mark(counts, rows))


@pytest.mark.parametrize("kind", NUMBERS)
@given(data=st.data(), one=CELLS, other=CELLS)
def test_one_person_who_changes_group_or_origin_is_caught(kind, data, one, other):
    assume(one != other)
    dtype, sizes = NUMBERS[kind]
    counts = np.array([data.draw(sizes)], dtype=dtype)
    ledger = Ledger(TABLE)
    rows = np.unique([one, other])
    before = ledger.mark(counts, rows)
    counts[0, one] -= 1
    counts[0, other] += 1
    assert not ledger.agree(before, ledger.mark(counts, rows))


@given(LARGE, CELLS, CELLS)
def test_a_swap_between_two_people_of_different_members_is_caught(sizes, one, other):
    counts = np.array([sizes, sizes])
    ledger = Ledger(TABLE)
    before = ledger.mark(counts, slice(None))
    counts[0, one] -= 1
    counts[1, one] += 1
    assert not ledger.agree(before, ledger.mark(counts, slice(None)))


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
@given(number=st.integers(0, 1000), whole=st.integers(1000, 10**6))
def test_a_household_that_splits_is_the_same_people(dtype, number, whole):
    builder = CellTableBuilder()
    family = builder.row(("family",), (1, 1, 2, 0), 0)
    father = builder.row(("father",), (1, 0, 0, 0), 0)
    kin = builder.row(("kin",), (0, 1, 2, 0), 0)
    ledger = Ledger(builder.table())
    counts = np.array([[whole, 0, 0]], dtype=dtype)
    before = ledger.mark(counts, slice(None))
    counts[0, family] -= number
    counts[0, [father, kin]] += number
    assert ledger.agree(before, ledger.mark(counts, slice(None)))


@given(LARGE)
def test_rows_add_up_to_the_whole(sizes):
    counts = np.array([sizes])
    ledger = Ledger(TABLE)
    parts = [ledger.mark(counts, np.array([row])) for row in range(len(TABLE))]
    assert np.sum(parts, axis=0, dtype=np.uint64) == ledger.mark(counts, slice(None))
