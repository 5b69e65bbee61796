"""The first sentence, for runs of other shapes."""

from __future__ import annotations

import dataclasses

import numpy as np

from havenward.report.flee.material import FleeMaterial
from havenward.report.flee.sentences import against_registers, headline
from havenward.report.flee.sums import FleeSums


def only(sums: FleeSums, camp: str) -> FleeSums:
    """The sums of a run with one camp."""
    number = [sums.camps.index(camp)]
    people = sums.people[:, :, number]
    return dataclasses.replace(
        sums,
        camps=[camp],
        people=people,
        capacity=sums.capacity[:, number],
        stages={**sums.stages, "in_camp": people[:, :, 0]},
    )


def test_a_single_camp_is_named_once(given: FleeMaterial):
    words = headline(only(given.sums, "Delta"))
    assert " people are in the camp Delta on 29 February 2020" in words
    assert words.endswith("% of the capacity.")


def test_of_a_camp_without_a_limit_nothing_is_said_of_how_full_it_is(given: FleeMaterial):
    assert headline(only(given.sums, "Epsilon")).endswith("the last day of the run.")


def test_without_any_limit_the_largest_camp_is_named(given: FleeMaterial):
    words = headline(dataclasses.replace(given.sums, capacity=np.full_like(given.sums.capacity, np.nan)))
    assert "; the largest is Zeta (in all futures), with " in words
    assert "capacity" not in words


def test_one_member_has_no_figure(given: FleeMaterial):
    one = dataclasses.replace(given.sums, people=given.sums.people[:1])
    assert not any(letter.isdigit() for letter in headline(one).replace("10 members", ""))
    assert against_registers(one) == ""


def test_nobody_in_camps_is_said_in_futures(given: FleeMaterial):
    stages = {**given.sums.stages, "in_camp": np.zeros_like(given.sums.total)}
    words = headline(dataclasses.replace(given.sums, stages=stages))
    assert words == "In none of 12 simulated futures is anybody in a camp on 29 February 2020, the last day of the run."


def test_figures_that_lie_in_the_interval_are_counted(given: FleeMaterial):
    card = given.sums.compared.card
    words = against_registers(given.sums)
    assert f"{round(card.inside * card.reports)} of {card.reports} printed figures from day 30 on" in words
    assert "where 8 of 10 would if the model were right" in words
