"""The chain has the law of the individuals on a whole siege: the battery of `tests/statistical`.

The world is the toy siege with 3,240 people (660 households), from 20 July on for twenty days, made hasty so that every
stage is reached: homes in contact, night walks, captives, a queue at the bridge on many days and not on all, men held, seats
that are too few, a camp that fills, returns, vanguards whose kin follow. Assumptions stand at their medians, so that nothing
but chance differs between members.

Error rates: by the plan, a true chain is told apart with a chance of at most 1 % (Holm over all days and quantities in each
of four families of tests). It fails to be shown equivalent with about 1 % more: the margins, 1 % of the means of arrivals
and of people behind the line and 10 % of their standard deviations, are more than four standard errors wide (1,600 runs of
individuals, 4,000 of the chain). A chain with one parameter 10 % off passes with a chance below 1e-3: each of the four
moves one of the declared quantities by 0.4 of its standard deviation, eleven standard errors. The seeds are fixed and
were not chosen.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from havenward.api import load
from tests.model.drive import turn
from tests.statistical.battery import Plan, Sample, agree

DAYS = (1, 5, 9, 14, 19)
"""Evenings that are compared; declared here, before any run."""
STAGES = {
    "behind the line": ("home_held",),
    "in contact": ("home_contact",),
    "free": ("home_free",),
    "stopped": ("turned_back", "captured", "released"),
    "dead": ("dead_or_lost", "killed_at_home"),
    "waiting": ("waiting", "in_screening"),
    "held": ("held", "held_apart", "handed_over"),
    "held apart": ("held_apart",),
    "in transit": ("in_transit",),
    "in camp": ("in_camp",),
    "with hosts": ("in_host",),
    "returned or further": ("returned", "onward", "joined_fight"),
}
PLAN = Plan(equivalent=("arrived", "behind the line"), spread_margin=0.1, joint_runs=600, permutations=499)
HASTY = {
    "wish_base": -2.0,
    "seal_strength": 0.6,
    "hope_effect": 1.0,
    "expulsion": 0.12,
    "contact_days": 5.0,
    "interception": 0.5,
    "captivity_days": 6.0,
    "return_home_days": 3.0,
    "return_rate": 0.15,
    "service_days": 10.0,
    "retrieval": 0.2,
    "home_loss": 0.004,
    "sponsorship": 0.02,
    "patrol_groups": 10.0,
}


def world():
    """The toy siege, a twelfth of its size, for twenty days, while the assault goes through two districts."""
    toy, start = load("toy"), dt.date(2010, 7, 20)
    gates = {"desks": 1, "hours": 3.6, "bus_seats": 60, "hold_share": 0.15, "hold_days": 4.0}
    tables = {
        "header": {"start": start, "end": start + dt.timedelta(days=max(DAYS)), "epochs": []},
        "locations": lambda row: {"population": row.population * 0.08},
        "camps": lambda row: {"plots": round(row.plots * 0.06)},
        "crossings": lambda row: gates,
    }
    changed = {"header": toy.header.model_copy(update=tables.pop("header"))}
    for name, change in tables.items():
        changed[name] = tuple(row.model_copy(update=change(row)) for row in getattr(toy, name))
    return toy.model_copy(update=changed)


def sample(solver, runs, first, **changes) -> Sample:
    """Households and persons on the declared evenings, a hundred runs at a time."""
    scenario, parts = world(), []
    for start in range(first, first + runs, 100):
        story = turn(scenario, solver, members=100, first=start, **HASTY | changes)
        assert not story.approximations
        counted = [story.households(*stages) for stages in STAGES.values()]
        counted.append(story.persons("in_camp"))
        counted.append(np.cumsum(story.flow("arrived")[..., 4], axis=1))
        parts.append(np.stack(counted, axis=2)[:, DAYS])
    return Sample((*STAGES, "persons in camp", "arrived"), np.concatenate(parts).astype(float))


@pytest.fixture(scope="module")
def individuals():
    return sample("individuals", 1600, first=0)


@pytest.mark.slow
def test_the_siege_has_the_same_law(individuals):
    verdict = agree(individuals, sample("chain", 4000, first=1_000_000), PLAN)
    assert verdict.agree, str(verdict)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parameter", "value"),
    [("expulsion", 0.132), ("contact_days", 4.5), ("interception", 0.55), ("return_rate", 0.135)],
)
def test_a_parameter_that_is_a_tenth_off_is_caught(individuals, parameter, value):
    """The negative control: the same battery must tell the two laws apart."""
    wrong = sample("chain", 1600, first=2_000_000, **{parameter: value})
    verdict = agree(individuals, wrong, PLAN)
    assert verdict.apart, str(verdict)


@pytest.mark.slow
def test_every_stage_is_worth_testing(individuals):
    """Each quantity varies between runs on the last evening, and the queue is neither always empty nor never."""
    last = individuals.values[:, -1]
    assert (last.std(axis=0) > 0.3).all()
    waiting = individuals.values[:, :, individuals.names.index("waiting")]
    assert 0.1 < (waiting > 0).mean() < 0.9
