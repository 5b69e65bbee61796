"""Every kernel gives what its plain twin gives: equal numbers, not similar ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from havenward.solve import kernels, unit_kernels
from tests.solve import twins
from tests.solve.cases import HASH, MEMBERS, ROWS, WORD, cases

MANY = settings(max_examples=150)


@given(WORD, WORD, HASH, WORD, WORD)
def test_uniform(seed, member, hashed, at, draw):
    got = kernels.uniform(np.uint32(seed), np.uint32(member), np.uint64(hashed), np.uint32(at), np.uint32(draw))
    assert got == twins.uniform(seed, member, hashed, at, draw)


@given(WORD, WORD, HASH, WORD, WORD)
def test_philox(seed, member, hashed, at, draw):
    where = (np.uint32(seed), np.uint32(member), np.uint64(hashed), np.uint32(at), np.uint32(draw))
    assert kernels.philox(*where) == twins.philox(seed, member, hashed, at, draw)


@given(WORD, WORD)
def test_unit_interval(high, low):
    number = kernels.unit_interval(np.uint64(high), np.uint64(low))
    assert number == twins.unit_interval(np.uint32(high), np.uint32(low))
    assert 0.0 < number < 1.0


@given(WORD, WORD, HASH, WORD, WORD)
def test_two_uniforms(seed, member, hashed, at, draw):
    where = (np.uint32(seed), np.uint32(member), np.uint64(hashed), np.uint32(at), np.uint32(draw))
    assert kernels.two_uniforms(*where) == twins.two_uniforms(seed, member, hashed, at, draw)
    assert kernels.two_uniforms(*where)[0] == kernels.uniform(*where)


@given(WORD, HASH, WORD, WORD, st.lists(WORD, max_size=9))
def test_uniforms_of_members(seed, hashed, at, draw, members):
    out = np.full(len(members), np.nan)
    kernels.uniforms_of_members(np.uint32(seed), np.array(members, np.uint32), np.uint64(hashed), np.uint32(at), draw, out)
    assert out.tolist() == [twins.uniform(seed, member, hashed, at, draw) for member in members]


@given(cases)
def test_draw_streams(case):
    out = np.full((len(case.hashes), MEMBERS), np.nan)
    place = (case.hashes, case.seed, case.members, case.at)
    kernels.draw_streams(*place, out)
    assert (out == twins.draw_streams(*place)).all()
    assert (kernels.drawn(*place) == out.T).all()


FACTORS = st.sampled_from([0.0, 1.0, 1.0 + 1e-12, 1.0 + 1e-6, 100.0, -1.0, np.nan])
"""What one group's probabilities are multiplied by to spoil them, or not."""


@given(st.lists(st.integers(-1, 4), max_size=9), st.integers(0, 5))
def test_lie_within(places, number):
    assert kernels.lie_within(np.array(places, dtype=np.int64), number) == twins.lie_within(places, number)


@given(cases, FACTORS, st.sampled_from([1, MEMBERS]))
def test_sum_group(case, factor, tables):
    probability = case.probability(1, tables)[0]
    probability[-1] *= factor
    total = np.full(MEMBERS, np.nan)
    kernels.sum_group(probability, total)
    assert (total == twins.sum_group(probability, MEMBERS)).all()


@given(cases)
def test_last_target(case):
    probability = case.probability(1, MEMBERS)[0]
    for m in range(MEMBERS):
        assert kernels.last_target(probability, m) == twins.last_target(probability, m)


@given(cases, st.sampled_from([0.0, 0.01, 0.3, 1.0, -1.0, 7.0]))
def test_list_movers(case, factor):
    here, total = case.counts[0], np.maximum(case.rng.random(MEMBERS), 0.0 if factor else 1.0) * factor
    stream = (case.seed, case.members, case.hashes[0], case.at)
    u, goes, movers = np.full(MEMBERS, np.nan), np.zeros(MEMBERS, dtype=np.bool_), np.full(MEMBERS, -9)
    number = kernels.list_movers(here, total, *stream, u, goes, movers)
    numbers = np.array([twins.uniform(case.seed, member, case.hashes[0], case.at, 0) for member in case.members])
    assert movers[:number].tolist() == twins.list_movers(here, total, numbers).tolist()
    asked = (here != 0) & (total > 0.0) & (total < kernels.NEARLY_ONE)
    assert (u[asked] == numbers[asked]).all()


