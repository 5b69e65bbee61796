"""Shares of the variance: known answers, their noise, and what a change of a tenth does to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from havenward.core.members import SOURCES, Members
from havenward.core.streams import meaning, uniforms
from havenward.ensemble.design import Design, Study
from havenward.ensemble.shares import estimated

ROWS = 4096
FOUR = {source: [source] for source in SOURCES}
NO_DRAW = np.zeros(1, dtype=np.uint32)


def shares(function, rows=ROWS, seed=1, groups=FOUR):
    """Return first-order and total shares of a function of one standard normal number for each source."""
    design = Design.of(Study(kind="shares", rows=rows, groups=groups), seed)
    drawn = [normal(design.members, source, seed) for source in SOURCES]
    found = estimated(list(groups), function(*drawn))
    return np.array([[share.first.value, share.total.value] for share in found]).T, found


def normal(members, source, seed):
    stream = np.array([meaning("test", source)], dtype=np.uint64)
    return ndtri(uniforms(seed, members.numbers[source], stream, 0, NO_DRAW)[:, 0])


def test_of_a_sum_every_source_has_the_share_of_its_own_variance():
    """Standard errors at 4,096 rows are below 0.025: four of them are 0.1."""
    (first, total), _ = shares(lambda a, b, c, d: 2 * a + 1 * b + 0 * c + 1 * d + 50)
    assert first == pytest.approx([4 / 6, 1 / 6, 0, 1 / 6], abs=0.1)
    assert total == pytest.approx([4 / 6, 1 / 6, 0, 1 / 6], abs=0.1)
    assert first[2] == total[2] == 0, "what nothing depends on has exactly none"


def test_of_a_product_neither_source_has_a_share_alone():
    (first, total), _ = shares(lambda a, b, c, d: a * d)
    assert first == pytest.approx([0, 0, 0, 0], abs=0.1)
    assert total == pytest.approx([1, 0, 0, 1], abs=0.15)


def test_a_tenth_more_is_seen():
    """The negative control: the shares of two sums whose first term has a tenth more weight in one of them."""
    (one, _), _ = shares(lambda a, b, c, d: a + b, rows=2**14)
    (more, _), _ = shares(lambda a, b, c, d: 1.1 * a + b, rows=2**14)
    assert more[0] - one[0] == pytest.approx(1.21 / 2.21 - 0.5, abs=0.015)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Of 64 rows they hold it in 94 % of cases (250 seeds); of 200 cases three standard deviations are 10."""
    held = 0
    for seed in range(50):
        _, found = shares(lambda a, b, c, d: 2 * a + b + d + 0.5 * c, rows=64, seed=seed)
        truth = np.array([4, 1, 0.25, 1]) / 6.25
        held += sum(share.first.low <= true <= share.first.high for share, true in zip(found, truth, strict=True))
    assert 178 <= held <= 198


def test_nothing_that_varies_has_no_shares():
    assert shares(lambda a, b, c, d: 0 * a + 7)[1] == ()


def test_intervals_are_always_the_same():
    assert shares(lambda a, b, c, d: a + b, rows=16)[1] == shares(lambda a, b, c, d: a + b, rows=16)[1]


@given(rows=st.integers(2, 40))
def test_the_first_and_the_last_member_of_a_row_are_ordinary_ones(rows):
    study = Study(kind="shares", rows=rows, groups=FOUR)
    members = Design.of(study, 1).members
    assert len(members) == study.members == 6 * rows
    for source in SOURCES:
        table = members.numbers[source].reshape(rows, 6)
        assert (table[:, 0] == np.arange(rows)).all()
        assert (table[:, -1] == np.arange(rows, 2 * rows)).all()
        frozen = [k for k, group in enumerate(FOUR, 1) if group == source]
        for k in range(1, 5):
            assert (table[:, k] == table[:, -1 if k in frozen else 0]).all()


def test_parameters_lie_evenly_in_their_ranges_and_are_frozen_by_group():
    study = Study(kind="shares", rows=64, groups={"a": ["x"], "both": ["y", "z"], "all else": list(SOURCES)})
    found = Design.of(study, 5).members
    x, y, z = (found.quantiles[name].reshape(64, 5) for name in "xyz")
    for column in (x, y, z):
        for side in (0, -1):
            counts, _ = np.histogram(column[:, side], bins=8, range=(0, 1))
            assert (counts == 8).all(), "a Sobol sequence fills every eighth alike"
        assert (column[:, 3] == column[:, 0]).all(), "all else is frozen, and no parameter"
    assert (x[:, 1] == x[:, -1]).all()
    assert (y[:, 1] == y[:, 0]).all()
    assert (y[:, 2] == y[:, -1]).all()
    assert (z[:, 2] == z[:, -1]).all()
    assert (found.numbers["chance"].reshape(64, 5)[:, 3] == np.arange(64, 128)).all()


def test_a_trajectory_moves_one_group_after_the_other_and_nothing_else():
    study = Study(kind="screening", rows=5, groups={"a": ["x"], "both": ["y", "z"]})
    found = Design.of(study, 2).members
    for source in SOURCES:
        assert (found.numbers[source] == np.repeat(np.arange(5), 3)).all()
    moves = {name: np.diff(found.quantiles[name].reshape(5, 3), axis=1) != 0 for name in "xyz"}
    assert (moves["x"].sum(axis=1) == 1).all()
    assert (moves["y"] == moves["z"]).all()
    assert (moves["x"] ^ moves["y"]).all()
    at = np.concatenate(list(found.quantiles.values()))
    assert set(at.round(6)) <= {0.05, 0.35, 0.65, 0.95}


@pytest.mark.parametrize("kind", ["shares", "screening"])
def test_a_design_is_read_as_it_was_written(kind):
    groups = {"a": ["x"], "both": ["y", "z"]} | ({"all else": list(SOURCES)} if kind == "shares" else {})
    written = Design.of(Study(kind=kind, rows=8, groups=groups), 3)
    read = Design.read(written.study, written.text())
    assert read.text() == written.text()
    assert all((read.members.numbers[source] == written.members.numbers[source]).all() for source in SOURCES)
    assert all((read.members.quantiles[name] == written.members.quantiles[name]).all() for name in "xyz")
    assert isinstance(read.members, Members)
