"""`--store all`: every day of every series is kept, as a run of the same members has it, and the summary is the same."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import xarray as xr

from havenward.api import run
from havenward.ensemble.everything import outcome_of
from havenward.ensemble.executors import Here
from havenward.ensemble.reading import open_ensemble
from havenward.ensemble.store import Draft
from havenward.ensemble.work import at_work, do_block
from havenward.run.request import RunError
from tests.ensemble.helpers import LAST, MEMBERS, begin, bits, case, whole

LATER = LAST.replace(month=5, day=25)
"""Two stretches of days and a part of a third."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("all") / "toy"
    whole(folder, store="all", last=LATER)
    return folder


@pytest.mark.parametrize("solver", ["chain", "mean"])
def test_it_keeps_what_a_run_keeps_to_the_bit(kept, solver, tmp_path):
    if solver == "mean":
        kept = tmp_path / "toy"
        whole(kept, store="all", solver="mean", last=LATER)
    ours = outcome_of(*at_work(str(kept)), MEMBERS)
    theirs = run(case().scenario, members=MEMBERS, last=LATER, solver=solver)
    assert set(ours.variables) == set(theirs.variables)
    assert {"stock", "flow", "observed", "wait", "driver", "capacity"} <= set(ours)
    assert ours.sizes["time"] > 64
    for name in ours.variables:
        assert name in ours.coords or ours[name].dtype == theirs[name].dtype, name
        np.testing.assert_array_equal(ours[name].values, theirs[name].values, err_msg=name)
        assert ours[name].dims == theirs[name].dims


def test_the_summary_and_the_headline_are_those_of_the_usual_store(kept, tmp_path):
    whole(tmp_path / "toy", last=LATER)
    usual, every = bits(tmp_path / "toy"), bits(kept)
    described = {name for name in usual if name.endswith(("plan.json", "zarr.json"))}
    commits = {name for name in usual if name.startswith("0000")}
    for name in usual.keys() - described - commits:
        assert every[name] == usual[name], name
    for name in commits:
        assert usual[name].items() <= every[name].items()
    assert len(every) > len(usual)


def test_what_is_damaged_on_any_day_is_found_and_redone(kept, tmp_path):
    folder = tmp_path / "toy"
    shutil.copytree(kept, folder)
    shards = sorted((folder / "outcome.zarr" / "run_stock" / "c" / "2").rglob("*"))
    shards = [path for path in shards if path.is_file()]
    assert len(shards) == 2
    content = bytearray(shards[1].read_bytes())
    content[len(content) // 2] ^= 1
    shards[1].write_bytes(content)
    ensemble = begin(folder, store="all", last=LATER, resume=True)
    assert ensemble.look() == [2]
    whole(folder, store="all", last=LATER)
    assert bits(folder) == bits(kept)


def test_a_shard_that_is_lost_is_not_read_as_nobody(kept, tmp_path):
    folder = tmp_path / "toy"
    shutil.copytree(kept, folder)
    assert open_ensemble(str(folder)).members == MEMBERS
    shard = next(path for path in (folder / "outcome.zarr" / "run_stock" / "c" / "2").rglob("*") if path.is_file())
    shard.unlink()
    with pytest.raises(RunError, match=r"block 2 of .* is lost or damaged"):
        open_ensemble(str(folder))


def test_days_that_are_written_before_a_block_fails_make_no_commit(kept, tmp_path, monkeypatch):
    folder = tmp_path / "toy"
    begin(folder, store="all", last=LATER)
    written = Draft.write

    def write(draft, name, start, values):
        if start == 64:
            raise OSError(28, "No space left on device")
        written(draft, name, start, values)

    with monkeypatch.context() as patch:
        patch.setattr(Draft, "write", write)
        [told] = Here().do(str(folder), [0])
    assert told.commit is None
    assert "No space left on device" in told.why
    assert not (folder / "commits").exists()
    whole(folder, store="all", last=LATER)
    assert bits(folder) == bits(kept)


def test_no_more_than_a_stretch_of_days_is_held(kept, tmp_path, monkeypatch):
    """The days of a series come in stretches, and leave as they come."""
    begin(tmp_path / "toy", store="all", last=LATER)
    sizes, written = {}, Draft.write

    def write(draft, name, start, values):
        sizes.setdefault(name, []).append((start, values.shape[1:][:1]))
        written(draft, name, start, values)

    monkeypatch.setattr(Draft, "write", write)
    do_block(str(tmp_path / "toy"), 0)
    assert sizes["run_stock"] == sizes["run_flow"] == sizes["run_driver"] == [(0, (64,)), (64, (22,))]


def test_it_is_read_by_xarray_as_it_stands(kept):
    found = xr.open_zarr(kept / "outcome.zarr")
    label = found.attrs["labels"]["run_stock_label"][0]
    assert label.count("|") == 2
    assert found["run_flow"].dims == ("draw", "time", "run_flow_label", "count")
