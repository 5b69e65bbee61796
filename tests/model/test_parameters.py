"""The table of parameters: what it must hold, what it refuses, how members draw from it."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.model.siege.parameters import (
    PARAMETERS,
    TABLE,
    UnknownParameter,
    check_edit,
    values,
    with_assumptions,
)
from havenward.scenario.schema import Assumption

MEMBERS = np.arange(4000, dtype=np.uint32)


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_every_row_says_what_it_rests_on_and_holds_its_own_limits(row):
    assert row.low <= row.median <= row.high
    assert [row.refusal(value) for value in (row.low, row.median, row.high)] == [None] * 3
    assert row.basis
    assert row.meaning
    assert row.unit
    assert row.source or row.label != "sourced"


def test_names_are_different():
    assert len(TABLE) == len(PARAMETERS)


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_without_spread_everybody_has_the_median(row):
    drawn = values({row.name: row}, 1, MEMBERS[:3], spread=0.0)[row.name]
    assert drawn == pytest.approx(np.full(3, row.median), rel=1e-14)


@pytest.mark.parametrize("row", [row for row in PARAMETERS if row.low < row.high], ids=lambda row: row.name)
def test_one_draw_in_twenty_lies_below_the_range_and_one_above(row):
    """Binomial with p = 0.05 over 4000 members: six standard deviations are 0.021."""
    drawn = values({row.name: row}, 3, MEMBERS, spread=1.0)[row.name]
    above = (drawn > row.high).mean()
    below = (drawn < row.low).mean()
    assert above == pytest.approx(0.05, abs=0.021)
    # a range that begins at its limit has nothing below
    assert below == (0 if row.low == row.least else pytest.approx(0.05, abs=0.021))
    assert all(row.refusal(value) is None for value in (drawn.min(), drawn.max()))


def test_a_draw_depends_on_its_name_seed_and_member_only():
    whole = values(TABLE, 5, MEMBERS[:20], spread=1.0)
    part = values({"onward": TABLE["onward"]}, 5, MEMBERS[7:9], spread=1.0)["onward"]
    assert np.array_equal(part, whole["onward"][7:9])


def test_a_range_that_touches_nought_is_cut_there():
    table = with_assumptions((Assumption(name="mine_loss", low=0.0, median=0.001, high=0.01),))
    drawn = values(table, 1, MEMBERS, spread=1.0)["mine_loss"]
    assert drawn.min() == 0.0
    assert drawn.max() > 0.01


def test_a_scenarios_row_takes_the_place_of_the_default():
    row = Assumption(name="onward", median=0.5, label="sourced", source="somebody", note="printed there")
    taken = with_assumptions((row,))["onward"]
    assert (taken.low, taken.median, taken.high) == (0.5, 0.5, 0.5)
    assert (taken.label, taken.source, taken.basis) == ("sourced", "somebody", "printed there")
    assert taken.meaning == TABLE["onward"].meaning


@pytest.mark.parametrize(
    ("name", "value", "limits"),
    [
        ("parting", 1.2, "from 0 to 1"),
        ("contact_days", 0.0, "at least 0.1"),
        ("night_hours", 30.0, "from 0.5 to 24"),
        ("onward", -1.0, "at least 0"),
        ("wish_base", float("nan"), "a finite number"),
    ],
)
def test_edits_and_assumptions_are_refused_in_the_same_words(name, value, limits):
    with pytest.raises(ValueError, match=f"{name} cannot be {value:g}: it must be {limits}") as edited:
        check_edit(name, value)
    assert str(edited.value) == TABLE[name].refusal(value)
    with pytest.raises(ValueError, match=limits):
        with_assumptions((Assumption.model_construct(name=name, median=value, low=None, high=None),))


@pytest.mark.parametrize(
    ("name", "told"), [("seal_strenght", r"'seal_strenght' \(did you mean 'seal_strength'\?\)"), ("zzz", "^'zzz'$")]
)
def test_an_unknown_name_is_told_with_the_nearest(name, told):
    with pytest.raises(UnknownParameter, match=told):
        check_edit(name, 1.0)
    with pytest.raises(UnknownParameter, match=told):
        with_assumptions((Assumption(name=name, median=1.0),))
