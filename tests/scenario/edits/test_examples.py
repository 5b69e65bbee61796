"""The examples are of every kind, and each can be made without a warning."""

import pytest

from havenward.scenario.edits.read import EDITS
from tests.scenario.edits.examples import EXAMPLES, changed, month


def test_there_is_one_of_every_kind():
    assert list(EXAMPLES) == list(EDITS)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_it_is_told_in_the_header(kind):
    header = changed(month(), EXAMPLES[kind]).header
    assert header.edits == [EXAMPLES[kind].told]
    assert header.full_title == "With 1 edit: The siege of Tarrow (invented)"
    assert header.full_name == "toy-edited"
