"""The Python interface: its example runs as written, and it gives what the command line gives."""

from __future__ import annotations

import datetime as dt
import textwrap

import matplotlib
import numpy as np
import pytest

import havenward.api as api
from havenward.run.request import RunError
from havenward.scenario.problems import ScenarioError

matplotlib.use("Agg")
WEEK = {"last": dt.date(2010, 3, 10)}


def test_the_example_runs_as_it_stands(tmp_path, monkeypatch):
    """The lines after the first paragraph of the module's own text."""
    monkeypatch.chdir(tmp_path)
    lines = (api.__doc__ or "").split("\n\n", 1)[1]
    example = textwrap.dedent(lines.replace("members=20", "members=2"))
    assert "from havenward.api import" in example
    exec(compile(example, "example", "exec"), {})
    assert (tmp_path / "arrivals.png").stat().st_size > 10_000


def test_a_run_in_memory_is_the_run_in_a_folder(toy_run):
    outcome = api.run(api.load("toy"), members=3)
    for name in toy_run.outcome.data_vars:
        np.testing.assert_array_equal(outcome[name], toy_run.outcome[name], err_msg=name)
    for name in ("scenario", "title", "solver", "seed", "tier"):
        assert outcome.attrs[name] == toy_run.outcome.attrs[name]


def test_a_run_in_memory_tells_all_that_a_report_needs():
    """Nature, version, besieger and calibration are part of an outcome, wherever it was made."""
    outcome = api.run(api.load("toy"), members=1, **WEEK)
    assert {"nature", "version", "besieger", "calibrated"} <= set(outcome.attrs)


def test_an_edit_makes_a_parameter_certain():
    toy = api.load("toy")
    edited = api.edit(toy, listener_spread=0.9, expulsion=0.0)
    assert [row.median for row in edited.assumptions if row.name == "listener_spread"] == [0.9]
    assert [row.median for row in toy.assumptions if row.name == "listener_spread"] == []
    assert len(edited.assumptions) == len(toy.assumptions) + 2


def test_what_cannot_be_edited_is_refused():
    toy = api.load("toy")
    with pytest.raises(KeyError, match="havenward parameters"):
        api.edit(toy, listener_spreads=0.1)
    with pytest.raises(ValueError, match="share"):
        api.edit(toy, listener_spread=1.1)
    with pytest.raises(ValueError, match="contact_days"):
        api.edit(toy, contact_days=0.0)


def test_a_stricter_seal_lets_fewer_out():
    toy = api.load("toy")
    arrivals = []
    for strength in (1.0, 0.05):
        outcome = api.run(api.edit(toy, seal_strength=strength), members=3, medians=True, last=dt.date(2010, 6, 15))
        arrived = api.persons(api.flow(outcome, "arrived"))
        arrivals.append(arrived.sel(time=slice("2010-04-12", None)).sum().item())
    assert arrivals[0] > 2 * arrivals[1]


@pytest.mark.parametrize("wrong", [{"members": 0}, {"seed": -1}, {"solver": "oracle"}, {"last": dt.date(2011, 1, 1)}])
def test_impossible_runs_are_refused(wrong):
    with pytest.raises(RunError):
        api.run(api.load("toy"), **wrong)


def test_a_scenario_that_is_not_there_says_which_are():
    with pytest.raises(ScenarioError, match="toy"):
        api.load("atlantis")


def test_a_plot_shows_a_stock_or_a_flow_and_its_tier():
    outcome = api.run(api.load("toy"), members=3)
    stocks = api.plot(outcome, "in_camp", "Long Meadow")
    assert "Long Meadow" in stocks.get_title()
    assert "[public]" in stocks.get_title()
    flows = api.plot(outcome, "arrived", "Stone Bridge", axes=stocks.figure.add_subplot())
    assert "a day" in flows.get_ylabel()
    with pytest.raises(KeyError, match="neither a stage nor a flow"):
        api.plot(outcome, "happiness")


@pytest.mark.parametrize("solver", ["individuals", "mean"])
def test_every_solver_runs_the_toy(solver):
    outcome = api.run(api.load("toy"), solver=solver, members=1, medians=True)
    people = api.persons(outcome["stock"]).sum("stock_series")
    np.testing.assert_allclose(people, np.broadcast_to(people[:, :1], people.shape), rtol=1e-5)
    assert api.persons(api.flow(outcome, "arrived")).sum() > 5_000


def test_danger_on_the_way_cannot_be_edited():
    toy = api.load("toy")
    for name in ("interception", "patrol_groups", "mine_loss", "execution_share"):
        with pytest.raises(ValueError, match=f"{name} cannot be edited"):
            api.edit(toy, **{name: 0.1})
