"""`havenward verify`: whether what a run holds is what its scenario gives."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from havenward.cli.catalogued import place_of
from havenward.cli.run import bar

if TYPE_CHECKING:
    from havenward.ensemble.recorded import Difference
    from havenward.ensemble.verify import Verdict

FEW = 3
"""Members that are computed anew where none are asked for."""
MOST = 10
"""Members and differences that are told."""


def command(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A folder, an address, or an id in the catalogue.")],
    members: Annotated[
        int | None, typer.Option(min=1, help=f"Compute so many members anew, of each side of a comparison. Default: {FEW}.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Compute every member anew.")] = False,
    seed: Annotated[
        int,
        typer.Option(
            min=0,
            help="Of the choice of members: one is drawn from each of as many even stretches. Take your own.",
        ),
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check that a run, an ensemble or a comparison is whole, and that some of its members come out anew to the bit."""
    from havenward.ensemble.verify import parts_of, told_wrongly, verify
    from havenward.run.request import RunError

    try:
        if every and members is not None:
            raise RunError("--all and --members say different things: leave one out")
        where = place_of(run)
        parts, verdicts = parts_of(where), []
        for kept in parts:
            with bar(f"verifying {kept.where}") as progress:
                verdicts.append(verify(kept, None if every else members or FEW, seed, progress))
        holds = all(verdict.holds for verdict in verdicts)
        faults = told_wrongly(where, parts) if holds else []
    except RunError as error:
        typer.echo(f"havenward: {error}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        told = {"run": where, "holds": holds and not faults, "faults": faults, "parts": [_told(one) for one in verdicts]}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        for verdict in verdicts:
            _show(verdict)
        for fault in faults:
            typer.echo(f"havenward: {fault}", err=True)
    if faults or not holds:
        raise typer.Exit(1)


def _told(verdict: Verdict) -> dict[str, Any]:
    differences = [difference._asdict() for difference in verdict.differences]
    return {**dataclasses.asdict(verdict), "differences": differences, "holds": verdict.holds}


def _show(verdict: Verdict) -> None:
    """Print what was found of one side: what is wrong on standard error."""
    because = "; ".join(verdict.because)
    for fault in verdict.faults:
        typer.echo(f"havenward: {fault}", err=True)
    if verdict.faults:
        return
    some = ", ".join(map(str, verdict.members[:MOST])) + (" ..." if len(verdict.members) > MOST else "")
    if not verdict.members:
        typer.echo(
            f"havenward: {verdict.where} is whole, but bits are promised by one release alone ({because}): "
            f"install release {verdict.version} to compute members anew",
            err=True,
        )
    elif verdict.differences:
        why = f" (made by other means, which promise the same law and no bits: {because})" if because else ""
        where = "; ".join(map(line, verdict.differences[:MOST]))
        typer.echo(f"havenward: {verdict.where} is not what its scenario gives{why}: {where}", err=True)
    else:
        number = len(verdict.members)
        which = f"member {some}" if number == 1 else f"{number} members ({some})"
        typer.echo(f"{verdict.where}: whole; every bit of {which} is the same when computed anew.")


def line(difference: Difference) -> str:
    """Return a difference in words."""
    return f"member {difference.member}, {difference.variable}, {difference.of or 'all'}, {difference.day}"
