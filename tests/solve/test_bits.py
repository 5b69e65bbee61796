"""The same bits, however the work is cut: batches, threads, processes, resumed runs, edits that reach nobody."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from havenward.core.cells import CellTableBuilder
from havenward.core.orders import Draw, Move, Ordered, Quota, Split, streams_of
from havenward.solve import individuals
from tests.toy.rules import ToyRules
from tests.toy.run import SOLVERS, run_toy, solver_of, turn_days
from tests.toy.worlds import thins_out, worlds

every_solver = pytest.mark.parametrize("solver", SOLVERS)
ROOT = Path(__file__).parents[2]


@every_solver
@pytest.mark.parametrize("sizes", [(1,) * 8, (3, 3, 2), (5, 3)], ids=["ones", "threes", "halves"])
def test_batches(solver, sizes):
    whole, _ = run_toy(solver, members=8, first=40)
    firsts = 40 + np.cumsum([0, *sizes[:-1]])
    parts = [run_toy(solver, members=n, first=first)[0] for n, first in zip(sizes, firsts, strict=True)]
    assert whole.tobytes() == np.concatenate(parts).tobytes()


@every_solver
def test_the_sequence_of_members_within_a_batch(solver):
    rules = ToyRules(members=5)
    numbers = np.array([9, 3, 7, 1, 3], dtype=np.uint32)
    history = turn_days(rules, solver_of(solver, rules.table, 1, numbers, rules.start()), 6)
    for place, number in enumerate(numbers):
        assert (history[place] == run_toy(solver, members=1, first=int(number), days=6)[0][0]).all()


@pytest.mark.parametrize("solver", ["chain", "individuals"])
@settings(max_examples=15)
@given(world=worlds(members=4))
def test_batches_of_random_worlds(solver, world):
    numbers, start = np.arange(4, dtype=np.uint32), world.start()
    whole = turn_days(world, solver_of(solver, world.table, 5, numbers, start.copy()), world.days)
    world.members = 1
    for m in range(4):
        alone = turn_days(world, solver_of(solver, world.table, 5, numbers[m : m + 1], start[m : m + 1].copy()), world.days)
        assert (alone[0] == whole[m]).all()


def test_threads():
    start = {"families": 150_000, "lone": 60_000}
    assert start["families"] > 2 * individuals.LEAST_SHARE, "or no second thread would start"
    runs = {
        threads: run_toy("individuals", members=2, days=4, start=start, options={"threads": threads})[0]
        for threads in (1, 2, 3)
    }
    assert (runs[1] == runs[2]).all()
    assert (runs[1] == runs[3]).all()


def digest(solver):
    history, _ = run_toy(solver, members=5, first=2, days=6)
    return hashlib.sha256(history.tobytes()).hexdigest()


@every_solver
def test_processes(solver):
    """Python's own hashing differs between the two; nothing of ours may depend on it."""
    call = f"from tests.solve.test_bits import digest; print(digest({solver!r}))"
    other = subprocess.run(
        [sys.executable, "-c", call],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == digest(solver)


def test_a_chain_that_is_resumed():
    whole, rules = run_toy("chain", members=6, days=12)
    resumed = solver_of("chain", rules.table, 1, np.arange(6, dtype=np.uint32), whole[:, 4].copy())
    assert (turn_days(rules, resumed, 7, first_day=5) == whole[:, 5:]).all()


@every_solver
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_camp_that_nobody_can_reach_changes_no_bit(solver, place):
    before, base = run_toy(solver, members=30)
    camps, room = list(base.camps), list(base.room)
    camps.insert(place, "far camp")
    room.insert(place, 0.0)
    after, edited = run_toy(solver, members=30, camps=tuple(camps), room=tuple(room))
    row_of = {parts: row for row, parts in enumerate(edited.table.meanings)}
    same = [row_of[parts] for parts in base.table.meanings]
    assert before.tobytes() == np.ascontiguousarray(after[:, :, same]).tobytes()
    assert (np.delete(after, same, axis=2) == 0).all()


def allocated(solver, chances):
    """Return (M, kinds) counts by camp after a split of two kinds of unit by the given chances."""
    builder = CellTableBuilder()
    safe = np.array([builder.row(("safe", k), (1, 0, 0, 0), 0) for k in range(2)])
    camps = np.array([[builder.row(("camp", c, k), (1, 0, 0, 0), 0) for c in chances] for k in range(2)])
    table = builder.table()
    move = Move.build(table, "allocate", safe, camps[:, :, None], tuple(chances))
    counts = np.zeros((40, len(table)), dtype=np.int64)
    counts[:, safe] = (60, 900)
    made = solver_of(solver, table, 1, np.arange(40, dtype=np.uint32), counts)
    made.carry_out(Split(move, np.tile(list(chances.values()), (1, 2, 1))), 3)
    return {camp: made.counts[:, camps[:, c]] for c, camp in enumerate(chances)}


@every_solver
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_camp_to_which_nobody_is_sent_changes_no_bit(solver, place):
    chances = {"lower camp": 0.3, "upper camp": 0.2, "river camp": 0.4}
    before = allocated(solver, chances)
    listed = list(chances.items())
    listed.insert(place, ("far camp", 0.0))
    after = allocated(solver, dict(listed))
    assert (after.pop("far camp") == 0).all()
    assert after.keys() == before.keys()
    assert all((after[camp] == before[camp]).all() for camp in before)


@pytest.mark.parametrize("solver", ["chain", "individuals"])
def test_an_edit_changes_nothing_upstream(solver):
    """More desks change who passes the gate; who leaves and who is stopped stays as it was, to the bit."""
    before, rules = run_toy(solver, members=30, desks=15)
    after, _ = run_toy(solver, members=30, desks=25)
    upstream = [row for row, parts in enumerate(rules.table.meanings) if parts[0] in ("home", "road", "stopped")]
    assert (before[:, :, upstream] == after[:, :, upstream]).all()
    assert (before[:, :, rules.camp[0]] != after[:, :, rules.camp[0]]).any()


@pytest.mark.parametrize("solver", ["chain", "individuals"])
def test_other_seeds_and_members_are_other_runs(solver):
    one, _ = run_toy(solver, members=6)
    seeds, _ = run_toy(solver, members=6, seed=2)
    for a in range(6):
        assert (one[a] != seeds[a]).any()
        for b in range(a):
            assert (one[a] != one[b]).any()


@pytest.mark.parametrize("solver", ["chain", "individuals"])
@pytest.mark.parametrize("kind", ["split", "quota", "ordered", "draw"])
def test_every_day_and_wave_draws_other_numbers(solver, kind):
    """The same order, asked on the same counts of 40 members: most answers differ."""
    builder = CellTableBuilder()
    rows = np.array([builder.row((place, k), (1, 0, 0, 0), 0) for k in range(3) for place in ("home", "camp")])
    table = builder.table()
    move = Move.build(table, "go", rows[::2], rows[1::2].reshape(3, 1, 1), ("camp",))
    members = np.arange(40, dtype=np.uint32)
    asked = {
        "split": lambda wave: Split(move, np.full((1, 3, 1), 0.5), wave),
        "quota": lambda wave: Quota(move, np.zeros(3, dtype=np.int64), np.full((40, 1), 30), np.ones(3, int), wave),
        "ordered": lambda wave: Ordered(
            move, thins_out, np.zeros((40, 1)), np.ones((3, 1)), np.full((40, 1), 0.9), wave=wave
        ),
        "draw": lambda wave: Draw(streams_of(("weather",)), wave),
    }[kind]
    answers = []
    for day, wave in ((0, 0), (0, 1), (1, 0), (1, 1)):
        counts = np.tile([20, 0], (40, 3))
        answers.append(solver_of(solver, table, 1, members, counts).carry_out(asked(wave), day))
    for one, other in itertools.combinations(answers, 2):
        assert (one != other).mean() > 0.5


def test_surroundings_are_the_same_under_every_solver():
    drawn = {}
    for solver in SOLVERS:
        _, rules = run_toy(solver, members=7, days=5)
        drawn[solver] = np.stack([realised for order, realised in rules.carried if isinstance(order, Draw)])
        assert drawn[solver].shape == (5, 7, 1)
    assert len(np.unique(drawn["chain"])) == 35
    assert drawn["chain"].tobytes() == drawn["individuals"].tobytes() == drawn["mean"].tobytes()
