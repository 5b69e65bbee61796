"""Processes that wait for work: started once, replaced when they die, and gone when they are no longer asked."""

from __future__ import annotations

import operator
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import psutil
import pytest

from havenward.ensemble.named import Wanted
from havenward.ensemble.pool import ATTEMPTS, Lost, Pool
from havenward.ensemble.progress import preview
from havenward.run.request import Request
from havenward.scenario.read import load
from tests.ensemble.helpers import LAST, case, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pool():
    with Pool(2) as started:
        yield started


def lock_of(_item):
    return threading.Lock()


def workers(pool):
    return {worker.process.pid for worker in pool._workers}


def test_processes_stay_for_more_work_and_know_its_places(pool):
    assert dict(pool.map(operator.neg, [5, 6, 7])) == {0: -5, 1: -6, 2: -7}
    before = workers(pool)
    assert len(before) == 2
    assert dict(pool.map(operator.neg, [8])) == {0: -8}
    assert list(pool.map(operator.neg, [])) == []
    assert workers(pool) == before


def test_what_a_task_raises_is_raised_here_and_the_pool_goes_on(pool):
    with pytest.raises(ZeroDivisionError):
        list(pool.map((1).__truediv__, [0]))
    assert dict(pool.map(operator.neg, [1, 2])) == {0: -1, 1: -2}


def test_what_cannot_be_sent_is_told_in_words(pool):
    """An error that does not come back whole, and a result that cannot be sent."""
    with pytest.raises(RuntimeError, match=r"ScenarioError: the scenario has 1 error"):
        list(pool.map(load, ["/nowhere"]))
    with pytest.raises(RuntimeError, match="pickle"):
        list(pool.map(lock_of, [1]))
    assert dict(pool.map(operator.neg, [1])) == {0: -1}


def test_closing_ends_what_is_in_hands_and_no_more(pool):
    with closing(pool.map(time.sleep, [0.0, 600.0])) as every:
        assert next(every) == (0, None)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert len(workers(pool)) == 1
    assert dict(pool.map(operator.neg, [1, 2])) == {0: -1, 1: -2}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
def test_who_dies_is_replaced_also_where_it_died_while_it_waited(pool):
    assert len(dict(pool.map(operator.neg, [1, 2]))) == 2
    for pid in workers(pool):
        os.kill(pid, signal.SIGKILL)
    assert dict(pool.map(operator.neg, [3, 4, 5])) == {0: -3, 1: -4, 2: -5}
    [(place, lost)] = pool.map(os._exit, [3])
    assert place == 0
    assert lost == Lost("3 workers died over it, the last with status 3")


def test_all_end_with_the_pool():
    with Pool(2) as short:
        list(short.map(operator.neg, [1, 2]))
        there = [psutil.Process(pid) for pid in workers(short)]
        assert len(there) == 2
    wait_until(lambda: not any(one.is_running() for one in there), seconds=5)


MANY = """
import datetime as dt
from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.executors import Processes
from havenward.run.request import Request
from havenward.scenario.read import load
from havenward.run.siege_case import SiegeCase
from havenward.scenario.folder import locate
from havenward.scenario.read import load

few = Request(last=dt.date(2010, 3, 3), members=24)
ensemble = Ensemble.begin(SiegeCase(load("toy")), locate("toy"), "there", few, 2, resume=True)
for state in ensemble.turn(Processes(1)):
    print(state.done, state.failed)
"""
FEW = """
import operator
from havenward.ensemble.pool import Pool

if {guard}:
    with Pool(1) as pool:
        print(dict(pool.map(operator.neg, [1, 2])))
"""


def ran(folder, *words, given=None):
    """Return what a Python that is given words, or a script to read, ends with, prints, and says at last; it ends soon."""
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, input=given, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout.splitlines(), "".join(done.stderr.splitlines()[-1:])


def test_a_script_that_is_not_guarded_is_told_so_and_how_to_mend_it(tmp_path):
    script = tmp_path / "many.py"
    script.write_text(MANY, encoding="utf-8")
    code, out, why = ran(tmp_path, "many.py")
    assert (code, out) == (1, ["0 0"] * (1 + ATTEMPTS)), "one block is tried, and no other"
    assert "3 workers, one after the other, ended at their start with status 1, before they had any work" in why
    assert f"Each reads {script} anew" in why
    assert "put the script's main part below 'if __name__ == \"__main__\":'" in why
    script.write_text(FEW.format(guard='__name__ == "__main__"'), encoding="utf-8")
    assert ran(tmp_path, "many.py") == (0, ["{0: -1, 1: -2}"], "")


def test_a_script_that_is_piped_is_told_to_be_a_file(tmp_path):
    code, _, why = ran(tmp_path, given=FEW.format(guard="True"))
    assert code == 1
    assert "write the script to a file, and run that" in why


def test_a_preview_by_processes_has_the_figures_of_one_by_this_process(pool):
    wanted = [Wanted("left_home"), Wanted("home_held")]
    request = Request(members=30, last=LAST, changes={"persons_a_plot": 6.0})
    alone = {one.members: one for one in preview(case(), request, wanted)}
    shared = list(preview(case(), request, wanted, pool))
    assert [one.members for one in shared] == [2, 10, 20, 30]
    assert list(alone) == [2, 10, 30]
    assert (shared[1], shared[-1]) == (alone[10], alone[30])
    before = workers(pool)
    for _ in preview(case(), request, wanted, pool):
        break
    assert len(workers(pool) & before) < 2, "what is in hands is ended"
