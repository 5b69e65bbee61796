"""Exact mode against Flee's own runs (20 of each instance, from its commit of 14 May 2026), 200 members of ours.

Error rates, where there is no difference: means are held to four standard errors or half a per cent of all displaced, which
single cells pass by chance in about one of 10,000; F-tests together, and Welch's test of a whole run, in one of 100 and one
of 1,000. Seeds are fixed, so the verdict is the same each time.
"""

from __future__ import annotations

import pytest
from scripts.parity import INSTANCES, Held

from tests.shared import SHARED, needed

pytestmark = [pytest.mark.shared, pytest.mark.slow]
FLEE = SHARED / "data" / "flee"


@pytest.mark.parametrize("solver", ["individuals", "chain"])
@pytest.mark.parametrize("name", INSTANCES)
def test_an_instance_agrees_with_flee(name, solver):
    held = Held.of(needed(FLEE), name, solver)
    assert len(held.parity.mean) > 200
    assert list(held.failures()) == []


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_chance_to_leave_towns_that_is_a_tenth_off_is_caught(factor):
    held = Held.of(needed(FLEE), "mali2012", "individuals", default_movechance=0.5 * factor)
    failures = list(held.failures())
    assert any(failure.startswith("means of") for failure in failures)
    assert any(failure.startswith("people in all camps") for failure in failures), "one pooled figure catches it alone"
