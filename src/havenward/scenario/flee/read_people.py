"""`demographics_<attribute>.csv` and `agents.csv`: who sets out.

What would sort people by community is refused, and of agents only counts by place, age group and sex are kept.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from havenward.scenario.cells import Fault, convert, western_digits
from havenward.scenario.flee.lines import Lines
from havenward.scenario.flee.schema import AgentCount, AttributeWeights, frozen
from havenward.scenario.problems import Problems
from havenward.scenario.refused import refusal

PREFIX = "demographics_"
NUMERIC = frozenset(("age", "floodawareness"))
"""Attributes that rules compute with."""

SEXES = frozenset(("male", "female"))
AGES = ((60, "60+"), (19, "19-59"), (15, "15-18"), (0, "0-14"))
"""Lowest age and name of each group, oldest first: where Flee's rules on age draw lines."""

OLDEST = 130


def attribute_of(name: str) -> str:
    """The attribute of a file name: what stands between the first and the second underscore."""
    return name.removesuffix(".csv").split("_")[1]


def _refused(file: str, words: list[tuple[int, str]], problems: Problems) -> bool:
    """Whether any word, given with its line, would sort people by community or tell who somebody is; then an error."""
    for line, word in words:
        reason = refusal(word)
        if reason is not None:
            problems.error(file, line, "", word, reason, "Delete the file")
            return True
    return False


def read_weights(name: str, lines: Lines, known: frozenset[str] | None, problems: Problems) -> AttributeWeights | None:
    """The distribution of one attribute; None (and errors) where it cannot be read."""
    attribute = attribute_of(name)
    rows = sorted((*lines.comments[:1], *lines.rows))
    words = [(1, name.removesuffix(".csv").removeprefix(PREFIX)), *((line, cells[0]) for line, cells in rows)]
    if _refused(lines.file, words, problems):
        return None
    if not rows:
        if lines.whole:
            problems.error(lines.file, lines.top, "", "", "the file is empty", f"Write {attribute or 'age'},Default")
        return None
    if not attribute:
        problems.error(lines.file, 1, "", name, "the file name holds no attribute", "Call it demographics_age.csv")
        return None
    (head, header), body = rows[0], rows[1:]
    if header[0].strip("#") != attribute:
        wrong = f"the attribute is {attribute}, which stands in the name of the file up to its second underscore"
        problems.warning(lines.file, head, header[0], header[0], wrong, f"Write {attribute}")
    columns = _columns(lines.file, head, header, known, problems)
    values = [_value(lines.file, line, cells[0], attribute, problems) for line, cells in body]
    weights = _weights(lines, header, body, columns, problems)
    if not body and lines.whole:
        problems.error(lines.file, head, "", "", "the table has no row", "Write a value and its weight in each row")
    if weights is None or not body or None in values or "Default" not in columns or not lines.whole:
        return None
    if not all(isinstance(value, float) for value in values):
        values = [_word(value) for value in values]
    places = tuple(place for place in columns if place != "Default")
    at = [list(columns).index(place) for place in places]
    default = weights[:, list(columns).index("Default")]
    return AttributeWeights(
        attribute,
        tuple(value for value in values if value is not None),
        frozen(default, np.float64, default.shape),
        places,
        frozen(weights[:, at], np.float64, (len(body), len(at))),
    )


def _columns(file: str, head: int, header: list[str], known: frozenset[str] | None, problems: Problems) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, name in enumerate(header[1:], start=1):
        if name in columns:
            problems.error(file, head, name, name, "the column stands twice", "Delete one of the two")
        elif name and name != "Default" and known is not None and name not in known:
            wrong = "is not a location of this folder, so the column is not read"
            problems.warning(file, head, name, name, wrong, "Rename or delete the column", known | {"Default"})
        elif name:
            columns[name] = at
    if "Default" not in columns:
        problems.error(file, head, "Default", "", "the column is missing", "Add the column 'Default'")
    return columns


def _value(file: str, line: int, text: str, attribute: str, problems: Problems) -> float | str | None:
    if not text:
        problems.error(file, line, attribute, "", "the cell is empty", "Write the value that the weights are for")
        return None
    number = convert("number", western_digits(text))
    if isinstance(number, float):
        if attribute == "age" and not 0 <= number <= OLDEST:
            problems.error(file, line, attribute, text, f"is no age from 0 to {OLDEST}", "Write years")
            return None
        return number
    if attribute in NUMERIC and isinstance(number, Fault):
        problems.error(file, line, attribute, text, number.wrong, number.mend)
        return None
    if attribute == "gender" and text not in SEXES:
        wrong = "Flee's rules know male and female only"
        problems.warning(file, line, attribute, text, wrong, "Write male or female, in small letters", SEXES)
    return text


