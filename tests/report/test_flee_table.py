"""What Flee's table needs beside stocks: names of columns, and errors."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.report.flee_table import header, relative_errors


@pytest.mark.parametrize(("sim", "data", "error"), [(0, 0, 0.0), (7, 0, 0.0), (0, 5, 1.0), (3, 7, 0.5714), (22, 7, 2.1429)])
def test_errors_are_relative_and_have_four_digits(sim, data, error):
    assert relative_errors(np.array([sim]), np.array([data])).tolist() == [error]


def test_a_name_with_a_comma_stays_one_column():
    assert header(["Camp, north"], idps=True)[2:5] == ["Camp, north sim", "Camp, north data", "Camp, north error"]
    assert header(["A"], idps=True)[-1] == "total IDPs"
