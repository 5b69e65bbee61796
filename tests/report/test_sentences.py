"""Plain words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from havenward.report.digest import Digest
from havenward.report.facts import Facts, facts
from havenward.report.sentences import MEANINGS, between_days, busiest, glances, headline, how_sure, reception
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


def test_what_an_interval_is_over_is_said(toy_sums: Digest, known: Facts):
    def said(interval: str) -> str:
        return how_sure(toy_sums.draws, dataclasses.replace(known, interval=interval))

    assert "Chance is left out" in said("over assumptions only")
    assert "that of chance only" in said("over chance only")
    assert "Intervals are over something new." in said("over something new")
    assert len({said(kind) for kind in MEANINGS}) == len(MEANINGS)


def test_few_draws_are_said_to_give_narrow_intervals(toy_sums: Digest, known: Facts):
    assert "With 6 draws the ends of the interval are rough: about 7 of 10 further draws" in how_sure(toy_sums.draws, known)


@pytest.mark.parametrize(
    ("solver", "said", "draws", "interval"),
    [
        ("chain", None, 6, "over assumptions and chance"),
        ("mean", None, 6, "over assumptions only"),
        ("chain", "over chance only", 6, "over chance only"),
        ("chain", "over assumptions and chance", 1, "none: one member"),
    ],
)
def test_an_outcome_says_what_its_draws_are_over(toy: Example, solver: str, said: str | None, draws: int, interval: str):
    found = toy.found.isel(draw=slice(0, draws)).assign_attrs({"interval": said} if said else {})
    assert facts(found, toy.given, {**toy.run, "solver": solver}).interval == interval


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
