"""Chances to leave home and to die there: against the formula, and against plain loops that must give equal bits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.model.siege.hazards import FACTORIALS, SERIES_BELOW, compete, leave_or_die

HAZARDS = np.concatenate([[0.0], np.geomspace(1e-12, 50.0, 4001), [SERIES_BELOW, np.nextafter(SERIES_BELOW, 1.0)]])
randoms = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def chances(leave, loss):
    """Return (2, M)."""
    out = np.full((2, len(leave)), np.nan)
    compete(leave, loss, out)
    return out


def twin(leave, loss):
    """The series term by term where the total is small, the formula where it is not."""
    total = leave + loss
    share = np.full(len(leave), FACTORIALS[-1])
    for factor in FACTORIALS[-2::-1]:
        share = share * -total + factor
    for m in np.flatnonzero(total > SERIES_BELOW):
        share[m] = -math.expm1(-total[m]) / total[m]
    return np.stack([leave * share, loss * share])


def hazards_of(rng, shape):
    """Return hazards of every size, a tenth of them nought."""
    return 10.0 ** rng.uniform(-12, 1.7, shape) * (rng.random(shape) < 0.9)


@given(randoms, st.integers(0, 40))
def test_compete(rng, members):
    leave, loss = hazards_of(rng, members), hazards_of(rng, members)
    assert chances(leave, loss).tobytes() == twin(leave, loss).tobytes()


@pytest.mark.parametrize("share", [0.0, 1e-9, 0.3, 0.5, 1.0])
def test_two_hazards_have_the_chances_of_the_formula(share):
    """To 4 units in the last place, from a millionth of a millionth to where all are gone within the day."""
    leave, loss = (1.0 - share) * HAZARDS, share * HAZARDS
    total = leave + loss
    gone = np.array([-math.expm1(-r) for r in total])
    for got, hazard in zip(chances(leave, loss), (leave, loss), strict=True):
        expected = np.where(total > 0, gone * (hazard / np.where(total > 0, total, 1.0)), 0.0)
        np.testing.assert_allclose(got, expected, rtol=1e-15, atol=0)
    np.testing.assert_array_max_ulp(chances(HAZARDS, np.zeros_like(HAZARDS))[0], -np.expm1(-HAZARDS), maxulp=4)


def test_without_hazards_nobody_goes_and_with_endless_ones_all_do():
    assert (chances(np.zeros(3), np.zeros(3)) == 0.0).all()
    assert chances(np.array([3e300]), np.array([1e300]))[:, 0] == pytest.approx([0.75, 0.25], rel=1e-15)


@given(randoms)
def test_chances_never_sum_to_more_than_one(rng):
    assert (chances(hazards_of(rng, 50), hazards_of(rng, 50)).sum(axis=0) <= 1.0 + 1e-15).all()


@pytest.mark.parametrize("members", [1, 7, 32])
@given(rng=randoms)
def test_the_bits_of_a_member_do_not_depend_on_those_beside(members, rng):
    leave, loss = hazards_of(rng, 32), hazards_of(rng, 32)
    parts = [chances(leave[m : m + members], loss[m : m + members]) for m in range(0, 32, members)]
    assert np.concatenate(parts, axis=1).tobytes() == chances(leave, loss).tobytes()


@given(randoms, st.integers(1, 6))
def test_leave_or_die(rng, members):
    homes, bands, deciding, nodes, listeners, following = rng.integers(1, 4, 6)
    decide, follow_on = (homes, bands, deciding, nodes, listeners), (homes, bands, following)
    cells = math.prod(decide) + math.prod(follow_on)
    sources = rng.permutation(2 * cells)[:cells]
    units = rng.integers(1, 9, (2 * cells, members)) * (rng.random((2 * cells, members)) < 0.3)
    wish, frailty = hazards_of(rng, (homes, deciding, listeners, members)), rng.random((nodes, members)) * 3
    follow = hazards_of(rng, (homes, following, members))
    expelled, loss = hazards_of(rng, (homes, members)), hazards_of(rng, (homes, members))
    out = np.full((cells, 2, members), -1.0)
    leave_or_die(units, sources, wish, frailty, follow, expelled, loss, np.full(members, np.nan), out)
    expected = np.full_like(out, -1.0)
    places = [*np.ndindex(*decide), *np.ndindex(*follow_on)]
    for s, place in enumerate(places):
        if units[sources[s]].any():
            h, _, c, *rest = place
            hazard = wish[h, c, rest[1]] * frailty[rest[0]] if rest else follow[h, c]
            expected[s] = twin(hazard + expelled[h], loss[h])
    assert len(places) == cells
    assert out.tobytes() == expected.tobytes()
