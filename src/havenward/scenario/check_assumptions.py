"""Checks of assumptions: each is about a parameter that the model has, and gives it values that it can have."""

from __future__ import annotations

from havenward.scenario.draft import Draft
from havenward.scenario.problems import Problems
from havenward.scenario.requirements import Requirements
from havenward.scenario.schema import Assumption

COLUMNS = ("low", "median", "high")
RATES = ("1/day", "1/night")


def check_assumptions(draft: Draft, problems: Problems, requirements: Requirements) -> None:
    """Every check of assumptions."""
    check_values(draft, problems, requirements)
    check_double_ranges(draft, problems)


def check_values(draft: Draft, problems: Problems, requirements: Requirements) -> None:
    """The name is one of the model's, no figure is impossible, and no rate is above the usual of one a day."""
    file = draft.assumptions.file
    for line, row in draft.assumptions:
        known = requirements.parameters.get(row.name)
        if known is None:
            wrong, mend = "is no parameter of the model", "Write a name of the table of parameters"
            problems.error(file, line, "name", row.name, wrong, mend, requirements.parameters)
            continue
        for column, value in _figures(row):
            refusal = known.refusal(value)
            if refusal is not None:
                mend = f"Write a figure that is {known.limits}, in {known.unit}"
                problems.error(file, line, column, f"{value:g}", refusal, mend)
            elif known.unit in RATES and value > max(1.0, known.high):
                wrong = f"{row.name} is a rate {known.unit}: above 1 it speaks of things that happen more than once"
                problems.warning(file, line, column, f"{value:g}", wrong, f"Check that it is {known.unit}, and no per cent")


def _figures(row: Assumption) -> list[tuple[str, float]]:
    given = ((column, getattr(row, column)) for column in COLUMNS)
    return [(column, value) for column, value in given if value is not None]


def check_double_ranges(draft: Draft, problems: Problems) -> None:
    """The number of people varies by the homes' ranges or by one factor: both would count what is not known twice."""
    ranged = any(
        place.kind == "home" and (place.population_low, place.population_high) != (None, None)
        for place in draft.locations.rows
    )
    for line, row in draft.assumptions:
        if row.name == "population_scale" and ranged and any(value != row.median for _, value in _figures(row)):
            wrong = "the factor has a range, and so have the populations of homes: what is not known is counted twice"
            mend = "Empty low and high here, or population_low and population_high in locations.csv"
            problems.warning(draft.assumptions.file, line, "name", row.name, wrong, mend)
