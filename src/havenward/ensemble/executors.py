"""Who does the blocks of an ensemble: this process, processes of this machine, or a Dask cluster.

An executor is given numbers of blocks, and yields what became of each as it becomes known. It may do them in any sequence,
and twice: a block that is committed again has the same bits.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from havenward.ensemble.pool import Lost, Pool, hush
from havenward.ensemble.store import Commit
from havenward.ensemble.work import do_block
from havenward.run.request import RunError

ANSWER_SECONDS = 10
"""Seconds that a Dask scheduler is given to answer."""


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
class Warm:
    """Does blocks in processes that wait for work, and go on waiting.

    Attributes:
        pool: the processes.
    """

    pool: Pool

    def do(self, url: str, blocks: Sequence[int]) -> Generator[Done]:
        """Yield what became of each block."""
        with closing(self.pool.map(partial(_done, url), blocks)) as every:
            for place, told in every:
                yield Done(blocks[place], why=told.why) if isinstance(told, Lost) else told


@dataclass
class Processes:
    """Does blocks in processes of this machine, which outlive neither their block's commit nor this process.

    Attributes:
        number: how many processes.
    """

    number: int

    def do(self, url: str, blocks: Sequence[int]) -> Generator[Done]:
        """Yield what became of each block; a worker that dies is replaced, and its block begun anew."""
        with Pool(self.number) as pool, closing(Warm(pool).do(url, blocks)) as every:
            yield from every


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