@pytest.mark.parametrize("total", [-1.0, 0.0, 0.4, 1.0, 1.0 + 1e-10, 1.0 + 1e-8, 7.0])
def test_verdict_on(total):
    assert kernels.verdict_on(total) == twins.verdict_on(total)


@given(cases, FACTORS, st.sampled_from([1, MEMBERS]))
def test_check_probability(case, factor, tables):
    number, group = case.groups()
    probability = case.probability(number, tables)
    probability[-1] *= factor
    place = (case.counts, case.sources, probability, group)
    assert kernels.check_probability(*place) == twins.check_probability(*place)


@given(cases)
def test_list_flow(case):
    where, moved = case.desk(np.int64)
    place = int(case.rng.integers(0, len(moved)))
    assert kernels.list_flow(where, moved, place, 3, 2, 1, 17) == place + 1
    assert where[place].tolist() == [3, 2, 1]
    assert moved[place] == 17
    assert (np.delete(where, place, axis=0) == -9).all()
    assert (np.delete(moved, place) == -9).all()


@MANY
@given(cases, st.sampled_from([1, MEMBERS]), FACTORS)
def test_split_counts(case, tables, factor):
    groups, group = case.groups()
    probability = case.probability(groups, tables)
    probability[-1] *= factor
    where, moved = case.desk(np.int64)
    chances, stream = (probability, group), (case.seed, case.members, case.at)
    place = (case.counts, case.sources, case.hashes, case.tags, *chances, *stream)
    room = kernels.room_to_split(np.full((groups, MEMBERS), np.nan))
    number, verdict = kernels.split_counts(*place, where, moved, *room)
    assert verdict == twins.check_probability(case.counts, case.sources, *chances)
    if verdict == kernels.FINE:
        flows = twins.split_counts(*place)
        expected, units = twins.listed(flows, (1, 0, 2))
        assert (where[:number] == expected).all()
        assert (moved[:number] == units).all()
        assert (case.counts[case.sources] >= flows.sum(axis=2).T).all()


@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=9), WORD)
def test_nobody_stays_where_the_probabilities_sum_to_one(odds, seed):
    """However the sum is rounded, and however many there are."""
    probability = (np.array(odds) / sum(odds))[None, :, None]
    everybody = np.array([[10**9]])
    hashes, tags = np.array([7], dtype=np.uint64), np.arange(1, len(odds) + 1, dtype=np.uint32)[None]
    where, moved = np.zeros((len(odds), 3), dtype=np.int32), np.zeros(len(odds), dtype=np.int64)
    one = np.zeros(1, dtype=np.int64)
    stream = (seed, np.zeros(1, dtype=np.uint32), 0)
    room = kernels.room_to_split(np.empty((1, 1)))
    number, verdict = kernels.split_counts(everybody, one, hashes, tags, probability, one, *stream, where, moved, *room)
    assert verdict == kernels.FINE
    assert moved[:number].sum() == 10**9


@given(cases, st.sampled_from([1, MEMBERS]), st.sampled_from([1.0, 1e-5, 1e-9]), FACTORS)
def test_split_expected(case, tables, small, factor):
    groups, group = case.groups()
    probability = case.probability(groups, tables)
    probability[-1] *= factor
    place = (case.counts * case.rng.random(case.counts.shape) * small, case.sources, probability, group)
    where, moved = case.desk(np.float64)
    number, verdict = kernels.split_expected(*place, where, moved)
    assert verdict == twins.check_probability(*place)
    if verdict == kernels.FINE:
        expected, units = twins.listed(twins.split_expected(*place), (1, 2, 0))
        assert (where[:number] == expected).all()
        assert (moved[:number] == units).all()


