"""Ordered moves of units are what their plain twins give: equal numbers, not similar ones."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.solve import unit_walks
from havenward.solve.walk_arrays import Room
from havenward.solve.walk_shares import CIRCLE, FINE, MISFIT
from tests.solve import unit_walk_twins
from tests.solve.cases import HASH
from tests.solve.walk_cases import SERIES, WalkCase, kernels_of, misfit_cases, twisted_cases, walk_cases

MANY = settings(max_examples=200)


@given(st.floats(1e-300, 1.0, exclude_max=True), st.one_of(st.sampled_from([1e-300, 0.0624]), st.floats(1e-9, 0.0625)))
def test_gap_of(u, p):
    assert unit_walks.gap_of(u, p) == unit_walk_twins.gap_of(u, p)


class Block:
    """All that is known of the units of a case's first member before they walk; every unit that may go acts."""

    def __init__(self, case):
        self.case = case
        self.share, _, self.gated, self.widest = case.answers
        self.laid = unit_walks.lay_out(case)
        self.key = np.empty(case.cells, dtype=np.uint32)
        unit_walks.keys_of(self.laid.manner, case.group, self.key)
        self.limit = np.ones((len(self.share), self.share.shape[1] + self.widest))
        unit_walks.limits_of(case.options, case.chance, self.share, self.limit)
        self.groups = np.zeros(len(self.gated), dtype=unit_walks.GROUP)
        self.asked = np.zeros(2 + len(self.gated), dtype=np.uint8)
        self.highest = unit_walks.groups_of(case.options, case.chance[:, 0], self.groups, self.asked)
        self.cell = case.unit_cells[0, : case.awake[0]].astype(np.uint32)
        self.who = np.flatnonzero(self.key[self.cell] != unit_walks.NEVER).astype(np.uint32)
        self.stream = (case.seed, case.members[0], case.at)
        self.u, self.v = np.empty((2, len(self.who)))
        self.choices = np.empty(len(self.who), dtype=np.uint32)

    def draw(self):
        hashes = np.empty(len(self.who), dtype=np.uint64)
        unit_walks.draw(self.cell, self.who, self.laid.cells, *self.stream, 0, hashes, self.u, self.v)

    def choose(self):
        self.draw()
        asks = (self.key, self.asked, self.case.group, self.groups, self.limit[0], self.widest)
        who = self.who.copy()
        return unit_walks.choose(self.cell, who, *asks, self.u, self.v, self.choices), who


blocks = st.one_of(walk_cases, twisted_cases, misfit_cases).map(Block)


@given(blocks)
def test_keys_of(block):
    assert (block.key == unit_walk_twins.keys_of(block.laid.manner, block.case.group)).all()


@given(blocks)
def test_limits_of(block):
    expected = unit_walk_twins.limits_of(block.case.options, block.case.chance, block.share)
    assert (block.limit[:, : block.share.shape[1]] == expected).all()


@given(blocks)
def test_groups_of(block):
    *columns, asked, highest = unit_walk_twins.groups_of(block.case.options, block.case.chance[:, 0])
    for name, column in zip(unit_walks.GROUP.names, columns, strict=True):
        assert (block.groups[name] == column).all()
    assert (block.asked == asked).all()
    assert block.highest == highest


@given(blocks, HASH, st.integers(0, 9))
def test_pick(block, hashed, nearest):
    picked = np.empty(len(block.cell), dtype=np.uint8)
    highest = block.highest or 0.05
    asked = (highest, *block.stream[:2], np.uint64(hashed), block.stream[2], nearest, 1)
    after = unit_walks.pick(block.cell, block.key, block.groups, *asked, picked)
    by_group = block.key[block.cell] >= unit_walks.BY_GROUP
    p = np.where(by_group, block.groups["chance"][block.case.group[block.cell]], 0.0)
    expected = unit_walk_twins.pick(p, highest, *asked[1:3], hashed, *asked[4:])
    assert (picked == expected[0]).all()
    assert after == expected[1:]


@given(blocks, st.randoms(use_true_random=False))
def test_collect(block, random):
    picked = np.array([random.randrange(2) for _ in block.cell], dtype=np.uint8)
    who = np.empty(len(block.cell), dtype=np.uint32)
    number = unit_walks.collect(block.cell, block.key, block.asked, picked, who)
    assert (who[:number] == unit_walk_twins.collect(block.cell, block.key, block.asked, picked)).all()


@given(blocks)
def test_draw(block):
    block.draw()
    expected = unit_walk_twins.draw(block.case.hashes[block.cell[block.who]], *block.stream, block.who)
    assert (np.stack([block.u, block.v], axis=1) == expected.reshape(-1, 2)).all()


@given(st.lists(st.floats(0.0, 1.0), max_size=8).map(sorted), st.floats(0.0, 1.0, exclude_max=True), st.integers(0, 3))
def test_chosen(limit, w, more):
    padded = np.array([0.0, *limit, *[0.0] * more])
    assert unit_walks.chosen(w, 1, len(limit), len(limit) + more, padded) == unit_walk_twins.chosen(w, np.array(limit))


@given(blocks)
def test_choose(block):
    cells = block.cell[block.who]
    u, v = unit_walk_twins.draw(block.case.hashes[cells], *block.stream, block.who).reshape(-1, 2).T
    limit = [block.limit[0, low:high] for low, high in itertools.pairwise(block.case.options)]
    asks = (block.asked, block.case.group[cells], limit, block.groups["chance"])
    expected, choices, going = unit_walk_twins.choose(block.key[cells], *asks, u)
    number, who = block.choose()
    assert (who[:number] == block.who[going]).all()
    for got, all_of_them in ((block.u, expected), (block.v, v), (block.choices, choices)):
        assert (got[:number] == all_of_them[going]).all()


