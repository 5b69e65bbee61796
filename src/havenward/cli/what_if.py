"""The option `--edit`: what-ifs that are made to a scenario before it is run or checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from havenward.scenario.edits.read import Edits
    from havenward.scenario.problems import Problem
    from havenward.scenario.schema import Scenario

EditOption = Annotated[
    list[str] | None,
    typer.Option(
        "--edit",
        metavar="EDIT",
        help="A what-if, such as \"set_desks date=2017-03-01 crossing='Kalak crossing' desks=20\", or a YAML file of some; "
        "can be given again. See `havenward edits`.",
    ),
]

FOR_SIEGES = (
    "is a Flee folder, and edits are for sieges: copy the folder, change routes.csv, locations.csv or closures.csv, and run "
    "the copy"
)


def what_if(scenario: Scenario, given: list[str]) -> tuple[Scenario | None, Edits, list[Problem]]:
    """Return a scenario with edits made to it, None where they have errors, the edits, and their problems."""
    from havenward.model.siege.requirements import SIEGE
    from havenward.scenario.edits.read import Edits, collect, edited
    from havenward.scenario.problems import ScenarioError

    try:
        edits, odd = collect(given, "--edit")
        changed, warnings = edited(scenario, edits, SIEGE)
    except ScenarioError as error:
        return None, Edits(), error.problems
    return changed, edits, [*odd, *warnings]


def show_caution(scenario: Scenario) -> None:
    """Print what must be said of a scenario in which an edit opens a corridor, with the assumed ranges of danger."""
    from havenward.cli.parameters import line
    from havenward.guard.warnings import caution
    from havenward.model.siege.parameters import DANGER, with_assumptions

    if said := caution(scenario.header):
        typer.echo(said)
        typer.echo("Assumed of people on the way, for all ways alike (median, 90 % range):")
        for name, row in with_assumptions(scenario.assumptions).items():
            if name in DANGER:
                typer.echo(f"  {line(row)}")
