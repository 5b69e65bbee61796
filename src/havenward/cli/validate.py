"""`havenward validate`: everything that is wrong with a scenario, at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from havenward.cli.what_if import FOR_SIEGES, EditOption, what_if

if TYPE_CHECKING:
    from rich.console import Console

    from havenward.scenario.edits.read import Edits
    from havenward.scenario.flee.schema import FleeScenario
    from havenward.scenario.problems import Problem
    from havenward.scenario.schema import Scenario


def command(
    scenario: Annotated[str, typer.Argument(help="A scenario's folder, the name of a bundled one, or a Flee folder.")],
    edits: EditOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check a scenario, or a Flee folder: print every error and warning, with its place and how to mend it."""
    from havenward.scenario.schema import Scenario

    found, problems = checked(scenario)
    if edits and found is not None:
        if not isinstance(found, Scenario):
            typer.echo(f"havenward: {scenario} {FOR_SIEGES}", err=True)
            raise typer.Exit(1)
        found, _, more = what_if(found, edits)
        problems += more
    if as_json:
        answer = {"ok": found is not None, "problems": [problem.as_dict() for problem in problems]}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        show(problems)
        typer.echo(summary(scenario, problems))
    if found is None:
        raise typer.Exit(1)


def checked(scenario: str) -> tuple[Scenario | FleeScenario | None, list[Problem]]:
    """Return a scenario or a Flee folder, None where it has errors, and its problems."""
    from havenward.scenario.flee.folder import is_flee_folder
    from havenward.scenario.flee.read import check_flee
    from havenward.scenario.folder import bundled

    if scenario not in bundled() and is_flee_folder(Path(scenario)):
        return check_flee(Path(scenario))
    from havenward.model.siege.requirements import SIEGE
    from havenward.scenario.read import check

    return check(scenario, SIEGE)


def sound(scenario: str) -> tuple[Scenario | FleeScenario, list[Problem]]:
    """Return a scenario or a Flee folder and its warnings, or print what is wrong with it and end with 1."""
    found, problems = checked(scenario)
    if found is None:
        refuse(scenario, problems)
    return found, problems


def edited(scenario: str, found: Scenario | FleeScenario, edits: list[str]) -> tuple[Scenario, Edits]:
    """Return a siege with edits made to it, and the edits, or print what is wrong and end with 1. Warnings are told."""
    from havenward.scenario.schema import Scenario

    if not isinstance(found, Scenario):
        typer.echo(f"havenward: {scenario} {FOR_SIEGES}", err=True)
        raise typer.Exit(1)
    changed, made, problems = what_if(found, edits)
    if changed is None:
        refuse(scenario, problems)
    for problem in problems:
        typer.echo(str(problem), err=True)
    return changed, made


def refuse(scenario: str, problems: list[Problem]) -> NoReturn:
    """Print what is wrong and end with 1."""
    show(problems)
    typer.echo(summary(scenario, problems), err=True)
    raise typer.Exit(1)


def summary(scenario: str, problems: list[Problem]) -> str:
    """How many errors and warnings there are, in a line."""
    from havenward.scenario.problems import printable

    errors = sum(problem.severity == "error" for problem in problems)
    counts = f"{errors} error{'' if errors == 1 else 's'}, {len(problems) - errors} warning"
    return f"{printable(scenario)}: {counts}{'' if len(problems) - errors == 1 else 's'}"


def show(problems: list[Problem]) -> None:
    """Prints problems as a table on a terminal, and a line each elsewhere."""
    from rich.console import Console

    console = Console()
    if problems and console.is_terminal:
        _show_table(console, problems)
    else:
        for problem in problems:
            typer.echo(str(problem))


def _show_table(console: Console, problems: list[Problem]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("", "file", "row", "column", "value", "what is wrong, and how to mend it", show_lines=True)
    for problem in problems:
        cells = (
            Text(problem.severity, style="bold red" if problem.severity == "error" else "yellow"),
            Text(problem.file),
            Text("" if problem.row is None else str(problem.row)),
            Text(problem.column),
            Text(problem.value),
            Text(f"{problem.wrong}. {problem.mend}."),
        )
        table.add_row(*cells)
    console.print(table)