@given(cases)
def test_list_flows(case):
    flows, (where, moved) = case.flows(), case.desk(np.int64)
    number = kernels.list_flows(flows, where, moved)
    expected, units = twins.listed(flows, (0, 1, 2))
    assert (where[:number] == expected).all()
    assert (moved[:number] == units).all()


@pytest.mark.parametrize(("dtype", "parts"), [(np.int64, 1), (np.float64, 8)], ids=["whole", "eighths"])
@given(case=cases)
def test_apply_flows(case, dtype, parts):
    """Eighths and small weights, so that not even real numbers are rounded."""
    where, units = twins.listed(case.flows(), case.rng.permutation(3))
    where, moved = where.astype(np.int32), units.astype(dtype) / dtype(parts) if parts > 1 else units
    plenty = (case.counts + 3 * case.tags.shape[1]).astype(dtype)
    whole = case.rng.integers(0, 2**64, ROWS, dtype=np.uint64)
    weight = whole if dtype is np.int64 else (whole >> np.uint64(48)).astype(np.float64)
    counts, drift = plenty.copy(), np.zeros(MEMBERS, dtype=weight.dtype)
    sound = kernels.apply_flows(counts, case.sources, case.rows, where, moved, weight, drift)
    expected, expected_drift = twins.apply_flows(plenty, case.sources, case.rows, where, moved, weight)
    assert sound
    assert (counts == expected).all()
    assert (drift == expected_drift).all()


@pytest.mark.parametrize(("sent", "sound"), [(5.0, True), (5.0 + 1e-12, True), (5.1, False), (4.0, True)])
@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_apply_flows_says_when_more_are_sent_than_there_are(sent, sound, dtype):
    moved = np.array([np.ceil(sent - 1e-9) if dtype is np.int64 else sent], dtype=dtype)
    counts = np.array([[5], [0]], dtype=dtype)
    weight = np.ones(2, dtype=np.uint64 if dtype is np.int64 else np.float64)
    rows, where = np.array([[[1]]]), np.zeros((1, 3), dtype=np.int32)
    drift = np.zeros(1, dtype=weight.dtype)
    assert kernels.apply_flows(counts, np.array([0]), rows, where, moved, weight, drift) == sound
    assert counts[0, 0] >= 0
    assert drift[0] == 0


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_not_one_unit_too_many_is_sent_from_a_cell_of_millions(dtype):
    counts, moved = np.array([[2_000_000], [0]], dtype=dtype), np.array([2_000_001], dtype=dtype)
    weight, drift = np.ones(2, dtype=np.float64), np.zeros(1)
    where = np.zeros((1, 3), dtype=np.int32)
    assert not kernels.apply_flows(counts, np.array([0]), np.array([[[1]]]), where, moved, weight, drift)


@MANY
@given(cases)
def test_draw_without_replacement(case):
    pool = case.counts[case.sources, 1]
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
    pool = case.counts[case.sources, 1]
    weight = case.rng.integers(0, 8, len(pool))
    budget = int(case.rng.integers(0, (pool * weight).sum() + 2))
    admitted = np.zeros_like(pool)
    place = (pool, weight, budget, case.hashes, case.seed, case.members[0], case.at)
    expected = twins.admit(*place)
    kernels.admit(*place, admitted, np.zeros_like(pool))
    assert (admitted == expected).all()


@given(cases)
def test_weigh_lanes(case):
    size = len(case.sources)
    lane, weight = case.rng.integers(0, 3, size), case.rng.integers(0, 8, size)
    needed, lightest, *_ = kernels.room_for_quotas(size, 3, MEMBERS)
    kernels.weigh_lanes(case.counts, case.sources, lane, weight, needed, lightest)
    expected, least = twins.weigh_lanes(case.counts, case.sources, lane, weight, 3)
    assert (needed == expected).all()
    assert lightest.tolist() == least


