"""The same bits, whatever else is computed beside them, and by whom.

Two worlds: the toy siege, and a wide one whose sums are long (nine ways out of a home, ten camps, nine homes in an area),
because the order in which floating-point terms are added may depend on the shape of arrays.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from havenward.api import load
from tests.model.drive import SOLVERS, turn
from tests.model.worlds import (
    Control,
    at,
    camp,
    crossing,
    dear,
    fire,
    home,
    household,
    passing_front,
    place,
    siege,
    way,
)

HASTY = {
    "wish_base": -1.0,
    "seal_strength": 0.6,
    "expulsion": 0.12,
    "return_rate": 0.1,
    "return_open": 0.1,
    "retrieval": 0.2,
}


def toy(days=30):
    """The toy siege from the assault on."""
    scenario, start = load("toy"), dt.date(2010, 7, 14)
    header = scenario.header.model_copy(update={"start": start, "end": start + dt.timedelta(days=days - 1), "epochs": []})
    return scenario.model_copy(update={"header": header})


def wide(days=12):
    """Long sums everywhere; a third of the homes is freed, so that people return too."""
    homes = [home(f"Home {k}", population=900.0 + 37 * k, area=("north", "south")[k % 2], lat=31 + 0.03 * k, damage=0.05 * k)
             for k in range(18)]  # fmt: skip
    gates = [place(f"Gate {k}", "crossing", lat=31 + 0.02 * k, lon=-39.9) for k in range(9)]
    camps = [place(f"Camp {k}", "camp", lat=31 + 0.013 * k, lon=-39.7) for k in range(10)]
    hosts = [place(f"Host {k}", "host", lat=31 + 0.017 * k, lon=-39.5, population=1000.0 + k) for k in range(9)]
    ways = [way("night", "Home 0", g.name, km=4.0 + 0.7 * k, patrols=0.3 + 0.05 * k) for k, g in enumerate(gates)]
    ways += [way("road", "Home 0", g.name, km=14.0 + 1.7 * k) for k, g in enumerate(gates)]
    ways += [way("front", "Home 0", g.name, km=4.0 + 0.3 * k) for k, g in enumerate(gates)]
    ways += [way(use, h.name, "Gate 3", km=7.0) for h in homes[1:] for use in ("night", "road", "front")]
    control = [row for k, h in enumerate(homes) for row in passing_front(k % 3, 4 + k, name=h.name)]
    return siege(
        days,
        areas=("north", "south"),
        locations=(*homes, *gates, *camps, *hosts),
        corridors=tuple(ways),
        control=tuple(control),
        camps=tuple(camp(c.name, plots=9 + k) for k, c in enumerate(camps)),
        crossings=tuple(crossing(g.name, desks=2, hours=2 + k, hold_share=0.2) for k, g in enumerate(gates)),
        restrictions=(siege().restrictions[0].model_copy(update={"level": 0.5}),),
        classes=(household("a", 1, 2, 1, 1, 0.61, mobility=0.5, means=0.3), household("b", 2, 1, 2, 0, 0.39, means=0.7)),
        prices=(dear(3.0),),
        fighting=tuple(fire(1.3 + 0.1 * k, name=h.name) for k, h in enumerate(homes)),
    )


WORLDS = {"toy": toy, "wide": wide}


def same_bits(one, other, pick=slice(None)):
    for name, values in one.kept.items():
        np.testing.assert_array_equal(values[pick], other.kept[name], err_msg=name)
    np.testing.assert_array_equal(one.dusk[pick], other.dusk)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("solver", ["chain", "individuals"])
def test_a_member_does_not_know_who_is_computed_beside_it(world, solver):
    """Alone, among three, among eight, and in another order."""
    scenario = WORLDS[world]()
    eight = turn(scenario, solver, members=8, medians=False, **HASTY)
    assert len({eight.kept["stock"][m].tobytes() for m in range(8)}) == 8
    same_bits(eight, turn(scenario, solver, members=3, medians=False, **HASTY), slice(0, 3))
    same_bits(eight, turn(scenario, solver, numbers=[5], medians=False, **HASTY), slice(5, 6))
    same_bits(eight, turn(scenario, solver, numbers=[7, 2], medians=False, **HASTY), [7, 2])


@pytest.mark.parametrize("world", WORLDS)
def test_expectations_hardly_know_who_is_computed_beside_them(world):
    """Sums of expectations are no whole numbers, so that their last digits depend on the order of the terms."""
    scenario = WORLDS[world]()
    eight = turn(scenario, "mean", members=8, medians=False, **HASTY)
    alone = turn(scenario, "mean", numbers=[5], medians=False, **HASTY)
    np.testing.assert_allclose(eight.dusk[5:6], alone.dusk, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_of_the_individuals_change_nothing(threads):
    """Enough people that the solver does share its work: 400,000 households."""
    scenario = siege(
        4, locations=(home(population=1.6e6), *siege().locations[1:]), prices=(dear(8.0),), control=passing_front(0, 8)
    )
    same_bits(turn(scenario, "individuals", members=1), turn(scenario, "individuals", members=1, threads=threads))


def digest(world, solver, members):
    story = turn(WORLDS[world](), solver, members=members, medians=False, **HASTY)
    return hashlib.sha256(
        b"".join(np.ascontiguousarray(story.kept[name]).tobytes() for name in sorted(story.kept))
    ).hexdigest()


@pytest.mark.parametrize("start", ["spawn"])
def test_another_process_finds_the_same_bits(start):
    """A fresh interpreter with other hash seeds and another batch size."""
    code = (
        "import json; from tests.model.test_bits import digest;"
        "print(json.dumps({w: [digest(w, 'chain', 3), digest(w, 'individuals', 2)] for w in ('toy', 'wide')}))"
    )
    root = Path(__file__).parents[2]
    there = json.loads(subprocess.run([sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True,
                                      env=os.environ | {"PYTHONHASHSEED": "4711"}).stdout)  # fmt: skip
    for world in WORLDS:
        assert there[world] == [digest(world, "chain", 3), digest(world, "individuals", 2)]


def shared(story, other):
    """The series that both stories have, of one in the other's order: stocks, flows, signals."""
    camps = [story.rules.stocks.index(key) for key in other.rules.stocks]
    links = [story.rules.links.index(key) for key in other.rules.links]
    return story.kept | {"stock": story.kept["stock"][:, :, camps], "flow": story.kept["flow"][:, :, links]}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("position", ["front", "middle", "end"])
