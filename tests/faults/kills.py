"""Kills whatever does an ensemble, at random moments and without warning, and looks whether anything is lost.

    python -m tests.faults.kills 200        (make soak)

Each round does one ensemble from nothing while its client, its workers, or the scheduler of its cluster are killed with
signal 9 again and again, goes on with it until it is whole, and holds its bits against those of one that nothing disturbed.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.ensemble.helpers import bits, scheduler, whole, worker

MEMBERS, BLOCK, LAST = 120, 2, dt.date(2010, 3, 12)
"""Many blocks of few days, so that kills meet blocks rather than days."""
ASKED = ("toy", "--members", str(MEMBERS), "--block", str(BLOCK), "--until", str(LAST))
ENSEMBLE = (sys.executable, "-m", "havenward.cli.main", "ensemble", *ASKED)
A_ROUND = 10
"""Kills of one ensemble; it may be done before."""
PATIENCE = 120.0
"""Seconds for what takes a few."""


@dataclass
class Record:
    """What became of the rounds.

    Attributes:
        killed: how many of what.
        rounds: ensembles that were done.
        same: of them, those with the bits of the undisturbed one.
        slowest: seconds of the longest round.
    """

    killed: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    same: int = 0
    slowest: float = 0.0

    def __str__(self) -> str:
        kills = ", ".join(f"{number} {what}" for what, number in sorted(self.killed.items()))
        return (
            f"{self.killed.total()} kills ({kills}) in {self.rounds} ensembles of {MEMBERS} members; "
            f"{self.same} of {self.rounds} have the bits of the undisturbed one; the longest took {self.slowest:.0f} s"
        )


def client(out: Path | str, *more: str) -> subprocess.Popen[str]:
    """Start or go on with an ensemble."""
    arguments = [*ENSEMBLE, "--out", str(out), "--resume", *more]
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finished(out: Path | str, *more: str) -> None:
    """Go on with an ensemble to its end.

    Raises:
        RuntimeError: it does not come to its end.
    """
    with client(out, *more) as last:
        _, told = last.communicate(timeout=PATIENCE)
    if last.returncode:
        raise RuntimeError(f"the last client ended with {last.returncode}: {told}")


def gone_on_with(out: Path) -> None:
    """Go on with an ensemble to its end in this process, which need not be started."""
    whole(out, members=MEMBERS, block=BLOCK, last=LAST)


def committed(out: Path) -> int:
    """Return how many blocks say that they are there."""
    return len(list((out / "commits").glob("[!.]*")))


def moments(out: Path, begun: subprocess.Popen[str], chance: random.Random) -> Iterator[None]:
    """Wait for moments to kill until it has ended: seldom one in its start, then one after another from a block on."""
    if chance.random() < 0.1:
        time.sleep(chance.uniform(0, 3))
        yield
    before, end = committed(out), time.monotonic() + PATIENCE
    while begun.poll() is None and committed(out) == before and time.monotonic() < end:
        time.sleep(0.01)
    while begun.poll() is None and time.monotonic() < end:
        time.sleep(chance.uniform(0, 1))
        yield


def workers_of(begun: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the processes that a client has begun to do blocks."""
    with contextlib.suppress(psutil.NoSuchProcess):
        found = psutil.Process(begun.pid).children()
        return [one for one in found if "spawn_main" in " ".join(one.cmdline())]
    return []


def on_this_machine(out: Path, kills: int, chance: random.Random, record: Record) -> None:
    """Do an ensemble with processes; kill workers, and sooner or later the client."""
    done = 0
    while done < kills:
        with client(out, "--workers", "2") as begun:
            for _ in moments(out, begun, chance):
                victims = workers_of(begun)
                if victims and chance.random() < 0.8:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        chance.choice(victims).kill()
                    record.killed["workers"] += 1
                else:
                    begun.kill()
                    begun.wait()
                    record.killed["clients"] += 1
                done += 1
                if done == kills or begun.poll() is not None:
                    begun.kill()
                    break
            else:
                break
    gone_on_with(out)


def on_a_cluster(out: Path, kills: int, chance: random.Random, record: Record) -> None:
    """Do an ensemble on a Dask cluster; kill its workers, its scheduler, and the client."""
    done = 0
    with tempfile.TemporaryDirectory() as kept:
        scratch = Path(kept)
        while done < kills:
            with contextlib.ExitStack() as cluster:
                address, leader = cluster.enter_context(scheduler())
                hands = [cluster.enter_context(worker(address, scratch / str(number))) for number in range(2)]
                begun = cluster.enter_context(client(out, "--scheduler", address))
                cluster.callback(begun.kill)
                for _ in moments(out, begun, chance):
                    what = chance.choice(["workers", "workers", "workers", "schedulers", "clients"])
                    victim = {"workers": hands[-1], "schedulers": leader, "clients": begun}[what]
                    victim.kill()
                    victim.wait()
                    record.killed[f"Dask {what}" if what != "clients" else what] += 1
                    done += 1
                    if what == "workers":
                        hands.append(cluster.enter_context(worker(address, scratch / f"again{done}")))
                    if done == kills or what != "workers":
                        break
                else:
                    break
    gone_on_with(out)


Way = Callable[[Path, int, random.Random, Record], None]
WAYS: dict[str, Way] = {"machine": on_this_machine, "cluster": on_a_cluster}


def undisturbed() -> dict[str, object]:
    """Return the bits of an ensemble of which nothing is killed."""
    with tempfile.TemporaryDirectory() as kept:
        gone_on_with(Path(kept) / "toy")
        return bits(Path(kept) / "toy")


def rounds(
    kills: int,
    seed: int,
    expected: dict[str, object],
    ways: Sequence[Way] = tuple(WAYS.values()),
    tell: Callable[[str], None] = print,
) -> Record:
    """Do rounds, each of the ways in its turn, until so much was killed; stop where bits are not those expected."""
    chance, record = random.Random(seed), Record()
    with tempfile.TemporaryDirectory() as kept:
        while record.killed.total() < kills:
            out, began = Path(kept) / str(record.rounds), time.monotonic()
            ways[record.rounds % len(ways)](out, min(A_ROUND, kills - record.killed.total()), chance, record)
            record.rounds += 1
            record.slowest = max(record.slowest, time.monotonic() - began)
            record.same += bits(out) == expected
            tell(str(record))
            if record.same < record.rounds:
                break
    return record


def main() -> int:
    """Return 0 where nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    record = rounds(asked.kills, asked.seed, undisturbed(), tell=lambda line: print(line, flush=True))
    return 0 if record.same == record.rounds else 1


if __name__ == "__main__":
    sys.exit(main())
