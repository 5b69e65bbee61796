"""Who does the blocks of an ensemble: this process, processes of this machine, or a Dask cluster.

An executor is given numbers of blocks, and yields what became of each as it becomes known. It may do them in any sequence,
and twice: a block that is committed again has the same bits.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, Protocol

from havenward.ensemble.store import Commit
from havenward.ensemble.work import do_block
from havenward.run.request import RunError

ATTEMPTS = 3
"""Times that a block is begun before it counts as failed: a worker that dies takes the block in its hands with it."""
ANSWER_SECONDS = 10
"""Seconds that a Dask scheduler is given to answer."""
END_SECONDS = 0.5
"""Seconds that workers are given to end when they are asked to."""
IDLE_SECONDS = 2.0
"""Seconds that a worker without work is given to end by itself."""


@dataclass(frozen=True)
class Done:
    """What became of a block.

    Attributes:
        block: its number.
        commit: that it is there; None where it failed.
        why: it failed.
    """

    block: int
    commit: Commit | None = None
    why: str = ""


def hush() -> None:
    """Keep libraries from printing where in them a connection broke, from threads in which nobody can catch it.

    What it means for an ensemble is told by who does it.
    """
    for name in ("asyncio", "distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


class Executor(Protocol):
    """Does blocks."""

    def do(self, url: str, blocks: Sequence[int]) -> Generator[Done]:
        """Yield what became of each block. Closing the iterator ends all work at once."""
        ...


class Here:
    """Does blocks in this process, one after the other."""

    def do(self, url: str, blocks: Sequence[int]) -> Generator[Done]:
        """Yield what became of each block."""
        for block in blocks:
            yield _done(url, block)


def _done(url: str, block: int) -> Done:
    """Do a block; what goes wrong is told, not raised, so that others go on."""
    try:
        return Done(block, do_block(url, block))
    except Exception as error:
        return Done(block, why=f"{type(error).__name__}: {error}")


@dataclass
class Worker:
    """A process, the line to it, and the block in its hands."""

    process: BaseProcess
    line: Connection
    block: int | None = None


@dataclass
class Processes:
    """Does blocks in processes of this machine, which outlive neither their block's commit nor this process.

    Attributes:
        number: how many processes.
    """

    number: int
    _workers: list[Worker] = field(init=False, default_factory=list)

    def do(self, url: str, blocks: Sequence[int]) -> Generator[Done]:
        """Yield what became of each block; a worker that dies is replaced, and its block begun anew."""
        waiting = deque(blocks)
        begun: Counter[int] = Counter()
        try:
            while waiting or any(worker.block is not None for worker in self._workers):
                while len(self._workers) < min(self.number, len(waiting) + len(self._workers)):
                    self._workers.append(_start(url))
                for worker in self._workers:
                    if worker.block is None and waiting:
                        worker.block = waiting.popleft()
                        begun[worker.block] += 1
                        _send(worker)
                yield from self._heard(waiting, begun)
            for worker in self._workers:
                # who has nothing in hands ends when the line does
                worker.line.close()
                worker.process.join(IDLE_SECONDS)
        finally:
            _end(self._workers)
            self._workers.clear()

    def _heard(self, waiting: deque[int], begun: Counter[int]) -> Iterator[Done]:
        """Wait until a worker has something to tell or is no more; yield what came of it."""
        busy = [worker for worker in self._workers if worker.block is not None]
        ready = wait([end for worker in busy for end in (worker.line, worker.process.sentinel)])
        for worker in busy:
            if worker.line in ready and (told := _receive(worker)) is not None:
                worker.block = None
                yield told
            elif worker.process.sentinel in ready or worker.line in ready:
                self._workers.remove(worker)
                _end([worker])
                block = worker.block
                assert block is not None
                if begun[block] < ATTEMPTS:
                    waiting.append(block)
                else:
                    yield Done(block, why=f"{ATTEMPTS} workers died over it, the last with status {worker.process.exitcode}")


def _start(url: str) -> Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(url, theirs), daemon=True)
    with _deaf_to_interrupts():
        process.start()
    theirs.close()
    return Worker(process, ours)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Keep Ctrl-C, which reaches every process of a terminal, from one that starts: it would print where it was."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # started with the first process, it would end the deafness
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(workers: Sequence[Worker]) -> None:
    """End workers at once: asked first, so that they give back what the system lent them; who does not hear is killed."""
    for worker in workers:
        worker.process.terminate()
    until = time.monotonic() + END_SECONDS
    for worker in workers:
        worker.process.join(max(until - time.monotonic(), 0))
        worker.process.kill()
        worker.process.join()
        worker.line.close()


def _send(worker: Worker) -> None:
    try:
        worker.line.send(worker.block)
    except OSError:
        # it died just now; its sentinel tells
        return


def _receive(worker: Worker) -> Done | None:
    try:
        told: Done = worker.line.recv()
    except (EOFError, OSError):
        return None
    return told


def _work(url: str, line: Connection) -> None:
    """Do blocks as they are asked for, until the line is closed or whoever asks is no more."""
    hush()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            block = line.recv()
        except (EOFError, OSError):
            return
        line.send(_done(url, block))


def _leave(_signal: int, _frame: FrameType | None) -> None:
    # Python looks through all that kernels were compiled to before it ends, which takes a second
    gc.freeze()
    sys.exit(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@dataclass
class Cluster:
    """Does blocks on a Dask cluster that runs already.

    Attributes:
        address: of its scheduler, such as tcp://node1:8786.
    """

    address: str

    def do(self, url: str, blocks: Sequence[int]) -> Generator[Done]:
        """Yield what became of each block.

        Raises:
            RunError: Dask is not installed, nobody answers at the address, or the scheduler died.
        """
        client, as_completed = _client(self.address)
        try:
            futures = client.map(_done, [url] * len(blocks), list(blocks), pure=False)
            block_of = {future.key: block for future, block in zip(futures, blocks, strict=True)}
            for future, told in as_completed(futures, loop=client.loop, with_results=True, raise_errors=False):
                if isinstance(told, Done):
                    yield told
                elif future.status == "error":
                    yield Done(block_of[future.key], why=f"{type(told[1]).__name__}: {told[1]}")
                else:
                    raise RunError(f"the Dask scheduler at {self.address} is no more; start one, and go on with --resume")
        finally:
            client.close(timeout=1)


def _client(address: str) -> tuple[Any, Any]:
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise RunError("a cluster needs Dask: pip install 'havenward[cluster]'") from None
    # by its import Dask has set how much it prints
    hush()
    # given an address that it cannot read, a client keeps the program from ending
    if not re.fullmatch(r"(tcp|tls|ucx|wss?)://[^/]+:\d+/?", address):
        raise RunError(f"--scheduler {address!r} must be the address of a Dask scheduler, such as tcp://node1:8786")
    try:
        client: Any = Client
        return client(address, timeout=ANSWER_SECONDS, set_as_default=False), as_completed
    except OSError as error:
        raise RunError(f"no Dask scheduler answers at {address} ({error}); start one, or use --workers") from error
