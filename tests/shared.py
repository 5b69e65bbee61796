"""The reference data of the parent folder, which are not part of this repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


def needed(path: Path) -> Path:
    """A path of the reference data; the test is skipped where they are not there, and fails where they must be."""
    if not path.exists():
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"the reference data are not there: {path}")
    return path
