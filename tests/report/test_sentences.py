"""Plain words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from havenward.report.digest import Digest
from havenward.report.facts import Facts, facts
from havenward.report.sentences import between_days, busiest, glances, headline, how_sure, reception
from tests.report.example_outcome import Example


@pytest.fixture
def known(toy: Example) -> Facts:
    return facts(toy.found, toy.given, toy.run)


def test_headline(toy_sums: Digest, known: Facts):
    assert headline(toy_sums, known) == (
        "In 8 of 10 simulated futures 14,000 to 19,000 people reach the crossings, from 1 March 2030 to 29 May 2030; "
        "the busiest week begins on 1 March 2030; most come from East Harran (in all futures)."
    )


def test_reception_gives_the_worst_moment(toy_sums: Digest):
    words = reception(toy_sums)
    assert words.startswith("At the peak, on 29 May 2030, 14,000 to 19,000 people are out of their homes")
    assert "camps and emergency sites hold" in words


def test_the_mean_solver_says_that_chance_is_left_out(toy_sums: Digest, known: Facts):
    assert "assumptions only" in how_sure(toy_sums, dataclasses.replace(known, solver="mean"))
    assert "Chance is left out" in how_sure(toy_sums, dataclasses.replace(known, solver="mean"))
    assert "ends of the interval are rough" in how_sure(toy_sums, known)


def test_every_glance_has_measure_unit_date_and_interval(toy_sums: Digest, known: Facts, toy: Example):
    rows = glances(toy_sums, toy.given.header.epochs, known)
    assert len(rows) >= 8
    for row in rows:
        assert row.measure.split(",")[0] in ("stock", "flow", "cumulative")
        assert row.unit == "persons"
        assert "2030" in row.when
        assert " to " in row.figure or "fewer than" in row.figure


def test_epochs_sum_to_the_run(toy_sums: Digest, toy: Example):
    total = 0.0
    for epoch in toy.given.header.epochs:
        inside = (toy_sums.dates >= np.datetime64(epoch.start)) & (toy_sums.dates <= np.datetime64(epoch.end))
        total += toy_sums.arrivals()[:, inside].sum()
    assert total == toy_sums.arrivals().sum()


def test_days_are_given_as_the_span_of_most_draws():
    days = np.datetime64("2017-05-01") + np.array([0, 1, 2, 3, 4, 5, 6, 7, 8])
    assert between_days(days) == "between 1 May 2017 and 9 May 2017"
    assert between_days(np.repeat(days[:1], 5)) == "on 1 May 2017"


def test_the_busiest_leads_in_most_draws():
    totals = {"a": np.array([5.0, 9, 9, 1]), "b": np.array([6.0, 2, 3, 0])}
    assert busiest(totals) == ("a", 0.75)
