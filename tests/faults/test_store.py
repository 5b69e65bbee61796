"""A full disk, a store that goes away and comes back, and two clients at once: told, gone on with, and the same bits."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

import fsspec
import pytest

from havenward.ensemble import place
from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.executors import Here
from tests.ensemble.helpers import KEYS, MEMBERS, begin, bits, s3_server, wait_until, whole
from tests.faults.kills import BLOCK, LAST, client, committed, finished

pytestmark = pytest.mark.slow
FEW = 40
"""Members, of 20 blocks: enough to be in the midst of them when a store goes away."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "toy"
    whole(folder, members=FEW, block=BLOCK, last=LAST)
    return bits(folder)


def few(out, workers):
    """Start or go on with a small ensemble."""
    return client(out, "--workers", str(workers), "--members", str(FEW))


def finish(out):
    """Go on with a small ensemble to its end."""
    finished(out, "--workers", "1", "--members", str(FEW))


def test_a_disk_that_is_full_is_told_and_gone_on_with_once_there_is_room(tmp_path, monkeypatch):
    """The disk is full from the n-th file on: what was written of it is torn, and the store of the others is whole."""
    whole(tmp_path / "undisturbed")
    written = place._write_whole
    left = 12

    def write(path, content):
        nonlocal left
        left -= 1
        if left < 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written(path, content)

    ensemble = begin(tmp_path / "toy")
    with monkeypatch.context() as patch:
        patch.setattr(place, "_write_whole", write)
        state = list(ensemble.turn(Here()))[-1]
    assert 0 < state.done < MEMBERS
    assert "No space left on device" in state.why
    whole(tmp_path / "toy")
    assert bits(tmp_path / "toy") == bits(tmp_path / "undisturbed")


def mount(*arguments: str) -> str:
    """Mount; return why not, or nothing."""
    if shutil.which("mount") is None:
        return "there is no mount"
    done = subprocess.run(["mount", *arguments], check=False, capture_output=True, text=True)
    return done.stderr.strip() if done.returncode else ""


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    if why := mount("-t", "tmpfs", "-o", "size=500k", "tmpfs", str(folder)):
        pytest.skip(f"no small disk can be mounted here: {why}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_small_disk_fills_up_what_fits_is_kept_and_the_rest_is_done_once_it_is_larger(small_disk, undisturbed):
    out = small_disk / "toy"
    with few(out, 2) as begun:
        _, told = begun.communicate(timeout=120)
    assert begun.returncode == 1
    assert told.count("No space left on device") == 1, told
    assert "\nTry again with the same command and --resume.\n" in told
    assert "Traceback" not in told
    assert shutil.disk_usage(small_disk).free < 100_000
    missing = len(Ensemble.open(str(out)).look())
    assert 0 < missing < FEW // BLOCK
    assert mount("-o", "remount,size=64m", str(small_disk)) == ""
    finish(out)
    assert bits(out) == undisturbed


def test_a_folder_that_is_taken_away_and_given_back(tmp_path, undisturbed):
    out, away = tmp_path / "toy", tmp_path / "away"
    with few(out, 2) as begun:
        wait_until(lambda: committed(out) > 2)
        out.rename(away)
        _, told = begun.communicate(timeout=120)
    assert begun.returncode == 1
    assert "Traceback" not in told
    assert "holds no plan.json, so no ensemble lies there" in told
    shutil.rmtree(out, ignore_errors=True)
    away.rename(out)
    finish(out)
    assert bits(out) == undisturbed


class Gate:
    """Passes on what is said to a server, as long as it is open."""

    def __init__(self, port):
        self.port, self.open, self.pairs = port, True, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            if not self.open:
                caller.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.port))
            self.pairs += [caller, server]
            for ends in ((caller, server), (server, caller)):
                threading.Thread(target=_pass_on, args=ends, daemon=True).start()

    def shut(self):
        self.open = False
        for end in self.pairs:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def _pass_on(source, target):
    try:
        while content := source.recv(65536):
            target.sendall(content)
    except OSError:
        pass
    finally:
        source.close()
        target.close()


def test_an_s3_server_that_is_taken_away_and_given_back(tmp_path, monkeypatch, undisturbed):
    with s3_server() as (address, _):
        gate = Gate(int(address.rpartition(":")[2]))
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": gate.address, "AWS_MAX_ATTEMPTS": "1"}.items():
            monkeypatch.setenv(name, value)
        fs = fsspec.filesystem("s3", endpoint_url=address, use_listings_cache=False)
        fs.mkdir("havenward")
        url = "s3://havenward/toy"
        with few(url, 2) as begun:
            wait_until(lambda: fs.exists(f"{url}/commits") and len(fs.ls(f"{url}/commits")) > 2, every=0.2)
            gate.shut()
            _, told = begun.communicate(timeout=240)
        assert begun.returncode == 1
        assert "Traceback" not in told
        assert f"{url} cannot be read or written" in told
        gate.open = True
        finish(url)
        fs.get(url, str(tmp_path / "toy"), recursive=True)
    assert bits(tmp_path / "toy") == undisturbed


def test_two_clients_at_once_end_with_the_same_bits(tmp_path, undisturbed):
    """Both lay it out, both do every block."""
    out = tmp_path / "toy"
    with few(out, 1) as one, few(out, 1) as other:
        told = [begun.communicate(timeout=240)[1] for begun in (one, other)]
    assert [one.returncode, other.returncode] == [0, 0], told
    assert bits(out) == undisturbed


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
def test_a_client_that_is_killed_leaves_no_process_behind(tmp_path):
    import psutil

    with few(tmp_path / "toy", 2) as begun:
        wait_until(lambda: committed(tmp_path / "toy") > 2)
        hands = psutil.Process(begun.pid).children(recursive=True)
        assert len(hands) >= 2
        begun.kill()
    wait_until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in hands), seconds=10)
    before = committed(tmp_path / "toy")
    time.sleep(0.5)
    assert committed(tmp_path / "toy") == before
