"""Edits of a front whose dates have ranges: each member's own front is edited, and nothing of it before the edit's date."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from havenward.model.siege.world import World, compile_world
from havenward.scenario.edits.edit import Edit
from havenward.scenario.edits.front import DelayOffensive, MoveFront, SpeedOffensive
from havenward.scenario.edits.tables import Tables
from havenward.scenario.schema import Scenario
from tests.scenario.edits.examples import DATE, DAYS, EXAMPLES, START, changed, edit
from tests.scenario.edits.vague import DAY, RANGES, stating, vague_month

ERRORS = np.array([-1.52, -1.0, -0.63, -0.1, 0.0, 0.2, 0.5, 1.0, 1.52])
FRONTS = ("move_front", "delay_offensive", "speed_offensive")
SOUTH = 1


def fronts(scenario: Scenario) -> np.ndarray:
    """(D + 1, M, H) from the eve of the first day on."""
    return compile_world(scenario).besieged_by(ERRORS)


def bent(scenario: Scenario, *made: Edit) -> Scenario:
    """A scenario with edits made to it, and not checked after each."""
    tables = Tables.copy(scenario)
    for one in made:
        one.change(tables)
    return tables.scenario()


def front_edits() -> st.SearchStrategy[Edit]:
    dates = st.integers(0, DAYS - 1).map(lambda day: START + day * DAY)
    share, place = st.floats(0, 1), st.sampled_from(["Tarrow North", "Tarrow South", "Tarrow Old Town"])
    moves = st.builds(MoveFront, date=dates, place=place, besieged_share=share, over_days=st.integers(1, 9))
    spans = st.builds(lambda move, more: move.model_copy(update={"until": move.date + (move.over_days + more) * DAY}),
                      moves, st.integers(0, 9))  # fmt: skip
    late = st.builds(DelayOffensive, date=dates, area=st.just("*"), days=st.integers(1, 40))
    fast = st.builds(SpeedOffensive, date=dates, place=place, factor=st.floats(0.05, 20))
    return moves | spans | late | fast


def ranges() -> st.SearchStrategy[dict[tuple[str, dt.date], tuple[int, int]]]:
    days = st.tuples(st.integers(0, 30), st.integers(0, 30))
    return st.fixed_dictionaries(dict.fromkeys(RANGES, days))


@given(front_edits(), ranges())
def test_no_bit_of_any_members_front_changes_before_the_date_or_after_the_last_day(one, wide):
    until = getattr(one, "until", None)
    assume(until is None or until < START + (DAYS - 1) * DAY)
    before, after = (fronts(scenario) for scenario in (vague_month(wide), bent(vague_month(wide), one)))
    first = (one.date - START).days
    np.testing.assert_array_equal(after[: first + 1], before[: first + 1], strict=True)
    if until is not None:
        last = (until - START).days + 2
        np.testing.assert_array_equal(after[last:], before[last:], strict=True)


@given(front_edits(), front_edits(), st.sampled_from(["earliest", "latest"]))
def test_a_member_has_the_edited_front_of_a_scenario_that_states_its_dates(one, another, column):
    vague = compile_world(bent(vague_month(), one, another))
    error = np.array([-1.0 if column == "earliest" else 1.0])
    sure = compile_world(bent(stating(vague_month(), column), one, another))
    np.testing.assert_array_equal(vague.besieged_by(error)[:, 0], sure.besieged)
    np.testing.assert_array_equal(vague.besieged_by(np.zeros(1))[:, 0], vague.besieged)


def line(world: World, error: float) -> list[float]:
    """The south's, from the first day on."""
    return world.besieged_by(np.array([error]))[1:, 0, SOUTH].tolist()


def test_who_was_passed_early_stays_passed_and_who_was_not_comes_later():
    """The assault on the south begins between 19 and 30 July; on the 24th all is put off by five days."""
    before, after = compile_world(vague_month()), compile_world(changed(vague_month(), EXAMPLES["delay_offensive"]))
    first = (DATE - START).days
    early, late = line(before, -1.0), line(before, 1.0)
    assert early[first - 1] < 1 == late[first - 1]
    assert line(after, -1.0)[: first + 5] == early[:first] + [early[first - 1]] * 5
    np.testing.assert_allclose(line(after, -1.0)[first + 5 :], early[first : DAYS - 5], atol=1e-12)
    np.testing.assert_allclose(line(after, 1.0)[first + 5 :], late[first : DAYS - 5], atol=1e-12)


def test_the_front_is_moved_from_where_each_member_has_it():
    move = edit("move_front", place="Tarrow South", besieged_share=0.1, over_days=4)
    world, moved = compile_world(vague_month()), compile_world(changed(vague_month(), move))
    first = (DATE - START).days
    for error in ERRORS:
        eve = line(world, error)[first - 1]
        np.testing.assert_allclose(line(moved, error)[first - 1 : first + 4], np.linspace(eve, 0.1, 5), atol=1e-12)


@pytest.mark.parametrize("kind", FRONTS)
def test_members_differ_before_the_date_and_the_edit_reaches_them(kind):
    """Else the tests above would say nothing."""
    first = (DATE - START).days
    before, after = fronts(vague_month()), fronts(changed(vague_month(), EXAMPLES[kind]))
    assert np.ptp(before[first, :, SOUTH]) > 0.1
    assert all((after[first + 1 :, member] != before[first + 1 :, member]).any() for member in range(len(ERRORS)))