def _word(value: float | str | None) -> str | None:
    """A number among words, as the word that it was."""
    return f"{value:.12g}" if isinstance(value, float) else value


def _weights(
    lines: Lines, header: list[str], body: list[tuple[int, list[str]]], columns: dict[str, int], problems: Problems
) -> np.ndarray | None:
    """Weights, (rows, columns); None (and errors) where any is none."""
    values = np.zeros((len(body), len(columns)))
    failed = False
    for row, (line, cells) in enumerate(body):
        for column, (name, at) in enumerate(columns.items()):
            text = cells[at] if at < len(cells) else ""
            weight = convert("number", western_digits(text)) if text else Fault("the cell is empty", "Write a weight")
            if isinstance(weight, float) and weight < 0:
                weight = Fault("is less than 0", "Write a weight of 0 or more")
            if not isinstance(weight, float):
                fault = weight if isinstance(weight, Fault) else Fault("is not a number", "Write a weight")
                problems.error(lines.file, line, name, text, fault.wrong, fault.mend)
                failed = True
                continue
            values[row, column] = weight
        if any(cells[len(header) :]):
            wrong = f"the row has {len(cells)} cells, the header has {len(header)}"
            problems.error(lines.file, line, "", cells[-1], wrong, "Take out cells, or name their columns")
            failed = True
    for column, name in enumerate(columns):
        if body and not failed and values[:, column].sum() <= 0:
            problems.error(lines.file, body[-1][0], name, "", "the weights sum to 0", "Give a value some weight")
            failed = True
    return None if failed else values


def read_agents(lines: Lines, known: frozenset[str] | None, problems: Problems) -> tuple[AgentCount, ...]:
    """Agents by place, age group and sex; no line of the file is kept, and no message quotes more than a place."""
    rows = sorted((*lines.comments, *lines.rows))
    if not rows:
        if lines.whole:
            problems.error(lines.file, lines.top, "", "", "the file has no header", "Write location,age,gender")
        return ()
    (head, header), body = rows[0], rows[1:]
    columns: dict[str, int] = {}
    for at, name in enumerate(header[1:], start=1):
        if (reason := refusal(name)) is not None:
            problems.error(lines.file, head, name, name, reason, "Delete the column")
        elif name in columns:
            problems.error(lines.file, head, name, name, "the column stands twice", "Delete one of the two")
        elif name in ("age", "gender"):
            columns[name] = at
        elif name:
            wrong = "agents are counted by place, age group and sex, and nothing else of them is kept"
            problems.warning(lines.file, head, name, name, wrong, "Delete the column", ("age", "gender"))
    counts: Counter[tuple[str, str, str]] = Counter()
    for line, cells in body:
        if cells[0].startswith("#"):
            problems.warning(lines.file, line, "", "", "Flee takes this comment for an agent; it was left out", "Delete it")
        elif known is not None and cells[0] not in known:
            wrong = "is not a location of this folder, so the agent is left out"
            problems.warning(lines.file, line, "location", cells[0], wrong, "Write a name of locations.csv", known)
        else:
            cell = {name: cells[at] for name, at in columns.items() if at < len(cells)}
            ages = _age_group(lines.file, line, cell.get("age", ""), problems)
            counts[cells[0], ages, _sex(lines.file, line, cell.get("gender", ""), problems)] += 1
    return tuple(
        AgentCount.model_validate({"place": place, "ages": ages, "sex": sex, "agents": number})
        for (place, ages, sex), number in sorted(counts.items())
    )


def _age_group(file: str, line: int, text: str, problems: Problems) -> str:
    if not text:
        return AgentCount.UNKNOWN
    age = convert("number", western_digits(text))
    if not isinstance(age, float) or not 0 <= age <= OLDEST:
        problems.error(file, line, "age", "", f"the age is no number from 0 to {OLDEST}", "Write years, or nothing")
        return AgentCount.UNKNOWN
    return next(name for lowest, name in AGES if age >= lowest)


def _sex(file: str, line: int, text: str, problems: Problems) -> str:
    if text and text not in SEXES:
        wrong = "Flee's rules know male and female only; the agent is counted as unknown"
        problems.warning(file, line, "gender", "", wrong, "Write male, female or nothing")
    return text if text in SEXES else AgentCount.UNKNOWN
