"""`havenward export`: a run, or a Flee folder, for another program."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from havenward.report.flee_export import Export


class Target(StrEnum):
    """For whom it is written."""

    flee = "flee"


def command(
    source: Annotated[str, typer.Argument(help="The folder that `havenward run` wrote of a Flee folder, or a Flee folder.")],
    to: Annotated[Target, typer.Option(help="flee: a run as Flee's out.csv, a Flee folder in Flee's standard layout.")],
    out: Annotated[
        Path,
        typer.Option(
            help="What to write; must not exist. Of a run: a file that ends in .csv, for the mean over members or one "
            "member, or a folder, for every member."
        ),
    ],
    member: Annotated[int | None, typer.Option(min=0, help="Number of the one member of a file. Default: the mean.")] = None,
    reason: Annotated[str, typer.Option(help="Why figures leave the screen; needed unless a run is public.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write a run as Flee's out.csv, or a Flee folder anew, checked and in the standard layout."""
    from havenward.guard.audit import AuditError
    from havenward.report.beside import ExportError
    from havenward.report.detail import WithheldError
    from havenward.run.reading import RECORD, RunFolderError

    is_run = (Path(source) / RECORD).exists()
    try:
        if is_run:
            from havenward.report.flee_export import export_run

            done = export_run(Path(source), out, member=member, reason=reason)
        else:
            done = _folder(source, out, member, reason)
    except (RunFolderError, ExportError, WithheldError, AuditError) as error:
        typer.echo(f"havenward: {error}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        answer = {"out": str(done.path), "tables": done.tables, "tier": done.tier, "holds": done.holds}
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    _tell(done, str(to))


def _folder(source: str, out: Path, member: int | None, reason: str) -> Export:
    """Write a Flee folder anew, or print what is wrong with it and end with 1. Warnings are counted."""
    from havenward.cli.validate import sound, summary
    from havenward.report.beside import ExportError
    from havenward.report.flee_export import UNFIT, export_folder
    from havenward.scenario.schema import Scenario

    found, warnings = sound(source)
    if isinstance(found, Scenario):
        raise ExportError(f"{found.header.name} {UNFIT}.")
    if member is not None:
        raise ExportError(f"{source} is no run, so it has no members: leave out --member")
    if warnings:
        typer.echo(f"{summary(source, warnings)}; `havenward validate` lists them", err=True)
    return export_folder(Path(source), found, out, reason=reason)


def _tell(done: Export, to: str) -> None:
    from havenward.guard.tiers import BANNERS

    typer.echo(BANNERS[done.tier])
    typer.echo(f"Written for {to}: {done.path} ({done.holds})")
