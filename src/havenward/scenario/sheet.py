"""One table: from the text of a CSV file to checked rows that remember their line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from havenward.scenario.cells import Value, choices, kinds, read_cell
from havenward.scenario.decode import decode
from havenward.scenario.explain import explain, meaning
from havenward.scenario.problems import Problems, nearest
from havenward.scenario.refused import refusal
from havenward.scenario.schema import Strict

R = TypeVar("R", bound=Strict)

MAX_ROWS = 200_000
"""Rows that a table may have: a home, a crossing and a day each for years stay far below."""

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


@dataclass
class Sheet(Generic[R]):
    """A table as read.

    `rows` are the valid rows and `lines` their lines in the file; `texts` holds the cells of every row, valid
    or not. `whole` is False where any row is not valid, so that sums over the table would mislead; `readable`
    is False where rows are missing altogether, so that even looking for a name would.
    """

    file: str
    rows: list[R] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    texts: list[dict[str, str]] = field(default_factory=list)
    whole: bool = True
    readable: bool = True
    present: bool = True

    @property
    def top(self) -> int | None:
        """The line of the header, for what concerns the whole table; None where the file is not there."""
        return 1 if self.present else None

    def __iter__(self) -> Iterator[tuple[int, R]]:
        """Line and row, for each valid row."""
        return zip(self.lines, self.rows, strict=True)

    def names(self, column: str) -> frozenset[str]:
        """What stands in `column`, in rows that are not valid too: their names are known all the same."""
        return frozenset(cells[column] for cells in self.texts if column in cells)


def read_sheet(file: str, model: type[R], content: bytes | None, problems: Problems) -> Sheet[R]:
    """Reads one table. `content` is None where the file is not there: the sheet is then empty and whole."""
    if content is None:
        return Sheet(file, present=False)
    unreadable: Sheet[R] = Sheet(file, whole=False, readable=False)
    text = decode(file, content, problems)
    if text is None:
        return unreadable
    if not text.strip():
        mend = f"Write the header line ({_head(model)}), or delete the file if it is not needed"
        problems.error(file, 1, "", "", "the file is empty", mend)
        return unreadable
    separator = _separator(file, text, model, problems)
    records, complete = records_of(file, text, separator, problems)
    if not records:
        return unreadable
    header_line, header = records.pop(0)
    columns = _columns(file, header_line, header, records, model, problems)
    if columns is None:
        return unreadable
    cells = _Cells(file, model)
    for line, record in _without_tags(file, records, problems):
        _take(cells, columns, line, record, len(header), problems)
    rows, lines = _validated(cells, problems)
    return Sheet(file, rows, lines, cells.texts, complete and len(rows) == len(cells.texts), complete)


def _head(model: type[Strict]) -> str:
    return ",".join(model.model_fields)


def _separator(file: str, text: str, model: type[Strict], problems: Problems) -> str:
    """The separator under which the first line holds most column names that the table knows."""
    lead = len(text) - len(text.lstrip())
    line = text.lstrip().split("\n", 1)[0]
    known = model.model_fields.keys()

    def hits(separator: str) -> int:
        return sum(part.strip(' "\r').casefold() in known for part in line.split(separator))

    best = max(_SEPARATORS, key=lambda separator: (hits(separator), separator == ","))
    if best != ",":
        row = text.count("\n", 0, lead) + 1
        wrong = f"the columns are separated by {_SEPARATORS[best]}; they were read so"
        problems.warning(file, row, "", "", wrong, "Save the file with commas")
    return best


def records_of(
    file: str, text: str, separator: str, problems: Problems, most: int | None = None
) -> tuple[list[tuple[int, list[str]]], bool]:
    """First line and cells of each record that is not blank, at most `most`, and whether the whole file could be read."""
    limit = most or MAX_ROWS
    # bytes take a quarter of the room that StringIO takes
    file_like = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", newline="")
    reader = csv.reader(file_like, delimiter=separator, strict=True)
    records: list[tuple[int, list[str]]] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return records, True
        except csv.Error as fault:
            wrong = f"the line cannot be read as CSV ({fault})"
            problems.error(file, line, "", "", wrong, "Check the quotation marks in this line")
            return records, False
        if len(records) > limit:
            wrong = f"the table has more than {limit:,} rows"
            problems.error(file, line, "", "", wrong, "Leave out rows that say nothing new")
            return records[:1], False
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            records.append((line, stripped))


def _columns(
    file: str,
    line: int,
    header: list[str],
    records: list[tuple[int, list[str]]],
    model: type[Strict],
    problems: Problems,
) -> dict[str, int] | None:
    """The known columns and the index of their cells; None where a needed one is not among them.

    A column that is plainly a known one misspelt is reported, and read as that one: one slip, one error.
    """
    known = model.model_fields
    columns: dict[str, int] = {}
    strange: list[tuple[int, str]] = []
    for index, name in enumerate(header):
        if name in columns:
            problems.error(file, line, name, name, "the column stands twice", "Delete one of the two")
        elif name in known:
            columns[name] = index
        elif name or any(index < len(cells) and cells[index] for _, cells in records):
            strange.append((index, name))
    for index, name in strange:
        reason = refusal(name)
        if reason is not None:
            problems.error(file, line, name, name, reason, "Delete the column")
            continue
        free = [other for other in known if other not in columns]
        guess = nearest(name, free)
        if guess is not None:
            columns[guess] = index
            problems.error(file, line, name, name, "is not a column of this table", f"Rename it to '{guess}'")
        elif name:
            mend = f"Delete it, or rename it to one of: {', '.join(free) or 'none is left'}"
            problems.error(file, line, name, name, "is not a column of this table", mend)
        else:
            wrong = f"column {index + 1} has cells but no name in the header"
            problems.error(file, line, "", "", wrong, "Name it, or delete its cells")
    missing = [name for name, field in known.items() if field.is_required() and name not in columns]
    for name in missing:
        mend = f"Add the column '{name}'{meaning(model, name)}"
        problems.error(file, line, name, "", "the column is missing", mend)
    return None if missing else columns


def _without_tags(file: str, records: list[tuple[int, list[str]]], problems: Problems) -> list[tuple[int, list[str]]]:
    """The records without a leading row of HXL tags (`#adm1 +name`)."""
    if not records:
        return records
    line, cells = records[0]
    if not all(re.match(r"#[A-Za-z]", cell) for cell in cells if cell):
        return records
    tag = next(cell for cell in cells if cell)
    problems.warning(file, line, "", tag, "the row holds HXL tags and was left out", "Nothing need be done")
    return records[1:]


@dataclass
class _Cells(Generic[R]):
    """The cells of a table on their way to typed rows; `read` holds those texts that `values` came from.

    `faulty` holds, by index into `values`, the columns whose cells could not be converted and were told of.
    """

    file: str
    model: type[R]
    texts: list[dict[str, str]] = field(default_factory=list)
    read: list[dict[str, str]] = field(default_factory=list)
    values: list[dict[str, Value]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faulty: dict[int, set[str]] = field(default_factory=dict)


def _take(cells: _Cells[R], columns: dict[str, int], line: int, record: list[str], width: int, problems: Problems) -> None:
    """Adds one record; empty cells are left out, so that defaults hold."""
    texts = {name: record[index] for name, index in columns.items() if index < len(record) and record[index]}
    cells.texts.append(texts)
    if len(record) < width or any(record[width:]):
        wrong = f"the row has {len(record)} cells, the header has {width}"
        mend = "Fill up or take out cells; put quotation marks round a cell that holds the separator"
        problems.error(cells.file, line, "", record[-1], wrong, mend)
        return
    sorts = kinds(cells.model)
    row: dict[str, Value] = {}
    for name, text in texts.items():
        value = read_cell(cells.file, line, name, sorts[name], text, problems)
        if value is None:
            cells.faulty.setdefault(len(cells.values), set()).add(name)
        else:
            row[name] = value
    cells.read.append(texts)
    cells.values.append(row)
    cells.lines.append(line)


@lru_cache(maxsize=64)
def _adapter(model: Any) -> TypeAdapter[list[Any]]:
    return TypeAdapter(list[model])


def _validated(cells: _Cells[R], problems: Problems) -> tuple[list[R], list[int]]:
    """The rows that the schema takes, and their lines; what it refuses is reported."""
    adapter = _adapter(cells.model)
    bad = set(cells.faulty)
    try:
        rows = adapter.validate_python(cells.values)
    except ValidationError as refused:
        bad |= _report(cells, refused, problems)
    if not bad:
        return rows, cells.lines
    good = [index for index in range(len(cells.values)) if index not in bad]
    return adapter.validate_python([cells.values[i] for i in good]), [cells.lines[i] for i in good]


def _report(cells: _Cells[R], refused: ValidationError, problems: Problems) -> set[int]:
    """Reports what the schema refuses, save cells told of before; gives the indices of the rows refused."""
    bad = set()
    for error in refused.errors(include_url=False):
        index, column = int(error["loc"][0]), str(error["loc"][1])
        bad.add(index)
        if column not in cells.faulty.get(index, ()):
            value = cells.read[index].get(column, "")
            wrong, mend = explain(error)
            mend += meaning(cells.model, column)
            near = choices(cells.model, column)
            problems.error(cells.file, cells.lines[index], column, value, wrong, mend, near)
    return bad
