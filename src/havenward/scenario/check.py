"""What only shows when the rows of a scenario are held against one another."""

from __future__ import annotations

from havenward.scenario.check_assumptions import check_assumptions
from havenward.scenario.check_dates import check_dates
from havenward.scenario.check_nights import check_nights
from havenward.scenario.check_places import check_places
from havenward.scenario.check_stocks import check_plots, check_stocks
from havenward.scenario.check_ways import check_ways
from havenward.scenario.draft import Draft
from havenward.scenario.problems import Problems
from havenward.scenario.requirements import Requirements
from havenward.scenario.schema import Row

SHARES_TOLERANCE = 1e-6
"""How far the shares of household classes may be from 1 together."""


def cross_check(draft: Draft, problems: Problems, requirements: Requirements | None) -> None:
    """Every check across rows and tables. Rows that are not valid by themselves are left aside.

    Without `requirements` nothing is held against a model.
    """
    check_keys(draft, problems)
    check_sources(draft, problems)
    check_ranges(draft, problems)
    check_classes(draft, problems)
    check_places(draft, problems)
    check_ways(draft, problems)
    check_dates(draft, problems)
    check_stocks(draft, problems)
    if requirements is not None:
        check_assumptions(draft, problems, requirements)
        check_nights(draft, problems, requirements)
        check_plots(draft, problems, requirements)


def check_keys(draft: Draft, problems: Problems) -> None:
    """No two rows of a table may speak of the same thing."""
    for sheet in draft.sheets():
        first: dict[tuple[object, ...], int] = {}
        for line, row in sheet:
            key = tuple(getattr(row, column) for column in row.key)
            if key in first:
                same = " and ".join(row.key)
                value = ", ".join(str(part) for part in key)
                wrong = f"the row has the same {same} as row {first[key]}"
                problems.error(sheet.file, line, row.key[0], value, wrong, "Delete or mend one of the two")
            first.setdefault(key, line)


def check_sources(draft: Draft, problems: Problems) -> None:
    """A figure that is called sourced must name its source, and each named source must be listed."""
    known = draft.sources.names("id")
    for sheet in draft.sheets():
        for line, row in sheet:
            if not isinstance(row, Row):
                continue
            if not row.source and row.label == "sourced":
                mend = "Write the id of a row of sources.csv, or label the row 'assumed'"
                problems.error(sheet.file, line, "source", "", "the row is labelled 'sourced' and names no source", mend)
            elif row.source and row.source not in known and draft.sources.readable:
                mend = "Add it to sources.csv, or write an id that is there"
                problems.error(sheet.file, line, "source", row.source, "is no id in sources.csv", mend, known)


def check_ranges(draft: Draft, problems: Problems) -> None:
    """A range holds its figure."""
    for line, place in draft.locations:
        figures = place.population_low, place.population, place.population_high
        _check_range(draft.locations.file, line, ("population_low", "population", "population_high"), figures, problems)
    for line, assumption in draft.assumptions:
        figures = assumption.low, assumption.median, assumption.high
        _check_range(draft.assumptions.file, line, ("low", "median", "high"), figures, problems)
    for line, seen in draft.evidence:
        _check_range(draft.evidence.file, line, ("low", "value", "high"), (seen.low, seen.value, seen.high), problems)


def _check_range(
    file: str,
    line: int,
    columns: tuple[str, str, str],
    figures: tuple[float | None, float, float | None],
    problems: Problems,
) -> None:
    (low_column, column, high_column), (low, figure, high) = columns, figures
    if low is not None and low > figure:
        wrong = f"is more than '{column}' ({figure:g})"
        problems.error(file, line, low_column, f"{low:g}", wrong, "Write the lower end of the range here")
    if high is not None and high < figure:
        wrong = f"is less than '{column}' ({figure:g})"
        problems.error(file, line, high_column, f"{high:g}", wrong, "Write the upper end of the range here")


def check_classes(draft: Draft, problems: Problems) -> None:
    """The classes of households divide all households among them, and somebody lives in each."""
    sheet = draft.classes
    for line, kind in sheet:
        persons = kind.men + kind.women + kind.boys + kind.girls
        if persons == 0:
            problems.error(
                sheet.file,
                line,
                "men",
                0,
                "nobody belongs to this class",
                "Write how many men, women, boys, girls",
            )
        elif kind.kind == "lone" and persons != 1:
            wrong = "the class is 'lone' and has not one person"
            problems.warning(sheet.file, line, "kind", persons, wrong, "Write 'household', or one person")
    if not sheet.whole:
        return
    total = sum(kind.share for kind in sheet.rows)
    if not sheet.rows:
        problems.error(sheet.file, sheet.top, "name", "", "the table has no row", "Write a class with share 1")
    elif abs(total - 1) > SHARES_TOLERANCE:
        wrong = "the shares do not sum to 1"
        problems.error(sheet.file, sheet.lines[-1], "share", f"{total:.8g}", wrong, "Change shares until they sum to 1")
