"""`havenward evidence`: the model against what was counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[Path, typer.Argument(help="A run's folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare a run with every figure of its scenario's evidence, series by series."""
    from havenward.run.compare import against_evidence, rates
    from havenward.run.folder import SCENARIO, open_outcome
    from havenward.scenario.read import load

    outcome, scenario = open_outcome(run), load(run / SCENARIO)
    rows, phases = against_evidence(outcome, scenario), rates(outcome, scenario)
    if as_json:
        typer.echo(json.dumps({"evidence": [row._asdict() for row in rows], "rates": [r._asdict() for r in phases]}, default=str))
        return
    typer.echo("| series | date | evidence | model (80 % interval) | model / evidence |")
    typer.echo("|---|---|---|---|---|")
    for row in rows:
        typer.echo(f"| {row.series} | {row.date} | {row.value:,.0f} | {row.q10:,.0f} to {row.q90:,.0f} | {row.ratio:.2f} |")