@pytest.mark.parametrize("plots", [0, 500])
def test_a_camp_that_nobody_can_reach_changes_no_bit(world, solver, position, plots):
    """Right beside a crossing, but without plots, or with plots that take nobody (policy 0)."""
    scenario = WORLDS[world]()
    before = turn(scenario, solver, members=3, medians=False, **HASTY)
    gate = next(row for row in scenario.locations if row.kind == "crossing")
    new = gate.model_copy(update={"name": "New Camp", "kind": "camp"})
    rows = list(scenario.locations)
    camps = [k for k, row in enumerate(rows) if row.kind == "camp"]
    rows.insert({"front": 0, "middle": camps[len(camps) // 2], "end": len(rows)}[position], new)
    dated = camp("New Camp", plots=plots, policy=0.0).model_copy(update={"date": scenario.header.start})
    more = scenario.model_copy(update={"locations": tuple(rows), "camps": (dated, *scenario.camps)})
    after = turn(more, solver, members=3, medians=False, **HASTY)
    assert after.persons("in_camp", site="New Camp").sum() == 0
    kept = shared(after, before)
    for name, values in before.kept.items():
        np.testing.assert_array_equal(kept[name], values, err_msg=name)


@pytest.mark.parametrize("position", ["front", "end"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_a_crossing_that_nobody_uses_changes_no_bit(solver, position):
    """It has desks, and a corridor that is never open. Expectations are sums of real numbers, to rounding only."""
    scenario = wide()
    before = turn(scenario, solver, members=3, medians=False, **HASTY)
    gate = place("New Gate", "crossing", lon=-39.95)
    closed = way("night", "Home 0", "New Gate", km=1.0, opened=at(3), closed=at(3))
    locations, corridors = scenario.locations, scenario.corridors
    more = {
        "locations": (gate, *locations) if position == "front" else (*locations, gate),
        "corridors": (closed, *corridors) if position == "front" else (*corridors, closed),
        "crossings": (*scenario.crossings, crossing("New Gate")),
    }
    after = turn(scenario.model_copy(update=more), solver, members=3, medians=False, **HASTY)
    kept = shared(after, before)
    old = [k for k, name in enumerate(after.rules.ground.world.crossings.names) if name != "New Gate"]
    for name, values in before.kept.items():
        found = kept[name][:, :, old] if name in ("wait", "closed") else kept[name]
        if solver == "mean":
            np.testing.assert_allclose(found, values, rtol=1e-9, atol=1e-6, err_msg=name)
        else:
            np.testing.assert_array_equal(found, values, err_msg=name)


def test_a_change_on_one_side_of_town_leaves_the_days_before_it_as_they_were():
    """More desks and a freed home from a day on: not a bit differs until then, and something does after."""
    scenario = wide()
    day = 6
    extra = Control(place="Home 17", date=at(day), besieged_share=0.0)
    later = scenario.model_copy(
        update={
            "control": (*(row for row in scenario.control if row.place != "Home 17"),
                        Control(place="Home 17", date=at(day - 1), besieged_share=1.0), extra),
            "crossings": (*scenario.crossings, crossing("Gate 3", day=day)),
        }
    )  # fmt: skip
    earlier = later.model_copy(update={"control": later.control[:-1], "crossings": scenario.crossings})
    one, other = (turn(s, members=3, medians=False, **HASTY) for s in (earlier, later))
    for name, values in one.kept.items():
        np.testing.assert_array_equal(values[:, :day], other.kept[name][:, :day], err_msg=name)
    assert (one.kept["flow"][:, day:] != other.kept["flow"][:, day:]).any()


def test_what_happens_in_one_home_does_not_change_the_draws_of_another():
    """A closed corridor at Home 17 leaves those at home in the other area, whom no total links to it, as they were."""
    scenario = wide()
    shut = tuple(row for row in scenario.corridors if row.from_place != "Home 17" or row.use == "road")
    one = turn(scenario, members=3, medians=False, **HASTY)
    other = turn(scenario.model_copy(update={"corridors": shut}), members=3, medians=False, **HASTY)
    for site in ("Home 0", "Home 4"):
        np.testing.assert_array_equal(one.stock("home_held", site), other.stock("home_held", site))
    assert (one.stock("home_held", "Home 17") != other.stock("home_held", "Home 17")).any()
