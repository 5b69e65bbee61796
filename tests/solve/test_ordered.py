"""Ordered moves: where the answer is known, the same bits however the work is cut, and who is found where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.core.cells import NOBODY
from havenward.core.ledger import Ledger
from havenward.core.orders import Crowds, Move, Ordered, Split
from havenward.solve.individuals import Individuals
from tests.toy.nets import choice_of, endless, net_of
from tests.toy.roads import HIGH, HIGH_NIGHT, HILL, LOW, LOW_NIGHT, MIDDLE, NORTH, SHORE, SOUTH, Roads
from tests.toy.run import SOLVERS, solver_of, turn_days

every_solver = pytest.mark.parametrize("solver", SOLVERS)
MEMBERS = 3
FULL = (20.0, 12.0, 30.0)


def carry_out(solver, rules, order, day=0, counts=None):
    """Return counts and what passed; nobody may have moved under an order that is refused before it begins."""
    made = solver_of(
        solver, rules.table, 1, np.arange(MEMBERS, dtype=np.uint32), rules.start() if counts is None else counts
    )
    passage = made.carry_out(order, day)
    return made.counts, passage


@pytest.fixture
def rules():
    return Roads(MEMBERS, full=FULL)


@pytest.fixture
def order(rules):
    return Ordered(rules.net, rules.choice, rules.crowds)


@every_solver
def test_an_order_that_is_fine_is_carried_out(solver, rules, order):
    counts, passage = carry_out(solver, rules, order)
    assert (counts != rules.start()).any()
    assert passage.units.shape == (MEMBERS, len(rules.net.to))
    assert passage.people.tolist() == rules.net.people.tolist()


@every_solver
def test_where_nobody_is_asked_nobody_moves(solver, rules, order):
    nobody = replace(order, choice=replace(order.choice, group=np.full_like(order.choice.group, NOBODY)))
    counts, passage = carry_out(solver, rules, nobody)
    assert (counts == rules.start()).all()
    assert not passage.units.any()


@every_solver
def test_where_nobody_wants_to_go_nobody_moves(solver, rules, order):
    counts, passage = carry_out(
        solver, rules, replace(order, choice=replace(order.choice, chance=order.choice.chance * 0.0))
    )
    assert (counts == rules.start()).all()
    assert not passage.units.any()


@every_solver
@pytest.mark.parametrize("weight", [-1.0, 0.0])
def test_options_that_are_closed_or_all_alike(solver, weight):
    """Where all are closed nobody goes; where none weighs anything all are alike."""
    rules = Roads(MEMBERS, units=(4000, 0))
    choice = choice_of(rules.net, [((HILL,), 1.0, (weight, weight))])
    counts, passage = carry_out(solver, rules, Ordered(rules.net, choice, endless(rules.net)))
    if weight < 0.0:
        assert (counts == rules.start()).all()
    else:
        assert counts[:, HILL].tolist() == [0] * MEMBERS
        # 4,000 throws of a coin: five standard deviations are 158
        assert counts[:, [HIGH, LOW]] == pytest.approx(np.full((MEMBERS, 2), 2000.0), abs=158)
        assert (passage.units[:, :2] == counts[:, [HIGH, LOW]]).all()


@every_solver
def test_staying_leads_where_the_net_says(solver):
    """All set out; on the high road nobody goes on, and who comes by spends the night there."""
    rules = Roads(MEMBERS, chances={"leave the hill": 1.0, "go on": 0.0}, weights={"high road": 1.0})
    counts, _ = carry_out(solver, rules, Ordered(rules.net, rules.choice, rules.crowds))
    assert counts[:, [HILL, HIGH, LOW, LOW_NIGHT, NORTH]] == pytest.approx(0.0)
    assert (counts[:, HIGH_NIGHT] > 0).all()


@every_solver
def test_a_camp_that_is_full_takes_nobody(solver):
    """Who chose it stays, by its veto; who leaves it makes room only later in the sequence."""
    rules = Roads(MEMBERS, full=(0.5, 0.5, 0.5), veto=0.01, chances={"leave a camp": 0.0})
    start = rules.start()
    start[:, [NORTH, MIDDLE, SOUTH]] = 1
    counts, passage = carry_out(solver, rules, Ordered(rules.net, rules.choice, rules.crowds), counts=start)
    assert (counts[:, [NORTH, MIDDLE, SOUTH]] == 1).all()
    assert (counts[:, [HIGH_NIGHT, LOW_NIGHT]].sum(axis=1) > 0).all()
    assert not passage.units[:, [4, 5, 6, 7]].any()


@pytest.mark.parametrize("solver", ["chain", "individuals"])
def test_who_stays_in_a_cell_that_is_come_through_is_asked_again(solver, rules):
    """Until all have gone on: a cell like that is empty at dusk."""
    net = net_of(rules.table, [(HILL, HIGH, "a"), (HIGH, NORTH, "b")], through=(HIGH,))
    choice = choice_of(net, [((HILL,), 1.0, (1.0,)), ((HIGH,), 0.2, (1.0,))])
    counts, _ = carry_out(solver, rules, Ordered(net, choice, endless(net)))
    assert (counts[:, NORTH] == 60).all()
    assert not counts[:, [HILL, HIGH]].any()


@every_solver
@pytest.mark.parametrize("full", [None, FULL])
def test_nobody_is_on_a_road_at_dusk_and_crowds_are_counted(solver, full):
    rules = Roads(MEMBERS, full=full, veto=0.1)
    made = solver_of(solver, rules.table, 1, np.arange(MEMBERS, dtype=np.uint32), rules.start())
    history = turn_days(rules, made, 8, listener=rules.observe)
    # expectations of less than a millionth of a unit may stay where they are
    assert history[:, :, [HIGH, LOW]] == pytest.approx(0.0, abs=1e-5)
    assert history.sum(axis=2) == pytest.approx(100.0)
    came = np.stack([passage.units[:, 4] - passage.units[:, 10] for _, passage in rules.carried], axis=1)
    assert history[:, :, NORTH] == pytest.approx(np.cumsum(came, axis=1))


@pytest.mark.parametrize("solver", SOLVERS)
@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), waves=st.integers(1, 9), own=st.booleans())
def test_batches(solver, seed, waves, own):
    """Whether members have chances of their own or not, and however full their camps are when others' are not."""
    rng = np.random.default_rng(seed)
    whole = Roads(6, full=FULL, veto=0.1, waves=waves)
    start = rng.integers(0, 40, (6, len(whole.table))) * (rng.random((6, len(whole.table))) < 0.6)
    start[:, [HIGH, LOW]] = 0
    chance = np.minimum(whole.choice.chance * (rng.random((1, 6)) * 2.0 if own else 1.0), 1.0)
    weight = np.repeat(whole.choice.weight, 6 if own else 1, axis=1)

    def run(part):
        rules = Roads(len(range(6)[part]), full=FULL, veto=0.1, waves=waves)
        rules.choice = replace(
            rules.choice, chance=chance[:, part] if own else chance, weight=weight[:, part] if own else weight
        )
        numbers = np.arange(6, dtype=np.uint32)[part]
        return turn_days(rules, solver_of(solver, rules.table, 7, numbers, start[part].copy()), 4)

    together = run(slice(None))
    parts = [run(part) for part in (slice(0, 1), slice(1, 3), slice(3, 6))]
    if solver == "mean":
        assert np.concatenate(parts) == pytest.approx(together, rel=1e-12, abs=1e-12)
    else:
        assert (np.concatenate(parts) == together).all()


