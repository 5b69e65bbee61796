"""The run folder: what is in it, that it can be read and repeated, and what is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import numpy as np
import pytest
import xarray as xr

from havenward import __version__
from havenward.api import load
from havenward.run.attributes import interval_of
from havenward.run.folder import run_to_folder
from havenward.run.request import Request, RunError, plan_of
from havenward.run.siege_case import SiegeCase
from havenward.scenario.folder import locate
from tests.run.conftest import make

KEYS = {
    *("run_id", "version", "made", "scenario", "title", "nature", "tier", "banner", "solver", "members", "seed"),
    *("assumptions", "changes", "first_day", "last_day", "calibrated", "files", "cpu", "python", "parameters"),
    *("status", "members_done", "days", "initial_persons", "conserved", "approximations", "seconds", "final"),
    *("interval", "libraries"),
}


def test_a_run_folder_holds_what_its_page_says(toy_run):
    assert {path.name for path in toy_run.folder.iterdir()} == {
        *("run.json", "outcome.zarr", "scenario", "summary.csv", "summary.json", "summary.xlsx")
    }
    assert not list(toy_run.folder.parent.glob(".*"))


def test_the_record_says_all_that_is_needed_to_run_it_again(toy_run):
    record = toy_run.record
    assert set(record) >= KEYS
    assert (record["scenario"], record["solver"], record["members"], record["seed"]) == ("toy", "chain", 3, 1)
    assert (record["first_day"], record["last_day"], record["days"]) == ("2010-03-01", "2010-09-16", 200)
    assert (record["status"], record["conserved"], record["approximations"]) == ("complete", True, [])
    assert record["version"] == __version__
    assert dt.datetime.fromisoformat(record["made"]).utcoffset() == dt.timedelta(0)
    assert record["parameters"]["interception"]["median"] == 0.4
    for name, told in record["files"].items():
        assert hashlib.sha256((toy_run.folder / "scenario" / name).read_bytes()).hexdigest() == told


def test_the_record_says_what_decides_bits(toy_run):
    """The same bits are promised on one family of processors, with the same libraries."""
    assert set(toy_run.record["libraries"]) == {"numpy", "scipy", "numba", "llvmlite"}
    assert toy_run.record["libraries"]["numpy"] == np.__version__
    cpu = toy_run.record["cpu"]
    assert set(cpu) == {"machine", "processor", "system", "family", "features"}
    assert cpu["family"]
    assert cpu["features"] == sorted(set(cpu["features"]))


@pytest.mark.parametrize(
    ("asked", "interval"),
    [
        ({}, "over assumptions and chance"),
        ({"spread": 0.0}, "over chance only"),
        ({"solver": "mean"}, "over assumptions only"),
        ({"solver": "mean", "spread": 0.0}, "over surroundings only"),
        ({"solver": "individuals", "members": 1}, "none: one member"),
        ({"solver": "mean", "members": 1}, "none: one member"),
    ],
)
def test_a_run_says_what_its_intervals_are_of(asked, interval):
    assert interval_of(request(**asked), "siege") == interval


@pytest.mark.parametrize(
    ("asked", "interval"),
    [
        ({}, "over chance only"),
        ({"solver": "mean"}, "none: expected people"),
        ({"solver": "mean", "members": 1}, "none: one member"),
    ],
)
def test_expected_people_of_a_flee_folder_have_no_interval(asked, interval):
    assert interval_of(request(spread=0.0, **asked), "flee") == interval


def test_the_copy_of_the_scenario_is_the_scenario(toy_run):
    assert load(toy_run.folder / "scenario") == toy_run.scenario


def test_the_outcome_names_its_run_and_its_tier(toy_run):
    attributes = toy_run.outcome.attrs
    assert attributes["run"] == toy_run.record["run_id"]
    assert attributes["tier"] == toy_run.record["tier"] == "public"
    for name in ("scenario", "title", "solver", "seed", "nature", "version", "besieger", "calibrated", "interval"):
        assert name in attributes


def test_every_figure_carries_its_measure_and_unit(toy_run):
    for name in ("stock", "flow", "capacity"):
        assert {"measure", "units", "long_name"} <= set(toy_run.outcome[name].attrs)
    assert toy_run.outcome["stock"].attrs["measure"] == "stock"
    assert toy_run.outcome["flow"].attrs["measure"] == "flow"


def test_everybody_is_somewhere_on_every_day(toy_run):
    people = toy_run.outcome["stock"].isel(count=slice(0, 4)).sum(["stock_series", "count"]).values
    assert (people == people[:, :1]).all()
    assert round(people[:, 0].mean()) == toy_run.record["initial_persons"]


def test_the_same_request_gives_the_same_bits_and_the_same_name(toy_run, tmp_path):
    again = make(tmp_path / "again")
    assert again.record["run_id"] == toy_run.record["run_id"]
    xr.testing.assert_identical(again.outcome, toy_run.outcome)
    assert (again.folder / "summary.csv").read_bytes() == (toy_run.folder / "summary.csv").read_bytes()


@pytest.mark.parametrize("other", [{"seed": 2}, {"members": 4}, {"solver": "mean"}, {"changes": {"listener_spread": 0.4}}])
def test_another_request_has_another_name(toy_run, tmp_path, other):
    last = {"last": dt.date(2010, 3, 3)}
    same, different = make(tmp_path / "same", **last), make(tmp_path / "different", **last | other)
    assert same.record["run_id"] != toy_run.record["run_id"]
    assert different.record["run_id"] != same.record["run_id"]


def test_members_of_a_larger_run_are_those_of_a_smaller_one(toy_run, tmp_path):
    """Twenty members are turned in more than one batch."""
    last = dt.date(2010, 4, 15)
    many = make(tmp_path / "many", members=20, last=last)
    for name in ("stock", "flow", "wait", "closed", "besieged", "driver", "observed"):
        np.testing.assert_array_equal(
            many.outcome[name].isel(draw=slice(0, 3)), toy_run.outcome[name].sel(time=slice(None, "2010-04-15"))
        )
    assert len(np.unique(many.outcome["stock"].values.reshape(20, -1), axis=0)) == 20


def test_days_before_the_first_are_run_through_but_not_kept(toy_run, toy_weeks):
    """`--from` starts the record, never the world."""
    assert str(toy_weeks.outcome["time"].values[0])[:10] == "2010-06-19"
    whole = toy_run.outcome.sel(time=toy_weeks.outcome["time"])
    for name in ("stock", "flow", "wait", "besieged", "capacity"):
        np.testing.assert_array_equal(whole[name], toy_weeks.outcome[name], err_msg=name)


def test_a_run_may_end_before_any_counter_begins(tmp_path):
    """The tracking of the toy starts in July; a run until May has nothing of it, and says so with noughts."""
    early = make(tmp_path / "early", last=dt.date(2010, 5, 1))
    assert (early.outcome["observed"].sel(series="households displaced") == 0).all()


def test_a_series_whose_counter_began_before_the_run_is_not_a_number(tmp_path):
    late = make(tmp_path / "late", first=dt.date(2010, 8, 1), last=dt.date(2010, 8, 10))
    assert np.isnan(late.outcome["observed"].sel(series="arrivals since the takeover")).all()


def request(**values):
    return plan_of(SiegeCase(load("toy")), Request(**values))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"members": 0}, "at least 1"),
        ({"members": -3}, "at least 1"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "4294967295"),
        ({"solver": "oracle"}, "choose one of chain, individuals, mean"),
        ({"first": dt.date(2010, 2, 28)}, "2010-02-28"),
        ({"last": dt.date(2010, 9, 17)}, "2010-09-17"),
        ({"first": dt.date(2010, 5, 2), "last": dt.date(2010, 5, 1)}, "before"),
    ],
)
def test_impossible_requests_are_refused_with_their_reason(values, words):
    with pytest.raises(RunError, match=words):
        request(**values)


def test_the_largest_seed_is_a_seed():
    assert request(seed=2**32 - 1).seed == 2**32 - 1


def test_an_existing_folder_is_never_written_into(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="already"):
        make(kept)
    assert [path.name for path in kept.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    "changes",
    [
        {"listener_spread": float("nan")},
        {"contact_days": float("inf")},
        {"listener_spread": 1.5},
        {"parting": -0.1},
        {"contact_days": 0.0},
        {"contact_days": -3.0},
        {"belief_reports": 0.0},
        {"service_days": -1.0},
        {"population_scale": -1.0},
        {"sealing_strength": 0.5},
    ],
)
def test_a_parameter_that_does_not_exist_or_cannot_have_its_value_is_refused(tmp_path, changes):
    """A share beyond one, a duration of nothing: never cut to fit in silence, never a run of nonsense."""
    with pytest.raises(RunError, match=next(iter(changes))):
        make(tmp_path / "run", changes=changes, last=dt.date(2010, 3, 5))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["interception", "mine_loss", "patrol_groups", "execution_share", "shot_share"])
def test_danger_on_the_way_is_a_scenarios_assumption_and_no_users_setting(tmp_path, name):
    with pytest.raises(RunError, match="assumptions of a scenario"):
        make(tmp_path / "run", changes={name: 0.3})
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_whose_assumption_cannot_be_is_refused(tmp_path):
    toy = load("toy")
    wrong = toy.assumptions[0].model_copy(update={"name": "service_days", "median": 0.0, "low": None, "high": None})
    scenario = toy.model_copy(update={"assumptions": (wrong,)})
    with pytest.raises(RunError, match="service_days cannot be 0"):
        run_to_folder(SiegeCase(scenario), locate("toy"), tmp_path / "run", Request(members=1), lambda *now: None)


def test_what_goes_wrong_in_a_run_leaves_nothing_behind(tmp_path):
    """Progress that fails stands for any defect: the error is passed on, and no half-written folder stays."""

    def broken(done, total):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_to_folder(SiegeCase(load("toy")), locate("toy"), tmp_path / "run", Request(members=1), broken)
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_member_days_to_the_end(tmp_path):
    seen = []
    run_to_folder(
        SiegeCase(load("toy")),
        locate("toy"),
        tmp_path / "run",
        Request(members=2, last=dt.date(2010, 3, 10)),
        lambda *now: seen.append(now),
    )
    assert seen == [(2 * day, 20) for day in range(1, 11)]


def broken_off(tmp_path, after, **request):
    """A run that is interrupted when so many member-days are done."""

    def progress(done, total):
        if done >= after:
            raise KeyboardInterrupt

    source = locate("toy")
    run_to_folder(SiegeCase(load("toy")), source, tmp_path / "run", Request(**{"members": 3} | request), progress)
    return tmp_path / "run"


def test_a_run_that_is_broken_off_keeps_the_days_that_it_has(toy_run, tmp_path):
    from havenward.run.reading import open_run

    folder = broken_off(tmp_path, after=3 * 70)
    record = json.loads((folder / "run.json").read_text())
    outcome = open_run(folder).outcome.load()
    assert record["status"] == "broken off"
    assert 68 <= record["days"] == outcome.sizes["time"] <= 70
    for name in ("stock", "flow", "observed"):
        np.testing.assert_array_equal(outcome[name], toy_run.outcome[name].isel(time=slice(0, record["days"])), err_msg=name)


def test_a_run_that_is_broken_off_in_its_second_batch_keeps_its_first(tmp_path):
    from havenward.run.reading import open_run

    folder = broken_off(tmp_path, after=16 * 5 + 6, members=20, last=dt.date(2010, 3, 5))
    record = json.loads((folder / "run.json").read_text())
    assert (record["status"], record["members"], record["members_done"], record["days"]) == ("broken off", 20, 16, 5)
    outcome = open_run(folder).outcome.load()
    assert outcome.sizes["draw"] == 16
    assert (outcome["stock"].isel(count=slice(0, 4)).sum(["stock_series", "count"]) > 0).all()


def test_a_run_that_is_broken_off_before_the_first_day_it_keeps_has_nothing_to_keep(tmp_path):
    """No folder with a day of noughts that calls itself conserved."""
    try:
        folder = broken_off(tmp_path, after=30, first=dt.date(2010, 8, 1))
    except (RunError, KeyboardInterrupt):
        assert list(tmp_path.iterdir()) == []
    else:
        record = json.loads((folder / "run.json").read_text())
        assert record["final"]["home_free"]["mean"] + record["final"]["home_held"]["mean"] > 0
