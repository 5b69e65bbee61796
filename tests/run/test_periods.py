"""What the summary speaks of, gathered day by day, against sums over the outcome of the same run."""

from __future__ import annotations

import datetime as dt
import os
import signal

import numpy as np
import pytest
import xarray as xr
import zarr

from havenward.api import load
from havenward.run.described import conserved
from havenward.run.kinds import case_of
from havenward.run.periods import PeriodsOfRun, period_ends
from havenward.run.prepared import Course, Prepared
from havenward.run.request import Request
from tests.run.conftest import silent

DAY = dt.timedelta(days=1)


def turned(scenario="toy", progress=silent, **request):
    """The periods of a run, the outcome of the same run, and its tally."""
    case = case_of(load(scenario))
    prepared = Prepared.of(case, Request(**{"members": 3, "seed": 5} | request), dt.date(2026, 1, 1))
    where = zarr.storage.MemoryStore()
    course = Course.begin(prepared, where, {})
    gathered = PeriodsOfRun(course.store.frame, prepared.ruleset, prepared.plan)
    tally = course.turn(progress, gathered)
    outcome = xr.open_zarr(where, consolidated=False).load().isel(time=slice(tally.days_done))
    return gathered.merge(tally.members_done), outcome.isel(draw=slice(tally.members_done)), tally


def expected(layout, outcome):
    """Periods, by sums over an outcome."""
    stock, flow = outcome["stock"].values, outcome["flow"].values
    ends = period_ends(outcome["time"].values)
    starts = np.append(0, ends[:-1] + 1)
    persons = layout.counted.persons
    by_period = [np.add.reduceat(sums.add(flow), starts, axis=1) for sums in (layout.flow, layout.summed)]
    return {
        "stock": layout.stock.add(stock[:, ends]),
        "flow": by_period[0],
        "cumulative": np.cumsum(by_period[1], axis=1),
        "place_stock": layout.place_stock.add(persons(stock)),
        "place_flow": layout.place_flow.add(persons(flow)),
        "place_cumulative": np.cumsum(layout.summed.add(persons(flow)), axis=1),
        "edges": layout.origin.add(stock[:, [0, -1], :, :4]).swapaxes(0, 1),
        "stages": layout.stages.add(persons(stock[:, -1:]))[:, 0],
    }


def assert_told(periods, outcome, **tolerance):
    for name, values in expected(periods.layout, outcome).items():
        assert np.abs(values).sum() > 0, name
        np.testing.assert_allclose(getattr(periods, name), values, err_msg=name, **{"rtol": 0} | tolerance)


@pytest.mark.parametrize("request_", [{}, {"solver": "individuals"}, {"members": 19, "first": dt.date(2010, 2, 10)}])
def test_what_is_gathered_is_what_the_outcome_adds_up_to(request_):
    """Whole numbers to the unit; in one batch or in two; also where earlier days are turned and not kept."""
    first = load("toy").header.start + 40 * DAY if "first" in request_ else None
    periods, outcome, _ = turned(**request_ | {"first": first})
    assert_told(periods, outcome)


def test_expectations_are_gathered_before_they_are_rounded():
    """The outcome keeps them in single precision, which is good for seven digits of each of the numbers that are added."""
    periods, outcome, _ = turned(solver="mean")
    assert_told(periods, outcome, rtol=1e-5, atol=1e-2)


def test_a_run_that_ends_early_is_told_to_its_last_day():
    def stop(done, total):
        if done == 3 * 100:
            raise KeyboardInterrupt

    periods, outcome, tally = turned(progress=stop)
    assert tally.days_done == len(periods.days) == 100
    assert periods.ends[-1] == 99
    assert_told(periods, outcome)


def test_ctrl_c_lets_the_day_end():
    """It comes in the midst of a day; what is kept holds whole days only."""
    case = case_of(load("toy"))
    prepared = Prepared.of(case, Request(members=3, seed=5), dt.date(2026, 1, 1))
    where = zarr.storage.MemoryStore()
    course = Course.begin(prepared, where, {})
    gathered = PeriodsOfRun(course.store.frame, prepared.ruleset, prepared.plan)
    asked = []

    class Impatient:
        def order(self, order, realised):
            if len(gathered._parts[0].place_stock) == 100 and not asked:
                asked.append(True)
                os.kill(os.getpid(), signal.SIGINT)

    part = gathered.part

    def listening(batch, rules):
        found = part(batch, rules)
        hear = found.order
        found.order = lambda *said: (Impatient().order(*said), hear(*said))
        return found

    gathered.part = listening
    tally = course.turn(silent, gathered)
    assert asked
    assert tally.days_done == 101
    outcome = xr.open_zarr(where, consolidated=False).load().isel(time=slice(101))
    assert_told(gathered.merge(3), outcome)


def test_people_who_are_lost_or_change_origin_are_not_conserved():
    """What run.json says is measured: it can be false."""
    periods, _, _ = turned()
    start = periods.edges[0].sum(axis=(1, 2)).astype(np.int64)
    assert conserved(periods.edges, start, whole=True)
    lost, moved = periods.edges.copy(), periods.edges.copy()
    lost[1, 2, 0, 1] -= 1
    moved[1, 0, 0, 2] -= 1
    moved[1, 0, 1, 2] += 1
    for edges in (lost, moved):
        assert not conserved(edges, start, whole=True)
    assert not conserved(periods.edges, start + 1, whole=True)
    assert conserved(periods.edges, start + 1, whole=False)
    assert not conserved(periods.edges, start + start // 1000, whole=False)
