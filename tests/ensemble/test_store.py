"""The store: what is committed is there, what is damaged is found and redone, and one series reads little."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from zarr.storage import LocalStore, WrapperStore

from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.executors import Here
from havenward.ensemble.kept import VARIABLES
from havenward.ensemble.layout import layout_of
from havenward.ensemble.place import Place
from havenward.ensemble.work import at_work, do_block
from havenward.run.request import RunError
from tests.ensemble.helpers import MEMBERS, begin, bits, case, whole


def shards(folder: Path, block: int) -> list[Path]:
    """Return the files that hold a block."""
    found = [path for name in VARIABLES for path in [folder / "outcome.zarr" / name / "c" / str(block)] if path.exists()]
    return sorted(path for top in found for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file())


def commit(folder: Path, block: int) -> Path:
    return folder / "commits" / f"{block:06d}.json"


def flip(path: Path, where: float) -> None:
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= 1
    path.write_bytes(content)


def altered(path: Path) -> None:
    found = json.loads(path.read_text())
    found["checksums"]["stock"] = "0" * 64
    path.write_text(json.dumps(found))


def damage(folder: Path, block: int, kind: str, where: float) -> None:
    every = shards(folder, block)
    shard = every[int(where * len(every))]
    match kind:
        case "flipped":
            flip(shard, where)
        case "torn":
            shard.write_bytes(shard.read_bytes()[: int(where * shard.stat().st_size)])
        case "away":
            shard.unlink()
        case "commit away":
            commit(folder, block).unlink()
        case "commit torn":
            commit(folder, block).write_bytes(commit(folder, block).read_bytes()[: int(where * 100)])
        case "commit altered":
            altered(commit(folder, block))
        case "commit of another":
            shutil.copy(commit(folder, (block + 1) % 4), commit(folder, block))


KINDS = ["flipped", "torn", "away", "commit away", "commit torn", "commit altered", "commit of another"]


@settings(max_examples=15)
@given(st.dictionaries(st.integers(0, 3), st.tuples(st.sampled_from(KINDS), st.floats(0, 1, exclude_max=True))))
def test_exactly_what_is_damaged_is_redone_and_the_bits_are_those_of_before(undisturbed, damaged):
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept) / "toy"
        shutil.copytree(undisturbed, folder)
        for block, (kind, where) in sorted(damaged.items(), reverse=True):
            damage(folder, block, kind, where)
        ensemble = begin(folder, resume=True)
        assert ensemble.look() == sorted(damaged)
        states = list(ensemble.turn(Here()))
        assert (len(states) - 1, states[-1].done, states[-1].failed) == (len(damaged), MEMBERS, 0)
        ensemble.finish()
        assert bits(folder) == bits(undisturbed)


def noise(rules, members):
    """Return values of some members, of which none is zero."""
    rng = np.random.default_rng(1)
    return {name: rng.integers(1, 2**40, (members, *rules.shape(name))) for name in VARIABLES}


@pytest.mark.parametrize("name", list(VARIABLES))
def test_every_flipped_byte_of_a_shard_is_found(tmp_path, name):
    """The negative control: a sample of all bytes of a shard, its index and its last byte among them."""
    begin(tmp_path / "toy")
    store, rules = at_work(str(tmp_path / "toy"))
    made = store.commit(1, noise(rules, 2), rules, 0.0, [])
    [shard] = [
        path for path in shards(tmp_path / "toy", 1) if path.relative_to(tmp_path / "toy" / "outcome.zarr").parts[0] == name
    ]
    for where in [*np.linspace(0, 1, 25, endpoint=False).tolist(), 1 - 1e-9]:
        assert store.is_sound(made)
        flip(shard, where)
        assert not store.is_sound(made)
        flip(shard, where)


def test_what_a_shard_held_before_does_not_come_through(undisturbed, tmp_path):
    folder = tmp_path / "toy"
    shutil.copytree(undisturbed, folder)
    for shard in shards(folder, 3):
        shard.write_bytes(b"torn" * 100)
    do_block(str(folder), 3)
    assert bits(folder) == bits(undisturbed)


def test_a_variable_of_nothing_but_zeros_needs_no_file_and_hides_none(undisturbed, tmp_path):
    folder = tmp_path / "toy"
    shutil.copytree(undisturbed, folder)
    store, rules = at_work(str(folder))
    arrays = {name: store.read(name, slice(2, 4)) for name in VARIABLES}
    arrays["stages"][:] = 0
    made = store.commit(1, arrays, rules, 0.0, [])
    assert not (folder / "outcome.zarr" / "stages" / "c" / "1" / "0").exists()
    assert store.is_sound(made)


def test_a_write_that_fails_at_any_point_leaves_no_commit(tmp_path, monkeypatch):
    """The disk is full from the n-th file of a block on, for every n."""
    ensemble = begin(tmp_path / "toy")
    store, rules = at_work(str(tmp_path / "toy"))
    arrays = noise(rules, 2)
    written, left = Place.write, 0

    def write(place, name, content):
        nonlocal left
        left -= 1
        if left < 0:
            raise RunError("No space left on device")
        written(place, name, content)

    monkeypatch.setattr(Place, "write", write)
    for fit in range(len(VARIABLES) + 1):
        left = fit
        with pytest.raises(RunError):
            store.commit(0, arrays, rules, 0.0, [])
        assert 0 in ensemble.look()
    left = len(VARIABLES) + 1
    store.commit(0, arrays, rules, 0.0, [])
    assert 0 not in ensemble.look()


def test_the_same_plan_lays_out_the_same_bytes_and_a_layout_is_mended(undisturbed, tmp_path):
    folder = tmp_path / "toy"
    shutil.copytree(undisturbed, folder)
    (folder / "outcome.zarr" / "zarr.json").unlink()
    (folder / "outcome.zarr" / "flow" / "zarr.json").write_bytes(b"{}")
    (folder / "scenario" / "scenario.yaml").write_bytes(b"")
    again = begin(folder, resume=True)
    assert again.look() == []
    assert bits(folder) == bits(undisturbed)


def test_labels_are_read_as_the_names_that_they_were_made_of(undisturbed):
    store, rules = at_work(str(undisturbed))
    layout = rules.layout
    for axis, names in (
        ("daily_stock_label", layout.place_stock.names),
        ("daily_flow_label", layout.place_flow.names),
        ("cumulative_label", layout.summed.names),
        ("stock_label", layout.stock.names),
        ("flow_label", layout.flow.names),
    ):
        assert names
        assert [tuple(label.split("|")) for label in store.labels[axis]] == [tuple(name) for name in names]


class Counting(WrapperStore):
    """Counts what is read."""

    def __init__(self, store):
        super().__init__(store)
        self.reads = self.bytes = 0

    async def get(self, key, prototype, byte_range=None):
        found = await super().get(key, prototype, byte_range)
        self.reads += 1
        self.bytes += 0 if found is None else len(found)
        return found


def test_the_fan_chart_of_one_site_reads_little(tmp_path):
    """Of every block the index of one shard, and one chunk of it."""
    plan = begin(tmp_path / "toy", members=96, block=32, last=case().end).store.plan
    store, rules = at_work(str(tmp_path / "toy"))
    for block in range(3):
        store.commit(block, noise(rules, 32), rules, 0.0, [])
    counting = Counting(LocalStore(tmp_path / "toy" / "outcome.zarr", read_only=True))
    array = zarr.open_group(counting, mode="r")["daily_stock"]
    counting.reads = counting.bytes = 0
    fan = array[:, :, 3]
    labels = array.shape[2]
    assert labels > 5
    assert counting.reads == 2 * plan.blocks
    assert fan.nbytes / 2 < counting.bytes < 1.1 * array.nbytes / labels


def test_the_store_is_read_by_xarray_as_it_stands(undisturbed):
    found = xr.open_zarr(undisturbed / "outcome.zarr", consolidated=False)
    label = found.attrs["labels"]["daily_stock_label"][0]
    assert label.count("|") == 2
    assert found["daily_stock"].dims == ("draw", "time", "daily_stock_label")
    assert found.sizes["draw"] == MEMBERS


@pytest.mark.slow
def test_a_member_takes_less_than_300_kb(tmp_path):
    whole(tmp_path / "toy", members=32, block=32, last=case().end)
    held = sum(path.stat().st_size for path in (tmp_path / "toy" / "outcome.zarr").rglob("*") if path.is_file())
    assert 1_000 < held / 32 < 300_000


def test_a_plan_that_cannot_be_read_is_told(undisturbed, tmp_path):
    folder = tmp_path / "toy"
    shutil.copytree(undisturbed, folder)
    (folder / "plan.json").write_bytes((folder / "plan.json").read_bytes()[:50])
    with pytest.raises(RunError, match=r"plan.json is damaged or of another release"):
        Ensemble.open(str(folder))


def test_the_layout_is_made_of_the_plan_alone(undisturbed):
    store, rules = at_work(str(undisturbed))
    assert all(
        (undisturbed / "outcome.zarr" / name).read_bytes() == content
        for name, content in layout_of(store.plan, rules).items()
    )
