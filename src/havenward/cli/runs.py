"""`havenward runs`: the catalogue of runs, and what can be done with an entry."""

from __future__ import annotations

import dataclasses
import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from havenward.cli import again
from havenward.cli.catalogued import entered
from havenward.cli.run import Solver, date_of

if TYPE_CHECKING:
    from havenward.ensemble.entry import Entry

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
RunArgument = Annotated[str, typer.Argument(metavar="ID", help="The first letters of its id, as many as make it plain.")]

app = typer.Typer(
    help="List runs, ensembles, comparisons and studies, the newest first; show, make again, add or forget one."
)
app.command("again")(again.command)


class Kind(StrEnum):
    """What is listed."""

    run = "run"
    ensemble = "ensemble"
    comparison = "comparison"
    study = "study"


class Tier(StrEnum):
    """How freely a run may be shown."""

    public = "public"
    partner = "partner"
    restricted = "restricted"


class Status(StrEnum):
    """Whether a run came to its end."""

    complete = "complete"
    broken_off = "broken-off"


@app.callback(invoke_without_command=True)
def command(
    context: typer.Context,
    scenario: Annotated[str | None, typer.Option(metavar="NAME", help="Of this scenario, edited or not.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Of this kind.")] = None,
    tier: Annotated[Tier | None, typer.Option(help="Of this sensitivity tier.")] = None,
    status: Annotated[Status | None, typer.Option(help="That came to their end, or did not.")] = None,
    solver: Annotated[Solver | None, typer.Option(help="By this solver.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Made on this day (UTC) or later.")] = None,
    edited: Annotated[bool | None, typer.Option("--edited/--not-edited", help="With edits, or without.")] = None,
    text: Annotated[str | None, typer.Option(help="With this in id, scenario, title, kinds of edits or place.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List runs, ensembles, comparisons and studies, the newest first; show, make again, add or forget one."""
    from havenward.ensemble.catalogue import Catalogue, Filters
    from havenward.run.request import RunError

    if context.invoked_subcommand is not None:
        return
    try:
        wanted = Filters(
            scenario=scenario,
            kind=kind and kind.value,
            tier=tier and tier.value,
            status=status and status.value.replace("-", " "),
            solver=solver and solver.value,
            since=date_of(since, "--since"),
            edited=edited,
            text=text,
        )
        catalogue = Catalogue.usual()
        entries, number = catalogue.find(wanted, limit)
    except RunError as error:
        raise _refused(error) from None
    if as_json:
        told = {"catalogue": catalogue.name, "number": number, "runs": [_told(entry) for entry in entries]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if not entries:
        which = "No such run is" if wanted != Filters() else "Nothing is"
        typer.echo(f"{which} in the catalogue {catalogue.name}; enter what was made elsewhere by: havenward runs add FOLDER")
        return
    _show_table(entries)
    if number > len(entries):
        typer.echo(f"{number - len(entries):,} more: use --limit {number}, or ask for fewer by --scenario, --since, --text")


@app.command("show")
def show(run: RunArgument, as_json: JsonOption = False) -> None:
    """Show all that the catalogue knows of a run, and whether its folder is still as it was."""
    from havenward.guard.disclosure import held_share

    entry = _one(run)
    if as_json:
        typer.echo(json.dumps(_told(entry), ensure_ascii=False, indent=2))
        return
    typer.echo(f"{entry.tier.upper()}\n{entry.title}")
    done = "" if entry.members_done == entry.members else f"{entry.members_done:,} of "
    lines = {
        "id": f"{entry.id}, of the run {entry.run_id}",
        "kind": f"{entry.kind}, {entry.status}",
        "folder": f"{entry.place} ({STATES[entry.state]})",
        "made": f"{entry.made} by release {entry.version}",
        "scenario": f"{entry.scenario} ({entry.model}), {entry.first_day} to {entry.last_day}, {entry.days} days",
        "members": f"{done}{entry.members:,}, solver {entry.solver}, seed {entry.seed}",
        "edits": entry.edits or "none",
        "outcome": entry.outcome,
    }
    for name, line in lines.items():
        typer.echo(f"  {name:<9} {line}")
    if entry.figures:
        share = held_share(entry.members_done, 0.9)
        typer.echo(f"On the last day ({100 * share:.0f} % interval, {entry.interval}):")
        for stage, figure in entry.figures.items():
            typer.echo(f"  {stage.replace('_', ' '):<13} {figure}")
    if entry.caution:
        typer.echo(entry.caution)


@app.command("add")
def add(
    folders: Annotated[list[str], typer.Argument(metavar="FOLDER...", help="Folders or addresses of what was made.")],
    as_json: JsonOption = False,
) -> None:
    """Enter runs, ensembles, comparisons and studies that lie in folders, such as those of another machine."""
    from havenward.run.request import RunError

    found, wrong = [], False
    for folder in folders:
        try:
            found.append(entered(folder))
        except RunError as error:
            wrong = True
            typer.echo(f"havenward: {error}", err=True)
    if as_json:
        typer.echo(json.dumps({"runs": [_told(entry) for entry in found]}, ensure_ascii=False, indent=2))
    else:
        for entry in found:
            typer.echo(f"{entry.id[:8]}: {entry.kind} of {entry.scenario}, {entry.place}")
    if wrong:
        raise typer.Exit(1)


@app.command("forget")
def forget(run: RunArgument) -> None:
    """Take an entry out of the catalogue; its folder is left as it is."""
    from havenward.ensemble.catalogue import Catalogue
    from havenward.run.request import RunError

    try:
        catalogue = Catalogue.usual()
        entry = catalogue.one(run)
        catalogue.forget(entry)
    except RunError as error:
        raise _refused(error) from None
    typer.echo(f"Forgotten: {entry.id}. Its folder is left as it is: {entry.place}")


STATES = {
    "here": "there as it was entered",
    "changed": "another run lies there by now, or its record was changed; `havenward runs add` enters what is there",
    "gone": "gone",
    "elsewhere": "not looked for",
}


def _one(run: str) -> Entry:
    from havenward.ensemble.catalogue import Catalogue
    from havenward.run.request import RunError

    try:
        return Catalogue.usual().one(run)
    except RunError as error:
        raise _refused(error) from None


def _refused(error: Exception) -> typer.Exit:
    typer.echo(f"havenward: {error}", err=True)
    return typer.Exit(1)


def _told(entry: Entry) -> dict[str, Any]:
    return {**dataclasses.asdict(entry), "state": entry.state}


def _show_table(entries: list[Entry]) -> None:
    """Print entries as a table; whoever reads it from a pipe gets whole lines."""
    from rich.console import Console
    from rich.table import Table

    # what stands in brackets in a path is no mark-up
    console = Console(markup=False, emoji=False, highlight=False, width=None if sys.stdout.isatty() else 1000)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("id", "made (UTC)", "kind", "scenario", "tier", "members", "edits", "folder"):
        whole = head not in ("edits", "folder")
        table.add_column(head, justify="right" if head == "members" else "left", overflow="fold", no_wrap=whole)
    for entry in entries:
        done = "" if entry.members_done == entry.members else f"{entry.members_done:,} of "
        state = {"here": "", "elsewhere": ""}.get(entry.state, f"{entry.state}: ")
        cells = (entry.id[:8], entry.made[:16].replace("T", " "), entry.kind, entry.scenario, entry.tier)
        table.add_row(*cells, f"{done}{entry.members:,}", entry.edits, f"{state}{entry.place}")
    console.print(table)
