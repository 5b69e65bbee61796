"""What the summary speaks of, gathered day by day, against sums over the outcome of the same run."""

from __future__ import annotations

import dataclasses
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
from havenward.run.periods import Label, PeriodsOfRun
from havenward.run.prepared import Course, Prepared
from havenward.run.record import Recorder
from havenward.run.request import Request
from havenward.run.retold import retold
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


def assert_told(periods, outcome, **tolerance):
    def read(name, members, days):
        return outcome[name].values[members, days]

    draws, case = outcome.sizes["draw"], case_of(load("toy"))
    again = retold(outcome, case.ruleset({}), outcome.sizes["time"], [slice(0, 1), slice(1, draws)], read)
    for name in (field.name for field in dataclasses.fields(periods) if field.name != "layout"):
        found, values = getattr(periods, name), getattr(again, name)
        assert found.shape == values.shape
        if name != "days":
            assert np.abs(values).sum() > 0, name
            np.testing.assert_allclose(found, values, err_msg=name, **{"rtol": 0} | tolerance)


def test_the_outcome_is_retold_as_a_loop_would():
    """By hand, for a label each: what is at a camp every evening, and who came to it by month."""
    periods, outcome, _ = turned()
    camp = (outcome["stock_stage"].values == "in_camp") & (outcome["stock_site"].values == "Long Meadow")
    by_hand = outcome["stock"].values[:, :, camp, :4].sum(axis=(2, 3))
    label = periods.layout.place_stock.names.index(Label("Long Meadow", "in_camp", "stock"))
    np.testing.assert_array_equal(periods.place_stock[:, :, label], by_hand)
    ways = (name for name in periods.layout.flow.names if name.quantity == "to_camp")
    way = next(name for name in ways if name.site.endswith(">Long Meadow"))
    came = (outcome["link_quantity"].values == "to_camp") & (outcome["link_to"].values == "Long Meadow")
    came &= outcome["link_from"].values == way.site.split(">")[0]
    month = outcome["time"].values.astype("datetime64[M]")
    moved = outcome["flow"].values[:, :, came].sum(axis=2)
    by_hand = np.stack([moved[:, month == one].sum(axis=1) for one in np.unique(month)], axis=1)
    assert by_hand.sum() > 0
    np.testing.assert_array_equal(periods.flow[:, :, periods.layout.flow.names.index(way)], by_hand)


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


def test_ctrl_c_after_the_last_day_loses_nothing(monkeypatch):
    """While what was written last is waited for, and again; the tally says that all days are there, and they are."""
    case = case_of(load("toy"))
    prepared = Prepared.of(case, Request(members=3, seed=5, last=case.start + 79 * DAY), dt.date(2026, 1, 1))
    where = zarr.storage.MemoryStore()
    course = Course.begin(prepared, where, {})
    gathered = PeriodsOfRun(course.store.frame, prepared.ruleset, prepared.plan)
    end = Recorder.__exit__

    def slowly(*about):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        return end(*about)

    monkeypatch.setattr(Recorder, "__exit__", slowly)
    tally = course.turn(silent, gathered)
    assert (tally.members_done, tally.days_done) == (3, 80)
    outcome = xr.open_zarr(where, consolidated=False).load()
    assert (outcome["stock"].values.sum(axis=(2, 3)) > 0).all()
    assert_told(gathered.merge(3), outcome)


@pytest.mark.parametrize("stopped", [False, True])
def test_a_run_that_is_broken_off_says_what_it_approximated(stopped):
    def stop(done, total):
        if stopped and done == 3 * 10:
            raise KeyboardInterrupt

    _, _, tally = turned(progress=stop, solver="mean")
    assert tally.approximations == {"every draw is replaced by its expectation"}


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