def totals_of(case):
    """Return who is in each crowd of a case's first member, and what the last place stands for: no crowd."""
    there = np.append(case.totals(case.counts.T)[:, 0], 0.0)
    return there, np.append(case.free, np.inf), np.append(case.full, np.inf)


@given(blocks)
def test_is_crowded(block):
    case = block.case
    there, free, _ = totals_of(case)
    for low, high in itertools.pairwise(case.options):
        expected = unit_walk_twins.is_crowded(case.crowd[low:high], there, free)
        assert unit_walks.is_crowded(case.crowd, low, high - low, there, free) == expected


@given(blocks, st.floats(0.0, 1.0, exclude_max=True))
def test_thinned_choice(block, u):
    case = block.case
    there, free, full = totals_of(case)
    for g, (low, high) in enumerate(itertools.pairwise(case.options)):
        weight, now = np.ascontiguousarray(case.weight[:, 0]), np.empty(block.widest)
        space = Room(free, full, case.power)
        got = unit_walks.thinned_choice(u, low, high - low, weight, case.crowd, there, space, case.keep[g], now)
        asks = (weight[low:high], case.crowd[low:high], there, *space, case.keep[g])
        assert got == unit_walk_twins.thinned_choice(u, *asks)


@MANY
@given(blocks)
def test_walk(block):
    case = block.case
    number, who = block.choose()
    there, free, full = totals_of(case)
    came, linked = np.zeros(len(there), dtype=np.int64), np.zeros(SERIES + 1, dtype=np.int64)
    space = Room(free, full, case.power)
    asks = (case.question, case.weight[:, 0], space, block.gated, block.groups, block.limit[0], block.widest)
    end = np.empty(len(who), dtype=np.uint32)
    books = (there, came, linked, np.empty(block.widest), end)
    verdict = unit_walks.walk(
        block.cell, who[:number], block.laid, *asks, *block.stream, 0, block.u, block.v, block.choices, *books
    )
    passed = np.zeros(SERIES, dtype=np.int64)
    totals = totals_of(case)[0][:-1]
    for i, unit in enumerate(who[:number]):
        expected, wrong = unit_walk_twins.walk(case, 0, int(unit), int(block.cell[unit]), totals, passed)
        if wrong:
            assert verdict == wrong
            return
        assert end[i] == expected
    assert verdict == FINE
    assert (there[:-1] == totals).all()


@given(blocks, st.randoms(use_true_random=False))
def test_settle(block, random):
    case = block.case
    end = np.array([random.randrange(case.cells) for _ in block.who], dtype=np.uint32)
    cell, counts = block.cell.copy(), case.counts[0].copy()
    drift = unit_walks.settle(cell, block.who, end, counts, case.heavy)
    expected, change = unit_walk_twins.settle(block.cell[block.who], end, case.counts[0], case.heavy)
    assert (counts == expected).all()
    assert drift == change
    assert (cell[block.who] == end).all()


def walked_units(case):
    """Return what the kernel makes of a case's units: cells, counts, passed, totals, change of weight, acted, verdict."""
    cells, books = case.unit_cells.copy(), case.account(case.counts.T.copy())
    asked = (unit_walks.lay_out(case), case.ways, case.question, case.room, case.answers)
    stream = (case.seed, case.members, case.at)
    acted, verdict = unit_walks.walk_units(cells.view(np.uint32), case.awake, *asked, *stream, books)
    return cells, books.units.T, books.passed, books.totals, books.drift, acted, verdict


@MANY
@given(st.one_of(walk_cases, walk_cases, twisted_cases, misfit_cases))
def test_walk_units(case):
    *got, drift, acted, verdict = walked_units(case)
    *expected, number, wrong = unit_walk_twins.walk_units(case)
    assert verdict == wrong
    if verdict != FINE:
        return
    assert acted == number
    for one, other in zip(got, expected, strict=True):
        assert (one == other).all()
    weights = (got[1] - case.counts).astype(np.uint64) * case.heavy
    assert (drift == weights.sum(axis=1, dtype=np.uint64)).all()
    for m in range(case.size):
        assert (got[0][m, case.awake[m] :] == case.unit_cells[m, case.awake[m] :]).all(), "the others sleep"
        assert (np.bincount(got[0][m, : case.number[m]], minlength=case.cells) == got[1][m]).all()
    assert (got[3] == case.totals(got[1].T)).all() or case.through[got[0]].any()


def test_cases_are_worth_testing():
    """They hold all that the kernels have a branch for, and circles and misfits are found."""
    cases = [WalkCase(seed) for seed in range(300)]
    results = [walked_units(case) for case in cases]
    assert all(result[-1] == FINE for result in results)
    assert np.mean([result[1].tobytes() != case.counts.tobytes() for result, case in zip(results, cases, strict=True)]) > 0.6
    two_steps = [case for case in cases if case.through[case.to[: case.first[1]]].any() and case.units[0].any()]
    assert len(two_steps) > 30
    assert sum(case.answers.gated.any() for case in cases) > 200
    assert {walked_units(WalkCase(seed, twisted=True))[-1] for seed in range(300)} == {FINE, CIRCLE}
    assert {walked_units(WalkCase(seed, misfit=True))[-1] for seed in range(300)} == {FINE, MISFIT}


def test_every_kernel_has_a_twin_here():
    compiled = kernels_of(unit_walks)
    assert compiled <= {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert compiled <= set(vars(unit_walk_twins))
