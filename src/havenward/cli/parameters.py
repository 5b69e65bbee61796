"""`havenward parameters`: every assumption of the model with its range, label and source."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from havenward.model.siege.parameters import Parameter
    from havenward.scenario.schema import Assumption


def command(
    scenario: Annotated[str | None, typer.Argument(help="A scenario whose assumptions replace the defaults.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the parameters: median, 90 % range, unit, label, source and meaning."""
    from havenward.model.siege.parameters import with_assumptions

    rows = with_assumptions(() if scenario is None else assumptions_of(scenario)).values()
    if as_json:
        typer.echo(json.dumps({"parameters": [dataclasses.asdict(row) for row in rows]}, ensure_ascii=False, indent=2))
        return
    for row in rows:
        typer.echo(line(row))
        if row.source:
            typer.echo(f"{'':<22} {row.source}")


def line(row: Parameter) -> str:
    """Return a parameter in a line: median, range, unit, label and meaning."""
    return f"{row.name:<22} {row.median:>8g}  ({row.low:g} to {row.high:g}) {row.unit}; {row.label}: {row.meaning}"


def assumptions_of(scenario: str) -> tuple[Assumption, ...]:
    """Return what a scenario replaces in the parameters, or print what is wrong with it and end with 1."""
    from havenward.cli.validate import sound
    from havenward.scenario.schema import Scenario

    found, _ = sound(scenario)
    if not isinstance(found, Scenario):
        typer.echo(f"havenward: {scenario} is a Flee folder, whose simsetting.yml holds the values of its rules", err=True)
        raise typer.Exit(1)
    return found.assumptions
