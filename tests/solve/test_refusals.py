"""Orders that cannot be carried out are refused by every solver, before anybody moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from havenward.core.cells import NOBODY, CellTableBuilder
from havenward.core.ledger import Vanished
from havenward.core.orders import Draw, Move, Ordered, OrderError, Quota, Split, streams_of
from tests.toy.answers import kept
from tests.toy.nets import choice_of, endless, net_of
from tests.toy.run import SOLVERS, solver_of

every_solver = pytest.mark.parametrize("solver", SOLVERS)
MEMBERS = 3


def table_of_three_places():
    builder = CellTableBuilder()
    for place in ("home", "camp", "town"):
        for kind in range(2):
            builder.row((place, kind), (1, 0, 0, 0), 0)
    return builder.table()


TABLE = table_of_three_places()


@pytest.fixture
def move():
    """Two kinds of unit at home may go to the camp or to the town."""
    return Move.build(TABLE, "leave", np.array([0, 1]), np.array([[[2], [4]], [[3], [5]]]), ("camp", "town"))


def carry_out(solver, order, day=0):
    counts = np.zeros((MEMBERS, 6), dtype=np.int64)
    counts[:, :2] = 10
    made = solver_of(solver, TABLE, 1, np.arange(MEMBERS, dtype=np.uint32), counts)
    try:
        return kept(made.carry_out(order, day))
    except OrderError:
        assert (made.counts[:, :2] == 10).all(), "nobody moves under an order that is refused"
        raise


def split(move, *rows, members=MEMBERS):
    return Split(move, np.array([rows] * members, dtype=float))


def quota(move, **changes):
    one = Move(move.name, move.sources, move.rows[:, :1], move.tags[:, :1], move.links[:, :1], move.hashes)
    fine = Quota(one, np.zeros(2, dtype=np.int64), np.full((MEMBERS, 1), 4), np.array([1, 2]))
    return replace(fine, **changes)


@every_solver
def test_orders_that_are_fine_are_carried_out(solver, move):
    assert carry_out(solver, split(move, (0.5, 0.5), (0.0, 0.0))).shape == (MEMBERS, 2, 2)
    assert carry_out(solver, split(move, (0.5, 0.5), (0.0, 1.0), members=1)).shape == (MEMBERS, 2, 2)
    assert carry_out(solver, quota(move)).shape == (MEMBERS, 2, 1)
    assert carry_out(solver, Draw(streams_of(("a",), ("b",)))).shape == (MEMBERS, 2)


@every_solver
def test_orders_to_nobody_are_fine(solver):
    """A scenario without host towns has moves without a single source."""
    nobody, no_rows = np.zeros(0, dtype=np.int64), np.zeros((0, 2, 1), dtype=np.int64)
    move = Move.build(TABLE, "leave", nobody, no_rows, ("camp", "town"))
    assert carry_out(solver, Split(move, np.zeros((MEMBERS, 0, 2)))).shape == (MEMBERS, 0, 2)
    assert carry_out(solver, Split(move, np.full((1, 3, 2), 0.1), group=nobody)).shape == (MEMBERS, 0, 2)
    admit = Move.build(TABLE, "admit", nobody, no_rows[:, :1], ("camp",))
    budget = np.ones((MEMBERS, 1), dtype=np.int64)
    assert carry_out(solver, Quota(admit, nobody, budget, nobody)).shape == (MEMBERS, 0, 1)
    net = net_of(TABLE, [], counted=True)
    assert carry_out(solver, Ordered(net, choice_of(net, []), endless(net))).shape == (MEMBERS, 0)


@every_solver
@pytest.mark.parametrize("wrong", [-0.1, -1e-300, np.nan, -np.inf])
def test_what_is_no_probability(solver, move, wrong):
    with pytest.raises(OrderError, match="leave: a probability is negative or not a number"):
        carry_out(solver, split(move, (0.5, 0.5), (wrong, 0.5)))


@every_solver
@pytest.mark.parametrize("wrong", [(0.5, 0.51), (1.0 + 1e-6, 0.0), (np.inf, 0.0)])
def test_more_than_everybody(solver, move, wrong):
    with pytest.raises(OrderError, match="leave: the probabilities of a unit sum to more than one"):
        carry_out(solver, split(move, (0.5, 0.5), wrong))


@every_solver
@pytest.mark.parametrize("wrong", [(-0.1, 0.5), (np.nan, 0.0), (0.9, 0.9)], ids=["below zero", "no number", "over one"])
@pytest.mark.parametrize("members", [1, MEMBERS])
def test_what_is_said_of_cells_that_are_empty_is_not_looked_at(solver, wrong, members):
    """Rules leave it unsaid. As soon as somebody stands there in one member it must be a probability."""
    town = Move.build(TABLE, "leave", np.array([0, 4]), np.array([[[2], [1]], [[1], [2]]]), ("one", "other"))
    assert carry_out(solver, split(town, (0.0, 1.0), wrong, members=members))[:, 1].sum() == 0
    counts = np.zeros((MEMBERS, 6), dtype=np.int64)
    counts[1, 4] = 1
    made = solver_of(solver, TABLE, 1, np.arange(MEMBERS, dtype=np.uint32), counts)
    with pytest.raises(OrderError, match="leave: "):
        made.carry_out(split(town, (0.0, 1.0), wrong, members=members), 0)
    assert (made.counts == counts).all()


@every_solver
def test_a_sum_that_rounding_put_over_one_is_fine(solver, move):
    flows = carry_out(solver, split(move, (0.7, 0.3 + 1e-12), (1.0, 1e-12)))
    assert flows.sum(axis=2) == pytest.approx(np.full((MEMBERS, 2), 10.0))


@every_solver
@pytest.mark.parametrize("part", ["budget", "weight"])
def test_budgets_and_weights_below_zero(solver, move, part):
    wrong = {"budget": np.array([[4], [-1], [4]]), "weight": np.array([1, -2])}
    with pytest.raises(OrderError, match="leave: a budget or a weight is negative"):
        carry_out(solver, quota(move, **{part: wrong[part]}))


@every_solver
@pytest.mark.parametrize(
    "shape", [(MEMBERS, 2, 1), (MEMBERS, 1, 2), (2, 2, 2), (MEMBERS, 2, 3), (2, 2)], ids=lambda s: "x".join(map(str, s))
)
def test_probabilities_of_another_shape(solver, move, shape):
    with pytest.raises(OrderError, match="leave: probabilities"):
        carry_out(solver, Split(move, np.full(shape, 0.1)))


@every_solver
@pytest.mark.parametrize("members", [1, MEMBERS])
def test_sources_may_share_probabilities(solver, move, members):
    """Both kinds follow the second of two groups: what each does is what it would do by probabilities of its own."""
    shared = Split(move, np.array([[(0.9, 0.1), (0.3, 0.2)]] * members), group=np.array([1, 1]))
    own = split(move, (0.3, 0.2), (0.3, 0.2), members=members)
    assert (carry_out(solver, shared) == carry_out(solver, own)).all()


@every_solver
@pytest.mark.parametrize("group", [[0, 2], [-1, 0], [0]], ids=["no such group", "below zero", "a source is missing"])
def test_groups_that_are_not_there(solver, move, group):
    with pytest.raises(OrderError, match="leave: every source needs a group"):
        carry_out(solver, Split(move, np.full((MEMBERS, 2, 2), 0.1), group=np.array(group)))


@every_solver
def test_a_target_that_a_source_lacks_must_not_be_given_to_it(solver):
    only_camp = Move.build(TABLE, "leave", np.array([0, 1]), np.array([[[2], [4]], [[3], [NOBODY]]]), ("camp", "town"))
    fine = Split(only_camp, np.array([[(0.0, 1.0), (1.0, 0.0)]]))
    assert carry_out(solver, fine).sum() == MEMBERS * 20
    with pytest.raises(Vanished, match="'leave' lost or invented people"):
        carry_out(solver, replace(fine, group=np.array([0, 0])))


@every_solver
@pytest.mark.parametrize(
    "changes",
    [
        {"budget": np.full((MEMBERS - 1, 1), 4)},
        {"budget": np.full((1, 1), 4)},
        {"lane": np.array([0, 1])},
        {"lane": np.array([0, -1])},
        {"lane": np.array([0])},
        {"weight": np.array([1])},
    ],
    ids=["too few members", "one for all", "no such lane", "lane below zero", "a lane is missing", "no weight"],
)
def test_quotas_of_another_shape(solver, move, changes):
    with pytest.raises(OrderError, match="leave: a quota"):
        carry_out(solver, quota(move, **changes))


@every_solver
def test_a_quota_has_one_target(solver, move):
    with pytest.raises(OrderError, match="leave: a quota needs one target"):
        carry_out(solver, replace(quota(move), move=move))


@every_solver
@pytest.mark.parametrize("day", [-1, 0x10000])
def test_days_beyond_the_calendar(solver, move, day):
    with pytest.raises(ValueError, match="outside 0 to 65535"):
        carry_out(solver, Draw(streams_of(("weather",))), day)
