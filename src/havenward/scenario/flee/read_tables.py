"""The tables by day: `conflicts.csv`, `flood_level.csv` and `region_attributes_IPC.csv`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from havenward.scenario.cells import Fault, convert, western_digits
from havenward.scenario.flee.lines import Lines
from havenward.scenario.flee.schema import DayTable, Floats, RegionFood, frozen
from havenward.scenario.problems import Problems


@dataclass(frozen=True)
class Limits:
    """What the figures of a table are, and what they may be: whole numbers or not, from 0 to `most`."""

    meaning: str
    most: float
    whole: bool


CONFLICT = Limits("intensity of conflict, from 0 to 1", 1.0, False)
FLOOD = Limits("flood level, 0 where it is dry", 100.0, True)
FOOD = Limits("per cent of persons in critical food deprivation", 100.0, False)


@dataclass(frozen=True)
class Grid:
    """A table by day as read: `first` is the first column, `lines` the line of each row, `names` those of the columns."""

    names: tuple[str, ...]
    first: tuple[str, ...]
    lines: tuple[int, ...]
    values: Floats


def read_day_table(
    lines: Lines, known: frozenset[str] | None, limits: Limits, problems: Problems
) -> tuple[DayTable, Grid] | None:
    """A row for each day from day 0 in order, a column for each place; None (and errors) where it cannot be read."""
    grid = _grid(lines, known, limits, problems)
    if grid is None:
        return None
    for day, (text, line) in enumerate(zip(grid.first, grid.lines, strict=True)):
        if text and convert("integer", western_digits(text)) != day:
            wrong = f"the row is that of day {day}: rows are days in order, and the first cell is not read"
            problems.warning(lines.file, line, "Day", text, wrong, "Check that no day is missing or stands twice")
            break
    return DayTable(grid.names, grid.values), grid


def read_food(lines: Lines, known: frozenset[str] | None, problems: Problems) -> tuple[RegionFood, Grid] | None:
    """Some days, ascending, and a column for each of the `known` regions; None (and errors) where it cannot be read."""
    grid = _grid(lines, known, FOOD, problems)
    if grid is None:
        return None
    days: list[int] = []
    for text, line in zip(grid.first, grid.lines, strict=True):
        day = convert("integer", western_digits(text))
        if not isinstance(day, int):
            problems.error(lines.file, line, "Day", text, "is not the number of a day", "Write whole numbers from 0")
        elif days and day <= days[-1]:
            problems.error(lines.file, line, "Day", text, "the day is not later than the one before", "Sort the rows by day")
        else:
            days.append(day)
    if len(days) < len(grid.first):
        return None
    return RegionFood(grid.names, frozen(days, np.int64, (-1,)), grid.values), grid


def _grid(lines: Lines, known: frozenset[str] | None, limits: Limits, problems: Problems) -> Grid | None:
    """The table without columns of unknown names, which are told of."""
    rows = sorted((*lines.comments[:1], *lines.rows))
    if not rows:
        if lines.whole:
            problems.error(lines.file, lines.top, "", "", "the table has no header", "Write #Day and a name per column")
        return None
    (head, header), body = rows[0], rows[1:]
    columns: dict[str, int] = {}
    failed = not lines.whole
    for at, name in enumerate(header[1:], start=1):
        if name in columns:
            problems.error(lines.file, head, name, name, "the column stands twice", "Delete one of the two")
            failed = True
        elif name and known is not None and name not in known:
            mend = "Rename or delete the column"
            wrong = "the name is not known in this folder, so the column is not read"
            problems.warning(lines.file, head, name, name, wrong, mend, known)
        elif name:
            columns[name] = at
    values = np.zeros((len(body), len(columns)))
    figures: dict[str, float] = {}
    for row, (line, cells) in enumerate(body):
        if any(cells[len(header) :]):
            wrong = f"the row has {len(cells)} cells, the header has {len(header)}"
            problems.error(lines.file, line, "", cells[-1], wrong, "Take out cells, or name their columns")
            failed = True
        for column, (name, at) in enumerate(columns.items()):
            text = cells[at] if at < len(cells) else ""
            if text not in figures:
                figure = _figure(text, limits)
                if isinstance(figure, Fault):
                    problems.error(lines.file, line, name, text, figure.wrong, figure.mend)
                    failed = True
                    continue
                figures[text] = figure
            values[row, column] = figures[text]
    if failed:
        return None
    first = tuple(cells[0] for _, cells in body)
    return Grid(tuple(columns), first, tuple(line for line, _ in body), frozen(values, np.float64, values.shape))


def _figure(text: str, limits: Limits) -> float | Fault:
    if not text:
        return Fault("the cell is empty", f"Write a figure ({limits.meaning})")
    value = convert("integer" if limits.whole else "number", western_digits(text))
    if isinstance(value, Fault):
        return value
    figure = float(str(value))
    if not 0 <= figure <= limits.most:
        return Fault(f"is not from 0 to {limits.most:g}", f"Write a figure in that range ({limits.meaning})")
    return figure