@MANY
@given(cases)
def test_quota_counts(case):
    size = len(case.sources)
    lane, weight = case.rng.integers(0, 3, size), case.rng.integers(0, 8, size)
    budget = case.rng.integers(0, 150, (MEMBERS, 3))
    where, moved = case.desk(np.int64)
    place = (case.counts, case.sources, case.hashes, lane, budget, weight, case.seed, case.members, case.at)
    number = kernels.quota_counts(*place, where, moved, *kernels.room_for_quotas(size, 3, MEMBERS))
    expected, units = twins.listed(twins.quota_counts(*place), (0, 1, 2))
    order = np.lexsort(where[:number, ::-1].T)
    assert (where[order] == expected).all()
    assert (moved[order] == units).all()


@MANY
@given(cases)
def test_choose_units(case):
    cell, units = case.units()
    choice = np.empty(len(units), dtype=np.int16)
    groups, group = case.groups()
    chances = (case.probability(groups, 1)[:, :, 0], group)
    place = (cell, units, case.where, case.hashes, *chances, case.seed, case.members[0], case.at)
    unit_kernels.choose_units(*place, choice)
    assert (choice == twins.choose_units(*place)).all()


@MANY
@given(cases)
def test_unit_uniforms(case):
    cell, units = case.units()
    out = np.empty(len(units))
    place = (cell, units, case.where, case.hashes, case.seed, case.members[0], case.at)
    unit_kernels.unit_uniforms(*place, out)
    assert (out == twins.lots(*place)).all()


@given(cases)
def test_look_through(case):
    cell, there = case.units()
    units = np.empty(len(there) + 1, dtype=np.int32)
    number = unit_kernels.look_through(cell, case.where, units)
    assert units[:number].tolist() == twins.look_through(cell, case.where)


@given(cases)
def test_is_room_for_all(case):
    cell, units = case.units()
    size = len(case.sources)
    lane, weight = case.rng.integers(0, 2, size), case.rng.integers(0, 8, size)
    place = (cell, units, case.where, lane, weight, case.rng.integers(0, 200, 2))
    fits = unit_kernels.is_room_for_all(*place)
    assert fits == twins.is_room_for_all(*place)
    assert not fits or (twins.admit_in_sequence(*place) == 0).all()


@given(cases)
def test_admit_in_sequence(case):
    cell, units = case.units()
    size = len(case.sources)
    lane, weight = case.rng.integers(0, 2, size), case.rng.integers(0, 8, size)
    place = (cell, units, case.where, lane, weight, case.rng.integers(0, 100, 2))
    chosen = np.empty(len(units), dtype=np.int16)
    unit_kernels.admit_in_sequence(*place, chosen)
    assert (chosen == twins.admit_in_sequence(*place)).all()


@given(cases)
def test_sort_units(case):
    cell, _ = case.units()
    start, sorted_units = np.empty(ROWS + 1, dtype=np.int64), np.empty(len(cell), dtype=np.int32)
    unit_kernels.sort_units(cell, start, sorted_units)
    expected_start, expected = twins.sort_units(cell, ROWS)
    assert (start == expected_start).all()
    assert (sorted_units == expected).all()


@given(cases, st.floats(0.0, 1.0, exclude_max=True))
def test_target_of(case, u):
    probability = case.probability(1, 1)[:, :, 0]
    upper = np.cumsum(probability[0])
    expected = np.searchsorted(upper, u, side="right") if u < upper[-1] else -1
    assert unit_kernels.target_of(u, probability, 0) == expected


