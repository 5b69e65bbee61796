"""Bad cells: figures, dates and words that cannot be meant."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.scenario.cells import YEARS, Fault, convert, western_digits
from tests.scenario.helpers import only, place, problems_of, with_cells


@pytest.mark.parametrize(
    ("value", "wrong", "mend"),
    [
        ("nan", "not a number", "Leave the cell empty"),
        ("inf", "not a number", "Leave the cell empty"),
        ("#N/A", "not a number", "Leave the cell empty"),
        ("1e999", "larger than any figure", "digits"),
        ("1e13", "larger than any figure", "digits"),
        ("9" * 5000, "not a number", "digits"),
        ("-5", "less than 0", "Write 0"),
        ("6e8", "more than 500000000", "or less"),
        ("12,5", "decimal comma", "Write a point: 12.5"),
        ("13,000", "thousands marks", "Write 13000"),
        ("13 000", "thousands marks", "Write 13000"),
        ("35%", "percentage", "0.35"),
        ("about 5", "not a number", "Write digits"),
        ("1_000", "not a number", "Write digits"),
        ("0x10", "not a number", "Write digits"),
        ("²", "not a number", "Write digits"),
    ],
)
def test_bad_numbers(value, wrong, mend):
    problem = only(with_cells("locations.csv", 2, population_low="", population_high="", population=value))
    assert place(problem)[:3] == ("locations.csv", 2, "population")
    assert problem.value.startswith(value[:5])
    assert len(problem.value) <= 80
    assert wrong in problem.wrong
    assert mend in problem.mend


@pytest.mark.parametrize(("value", "wrong"), [("4.5", "whole number"), ("-1", "less than 0"), ("20000", "more than 10000")])
def test_bad_whole_numbers(value, wrong):
    problem = only(with_cells("crossings.csv", 2, desks=value))
    assert place(problem)[:3] == ("crossings.csv", 2, "desks")
    assert wrong in problem.wrong


def test_a_whole_number_may_have_empty_decimals():
    assert problems_of(with_cells("crossings.csv", 2, desks="6.0")) == []


@pytest.mark.parametrize(
    ("value", "wrong", "mend"),
    [
        ("31/12/2010", "year-month-day", "Write 2010-12-31"),
        ("12/31/2010", "year-month-day", "Write 2010-12-31"),
        ("3.4.2010", "year-month-day", "Write 2010-04-03 or 2010-03-04"),
        ("2010-4-3", "year-month-day", "Write 2010-04-03"),
        ("2010/04/03", "year-month-day", "Write 2010-04-03"),
        ("2010-04-03 00:00:00", "year-month-day", "Write 2010-04-03"),
        ("40271", "year-month-day", "spreadsheet's day number: write 2010-04-03"),
        ("1270252800", "year-month-day", "Write it as 2016-03-15"),
        ("3 April 2010", "year-month-day", "Write it as 2016-03-15"),
        ("2010-02-30", "no day of the calendar", "Check the month"),
        ("0210-04-03", "cannot be meant", "1900"),
        ("2910-04-03", "cannot be meant", "2199"),
    ],
)
def test_bad_dates(value, wrong, mend):
    problem = only(with_cells("prices.csv", 3, date=value))
    assert place(problem) == ("prices.csv", 3, "date", value)
    assert wrong in problem.wrong
    assert mend in problem.mend


def test_a_word_that_is_not_known_gets_the_nearest():
    problem = only(with_cells("restrictions.csv", 2, kind="exitt"))
    assert place(problem) == ("restrictions.csv", 2, "kind", "exitt")
    assert problem.mend.startswith("Did you mean 'exit'? Write 'exit', 'telephones', 'advice', 'border' or 'services'")


def test_a_needed_cell_that_is_empty():
    problem = only(with_cells("prices.csv", 3, index=""))
    assert place(problem) == ("prices.csv", 3, "index", "")
    assert "missing" in problem.wrong


@pytest.mark.parametrize("name", ["a|b", "a>b", "x" * 81])
def test_names_that_would_break_keys(name):
    problems = problems_of(with_cells("classes.csv", 2, name=name))
    assert [place(problem)[:3] for problem in problems] == [("classes.csv", 2, "name")]


def test_flags():
    assert problems_of(with_cells("evidence.csv", 2, weak="TRUE")) == []
    problem = only(with_cells("evidence.csv", 2, weak="perhaps"))
    assert place(problem) == ("evidence.csv", 2, "weak", "perhaps")
    assert problem.mend == "Write true or false"


@given(st.text(max_size=60), st.sampled_from(["number", "integer", "date", "flag"]))
def test_any_text_gives_a_value_or_a_fault(text, kind):
    value = convert(kind, western_digits(text))
    assert isinstance(value, float | int | dt.date | bool | Fault)
    assert not isinstance(value, Fault) or (value.wrong and value.mend)


@given(st.floats(min_value=-1e12, max_value=1e12))
def test_numbers_come_back(number):
    assert convert("number", repr(number)) == number


@given(st.dates(dt.date(YEARS.start, 1, 1), dt.date(YEARS.stop - 1, 12, 31)))
def test_dates_come_back(day):
    assert convert("date", day.isoformat()) == day


@given(st.integers(min_value=0, max_value=10**11), st.sampled_from(["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]))
def test_eastern_digits_mean_the_same(number, digits):
    eastern = "".join(digits[int(digit)] for digit in str(number))
    assert convert("integer", western_digits(eastern)) == number
