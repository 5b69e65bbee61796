"""The plan: its blocks, its parts, and what makes another plan of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.ensemble.plan import EnsemblePlan
from havenward.run.request import Request
from tests.ensemble.helpers import case


def plan(**more) -> EnsemblePlan:
    given = {"version": "1", "name": "toy", "level": "", "public_sources": "", "solver": "chain", "members": 7, "block": 2}
    return EnsemblePlan(**given | {"seed": 1, "spread": 1.0, "first": 0, "last": 5, "begin": 0, "files": {}} | more)


@given(st.integers(1, 2000), st.integers(1, 300), st.integers(1, 40))
def test_parts_cut_the_blocks_and_blocks_the_members_without_gap_or_overlap(members, block, parts):
    found = plan(members=members, block=block)
    blocks = sorted(number for part in range(parts) for number in range(part, found.blocks, parts))
    assert blocks == list(range(found.blocks))
    assert [member for number in blocks for member in found.span(number)] == list(range(members))
    assert all(1 <= len(found.span(number)) <= block for number in blocks)


@given(st.integers(1, 10_000_000), st.integers(0, 2**32 - 1), st.dictionaries(st.text(min_size=1), st.floats(-1e9, 1e9)))
def test_a_plan_is_read_as_it_was_written(members, seed, changes):
    written = plan(members=members, seed=seed, changes=changes)
    assert EnsemblePlan.model_validate_json(written.model_dump_json()) == written


@pytest.mark.parametrize(("key", "value"), [("seed", 2), ("solver", "mean"), ("changes", {"a": 1.0}), ("files", {"a": "b"})])
def test_another_plan_says_in_what_it_is_another(key, value):
    assert plan().differs(plan(**{key: value})) == [key]
    assert plan().differs(plan()) == []


def test_a_block_is_run_with_its_members_and_the_plan_with_all():
    found = plan(members=7, block=3)
    assert list(found.run(2).members) == [6]
    assert list(found.run().members) == list(range(7))
    assert found.run(0).batch == 3


def test_fewer_members_than_a_block_make_one_block_that_may_grow():
    found = EnsemblePlan.of(case(), Request(members=3), {}, 32)
    assert (found.block, found.blocks) == (32, 1)
    assert found.differs(EnsemblePlan.of(case(), Request(members=40), {}, 32)) == []
