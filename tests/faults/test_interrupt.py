"""Ctrl-C ends an ensemble at once, leaves no process behind, and says how to go on."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time

import psutil
import pytest

from tests.ensemble.helpers import KEYS, s3_server, scheduler, wait_until, worker
from tests.faults.kills import ENSEMBLE, committed

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "killpg"), reason="signals of POSIX")]
AT_ONCE = 2.0
"""Seconds."""


def begin(out, *more, **settings):
    """Start an ensemble as a terminal does: in a group of its own, which hears Ctrl-C as a whole."""
    return subprocess.Popen(
        [*ENSEMBLE, "--out", str(out), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **settings,
    )


def of_session(begun):
    """Return the processes that began with it."""
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getsid(one.pid) == begun.pid and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one.pid)
    return found


def interrupt(begun):
    """Press Ctrl-C; return the seconds until it had ended, and what it said."""
    began = time.monotonic()
    os.killpg(begun.pid, signal.SIGINT)
    _, told = begun.communicate(timeout=60)
    return time.monotonic() - began, told


def ended_well(begun):
    seconds, told = interrupt(begun)
    assert begun.returncode == 130, told
    assert "Traceback" not in told
    assert "Broken off" in told
    assert "Go on with the same command and --resume.\n" in told
    wait_until(lambda: not of_session(begun), seconds=5)
    assert seconds < AT_ONCE, told
    print(f"ended after {seconds:.2f} s", told)
    return told


@pytest.mark.parametrize("workers", ["0", "2"])
def test_it_ends_at_once_and_says_how_to_go_on(tmp_path, workers):
    with begin(tmp_path / "toy", "--workers", workers) as begun:
        wait_until(lambda: committed(tmp_path / "toy") > 2)
        told = ended_well(begun)
    assert f"of 120 members are kept in {tmp_path / 'toy'}" in told


@pytest.mark.parametrize("seconds", [0.0, 0.4, 0.9])
def test_it_ends_at_once_while_its_processes_start(tmp_path, seconds):
    with begin(tmp_path / "toy", "--workers", "2") as begun:
        wait_until((tmp_path / "toy" / "plan.json").exists)
        time.sleep(seconds)
        ended_well(begun)


def test_it_ends_at_once_on_a_cluster(tmp_path):
    with (
        scheduler() as (address, _),
        worker(address, tmp_path / "scratch"),
        begin(tmp_path / "toy", "--scheduler", address) as begun,
    ):
        wait_until(lambda: committed(tmp_path / "toy") > 2)
        ended_well(begun)


def test_it_ends_at_once_while_a_store_gives_no_answer(tmp_path):
    with s3_server() as (address, server):
        environment = os.environ | KEYS | {"AWS_ENDPOINT_URL": address}
        os.kill(server.pid, signal.SIGSTOP)
        with begin("s3://bucket/toy", "--workers", "2", env=environment) as begun:
            time.sleep(6)
            assert begun.poll() is None
            ended_well(begun)
