"""The kept script gives the committed files, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from havenward.scenario.read import check

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "build_mosul.py"


def test_the_script_reproduces_the_bundled_files(folder: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, SCRIPT, tmp_path / "mosul"], check=True, cwd=tmp_path, timeout=60)
    built = {path.name: path.read_bytes() for path in (tmp_path / "mosul").iterdir()}
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert built.keys() == kept.keys()
    assert [name for name in sorted(built) if built[name] != kept[name]] == []


def test_the_scenario_reads_without_errors_or_warnings(folder: Path) -> None:
    scenario, problems = check(folder)
    assert scenario is not None
    assert problems == []
