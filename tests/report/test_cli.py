"""`havenward report`."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from havenward.cli.main import app
from tests.report.example_outcome import Example

runner = CliRunner()


def test_report_goes_beside_the_run(real_run: Path):
    sealed = sorted(path.relative_to(real_run) for path in real_run.rglob("*"))
    result = runner.invoke(app, ["report", str(real_run)])
    assert result.exit_code == 0, result.output
    page = real_run.parent / "toy.run.report" / "toy.public.report.html"
    assert str(page) in result.stdout
    assert page.is_file()
    assert sorted(path.relative_to(real_run) for path in real_run.rglob("*")) == sealed


def test_json_names_the_page_and_its_pictures(toy: Example, tmp_path: Path):
    run = toy.write(tmp_path / "run")
    out = tmp_path / "out"
    result = runner.invoke(app, ["report", str(run), "--out", str(out), "--json"])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert Path(answer["page"]) == out / "example.public.report.html"
    assert "example.public.map.gif" in answer["pictures"]
    assert {path.name for path in out.iterdir()} == {*answer["pictures"], "example.public.report.html"}


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path):
    result = runner.invoke(app, ["report", str(tmp_path)])
    assert result.exit_code == 1
    assert "holds no run.json" in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""
