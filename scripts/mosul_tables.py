"""Reading the tables of `data/mosul` and writing the tables of a scenario."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel

from havenward.scenario.schema import TABLES

DATA = Path(__file__).resolve().parents[1] / "data" / "mosul"

AT_THE_END = ("label", "source", "note")
"""Columns that stand last in every table, as in the sourced tables."""

Record = dict[str, str]


def read(stem: str) -> list[Record]:
    """The rows of one table of `data/mosul`."""
    with (DATA / f"{stem}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names(cell: str, everything: Sequence[str]) -> list[str]:
    """The names in a cell, separated by `;`; a single `*` stands for everything."""
    return list(everything) if cell == "*" else cell.split(";")


def origin(record: Record) -> dict[str, object]:
    """`label`, `source` and `note` of a hand-written row; further sources are told in the note."""
    first, *others = record["source"].split(";")
    note = record["reason"]
    if others:
        note = f"{note} (also {', '.join(others)})"
    return {"label": record.get("label") or "assumed", "source": first, "note": note}


def typed(table: str, rows: Iterable[dict[str, object]]) -> Sequence[BaseModel]:
    """Rows as models of the scenario's format; empty cells take the default."""
    model = TABLES[table]
    return [model.model_validate({k: v for k, v in row.items() if v not in ("", None)}) for row in rows]


def as_csv(table: str, rows: Sequence[BaseModel]) -> str:
    """Rows as CSV text with line feeds; columns that are empty in every row are left out."""
    model = TABLES[table]
    columns = [c for c in model.model_fields if c not in AT_THE_END]
    columns += [c for c in AT_THE_END if c in model.model_fields]
    cells = [{c: _cell(getattr(row, c)) for c in columns} for row in rows]
    columns = [c for c in columns if c in AT_THE_END or any(line[c] for line in cells)]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(cells)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def published(date: str) -> dt.date | None:
    """The day on which a publication was known: a month or a year means its last day, no date means never."""
    match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", date)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or 12)
    day = int(match[3]) if match[3] else calendar.monthrange(year, month)[1]
    return dt.date(year, month, day)


def sources() -> Iterator[dict[str, object]]:
    """Rows of `sources.csv`: those of the sourced tables and those added by hand."""
    for record in [*read("sources"), *read("added_sources")]:
        yield {
            "id": record["source_id"],
            "title": record["source_title"],
            "publisher": record["publisher"],
            "date": record["source_date"],
            "url": record["url"],
        }
