"""`havenward doctor`: whether this machine has what the program needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

OFFLINE = "nothing here opens a network connection; no telemetry, no updates, no downloads"
FONT = "DejaVu Sans"
"""The font of every picture; it comes with matplotlib and has Latin, Greek, Cyrillic and Arabic letters."""


class Finding(NamedTuple):
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def command(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Check the installation: versions, bundled scenarios, fonts, folders, processors."""
    findings = [*look_at_scenarios(), look_at_fonts(), *look_at_folders()]
    ok = all(finding.ok for finding in findings)
    versions, processors = installed_versions(), count_processors()
    if as_json:
        answer = {
            "ok": ok,
            "versions": versions,
            "processors": processors,
            "offline": OFFLINE,
            "findings": [finding._asdict() for finding in findings],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(f"{name} {version}" for name, version in versions.items()))
        typer.echo(f"processors: {processors}")
        typer.echo(f"network: {OFFLINE}")
        for finding in findings:
            typer.echo(f"{'ok' if finding.ok else 'NOT OK'}: {finding.name}: {finding.detail}")
    if not ok:
        raise typer.Exit(1)


def installed_versions() -> dict[str, str]:
    """Versions of the program, of Python, of the system, and of each package that the program needs."""
    import platform
    import re
    from importlib import metadata

    from havenward import __version__

    needed = [line for line in metadata.requires("havenward") or [] if "extra ==" not in line]
    names = [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in needed]
    own = {"havenward": __version__, "python": platform.python_version(), "system": platform.platform()}
    return own | {name: metadata.version(name) for name in sorted(names)}


def count_processors() -> int:
    """Processors that this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def look_at_scenarios() -> list[Finding]:
    """Whether each bundled scenario is valid, which shows that the package is whole."""
    from havenward.model.siege.requirements import SIEGE
    from havenward.scenario.folder import bundled
    from havenward.scenario.read import check

    findings = []
    for name in bundled():
        scenario, problems = check(name, SIEGE)
        errors = sum(problem.severity == "error" for problem in problems)
        detail = "valid" if scenario is not None else f"{errors} errors; the installation is damaged"
        findings.append(Finding(f"scenario {name}", scenario is not None, detail))
    return findings


def look_at_fonts() -> Finding:
    """Whether the font of the pictures is there."""
    from matplotlib.font_manager import findfont

    try:
        return Finding("font", True, f"{FONT} in {Path(findfont(FONT, fallback_to_default=False)).parent}")
    except ValueError:
        return Finding("font", False, f"{FONT} is missing; install matplotlib again")


def look_at_folders() -> list[Finding]:
    """Whether the folders for passing files can be written: temporary ones, and the cache of pictures."""
    import tempfile

    from matplotlib import get_cachedir

    folders = {"temporary folder": tempfile.gettempdir(), "cache folder": get_cachedir()}
    return [_try_writing(name, Path(folder)) for name, folder in folders.items()]


def _try_writing(name: str, folder: Path) -> Finding:
    import tempfile

    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"havenward")
    except OSError as fault:
        return Finding(name, False, f"{folder} cannot be written ({fault.strerror})")
    return Finding(name, True, f"{folder} can be written")
