"""Tables of people, and what people could be sorted by, never get in."""

import pytest

from havenward.scenario.cells import kinds
from havenward.scenario.refused import refusal
from havenward.scenario.schema import TABLES, Area, Epoch, Header
from tests.scenario.helpers import only, place, with_column, with_text

PERSONS = [
    "first_name",
    "Full Name",
    "headOfHouseholdName",
    "head_name",
    "surname",
    "phone",
    "Mobile number",
    "telephone",
    "national_id",
    "ID number",
    "passport",
    "case_id",
    "date_of_birth",
    "DOB",
    "home address",
    "house_number",
    "home_lat",
    "email",
    "testimony",
    "free_text",
    "Answer 3",
    "prénom",
    "رقم الهوية",
    "رقم_هاتف",
]
GROUPINGS = ["ethnicity", "Ethnic group", "religion", "sect", "tribe", "share_shia", "clan", "family_name", "الدين"]


@pytest.mark.parametrize("column", PERSONS)
def test_records_of_persons_are_refused_with_the_reason(column):
    problem = only(with_column("locations.csv", column))
    assert place(problem) == ("locations.csv", 1, column, column)
    assert "record of persons" in problem.wrong
    assert problem.mend == "Delete the column"


@pytest.mark.parametrize("column", GROUPINGS)
def test_what_sorts_people_is_refused_with_the_reason(column):
    problem = only(with_column("evidence.csv", column))
    assert place(problem) == ("evidence.csv", 1, column, column)
    assert "turned against" in problem.wrong


def test_keys_of_the_header_are_refused_too():
    problem = only(with_text("scenario.yaml", "nature: synthetic", "nature: synthetic\nreligion: none"))
    assert (problem.file, problem.column, problem.value) == ("scenario.yaml", "religion", "religion")
    assert problem.mend == "Delete the key"


@pytest.mark.parametrize("column", ["persons", "people", "mobility_share", "place", "comment", "simple", "section"])
def test_harmless_columns_are_not_taken_for_persons(column):
    assert refusal(column) is None


def test_no_column_of_the_format_is_one_that_would_be_refused():
    for model in (*TABLES.values(), Header, Area, Epoch):
        assert [name for name in kinds(model) if refusal(name)] == []
