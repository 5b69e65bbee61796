"""Units of the solver for individuals: found where they stand, new ones given room, strays reported."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.core.cells import NOBODY, CellTableBuilder
from havenward.core.ledger import Ledger
from havenward.core.orders import Move, Split
from havenward.solve.individuals import Crowd, Individuals


def crowd_of(*counts, room=0):
    """Return units at dawn, in an array with some room to spare."""
    crowd = Crowd.of(np.array(counts), np.zeros(sum(counts) + room, dtype=np.int32))
    crowd.dawn()
    return crowd


@pytest.mark.parametrize("room", [0, 4])
def test_units_are_numbered_in_the_order_of_rows(room):
    crowd = crowd_of(2, 0, 3, room=room)
    assert crowd.number == 5
    assert crowd.cell[:5].tolist() == [0, 0, 2, 2, 2]
    assert crowd.start.tolist() == [0, 2, 2, 5]
    assert crowd.sorted_units[:5].tolist() == [0, 1, 2, 3, 4]


def test_units_are_found_where_they_went_today():
    crowd = crowd_of(2, 0, 3)
    crowd.cell[[0, 3]] = 1
    crowd.note_moved(np.array([3, 0]))
    crowd.cell[3] = 0
    crowd.note_moved(np.array([3]))
    where = np.array([0, 1, NOBODY], dtype=np.int32)
    assert crowd.standing_in(np.array([0, 1]), where, 3)[0].tolist() == [1, 3, 0]
    crowd.dawn()
    assert crowd.standing_in(np.array([0, 1]), where, 3)[0].tolist() == [1, 3, 0]
    assert not crowd.has_moved.any()


def test_units_that_are_counted_but_nowhere_are_reported():
    crowd = crowd_of(2, 0, 3)
    crowd.cell[0] = 1
    crowd.note_moved(np.array([0]))
    with pytest.raises(RuntimeError, match="1 units stand where 2 are counted"):
        crowd.standing_in(np.array([0]), np.array([0, NOBODY, NOBODY], dtype=np.int32), 2)


@pytest.mark.parametrize("threads", [1, 2])
def test_households_that_split_day_after_day(threads):
    """Every household sends one person away each day until none is left: units quadruple, people do not."""
    builder = CellTableBuilder()
    home = [builder.row(("home", size), (size, 0, 0, 0), 0) for size in range(1, 5)]
    away = builder.row(("away",), (1, 0, 0, 0), 0)
    bundles = np.array([[[away, NOBODY]], *([[away, home[size - 1]]] for size in range(1, 4))])
    table = builder.table()
    move = Move.build(table, "send one", np.array(home), bundles, ("away",))
    counts = np.zeros((2, len(table)), dtype=np.int64)
    counts[:, home[3]] = 1000
    solver = Individuals(counts, 1, np.arange(2, dtype=np.uint32), Ledger(table), threads=threads)
    for day in range(4):
        flows = solver.carry_out(Split(move, np.ones((1, 4, 1))), day)
        assert (flows.values.sum(axis=(1, 2)) == 1000).all()
        assert (solver.counts[:, away] == 1000 * (day + 1)).all()
    assert (solver.counts[:, home] == 0).all()
    assert [crowd.number for crowd in solver._crowds] == [4000, 4000]


def test_a_unit_may_act_again_in_a_later_wave_of_the_same_day():
    builder = CellTableBuilder()
    rows = np.array([builder.row(("stage", k), (1, 0, 0, 0), 0) for k in range(4)])
    table = builder.table()
    moves = [Move.build(table, f"step {k}", rows[k : k + 1], rows[k + 1].reshape(1, 1, 1), ("on",)) for k in range(3)]
    solver = Individuals(np.array([[50, 0, 0, 0]]), 1, np.zeros(1, dtype=np.uint32), Ledger(table))
    for wave in range(2):
        for move in moves:
            solver.carry_out(Split(move, np.full((1, 1, 1), 0.5), wave), 0)
            assert solver.counts.sum() == 50
    assert (np.bincount(solver._crowds[0].cell, minlength=4) == solver.counts[0]).all()
    assert solver.counts[0, 3] > 0
