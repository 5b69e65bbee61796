"""`havenward report`: one page and its pictures from a run, an ensemble or a comparison."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[
        str,
        typer.Argument(
            help="The folder that `havenward run`, `ensemble` or `compare` wrote, or the address of an ensemble elsewhere."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the page and its pictures. Default: <run>.report, beside the run.")
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Why a restricted run leaves the screen; needed for restricted runs only.")
    ] = "",
    sensitivity: Annotated[
        str,
        typer.Option(
            metavar="STUDY",
            help="For an ensemble: the folder or address that `havenward sensitivity` wrote, of the same run; the page says "
            "where the spread comes from.",
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Draw the report of a run, an ensemble or a comparison: one HTML page that needs no network, and PNG pictures."""
    with frugal():
        draw(run if "://" in run else Path(run), out, reason, sensitivity, as_json=as_json)


def draw(source: Path | str, out: Path | None, reason: str, study: str, *, as_json: bool) -> None:
    """Write the report and print where it is, or what is wrong."""
    from havenward.guard.audit import AuditError
    from havenward.report.detail import WithheldError
    from havenward.report.write import write_report
    from havenward.run.reading import RunFolderError
    from havenward.run.request import RunError

    try:
        with bar() as progress:
            page = write_report(source, out, progress, reason=reason, study=study)
    except (RunError, RunFolderError, WithheldError, AuditError) as error:
        typer.echo(f"havenward: {error}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"havenward: cannot write the report: {error.strerror or error} ({error.filename})", err=True)
        raise typer.Exit(1) from None
    own = page.name.removesuffix("report.html")
    files = sorted(path.name for path in page.parent.glob(f"{own}*") if path != page)
    if as_json:
        typer.echo(json.dumps({"page": str(page), "pictures": files}, ensure_ascii=False))
    else:
        typer.echo(f"Page: {page}")
        typer.echo(f"Pictures: {', '.join(files)}")


@contextmanager
def frugal() -> Iterator[None]:
    """Spare memory and time while a report is drawn.

    Stretches of a run are read one after the other, so that one thread decompresses them as fast as many, and in a quarter
    less memory. Nothing here leaves cycles of any size, and looking for them takes a twelfth of the time.
    """
    import zarr

    gc.disable()
    try:
        with zarr.config.set({"threading.max_workers": 1}):
            yield
    finally:
        gc.enable()


@contextmanager
def bar() -> Iterator[Callable[[str, float], None]]:
    """Show what is being drawn on standard error, on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as shown:
        task = shown.add_task("", total=1.0)

        def progress(what: str, share: float) -> None:
            shown.update(task, description=what, completed=share)

        yield progress
