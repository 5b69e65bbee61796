"""Who does the blocks: in any sequence, twice, in processes that die, or on a cluster, the bits are the same."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.ensemble import executors, pool, work
from havenward.ensemble.ensemble import GIVE_UP
from havenward.ensemble.executors import Cluster, Done, Here, Processes, Warm
from havenward.ensemble.pool import Pool
from havenward.run.request import RunError
from tests.ensemble.helpers import MEMBERS, begin, bits, scheduler, whole, worker


@settings(max_examples=5)
@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=2))
def test_any_sequence_gives_the_same_bits_and_a_block_may_be_done_twice(undisturbed, sequence, twice):
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept) / "toy"
        ensemble = begin(folder)
        assert all(told.commit for told in Here().do(str(folder), [*sequence, *twice]))
        assert [state.resumed for state in ensemble.turn(Here())] == [MEMBERS]
        ensemble.finish()
        assert bits(folder) == bits(undisturbed)


def test_parts_of_it_together_are_the_whole(undisturbed, tmp_path):
    folder = tmp_path / "toy"
    for part in ((1, 3), (0, 3), (2, 3)):
        states = list(begin(folder, resume=True).turn(Here(), part))
        assert states[-1].done == states[-1].members < MEMBERS
    whole(folder)
    assert bits(folder) == bits(undisturbed)


@pytest.mark.slow
def test_processes_give_the_same_bits(undisturbed, tmp_path):
    whole(tmp_path / "toy", Processes(2))
    assert bits(tmp_path / "toy") == bits(undisturbed)


def kill_one(workers: Pool) -> None:
    os.kill(next(one for one in workers._workers if one.place is not None).process.pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
def test_a_worker_that_dies_is_replaced_and_one_block_takes_three_with_it_at_most(undisturbed, tmp_path, monkeypatch):
    folder = tmp_path / "toy"
    begin(folder)
    with Pool(2) as workers, contextlib.closing(Warm(workers).do(str(folder), range(4))) as every:
        told = [next(every)]
        kill_one(workers)
        told += every
    assert sorted(one.block for one in told) == [0, 1, 2, 3]
    assert all(one.commit for one in told)
    whole(folder)
    assert bits(folder) == bits(undisturbed)

    monkeypatch.setattr(pool, "ATTEMPTS", 1)
    with Pool(2) as workers, contextlib.closing(Warm(workers).do(str(folder), range(4))) as every:
        told = [next(every)]
        kill_one(workers)
        told += every
    assert sorted(one.block for one in told) == [0, 1, 2, 3]
    [lost] = [one for one in told if one.commit is None]
    assert lost.why == "1 workers died over it, the last with status -9"


@pytest.mark.slow
def test_a_cluster_gives_the_same_bits(undisturbed, tmp_path):
    with scheduler() as (address, _), worker(address, tmp_path / "a"), worker(address, tmp_path / "b"):
        whole(tmp_path / "toy", Cluster(address))
        again = list(begin(tmp_path / "toy", resume=True).turn(Cluster(address)))
    assert bits(tmp_path / "toy") == bits(undisturbed)
    assert [state.resumed for state in again] == [MEMBERS]


def test_an_address_of_no_scheduler_is_refused(monkeypatch):
    monkeypatch.setattr(executors, "ANSWER_SECONDS", 0.5)
    for address in ("nonsense", "foo://a:1", "tcp://a"):
        with pytest.raises(RunError, match="must be the address of a Dask scheduler"):
            list(Cluster(address).do("nowhere", [0]))
    with pytest.raises(RunError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        list(Cluster("tcp://127.0.0.1:9").do("nowhere", [0]))


class Failing:
    """Fails at every block but some."""

    def __init__(self, sound):
        self.sound, self.asked = sound, 0

    def do(self, url, blocks):
        for block in blocks:
            self.asked += 1
            yield next(Here().do(url, [block])) if block in self.sound else Done(block, why="the disk is full")


def test_one_failure_stops_nothing_and_many_in_a_row_stop_the_rest(tmp_path):
    ensemble = begin(tmp_path / "toy", members=30, block=1)
    failing = Failing(sound=(0, 5))
    state = list(ensemble.turn(failing))[-1]
    assert (state.done, state.failed, state.why) == (2, 4 + GIVE_UP, "the disk is full")
    assert failing.asked == 6 + GIVE_UP


def test_a_process_that_lives_long_sees_that_another_ensemble_lies_there(tmp_path):
    """A Dask worker keeps the rules of an ensemble; the next one may lie at the same place."""
    whole(tmp_path / "toy", seed=1)
    shutil.rmtree(tmp_path / "toy")
    whole(tmp_path / "toy", seed=2)
    whole(tmp_path / "other", seed=2)
    assert bits(tmp_path / "toy") == bits(tmp_path / "other")


def test_another_release_does_no_block_of_it(tmp_path, monkeypatch):
    begin(tmp_path / "toy")
    monkeypatch.setattr(work, "__version__", "9.9.9")
    [told] = Here().do(str(tmp_path / "toy"), [0])
    assert told.commit is None
    assert "was planned by release" in told.why
