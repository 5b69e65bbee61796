"""The table of parameters: what it must hold, what it refuses, how members draw from it."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.api import load
from havenward.core.members import Members
from havenward.model.siege.parameters import (
    PARAMETERS,
    TABLE,
    UnknownParameter,
    check_edit,
    values,
    with_assumptions,
)
from havenward.model.siege.siege import Siege
from havenward.run.engine import Plan, simulate
from havenward.run.record import Recorder
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
    drawn = values({row.name: row}, 1, Members.alike(MEMBERS[:3]), spread=0.0)[row.name]
    assert drawn == pytest.approx(np.full(3, row.median), rel=1e-14)


@pytest.mark.parametrize("row", [row for row in PARAMETERS if row.low < row.high], ids=lambda row: row.name)
def test_one_draw_in_twenty_lies_below_the_range_and_one_above(row):
    """Binomial with p = 0.05 over 4000 members: six standard deviations are 0.021."""
    drawn = values({row.name: row}, 3, Members.alike(MEMBERS), spread=1.0)[row.name]
    above = (drawn > row.high).mean()
    below = (drawn < row.low).mean()
    assert above == pytest.approx(0.05, abs=0.021)
    # a range that begins at its limit has nothing below
    assert below == (0 if row.low == row.least else pytest.approx(0.05, abs=0.021))
    assert all(row.refusal(value) is None for value in (drawn.min(), drawn.max()))


def test_a_draw_depends_on_its_name_seed_and_member_only():
    whole = values(TABLE, 5, Members.alike(MEMBERS[:20]), spread=1.0)
    part = values({"onward": TABLE["onward"]}, 5, Members.alike(MEMBERS[7:9]), spread=1.0)["onward"]
    assert np.array_equal(part, whole["onward"][7:9])


def test_a_range_that_touches_nought_is_cut_there():
    table = with_assumptions((Assumption(name="mine_loss", low=0.0, median=0.001, high=0.01),))
    drawn = values(table, 1, Members.alike(MEMBERS), spread=1.0)["mine_loss"]
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
        ("contact_days", 0.0, "from 0.1 to 3650"),
        ("night_hours", 30.0, "from 0.5 to 24"),
        ("onward", -1.0, "from 0 to 24"),
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


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_every_parameter_has_a_least_and_a_most(row):
    assert row.least is not None
    assert row.most is not None
    assert row.least <= row.low <= row.high <= row.most


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("population_scale", 1e300),
        ("persons_a_plot", 1e300),
        ("frailty_sd", 1e6),
        ("social_effect", 1e6),
        ("scarcity_effect", 1e300),
        ("wish_base", -1e300),
    ],
)
def test_values_that_no_arithmetic_bears_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} cannot be .* it must be from"):
        check_edit(name, value)


class People:
    """Keeps the people of every evening, and nothing else."""

    def __init__(self):
        self.evenings = []

    def write(self, name, first_day, values):
        if name == "stock":
            self.evenings.append(values[..., :4].sum(axis=(2, 3)))


@pytest.fixture(scope="module")
def toy():
    return load("toy")


@pytest.mark.parametrize("solver", ["chain", "mean"])
@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_at_its_least_and_its_most_a_run_goes_through_and_loses_nobody(toy, row, solver):
    """Each alone, at medians; a warning of NumPy is an error in these tests. As assumptions: danger takes no edits."""
    plan = Plan(solver, members=range(2), seed=1, spread=0.0, first=0, last=24)
    others = tuple(given for given in toy.assumptions if given.name != row.name)
    for value in (row.least, row.most):
        edge = toy.model_copy(update={"assumptions": (*others, Assumption(name=row.name, median=value))})
        people = People()
        recorder = lambda _, rules, people=people: Recorder.of(rules, people, plan)  # noqa: E731
        tally = simulate(Siege.of(edge, {}), plan, recorder, lambda done, total: None)
        kept = np.concatenate(people.evenings, axis=1)
        assert kept.shape == (2, 25)
        np.testing.assert_allclose(kept, np.repeat(tally.initial_persons[:, None], 25, axis=1), rtol=1e-5)
        assert (tally.initial_persons > 0).all() == ((row.name, value) != ("population_scale", 0.0))
