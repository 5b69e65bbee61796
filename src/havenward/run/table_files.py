"""Writes the table of a run: summary.csv with its meanings beside it, and the same rows as a workbook for Excel.

Both are written from the same texts, so they cannot differ. A table has some hundred thousand rows of fifteen cells. The
workbook is laid out by XlsxWriter, whose checks of every single cell would take longer than the simulation; its rows are
put into the sheets as text.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import xlsxwriter

from havenward.run.columns import COLUMNS
from havenward.run.summary import Summary

SHEET_ROWS = 1_000_000
"""Rows that a sheet holds, below Excel's limit of 1,048,576."""
DATE_ZERO = np.datetime64("1899-12-30")
"""Day nought of a workbook."""
PACKED = 1
"""Level of compression: the lowest, because a tighter workbook is a tenth smaller and takes twice as long."""


@dataclass(frozen=True)
class About:
    """What stands beside a table.

    Attributes:
        attributes: of the outcome.
        meanings: what each column holds.
        limits: what the scenario cannot tell.
    """

    attributes: Mapping[str, Any]
    meanings: Mapping[str, str]
    limits: Sequence[str]


@dataclass(frozen=True)
class Texts:
    """A table whose figures are written out once, to two decimals, and millions in full."""

    summary: Summary
    figures: list[tuple[str, ...]]

    @classmethod
    def of(cls, summary: Summary) -> Texts:
        """Write out every figure that occurs."""
        places, values = pd.factorize(np.round(summary.figures, 2).ravel())
        # what is not a number has the place -1: the last
        texts = np.array([*(f"{value:.12g}" for value in values.tolist()), ""], dtype=object)
        columns = texts[places.reshape(summary.figures.shape)].T.tolist()
        return cls(summary, list(zip(*columns, strict=True)))


def _heads(summary: Summary) -> list[tuple[str, ...]]:
    """Return site, group, quantity, measure and unit of every label and group, label by label."""
    return [(x.site, group, x.quantity, x.measure, unit) for x in summary.labels for group, unit in summary.rows]


def _which(summary: Summary, rows: slice = slice(None)) -> list[int]:
    """Return the place of each row in the heads."""
    places: list[int] = (summary.label[rows] * len(summary.rows) + summary.row[rows]).tolist()
    return places


