"""Processes of this machine that wait for work: whoever dies is replaced, and nobody outlives whoever asks."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

from havenward.run.request import RunError

Item = TypeVar("Item")
Result = TypeVar("Result")

ATTEMPTS = 3
"""Times that something is begun before it counts as lost: a worker that dies takes with it what it has in hands."""
END_SECONDS = 0.5
"""Seconds that workers are given to end when they are asked to."""
IDLE_SECONDS = 2.0
"""Seconds that a worker without work is given to end by itself."""


THERE = ()
"""What a worker tells first."""


@dataclass(frozen=True)
class Lost:
    """What became of an item over which one worker after the other died.

    Attributes:
        why: how.
    """

    why: str


@dataclass(frozen=True)
class Raised:
    """What a worker met in place of a result."""

    error: Exception


@dataclass
class Worker:
    """A process, the line to it, the place of the item in its hands, and whether it has said that it is there."""

    process: BaseProcess
    line: Connection
    place: int | None = None
    there: bool = False


@dataclass
class Pool:
    """Processes that are started when there is work, and wait for more. A context, at whose end they end.

    Attributes:
        number: how many processes there are at most.
    """

    number: int
    _workers: list[Worker] = field(init=False, default_factory=list)
    _stillborn: int = field(init=False, default=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End all processes: those without work by themselves, at once where something went wrong."""
        if kind is None:
            for worker in self._workers:
                # who has nothing in hands ends when the line does
                worker.line.close()
            until = time.monotonic() + IDLE_SECONDS
            for worker in self._workers:
                worker.process.join(max(until - time.monotonic(), 0))
        _end(self._workers)
        self._workers.clear()

    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> Generator[tuple[int, Result | Lost]]:
        """Yield the place of each item and what came of it, as it becomes known. Closing it ends work in hands at once.

        A worker that dies is replaced, and its item begun anew.

        Args:
            task: done in a process; it, the items and what comes of them can be pickled.
            items: handed out in their sequence.

        Raises:
            RunError: one worker after the other ends at its start.
            Exception: that which the task raised.
        """
        waiting = deque(range(len(items)))
        begun: Counter[int] = Counter()
        try:
            while waiting or self._busy:
                while len(self._workers) < min(self.number, len(waiting) + len(self._busy)):
                    self._workers.append(_start())
                for worker in self._workers:
                    if worker.place is None and waiting:
                        worker.place = waiting.popleft()
                        begun[worker.place] += 1
                        _send(worker, task, items[worker.place])
                yield from self._heard(waiting, begun)
        finally:
            _end(self._busy)
            self._workers = [worker for worker in self._workers if worker.place is None]

    @property
    def _busy(self) -> list[Worker]:
        return [worker for worker in self._workers if worker.place is not None]

    def _heard(self, waiting: deque[int], begun: Counter[int]) -> Iterator[tuple[int, Any]]:
        """Wait until a worker has something to tell or is no more; yield what came of it."""
        ready = wait([end for worker in self._busy for end in (worker.line, worker.process.sentinel)])
        for worker in self._busy:
            place = worker.place
            assert place is not None
            if worker.line in ready and (told := _receive(worker)) is not None:
                if told == THERE:
                    worker.there, self._stillborn = True, 0
                    continue
                worker.place = None
                if isinstance(told[0], Raised):
                    raise told[0].error
                yield place, told[0]
            elif worker.process.sentinel in ready or worker.line in ready:
                self._workers.remove(worker)
                _end([worker])
                self._mourn(worker)
                if begun[place] < ATTEMPTS:
                    waiting.append(place)
                else:
                    yield place, Lost(f"{ATTEMPTS} workers died over it, the last with status {worker.process.exitcode}")

    def _mourn(self, worker: Worker) -> None:
        """Give up where workers cannot even begin; one that was killed may have been so by chance.

        Raises:
            RunError: this is the last of too many, none of which said that it was there.
        """
        if worker.there or not worker.process.exitcode or worker.process.exitcode < 0:
            return
        self._stillborn += 1
        if self._stillborn >= ATTEMPTS:
            ended = f"{self._stillborn} workers, one after the other, ended at their start with status"
            raise RunError(f"{ended} {worker.process.exitcode}, before they had any work. {_why_stillborn()}")


def _why_stillborn() -> str:
    """Return what may be wrong with the script that is run, which every worker runs anew under another name."""
    script = getattr(sys.modules["__main__"], "__file__", None)
    if script is None:
        return "What they printed says why."
    if not Path(script).is_file():
        return f"Each reads {script} anew, which is no file: write the script to a file, and run that."
    return (
        f"Each reads {script} anew, so what starts workers must be guarded there: put the script's main part below "
        "'if __name__ == \"__main__\":'. Where it is, what the workers printed says why."
    )


def _start() -> Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs,), daemon=True)
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


def _send(worker: Worker, task: Callable[[Item], object], item: Item) -> None:
    try:
        worker.line.send((task, item))
    except OSError:
        # it died just now; its sentinel tells
        return


def _receive(worker: Worker) -> tuple[Any, ...] | None:
    """Return what a worker tells, by itself in a tuple, or THERE; None where it is no more."""
    try:
        told: tuple[Any, ...] = worker.line.recv()
    except (EOFError, OSError):
        return None
    return told


def _work(line: Connection) -> None:
    """Do what is asked for, until the line is closed or whoever asks is no more."""
    hush()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    line.send(THERE)
    while True:
        try:
            task, item = line.recv()
        except (EOFError, OSError):
            return
        try:
            told = task(item)
        except Exception as error:
            told = Raised(error)
        line.send_bytes(_sendable(told))


def _sendable(told: object) -> bytes:
    """Return what is told as the other end reads it; in words where it cannot be sent, or would not come back there."""
    try:
        sent = ForkingPickler.dumps((told,))
        if isinstance(told, Raised):
            ForkingPickler.loads(sent)
    except Exception as error:
        meant = told.error if isinstance(told, Raised) else error
        sent = ForkingPickler.dumps((Raised(RuntimeError(f"{type(meant).__name__}: {meant}")),))
    return bytes(sent)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    # Python looks through all that kernels were compiled to before it ends, which takes a second
    gc.freeze()
    sys.exit(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def hush() -> None:
    """Keep libraries from printing where in them a connection broke, from threads in which nobody can catch it.

    What it means for an ensemble is told by who does it.
    """
    for name in ("asyncio", "distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
