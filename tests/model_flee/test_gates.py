"""Mended: arrivals wait at the gate, and a camp never holds more than it has room for."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.core.ledger import Ledger
from havenward.core.members import Members
from havenward.model.flee.flee import Flee
from havenward.run.days import turn_day
from havenward.run.engine import solver_for
from tests.model_flee.drive import MENDED, camp, folder, town, turn, zone

SOLVERS = ("chain", "individuals")


def waiting_for_room(**rules):
    """A thousand people in a town 10 km from a camp of 100, and 300 km from another without a limit."""
    places = [zone("A"), town("T"), camp("C", 100), camp("D")]
    roads = [("A", "T", 300), ("T", "C", 10), ("T", "D", 300)]
    return folder(places, roads, days=8, out=[0, 1000], settings={"move_rules": rules})


@pytest.mark.parametrize("solver", SOLVERS)
def test_no_more_are_let_in_than_there_is_room_for(solver):
    story = turn(waiting_for_room(), solver, mends=MENDED, members=20)
    inside = story.stock[:, :, story.stocks.index(("in_camp", "C", ""))]
    assert inside.max() == 100
    assert (inside[:, 1:] >= 95).all()
    assert (story.at("D")[:, -1] > 300).all()


@pytest.mark.parametrize("solver", SOLVERS)
def test_everybody_is_told_somewhere_at_dusk(solver):
    """Nobody rests in a state that is no stock: passing states are empty at dusk."""
    flee = Flee.of(waiting_for_room(use_pop_for_loc_weight=True), "mended")
    numbers = np.arange(3, dtype=np.uint32)
    rules = flee.for_members(Members.alike(numbers), 1, 0.0, 0)
    carrier = solver_for(solver, rules.start(), 1, numbers, Ledger(rules.table), 1)
    ledger = Ledger(rules.table)
    for day in range(8):
        turn_day(rules, carrier, ledger, day)
        assert not carrier.counts[:, rules.series < 0].any()


def test_a_member_is_the_same_in_any_company():
    found = waiting_for_room()
    together = turn(found, "chain", mends=MENDED, members=6).stock
    assert (turn(found, "chain", mends=MENDED, members=2, first=4).stock == together[4:]).all()
