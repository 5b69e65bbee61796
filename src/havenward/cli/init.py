"""`havenward init`: a small scenario to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from havenward.cli.validate import edited, sound
from havenward.cli.what_if import EditOption


def command(
    folder: Annotated[Path, typer.Argument(help="The folder to write; it must not be there yet.")],
    name: Annotated[str | None, typer.Option(help="Name of the scenario; made from the folder if left out.")] = None,
    base: Annotated[
        str | None, typer.Option("--from", metavar="SCENARIO", help="A scenario to write instead, with edits made to it.")
    ] = None,
    edits: EditOption = None,
) -> None:
    """Write a small, commented scenario that runs, to replace figure by figure; or one that is there, edited."""
    from havenward.scenario.create import create, name_from

    if edits and base is None:
        raise typer.BadParameter("--edit needs --from, the scenario that is edited")
    scenario = None if base is None else edited(base, sound(base)[0], edits or [])[0]
    try:
        files = create(folder, name_from(folder) if name is None else name, scenario)
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault
    except OSError as fault:
        typer.echo(f"havenward init: {fault}", err=True)
        raise typer.Exit(1) from fault
    typer.echo(f"{folder}: {len(files)} files written")
    typer.echo(f"Next: change its figures, then run: havenward validate {folder}")
