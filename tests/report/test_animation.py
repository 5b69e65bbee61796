"""The moving map: frames, dates, times, colours."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from havenward.report.animation import LAST_MILLISECONDS, MILLISECONDS, frame_days, indexed, palette
from havenward.report.detail import detail
from havenward.report.digest import Digest, digest
from havenward.report.facts import facts
from havenward.report.map_scene import moment, scene
from havenward.report.map_sheet import Sheet, scales
from tests.report.conftest import TODAY
from tests.report.example_outcome import Example, example
from tests.report.example_scenario import TOY


@pytest.fixture(scope="module")
def sheet(toy: Example, toy_sums: Digest) -> Sheet:
    still = scene(toy_sums, toy.given, detail(toy.given, "public", TODAY))
    return Sheet(
        toy_sums, still, facts(toy.found, toy.given, toy.run), scales(toy_sums, still, moving=True), 1.0, moving=True
    )


def test_one_frame_a_week_and_one_for_the_last_day(toy_sums: Digest):
    days = frame_days(toy_sums)
    assert days[:3] == [6, 13, 20]
    assert days[-1] == 89
    assert len(days) == 13


def test_short_runs_have_a_frame_a_day():
    short = example(dataclasses.replace(TOY, days=10))
    sums = digest(short.found, short.given, detail(short.given, "public", TODAY))
    assert frame_days(sums) == list(range(10))


def test_file_has_all_frames_with_their_times(toy_report: Path):
    with Image.open(toy_report.parent / "example.public.map.gif") as film:
        assert film.n_frames == 13
        assert film.size == (720, 560)
        times = []
        for number in range(film.n_frames):
            film.seek(number)
            times.append(film.info["duration"])
    assert times == [MILLISECONDS] * 12 + [LAST_MILLISECONDS]


def test_frames_are_the_days_they_say(toy_report: Path, sheet: Sheet):
    days = frame_days(sheet.sums)
    with Image.open(toy_report.parent / "example.public.map.gif") as film:
        for number in (0, 7, 12):
            film.seek(number)
            shown = np.asarray(film.convert("RGB")).astype(int)
            painted = [np.asarray(sheet.paint(moment(sheet.still, sheet.sums, day), day)).astype(int) for day in days]
            distance = [np.abs(shown - frame).mean() for frame in painted]
            assert int(np.argmin(distance)) == number


def test_the_line_on_the_course_moves_with_the_day(sheet: Sheet):
    course = sheet.course
    assert course.x(0) == course.left
    assert course.x(len(sheet.sums.dates) - 1) == course.right
    middle = (course.top + course.bottom) // 2
    image = sheet.paint(moment(sheet.still, sheet.sums, 40), 40)
    assert image.getpixel((round(course.x(40)), middle)) == (0xD5, 0x5E, 0x00)


def test_figures_carry_intervals(sheet: Sheet):
    assert " to " in sheet.figures(80)
    assert "(80 %)" in sheet.figures(80)


def test_colours_are_matched_closely(sheet: Sheet):
    frame = sheet.paint(moment(sheet.still, sheet.sums, 80), 80)
    matched = next(indexed([frame], palette([frame]))).convert("RGB")
    assert np.abs(np.asarray(frame).astype(int) - np.asarray(matched).astype(int)).mean() < 3
