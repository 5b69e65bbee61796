"""The engine: a member is itself, whichever batch it falls into."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.api import load
from havenward.model.siege.siege import Siege
from havenward.run.engine import BATCH, Plan, batches, simulate
from havenward.run.record import Recorder


class Shelf:
    """Takes what a batch hands on."""

    def __init__(self):
        self.kept = {}

    def write(self, name, first_day, values):
        self.kept.setdefault(name, []).append(values.copy())


def whole(members, solver="chain", days=25):
    """Arrays of a run by name, (members, days, ...)."""
    siege = Siege.of(load("toy"), {})
    shelves = []

    def chronicle(batch, rules):
        shelves.append(Shelf())
        return Recorder.of(rules, shelves[-1], plan)

    plan = Plan(solver=solver, members=members, seed=3, spread=1.0, first=0, last=days - 1)
    tally = simulate(siege, plan, chronicle, lambda done, total: None)
    assert tally.members_done == len(members)
    return {
        name: np.concatenate([np.concatenate(shelf.kept[name], axis=1) for shelf in shelves]) for name in shelves[0].kept
    }


def test_members_are_cut_into_batches_that_hold_each_once():
    cut = batches(range(5, 5 + 2 * BATCH + 3), BATCH)
    assert [len(batch.numbers) for batch in cut] == [BATCH, BATCH, 3]
    assert np.concatenate([batch.numbers for batch in cut]).tolist() == list(range(5, 5 + 2 * BATCH + 3))
    assert [batch.place.start for batch in cut] == [0, BATCH, 2 * BATCH]


@pytest.mark.parametrize("solver", ["chain", "individuals"])
def test_a_member_of_the_second_batch_is_the_same_as_alone(solver):
    """Assumptions and draws follow a member's number, not its place."""
    many, few = whole(range(BATCH + 4), solver), whole([BATCH + 2, 7], solver)
    for name, values in few.items():
        np.testing.assert_array_equal(values, many[name][[BATCH + 2, 7]], err_msg=name)


@pytest.mark.parametrize(("at", "done"), [(0, (BATCH, 0)), (BATCH, (BATCH, 5))])
def test_an_interrupt_before_the_days_of_a_batch_keeps_the_batches_before_it(monkeypatch, at, done):
    """While its rules are laid out, for instance."""
    siege = Siege.of(load("toy"), {})
    lay_out = Siege.for_members

    def interrupted(self, members, *more):
        if members.numbers["chance"][0] == at:
            raise KeyboardInterrupt
        return lay_out(self, members, *more)

    monkeypatch.setattr(Siege, "for_members", interrupted)
    plan = Plan(solver="chain", members=range(BATCH + 3), seed=3, spread=1.0, first=0, last=4)
    tally = simulate(siege, plan, lambda _, rules: Recorder.of(rules, Shelf(), plan), lambda done, total: None)
    assert (tally.members_done, tally.days_done) == done
