"""`havenward evidence`: the model against what was counted."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havenward.cli.what_if import show_caution

if TYPE_CHECKING:
    from havenward.run.agreement import Agreement
    from havenward.run.compare import Compared, Rate


def command(
    run: Annotated[Path, typer.Argument(help="The folder that `havenward run` wrote.")],
    series: Annotated[
        list[str] | None, typer.Option(help="Print every figure of this series; can be given more than once.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object with everything.")] = False,
) -> None:
    """Compare a run with its scenario's targets and evidence: Markdown tables."""
    from havenward.run.agreement import agreements
    from havenward.run.compare import against_evidence, rates
    from havenward.run.reading import RunFolderError, open_siege

    try:
        opened = open_siege(run, "evidence")
    except RunFolderError as error:
        typer.echo(f"havenward: {error}", err=True)
        raise typer.Exit(1) from None
    about = {key: opened.record[key] for key in ("tier", "run_id", "calibrated", "interval", "edits", "caution")}
    rows, targets = against_evidence(opened.outcome, opened.scenario), rates(opened.outcome, opened.scenario)
    known = sorted({row.series for row in rows})
    if wrong := sorted(set(series or ()) - set(known)):
        typer.echo(f"havenward: no evidence of {', '.join(wrong)} within this run; there is: {'; '.join(known)}", err=True)
        raise typer.Exit(1)
    if as_json:
        everything = about | {
            "targets": [_told(target._asdict() | {"miss": target.miss}) for target in targets],
            "evidence": [_told(row._asdict()) for row in rows],
        }
        typer.echo(json.dumps(everything, default=str, ensure_ascii=False))
        return
    typer.echo(
        f"{opened.record['banner']}. Run {about['run_id']}, simulated, calibrated {about['calibrated'] or 'nowhere'}. "
        f"Intervals: {about['interval']}.\n"
    )
    if edits := opened.scenario.header.edits:
        typer.echo(f"The scenario was edited, so that this is not what was counted: {'; '.join(edits)}.\n")
        show_caution(opened.scenario)
    if series:
        typer.echo(figures_table(row for row in rows if row.series in series))
    else:
        tables = [*([targets_table(targets)] if targets else []), *([series_table(agreements(rows))] if rows else [])]
        typer.echo("\n\n".join(tables) or "The scenario has no target and no evidence within the days of this run.")


def targets_table(targets: Iterable[Rate]) -> str:
    """Return the targets as Markdown: range, model, and how far outside the range the model's mean lies."""
    head = ["target", "range", "model: mean (80 % interval)", "miss (factor)", "looked at while values were chosen"]
    lines = [
        [
            target.name,
            _number(target.low) if target.low == target.high else f"{_number(target.low)} to {_number(target.high)}",
            _with_span(target.mean, target.q10, target.q90),
            f"{target.miss:.2f}",
            "yes" if target.calibrated else "no",
        ]
        for target in targets
    ]
    return _table(head, lines)


def figures_table(rows: Iterable[Compared]) -> str:
    """Return single figures as Markdown."""
    head = ["series", "date", "evidence", "model: mean (80 % interval)", "model / evidence"]
    lines = [
        [
            row.series,
            f"{row.date}{' (weak)' if row.weak else ''}",
            _number(row.value),
            _with_span(row.mean, row.q10, row.q90),
            f"{row.ratio:.2f}",
        ]
        for row in rows
    ]
    return _table(head, lines)


def series_table(rows: Iterable[Agreement]) -> str:
    """Return the agreement of every series as Markdown."""
    head = ["series", "measure", "figures", "bias (log)", "rms (log)", "best: model / evidence", "worst: model / evidence"]
    lines = [
        [
            row.series,
            row.measure,
            f"{row.figures}" + (f" (and {row.nothing} without people)" if row.nothing else ""),
            f"{row.bias:+.2f}",
            f"{row.rms:.2f}",
            *(f"{figure.ratio:.2f} on {figure.date}" if figure else "" for figure in (row.best, row.worst)),
        ]
        for row in rows
    ]
    return _table(head, lines)


def _with_span(mean: float, low: float, high: float) -> str:
    """Return a mean with its interval; one member has none."""
    return _number(mean) if math.isnan(low) else f"{_number(mean)} ({_number(low)} to {_number(high)})"


def _told(values: dict[str, object]) -> dict[str, object]:
    """Return values for JSON, which has no word for what is not a number."""
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in values.items()}


def _number(value: float) -> str:
    """Return a count with its thousands parted, or a share to three digits."""
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.3g}"


def _table(head: list[str], lines: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *lines])
