"""Every kernel gives what its plain twin gives: equal numbers, not similar ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numba import njit

from havenward.solve import kernels
from tests.solve import twins

ROWS = 7
WORD = st.integers(0, 2**32 - 1)
HASH = st.integers(0, 2**64 - 1)
MANY = settings(max_examples=150)


@njit
def by_room(source, totals, fixed, out):
    """More room, more likely; odd sources are choosier."""
    for t in range(out.size):
        out[t] = max(fixed[t] - totals[t], 0.0) / (fixed.sum() + 1.0 + source)


class Case:
    """A small random case: cells, sources, targets with bundles of up to two cells, and where the numbers come from."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rng = rng
        self.members = rng.integers(0, 2**32, 3, dtype=np.uint32)
        self.seed = int(rng.integers(0, 2**32))
        self.at = int(rng.integers(0, 2**32))
        sources, targets = int(rng.integers(1, 6)), int(rng.integers(1, 5))
        self.sources = rng.permutation(ROWS)[:sources]
        self.hashes = rng.integers(0, 2**64, sources, dtype=np.uint64)
        self.tags = rng.integers(0, 2**32, (sources, targets), dtype=np.uint32)
        self.rows = rng.integers(-1, ROWS, (sources, targets, 2))
        self.rows[:, :, 0] = np.abs(self.rows[:, :, 0])
        self.counts = rng.integers(0, 40, (3, ROWS)) * (rng.random((3, ROWS)) < 0.8)
        self.counts[0] *= 1000
        self.where = np.full(ROWS, -1, dtype=np.int32)
        self.where[self.sources] = np.arange(sources)

    def groups(self) -> tuple[int, np.ndarray]:
        """Return a number of groups and the group that each source follows."""
        number = int(self.rng.integers(1, len(self.sources) + 1))
        return number, self.rng.integers(0, number, len(self.sources))

    def probability(self, members: int, groups: int) -> np.ndarray:
        shape = (members, groups, self.tags.shape[1])
        odds = self.rng.random(shape) * (self.rng.random(shape) < 0.7)
        return odds / np.maximum(odds.sum(axis=2, keepdims=True), 1e-9) * self.rng.choice([0.2, 1.0])

    def units(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the cell of each of 60 units, and those that stand in a source, in any sequence."""
        cell = self.rng.integers(0, ROWS, 60).astype(np.int32)
        return cell, self.rng.permutation(np.flatnonzero(self.where[cell] >= 0)).astype(np.int32)


cases = st.integers(0, 2**32 - 1).map(Case)


@given(WORD, WORD, HASH, WORD, WORD)
def test_uniform(seed, member, hashed, at, draw):
    got = kernels.uniform(np.uint32(seed), np.uint32(member), np.uint64(hashed), np.uint32(at), np.uint32(draw))
    assert got == twins.uniform(seed, member, hashed, at, draw)


@given(cases, st.sampled_from([0.0, 1.0, 1.0 + 1e-6, 100.0, -1.0, np.nan]))
def test_check_probability(case, factor):
    probability = case.probability(2, 4)
    probability[-1] *= factor
    assert kernels.check_probability(probability) == twins.check_probability(probability)


@given(st.floats(0.0, 1.0), st.floats(-1e-15, 1.0))
def test_share_of_rest(p, rest):
    assert kernels.share_of_rest(p, rest) == twins.share_of_rest(p, rest)
    assert 0.0 <= kernels.share_of_rest(p, rest) <= 1.0


@MANY
@given(cases, st.sampled_from([1, 3]))
def test_split_counts(case, tables):
    shape = (3, len(case.sources), case.tags.shape[1])
    groups, group = case.groups()
    place = (case.counts, case.sources, case.hashes, case.tags, case.probability(tables, groups), group)
    flows = np.zeros(shape, dtype=np.int64)
    hits = np.full(flows.size, -1)
    number = kernels.split_counts(*place, case.seed, case.members, case.at, flows, hits)
    assert (flows == twins.split_counts(*place, case.seed, case.members, case.at)).all()
    assert (hits[:number] == twins.find_flows(flows)).all()
    assert (flows.sum(axis=2) <= case.counts[:, case.sources]).all()


@pytest.mark.parametrize("chances", [(0.7, 0.2, 0.1), (0.1,) * 10, (0.4, 0.3, 0.2, 0.1)])
def test_the_last_of_chances_that_sum_to_one_is_certain(chances):
    rest = 1.0
    for p in chances[:-1]:
        assert kernels.share_of_rest(p, rest) < 1.0
        rest -= p
    assert rest != chances[-1], "rounding left something over"
    assert kernels.share_of_rest(chances[-1], rest) == 1.0
    assert kernels.share_of_rest(chances[-1] * (1.0 - 1e-9), rest) < 1.0


@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=9), WORD)
def test_nobody_stays_where_the_probabilities_sum_to_one(odds, seed):
    """However the sum is rounded, and however many there are."""
    probability = (np.array(odds) / sum(odds))[None, None]
    everybody = np.array([[10**9]])
    flows = np.zeros((1, 1, len(odds)), dtype=np.int64)
    hashes, tags = np.array([7], dtype=np.uint64), np.arange(len(odds), dtype=np.uint32)[None]
    members = np.zeros(1, dtype=np.uint32)
    group, hits = np.array([0]), np.zeros(len(odds), dtype=np.int64)
    kernels.split_counts(everybody, np.array([0]), hashes, tags, probability, group, seed, members, 0, flows, hits)
    assert flows.sum() == 10**9


@given(cases, st.sampled_from([1, 3]), st.sampled_from([1.0, 1e-9, 1e-11]))
def test_split_expected(case, tables, small):
    groups, group = case.groups()
    expected = case.counts * case.rng.random(case.counts.shape) * small
    place = (expected, case.sources, case.probability(tables, groups), group)
    flows = np.zeros((3, len(case.sources), case.tags.shape[1]))
    kernels.split_expected(*place, flows)
    assert (flows == twins.split_expected(*place)).all()


@given(cases)
def test_find_flows(case):
    flows = case.rng.integers(0, 2, (3, len(case.sources), case.tags.shape[1]))
    hits = np.full(flows.size, -1)
    assert (hits[: kernels.find_flows(flows, hits)] == twins.find_flows(flows)).all()


@given(cases)
def test_apply_flows(case):
    flows = case.rng.integers(0, 3, (3, len(case.sources), case.tags.shape[1]))
    plenty = case.counts + 3 * case.tags.shape[1]
    counts, drift = plenty.copy(), np.zeros(3, dtype=np.uint64)
    weight = case.rng.integers(0, 2**64, ROWS, dtype=np.uint64)
    sound = kernels.apply_flows(counts, case.sources, case.rows, flows, twins.find_flows(flows), weight, drift)
    expected, expected_drift = twins.apply_flows(plenty, case.sources, case.rows, flows, weight)
    assert sound
    assert (counts == expected).all()
    assert (drift == expected_drift).all()


@pytest.mark.parametrize(("sent", "sound"), [(5.0, True), (5.0 + 1e-12, True), (5.1, False), (4.0, True)])
@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_apply_flows_says_when_more_are_sent_than_there_are(sent, sound, dtype):
    flows = np.array([[[np.ceil(sent - 1e-9) if dtype is np.int64 else sent]]], dtype=dtype)
    counts = np.array([[5, 0]], dtype=dtype)
    weight = np.ones(2, dtype=np.uint64 if dtype is np.int64 else np.float64)
    rows = np.array([[[1]]])
    drift = np.zeros(1, dtype=weight.dtype)
    assert kernels.apply_flows(counts, np.array([0]), rows, flows, np.array([0]), weight, drift) == sound
    assert counts[0, 0] >= 0
    assert drift[0] == 0


@MANY
@given(cases)
def test_draw_without_replacement(case):
    pool = case.counts[1, case.sources]
    wanted = int(case.rng.integers(0, pool.sum() + 1))
    place = (pool, wanted, case.hashes, case.seed, case.members[0], case.at, 3)
    drawn = np.zeros_like(pool)
    kernels.draw_without_replacement(*place, drawn)
    assert (drawn == twins.draw_without_replacement(*place)).all()
    assert drawn.sum() == wanted
    assert (drawn <= pool).all()


@MANY
@given(cases)
def test_admit(case):
    pool = case.counts[1, case.sources]
    weight = case.rng.integers(0, 8, len(pool))
    budget = int(case.rng.integers(0, (pool * weight).sum() + 2))
    admitted = np.zeros_like(pool)
    place = (pool, weight, budget, case.hashes, case.seed, case.members[0], case.at)
    kernels.admit(*place, admitted)
    assert (admitted == twins.admit(*place)).all()


@MANY
@given(cases)
def test_quota_counts(case):
    size = len(case.sources)
    lane, weight = case.rng.integers(0, 3, size), case.rng.integers(0, 8, size)
    budget = case.rng.integers(0, 150, (3, 3))
    flows = np.zeros((3, size), dtype=np.int64)
    place = (case.counts, case.sources, case.hashes, lane, budget, weight, case.seed, case.members, case.at)
    kernels.quota_counts(*place, flows)
    assert (flows == twins.quota_counts(*place)).all()


@MANY
@given(cases, st.integers(1, 7))
def test_ordered_counts(case, waves):
    shape = (3, len(case.sources), case.tags.shape[1])
    totals, gain = case.rng.random((3, shape[2])) * 20, case.rng.integers(0, 6, shape[1:]).astype(float)
    fixed = case.rng.random((3, shape[2])) * 500
    place = (case.counts, case.sources, case.hashes, case.tags, by_room, totals, gain, fixed, waves)
    flows = np.zeros(shape, dtype=np.int64)
    kernels.ordered_counts(*place, case.seed, case.members, case.at, flows)
    assert (flows == twins.ordered_counts(*place, case.seed, case.members, case.at)).all()


@MANY
@given(cases)
def test_choose_units(case):
    cell, units = case.units()
    choice = np.empty(len(units), dtype=np.int16)
    groups, group = case.groups()
    chances = (case.probability(1, groups)[0], group)
    place = (cell, units, case.where, case.hashes, *chances, case.seed, case.members[0], case.at)
    kernels.choose_units(*place, choice)
    assert (choice == twins.choose_units(*place)).all()


@MANY
@given(cases)
def test_choose_in_order(case):
    cell, units = case.units()
    targets = case.tags.shape[1]
    totals, fixed = case.rng.random(targets) * 5, case.rng.random(targets) * 60
    gain = case.rng.integers(0, 6, (len(case.sources), targets)).astype(float)
    choice, running = np.empty(len(units), dtype=np.int16), totals.copy()
    where_from = (case.seed, case.members[0], case.at)
    kernels.choose_in_order(cell, units, case.where, case.hashes, by_room, running, gain, fixed, *where_from, choice)
    expected, after = twins.choose_in_order(cell, units, case.where, case.hashes, by_room, totals, gain, fixed, *where_from)
    assert (choice == expected).all()
    assert (running == after).all()


@MANY
@given(cases)
def test_unit_uniforms(case):
    cell, units = case.units()
    out = np.empty(len(units))
    place = (cell, units, case.where, case.hashes, case.seed, case.members[0], case.at)
    kernels.unit_uniforms(*place, out)
    assert (out == twins.lots(*place)).all()


@given(cases)
def test_admit_in_sequence(case):
    cell, units = case.units()
    size = len(case.sources)
    lane, weight = case.rng.integers(0, 2, size), case.rng.integers(0, 8, size)
    place = (cell, units, case.where, lane, weight, case.rng.integers(0, 100, 2))
    chosen = np.empty(len(units), dtype=np.int16)
    kernels.admit_in_sequence(*place, chosen)
    assert (chosen == twins.admit_in_sequence(*place)).all()


@given(cases)
def test_sort_units(case):
    cell, _ = case.units()
    start, sorted_units = np.empty(ROWS + 1, dtype=np.int64), np.empty(len(cell), dtype=np.int32)
    kernels.sort_units(cell, start, sorted_units)
    expected_start, expected = twins.sort_units(cell, ROWS)
    assert (start == expected_start).all()
    assert (sorted_units == expected).all()


@given(cases, st.floats(0.0, 1.0, exclude_max=True))
def test_target_of(case, u):
    probability = case.probability(1, 1)[0]
    upper = np.cumsum(probability[0])
    expected = np.searchsorted(upper, u, side="right") if u < upper[-1] else -1
    assert kernels.target_of(u, probability, 0) == expected


@given(cases, st.sampled_from([1.0, 0.2, 0.01]))
def test_choose_by_cell(case, scale):
    edges = np.concatenate([[0], np.cumsum(case.rng.integers(0, 60, len(case.sources)))])
    number, group = case.groups()
    probability = case.probability(1, number)[0] * scale
    place = (edges, 0, len(case.sources), case.hashes, probability, group, 7, 3, 11)
    choice = np.full(edges[-1], -2, dtype=np.int16)
    kernels.choose_by_cell(*place, choice)
    assert (choice == twins.choose_by_cell(edges, case.hashes, probability, group, 7, 3, 11)).all()


@given(cases)
def test_gather(case):
    cell, _ = case.units()
    start, sorted_units = twins.sort_units(cell, ROWS)
    has_moved = case.rng.random(len(cell)) < 0.3
    moved = case.rng.permutation(np.flatnonzero(has_moved)).astype(np.int32)
    cell[moved] = case.rng.integers(0, ROWS, len(moved))
    place = (start, sorted_units.astype(np.int32), cell, has_moved, case.sources, moved, case.where)
    expected, where_from = twins.gather(*place)
    out, edges = np.full(len(cell), -1, dtype=np.int32), np.zeros(len(case.sources) + 1, dtype=np.int64)
    number = kernels.gather(*place, out, edges)
    assert (out[:number] == expected).all()
    assert (edges == where_from).all()
    assert sorted(expected) == np.flatnonzero(case.where[cell] >= 0).tolist()


@given(cases)
def test_move_units(case):
    cell, units = case.units()
    choice = case.rng.integers(-1, case.tags.shape[1], len(units)).astype(np.int16)
    number = len(cell)
    room = np.concatenate([cell, np.zeros(number, dtype=np.int32)])
    counts = np.bincount(cell, minlength=ROWS)
    weight, drift = case.rng.integers(0, 2**64, ROWS, dtype=np.uint64), np.zeros(1, dtype=np.uint64)
    expected = twins.move_units(room, units, choice, case.where, case.rows, counts, weight, number)
    flows = np.zeros(case.rows.shape[:2], dtype=np.int64)
    now = kernels.move_units(room, units, choice, case.where, case.rows, counts, flows, weight, drift, number)
    assert (room == expected[0]).all()
    assert (counts == expected[1]).all()
    assert (flows == expected[2]).all()
    assert drift[0] == expected[3]
    assert now == expected[4]
    assert (counts == np.bincount(room[:now], minlength=ROWS)).all()


@given(cases)
def test_tally_stocks(case):
    series, people = case.rng.integers(-1, 3, ROWS), case.rng.integers(0, 4, (ROWS, 4))
    out = np.zeros((3, 3, 5), dtype=np.int64)
    kernels.tally_stocks(case.counts, series, people, out)
    assert (out == twins.tally_stocks(case.counts, series, people, 3)).all()


@given(cases)
def test_tally_flows(case):
    flows = case.rng.integers(0, 3, (3, len(case.sources), case.tags.shape[1]))
    links = np.where(case.rows >= 0, case.rng.integers(-1, 4, case.rows.shape), -1)
    people = case.rng.integers(0, 4, (ROWS, 4))
    out = np.zeros((3, 4, 5), dtype=np.int64)
    kernels.tally_flows(flows, case.rows, links, people, out)
    assert (out == twins.tally_flows(flows, case.rows, links, people, 4)).all()


def test_every_kernel_has_a_twin_here():
    compiled = {name for name, made in vars(kernels).items() if hasattr(made, "py_func")}
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert compiled - tested == {"binomial_quantile", "hypergeometric_quantile"}, "test_quantiles.py has these two"


@pytest.mark.parametrize("weights", [(1, 1, 1), (5, 1, 2), (1, 1000, 30)])
@MANY
@given(seed=WORD, share=st.floats(0.0, 1.0))
def test_a_cut_is_found_in_large_pools_too(weights, seed, share):
    pool = np.array([400_000, 3_000, 20_000])
    weight = np.array(weights)
    budget = int(share * (pool * weight).sum())
    admitted = np.zeros_like(pool)
    hashes = np.array([1, 2, 3], dtype=np.uint64)
    kernels.admit(pool, weight, budget, hashes, seed, np.uint32(0), 0, admitted)
    left = budget - (admitted * weight).sum()
    waiting = weight[pool > admitted]
    assume(waiting.size > 0)
    # It stops at the first unit without room, so less is left than the heaviest of those who wait would take.
    assert 0 <= left < waiting.max()
