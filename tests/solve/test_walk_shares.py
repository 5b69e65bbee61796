"""Shares of options and what crowds leave of them are what their plain twins give: equal numbers, not similar ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.solve import walk_shares
from tests.solve import share_twins
from tests.solve.walk_cases import PLACES, kernels_of, walk_cases

WEIGHT = st.one_of(st.sampled_from([-1.0, 0.0, 0.0, 1.0]), st.floats(1e-9, 1e9))
SHARE = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0))


@given(st.integers(-3, 30), st.integers(-1, 20), st.integers(0, 9))
def test_room_at(total, free, more):
    room = walk_shares.room_at(float(total), float(free), float(free + more))
    assert room == share_twins.room_at(total, free, free + more)
    assert walk_shares.room_at(float(total), np.inf, np.inf) == 1.0
    assert (room == 1.0) == (total <= free)
    assert (room == 0.0) == (total > free and total >= free + more)


@given(st.lists(WEIGHT, max_size=7).map(np.array), SHARE)
def test_shares_of(weight, keep):
    weight = weight.astype(float)
    share = np.full(len(weight), np.nan)
    walk_shares.shares_of(weight, keep, share)
    assert (share == share_twins.shares_of(weight, keep)).all()
    assert share.sum() == pytest.approx(1.0 if (weight >= 0.0).any() else 0.0)
    assert (share[weight < 0.0] == 0.0).all()


@given(walk_cases)
def test_prepare(case):
    found = case.answers
    share, among, gated, widest = share_twins.prepare(case.options, case.weight, case.crowd, case.free, case.keep)
    assert (found.share == share).all()
    assert (found.among == among).all()
    assert (found.gated == gated).all()
    assert found.widest == widest


@given(st.lists(SHARE, max_size=7).map(np.array))
def test_among_the_rest(share):
    share = share.astype(float)
    among = np.full(len(share), np.nan)
    walk_shares.among_the_rest(share, among)
    assert (among == share_twins.among_the_rest(share)).all()
    assert ((among > 0.0) == (share > 0.0)).all()
    if share.any():
        assert among[np.flatnonzero(share)[-1]] == 1.0, "the last that has any takes all who are left"


@given(walk_cases)
def test_thinned_shares(case):
    totals = case.rng.integers(0, 45, PLACES).astype(float)
    c = int(case.rng.integers(0, case.weight.shape[1]))
    for g, (low, high) in enumerate(itertools.pairwise(case.options)):
        thinned, share = np.empty(high - low), np.full(high - low, np.nan)
        walk_shares.thinned_shares(g, c, totals, case.question, case.room, thinned, share)
        own = (case.weight[low:high, c], case.crowd[low:high], totals, *case.room, case.keep[g])
        assert (share == share_twins.thinned_shares(*own)).all()


@given(st.floats(0.0, 1.0, exclude_max=True), SHARE, st.lists(SHARE, max_size=6).map(np.array), st.integers(0, 3))
def test_option_of(u, p, share, low):
    share = share.astype(float)
    share = share / share.sum() if share.sum() > 0.0 else share
    columns = np.full((2, low + len(share) + 1), 0.5)
    columns[1, low : low + len(share)] = share
    option = walk_shares.option_of(u, p, columns, 1, low, low + len(share))
    assert option == share_twins.option_of(u, p, share)
    assert (option >= 0) == (u < p and bool((share > 0.0).any()))
    assert option < 0 or share[option] > 0.0


@given(walk_cases)
def test_is_thinned(case):
    totals = case.rng.integers(0, 45, (PLACES, 1)).astype(float)
    for low, high in itertools.pairwise(case.options):
        place = (case.crowd, int(low), int(high), totals, 0, case.free)
        assert walk_shares.is_thinned(*place) == share_twins.is_thinned(*place)


def test_every_kernel_has_a_twin_here():
    compiled = kernels_of(walk_shares)
    assert compiled <= {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert compiled <= set(vars(share_twins))
