"""What Flee's table needs beside stocks: which places count the internally displaced, and errors."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.report.flee_table import header, idp_camps, relative_errors
from tests.scenario_flee.helpers import read, replaced, small


def test_camps_of_the_displaced_follow_changes_and_closures():
    """Epsilon is one, but for days 2 and 3, when it is closed; Gamma becomes one on day 3; Delta never is."""
    files = replaced(small(), "input_csv/closures.csv", "camp,Delta,,4,-1\n", "camp,Delta,,1,2\nidpcamp,Epsilon,,2,4\n")
    scenario = read(files)
    found = idp_camps(scenario)
    assert found[:, scenario.index["Epsilon"]].tolist() == [True, True, False, False, True, True]
    assert found[:, scenario.index["Gamma"]].tolist() == [False, False, False, True, True, True]
    assert found.sum() == 4 + 3


def test_a_camp_that_reopens_as_a_camp_is_none_of_the_displaced():
    scenario = read(replaced(small(), "input_csv/closures.csv", "camp,Delta,,4,-1\n", "camp,Epsilon,,2,4\n"))
    assert idp_camps(scenario)[:, scenario.index["Epsilon"]].tolist() == [True, True, False, False, False, False]


@pytest.mark.parametrize(("sim", "data", "error"), [(0, 0, 0.0), (7, 0, 0.0), (0, 5, 1.0), (3, 7, 0.5714), (22, 7, 2.1429)])
def test_errors_are_relative_and_have_four_digits(sim, data, error):
    assert relative_errors(np.array([sim]), np.array([data])).tolist() == [error]


def test_a_name_with_a_comma_stays_one_column():
    assert header(["Camp, north"], idps=True)[2:5] == ["Camp, north sim", "Camp, north data", "Camp, north error"]
    assert header(["A"], idps=True)[-1] == "total IDPs"