@given(cases, st.sampled_from([1.0, 0.2, 0.01]))
def test_choose_by_cell(case, scale):
    size = len(case.sources)
    edges = np.concatenate([[0], np.cumsum(case.rng.integers(0, 60, size) * case.rng.integers(0, 2, size))])
    number, group = case.groups()
    probability = case.probability(number, 1)[:, :, 0] * scale
    probability[np.setdiff1d(np.arange(number), group[np.diff(edges) > 0])] = np.nan
    place = (edges, 0, len(case.sources), case.hashes, probability, group, 7, 3, 11)
    choice = np.full(edges[-1], -2, dtype=np.int16)
    unit_kernels.choose_by_cell(*place, choice)
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
    number = unit_kernels.gather(*place, out, edges)
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
    now = unit_kernels.move_units(room, units, choice, case.where, case.rows, counts, flows, weight, drift, number)
    assert (room == expected[0]).all()
    assert (counts == expected[1]).all()
    assert (flows == expected[2]).all()
    assert drift[0] == expected[3]
    assert now == expected[4]
    assert (counts == np.bincount(room[:now], minlength=ROWS)).all()


@given(cases)
def test_tally_stocks(case):
    groups, units = case.rng.integers(1, 5), case.rng.integers(0, 2)
    series, people = case.rng.integers(-1, 3, ROWS), case.rng.integers(0, 4, (ROWS, groups))
    out = np.full((3, groups + units, MEMBERS), -9)
    kernels.tally_stocks(case.counts, series, people, out)
    assert (out == twins.tally_stocks(case.counts, series, people, 3)[:, : groups + units]).all()


@given(cases)
def test_tally_flows(case):
    flows = case.flows()
    where, moved = twins.listed(flows, case.rng.permutation(3))
    links = np.where(case.rows >= 0, case.rng.integers(-1, 4, case.rows.shape), -1)
    groups, units = case.rng.integers(1, 5), case.rng.integers(0, 2)
    people = case.rng.integers(0, 4, (ROWS, groups))
    out = np.zeros((MEMBERS, 4, groups + units), dtype=np.int64)
    kernels.tally_flows(where.astype(np.int32), moved, case.rows, links, people, out)
    assert (out == twins.tally_flows(flows, case.rows, links, people, 4)[..., : groups + units]).all()


@given(cases)
def test_add_flows(case):
    flows = case.flows()
    where, moved = twins.listed(flows, case.rng.permutation(3))
    links = np.where(case.rows >= 0, case.rng.integers(-1, 4, case.rows.shape), -1)
    groups, units = case.rng.integers(1, 5), case.rng.integers(0, 2)
    people = case.rng.integers(0, 4, (ROWS, groups))
    out, today = np.ones((4, groups + units, MEMBERS), dtype=np.int64), np.ones((4, MEMBERS), dtype=np.int64)
    kernels.add_flows(where.astype(np.int32), moved, case.rows, links, people, people.sum(axis=1), out, today)
    expected = twins.tally_flows(flows, case.rows, links, people, 4).transpose(1, 2, 0)
    assert (out - 1 == expected[:, : groups + units]).all()
    assert (today - 1 == expected[:, :groups].sum(axis=1)).all()


def test_every_kernel_has_a_twin_here():
    made, here = vars(kernels) | vars(unit_kernels), (kernels.__name__, unit_kernels.__name__)
    compiled = {name for name, one in made.items() if hasattr(one, "py_func") and one.__module__ in here}
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert compiled <= tested


@pytest.mark.parametrize("weights", [(1, 1, 1), (5, 1, 2), (1, 1000, 30)])
@MANY
@given(seed=WORD, share=st.floats(0.0, 1.0))
def test_a_cut_is_found_in_large_pools_too(weights, seed, share):
    pool = np.array([400_000, 3_000, 20_000])
    weight = np.array(weights)
    budget = int(share * (pool * weight).sum())
    admitted = np.zeros_like(pool)
    hashes = np.array([1, 2, 3], dtype=np.uint64)
    kernels.admit(pool.copy(), weight, budget, hashes, seed, np.uint32(0), 0, admitted, np.zeros_like(pool))
    left = budget - (admitted * weight).sum()
    waiting = weight[pool > admitted]
    assume(waiting.size > 0)
    # It stops at the first unit without room, so less is left than the heaviest of those who wait would take.
    assert 0 <= left < waiting.max()
