"""`havenward run`: run a scenario or a Flee folder into a folder."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from havenward.cli.catalogued import enter
from havenward.cli.what_if import FOR_SIEGES, EditOption, show_caution
from havenward.model.flee.mends import Level

if TYPE_CHECKING:
    from havenward.run.case import Case
    from havenward.run.engine import Progress
    from havenward.run.request import Request


class Solver(StrEnum):
    """How orders are carried out."""

    chain = "chain"
    individuals = "individuals"
    mean = "mean"


class Assumptions(StrEnum):
    """Where members take their assumptions from."""

    drawn = "drawn"
    median = "median"


def command(
    scenario: Annotated[str, typer.Argument(help="A scenario's folder, the name of a bundled one, or a Flee folder.")],
    solver: Annotated[
        Solver | None,
        typer.Option(
            help="chain: draws counts; individuals: moves every unit; mean: expected counts. Default: chain, "
            "with --level exact individuals."
        ),
    ] = None,
    level: Annotated[
        Level | None,
        typer.Option(
            help="For a Flee folder. exact: Flee's rules as Flee carries them out; mended: with its known faults mended. "
            "Default: mended."
        ),
    ] = None,
    members: Annotated[int, typer.Option(min=1, max=100_000, help="Simulated futures.")] = 10,
    seed: Annotated[int, typer.Option(min=0, max=4294967295, help="The same seed gives the same figures.")] = 1,
    first: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            help="First day that is kept; earlier days are run through, unless stocks.csv has the evening before.",
        ),
    ] = None,
    last: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Last day.")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter of a siege; see `havenward parameters`."),
    ] = None,
    edits: EditOption = None,
    assumptions: Annotated[
        Assumptions, typer.Option(help="Of a siege. drawn: each member draws from the ranges; median: all take the medians.")
    ] = Assumptions.drawn,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Threads of the solver for individuals, in a siege.")] = 1,
    public_sources: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="For a Flee folder: marks it as made from public sources alone, and names them, such as 'UNHCR, ACLED'. "
            "Needed for a public run, and enough where the last day and count lie over five years back.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The run's folder; must not exist.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a scenario, or a Flee folder, for many members and keep everything in a folder."""
    from havenward.run.folder import run_to_folder
    from havenward.run.request import RunError
    from havenward.run.siege_case import SiegeCase
    from havenward.scenario.folder import locate

    try:
        case = read(scenario, level, public_sources, edits or [])
        request = request_of(solver, members, seed, (first, last), changes, assumptions, threads)
        folder = out or _free_folder(case, seed)
        with bar(f"{case.name}: {members} members") as progress:
            record = run_to_folder(case, locate(scenario), folder, request, progress)
        enter(folder)
    except RunError as error:
        typer.echo(f"havenward: {error}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(_answer(folder, record), ensure_ascii=False))
    else:
        _tell(folder, record)
        if isinstance(case, SiegeCase):
            show_caution(case.scenario)
    if record["status"] != "complete" or not record["conserved"]:
        raise typer.Exit(1)


def read(scenario: str, level: Level | None, public_sources: str | None, edits: list[str]) -> Case:
    """Return what is to be run, or print what is wrong with it and end with 1.

    Of a Flee folder warnings are counted; of edits they are told.

    Raises:
        RunError: a level or public sources are given for what is no Flee folder, or edits for one.
    """
    from havenward.cli.validate import edited, sound, summary
    from havenward.run.flee_case import FleeCase
    from havenward.run.kinds import case_of
    from havenward.run.request import RunError
    from havenward.scenario.schema import Scenario

    found, warnings = sound(scenario)
    if isinstance(found, Scenario):
        changed, made = edited(scenario, found, edits)
        return case_of(changed, level, public_sources, made)
    if edits:
        raise RunError(f"{scenario} {FOR_SIEGES}")
    if warnings:
        typer.echo(f"{summary(scenario, warnings)}; `havenward validate` lists them", err=True)
    return case_of(FleeCase.of(Path(scenario), found), level, public_sources)


@contextmanager
def bar(title: str) -> Iterator[Progress]:
    """Show progress with the time left on standard error, on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as shown:
        task = shown.add_task(title, total=None)

        def progress(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        yield progress


def request_of(
    solver: Solver | None,
    members: int,
    seed: int,
    days: tuple[str | None, str | None],
    changes: list[str] | None,
    assumptions: Assumptions,
    threads: int = 1,
) -> Request:
    """Return what the options of a run ask for.

    Raises:
        RunError: a date or a change cannot be read.
    """
    from havenward.run.request import Request

    return Request(
        solver=solver.value if solver else None,
        members=members,
        seed=seed,
        first=date_of(days[0], "--from"),
        last=date_of(days[1], "--until"),
        spread=1.0 if assumptions is Assumptions.drawn else 0.0,
        threads=threads,
        changes=changes_of(changes or []),
    )


def date_of(text: str | None, option: str) -> dt.date | None:
    """Return the date that an option gives.

    Raises:
        RunError: it is none.
    """
    from havenward.run.request import RunError

    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise RunError(f"{option} {text!r} is no date; write it as 2016-10-17") from None


def changes_of(texts: list[str]) -> dict[str, float]:
    """Return the parameters of `--set`.

    Raises:
        RunError: a text is no name with a number.
    """
    from havenward.run.request import RunError

    changes = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            changes[name.strip()] = float(value)
        except ValueError:
            raise RunError(f"--set {text!r} must be NAME=NUMBER, such as --set persons_a_plot=6") from None
    return changes


def _free_folder(case: Case, seed: int) -> Path:
    base = Path("runs") / f"{case.name}.{case.tier(dt.date.today())}.seed{seed}"
    number = 2
    folder = base
    while folder.exists():
        folder = base.with_name(f"{base.name}-{number}")
        number += 1
    return folder


def _answer(folder: Path, record: dict[str, Any]) -> dict[str, Any]:
    keys = ("scenario", "solver", "members", "seed", "days", "initial_persons", "conserved", "seconds", "final")
    more = ("tier", "status", "edits", "caution")
    return {"run": str(folder), **{key: record[key] for key in (*keys, *more)}}


def _tell(folder: Path, record: dict[str, Any]) -> None:
    typer.echo(f"{record['banner']}")
    typer.echo(
        f"{record['title']}: {record['days']} days, {record['members_done']} of {record['members']} members, "
        f"solver {record['solver']}, seed {record['seed']}, {record['seconds']} s"
    )
    tell_figures(record)
    typer.echo(f"Folder: {folder}")
    typer.echo(f"Next: havenward report {folder}")
    if record["model"] == "flee":
        typer.echo(f"      havenward score {folder}")


def tell_figures(record: dict[str, Any]) -> None:
    """Print what came of a run: its days, whether it is whole, and the people at its end."""
    typer.echo(f"From {record['first_day']} to {record['last_day']}, begun from {record['starts_from']}.")
    if record["status"] != "complete":
        typer.echo("The run was broken off; what was done until then is kept.")
    if not record["conserved"]:
        typer.echo("The people at the end are not those of the start: a defect of the program. Do not use this run.")
    if record["members_done"] == 1:
        typer.echo(f"People at the start: {record['initial_persons']:,}. At the end (one member has no interval):")
    elif record["interval"].startswith("none"):
        typer.echo(
            f"People at the start: {record['initial_persons']:,}. "
            "At the end (what members span; expected people have no interval):"
        )
    else:
        from havenward.guard.disclosure import held_share

        share = held_share(record["members_done"], 0.9)
        typer.echo(
            f"People at the start: {record['initial_persons']:,}. "
            f"At the end ({100 * share:.0f} % interval over members, {record['interval']}):"
        )
    for stage, figures in record["final"].items():
        if (figures["mean"] if figures["q95"] is None else figures["q95"]) >= 1:
            typer.echo(f"  {stage.replace('_', ' '):<16} {_span(figures)}")


def _span(figures: dict[str, float | None]) -> str:
    low, high, mean = (figures[key] for key in ("q05", "q95", "mean"))
    if low is None or high is None:
        return f"{shown(mean or 0.0):>12}"
    return f"{shown(low):>12} to {shown(high):>12}"


def shown(figure: float) -> str:
    """Return a count of persons; one below ten is not told."""
    return "<10" if figure < 10 else f"{figure:,.0f}"
