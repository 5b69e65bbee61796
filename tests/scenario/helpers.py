"""Scenarios in memory, one thing changed, and what is then said about them."""

import csv
import io

from havenward.scenario.folder import BUNDLED, FILES
from havenward.scenario.problems import Problem
from havenward.scenario.read import check_files

Files = dict[str, bytes]


def toy() -> Files:
    """The bundled toy scenario as bytes."""
    return {name: (BUNDLED / "toy" / name).read_bytes() for name in FILES if (BUNDLED / "toy" / name).exists()}


def table(files: Files, file: str) -> list[list[str]]:
    """The cells of a table, header first: the row of line n is at index n - 1."""
    return list(csv.reader(io.StringIO(files[file].decode("utf-8"), newline="")))


def write(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> bytes:
    """A table as bytes."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue().encode("utf-8")


def with_cells(file: str, row: int, **cells: object) -> Files:
    """The toy with some cells of one row changed."""
    files = toy()
    rows = table(files, file)
    for column, value in cells.items():
        rows[row - 1][rows[0].index(column)] = str(value)
    return files | {file: write(rows)}


def with_row(file: str, **cells: object) -> Files:
    """The toy with a row added to one table."""
    files = toy()
    rows = table(files, file)
    rows.append([str(cells.get(column, "")) for column in rows[0]])
    return files | {file: write(rows)}


def with_column(file: str, name: str, value: str = "1") -> Files:
    """The toy with a column added at the right of one table."""
    files = toy()
    rows = table(files, file)
    return files | {file: write([[*rows[0], name], *([*row, value] for row in rows[1:])])}


def without_column(file: str, name: str) -> Files:
    """The toy with a column of one table taken away."""
    files = toy()
    rows = table(files, file)
    index = rows[0].index(name)
    return files | {file: write([row[:index] + row[index + 1 :] for row in rows])}


def without_rows(file: str, column: str, value: str) -> Files:
    """The toy without those rows of a table that have `value` in `column`."""
    files = toy()
    rows = table(files, file)
    index = rows[0].index(column)
    return files | {file: write([rows[0], *(row for row in rows[1:] if row[index] != value)])}


def with_text(file: str, old: str, new: str) -> Files:
    """The toy with a piece of text replaced, which must be there once."""
    files = toy()
    text = files[file].decode("utf-8")
    assert text.count(old) == 1
    return files | {file: text.replace(old, new).encode("utf-8")}


def last_row(files: Files, file: str) -> int:
    """The line of the last row of a table."""
    return len(table(files, file))


def problems_of(files: Files) -> list[Problem]:
    """Everything that is said about a scenario. It is refused exactly if there is an error."""
    scenario, problems = check_files(files)
    assert (scenario is None) == any(problem.severity == "error" for problem in problems)
    for problem in problems:
        assert problem.wrong
        assert problem.mend
    return problems


def only(files: Files) -> Problem:
    """The one thing that is said about a scenario."""
    problems = problems_of(files)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def place(problem: Problem) -> tuple[str, int | None, str, str]:
    """Where a problem stands, and the value that is meant."""
    return problem.file, problem.row, problem.column, problem.value
