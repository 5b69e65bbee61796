"""`havenward sensitivity`: where the spread of a figure comes from, and which parameters it moves with."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from havenward.cli.catalogued import enter
from havenward.cli.compare import tens
from havenward.cli.ensemble import broken_off, executor_of, follow
from havenward.cli.run import Assumptions, Solver, read, request_of
from havenward.cli.what_if import EditOption, show_caution

if TYPE_CHECKING:
    from havenward.ensemble.ensemble import Ensemble
    from havenward.ensemble.sensitivity import Found

MOST_TOLD = 10
"""Groups that are printed for a quantity, the largest; the table has all."""

FILES = ("sensitivity.csv", "sensitivity.xlsx", "sensitivity.json")
"""What a study comes to, beside its parts and pictures."""


def command(
    scenario: Annotated[str, typer.Argument(help="A scenario's folder, or the name of a bundled one.")],
    quantities: Annotated[
        list[str] | None,
        typer.Option(
            "--quantity",
            metavar="NAME[@SITE]",
            help="What is studied: a flow over all days or a stage on the last, such as in_camp@Debaga; can be given again. "
            "Default: arrived, waiting, in_camp, in_host, returned.",
        ),
    ] = None,
    sources: Annotated[
        int,
        typer.Option(
            min=0,
            max=2**16,
            help="Rows that share the spread out to population, control, parameters and chance; six members each. At "
            "least 8; 0: leave it out.",
        ),
    ] = 64,
    morris: Annotated[
        int,
        typer.Option(
            min=0,
            max=2**16,
            help="Trajectories that screen the parameters; a member for each parameter and one more. At least 4; "
            "0: leave it out.",
        ),
    ] = 8,
    sobol: Annotated[
        int,
        typer.Option(
            min=0,
            max=2**16,
            help="Rows that share the spread out to the parameters that matter, which takes --morris; a member for each "
            "of them and three more. A power of two, at least 8; 0: leave it out.",
        ),
    ] = 64,
    workers: Annotated[int | None, typer.Option(min=0, max=1024, help="As of `havenward ensemble`.")] = None,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="As of `havenward ensemble`.")] = None,
    solver: Annotated[Solver | None, typer.Option(help="As of `havenward run`.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=4294967295, help="The same seed gives the same figures.")] = 1,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day that is kept.")] = None,
    last: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Last day.")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter, which is certain then.")
    ] = None,
    edits: EditOption = None,
    out: Annotated[
        str | None,
        typer.Option(help="Where the study lies: a folder, or the address of a store that fsspec knows (s3://...)."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what lies there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Share out the spread of figures to what is uncertain: population, control, parameters, chance; then to parameters."""
    from havenward.ensemble.named import Wanted
    from havenward.ensemble.sensitivity import Sensitivity, Sizes
    from havenward.ensemble.sensitivity_table import record
    from havenward.guard.audit import AuditError, check_log, log_export
    from havenward.run.request import RunError
    from havenward.run.siege_case import SiegeCase
    from havenward.scenario.folder import locate

    try:
        check_log()
        wanted = [Wanted.read(text) for text in quantities or ()]
        request = request_of(solver, 1, seed, (first, last), changes, Assumptions.drawn)
        case = read(scenario, None, None, edits or [])
        if not isinstance(case, SiegeCase):
            raise RunError(
                f"{scenario} is a Flee folder, whose settings have no ranges: all its spread is chance, so there is "
                "nothing to share out"
            )
        tier = case.tier(dt.date.today())
        folder = (out or str(Path("runs") / f"{case.name}.{tier}.seed{seed}.sensitivity")).rstrip("/")

        check_place(folder)

        def turn(part: Ensemble) -> None:
            follow(part, executor_of(workers, scheduler), (0, 1), part.store.place.url)

        study = Sensitivity(case, locate(scenario), folder, request, turn, resume)
        found = study.carry_out(wanted, Sizes(sources, morris, sobol))
        told = record(case, found)
        log_export("run", run=told["run_id"], scenario=told["scenario"], tier=tier, why="sensitivity", where=folder)
        _write(folder, found, _as_before(folder, told))
        enter(folder)
    except (RunError, AuditError) as error:
        typer.echo(f"havenward: {error}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise broken_off() from None
    if as_json:
        typer.echo(json.dumps({"sensitivity": folder, **told}, ensure_ascii=False))
        return
    _tell(told)
    typer.echo(f"Folder: {folder}")
    show_caution(case.scenario)


def check_place(where: str) -> None:
    """Refuse a place that holds anything but a study.

    Raises:
        RunError: it does, or it is a file.
    """
    from havenward.ensemble.entry import PARTS
    from havenward.ensemble.place import Place
    from havenward.report.shares_sheet import PICTURES
    from havenward.run.request import RunError

    place = Place.at(where)
    if place.is_file:
        raise RunError(f"{where} is a file; give a folder by --out")
    if other := sorted(set(place.names("")) - {*PARTS, *PICTURES, *FILES}):
        raise RunError(f"{where} holds something else than a study ({other[0]}); give another --out, or empty it")


def _as_before(folder: str, told: dict[str, Any]) -> dict[str, Any]:
    """Return what is told, as of when it was told first where nothing else is new."""
    from havenward.ensemble.place import Place

    content = Place.at(folder).read(FILES[-1])
    try:
        before = json.loads(content or b"{}")
    except ValueError:
        return told
    same = isinstance(before, dict) and before | {"made": ""} == json.loads(json.dumps(told | {"made": ""}))
    return told | {"made": before["made"]} if same else told


def _write(folder: str, found: Found, told: dict[str, Any]) -> None:
    from havenward.ensemble.place import Place
    from havenward.ensemble.sensitivity_table import table, workbook_of
    from havenward.ensemble.tables import csv_of
    from havenward.report.shares_sheet import PICTURES, draw_shares

    frame = table(found)
    place = Place.at(folder)
    drawn = {}
    if told["tier"] == "public":
        # of others the report of an ensemble draws them, with the tier in their names and a reason in the log
        with tempfile.TemporaryDirectory() as kept:
            drawn = {picture.name: picture.read_bytes() for picture in draw_shares(found, told["notes"], Path(kept))}
    for name in PICTURES:
        # one of a part that is not told any more would speak of another study
        place.write(name, drawn[name]) if name in drawn else place.remove(name)
    csv, book, record = FILES
    place.write(csv, csv_of(frame))
    place.write(book, workbook_of(frame, told))
    place.write(record, (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode())


def _tell(told: dict[str, Any]) -> None:
    typer.echo(told["banner"])
    typer.echo(f"{told['title']}: {told['members']:,} members, seed {told['seed']}")
    if "sources" in told:
        _tell_part("Shares of the variance", told["sources"])
    if "screening" in told:
        _tell_screening(told["screening"])
    if "parameters" in told:
        _tell_part("Shares of the parameters that matter", told["parameters"])
    for note in told["notes"]:
        typer.echo(note)


def _tell_part(head: str, part: dict[str, Any]) -> None:
    rows = f"{part['rows']:,} rows, {part['members']:,} members"
    typer.echo(f"{head} (95 % interval; {rows}): alone | with all that it does together with others")
    for quantity, figures in part["quantities"].items():
        _tell_shares(quantity, figures, part["interval_share"])


def _tell_shares(quantity: str, figures: dict[str, Any], held: float) -> None:
    spread = f"{tens(figures['mean'])} ({held:.0%} of futures: {tens(figures['q05'])} to {tens(figures['q95'])})"
    typer.echo(f"  {quantity.replace('_', ' ')}: {spread}")
    largest = sorted(figures["groups"].items(), key=lambda item: -item[1]["total"]["value"])
    for group, shares in largest[:MOST_TOLD]:
        typer.echo(f"    {group:<22} {_percent(shares['first'])} | {_percent(shares['total'])}")


def _percent(span: dict[str, float]) -> str:
    value, low, high = (f"{span[key]:z.0%}" for key in ("value", "low", "high"))
    return f"{value:>5} ({low} to {high})"


def _tell_screening(screening: dict[str, Any]) -> None:
    rows = f"{screening['rows']:,} trajectories, {screening['members']:,} members"
    typer.echo(f"Effects of a parameter's 90 % range, in persons (95 % interval; {rows})")
    for quantity, effects in screening["quantities"].items():
        if not effects:
            continue
        typer.echo(f"  {quantity.replace('_', ' ')}:")
        for group, size in list(effects.items())[:MOST_TOLD]:
            typer.echo(f"    {group:<22} {tens(size['value'])} ({tens(size['low'])} to {tens(size['high'])})")
    typer.echo(f"What matters: {screening['rule']}.")
