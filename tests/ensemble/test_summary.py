"""The table of an ensemble is that of a run of the same members, however few values are held at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.ensemble import summary
from havenward.ensemble.kept import VARIABLES
from havenward.run.folder import run_to_folder
from havenward.run.request import Request
from havenward.scenario.folder import locate
from tests.ensemble.helpers import LAST, MEMBERS, case, whole


@pytest.mark.parametrize("at_once", [2_000, 20_000, summary.AT_ONCE])
@pytest.mark.parametrize("solver", ["chain", "mean"])
def test_it_is_that_of_a_run_to_the_byte(tmp_path, monkeypatch, at_once, solver):
    monkeypatch.setattr(summary, "AT_ONCE", at_once)
    whole(tmp_path / "ensemble", solver=solver, last=LAST.replace(month=4))
    request = Request(members=MEMBERS, last=LAST.replace(month=4), solver=solver)
    run_to_folder(case(), locate("toy"), tmp_path / "run", request, lambda done, total: None)
    ours, theirs = ((tmp_path / name / "summary.csv").read_bytes() for name in ("ensemble", "run"))
    assert ours == theirs
    assert ours.count(b"\n") > 100


class Sized:
    """A store of which only the number of labels is known."""

    def __init__(self, sizes):
        self.labels = {axis: range(size) for axis, size in sizes.items()}


@given(
    st.sampled_from(
        [name for name, variable in VARIABLES.items() if variable.axes and variable.axes[0] in ("time", "period")]
    ),
    st.integers(1, 300),
    st.integers(1, 400),
    st.integers(1, 9),
    st.integers(1, 10_000_000),
)
def test_pieces_cover_every_value_once_and_hold_few(name, labels, times, counts, members):
    label = next(axis for axis in VARIABLES[name].axes if axis.endswith("label"))
    store = Sized({label: labels, "time": times, "period": times, "count": counts})
    covered = np.zeros((labels, times), dtype=int)
    a_value = 8 * members * (counts if "count" in VARIABLES[name].axes else 1)
    for some, when in summary._some(store, name, labels, members):
        covered[some, when] += 1
        held = (some.stop - some.start) * (when.stop - when.start) * a_value
        assert held <= max(summary.AT_ONCE, a_value)
    assert (covered == 1).all()
