"""Places: files are written whole or not at all, and what is wrong is told in one sentence."""

from __future__ import annotations

import errno
import os

import pytest

from havenward.ensemble.place import Place
from havenward.run.request import RunError


def full(_file):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_write_that_fails_leaves_what_was_there_and_nothing_else(tmp_path, monkeypatch):
    place = Place.at(str(tmp_path))
    place.write("commits/a.json", b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="No space left on device"):
        place.write("commits/a.json", b"after")
    assert place.read("commits/a.json") == b"before"
    assert [path.name for path in (tmp_path / "commits").iterdir()] == ["a.json"]


def test_a_folder_of_this_machine_is_found_from_everywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = Place.at("runs/toy")
    place.write("a", b"1")
    monkeypatch.chdir("/")
    assert place.read("a") == b"1"
    assert (tmp_path / "runs" / "toy" / "a").is_file()


@pytest.mark.parametrize("url", ["memory://here/toy", "folder"])
def test_what_is_written_is_read_and_listed(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = Place.at(url)
    assert (place.read("a/b"), place.names("a"), dict(place.contents("a"))) == (None, [], {})
    place.write("a/b", b"1")
    place.write("a/c", b"2")
    assert (place.read("a/b"), place.names("a"), place.contents("a")) == (b"1", ["b", "c"], {"b": b"1", "c": b"2"})
    place.remove("a/b")
    place.remove("a/b")
    assert place.names("a") == ["c"]


def test_what_a_killed_writer_left_is_no_file_of_the_place(tmp_path):
    (tmp_path / ".plan.json.1234abcd").write_bytes(b"torn")
    assert Place.at(str(tmp_path)).names("") == []


def test_an_unknown_kind_of_store_is_refused():
    with pytest.raises(RunError, match=r"nowhere://a is no place that can be written to: Protocol not known: nowhere"):
        Place.at("nowhere://a")


def test_what_cannot_be_read_is_told_with_its_place(tmp_path):
    (tmp_path / "plan.json").mkdir()
    with pytest.raises(RunError, match=r"cannot be read or written: IsADirectoryError"):
        Place.at(str(tmp_path)).read("plan.json")
