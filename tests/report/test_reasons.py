"""Why figures moved: means by period, turns, and their words."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.report.digest import Digest
from havenward.report.reasons import apart, join_words, main_area, moved, series_of, turns


def test_drivers_are_means_of_the_week(toy_sums: Digest):
    area = toy_sums.areas[0]
    found = series_of(toy_sums, area)["contact_share"]
    assert found.shape == (6, 12)
    assert found[:, 3] == pytest.approx(toy_sums.drivers["contact_share"][:, 21:28, 0].mean(axis=1))


def test_main_area_is_the_one_most_come_from(toy_sums: Digest):
    totals = {area: toy_sums.flows.of("area", area).sum() for area in toy_sums.areas}
    assert totals[main_area(toy_sums)] == max(totals.values())


def test_turns_lie_apart_and_say_where_from_and_where_to(toy_sums: Digest):
    found = turns(toy_sums, main_area(toy_sums))
    days = [turn.day for turn in found]
    assert found
    assert days == sorted(days)
    assert len(set(days)) == len(days)
    for turn in found:
        words = turn.sentence("week")
        assert ("rose" in words) == (turn.after.middle > turn.before.middle)
        assert words.count("(") == 2


def test_the_assault_is_explained_by_the_front(toy_sums: Digest):
    reasons = [reason for turn in turns(toy_sums, "East Harran") for reason in turn.reasons]
    assert "the front reached more homes" in reasons


def test_what_hardly_moved_is_not_a_reason():
    values = np.tile(np.array([0.0, 1.0, 1.05, 0.0, 0.001, 0.0]), (5, 1))
    assert moved(values, 0, "more", "less") == ["more"]
    assert moved(values, 1, "more", "less") == []  # a twentieth of itself
    assert moved(values, 2, "more", "less") == ["less"]
    assert moved(values, 3, "more", "less") == []  # a thousandth of its range


def test_a_small_driver_may_move_in_the_shadow_of_its_peak():
    values = np.tile(np.array([1.0, 0.10, 0.05]), (5, 1))
    assert moved(values, 1, "more", "less") == ["less"]


def test_close_ranks_are_passed_over():
    assert apart(np.array([10, 11, 14, 30, 2]), 6) == [2, 10, 30]
    assert apart(np.array([10, 11, 14, 30, 2]), 1) == [10, 11, 14, 30]


def test_lists_read_as_sentences():
    assert join_words(["a"]) == "a"
    assert join_words(["a", "b", "c"]) == "a, b and c"
