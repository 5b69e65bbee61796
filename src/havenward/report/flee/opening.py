"""The first screen of a Flee run's page, and how the run was made."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from havenward.model.flee.mends import Level
from havenward.report.flee.material import FleeMaterial
from havenward.report.flee.sentences import MEANINGS, against_registers, glances, headline
from havenward.report.opening import Opening
from havenward.report.sentences import how_sure
from havenward.scenario.flee.limits import limits_of

LEVELS: Mapping[Level, str] = {
    "exact": "exact: Flee's rules as Flee carries them out, with its known faults",
    "mended": "mended: Flee's rules with their known faults mended",
}
LIMITS = (
    "Registered figures are not the truth: people leave without being taken off a register, and counts are taken anew.",
    "Straight lines between printed figures are not counts. A line knows the later figure before it was printed.",
)
"""What no run of a Flee folder can tell, whatever the folder."""


def opening(given: FleeMaterial) -> Opening:
    """The first screen."""
    sums, known = given.sums, given.facts
    return Opening(
        headline=headline(sums),
        second=against_registers(sums),
        sure=how_sure(sums.draws, known, MEANINGS),
        glances=glances(sums),
        glance_note="" if sums.hasten == 1 else f"{units(sums.hasten)} summary.csv of the run counts units.",
        limits=[*limits_of(given.scenario), *LIMITS],
        about=about(given),
    )


def about(given: FleeMaterial) -> list[tuple[str, str]]:
    """What the record says of how the run was made, beyond what every page has."""
    rows = [("Level", LEVELS[given.level]), ("Unit", units(given.sums.hasten))]
    if digest := folder_digest(given.record):
        rows.append(("Folder (SHA-256 of its files' sums)", digest))
    if sources := given.record.get("public_sources"):
        rows.append(("Public sources, as marked by who ran it", str(sources)))
    if made := given.record.get("made"):
        rows.append(("Made", str(made)))
    return rows


def units(hasten: int) -> str:
    """Whom a moving unit stands for."""
    if hasten == 1:
        return "Persons: every one moves for itself."
    return f"Persons, in units of {hasten:,} persons: the run moves units, and figures are units times {hasten:,}."


def folder_digest(record: Mapping[str, Any]) -> str:
    """One SHA-256 for all files of the folder: that of the lines which `sha256sum` prints for them, by name."""
    files = record.get("files") or {}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest() if files else ""
