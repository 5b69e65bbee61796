"""The front of each member: where the dates of control have ranges, by its own error; where they have none, as stated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.core.members import SOURCES, Members
from havenward.model.siege.front import VagueFront
from havenward.model.siege.parameters import TABLE
from havenward.model.siege.siege import Siege
from havenward.model.siege.world import compile_world
from havenward.scenario.schema import Control, Stock
from tests.model.drive import turn
from tests.model.worlds import at, siege, way
from tests.scenario.edits.vague import stating


def point(day: int, share: float, early: int = 0, late: int = 0, place: str = "Town") -> Control:
    """A point of the line, so many days early at the earliest and late at the latest."""
    ends = {"earliest": at(day - early), "latest": at(day + late)} if early or late else {}
    return Control(place=place, date=at(day), besieged_share=share, **ends)


VAGUE = (point(2, 1.0), point(8, 1.0, 4, 6), point(14, 0.4, 6, 8), point(20, 0.0, 2, 9))
CERTAIN = tuple(row.model_copy(update={"earliest": None, "latest": None}) for row in VAGUE)


def town(control=VAGUE, days=32):
    return siege(days, control=control, corridors=(way("front"), way("night")))


def assert_same(story, other):
    for name, values in story.kept.items():
        np.testing.assert_array_equal(values, other.kept[name], err_msg=name)


@pytest.mark.parametrize("solver", ["chain", "mean"])
@pytest.mark.parametrize(("error", "column"), [(-1.0, "earliest"), (1.0, "latest")])
def test_at_the_ends_a_member_is_one_of_a_scenario_that_states_these_dates(solver, error, column):
    """Everything that happens, to the bit."""
    found = turn(town(), solver, members=3, control_error=error)
    assert_same(found, turn(stating(town(), column), solver, members=3))
    line = np.interp(np.arange(32), [getattr(row, column or "date").toordinal() - at(0).toordinal() for row in VAGUE[1:]],
                     [1.0, 0.4, 0.0])  # fmt: skip
    assert found.kept["besieged"][:, :, 0] == pytest.approx(np.stack([line] * 3), abs=1e-6)


def test_at_the_stated_dates_no_bit_differs_from_a_scenario_without_ranges():
    assert_same(turn(town()), turn(town(CERTAIN)))


def test_a_front_that_is_a_day_late_is_seen():
    """Negative control: dates are a day late, of ranges of six to nine."""
    with pytest.raises(AssertionError, match="stock"):
        assert_same(turn(town(), control_error=0.15), turn(town(CERTAIN)))


def test_without_ranges_the_error_does_nothing():
    world = compile_world(town(CERTAIN))
    assert world.besieged_by(np.array([-3.0, 3.0])).shape == (33, 1, 1)
    assert_same(turn(town(CERTAIN), control_error=3.0), turn(town(CERTAIN)))


rows = st.lists(
    st.tuples(st.integers(1, 20), st.floats(0, 1), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=6
)


@given(rows, st.floats(-3, 3))
def test_points_keep_their_order_and_certain_ones_their_day(given_rows, error):
    days = np.cumsum([gap for gap, *_ in given_rows])
    control = [point(int(day), *rest) for day, (_, *rest) in zip(days, given_rows, strict=True)]
    drawn = VagueFront.of(control, ()).drawn(error)
    stated = np.array([row.date.toordinal() for row in control])
    assert (np.diff(drawn.days) >= 1).all()
    assert (drawn.days == np.rint(drawn.days)).all()
    assert (drawn.days <= stated).all() if error < 0 else (drawn.days >= stated).all()
    certain = np.array([row.earliest is None for row in control])
    assert (drawn.days[certain] == stated[certain]).all()
    if abs(error) <= 1:
        earliest = [(row.earliest or row.date).toordinal() for row in control]
        latest = [(row.latest or row.date).toordinal() for row in control]
        # a point that gives way to its neighbour stays nearer to its stated day
        assert ((drawn.days >= np.minimum(earliest, stated)) & (drawn.days <= np.maximum(latest, stated))).all()


def test_an_error_belongs_to_control_and_to_nothing_else():
    """Two members alike but for control: the front differs, and no assumption, nor anybody at the start."""
    assert TABLE["control_error"].uncertainty == "control"
    numbers = dict.fromkeys(SOURCES, np.array([5, 5], dtype=np.uint32)) | {"control": np.array([5, 6], dtype=np.uint32)}
    both = turn(town(), numbers=Members(numbers), medians=False)
    values = both.rules.values
    differ = {name for name, value in values.items() if value[0] != value[1]}
    assert differ == {name for name, parameter in TABLE.items() if parameter.uncertainty == "control"}
    assert (both.dusk[0, 0] == both.dusk[1, 0]).all()
    moved = both.kept["besieged"][0] != both.kept["besieged"][1]
    assert moved.any()
    # and where the front does not tell them apart, no chance does: the same two futures in a certain world
    sure = turn(town(CERTAIN), numbers=Members(numbers), medians=False)
    np.testing.assert_array_equal(sure.kept["flow"][0], sure.kept["flow"][1])


def test_members_have_the_same_bits_in_any_company():
    together = turn(town(), members=6, medians=False)
    alone = [turn(town(), members=1, first=member, medians=False) for member in range(6)]
    for name, values in together.kept.items():
        np.testing.assert_array_equal(values, np.concatenate([one.kept[name] for one in alone]), err_msg=name)
    assert len({values.tobytes() for values in together.kept["besieged"]}) > 3


def test_who_is_later_is_behind_the_line_for_longer():
    evenings = compile_world(town()).besieged_by(np.linspace(-1.5, 1.5, 31))[:, :, 0]
    assert (np.diff(evenings, axis=1) >= 0).all()
    assert (np.ptp(evenings, axis=1) > 0).sum() > 20


def households_behind(rules) -> np.ndarray:
    """(M,) share of all persons at the start who live behind the line."""
    persons = np.where(np.isin(np.arange(len(rules.table)), rules.ground.cells.home), rules.table.persons(), 0)
    counts = rules.start()
    return (counts @ persons) / (counts @ rules.table.persons())


@pytest.mark.parametrize("given_stock", [False, True])
def test_people_stand_at_the_start_where_each_members_front_has_them(given_stock):
    """The front passes half of the town by the evening before, give or take four days."""
    begin = 10 if given_stock else 0
    passing = (point(begin - 11, 1.0, 4, 4), point(begin + 9, 0.0, 4, 4))
    stocks = (Stock(date=at(begin - 1), stage="at_home", site="Town", persons=2000),) if given_stock else ()
    numbers = Members(dict.fromkeys(SOURCES, np.zeros(3, dtype=np.uint32)), {"control_error": np.array([0.05, 0.5, 0.95])})
    made = Siege.of(town(passing).model_copy(update={"stocks": stocks}), {})
    rules = made.for_members(numbers, 1, spread=1.0, begin=begin)
    assert rules.control.besieged[:, 0] == pytest.approx([0.3, 0.5, 0.7])
    assert households_behind(rules) == pytest.approx([0.3, 0.5, 0.7], abs=0.01)
