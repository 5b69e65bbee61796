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
from scipy import stats

from havenward.core.cells import CellTableBuilder
from havenward.core.orders import Draw, Move, Ordered, Quota, Split, streams_of
from havenward.core.streams import ANYWHERE, step, uniforms
from havenward.solve import individuals, kernels
from tests.toy.answers import kept
from tests.toy.nets import choice_of, endless, net_of
from tests.toy.rules import ToyRules
from tests.toy.run import SOLVERS, run_toy, solver_of, turn_days
from tests.toy.worlds import worlds

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


def scattered(members):
    """Return a table, a move from 12 places to two camps, and (M, C) counts: nearly empty places, and crowded ones.

    A place is busy in a member with a chance between a thirtieth and one; counts depend on the member's number only.
    """
    builder = CellTableBuilder()
    homes = np.array([builder.row(("home", k), (1, 0, 0, 0), 0) for k in range(12)])
    camps = np.array([[builder.row(("camp", c, k), (1, 0, 0, 0), 0) for c in range(2)] for k in range(12)])
    table = builder.table()
    counts = np.zeros((members, len(table)), dtype=np.int64)
    for m in range(members):
        rng = np.random.default_rng([5, m])
        counts[m, homes] = rng.integers(1, 60, 12) * (rng.random(12) < np.geomspace(0.03, 1.0, 12))
    return table, Move.build(table, "go", homes, camps[:, :, None], ("lower camp", "upper camp")), counts


@every_solver
@pytest.mark.parametrize("size", [1, 7, 32])
@pytest.mark.parametrize("shared", [True, False], ids=["one chance for all", "a chance for each"])
def test_a_split_does_not_depend_on_who_stands_beside(solver, size, shared):
    """Whether the numbers of a place are drawn together or one by one; in a batch of 32 or 7 there are places of both."""
    table, move, counts = scattered(32)
    odds = np.random.default_rng(6).random((32, 12, 2)) * np.geomspace(0.001, 0.5, 12)[:, None]
    odds[:] = odds[0] if shared else odds
    numbers = np.arange(32, dtype=np.uint32)

    def turned(part):
        made = solver_of(solver, table, 1, numbers[part], counts[part])
        flows = [kept(made.carry_out(Split(move, odds[:1] if shared else odds[part]), day)) for day in range(3)]
        return np.stack(flows, axis=1), made.counts

    parts = [slice(first, first + size) for first in range(0, 32, size)]
    if size > 1:
        together = [kernels.MANY * (counts[part][:, move.sources] > 0).sum(axis=0) > size for part in parts]
        assert any(some.any() for some in together)
        assert not all(some.all() for some in together)
    for got, expected in zip(map(np.concatenate, zip(*map(turned, parts), strict=True)), turned(slice(None)), strict=True):
        assert got.tobytes() == np.ascontiguousarray(expected).tobytes()
    assert turned(slice(None))[0].any(axis=(0, 3)).any()


@pytest.mark.parametrize("first_camp", [0.0, 0.2, 0.9, 1.0])
@pytest.mark.parametrize("chance", [0.001, 0.03, 0.4, 0.97])
def test_one_number_of_a_place_and_day_decides_how_many_leave(first_camp, chance):
    """Where they go is asked only of those who leave: how a chance is parted among camps keeps nobody at home."""
    table, move, counts = scattered(32)
    numbers = np.arange(32, dtype=np.uint32)
    made = solver_of("chain", table, 1, numbers, counts)
    odds = np.broadcast_to(chance * np.array([first_camp, 1.0 - first_camp]), (1, 12, 2))
    left = kept(made.carry_out(Split(move, odds), 4)).sum(axis=2)
    drawn = uniforms(1, numbers, move.hashes, step(4, 0), np.full(12, ANYWHERE, dtype=np.uint32))
    waiting = counts[:, move.sources]
    assert (left == np.where(waiting > 0, stats.binom.ppf(drawn, np.maximum(waiting, 1), odds.sum(axis=2)), 0)).all()
    assert 0 < left.sum() < waiting.sum()


@every_solver
@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_solver_leaves_what_it_was_given_as_it_was(solver, members, order):
    table, move, counts = scattered(members)
    given_counts = np.array(counts, order=order, dtype=float if solver == "mean" else np.int64)
    made = solver_of(solver, table, 1, np.arange(members, dtype=np.uint32), given_counts)
    made.carry_out(Split(move, np.full((1, 12, 2), 0.3)), 0)
    assert (given_counts == counts).all()
    assert (made.counts != counts).any()


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
    net = net_of(table, [(home, camp, "camp") for home, camp in rows.reshape(3, 2)], counted=True)
    choice = choice_of(net, [(rows[::2], 0.5, [1.0])])
    members = np.arange(40, dtype=np.uint32)
    asked = {
        "split": lambda wave: Split(move, np.full((1, 3, 1), 0.5), wave),
        "quota": lambda wave: Quota(move, np.zeros(3, dtype=np.int64), np.full((40, 1), 30), np.ones(3, int), wave),
        "ordered": lambda wave: Ordered(net, choice, endless(net), wave=wave),
        "draw": lambda wave: Draw(streams_of(("weather",)), wave),
    }[kind]
    answers = []
    for day, wave in ((0, 0), (0, 1), (1, 0), (1, 1)):
        counts = np.tile([20, 0], (40, 3))
        answers.append(kept(solver_of(solver, table, 1, members, counts).carry_out(asked(wave), day)))
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
