"""Runs that lack something: each still gives a whole page that says what is missing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from havenward.report.write import write_report_of
from havenward.run.reading import Run, RunFolderError, open_run
from tests.report.example_outcome import Example, example
from tests.report.example_scenario import TOY


def page_of(given: Example, folder: Path) -> str:
    return write_report_of(Run(given.found, given.given, dict(given.run)), folder).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"draws": 1}, "nothing can be said of how sure it is and no figure is given"),
        ({"draws": 2}, "With 2 draws the ends of the interval are rough: about 3 of 10 further draws would lie in it"),
        ({"days": 10}, "people reach the crossings, from 1 March 2030 to 10 March 2030"),
        ({"days": 1}, "1 March 2030 to 1 March 2030"),
        ({"camps": 0}, "Nobody lives in a camp or emergency site in any simulated future"),
        ({"hosts": 0}, "Camps: occupancy, plots and overflow"),
    ],
    ids=["one draw", "two draws", "ten days", "one day", "no camps", "no hosts"],
)
def test_a_page_is_written_all_the_same(changes: dict[str, int], words: str, tmp_path: Path):
    assert words in page_of(example(dataclasses.replace(TOY, **changes)), tmp_path)


def test_one_draw_prints_no_count_of_people(tmp_path: Path):
    text = page_of(example(dataclasses.replace(TOY, draws=1)), tmp_path)
    assert "The figures at a glance" not in text
    assert "80 % interval" not in text
    assert "95 % bands" not in text
    assert text.count("no figure can be given with an interval") == 4


def test_a_counter_that_began_before_the_run_has_rings_and_no_fan(toy: Example, tmp_path: Path):
    blank = dataclasses.replace(toy, found=toy.found.assign(observed=toy.found["observed"] * np.nan))
    assert "0 of 0 printed figures" in page_of(blank, tmp_path)


def test_no_evidence(toy: Example, tmp_path: Path):
    bare = toy.found.isel(series=slice(0, 0))
    text = page_of(dataclasses.replace(toy, found=bare, given=toy.given.model_copy(update={"evidence": ()})), tmp_path)
    assert "No counted figure falls into the days of this run." in text


def test_nobody_leaves(toy: Example, tmp_path: Path):
    still = toy.found.copy()
    still["flow"] = still["flow"] * 0
    home = still["stock_stage"].isin(["home_held", "home_contact", "home_free"])
    still["stock"] = still["stock"].where(home, 0)
    text = page_of(dataclasses.replace(toy, found=still), tmp_path)
    assert "In none of 6 simulated futures does anybody reach a crossing" in text
    assert "Nobody leaves in any simulated future." in text
    assert "Nobody is displaced in any simulated future." in text


def test_a_forecast_has_a_line_at_its_origin(toy: Example, tmp_path: Path):
    forecast = dataclasses.replace(toy, run={**toy.run, "origin": "2030-04-15"})
    text = page_of(forecast, tmp_path / "forecast")
    assert "15 April 2030" in text
    assert "none: the scenario&#39;s dates are given for the whole run" in page_of(toy, tmp_path / "plain")
    pictures = [(tmp_path / name / "example.public.arrivals.png").read_bytes() for name in ("forecast", "plain")]
    assert pictures[0] != pictures[1]


def test_a_run_that_was_broken_off_says_so(toy: Example, tmp_path: Path):
    run = {**toy.run, "status": "broken off", "members": 20, "members_done": 6, "days": 90}
    assert "Broken off: 6 of 20 members have these 90 days." in page_of(
        dataclasses.replace(toy, run=run), tmp_path / "broken"
    )
    assert "Broken off" not in page_of(toy, tmp_path / "whole")


def test_a_folder_that_is_no_run_is_refused(toy: Example, tmp_path: Path):
    with pytest.raises(RunFolderError, match=r"holds no run\.json"):
        open_run(tmp_path)
    folder = toy.write(tmp_path / "run")
    (folder / "run.json").rename(folder / "other.json")
    with pytest.raises(RunFolderError, match="havenward run"):
        open_run(folder)


def test_days_and_members_that_a_broken_run_never_came_to_are_left_out(toy: Example, tmp_path: Path):
    folder = dataclasses.replace(toy, run={**toy.run, "members_done": 4, "days": 60}).write(tmp_path / "run")
    found = open_run(folder).outcome
    assert (found.sizes["draw"], found.sizes["time"]) == (4, 60)
