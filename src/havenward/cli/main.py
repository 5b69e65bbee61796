"""The command line `havenward`: registers the verbs. Nothing heavy is imported until a verb runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from havenward import __version__
from havenward.cli import (
    compare,
    doctor,
    edits,
    ensemble,
    evidence,
    export,
    init,
    parameters,
    report,
    run,
    runs,
    scenarios,
    score,
    sensitivity,
    validate,
    verify,
)

app = typer.Typer(
    name="havenward",
    help="Forecasts how civilians escape besieged cities and where they must be received. "
    "For planning reception and protection only: see RESPONSIBLE_USE.md.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"havenward {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Options before a verb."""


app.command("run")(run.command)
app.command("ensemble")(ensemble.command)
app.command("compare")(compare.command)
app.add_typer(runs.app, name="runs")
app.command("verify")(verify.command)
app.command("sensitivity")(sensitivity.command)
app.command("report")(report.command)
app.command("validate")(validate.command)
app.command("init")(init.command)
app.command("scenarios")(scenarios.command)
app.command("parameters")(parameters.command)
app.command("edits")(edits.command)
app.command("evidence")(evidence.command)
app.command("score")(score.command)
app.command("export")(export.command)
app.command("doctor")(doctor.command)


def main() -> None:
    """Entry point. Letters that a console cannot show are escaped, never a reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app()


if __name__ == "__main__":
    main()
