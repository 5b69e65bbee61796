"""Writes the generated pages of docs/reference: the commands and the parameters.

`make docs` calls this; `tests/docs/test_reference_pages.py` holds the pages to the program.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from havenward.model.siege.parameters import PARAMETERS, Parameter
from havenward.scenario.folder import bundled
from havenward.scenario.read import load

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def commands() -> str:
    """Return the help of every command as one page, written by typer itself."""
    words = ("typer", "havenward.cli.main", "utils", "docs", "--name", "havenward", "--title", "Commands")
    page = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=True, encoding="utf-8")
    return page.stdout.rstrip() + "\n"


def parameters() -> str:
    """Return the parameters by phase, and what each bundled scenario replaces in them."""
    parts = [
        "# Parameters",
        "Every assumption of the siege model, as `havenward parameters` lists them. A member of a run draws each value from "
        "its range: 5 % of draws lie below it and 5 % above, read as it is (linear), in logarithms (log) or in log-odds, "
        "cut at 2.5 standard deviations. `--assumptions median` takes the medians. A value outside the limits is refused, "
        "in a scenario's `assumptions.csv` and in `--set`. **sourced**: the figure is printed; **assumed**: nobody has "
        "measured it, and the last column says why the range was taken; **calibrated**: set by hand, see "
        "[plausibility](../explanation/plausibility.md).",
        "The table is kept in `src/havenward/model/siege/parameters.csv`.",
        *(part for phase, rows in groupby(PARAMETERS, lambda row: row.phase) for part in (f"## {phase}", of_phase(rows))),
        *(part for name in bundled() for part in replaced(name)),
    ]
    return "\n\n".join(parts) + "\n"


def of_phase(parameters: Iterable[Parameter]) -> str:
    """Return the table of a phase's parameters."""
    head = ("name", "meaning", "median", "90 % range", "unit", "scale", "limits", "label", "what it rests on")
    rows = [
        (
            f"`{row.name}`",
            row.meaning,
            f"{row.median:g}",
            "certain" if row.low == row.high else f"{row.low:g} to {row.high:g}",
            row.unit,
            row.scale,
            row.limits,
            row.label,
            f"{row.basis}. Source: {row.source}" if row.source else row.basis,
        )
        for row in parameters
    ]
    return table(head, rows)


def replaced(name: str) -> list[str]:
    """Return a heading and the rows that a bundled scenario replaces; nothing where it replaces none."""
    rows = [
        (
            f"`{row.name}`",
            f"{row.median:g}",
            f"{row.median if row.low is None else row.low:g} to {row.median if row.high is None else row.high:g}",
            row.label,
            row.note,
        )
        for row in load(name).assumptions
    ]
    head = ("name", "median", "90 % range", "label", "why")
    return [f"## What the scenario `{name}` replaces", table(head, rows)] if rows else []


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    names = list(head)
    return "\n".join(f"| {' | '.join(row)} |" for row in (names, ["---"] * len(names), *rows))


def main() -> None:
    for name, page in (("commands", commands()), ("parameters", parameters())):
        (REFERENCE / f"{name}.md").write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