def write_csv(texts: Texts, path: Path, about: About) -> None:
    """Write the table as CSV, and beside it what its columns mean, with tier and run."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_lines(texts))
    beside = {
        "name": path.stem,
        "title": f"{about.attributes['title']}: summary over members",
        **{name: about.attributes[name] for name in ("tier", "scenario", "run", "calibrated", "interval")},
        **{name: about.attributes[name] for name in ("edits", "caution") if name in about.attributes},
        "columns": dict(about.meanings),
    }
    path.with_suffix(".json").write_text(json.dumps(beside, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def csv_lines(texts: Texts) -> Iterator[str]:
    """Yield the lines of the table as CSV."""
    heads = [_csv(head) for head in _heads(texts.summary)]
    dates = texts.summary.date.astype(str).tolist()
    which = _which(texts.summary)
    yield ",".join(COLUMNS) + "\n"
    for date, k, figures in zip(dates, which, texts.figures, strict=True):
        yield f"{date},{heads[k]},{','.join(figures)}\n"


def _csv(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def write_workbook(texts: Texts, path: Path, about: About) -> None:
    """Write the same table as a workbook: a read-me sheet, then the rows, a sheet for each measure."""
    sheets = list(_sheets(texts.summary))
    drawn = _laid_out([name for name, _ in sheets], about)
    heads = [_cells(head) for head in _heads(texts.summary)]
    with zipfile.ZipFile(drawn) as empty, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKED) as book:
        # the read-me is the first sheet
        rows_of = {f"xl/worksheets/sheet{k}.xml": rows for k, (_, rows) in enumerate(sheets, start=2)}
        for part in empty.infolist():
            content = empty.read(part).decode()
            if part.filename in rows_of:
                with book.open(part.filename, "w") as file:
                    for piece in _filled(content, texts, rows_of[part.filename], heads):
                        file.write(piece.encode())
            else:
                book.writestr(part, content)


def _sheets(summary: Summary) -> Iterator[tuple[str, slice]]:
    """Yield the names of the sheets and their rows, which stand together by measure."""
    measures = np.array([label.measure for label in summary.labels])[summary.label]
    for measure in dict.fromkeys(measures.tolist()):
        mine = np.flatnonzero(measures == measure)
        for number, start in enumerate(range(mine[0], mine[-1] + 1, SHEET_ROWS), start=1):
            yield measure if number == 1 else f"{measure} {number}", slice(start, min(start + SHEET_ROWS, mine[-1] + 1))


def _laid_out(sheets: list[str], about: About) -> io.BytesIO:
    """Return a workbook whose sheets have their heads and no rows."""
    drawn, attributes = io.BytesIO(), about.attributes
    book = xlsxwriter.Workbook(drawn, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    as_date = book.add_format({"num_format": "yyyy-mm-dd"})
    book.set_properties(
        {
            "title": f"{attributes['title']} [{attributes['tier']}]",
            "keywords": f"tier: {attributes['tier']}; run: {attributes['run']}",
            "comments": f"Calibrated {attributes['calibrated']}" if attributes["calibrated"] else "",
        }
    )
    readme = book.add_worksheet("read me")
    lines = [
        (f"Tier: {attributes['tier']}", ""),
        ("Scenario", f"{attributes['scenario']}: {attributes['title']}"),
        ("Run", f"{attributes['run']}, solver {attributes['solver']}, seed {attributes['seed']}"),
        ("Interval", attributes["interval"]),
        ("Calibrated", attributes["calibrated"] or "no"),
        ("Not listed", "zero in every member"),
        *(("Edit", edit) for edit in str(attributes.get("edits", "")).splitlines()),
        *(("Caution", caution) for caution in [attributes.get("caution")] if caution),
        *((f"Column {name}", meaning) for name, meaning in about.meanings.items()),
        *(("Limit", limit) for limit in about.limits),
    ]
    for row, (name, text) in enumerate(lines):
        readme.write_string(row, 0, name)
        readme.write_string(row, 1, text)
    readme.set_column(0, 0, 18)
    for name in sheets:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 11, as_date)
        sheet.set_column(1, 1, 36)
        sheet.write_row(0, 0, COLUMNS)
    book.close()
    return drawn


def _cells(texts: Sequence[str]) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>' for text in texts)


def _filled(sheet: str, texts: Texts, rows: slice, heads: list[str]) -> Iterator[str]:
    """Yield the XML of a sheet with rows put behind its head (ECMA-376, part 1, 18.3: cells stand in order)."""
    # the extent that was written down is that of the head alone, and readers believe it
    sheet = re.sub(r"<dimension [^>]*/>", "", sheet)
    head, tail = sheet.split("</sheetData>")
    column = re.search(r'<col min="1" [^>]*style="(\d+)"', sheet)
    assert column is not None
    style = column.group(1)
    summary = texts.summary
    serials = (summary.date[rows].astype("datetime64[D]") - DATE_ZERO).astype(int).tolist()
    which = _which(summary, rows)
    yield head
    for start in range(0, len(which), 4096):
        here = slice(start, start + 4096)
        figures = texts.figures[rows][here]
        block = "".join(
            f'<row r="{row}"><c s="{style}"><v>{serial}</v></c>{heads[k]}<c><v>{"</v></c><c><v>".join(cells)}</v></c></row>'
            for row, serial, k, cells in zip(
                range(start + 2, start + 2 + len(figures)), serials[here], which[here], figures, strict=True
            )
        )
        yield block.replace("<c><v></v></c>", "<c/>")
    yield f"</sheetData>{tail}"
