"""`data_layout.csv`, the series that it names, and `registration_corrections.csv`."""

from __future__ import annotations

import datetime as dt
import re

from havenward.scenario.flee.folder import LAYOUT, Files
from havenward.scenario.flee.lines import Lines, Row, Sheet, read_lines, sheet_of
from havenward.scenario.flee.series import Correction, Series, SeriesFile, dropped
from havenward.scenario.problems import Problems

FILE_NAME = re.compile(r"[^/\\:.\x00-\x1f][^/\\:\x00-\x1f]{0,120}")
"""What a file of a series may be called: a plain name in the source folder."""

_HEADERS = ("datetime", "date")


def read_layout(lines: Lines, problems: Problems) -> list[tuple[int, str, tuple[str, ...]]]:
    """Line, name and files of each series; the first is the total."""
    found: list[tuple[int, str, tuple[str, ...]]] = []
    first: dict[str, int] = {}
    for line, cells in lines.rows:
        name, files = cells[0], tuple(cell for cell in cells[1:] if cell)
        if not name or not files:
            wrong = "the row names no file, so it is not read"
            problems.warning(lines.file, line, "", name, wrong, "Write the name and the file of its series")
        elif name in first:
            wrong = f"the name stands already in row {first[name]}"
            problems.error(lines.file, line, "name", name, wrong, "Put the files of one series in one row")
        elif bad := [file for file in files if not FILE_NAME.fullmatch(file) or file == LAYOUT]:
            wrong = "is not the name of a file in this folder"
            problems.error(lines.file, line, "file", bad[0], wrong, "Write a plain file name, such as camp.csv")
        else:
            found.append((line, name, files))
        first.setdefault(name, line)
    if found and found[0][1].casefold() != "total":
        wrong = "the first series is the total of all refugees, whatever its name"
        problems.warning(lines.file, found[0][0], "name", found[0][1], wrong, "Call it total, or put the total first")
    if not found and lines.whole:
        problems.error(lines.file, lines.top, "", "", "no series is named", "Begin with total,refugees.csv")
    return found


def read_series(layout: Lines, folder: str, files: Files, start: dt.date | None, problems: Problems) -> Sheet[Series]:
    """Every series of the layout that can be read, with its line there. Without a `start` days are counted from year 1."""
    origin = start or dt.date.min
    made: list[tuple[int, Series]] = []
    named = read_layout(layout, problems)
    for line, name, parts in named:
        read = [_series_file(layout.file, line, part, folder, files, origin, problems) for part in parts]
        whole = [part for part in read if part is not None]
        if len(whole) == len(read):
            made.append((line, Series(name, tuple(whole))))
            _warn_of_lost_entries(layout.file, line, made[-1][1], problems)
    return sheet_of(layout, made, frozenset(name for _, name, _ in named))


def _series_file(
    layout: str, line: int, name: str, folder: str, files: Files, origin: dt.date, problems: Problems
) -> SeriesFile | None:
    path = folder + name
    if path not in files.names:
        near = {file.removeprefix(folder) for file in files.names if file.startswith(folder)}
        problems.error(layout, line, "file", name, "there is no such file", "Add it, or write its name", near)
        return None
    content = files.open(path, problems)
    if content is None:
        return None
    lines = read_lines(path, content, problems)
    entries: list[tuple[int, int]] = []
    faulty = not lines.whole
    for number, (at, cells) in enumerate(lines.rows):
        if number == 0 and (not cells[0] or cells[0].casefold() in _HEADERS):
            continue
        row = Row(path, at, {"date": 0, "count": 1}, cells, problems)
        if not row.text("count"):
            row.warning("count", "the row has no count and was left out", "Write a count, or delete the row")
            continue
        row.needs("date", "Write the date of the count")
        date, count = row.date("date"), row.integer("count")
        if count is not None and count < 0:
            row.error("count", "is less than 0", "Write persons")
        if row.faulty or date is None or count is None:
            faulty = True
            continue
        day = (date - origin).days
        if entries and day <= entries[-1][0]:
            wrong = "the date is not later than the one before; Flee takes the rows as they come"
            row.warning("date", wrong, "Correct the date, or sort the rows")
        entries.append((day, count))
    if not entries and not faulty:
        problems.error(path, lines.top, "", "", "the file has no counts", "Write rows such as 2013-01-01,1200")
    return SeriesFile(name, tuple(entries)) if entries and not faulty else None


def _warn_of_lost_entries(file: str, line: int, series: Series, problems: Problems) -> None:
    for first, second in zip(series.files, series.files[1:], strict=False):
        lost = dropped(first.entries, second.entries)
        if lost:
            wrong = f"{lost} counts of {first.file} lie after the last of {second.file}; Flee leaves them out of the sum"
            problems.warning(file, line, "file", second.file, wrong, "Carry the second file on to the same date")


def read_corrections(lines: Lines, series: Sheet[Series], start: dt.date | None, problems: Problems) -> Sheet[Correction]:
    """The corrections that come into force: those before the first day do not."""
    made: list[tuple[int, Correction]] = []
    known = series.names
    for line, cells in lines.rows:
        row = Row(lines.file, line, {"name": 0, "date": 1, "rule": 2}, cells, problems)
        row.needs("name", "Write the name of a series")
        row.needs("date", "Write the date up to which the counts were too high")
        date = row.date("date")
        if row.text("rule") not in ("", "normalize"):
            row.warning("rule", "the word is not read: every correction is carried out as 'normalize'", "Write normalize")
        if row.text("name") and row.text("name") not in known and series.readable:
            mend = "Write a name of data_layout.csv"
            row.error("name", "is not a series of this folder", mend, known)
        if row.faulty or date is None or start is None:
            continue
        if date < start:
            row.warning("date", "the date lies before the first day, so the row has no effect", "Delete the row")
            continue
        made.append((line, Correction(row.text("name"), (date - start).days)))
    return sheet_of(lines, made)
