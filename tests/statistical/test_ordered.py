"""What the chain's waves cost where crowds thin options out while units act one after the other.

The chain cuts the sequence into waves, and all of a wave see the crowds of its start. Where one kind of unit acts, that is
exact once there is a wave for each unit; before that the error shrinks with the units in a wave, less one. Where several
kinds act, waves mix the kinds evenly, while individuals act by their numbers, one kind before the other: that difference
stays however many waves there are, and is bounded here. The chain reports that it cut a sequence.
"""

from __future__ import annotations

import numpy as np
import pytest

from havenward.core.cells import CellTableBuilder
from havenward.core.orders import Crowds, Ordered
from tests.statistical.battery import marginal
from tests.toy.nets import choice_of, net_of
from tests.toy.run import run_toy, solver_of

FULL = np.array([40.0, 20.0])
UNITS = 64
MEMBERS = 20_000
VETO = 0.1
"""Who has chosen a camp with less room than this stays; from 9 tenths of `FULL` on there is less."""


def settled(solver, waves=1, units=(UNITS,), weights=((1.0, 1.0),), full=FULL, first=0):
    """Return (M, kinds, camps) units in camp after one ordered move from an empty start; camps draw by their room."""
    builder = CellTableBuilder()
    kinds = range(len(units))
    safe = [builder.row(("safe", k), (1, 0, 0, 0), 0) for k in kinds]
    camps = np.array([[builder.row(("camp", c, k), (1, 0, 0, 0), 0) for c in range(2)] for k in kinds])
    table = builder.table()
    edges = [(safe[k], camps[k, c], f"camp {c}") for k in kinds for c in range(2)]
    net = net_of(table, edges, place={int(row): c for c in range(2) for row in camps[:, c]})
    choice = choice_of(net, [((safe[k],), 0.9, weights[k]) for k in kinds], (0, 1) * len(units), VETO)
    counts = np.zeros((MEMBERS, len(table)), dtype=np.int64)
    counts[:, safe] = units
    made = solver_of(solver, table, 3, np.arange(first, first + MEMBERS, dtype=np.uint32), counts)
    made.carry_out(Ordered(net, choice, Crowds(np.zeros(2), full), waves), 0)
    assert made.approximations == (set() if solver == "individuals" else {"settle"})
    return made.counts[:, camps]


@pytest.fixture(scope="module")
def one_by_one():
    return settled("individuals")[:, 0]


@pytest.mark.parametrize("full", [(40.0, 30.0), (60.0, 20.0)])
def test_with_a_wave_for_each_unit_the_law_is_exact(full):
    """Each camp, both together and their difference: chi-square at 1e-3, and standard deviations to 3 %."""
    individuals = settled("individuals", full=np.array(full))[:, 0]
    chain = settled("chain", UNITS, full=np.array(full), first=1_000_000)[:, 0]
    for part in ([1, 0], [0, 1], [1, 1], [1, -1]):
        one, other = individuals @ part, chain @ part
        assert marginal(one, other, few=100) > 1e-3
        assert other.std() == pytest.approx(one.std(), rel=0.03)


def test_the_error_shrinks_with_the_units_in_a_wave(one_by_one):
    """Relative error of the mean of all who settled; its standard error is 0.05 %."""
    exact = one_by_one.sum(axis=1).mean()
    waves = (2, 4, 8, 16, 32)
    error = np.array([settled("chain", w, first=1_000_000).sum(axis=(1, 2)).mean() / exact - 1.0 for w in waves])
    assert (np.diff(error) < -0.008).all()
    assert (error[3:] < 0.5 * error[2:-1]).all()
    assert error == pytest.approx([0.085, 0.072, 0.049, 0.021, 0.0067], abs=0.003)
    assert settled("chain", UNITS).sum(axis=(1, 2)).mean() == pytest.approx(exact, rel=0.002)


@pytest.mark.parametrize("waves", [4, 16])
def test_a_camp_is_overfilled_by_less_than_a_wave(waves):
    """The last wave that finds room may be taken in as a whole."""
    full = np.array([10.0, 5.0])
    allowed = settled("individuals", full=full)[:, 0].max(axis=0)
    assert (allowed <= full).all()
    inside = settled("chain", waves, full=full)[:, 0]
    assert (inside.max(axis=0) > allowed).all()
    assert (inside <= allowed + UNITS / waves - 1).all()


@pytest.mark.parametrize("weights", [((3.0, 1.0), (1.0, 1.0)), ((1.0, 1.0), (3.0, 1.0))], ids=["choosy first", "last"])
def test_several_kinds_in_one_sequence_stay_apart_by_what_is_stated(weights):
    """At 16 waves: units in each camp to 5 %, units of one kind by less than a half."""
    arguments = {"units": (30, 30), "weights": weights, "full": np.array([30.0, 20.0])}
    individuals = settled("individuals", **arguments).mean(axis=0)
    chain = settled("chain", 16, **arguments, first=1_000_000).mean(axis=0)
    assert chain.sum(axis=0) == pytest.approx(individuals.sum(axis=0), rel=0.05)
    assert chain == pytest.approx(individuals, rel=0.5)
    assert chain != pytest.approx(individuals, rel=0.2), "or the bound could be tighter"


def test_over_many_days_camps_fill_as_fast():
    """The toy rules with 8 waves: units in camp on three evenings, to 2 % (standard error 0.5 %)."""
    days, members = [2, 5, 11], 3_000
    inside = []
    for solver, first in (("individuals", 0), ("chain", 1_000_000)):
        history, rules = run_toy(solver, members=members, first=first)
        inside.append(history[:, days][:, :, rules.camp].sum(axis=2))
    assert inside[1].mean(axis=0) == pytest.approx(inside[0].mean(axis=0), rel=0.02)
    assert inside[1].std(axis=0) == pytest.approx(inside[0].std(axis=0), rel=0.06)


def test_expectations_see_what_the_chain_expects():
    """At 8 waves the mean is the chain's to 4 %, camp by camp: the rest is what chance does near the last places."""
    chain, mean = (settled(solver, 8).mean(axis=0) for solver in ("chain", "mean"))
    assert mean == pytest.approx(chain, rel=0.04)
