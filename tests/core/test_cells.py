"""Tables of cells."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.core.cells import CellTableBuilder
from havenward.core.streams import meaning


def test_a_meaning_asked_for_twice_is_one_row():
    builder = CellTableBuilder()
    first = builder.row(("home", "north"), (1, 1, 0, 0), 0)
    builder.row(("home", "south"), (1, 1, 0, 0), 1)
    assert builder.row(("home", "north"), [1, 1, 0, 0], 0) == first
    table = builder.table()
    assert len(table) == 2
    assert table.meanings == (("home", "north"), ("home", "south"))
    assert table.hashes.tolist() == [meaning("home", "north"), meaning("home", "south")]
    assert table.persons().tolist() == [2, 2]


@pytest.mark.parametrize(("people", "origin"), [((1, 1, 0, 1), 0), ((1, 1, 0, 0), 1)])
def test_a_meaning_has_one_make_up_and_one_origin(people, origin):
    builder = CellTableBuilder()
    builder.row(("home", "north"), (1, 1, 0, 0), 0)
    with pytest.raises(ValueError, match=r"home.*already known with other people or another origin"):
        builder.row(("home", "north"), people, origin)


@pytest.mark.parametrize("people", [(0, 0, 0, 0), (2, -1, 0, 0)])
def test_every_unit_has_somebody(people):
    builder = CellTableBuilder()
    builder.row(("home",), people, 0)
    with pytest.raises(ValueError, match="somebody"):
        builder.table()


def test_people_stand_in_the_groups_of_their_table():
    builder = CellTableBuilder(("adults", "children"))
    builder.row(("home",), (2, 3), 0)
    table = builder.table()
    assert table.groups == ("adults", "children")
    assert table.totals(np.array([[10]])).tolist() == [[[20, 30]]]
    with pytest.raises(ValueError, match=r"people of 4 groups, not of adults, children"):
        builder.row(("road",), (1, 1, 0, 0), 0)


def test_people_are_men_women_boys_and_girls_unless_said_otherwise():
    builder = CellTableBuilder()
    builder.row(("home",), (1, 1, 2, 1), 0)
    assert builder.table().groups == ("men", "women", "boys", "girls")


def test_meanings_that_read_the_same_are_refused():
    builder = CellTableBuilder()
    builder.row(("home", "north|one"), (1, 0, 0, 0), 0)
    builder.row(("home", "north", "one"), (1, 0, 0, 0), 0)
    with pytest.raises(ValueError, match="share one hash"):
        builder.table()


def test_totals_are_persons_by_origin_and_group():
    builder = CellTableBuilder()
    builder.row(("north",), (1, 2, 0, 0), 0)
    builder.row(("south",), (0, 1, 3, 0), 1)
    builder.row(("south", "later"), (0, 0, 0, 1), 1)
    totals = builder.table().totals(np.array([[10, 1, 0], [0, 2, 7]]))
    assert totals.tolist() == [[[10, 20, 0, 0], [0, 1, 3, 0]], [[0, 0, 0, 0], [0, 2, 6, 7]]]
