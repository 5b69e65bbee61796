"""Answers that sharpen: the same members give the same figures, however they came, and precision is what it says."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.ensemble.named import Wanted
from havenward.ensemble.progress import FIRST, LARGEST, Figure, Snapshot, growing, preview
from havenward.model.siege.requirements import SIEGE
from havenward.run.engine import Plan
from havenward.run.kinds import case_of
from havenward.run.outcome import flow, persons, stock
from havenward.run.request import Request, RunError
from havenward.scenario.read import load

LAST = dt.date(2010, 3, 20)
WANTED = [Wanted("arrived"), Wanted("in_host", "Eastholm")]


@pytest.fixture(scope="module")
def toy():
    return load("toy", SIEGE)


@pytest.fixture(scope="module")
def snapshots(toy):
    return list(preview(case_of(toy), Request(members=20, last=LAST), WANTED))


@given(st.integers(1, 500), st.integers(1, 9))
def test_members_come_in_their_order_in_growing_batches(members, hands):
    plan = Plan("chain", range(members), 1, 1.0, 0, 9)
    parts = list(growing(plan, hands))
    assert [m for part in parts for m in part.members] == list(range(members))
    sizes = [len(part.members) for part in parts]
    ramp, rounds = sizes[:2], [sizes[start : start + hands] for start in range(2, len(sizes), hands)]
    assert ramp == [FIRST, 4 * FIRST] or members < 5 * FIRST
    assert all(set(row) == {LARGEST} for row in rounds[:-1])
    for last in rounds[-1:]:
        assert 1 <= last[-1] <= last[0] <= LARGEST
        assert len(set(last[:-1])) <= 1, "the last are alike"


def test_a_snapshot_is_what_a_run_of_its_members_comes_to(snapshots, toy):
    from havenward.api import run

    outcome = run(toy, members=20, last=LAST)
    arrived = persons(flow(outcome, "arrived")).sum("time").values
    hosted = persons(stock(outcome, "in_host", "Eastholm")).isel(time=-1).values
    for one in snapshots:
        for figure, values in zip(one.figures, (arrived, hosted), strict=True):
            assert figure.mean == pytest.approx(values[: one.members].mean())
    assert snapshots[-1].members == 20


def test_snapshots_come_with_more_and_more_members(snapshots):
    assert [one.members for one in snapshots] == [2, 10, 20]


def test_a_stage_of_the_name_of_a_flow_is_told_once(toy):
    """`held` is a flow and a stage; its flow over all days is told, not their sum."""
    from havenward.api import run

    wanted = [Wanted("held_apart"), Wanted("killed_at_home")]
    *_, last = preview(case_of(toy), Request(members=4, last=LAST), wanted)
    outcome = run(toy, members=4, last=LAST)
    for figure, name in zip(last.figures, ("held_apart", "killed_at_home"), strict=True):
        flows = persons(flow(outcome, name)).sum("time").values
        assert flows.any()
        assert figure.mean == pytest.approx(flows.mean())


def test_precision_is_half_the_interval_of_the_mean():
    values = np.random.default_rng(3).normal(100.0, 10.0, (400, 2000))
    halves = np.array([Figure.of(Wanted("x"), column).precision_of_mean for column in values.T])
    assert halves.mean() == pytest.approx(1.96 * 10.0 / np.sqrt(400) / 100.0, rel=0.02)
    covered = np.abs(values.mean(axis=0) / 100.0 - 1.0) < halves
    assert covered.mean() == pytest.approx(0.95, abs=0.02)
    wider = np.abs(values.mean(axis=0) / 100.0 - 1.0) < 0.8 * halves
    assert wider.mean() < 0.92, "a fifth less would be noticed"


def test_nobody_and_one_member():
    nobody = Figure.of(Wanted("x"), np.zeros(5))
    assert nobody.precision_of_mean == float("inf"), "what none of five members has may be in the sixth"
    certain = Figure.of(Wanted("x"), np.full(5, 7.0))
    assert certain.precision_of_mean == 0
    one = Figure.of(Wanted("x"), np.array([7.0]))
    assert one.precision_of_mean == float("inf")
    assert not Snapshot(5, (certain, nobody)).is_precise(0.5)
    assert Snapshot(5, (certain,)).is_precise(0.0)
    assert not Snapshot(5, (certain,)).is_precise(0.5, "q90"), "five members say nothing of a 90 % quantile"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("arivals", "no arivals is told; there are: .*arrived"),
        ("in_camp@Nowhere", "nothing is told of Nowhere"),
        ("in_camp@Eastholm", "no in_camp is told at Eastholm; there are at Eastholm: .*in_host"),
    ],
)
def test_what_is_not_told_is_refused_by_what_is(toy, text, wrong):
    with pytest.raises(RunError, match=wrong):
        next(preview(case_of(toy), Request(members=2, last=LAST), [Wanted.read(text)]))


def test_names_are_read_as_they_are_written():
    for text in ("arrived", "in_camp@Long Meadow"):
        assert str(Wanted.read(text)) == text
