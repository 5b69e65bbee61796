"""Writes the tables of docs/explanation/plausibility.md from two runs of `mosul`.

    havenward run mosul --members 10 --seed 1 --assumptions median --out MEDIAN
    havenward run mosul --members 10 --seed 1 --out DRAWN
    python scripts/plausibility.py MEDIAN DRAWN

`havenward evidence` prints the same tables of one run. The text around them is written by hand: read it again after this.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
from pathlib import Path

from havenward.cli.evidence import figures_table, series_table, targets_table
from havenward.run.agreement import agreements
from havenward.run.compare import Compared, against_evidence, rates
from havenward.run.reading import open_siege

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "plausibility.md"
WEST = "Government west cumulative"
WEST_DATES = tuple(
    dt.date(2017, month, day) for month, day in ((3, 12), (3, 26), (4, 18), (5, 7), (5, 28), (6, 11), (6, 30))
)
KINDS = {"median": "Assumptions at their medians", "drawn": "Assumptions drawn from their ranges"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind in KINDS:
        arguments.add_argument(kind, type=Path, help=f"run folder: {KINDS[kind].lower()}")
    folders = vars(arguments.parse_args())
    page = PAGE.read_text(encoding="utf-8")
    for kind, folder in folders.items():
        for name, text in tables(folder).items():
            page = put(page, f"{kind} {name}", text)
    PAGE.write_text(page, encoding="utf-8", newline="\n")


def tables(folder: Path) -> dict[str, str]:
    """Return the tables of one run: targets, west, series, and how many figures lie within the interval."""
    run = open_siege(folder, "evidence")
    rows = against_evidence(run.outcome, run.scenario)
    return {
        "targets": targets_table(rates(run.outcome, run.scenario)),
        "west": figures_table(row for row in rows if row.series == WEST and row.date in WEST_DATES),
        "series": series_table(agreements(rows)),
        "count": within(rows),
    }


def within(rows: list[Compared]) -> str:
    """Return how many printed figures lie within the 80 % interval of the model, and within a factor of two."""
    inside = sum(row.q10 <= row.value <= row.q90 for row in rows)
    near = sum(0.5 <= row.ratio <= 2.0 for row in rows)
    return (
        f"{inside} of {len(rows)} printed figures lie within the 80 % interval, {near} within a factor of two of the mean."
    )


def put(page: str, name: str, text: str) -> str:
    """Return a page with the text between the marks of a name replaced.

    Raises:
        ValueError: the page has no such marks.
    """
    marks = rf"(<!-- {name} -->\n).*?(\n<!-- end -->)"
    new, found = re.subn(marks, lambda match: f"{match[1]}{text}{match[2]}", page, count=1, flags=re.DOTALL)
    if not found:
        raise ValueError(f"{PAGE} has no mark <!-- {name} -->")
    return new


if __name__ == "__main__":
    main()
