"""Real faults in real processes: an interrupt, a full disk, a read-only place; and no word to the network."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from havenward.run.reading import open_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")

resource = pytest.importorskip("resource")
HAVENWARD = (sys.executable, "-m", "havenward.cli.main")
SOON = {"timeout": 180, "capture_output": True, "text": True}


def run(*arguments, **more):
    return subprocess.run([*HAVENWARD, "run", *arguments], **SOON | more)


def begin(*arguments):
    """Start a run that hears Ctrl-C, also where these tests run in the background and do not."""
    return subprocess.Popen(
        [*HAVENWARD, "run", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for(folder, pattern):
    deadline = time.monotonic() + 120
    while not list(folder.glob(pattern)) and time.monotonic() < deadline:
        time.sleep(0.005)


def one_clear_line(finished):
    """Exit code 1 and a message, not a traceback."""
    assert finished.returncode == 1, finished.stderr
    assert "Traceback" not in finished.stderr
    assert finished.stderr.startswith("havenward: ")
    assert finished.stderr.count("\n") == 1
    return finished.stderr


@pytest.mark.slow
def test_an_interrupt_leaves_what_was_done(tmp_path):
    """Ctrl-C, as a terminal sends it, once the days go by."""
    out = tmp_path / "run"
    process = begin("mosul", "--members", "3", "--out", str(out))
    wait_for(tmp_path, ".run.unfinished-*/outcome.zarr/stock/c")
    process.send_signal(signal.SIGINT)
    told, errors = process.communicate(timeout=180)
    assert process.returncode == 1, errors
    assert "Traceback" not in errors
    assert "broken off" in told
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    record = json.loads((out / "run.json").read_text())
    assert record["status"] == "broken off"
    outcome = open_run(out).outcome.load()
    assert 60 <= outcome.sizes["time"] == record["days"] < 1184
    people = outcome["stock"].isel(count=slice(0, 4)).sum(["stock_series", "count"]).values
    assert (people == people[:, :1]).all()
    assert round(people[:, 0].mean()) == record["initial_persons"]
    assert outcome.attrs["tier"] == record["tier"]
    assert (out / "summary.csv").stat().st_size > 10_000


def test_an_interrupt_waits_while_a_run_is_sealed(tmp_path):
    """Its days are all there: nothing is thrown away for the sake of a second."""
    process = begin("toy", "--members", "16", "--out", str(tmp_path / "run"))
    wait_for(tmp_path, ".run.unfinished-*/summary.csv")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "complete"
    assert (tmp_path / "run" / "summary.xlsx").stat().st_size > 10_000


@pytest.mark.parametrize("wait", [0.2, 0.8])
def test_an_interrupt_before_the_first_day_leaves_nothing(tmp_path, wait):
    """While Python still imports, or the scenario is still read."""
    process = begin("mosul", "--out", str(tmp_path / "run"))
    time.sleep(wait)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("largest", [2_000, 30_000, 60_000])
def test_a_file_that_cannot_grow_is_one_clear_error(tmp_path, largest):
    """A quota on the size of files stops the outcome, the table or the workbook; nothing half-written stays."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    error = one_clear_line(run("toy", "--members", "2", "--out", str(tmp_path / "run"), preexec_fn=limit))
    assert "cannot write" in error
    assert "nothing was kept" in error
    assert list(tmp_path.iterdir()) == []


@contextlib.contextmanager
def tiny_disk(folder, kilobytes):
    """A file system of that size, where the system lets tests mount one."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(sys.platform != "linux" or os.name != "posix" or os.geteuid() != 0, reason="needs the right to mount")
@pytest.mark.parametrize("kilobytes", [8, 300, 600])
def test_a_full_disk_is_one_clear_error(tmp_path, kilobytes):
    """Too small for the scenario's copy, for the outcome, for the workbook."""
    with tiny_disk(tmp_path, kilobytes) as disk:
        error = one_clear_line(run("toy", "--members", "2", "--until", "2010-08-20", "--out", str(disk / "run")))
        assert "No space left" in error
        assert list(disk.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="/proc can be written by nobody, not even by root")
def test_a_place_that_cannot_be_written_is_one_clear_error():
    assert "cannot write /proc/run" in one_clear_line(run("toy", "--out", "/proc/run"))


def test_a_file_in_the_way_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("no folder")
    one_clear_line(run("toy", "--out", str(tmp_path / "file" / "run")))


def test_a_folder_without_rights_is_one_clear_error(tmp_path):
    """As somebody without rights, for root may write anywhere."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    if os.access(locked, os.W_OK):
        pytest.skip("this user may write anywhere")
    one_clear_line(run("toy", "--out", str(locked / "run")))


WATCHED = """
import sys
seen = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.bind"):
        seen.append((event, str(arguments[1:])))
sys.addaudithook(watch)
from havenward.cli.main import app
try:
    app(sys.argv[1:])
except SystemExit as end:
    code = end.code
print("\\nSEEN", code, seen)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        (
            "run",
            "toy",
            "--members",
            "2",
            "--solver",
            "individuals",
            "--threads",
            "2",
            "--until",
            "2010-03-20",
            "--out",
            "{out}",
        ),
        ("validate", "toy"),
        ("parameters", "toy"),
        ("scenarios",),
        ("doctor",),
    ],
)
def test_nothing_is_told_to_the_network(tmp_path, arguments):
    """Every connection, name that is looked up and port that is opened raises an audit event of Python; there is none."""
    asked = [part.format(out=tmp_path / "run") for part in arguments]
    finished = subprocess.run([sys.executable, "-c", WATCHED, *asked], **SOON)
    assert "\nSEEN 0 []" in finished.stdout, finished.stdout[-500:] + finished.stderr[-500:]


def test_the_watch_would_see_a_connection():
    """The control: one that is refused at once is seen all the same."""
    code = WATCHED.replace(
        "from havenward.cli.main import app", "def app(a): import socket; socket.create_connection(('127.0.0.1', 9))"
    )
    finished = subprocess.run(
        [
            sys.executable,
            "-c",
            code.replace("except SystemExit as end:\n    code = end.code", "except OSError:\n    code = 0"),
        ],
        **SOON,
    )
    assert "socket.connect" in finished.stdout


def test_no_row_of_a_run_stands_for_a_household(tmp_path):
    """Nothing that the individuals leave on disk is as long as the town has households."""
    assert (
        run(
            "toy", "--members", "1", "--solver", "individuals", "--until", "2010-03-10", "--out", str(tmp_path / "run")
        ).returncode
        == 0
    )
    outcome = open_run(tmp_path / "run").outcome
    households = int(outcome["stock"].isel(time=0, count=4).sum())
    assert households > 5_000
    for variable in outcome.variables.values():
        assert all(size < households for size in variable.shape)
    assert not np.any([path.suffix in (".pkl", ".npy", ".parquet") for path in Path(tmp_path).rglob("*")])
