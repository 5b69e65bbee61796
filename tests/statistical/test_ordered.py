"""What the chain's waves cost where units act one after the other.

The chain cuts the sequence into waves, and all of a wave act on the totals of its start. Where one kind of unit acts,
that is exact once there is a wave for each unit, and its error halves with each doubling of waves before. Where several
kinds act, waves mix the kinds evenly, while individuals act by their numbers, one kind mostly before the other: that
difference stays however many waves there are, and is bounded here. Rule sets say that the chain is not exact for them.
"""

from __future__ import annotations

import numpy as np
import pytest

from havenward.core.cells import CellTableBuilder
from havenward.core.orders import Move, Ordered
from tests.statistical.battery import marginal
from tests.toy.rules import fill_by_room
from tests.toy.run import run_toy, solver_of

ROOM = np.array([40.0, 20.0])
UNITS = 64
MEMBERS = 20_000


def settled(solver, waves=1, units=(UNITS,), sizes=(1,), room=ROOM, first=0):
    """Return (M, S, T) units by kind and camp after one ordered move from an empty start."""
    builder = CellTableBuilder()
    kinds = range(len(units))
    sources = np.array([builder.row(("safe", k), (1, 0, 0, 0), 0) for k in kinds])
    targets = np.array([[builder.row(("camp", c, k), (1, 0, 0, 0), 0) for c in range(2)] for k in kinds])
    table = builder.table()
    move = Move.build(table, "settle", sources, targets[:, :, None], ("lower camp", "upper camp"))
    counts = np.zeros((MEMBERS, len(table)), dtype=np.int64)
    counts[:, sources] = units
    gain = np.repeat(np.array(sizes, dtype=float)[:, None], 2, axis=1)
    order = Ordered(move, fill_by_room, np.zeros((MEMBERS, 2)), gain, np.repeat(room[None], MEMBERS, axis=0), waves)
    made = solver_of(solver, table, 3, np.arange(first, first + MEMBERS, dtype=np.uint32), counts)
    return made.carry_out(order, 0).values


@pytest.fixture(scope="module")
def one_by_one():
    return settled("individuals")[:, 0]


@pytest.mark.parametrize("waves", [UNITS, 2 * UNITS])
def test_with_a_wave_for_each_unit_the_law_is_exact(one_by_one, waves):
    """Each camp, both together and their difference: chi-square at 1e-3, and standard deviations to 3 %."""
    chain = settled("chain", waves, first=1_000_000)[:, 0]
    for part in ([1, 0], [0, 1], [1, 1], [1, -1]):
        one, other = one_by_one @ part, chain @ part
        assert marginal(one, other, few=100) > 1e-3
        assert other.std() == pytest.approx(one.std(), rel=0.03)


def test_the_error_halves_with_each_doubling_of_waves(one_by_one):
    """Relative error of the mean of all who settled; its standard error is 0.05 %."""
    exact = one_by_one.sum(axis=1).mean()
    error = {w: settled("chain", w, first=1_000_000).sum(axis=(1, 2)).mean() / exact - 1.0 for w in (1, 2, 4, 8, 16)}
    assert 0.15 < error[1] < 0.19
    assert 0.006 < error[16] < 0.011
    slope = np.polyfit(np.log(list(error)), np.log(list(error.values())), 1)[0]
    assert slope == pytest.approx(-1.07, abs=0.08)


def test_a_camp_is_overfilled_by_less_than_a_wave():
    """A wave can take what the one before left, and no more: 64 units in 16 waves are 4 at a time."""
    room = np.array([10.0, 5.0])
    inside = settled("chain", 16, room=room)[:, 0]
    assert (inside <= room + UNITS / 16 - 1).all()
    assert (settled("individuals", room=room)[:, 0] <= room).all()


@pytest.mark.parametrize("sizes", [(3, 1), (1, 3)], ids=["large first", "small first"])
def test_several_kinds_in_one_sequence_stay_apart_by_what_is_stated(sizes):
    """At 16 waves: persons in each camp to 2 %, their spread to 30 %, units of one kind by a half."""
    arguments = {"units": (30, 30), "sizes": sizes, "room": np.array([60.0, 30.0])}
    individuals, chain = settled("individuals", **arguments), settled("chain", 16, **arguments, first=1_000_000)
    persons = [np.einsum("msc,s->mc", flows.astype(float), sizes) for flows in (individuals, chain)]
    assert persons[1].mean(axis=0) == pytest.approx(persons[0].mean(axis=0), rel=0.02)
    assert persons[1].std(axis=0) == pytest.approx(persons[0].std(axis=0), rel=0.30)
    assert chain.mean(axis=0) == pytest.approx(individuals.mean(axis=0), rel=0.5)
    assert chain.mean(axis=0) != pytest.approx(individuals.mean(axis=0), rel=0.10), "or the bound could be tighter"


def test_over_many_days_camps_fill_as_fast():
    """The toy rules with 8 waves: persons in camp on three evenings, to 2 % (standard error 0.6 %)."""
    days, members = [2, 5, 11], 3_000
    inside = []
    for solver, first in (("individuals", 0), ("chain", 1_000_000)):
        history, rules = run_toy(solver, members=members, first=first)
        inside.append(np.einsum("mdkc,k->mdc", history[:, days][:, :, rules.camp].astype(float), rules.size))
    assert inside[1].mean(axis=0) == pytest.approx(inside[0].mean(axis=0), rel=0.02)
    assert inside[1].std(axis=0) == pytest.approx(inside[0].std(axis=0), rel=0.06)
