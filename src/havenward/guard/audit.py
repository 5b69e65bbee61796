"""The audit log: one line for each run and each export of this user on this machine, without content.

A line says when, who, what (and which run), of which tier, why and where to. Lines are only ever added. Nothing that is
exported may be missing here: where the log cannot be written, nothing is exported.
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import sys
from pathlib import Path
from typing import Literal

from havenward import __version__
from havenward.scenario.schema import Tier

FOLDER = "HAVENWARD_STATE"
"""Variable of the environment that names another folder for the log, and for what else is remembered."""
NAME = "audit.jsonl"

What = Literal["run", "report", "export"]


class AuditError(RuntimeError):
    """The log cannot be written; the message says where it lies and how to mend it."""


def audit_log() -> Path:
    """Return where the log lies."""
    return state_folder() / NAME


def state_folder() -> Path:
    """Return the folder of what is remembered: the one that HAVENWARD_STATE names, or one with the data of this user."""
    named = os.environ.get(FOLDER)
    return Path(named) if named else _data_of_user() / "havenward"


def _data_of_user() -> Path:
    """Return the folder in which this system keeps what programs remember for a user."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")


def log_export(what: What, *, run: str, scenario: str, tier: Tier, why: str, where: Path | str) -> None:
    """Add a line about what is about to be written for others to read.

    Args:
        what: what is written.
        run: id of the run; empty where no run is exported.
        scenario: its name.
        tier: how freely it may be shown.
        why: the reason that was given; empty where none is asked for.
        where: the file or folder that is written; a text is the address of one elsewhere.

    Raises:
        AuditError: the log cannot be written, so nothing may be exported.
    """
    line = {
        "when": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "who": _user(),
        "what": what,
        "run": run,
        "scenario": scenario,
        "tier": tier,
        "why": why,
        "where": str(where.absolute()) if isinstance(where, Path) else where,
        "version": __version__,
    }
    _add((json.dumps(line, ensure_ascii=False) + "\n").encode())


def check_log() -> None:
    """Refuse early where the log could not be written at the end of long work.

    Raises:
        AuditError: the log cannot be written.
    """
    _add(b"")


def _add(line: bytes) -> None:
    try:
        log = audit_log()
        log.parent.mkdir(parents=True, exist_ok=True)
        # one write in the mode that only adds: lines of programs that run at once stand one after the other
        with log.open("ab", buffering=0) as file:
            file.write(line)
    except (OSError, RuntimeError) as error:
        name = f"cannot write the audit log {NAME} ({error})"
        raise AuditError(f"{name}; name a folder for it in {FOLDER}") from error


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
