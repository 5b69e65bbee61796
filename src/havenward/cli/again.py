"""`havenward runs again`: a run, an ensemble or a comparison once more, from what lies in its own folder."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from havenward.cli import compare
from havenward.cli.catalogued import enter, place_of
from havenward.cli.ensemble import broken_off, executor_of, follow
from havenward.cli.run import Assumptions, Solver, bar

if TYPE_CHECKING:
    from havenward.ensemble.recorded import Recorded


def command(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Its id in the catalogue, its folder or its address.")],
    out: Annotated[Path | None, typer.Option(help="The new folder. Default: beside the old, with .again.")] = None,
    workers: Annotated[int | None, typer.Option(min=0, max=1024, help="As of `havenward ensemble`.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the ensemble or the comparison that lies in --out.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a run, an ensemble or a comparison once more, and say whether every bit is the same."""
    from havenward.ensemble.again import held_against
    from havenward.ensemble.verify import differs, parts_of
    from havenward.run.request import RunError

    try:
        where = place_of(run)
        kept = parts_of(where)
        folder = out or _free(where)
        if resume and out is None:
            raise RunError("--resume goes on with what lies in --out: name that folder")
        if folder.exists() and not resume:
            raise RunError(f"{folder} is there already; give another --out, or remove it")
        with contextlib.redirect_stdout(sys.stderr):
            _make(where, kept, folder, workers, resume=resume)
        new = parts_of(str(folder))
        with bar("comparing bits") as progress:
            found = [held_against(old, young, progress) for old, young in zip(kept, new, strict=True)]
    except RunError as error:
        typer.echo(f"havenward: {error}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise broken_off() from None
    because = sorted({reason for old in kept for reason in differs(old.record)})
    same = not any(found)
    if as_json:
        first = [[difference._asdict() for difference in side] for side in found]
        told = {"run": str(folder), "of": where, "same_bits": same, "because": because, "differences": first}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(f"Folder: {folder}")
        typer.echo(_verdict(where, found, because))
    if not same:
        raise typer.Exit(1)


def _verdict(where: str, found: list[Any], because: list[str]) -> str:
    first = next((side[0] for side in found if side), None)
    if first is None:
        return f"Every bit is that of {where}."
    from havenward.cli.verify import line

    why = f"; made by other means, which promise no bits: {'; '.join(because)}" if because else ""
    return f"Bits differ from those of {where}{why}. First: {line(first)}."


def _make(where: str, kept: list[Recorded], folder: Path, workers: int | None, *, resume: bool) -> None:
    """Make what was kept once more, in another folder, and enter it.

    Raises:
        RunError: it cannot be made.
    """
    from havenward.ensemble.again import ensemble_again, run_again
    from havenward.ensemble.recorded_ensemble import RecordedEnsemble
    from havenward.ensemble.recorded_run import RecordedRun
    from havenward.ensemble.stop import Known
    from havenward.run.request import RunError

    if len(kept) > 1:
        _compare(Path(where), kept, folder, workers, resume=resume)
        return
    (one,) = kept
    if isinstance(one, RecordedRun):
        with bar(f"{folder.name}: {one.record['members']} members") as progress:
            run_again(one, folder, progress)
    elif isinstance(one, RecordedEnsemble):
        ensemble = ensemble_again(one, str(folder))
        known = Known.of(one.record)
        if follow(ensemble, executor_of(workers, None), (0, 1), str(folder), members=known.members).failed:
            raise RunError(f"{folder} is not whole")
        ensemble.finish(known)
    enter(folder)


def _compare(folder: Path, kept: list[Recorded], out: Path, workers: int | None, *, resume: bool) -> None:
    """Make a comparison once more: each side's edits are those that lie in it.

    Raises:
        RunError: its record is damaged.
    """
    from havenward.ensemble.reading import open_comparison
    from havenward.ensemble.recorded_ensemble import RecordedEnsemble

    base = kept[0]
    assert isinstance(base, RecordedEnsemble)
    plan, told = base.store.plan, open_comparison(folder).told.edits
    edited = zip(told.items(), kept[1:], strict=True)
    quantities = {name for edit in told.values() for name in edit.quantities}
    compare.command(
        base=str(folder / "base" / "scenario"),
        edits=[_words(words, edit.edits, Path(side.where)) for (words, edit), side in edited],
        members=plan.members,
        quantities=sorted(quantities) or None,
        workers=workers,
        solver=Solver(plan.solver),
        seed=plan.seed,
        first=base.record["first_day"],
        last=base.record["last_day"],
        changes=[f"{name}={value!r}" for name, value in plan.changes.items()],
        assumptions=Assumptions.drawn if plan.spread else Assumptions.median,
        out=out,
        resume=resume,
    )


def _words(words: str, rows: list[Any], side: Path) -> str:
    """Return an edit as it was given, where that still gives the same edits; else the copy that lies in its side."""
    from havenward.scenario.edits.read import collect
    from havenward.scenario.problems import ScenarioError

    try:
        same = collect([words], "--edit")[0].rows() == rows
    except ScenarioError:
        same = False
    return words if same else str(side / "edits.yaml")


def _free(where: str) -> Path:
    """Return a folder beside another that is not there yet.

    Raises:
        RunError: the other is no folder of this machine.
    """
    from havenward.run.request import RunError

    if "://" in where:
        raise RunError(f"{where} is no folder of this machine; give a folder by --out")
    base = Path(where)
    number, folder = 2, base.with_name(f"{base.name}.again")
    while folder.exists():
        folder = base.with_name(f"{base.name}.again-{number}")
        number += 1
    return folder
