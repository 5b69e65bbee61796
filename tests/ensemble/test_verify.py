"""`verify`: what is whole holds; what is torn, altered, or altered with all checksums mended, is found and named."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st

from havenward.ensemble.again import held_against, run_again
from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.layout import Checksum
from havenward.ensemble.store import Commit
from havenward.ensemble.verify import differs, parts_of, sample, verify
from havenward.run.folder import run_to_folder
from havenward.run.reading import digest_of
from havenward.run.request import Request, RunError
from havenward.scenario.folder import locate
from tests.ensemble.helpers import MEMBERS, case, whole

LAST = dt.date(2010, 3, 12)


def silent(done, total):
    """Take note of no progress."""


def verified(where, number=None, seed=1):
    (kept,) = parts_of(str(where))
    return verify(kept, number, seed, silent)


@pytest.fixture(scope="module")
def kept_run(tmp_path_factory):
    """Four members of ten days that are kept, after two that are not."""
    folder = tmp_path_factory.mktemp("runs") / "toy"
    run_to_folder(case(), locate("toy"), folder, Request(members=4, first=dt.date(2010, 3, 3), last=LAST), silent)
    return folder


@pytest.fixture
def run(kept_run, tmp_path):
    return shutil.copytree(kept_run, tmp_path / "run")


@pytest.fixture
def ensemble(undisturbed, tmp_path):
    return shutil.copytree(undisturbed, tmp_path / "ensemble")


@given(members=st.integers(1, 500), number=st.integers(1, 600), seed=st.integers(0, 2**32))
def test_members_are_chosen_one_of_each_stretch(members, number, seed):
    chosen = sample(members, number, seed)
    few = min(members, number)
    assert len(set(chosen)) == few
    for k, member in enumerate(chosen):
        assert k * members // few <= member < (k + 1) * members // few
    assert sample(members, number, seed) == chosen


def test_every_member_is_drawn_by_some_seed():
    assert {member for seed in range(100) for member in sample(10, 2, seed)} == set(range(10))


def test_what_is_whole_holds(run, ensemble):
    for where, members in ((run, 4), (ensemble, MEMBERS)):
        verdict = verified(where)
        assert verdict.holds
        assert (verdict.members, verdict.promise, verdict.because) == (list(range(members)), "bits", [])
        assert len(verified(where, 2).members) == 2


def test_expected_people_hold_too(tmp_path):
    asked = Request(members=3, last=LAST, solver="mean", spread=0.0, changes={"persons_a_plot": 6.0})
    run_to_folder(case(), locate("toy"), tmp_path / "run", asked, silent)
    assert verified(tmp_path / "run").holds
    whole(tmp_path / "ensemble", members=3, solver="mean")
    assert verified(tmp_path / "ensemble").holds


def test_a_run_that_was_broken_off_holds_as_far_as_it_got(tmp_path):
    def broken(done, total):
        if done == 4 * 7:
            raise KeyboardInterrupt

    record = run_to_folder(case(), locate("toy"), tmp_path / "run", Request(members=4, last=LAST), broken)
    assert (record["status"], record["days"]) == ("broken off", 7)
    assert verified(tmp_path / "run").holds
    (kept,) = parts_of(str(tmp_path / "run"))
    run_again(kept, tmp_path / "again", silent)
    (again,) = parts_of(str(tmp_path / "again"))
    assert (again.record["status"], again.record["days"]) == ("complete", 12)
    assert held_against(kept, again, silent) == []
    with pytest.raises(RunError, match="there already"):
        run_again(kept, tmp_path / "again", silent)


def altered(array, place) -> None:
    """Alter one bit of a value."""
    values = np.asarray(array[place])
    flipped = (values.view(f"u{values.dtype.itemsize}") ^ 1).view(values.dtype)
    array[place] = flipped


def test_a_bit_of_a_run_altered_with_its_checksum_is_found_and_named(run):
    """The record is made to fit, so that only members computed anew tell."""
    group = zarr.open_group(run / "outcome.zarr", mode="r+")
    altered(group["driver"], (2, slice(5, 6), 0, 0))
    record = json.loads((run / "run.json").read_text())
    record["outcome_sha256"] = digest_of(run / "outcome.zarr")
    (run / "run.json").write_text(json.dumps(record))
    verdict = verified(run)
    assert (verdict.holds, verdict.faults) == (False, [])
    (found,) = verdict.differences
    area, name = (str(group[axis][0]) for axis in ("area", "driver_name"))
    assert found == (2, "2010-03-08", "driver", f"{area}, {name}")


def test_a_value_of_an_ensemble_altered_with_checksum_and_tables_is_found_and_named(ensemble):
    forge(ensemble)
    verdict = verified(ensemble)
    assert (verdict.holds, verdict.faults) == (False, [])
    (found,) = verdict.differences
    names = Ensemble.open(str(ensemble)).store.labels
    assert found == (3, names["period"][4], "stock", f"{names['stock_label'][1].replace('|', ' ')}, {names['count'][0]}")


def test_a_sample_without_the_altered_member_does_not_see_it(ensemble):
    """What a sample is worth: it tells of the members that are in it."""
    forge(ensemble)
    by_seed = {seed: verified(ensemble, 2, seed) for seed in range(3)}
    assert {3 in verdict.members for verdict in by_seed.values()} == {True, False}
    for verdict in by_seed.values():
        assert verdict.holds == (3 not in verdict.members)


def forge(ensemble: Path) -> None:
    """Alter one figure of member 3 by one person; commit it, and write tables and record anew."""
    kept = Ensemble.open(str(ensemble))
    block, plan = 3 // kept.store.plan.block, kept.store.plan
    group = zarr.open_group(ensemble / "outcome.zarr", mode="r+")
    group["stock"][3, 4, 1, 0] += 1
    path = ensemble / "commits" / f"{block:06d}.json"
    commit = Commit.model_validate_json(path.read_bytes())
    span = plan.span(block)
    values = group["stock"][span.start : span.stop]
    sums = commit.checksums | {"stock": Checksum(values.shape, values.dtype).add(values).told}
    path.write_text(commit.model_copy(update={"checksums": sums}).model_dump_json())
    Ensemble.open(str(ensemble)).finish()


def test_a_torn_block_is_named(ensemble):
    (shard,) = [path for path in (ensemble / "outcome.zarr" / "stock").rglob("*") if path.match("c/1/*/*/*")]
    shard.write_bytes(shard.read_bytes()[:-7])
    verdict = verified(ensemble)
    assert (verdict.holds, verdict.members) == (False, [])
    assert verdict.faults == [f"block 1 of {ensemble} (members 2 to 3) is damaged: stock cannot be read"]


def test_a_block_that_is_lost_or_altered_is_named(ensemble):
    (ensemble / "commits" / "000002.json").unlink()
    group = zarr.open_group(ensemble / "outcome.zarr", mode="r+")
    group["initial"][0] += 1
    told = verified(ensemble).faults
    assert [fault.split(" is damaged: ")[1] for fault in told] == [
        "initial is not what was committed",
        "it was not committed",
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("outcome.zarr/stock/zarr.json", "outcome.zarr is missing or damaged"),
        ("scenario/camps.csv", "camps.csv is not the file that the run was made from"),
        ("summary.csv", "summary.csv is not what the members come to"),
    ],
)
def test_a_file_of_a_run_that_was_changed_is_named(run, name, told):
    path = run / name
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    verdict = verified(run)
    assert not verdict.holds
    assert any(told in fault for fault in verdict.faults), verdict.faults


def test_a_torn_chunk_of_a_run_is_told(run):
    chunk = max((run / "outcome.zarr" / "flow" / "c").rglob("*"), key=lambda path: (path.is_file(), path.stat().st_size))
    chunk.write_bytes(chunk.read_bytes()[:-1])
    (told,) = verified(run).faults
    assert "its files are not those that the run wrote" in told


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("seed", 2, "asks for the run"),
        ("run_id", "0" * 12, "says that it is 000000000000"),
        ("final", {}, "final is not what"),
    ],
)
def test_a_record_that_was_changed_is_told(run, key, value, told):
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {key: value}))
    assert any(told in fault for fault in verified(run).faults)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("summary.csv", b"1", b"2", "summary.csv is not what the members come to"),
        ("ensemble.json", b'"run_id": "', b'"run_id": "0', "is of the run 0"),
        ("scenario/camps.csv", b"1", b"2", "camps.csv is not the file that the ensemble was planned with"),
        ("outcome.zarr/zarr.json", b"in_camp", b"in_host", "the labels are not what the scenario says"),
    ],
)
def test_a_file_of_an_ensemble_that_was_changed_is_named(ensemble, name, old, new, told):
    path = ensemble / name
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    verdict = verified(ensemble)
    assert not verdict.holds
    assert any(told in fault for fault in verdict.faults), verdict.faults


def test_by_another_release_nothing_is_computed_anew(run):
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {"version": "0.0.9"}))
    verdict = verified(run)
    assert (verdict.holds, verdict.members, verdict.faults, verdict.promise) == (False, [], [], "law")
    assert verdict.because[0].startswith("release 0.0.9 then, ")


def test_another_library_or_processor_promises_the_law_only(run):
    record = json.loads((run / "run.json").read_text())
    assert differs(record) == []
    record["libraries"]["numpy"] = "1.0"
    record["cpu"]["family"] = "abacus"
    record["cpu"]["features"] = []
    told = differs(record)
    assert [reason.split(" then")[0] for reason in told] == ["numpy 1.0", "processor abacus"]
    record |= {"libraries": json.loads((run / "run.json").read_text())["libraries"]}
    record["cpu"]["family"] = json.loads((run / "run.json").read_text())["cpu"]["family"]
    assert differs(record) == ["other features of the processor"]


def test_what_is_no_run_is_told(tmp_path):
    with pytest.raises(RunError, match="so no finished run lies there"):
        parts_of(str(tmp_path))
