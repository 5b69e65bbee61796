"""`havenward init`: a small scenario to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    folder: Annotated[Path, typer.Argument(help="The folder to write; it must not be there yet.")],
    name: Annotated[str | None, typer.Option(help="Name of the scenario; made from the folder if left out.")] = None,
) -> None:
    """Write a small, commented scenario that runs, to replace figure by figure."""
    from havenward.scenario.create import create, name_from

    try:
        files = create(folder, name_from(folder) if name is None else name)
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault
    except OSError as fault:
        typer.echo(f"havenward init: {fault}", err=True)
        raise typer.Exit(1) from fault
    typer.echo(f"{folder}: {len(files)} files written")
    typer.echo(f"Next: change its figures, then run: havenward validate {folder}")
