"""An ensemble grows: its bits are those of one that was planned so at once, and readers see no tear."""

from __future__ import annotations

import shutil

import pytest
import xarray as xr

from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.executors import Here
from havenward.ensemble.place import Place
from havenward.ensemble.reading import open_ensemble
from havenward.run.request import RunError
from tests.ensemble.helpers import begin, bits, whole


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Ten members in blocks of eight, on a path of their own: the last block is not full."""
    folder = tmp_path_factory.mktemp("grown") / "toy"
    whole(folder, members=10, block=8)
    return folder


def test_grown_twice_it_has_the_bits_of_one_that_was_planned_at_once(grown, tmp_path):
    """10, 37 and 100 members in blocks of 8: each time the last block is not full, and is done anew."""
    folder, undone = tmp_path / "toy", {37: [1, 2, 3, 4], 100: [4, 5, 6, 7, 8, 9, 10, 11, 12]}
    shutil.copytree(grown, folder)
    for members, blocks in undone.items():
        ensemble = begin(folder, members=members, block=8, resume=True)
        assert ensemble.look() == blocks
        whole(folder, members=members, block=8)
    whole(tmp_path / "at once", members=100, block=8)
    assert bits(folder) == bits(tmp_path / "at once")


def test_it_does_not_shrink(grown):
    with pytest.raises(RunError, match="planned with 10 members, and an ensemble only grows"):
        begin(grown, members=9, block=8, resume=True)


class Killed(BaseException):
    """As if by signal 9."""


def test_killed_at_any_point_of_growing_it_is_whole_as_it_was_and_can_be_read_and_grown(grown, tmp_path, monkeypatch):
    """The control: where the description of the whole does not repeat that of its parts, xarray stumbles."""
    written, left, stumbled = Place.write, 0, 0
    before = bits(grown)

    def write(place, name, content):
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        written(place, name, content)

    for fit in range(12):
        folder = tmp_path / str(fit)
        shutil.copytree(grown, folder)
        left = fit
        with monkeypatch.context() as patch:
            patch.setattr(Place, "write", write)
            try:
                begin(folder, members=20, block=8, resume=True)
                killed = False
            except Killed:
                killed = True
        sizes = xr.open_zarr(folder / "outcome.zarr").sizes["draw"]
        assert sizes in (10, 20)
        try:
            xr.open_zarr(folder / "outcome.zarr", consolidated=False)
        except ValueError:
            stumbled += 1
        if killed:
            assert Ensemble.open(str(folder)).look() == []
            begin(folder, members=10, block=8, resume=True)
            assert bits(folder) == before
        else:
            assert sizes == 20
    assert killed is False
    assert stumbled > 0
    whole(folder, members=20, block=8)


def test_who_began_before_it_grew_tells_nothing_wrong(grown, tmp_path):
    """One client still does ten members while another plans twenty."""
    folder = tmp_path / "toy"
    shutil.copytree(grown, folder)
    shutil.rmtree(folder / "commits")
    early = begin(folder, members=10, block=8, resume=True)
    states = early.turn(Here())
    next(states)
    begin(folder, members=20, block=8, resume=True)
    assert list(states)[-1].failed == 0
    with pytest.raises(RunError, match="was planned anew by somebody else meanwhile; go on with it by --resume"):
        early.finish()
    assert begin(folder, members=20, block=8, resume=True).look() == [2]


def test_what_has_grown_and_is_not_done_yet_holds_what_it_held(grown, tmp_path):
    """The last block was not full, and is to be done anew: until it is, its two members count."""
    folder = tmp_path / "toy"
    shutil.copytree(grown, folder)
    record = begin(folder, members=20, block=8, resume=True).finish()
    assert (record["status"], record["members_done"]) == ("broken off", 10)
    assert open_ensemble(str(folder)).members == 10
    assert (folder / "summary.csv").read_bytes() == (grown / "summary.csv").read_bytes()
    assert begin(folder, members=20, block=8, resume=True).look() == [1, 2]
