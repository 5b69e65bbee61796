"""`havenward ensemble`: many members of a scenario, on all cores or a cluster, into a store that loses nothing."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havenward.cli.catalogued import enter
from havenward.cli.run import Assumptions, Solver, read, request_of, tell_figures
from havenward.cli.until import (
    Precise,
    PrecisionOf,
    Quantities,
    UntilPrecision,
    known_so_far,
    share_of,
    tell_precision,
    until_of,
)
from havenward.cli.what_if import EditOption, show_caution
from havenward.model.flee.mends import Level

if TYPE_CHECKING:
    from havenward.ensemble.ensemble import Ensemble, State
    from havenward.ensemble.executors import Executor
    from havenward.ensemble.stop import Until
    from havenward.run.case import Case


class Kept(StrEnum):
    """What is kept of every member."""

    headline = "headline"
    all = "all"


def command(
    scenario: Annotated[str, typer.Argument(help="A scenario's folder, the name of a bundled one, or a Flee folder.")],
    members: Annotated[int, typer.Option(min=1, max=10_000_000, help="Simulated futures.")] = 1000,
    workers: Annotated[
        int | None, typer.Option(min=0, max=1024, help="Processes of this machine; 0: this one only. Default: one a core.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="In place of workers: a Dask scheduler, such as tcp://node1:8786."),
    ] = None,
    part: Annotated[
        str,
        typer.Option(
            metavar="K/N",
            help="Do every N-th block from the K-th on, and no summary: for N machines that share one --out, "
            "such as a job array. The last call leaves it out.",
        ),
    ] = "",
    solver: Annotated[Solver | None, typer.Option(help="As of `havenward run`.")] = None,
    level: Annotated[Level | None, typer.Option(help="For a Flee folder; as of `havenward run`.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=4294967295, help="The same seed gives the same figures.")] = 1,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day that is kept.")] = None,
    last: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Last day.")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter of a siege; see `havenward parameters`."),
    ] = None,
    edits: EditOption = None,
    assumptions: Annotated[
        Assumptions, typer.Option(help="Of a siege. drawn: each member draws from the ranges; median: all take the medians.")
    ] = Assumptions.drawn,
    public_sources: Annotated[
        str | None, typer.Option(metavar="NAMES", help="For a Flee folder; as of `havenward run`.")
    ] = None,
    until_precision: UntilPrecision = "",
    precision_of: PrecisionOf = Precise.mean,
    quantities: Quantities = None,
    block: Annotated[
        int, typer.Option(min=1, max=4096, help="Members that are turned and kept together; a part of the plan.")
    ] = 32,
    store: Annotated[
        Kept,
        typer.Option(help="headline: the figures of the summary; all: every day of every series too, as a run folder has."),
    ] = Kept.headline,
    out: Annotated[
        str | None, typer.Option(help="Where it lies: a folder, or the address of a store that fsspec knows (s3://...).")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what lies there: only what is missing is done.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run many members of a scenario into a store; broken off at any moment, it is gone on with by --resume."""
    from havenward.ensemble.ensemble import Ensemble
    from havenward.ensemble.stop import Known
    from havenward.guard.audit import AuditError, check_log
    from havenward.run.request import RunError
    from havenward.run.siege_case import SiegeCase
    from havenward.scenario.folder import locate

    try:
        check_log()
        share = _share(part)
        precision = share_of(until_precision, quantities or [], part)
        case = read(scenario, level, public_sources, edits or [])
        request = request_of(solver, members, seed, (first, last), changes, assumptions)
        where = out or _usual(case, seed)
        ensemble = Ensemble.begin(case, locate(scenario), where, request, block, store.value, resume=resume or bool(part))
        until = until_of(case, ensemble, quantities or [], precision, precision_of)
        state = follow(ensemble, executor_of(workers, scheduler), share, where, until)
        if part:
            _tell_part(part, where, state, as_json=as_json)
            return
        record = ensemble.finish(until.known() if until else Known())
        enter(where)
    except (RunError, AuditError) as error:
        typer.echo(f"havenward: {error}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise broken_off() from None
    if as_json:
        keys = ("scenario", "solver", "members", "seed", "days", "initial_persons", "conserved", "seconds", "final")
        more = ("tier", "status", "edits", "caution", "done", "failed", "resumed", "members_done", "stopped", "precision")
        typer.echo(json.dumps({"run": where, **{key: record[key] for key in (*keys, *more)}}, ensure_ascii=False))
    else:
        typer.echo(f"{record['banner']}")
        typer.echo(
            f"{record['title']}: {record['days']} days, {record['members_done']:,} of {record['members']:,} members, "
            f"solver {record['solver']}, seed {record['seed']}; {state.resumed:,} were there before, {state.failed:,} failed"
        )
        tell_precision(record, until)
        tell_figures(record)
        typer.echo(f"Folder: {where}")
        if isinstance(case, SiegeCase):
            show_caution(case.scenario)
    if record["status"] != "complete" or not record["conserved"]:
        raise typer.Exit(1)


def _tell_part(part: str, where: str, state: State, *, as_json: bool) -> None:
    """Say how far a part is; it ends with 1 where a member of it is not there."""
    told = {"run": where, "part": part, "members": state.members}
    told |= {"done": state.done, "failed": state.failed, "resumed": state.resumed}
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else f"Part {part}: {_line(state)}. Folder: {where}")
    if state.done < state.members:
        raise typer.Exit(1)