@pytest.mark.parametrize("full", [None, (1000.0, 1000.0, 1000.0)])
def test_a_limit_that_nobody_comes_near_changes_no_bit(full):
    one, other = Roads(20), Roads(20, full=full)
    runs = [turn_days(r, solver_of("chain", r.table, 1, np.arange(20, dtype=np.uint32), r.start()), 8) for r in (one, other)]
    assert (runs[0] == runs[1]).all()


def individuals(rules, counts):
    return Individuals(counts, 1, np.arange(len(counts), dtype=np.uint32), Ledger(rules.table))


def asking(rules, *rows):
    """Return the day's order, put to some cells only."""
    group = np.where(np.isin(np.arange(len(rules.table)), rows), rules.choice.group, NOBODY).astype(np.int32)
    return Ordered(rules.net, replace(rules.choice, group=group), rules.crowds)


def test_units_that_were_never_asked_are_not_touched():
    """Units are numbered by the rows of the eve; those after the last that stood in a cell that is asked sleep on."""
    rules = Roads(2, units=(30, 20), chances={"leave the hill": 1.0, "go on": 1.0})
    counts = rules.start()
    counts[:, [NORTH, MIDDLE, SOUTH]] = 10
    made = individuals(rules, counts)
    eve = made._cells.copy()
    made.carry_out(asking(rules, LOW_NIGHT), 0)
    assert [crowd.awake for crowd in made._crowds] == [0, 0]
    made.carry_out(asking(rules, HILL, HIGH, LOW), 1)
    assert [crowd.awake for crowd in made._crowds] == [30, 30]
    assert (made._cells[:, 30:] == eve[:, 30:]).all()
    assert (made._cells[:, :30] != eve[:, :30]).all()
    made.carry_out(asking(rules, MIDDLE), 2)
    assert [crowd.awake for crowd in made._crowds] == [70, 70]
    assert (made._cells[:, 70:] == SOUTH).all()


