"""The ledger catches the loss of a single person, whoever it is, and every swap between groups or origins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from havenward.core.cells import CellTableBuilder
from havenward.core.ledger import Ledger, Vanished, weigh
from havenward.core.orders import Move

ORIGINS = 8


def table_of_singles():
    """One cell for each origin and group, with one person in its unit."""
    builder = CellTableBuilder()
    for origin in range(ORIGINS):
        for group in range(4):
            builder.row((origin, group), np.eye(4, dtype=int)[group].tolist(), origin)
    return builder.table()


TABLE = table_of_singles()
STAY = Move.build(TABLE, "stay", np.array([0]), np.array([[[0]]]), ("here",))
CELLS = st.integers(0, len(TABLE) - 1)
LARGE = st.lists(st.integers(1, 10**9), min_size=len(TABLE), max_size=len(TABLE))
SMALL = st.lists(st.integers(1, 300), min_size=len(TABLE), max_size=len(TABLE))
NUMBERS = {"whole": (np.int64, LARGE), "expected": (np.float64, SMALL)}
"""Expectations are compared to 9 digits, so one person is told from rounding among some ten thousand."""

kinds = pytest.mark.parametrize("kind", NUMBERS)


def people(dtype=np.int64, members=3):
    """Return (M, C) counts, a few hundred in each cell."""
    return np.random.default_rng(7).integers(1, 300, (members, len(TABLE))).astype(dtype)


def caught(counts, changes):
    """Whether the marks before and after some (member, cell, change) differ."""
    ledger = Ledger(TABLE)
    before = ledger.mark(counts)
    for member, cell, change in changes:
        counts[member, cell] += change
    return not ledger.agree(before, ledger.mark(counts))


def drift_of(kind, changes):
    """Return what a solver would hand to the audit after some (cell, change) in one member of two."""
    ledger = Ledger(TABLE)
    weight = ledger.whole if kind == "whole" else ledger.real
    drift = np.zeros(2, dtype=weight.dtype)
    for cell, change in changes:
        drift[1:] += weight[[cell]] * np.array([change], dtype=np.int64).astype(weight.dtype)
    return ledger, drift


@kinds
@given(data=st.data(), cell=CELLS, change=st.sampled_from([-1, 1]))
def test_one_person_lost_or_invented_is_caught(kind, data, cell, change):
    dtype, sizes = NUMBERS[kind]
    assert caught(np.array([data.draw(sizes)] * 2, dtype=dtype), [(1, cell, change)])


@kinds
@given(data=st.data(), one=CELLS, other=CELLS)
def test_one_person_who_changes_group_or_origin_is_caught(kind, data, one, other):
    assume(one != other)
    dtype, sizes = NUMBERS[kind]
    assert caught(np.array([data.draw(sizes)], dtype=dtype), [(0, one, -1), (0, other, 1)])


@given(LARGE, CELLS)
def test_one_person_who_changes_member_is_caught(sizes, cell):
    assert caught(np.array([sizes, sizes]), [(0, cell, -1), (1, cell, 1)])


@kinds
@given(cell=CELLS, change=st.sampled_from([-1, 1]))
def test_an_order_that_loses_or_invents_one_person_is_stopped(kind, cell, change):
    ledger, drift = drift_of(kind, [(cell, change)])
    with pytest.raises(Vanished, match="'stay' lost or invented people"):
        ledger.audit(STAY, drift, sound=True)


@kinds
@given(one=CELLS, other=CELLS, units=st.integers(1, 100))
def test_an_order_that_swaps_groups_or_origins_is_stopped(kind, one, other, units):
    assume(one != other)
    ledger, drift = drift_of(kind, [(one, -units), (other, units)])
    with pytest.raises(Vanished, match="'stay' lost or invented people"):
        ledger.audit(STAY, drift, sound=True)


@kinds
@given(cell=CELLS, units=st.integers(1, 10**6))
def test_an_order_that_keeps_everybody_passes(kind, cell, units):
    ledger, drift = drift_of(kind, [(cell, -units), (cell, units)])
    ledger.audit(STAY, drift, sound=True)
    with pytest.raises(Vanished, match="'stay' sent more units than there were"):
        ledger.audit(STAY, drift, sound=False)


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
@given(number=st.integers(0, 1000), whole=st.integers(1000, 10**6))
def test_a_household_that_splits_is_the_same_people(dtype, number, whole):
    builder = CellTableBuilder()
    family = builder.row(("family",), (1, 1, 2, 0), 0)
    father = builder.row(("father",), (1, 0, 0, 0), 0)
    kin = builder.row(("kin",), (0, 1, 2, 0), 0)
    ledger = Ledger(builder.table())
    counts = np.array([[whole, 0, 0]], dtype=dtype)
    before = ledger.mark(counts)
    counts[0, family] -= number
    counts[0, [father, kin]] += number
    assert ledger.agree(before, ledger.mark(counts))


@kinds
@given(seed=st.integers(0, 2**32 - 1), members=st.integers(1, 9))
def test_weigh(kind, seed, members):
    rng = np.random.default_rng(seed)
    units = rng.integers(0, 10**9, (len(TABLE), members))
    units, weight = (units, Ledger(TABLE).whole) if kind == "whole" else (units * rng.random(), Ledger(TABLE).real)
    out = np.zeros(members, dtype=weight.dtype)
    weigh(units, weight, out)
    assert (out == np.cumsum(units.astype(weight.dtype) * weight[:, None], axis=0, dtype=weight.dtype)[-1]).all()


@kinds
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_mark_does_not_depend_on_how_counts_lie_in_memory(kind, order):
    counts = people(NUMBERS[kind][0])
    marks = Ledger(TABLE).mark(counts)
    assert (Ledger(TABLE).mark(np.array(counts, order=order)) == marks).all()
    assert (np.concatenate([Ledger(TABLE).mark(counts[m : m + 1]) for m in range(3)]) == marks).all()


@kinds
def test_a_day_on_which_everybody_stays_goes_by(kind):
    ledger, counts = Ledger(TABLE), people(NUMBERS[kind][0])
    for day in range(3):
        ledger.dawn(counts)
        ledger.dusk(counts, day)


@kinds
@pytest.mark.parametrize("asleep", [False, True], ids=["by day", "by night"])
def test_dusk_is_held_against_the_first_dawn(kind, asleep):
    """Whoever vanishes between one day's dusk and the next day's dawn is missed as well."""
    ledger, counts = Ledger(TABLE), people(NUMBERS[kind][0])
    ledger.dawn(counts)
    ledger.dusk(counts, 0)
    if asleep:
        counts[1, 3] -= 1
    ledger.dawn(counts)
    if not asleep:
        counts[1, 3] -= 1
    with pytest.raises(Vanished, match="day 1: the people at dusk are not those at dawn"):
        ledger.dusk(counts, 1)


def test_a_dusk_without_a_dawn_is_not_taken_on_trust():
    with pytest.raises(Vanished, match="day 0"):
        Ledger(TABLE).dusk(people(), 0)
