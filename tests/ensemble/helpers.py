"""Small ensembles, their bits, and the processes that they are done with: an S3 server and a Dask cluster."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from havenward.api import load
from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.executors import Here
from havenward.ensemble.kept import Keeping
from havenward.run.request import Request
from havenward.run.siege_case import SiegeCase
from havenward.scenario.folder import locate

MEMBERS, BLOCK, LAST = 7, 2, dt.date(2010, 3, 6)
"""Four blocks, the last one short."""
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@functools.cache
def case() -> SiegeCase:
    return SiegeCase(load("toy"))


def begin(url: object, *, block: int = BLOCK, store: Keeping = "headline", resume: bool = False, **asked) -> Ensemble:
    request = Request(**{"members": MEMBERS, "last": LAST} | asked)
    return Ensemble.begin(case(), locate("toy"), str(url), request, block, store, resume=resume)


def whole(url: object, executor=None, **more) -> Ensemble:
    """Begin or go on with an ensemble and do all of it."""
    ensemble = begin(url, **{"resume": True} | more)
    for state in ensemble.turn(executor or Here()):
        assert not state.failed, state.why
    ensemble.finish()
    return ensemble


def bits(folder: Path) -> dict[str, object]:
    """Return what decides the figures of an ensemble, file by file: the outcome, the summary, and what commits vouch for."""
    files = [*(folder / "outcome.zarr").rglob("*"), folder / "summary.csv", folder / "plan.json"]
    kept = {path for path in files if path.is_file() and not path.name.startswith(".")}
    found: dict[str, object] = {str(path.relative_to(folder)): digest(path) for path in kept}
    for path in (folder / "commits").glob("[!.]*"):
        found[path.name] = json.loads(path.read_text())["checksums"]
    return found


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_until(true, seconds: float = 60.0, every: float = 0.02) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(every)


def answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def process(*arguments: str, **more) -> Iterator[subprocess.Popen]:
    """Start a Python module; kill it at the end."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-m", *arguments], **quiet | more) as started:
        try:
            yield started
        finally:
            started.kill()


@contextlib.contextmanager
def s3_server() -> Iterator[tuple[str, subprocess.Popen]]:
    """Start a server that speaks S3; yield its address and its process."""
    port = free_port()
    with process("moto.server", "-H", "127.0.0.1", "-p", str(port), env=os.environ | KEYS) as started:
        wait_until(lambda: answers(port))
        yield f"http://127.0.0.1:{port}", started


@contextlib.contextmanager
def scheduler() -> Iterator[tuple[str, subprocess.Popen]]:
    """Start a Dask scheduler; yield its address and its process."""
    port = free_port()
    with process("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard") as started:
        wait_until(lambda: answers(port))
        yield f"tcp://127.0.0.1:{port}", started


def worker(address: str, scratch: Path) -> contextlib.AbstractContextManager[subprocess.Popen]:
    """Start a Dask worker that is one process."""
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(scratch))
    return process("distributed.cli.dask_worker", address, *options)
