"""`havenward score`: a run against registered figures."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from havenward.fit.scorecard import Scorecard
    from havenward.run.reading import Run
    from havenward.scenario.flee.schema import FleeScenario

HOW_TO_READ = (
    "How to read it: all but the last are errors, and 0 is perfect. A relative difference (`ard`, `report_error`) of 1 says "
    "that as many people are too many or missing, camp by camp, as are registered; rescaled it is at most 2, when everyone "
    "is in a wrong camp. A `change` or `mase` of 1 is no better than saying that nothing changes. Stocks change slowly, so "
    "a small relative difference is won easily: `change` and `mase_rolling` are the harder test. Figures that are published "
    "of Flee are means of single runs over interpolated data: hold `ard_rescaled` and `ard` of the members beside them, "
    "not those of their mean."
)


def command(
    run: Annotated[Path, typer.Argument(help="The folder that `havenward run` wrote of a Flee folder.")],
    by_day: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the error of each day to this file; must not exist.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why --by-day leaves the screen; needed unless the run is public.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score a run of a Flee folder against its registered figures: a Markdown table of errors, and no counts."""
    from havenward.fit.scorecard import Scorecard
    from havenward.fit.simulated import registered_during, stocks_at
    from havenward.guard.audit import AuditError
    from havenward.report.beside import ExportError
    from havenward.report.detail import WithheldError
    from havenward.report.score_course import write_course
    from havenward.run.reading import RunFolderError

    try:
        opened = _opened(run)
        registered = registered_during(opened.outcome, opened.scenario)
        simulated = stocks_at(opened.outcome, registered.camps)
        card = Scorecard.of(simulated, registered)
        if by_day is not None:
            write_course(opened, simulated, registered, by_day, reason=reason)
    except (RunFolderError, ExportError, WithheldError, AuditError, ValueError) as error:
        typer.echo(f"havenward: {error}", err=True)
        raise typer.Exit(1) from None
    about = _about(opened)
    if as_json:
        written = {} if by_day is None else {"by_day": str(by_day)}
        typer.echo(json.dumps(about | card.to_dict() | written, ensure_ascii=False))
        return
    typer.echo("\n\n".join([*_heading(about, card), scores_table(card), HOW_TO_READ]))
    if by_day is not None:
        typer.echo(f"\nBy day: {by_day}")


def scores_table(card: Scorecard) -> str:
    """Return all scores as Markdown; `-` stands where there is nothing to score by, or one member has no spread."""
    head = ["score", "of the mean over members", "members: mean", "members: sd", "what it says"]
    lines = [
        [f"`{row.name}`", *(_number(figure) for figure in (row.value, row.members_mean, row.members_sd)), row.meaning]
        for row in card.rows()
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *lines])


def _opened(folder: Path) -> Run[FleeScenario]:
    """Return a run that has registered figures.

    Raises:
        RunFolderError: it cannot be read, or is a run of a siege.
    """
    from havenward.run.reading import Run, RunFolderError, open_run
    from havenward.scenario.schema import Scenario

    opened = open_run(folder)
    if isinstance(opened.scenario, Scenario):
        raise RunFolderError(
            f"{folder} is a run of a siege, which `havenward evidence {folder}` compares with what was counted"
        )
    return Run(opened.outcome, opened.scenario, opened.record)


def _about(run: Run[FleeScenario]) -> dict[str, Any]:
    """Return what a run says of itself, with the days that it has, in words for people and JSON."""
    keys = ("run_id", "scenario", "tier", "banner", "level", "solver", "seed", "status")
    first, last = (str(run.outcome["time"].values[place].astype("datetime64[D]")) for place in (0, -1))
    return {
        **{key: run.record[key] for key in keys},
        "hasten": run.scenario.settings.optimisations.hasten,
        "first_day": first,
        "last_day": last,
        "asked": {"members": run.record["members"], "last_day": run.record["last_day"]},
        "corrections": len(run.scenario.source.corrections),
    }


def _heading(about: dict[str, Any], card: Scorecard) -> list[str]:
    """Return the banner with what was scored, and a sentence where a run is not whole or too short."""
    people = "" if about["hasten"] == 1 else f", each agent for {about['hasten']} persons"
    how = f"level {about['level']}, solver {about['solver']}, {_counted(card.members, 'member')}{people}"
    when = f"from {about['first_day']} to {about['last_day']} ({_counted(card.days, 'day')})"
    against = f"{_counted(card.reports, 'printed figure')} from day 30 on{_corrected(about['corrections'])}"
    parts = [
        f"{about['banner']}. Run {about['run_id']} of {about['scenario']}, simulated by Flee's rules: {how}. "
        f"Scored {when} at {_counted(len(card.camps), 'camp')}, against {against}."
    ]
    if about["status"] != "complete":
        asked = about["asked"]
        parts.append(
            f"The run was broken off: it is scored on the days and members that it has, of {asked['members']} members until "
            f"{asked['last_day']} that were asked for."
        )
    if not card.reports:
        parts.append("No figure was printed from day 30 on within these days: scores that need one are left open.")
    return parts


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _corrected(corrections: int) -> str:
    return ", as registration_corrections.csv scales them" if corrections else ""


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"