def _usual(case: Case, seed: int) -> str:
    import datetime as dt

    return str(Path("runs") / f"{case.name}.{case.tier(dt.date.today())}.seed{seed}.ensemble")


def _share(part: str) -> tuple[int, int]:
    """Return which blocks are done: all, or every n-th from the k-th on, counted from 1.

    Raises:
        RunError: the text is no such share.
    """
    from havenward.run.request import RunError

    if not part:
        return 0, 1
    first, _, number = part.partition("/")
    if not (first.isdecimal() and number.isdecimal() and 1 <= int(first) <= int(number)):
        raise RunError(f"--part {part!r} must be K/N with K from 1 to N, such as 3/100")
    return int(first) - 1, int(number)


def executor_of(workers: int | None, scheduler: str | None) -> Executor:
    """Return who does the work: a cluster, processes of this machine, or this process."""
    from havenward.ensemble.executors import Cluster, Here, Processes

    if scheduler is not None:
        return Cluster(scheduler)
    number = (os.cpu_count() or 1) if workers is None else workers
    return Processes(number) if number else Here()


def follow(
    ensemble: Ensemble,
    executor: Executor,
    share: tuple[int, int],
    where: str,
    until: Until | None = None,
    members: int | None = None,
) -> State:
    """Do what is missing, or until enough is known, telling how far it is; Ctrl-C ends it at once and says how to go on."""
    from rich.console import Console

    from havenward.ensemble.pool import hush

    hush()
    console = Console(stderr=True)
    state, enough, told = None, False, time.monotonic()
    try:
        with console.status("Looking at what is there") as shown, closing(ensemble.turn(executor, share, members)) as states:
            for state in states:
                enough = until is not None and until.look(ensemble.gapless)
                line = _line(state) + known_so_far(until)
                shown.update(line)
                if not console.is_terminal and time.monotonic() - told > 30:
                    print(line, file=sys.stderr, flush=True)
                    told = time.monotonic()
                if enough:
                    break
    except KeyboardInterrupt:
        kept = f": {state.done:,} of {state.members:,} members are kept in {where}" if state else ""
        raise broken_off(kept) from None
    assert state is not None
    if state.failed:
        rest = 0 if enough else state.members - state.done - state.failed
        stopped = f" The other {rest:,} were not tried." if rest else ""
        typer.echo(f"{state.failed:,} members failed, the last because: {state.why}.{stopped}", err=True)
        typer.echo("Try again with the same command and --resume.", err=True)
        if rest:
            # a summary would fail for the same reason, and be told of a second time
            raise typer.Exit(1)
    return state


def broken_off(kept: str = "") -> typer.Exit:
    """Say how to go on after Ctrl-C; return the end."""
    # Python looks through all that kernels were compiled to before it ends, which takes a second
    gc.freeze()
    typer.echo(f"Broken off{kept}. Go on with the same command and --resume.", err=True)
    return typer.Exit(130)


def _line(state: State) -> str:
    left = state.seconds_left
    rest = f", {_clock(left)} left at {state.rate:.2f} a second" if 0 < left < float("inf") else ""
    failed = f", {state.failed:,} failed" if state.failed else ""
    return f"{state.done:,} of {state.members:,} members{rest}{failed}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"
