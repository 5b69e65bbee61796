"""`havenward compare`: what a decision changes, with paired members."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from havenward.cli.catalogued import enter
from havenward.cli.ensemble import broken_off, executor_of, follow
from havenward.cli.run import Assumptions, Solver, read, request_of
from havenward.cli.what_if import FOR_SIEGES, show_caution

if TYPE_CHECKING:
    import pandas as pd

    from havenward.run.siege_case import SiegeCase

FILES = ("comparison.csv", "comparison.xlsx", "comparison.json")
"""What lies beside the sides of a comparison."""


def command(
    base: Annotated[str, typer.Argument(help="A scenario's folder, or the name of a bundled one.")],
    edits: Annotated[
        list[str],
        typer.Argument(
            metavar="EDIT...",
            help='What is held against it, each for itself: a what-if such as "set_desks date=2017-03-01 '
            "crossing='Kalak crossing' desks=20\", or a YAML file whose edits are made together. See `havenward edits`.",
        ),
    ],
    members: Annotated[int, typer.Option(min=2, max=1_000_000, help="Pairs of simulated futures.")] = 200,
    quantities: Annotated[
        list[str] | None,
        typer.Option(
            "--quantity",
            metavar="NAME[@SITE]",
            help="Tell how likely this falls or rises: a flow over all days or a stage on the last, such as in_camp@Debaga; "
            "can be given again.",
        ),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=0, max=1024, help="As of `havenward ensemble`.")] = None,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="As of `havenward ensemble`.")] = None,
    solver: Annotated[Solver | None, typer.Option(help="As of `havenward run`.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=4294967295, help="The same seed gives the same figures.")] = 1,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day that is kept.")] = None,
    last: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Last day.")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter on both sides.")
    ] = None,
    assumptions: Annotated[Assumptions, typer.Option(help="As of `havenward run`.")] = Assumptions.drawn,
    out: Annotated[Path | None, typer.Option(help="The comparison's folder.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what lies there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold edits against a scenario: base, edited, and the difference within members, with its interval."""
    from havenward.ensemble.compare import Comparison
    from havenward.ensemble.compare_table import table
    from havenward.ensemble.compared import TOLD, check_edits, check_wanted, record, small_homes
    from havenward.ensemble.ensemble import Ensemble
    from havenward.ensemble.named import Wanted
    from havenward.guard.audit import AuditError, check_log, log_export
    from havenward.run.request import RunError
    from havenward.scenario.folder import locate

    try:
        check_log()
        wanted = [Wanted.read(text) for text in quantities or TOLD]
        request = request_of(solver, members, seed, (first, last), changes, assumptions)
        case = siege(base, [])
        edited = {words: siege(base, [words]) for words in edits}
        check_edits(list(edited.values()))
        check_wanted(case, wanted)
        tier = case.tier(dt.date.today())
        folder = out or Path("runs") / f"{case.name}.{tier}.seed{seed}.comparison"
        check_folder(folder, len(edited), resume=resume)
        sides = {"base": case, **edited}
        places = {words: str(folder / (f"edit-{k}" if k else "base")) for k, words in enumerate(sides)}
        ensembles = {
            words: Ensemble.begin(side, locate(base), places[words], request, resume=resume) for words, side in sides.items()
        }
        found = {words: Comparison.of(ensembles["base"].store, ensembles[words].store, members) for words in edits}
        for comparison in found.values():
            comparison.check(wanted if quantities else [])
        records = []
        for words, ensemble in ensembles.items():
            follow(ensemble, executor_of(workers, scheduler), (0, 1), places[words])
            records.append(ensemble.finish())
        about = {"title": f"{case.title}: what edits change", "members": members}
        about |= {key: records[0][key] for key in ("scenario", "tier", "banner", "seed", "solver", "interval", "run_id")}
        told = record(edited, found, wanted, about)
        log_export("run", run=told["run_id"], scenario=told["scenario"], tier=tier, why="comparison", where=folder)
        _write(folder, table(found, small_homes(case)), told)
        enter(folder)
    except (RunError, AuditError) as error:
        typer.echo(f"havenward: {error}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise broken_off() from None
    if as_json:
        typer.echo(json.dumps({"comparison": str(folder), **told}, ensure_ascii=False))
        return
    _tell(told)
    typer.echo(f"Folder: {folder}")
    # the same words for all corridors are said once
    for side in {side.words.get("caution", ""): side for side in edited.values()}.values():
        show_caution(side.scenario)


def check_folder(folder: Path, edits: int, *, resume: bool) -> None:
    """Refuse a folder that holds anything but this comparison, which is gone on with only when that is asked for.

    Raises:
        RunError: it does, or it is a file.
    """
    from havenward.run.request import RunError

    if folder.is_file():
        raise RunError(f"{folder} is a file; give a folder by --out")
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")} if folder.exists() else set()
    sides = {name for name in names if re.fullmatch(r"edit-\d+", name)}
    if other := sorted(names - sides - {"base", *FILES}):
        raise RunError(f"{folder} holds something else than a comparison ({other[0]}); give another --out, or empty it")
    if names and not resume:
        raise RunError(f"{folder} holds a comparison already; go on with it by --resume, or give another --out")
    if not sides <= {f"edit-{k + 1}" for k in range(edits)}:
        raise RunError(f"{folder} holds a comparison of {len(sides)} edits, not {edits}; name all, or give another --out")


def siege(scenario: str, edits: list[str]) -> SiegeCase:
    """Return a case with edits made, or print what is wrong with it and end with 1.

    Raises:
        RunError: it is a Flee folder.
    """
    from havenward.run.request import RunError
    from havenward.run.siege_case import SiegeCase

    case = read(scenario, None, None, edits)
    if not isinstance(case, SiegeCase):
        raise RunError(f"{scenario} {FOR_SIEGES}")
    return case


def _write(folder: Path, frame: pd.DataFrame, told: dict[str, Any]) -> None:
    from havenward.ensemble.compare_table import workbook_of
    from havenward.ensemble.place import Place
    from havenward.ensemble.tables import csv_of

    place = Place.at(str(folder))
    csv, workbook, record = FILES
    place.write(csv, csv_of(frame))
    about = {key: str(value) for key, value in told.items() if key != "edits"}
    for words, edit in told["edits"].items():
        about[f"edit: {words}"] = "; ".join(map(str, edit["edits"]))
        if edit["caution"]:
            about[f"caution: {words}"] = edit["caution"]
    place.write(workbook, workbook_of(frame, about))
    place.write(record, (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode())


def _tell(told: dict[str, Any]) -> None:
    typer.echo(told["banner"])
    share = f"{told['interval_share']:.0%}"
    typer.echo(f"{told['title']}: {told['members']} pairs, seed {told['seed']}; mean ({share} interval, {told['interval']})")
    for words, edit in told["edits"].items():
        typer.echo(f"With {words}: persons, flows over all days and stages on the last")
        for quantity, figures in edit["quantities"].items():
            base, edited = _span(figures["base"]), _span(figures["edited"])
            typer.echo(f"  {quantity.replace('_', ' ')}: {base}, edited {edited}: {_change(figures)}")
        for way, parts in edit["corridors"].items():
            typer.echo(f"  Of the corridor {way}:")
            for part, figures in parts.items():
                typer.echo(f"    {part}: {_change(figures)}")
            if "danger" in parts:
                typer.echo("    Danger rests on assumptions that are the same for all ways; it says nothing about this one.")
        for note in edit["notes"]:
            typer.echo(f"  {note}")
        if edit["variance_ratio"] is not None:
            ratio = edit["variance_ratio"]
            typer.echo(f"  Pairing makes the variance of a difference {ratio:,.1f} times smaller (median of those above).")


def _span(figure: dict[str, float]) -> str:
    mean, low, high = (tens(figure[key]) for key in ("mean", "q05", "q95"))
    return f"{mean} ({low} to {high})"


def _change(figures: dict[str, Any]) -> str:
    mean, low, high = (tens(figures["change"][key], signed=True) for key in ("mean", "q05", "q95"))
    return f"change {mean} ({low} to {high}); falls in {figures['lower']:.0%}, rises in {figures['higher']:.0%}"


def tens(figure: float, *, signed: bool = False) -> str:
    """Return persons in tens, so that no fewer can be worked out from two of them; below ten they are not told."""
    if abs(figure) < 10:
        return "<10"
    return f"{round(figure, -1):+,.0f}" if signed else f"{round(figure, -1):,.0f}"
