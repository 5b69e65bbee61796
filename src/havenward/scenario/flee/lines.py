"""A Flee table as lines of cells, and one line as typed values: what the readers of every table share.

Flee's tables have columns in a fixed order and comments that begin with `#`; headers are comments, too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from havenward.scenario import sheet
from havenward.scenario.cells import Kind, Value, choices, read_cell
from havenward.scenario.decode import decode
from havenward.scenario.explain import explain, meaning
from havenward.scenario.flee.folder import most_rows
from havenward.scenario.problems import Problems
from havenward.scenario.schema import Strict

M = TypeVar("M", bound=Strict)
T = TypeVar("T")

_SEPARATORS = {";": "semicolons", "\t": "tabs"}


@dataclass
class Lines:
    """A table as read: `comments` and `rows` are (line, cells); `whole` is False where it could not be read to its end."""

    file: str
    comments: list[tuple[int, list[str]]] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    whole: bool = True
    present: bool = True

    @property
    def top(self) -> int | None:
        """The line for what concerns the whole table; None where the file is not there."""
        return 1 if self.present else None


def read_lines(file: str, content: bytes | None, problems: Problems) -> Lines:
    """The lines of a table; where `content` is None the file is not there."""
    if content is None:
        return Lines(file, present=False)
    text = decode(file, content, problems)
    if text is None:
        return Lines(file, whole=False)
    separator = _separator(file, text, problems)
    records, whole = sheet.records_of(file, text, separator, problems, most_rows(file))
    lines = Lines(file, whole=whole)
    for line, cells in records:
        (lines.comments if cells[0].startswith("#") else lines.rows).append((line, cells))
    return lines


def _separator(file: str, text: str, problems: Problems) -> str:
    """A comma, unless the first line that is no comment has none and has semicolons or tabs."""
    for row, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip(' "').startswith("#"):
            for other, words in _SEPARATORS.items():
                if other in line and "," not in line:
                    wrong = f"the columns are separated by {words}; they were read so"
                    problems.warning(file, row, "", "", wrong, "Save the file with commas: Flee reads nothing else")
                    return other
            break
    return ","


def without_bare_header(lines: Lines, first: frozenset[str], problems: Problems) -> list[tuple[int, list[str]]]:
    """The rows without a header that lacks its `#`, known by the word in its first cell."""
    if lines.rows and lines.rows[0][1][0].casefold() in first:
        line, cells = lines.rows[0]
        wrong = "the header does not begin with '#', so Flee takes it for a row; it was read as a header"
        problems.warning(lines.file, line, "", cells[0], wrong, f"Write '#{cells[0]}'")
        lines.comments.insert(0, lines.rows.pop(0))
    return lines.rows


def header_names(lines: Lines, width: int) -> list[str]:
    """Names of the columns from `width` on, from the first comment that is longer than that."""
    for _, cells in lines.comments:
        if len(cells) > width:
            return [cell.strip('#" ') for cell in cells[width:]]
    return []


@dataclass
class Row:
    """One line of a table with its named columns. `faulty` holds the columns that could not be read and were told of."""

    file: str
    line: int
    columns: Mapping[str, int]
    cells: list[str]
    problems: Problems
    faulty: set[str] = field(default_factory=set)

    def text(self, column: str) -> str:
        """The cell, empty where the line is too short."""
        at = self.columns.get(column, len(self.cells))
        return self.cells[at] if at < len(self.cells) else ""

    def integer(self, column: str) -> int | None:
        """A whole number; None where the cell is empty or (with an error) is none."""
        value = self._value(column, "integer")
        return value if isinstance(value, int) else None

    def number(self, column: str) -> float | None:
        """A number; None where the cell is empty or (with an error) is none."""
        value = self._value(column, "number")
        return value if isinstance(value, float) else None

    def date(self, column: str) -> dt.date | None:
        """A date; None where the cell is empty or (with an error) is none."""
        value = self._value(column, "date")
        return value if isinstance(value, dt.date) else None

    def needs(self, column: str, mend: str) -> bool:
        """Whether the cell is filled; if not, an error."""
        if self.text(column):
            return True
        self.error(column, "the cell is empty", mend)
        return False

    def error(self, column: str, wrong: str, mend: str, near: frozenset[str] = frozenset()) -> None:
        """An error about a cell of this line."""
        self.faulty.add(column)
        self.problems.error(self.file, self.line, column, self.text(column), wrong, mend, near)

    def warning(self, column: str, wrong: str, mend: str, near: frozenset[str] = frozenset()) -> None:
        """A warning about a cell of this line."""
        self.problems.warning(self.file, self.line, column, self.text(column), wrong, mend, near)

    def make(self, model: type[M], values: Mapping[str, Any], columns: Mapping[str, str]) -> M | None:
        """The typed row, or None where anything is wrong with it; values that are None leave the default.

        `columns` gives the column of a field whose name differs.
        """
        given = {name: value for name, value in values.items() if value is not None}
        try:
            made = model.model_validate(given)
        except ValidationError as refused:
            for error in refused.errors(include_url=False):
                name = str(error["loc"][0])
                column = columns.get(name, name)
                if column not in self.faulty:
                    wrong, mend = explain(error)
                    self.error(column, wrong, mend + meaning(model, name), frozenset(map(str, choices(model, name))))
            return None
        return None if self.faulty else made

    def _value(self, column: str, kind: Kind) -> Value | None:
        text = self.text(column)
        if not text:
            return None
        value = read_cell(self.file, self.line, column, kind, text, self.problems)
        if value is None:
            self.faulty.add(column)
        return value


def rows_of(lines: Lines, columns: tuple[str, ...], least: int, problems: Problems) -> Iterator[Row]:
    """The rows of a table with columns in a fixed order; a line with fewer than `least` cells is an error, and left out."""
    known = {name: at for at, name in enumerate(columns)}
    for line, cells in lines.rows:
        if len(cells) < least:
            wrong = f"the row has {len(cells)} cells and needs {least}"
            problems.error(lines.file, line, "", cells[0], wrong, f"Fill it up: {','.join(columns[:least])}")
        else:
            yield Row(lines.file, line, known, cells, problems)


CHUNK = 50_000
"""Rows that are checked together where nothing is to be told of any."""


def in_bulk(
    lines: Lines, model: type[M], plain: Callable[[list[str]], dict[str, Any] | None]
) -> tuple[list[tuple[int, M]], Lines]:
    """Makes typed rows of those that nothing is to be told of; gives them and the lines that are left to be read one by one.

    `plain` gives the values of a row as `Row.make` takes them, or None where anything is odd about it. A chunk in which the
    schema refuses a row is left whole: read one by one, its rows are told of as if there were no other way.
    """
    validate = TypeAdapter(list[model]).validate_python  # type: ignore[valid-type]
    made: list[tuple[int, M]] = []
    left: list[tuple[int, list[str]]] = []
    for begin in range(0, len(lines.rows), CHUNK):
        rows = lines.rows[begin : begin + CHUNK]
        values = [plain(cells) for _, cells in rows]
        try:
            typed = iter(validate([value for value in values if value is not None]))
        except ValidationError:
            left += rows
            continue
        for row, value in zip(rows, values, strict=True):
            if value is None:
                left.append(row)
            else:
                made.append((row[0], next(typed)))
    return made, Lines(lines.file, lines.comments, left, lines.whole, lines.present)


@dataclass
class Sheet(Generic[T]):
    """Typed rows and their lines. `names` also holds the names of rows that are not valid.

    `whole` is False where any row is not valid; `readable` where the file could not be read to its end.
    """

    file: str
    rows: list[T] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    names: frozenset[str] = frozenset()
    whole: bool = True
    readable: bool = True
    top: int | None = None

    def __iter__(self) -> Iterator[tuple[int, T]]:
        """Line and row, for each valid row."""
        return zip(self.lines, self.rows, strict=True)


def sheet_of(lines: Lines, made: list[tuple[int, T]], names: frozenset[str] = frozenset()) -> Sheet[T]:
    """Typed rows with their lines, in the order of the file; whole where every row of the file is among them."""
    made = sorted(made, key=itemgetter(0))
    whole = lines.whole and len(made) == len(lines.rows)
    return Sheet(lines.file, [row for _, row in made], [line for line, _ in made], names, whole, lines.whole, lines.top)
