"""Small ensembles and comparisons of `toy`, by the engine, for the tests of their reports."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from havenward.cli.main import app

CAMP = "set_capacity date=2010-03-10 camp='Long Meadow' plots=20"
HOURS = "set_hours date=2010-03-12 crossing='Stone Bridge' hours=0.1"
NORTH, SOUTH = (
    f"open_corridor date=2010-03-10 from_place='Tarrow {side}' crossing='Stone Bridge' use=front"
    for side in ("North", "South")
)
MEMBERS = 12
DAYS = ("--until", "2010-06-10", "--members", str(MEMBERS), "--workers", "0")
"""Over 92 days, so that what is not told daily is told at the ends of months, and weeks are whole."""


def called(*words: str) -> str:
    """Call a command that must end well; return what it says."""
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def ensemble(folder: Path, *words: str) -> Path:
    """Run an ensemble of `toy`."""
    called("ensemble", "toy", *DAYS, "--out", str(folder), *words)
    return folder


def comparison(folder: Path, *words: str) -> Path:
    """Compare `toy` with edits."""
    called("compare", "toy", *words, *DAYS, "--out", str(folder))
    return folder
