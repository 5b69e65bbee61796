"""The same law under both solvers, and runs that do not depend on how many members are turned."""

import numpy as np
import pytest

from tests.model_flee.drive import camp, folder, town, turn, zone

DAYS = 12


def busy(**rules):
    """Zones, towns, a hub, a marker and two camps, with most rules on and no limit anywhere."""
    places = [
        zone("A", 1000),
        zone("B", 400, conflict_intensity=0.5),
        town("T", 300),
        town("H", kind="forwarding_hub", country="Abroad"),
        town("M", kind="marker"),
        camp("C", country="Abroad", initial_idps=60),
        town("I", kind="idpcamp"),
    ]
    roads = [
        ("A", "B", 100),
        ("A", "T", 250),
        ("B", "T", 90),
        ("T", "M", 40),
        ("M", "H", 60),
        ("H", "C", 150),
        ("T", "I", 500),
    ]
    move = {
        "awareness_level": 2, "avoid_short_stints": True, "start_on_foot": True, "camp_movechance": 0.02, "camp_weight": 1.5,
        "weight_softening": 0.1, "distance_power": 0.75, "pruning_threshold": 1.0, "max_move_speed": 200.0,
    }  # fmt: skip
    return folder(
        places,
        [(*road, {"walk_probability": 0.2 if road[0] == "T" else 0}) for road in roads],
        days=DAYS,
        out=[40] * DAYS,
        war={"A": 1},
        closures=["country,Home,Abroad,4,7", "idpcamp,I,,6,-1"],
        settings={
            "spawn_rules": {"conflict_spawn_decay": [1, 0.5], "conflict_spawn_decay_interval": 3},
            "move_rules": {**move, **rules},
        },
    )


def distance(one, two):
    """Largest difference of means over days and series, in standard errors of the difference."""
    spread = np.sqrt(one.var(axis=0, ddof=1) / len(one) + two.var(axis=0, ddof=1) / len(two))
    return float((np.abs(one.mean(axis=0) - two.mean(axis=0)) / np.maximum(spread, 0.05)).max())


def test_individuals_and_counts_have_one_law():
    """120 figures; if alike, the largest difference exceeds 5 standard errors once in 10 000 seeds. Other rules are seen."""
    units = turn(busy(), "individuals", members=400).stock
    counts = turn(busy(), "chain", members=400, first=1000).stock
    assert distance(units, counts) < 5
    others = turn(busy(default_movechance=0.33), "chain", members=400, first=1000).stock
    assert distance(units, others) > 6


def test_counts_vary_as_individuals_do():
    """Variances of 400 runs agree to within 5 standard errors of a variance wherever there are people."""
    units = turn(busy(), "individuals", members=400).stock
    counts = turn(busy(), "chain", members=400, first=1000).stock
    one, two = units.var(axis=0, ddof=1), counts.var(axis=0, ddof=1)
    large = (one > 5) & (two > 5)
    assert large.sum() > 40
    assert (np.abs(np.log(one[large] / two[large])) < 5 * np.sqrt(2 * 2 / 399)).all()


@pytest.mark.parametrize("solver", ["individuals", "chain"])
def test_a_member_is_the_same_in_any_company(solver):
    together = turn(busy(), solver, members=5).stock
    assert (turn(busy(), solver, members=2, first=3).stock == together[3:]).all()


@pytest.mark.parametrize("solver", ["individuals", "chain"])
def test_nobody_vanishes(solver):
    stock = turn(busy(), solver, members=3).stock.sum(axis=-1)
    assert (stock == 40 * DAYS + 60).all()


@pytest.mark.parametrize("solver", ["individuals", "chain"])
def test_a_camp_that_nobody_can_reach_changes_no_bit(solver):
    """B23 and the promise of random numbers: what does not touch people moves none of them."""
    places = [zone("A"), town("T"), camp("C")]
    roads = [("A", "T", 10), ("T", "C", 300)]
    rest = [camp("Y"), camp("Z")]
    plain = turn(folder(places, roads, days=5, out=[200] * 5), solver, members=3)
    more = turn(folder([*places, *rest], [*roads, ("Y", "Z", 10)], days=5, out=[200] * 5), solver, members=3)
    for name in ("A", "T", "C"):
        assert (plain.at(name) == more.at(name)).all()
