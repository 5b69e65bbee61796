"""Workers, schedulers and clients are killed without warning, and nothing is lost; `make soak` does ten times as much."""

from __future__ import annotations

import signal

import pytest

from tests.faults.kills import WAYS, rounds, undisturbed

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")]


@pytest.fixture(scope="module")
def expected():
    return undisturbed()


@pytest.mark.parametrize("way", WAYS)
def test_ten_kills_change_no_bit(way, expected):
    record = rounds(10, seed=1, expected=expected, ways=[WAYS[way]])
    print(record)
    assert record.killed.total() == 10
    assert record.same == record.rounds > 0, record
