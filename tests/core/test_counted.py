"""What is counted: people by group, and the units in which they move."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.core.counted import Counted

COUNTS = np.array([[3, 4, 2], [0, 1, 1]])


@pytest.mark.parametrize(
    ("groups", "unit", "rows", "told"),
    [
        (
            ("adults", "children"),
            "families",
            [("all", "individuals"), ("adults", "individuals"), ("children", "individuals"), ("all", "families")],
            [[7, 3, 4, 2], [1, 0, 1, 1]],
        ),
        (("adults", "children"), "", [("all", "individuals"), ("adults", "individuals"), ("children", "individuals")], None),
        (("persons",), "families", [("all", "individuals"), ("all", "families")], [[3, 4], [0, 1]]),
        (("persons",), "", [("all", "individuals")], [[3], [0]]),
    ],
)
def test_a_table_tells_all_each_of_several_groups_and_units(groups, unit, rows, told):
    counted = Counted(groups, unit)
    counts = COUNTS[:, : len(counted.names)]
    assert list(counted.rows) == rows
    assert counted.told(counts).tolist() == (told or [[7, 3, 4], [1, 0, 1]])
    assert counted.persons(counts).tolist() == counts[:, : len(groups)].sum(axis=1).tolist()
    assert counted.people(counts).shape[1] == len(groups)


def test_every_count_says_whether_it_is_of_individuals():
    assert Counted(("adults", "children"), "families").units == ("individuals", "individuals", "families")
    assert Counted(("persons",), "").units == ("individuals",)
