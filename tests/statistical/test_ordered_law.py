"""Where no crowd thins anything out, the chain has the law of units that act one after the other: the whole battery.

A hundred units on two roads, for six days: 5,000 runs of individuals, 20,000 of the chain, with other members, so
independent samples. Counted are all cells in which anybody is at dusk, and what has passed each of some edges so far.

Error rates: a true chain is told apart, for an unlucky seed, with a chance of at most 1 %; the seeds are fixed and were not
chosen. Each control, one chance or weight a tenth off, must be told by the marginals, corrected for their number.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.statistical.battery import Plan, Sample, agree
from tests.toy.roads import CELLS, CHANCES, HIGH, LOW, WEIGHTS, Roads
from tests.toy.run import solver_of, turn_days

DAYS = (0, 2, 5)
EDGES = {"hill to the high road": 0, "high road to low": 3, "high road to the north": 4, "low road to the south": 7}
LEFT = {"left the north": 10, "left the middle": 11, "left the south": 12}
PLAN = Plan(equivalent=("in camps", "passed: low road to the south"))


def sample(solver, members, first, **changes):
    """Return counts at dusk of declared days, and what has passed by then."""
    rules = Roads(members, **changes)
    numbers = np.arange(first, first + members, dtype=np.uint32)
    made = solver_of(solver, rules.table, 1, numbers, rules.start())
    history = turn_days(rules, made, DAYS[-1] + 1, listener=rules.observe)
    passed = np.cumsum([passage.units for _, passage in rules.carried], axis=0).transpose(1, 0, 2)
    assert made.approximations == set()
    seen = {"/".join(CELLS[row]): history[:, DAYS, row] for row in range(len(CELLS)) if row not in (HIGH, LOW)}
    seen["in camps"] = history[:, DAYS, 6:].sum(axis=2)
    seen |= {f"passed: {name}": passed[:, DAYS, edge] for name, edge in (EDGES | LEFT).items()}
    return Sample(tuple(seen), np.stack(list(seen.values()), axis=2).astype(float))


@pytest.fixture(scope="module")
def individuals():
    return sample("individuals", 5_000, 0)


def test_the_chain_has_the_law_of_individuals(individuals):
    verdict = agree(individuals, sample("chain", 20_000, 1_000_000), PLAN)
    assert verdict.agree, str(verdict)


def test_a_few_units_have_the_same_law():
    """Three on the hill and two at the shore: few enough for each to be drawn for itself under the chain, too."""
    pair = [sample(solver, 8_000, first, units=(3, 2)) for solver, first in (("individuals", 0), ("chain", 1_000_000))]
    verdict = agree(*pair, Plan())
    assert not verdict.apart, str(verdict)


def test_a_limit_that_is_never_reached_leaves_the_law_as_it_is(individuals):
    verdict = agree(individuals, sample("chain", 5_000, 3_000_000, full=(400.0, 400.0, 400.0)), Plan())
    assert not verdict.apart, str(verdict)


@pytest.mark.parametrize("parameter", [*CHANCES, *WEIGHTS])
@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_chance_or_a_weight_that_is_a_tenth_off_is_caught(individuals, parameter, factor):
    known, kind = (CHANCES, "chances") if parameter in CHANCES else (WEIGHTS, "weights")
    wrong = sample("chain", 5_000, 2_000_000, **{kind: {parameter: known[parameter] * factor}})
    verdict = agree(individuals, wrong, PLAN)
    assert "marginals" in verdict.apart, str(verdict)