def test_who_was_moved_is_awake():
    rules = Roads(1, units=(30, 20))
    move = Move.build(rules.table, "fetch", np.array([SHORE]), np.array([[[HILL]]]), ("hill",))
    made = individuals(rules, rules.start())
    made.carry_out(Split(move, np.ones((1, 1, 1))), 0)
    made.carry_out(asking(rules, HILL, HIGH, LOW), 0)
    assert made._crowds[0].awake == 50
    assert (np.bincount(made._cells[0], minlength=len(rules.table)) == made.counts[0]).all()
    assert made.counts[0, HILL] < 50


def test_units_that_walked_are_found_on_the_same_day():
    """A split after an ordered move speaks to those who walked as to those who did not."""
    rules = Roads(2, chances={"leave the hill": 1.0})
    move = Move.build(rules.table, "home again", np.array([NORTH, MIDDLE, SOUTH]), np.full((3, 1, 1), SHORE), ("shore",))
    made = individuals(rules, rules.start())
    for wave in range(3):
        made.carry_out(Split(move, np.ones((1, 3, 1)), wave), 0)
        assert not made.counts[:, [NORTH, MIDDLE, SOUTH]].any()
        made.carry_out(Ordered(rules.net, rules.choice, rules.crowds, wave=wave * 1024), 0)
        assert made.counts[:, [NORTH, MIDDLE, SOUTH]].any(axis=1).all()
    for cell, counts in zip(made._cells, made.counts, strict=True):
        assert (np.bincount(cell, minlength=len(counts)) == counts).all()


def test_crowds_are_the_units_that_stand_in_them():
    """The first to ask sees who was there on the eve: with room for two more, two of many come in."""
    rules = Roads(40, units=(50, 0), chances={"leave the hill": 1.0, "go on": 1.0, "leave a camp": 0.0})
    rules.crowds = Crowds(np.array([np.inf, 11.0, 11.0]), np.array([np.inf, 11.5, 11.5]))
    rules.choice = replace(rules.choice, veto=np.where(rules.choice.crowd > 0, 0.5, 0.0))
    start = rules.start()
    start[:, [MIDDLE, SOUTH]] = 10
    made = individuals(rules, start)
    made.carry_out(Ordered(rules.net, rules.choice, rules.crowds), 0)
    assert (made.counts[:, [MIDDLE, SOUTH]] == 12).all()
