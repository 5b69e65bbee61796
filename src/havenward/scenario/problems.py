"""What is wrong with a scenario: each problem says where it stands, what it is, and how to mend it."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning"]

SHOWN = 80
"""Characters of a value that are quoted in a problem."""

PER_COLUMN = 100
"""Problems told of one column of one file; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend.

    `row` is the line in the file, counted from 1 (the header of a table is line 1); it is None only where the
    file as a whole is meant (missing, too large, not readable). `column` is the column of a table or the key
    in `scenario.yaml`; it is empty where a whole row or file is meant.
    """

    file: str
    row: int | None
    column: str
    value: str
    wrong: str
    mend: str
    severity: Severity = "error"

    @property
    def place(self) -> str:
        """File, row and column in words."""
        parts = [self.file]
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(f"column '{self.column}'")
        return ", ".join(parts)

    def __str__(self) -> str:
        """The problem as one line."""
        value = f"'{self.value}': " if self.value else ""
        return f"{self.severity}: {self.place}: {value}{self.wrong}. {self.mend}."

    def as_dict(self) -> dict[str, str | int | None]:
        """The problem as plain values, for JSON."""
        return asdict(self)


class ScenarioError(Exception):
    """A scenario cannot be used. `problems` holds everything that was found, warnings too."""

    def __init__(self, problems: list[Problem]) -> None:
        """`problems` is what `check` gives."""
        self.problems = problems
        errors = [problem for problem in problems if problem.severity == "error"]
        lines = [f"the scenario has {len(errors)} error{'' if len(errors) == 1 else 's'}"]
        super().__init__("\n".join([*lines, *(f"  {problem}" for problem in errors)]))


class Problems:
    """Collects problems while a scenario is read and checked."""

    def __init__(self) -> None:
        """Begins with none."""
        self._found: list[Problem] = []
        self._counts: Counter[tuple[str, str, Severity]] = Counter()

    def error(
        self,
        file: str,
        row: int | None,
        column: str,
        value: object,
        wrong: str,
        mend: str,
        near: Iterable[str] = (),
    ) -> None:
        """Notes what makes the scenario unusable; a slip of the pen is sought among the names `near`."""
        self._add("error", file, row, column, value, wrong, mend, near)

    def warning(
        self,
        file: str,
        row: int | None,
        column: str,
        value: object,
        wrong: str,
        mend: str,
        near: Iterable[str] = (),
    ) -> None:
        """Notes what is odd, but can be used."""
        self._add("warning", file, row, column, value, wrong, mend, near)

    def _add(
        self,
        severity: Severity,
        file: str,
        row: int | None,
        column: str,
        value: object,
        wrong: str,
        mend: str,
        near: Iterable[str],
    ) -> None:
        self._counts[file, column, severity] += 1
        if self._counts[file, column, severity] > PER_COLUMN:
            return
        text = "" if value is None else str(value)
        guess = nearest(text, near)
        if guess is not None:
            mend = f"Did you mean '{guess}'? {mend}"
        self._found.append(
            Problem(printable(file), row, printable(column), printable(text), escaped(wrong), escaped(mend), severity)
        )

    @property
    def failed(self) -> bool:
        """Whether there is any error."""
        return any(severity == "error" for _, _, severity in self._counts)

    def sorted(self) -> list[Problem]:
        """Everything found, by file and row, with a last line for each column that had too many to print."""
        found = list(self._found)
        for (file, column, severity), count in self._counts.items():
            if count > PER_COLUMN:
                last = next(p for p in reversed(found) if (p.file, p.column) == (printable(file), printable(column)))
                wrong = f"and {count - PER_COLUMN} more problems in this column, which are not listed"
                mend = "Mend those above first; they often have one cause"
                found.append(Problem(last.file, last.row, last.column, "", wrong, mend, severity))
        return sorted(found, key=lambda p: (p.file != "scenario.yaml", p.file, p.row or 0))


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The most similar of `names`, or None where none is similar."""
    if not name or len(name) > SHOWN:
        return None
    folded = {other.casefold(): other for other in names}
    matches = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


def printable(text: str) -> str:
    """`text` cut to a quotable length, with what a terminal would obey written as escapes."""
    safe = escaped(text[: SHOWN + 1])
    return safe if len(safe) <= SHOWN else safe[: SHOWN - 1] + "…"


def escaped(text: str) -> str:
    """`text` with what a terminal would obey written as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
