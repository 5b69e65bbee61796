"""Measures ensembles of `mosul`: `make bench-many`, or `python benchmarks/many.py [--members N] [--drawn N]`.

Seconds are on the clock, as a planner waits for them: from nothing planned to the summary written, kernels compiled. Figures
of a busy machine are not to be compared with those of an idle one; ratios within a run are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import tempfile
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from distributed import LocalCluster

from havenward.ensemble.branches import Base
from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.executors import Cluster, Done, Executor, Here, Processes, Warm
from havenward.ensemble.kept import turned
from havenward.ensemble.named import Wanted
from havenward.ensemble.plan import BLOCK
from havenward.ensemble.pool import Pool
from havenward.ensemble.progress import preview
from havenward.ensemble.reading import open_ensemble
from havenward.ensemble.store import OUTCOME
from havenward.ensemble.work import at_work, do_block
from havenward.guard.disclosure import quantiles
from havenward.model.siege.requirements import SIEGE
from havenward.report.ensemble import facts_of, summed
from havenward.report.fan_sheet import fan_of, fan_sheet
from havenward.report.stored import Memory
from havenward.report.write import write_report
from havenward.run.case import Case
from havenward.run.kinds import case_of
from havenward.run.request import Request
from havenward.run.siege_case import SiegeCase
from havenward.scenario.folder import locate
from havenward.scenario.read import load
from run import machine, say

SCENARIO = "mosul"


def measured(case: Case, folder: Path, members: int, executor: Executor) -> tuple[float, float, Ensemble]:
    """Return seconds until all members are kept, seconds of the summary, and the ensemble."""
    began = time.perf_counter()
    ensemble = Ensemble.begin(case, locate(SCENARIO), str(folder), Request(members=members))
    states = list(ensemble.turn(executor))
    if states[-1].failed:
        raise RuntimeError(states[-1].why)
    kept = time.perf_counter() - began
    began = time.perf_counter()
    ensemble.finish()
    return kept, time.perf_counter() - began, ensemble


def answers(case: Case) -> None:
    """How soon a warm process has a first answer, and how soon a hundred members, alone and with two that wait for work."""
    wanted = [Wanted("arrived"), Wanted("in_camp")]
    with Pool(2) as pool:
        for words, helpers in (("warm process", None), ("two warm processes beside it", pool)):
            for again in (False, True):
                began = time.perf_counter()
                every = preview(case, Request(members=100), wanted, helpers)
                found = [(time.perf_counter() - began, one.members) for one in every]
                if again:
                    for seconds, members in (found[0], found[-1]):
                        say("answers", f"`{SCENARIO}`, {words}, {members} members", f"{seconds:.1f} s")


def what_ifs(case: SiegeCase) -> None:
    """How soon a warm process answers a what-if, by when it holds, from members of the base that are kept at dawns."""
    base = Base.begin(case, Request(members=34))
    list(base.preview([Wanted("arrived")]))
    for date in ("2017-05-01", "2017-03-01", "2016-11-01"):
        began = time.perf_counter()
        branch = base.branch(f"set_exit date={date} area=* level=0.5")
        found = [(time.perf_counter() - began, one.members) for one in branch.preview([Wanted("arrived")])]
        for seconds, members in (found[0], found[-1]):
            say("what-ifs", f"`{SCENARIO}`, an edit of {date}, {members} members", f"{seconds:.1f} s")


def stores(case: Case, folder: Path, members: int) -> None:
    """Members a second by how many processes, what keeping costs, and what is kept."""
    found = {}
    for number, executor in ((0, Here()), (1, Processes(1)), (2, Processes(2))):
        kept, summary, ensemble = measured(case, folder / str(number), members, executor)
        found[number] = kept
        words = f"{number} process{'' if number == 1 else 'es'} beside this one" if number else "this process alone"
        say("stores", f"`{SCENARIO}`, {members} members, {words}", f"{kept:.1f} s, {members / kept:.2f} members a second")
    say("stores", "two processes over one", f"{found[1] / found[2]:.2f} times as fast")
    say("stores", f"summary of {members} members", f"{summary:.1f} s")
    store, rules = at_work(ensemble.store.place.url)
    began = time.process_time()
    for block in range(store.plan.blocks):
        turned(rules, store.plan.run(block))
    bare = time.process_time() - began
    began = time.process_time()
    list(Ensemble.begin(case, locate(SCENARIO), str(folder / "again"), Request(members=members)).turn(Here()))
    say("stores", "keeping, beyond turning", f"{(time.process_time() - began) / bare - 1:.1%} of the CPU time")
    size = sum(path.stat().st_size for path in (folder / "2" / OUTCOME).rglob("*") if path.is_file())
    say("stores", "kept of a member", f"{size / members / 1000:.0f} kB")
    everything = Ensemble.begin(case, locate(SCENARIO), str(folder / "all"), Request(members=BLOCK), store="all")
    began = time.process_time()
    list(everything.turn(Here()))
    ratio = (time.process_time() - began) / BLOCK / (bare / members)
    say("stores", "keeping everything (`--store all`)", f"{ratio:.2f} times the CPU time of turning alone")
    size = sum(path.stat().st_size for path in (folder / "all" / OUTCOME).rglob("*") if path.is_file())
    say("stores", "kept of a member with `--store all`", f"{size / BLOCK / 1000:,.0f} kB")
    began = time.perf_counter()
    quantiles(store.read("daily_stock", members, slice(0, 1))[..., 0], [0.05, 0.25, 0.5, 0.75, 0.95])
    say("stores", f"figures of a fan chart of one site from {members} members", f"{time.perf_counter() - began:.2f} s")


@dataclass
class Threads:
    """Does blocks in threads of this process: the plainest there is, to measure others by."""

    number: int

    def do(self, url: str, blocks: Sequence[int]) -> Generator[Done]:
        """Yield what became of each block."""
        with ThreadPoolExecutor(self.number) as threads:
            for block, commit in zip(blocks, threads.map(partial(do_block, url), blocks), strict=True):
                yield Done(block, commit)


def executors(folder: Path, members: int) -> None:
    """What a block costs beyond its members, by who does it: blocks of four members of `toy`, workers running already."""
    case = case_of(load("toy", SIEGE))
    with Pool(2) as pool, LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        ways = {"threads": Threads(2), "processes": Warm(pool), "a Dask cluster": Cluster(cluster.scheduler_address)}
        seconds: dict[str, float] = {}
        for again in (False, True):
            for words, executor in ways.items():
                where = folder / f"{words} {again}"
                ensemble = Ensemble.begin(case, locate("toy"), str(where), Request(members=members), 4)
                began = time.perf_counter()
                states = list(ensemble.turn(executor))
                seconds[words] = time.perf_counter() - began
                if states[-1].failed:
                    raise RuntimeError(states[-1].why)
    blocks = members // 4
    for words, took in seconds.items():
        say("executors", f"{blocks} small blocks, two of {words}", f"{took:.1f} s, {took / blocks * 1000:.0f} ms a block")
    say("executors", "Dask over threads", f"{seconds['a Dask cluster'] / seconds['threads']:.2f} times the time")
    say("executors", "Dask over processes", f"{seconds['a Dask cluster'] / seconds['processes']:.2f} times the time")


def growth(folder: Path) -> None:
    """How the cost of a summary grows with members (of `toy`, whose members cost little)."""
    case = case_of(load("toy", SIEGE))
    seconds = {}
    for members in (250, 1000):
        ensemble = Ensemble.begin(case, locate("toy"), str(folder / f"toy{members}"), Request(members=members))
        list(ensemble.turn(Processes(2)))
        began = time.perf_counter()
        ensemble.finish()
        seconds[members] = time.perf_counter() - began
    for (few, a), (many, b) in pairwise(seconds.items()):
        say("growth", f"summary of {many} members of `toy` over that of {few}", f"{b / a:.2f} times for {many / few:.0f}")


def drawn(folder: Path, members: int) -> None:
    """How soon a fan chart of one site is drawn, its store opened already, and a whole report (of `toy`)."""
    where = folder / f"drawn{members}"
    case = case_of(load("toy", SIEGE))
    ensemble = Ensemble.begin(case, locate("toy"), str(where), Request(members=members))
    list(ensemble.turn(Processes(2)))
    ensemble.finish()
    kept = open_ensemble(str(where))
    began = time.perf_counter()
    sums, _ = summed(kept, "public", dt.date.today(), "", Memory())
    sheet, places = fan_sheet("Long Meadow", "", 1, sums.draws, facts_of(kept, sums), counted=False)
    fan_of(sheet, places[0], sums.dates, sums.stocks.of("camp", "Long Meadow"), "Long Meadow", "persons (stock)")
    sheet.save(folder / "fan.png")
    say("drawn", f"a fan chart of one site of `toy`, {members} members, from store to picture", seconds_since(began))
    began = time.perf_counter()
    write_report(where)
    say("drawn", f"the whole report of `toy`, {members} members", seconds_since(began))


def seconds_since(began: float) -> str:
    """Seconds on the clock, in words."""
    return f"{time.perf_counter() - began:.2f} s"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--members", type=int, default=128, help="members of the stores that are timed")
    arguments.add_argument("--drawn", type=int, default=256, help="members of the store that charts are drawn from")
    given = arguments.parse_args()
    machine()
    print("| section | what | figure |\n| --- | --- | --- |")
    case = case_of(load(SCENARIO, SIEGE))
    folder = Path(tempfile.mkdtemp())
    try:
        answers(case)
        what_ifs(case)
        stores(case, folder, given.members)
        executors(folder, 256)
        growth(folder)
        drawn(folder, given.drawn)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
