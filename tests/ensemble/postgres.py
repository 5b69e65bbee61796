"""A PostgreSQL server of the tests' own: in a folder of its own, on a socket there, and gone afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.ensemble.helpers import wait_until


def binaries() -> Path:
    """Where the server's programs lie; Debian keeps them off the PATH. Without any, the test is skipped, and fails in CI."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in found:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    say = pytest.fail if os.environ.get("CI") else pytest.skip
    return say("no PostgreSQL server is installed here")


def who() -> str:
    """A user other than root, as whom the server can be started."""
    if os.geteuid():
        return pwd.getpwuid(os.geteuid()).pw_name
    return next(user.pw_name for name in ("postgres", "nobody") for user in pwd.getpwall() if user.pw_name == name)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Start a server; yield the folder of its socket, which is its host. Its superuser is `owner`, without a password."""
    programs, user = binaries(), pwd.getpwnam(who())
    other = {} if user.pw_uid == os.geteuid() else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    # not below pytest's own folder, which no other user can enter
    with tempfile.TemporaryDirectory(prefix="hw-pg-", ignore_cleanup_errors=True) as folder:
        if other:
            os.chown(folder, user.pw_uid, user.pw_gid)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "env": {"LC_ALL": "C"}, **other}
        words = ["--username=owner", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        subprocess.run([programs / "initdb", f"--pgdata={folder}/data", *words], check=True, **quiet)
        settings = [f"unix_socket_directories={folder}", "listen_addresses=", "fsync=off"]
        options = [part for setting in settings for part in ("-c", setting)]
        started = subprocess.Popen([programs / "postgres", "-D", f"{folder}/data", *options], **quiet)
        try:
            wait_until(lambda: answers(folder))
            yield folder
        finally:
            # an immediate shutdown: nothing of it is needed any more
            started.send_signal(signal.SIGQUIT)
            started.wait(30)


def answers(folder: str) -> bool:
    try:
        psycopg.connect(host=folder, user="owner", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def run_sql(folder: str, *statements: str) -> None:
    with psycopg.connect(host=folder, user="owner", dbname="postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
