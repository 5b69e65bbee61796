"""Flows: they sum to what the run holds, and people turned on from a full camp are followed to where they went."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.report.digest import Digest, Links, redirected
from havenward.report.flows import OTHERS, Flow, flow_picture, flow_rows, with_others
from tests.report.example_outcome import Example


def people(toy: Example, quantities: tuple[str, ...]) -> np.ndarray:
    wanted = np.isin(toy.found["link_quantity"].values, quantities)
    return toy.found["flow"].values[:, :, wanted, :4].sum(axis=(1, 2, 3))


def test_both_halves_sum_to_the_outcome(toy: Example, toy_sums: Digest):
    found = flow_picture(toy_sums.links, toy.given)
    assert sum(flow.persons for flow in found.out) == pytest.approx(people(toy, ("arrived",)))
    assert sum(flow.persons for flow in found.received) == pytest.approx(people(toy, ("to_camp", "to_host")))


def test_what_an_area_sends_is_what_its_homes_sent(toy: Example, toy_sums: Digest):
    area = {place.name: place.area for place in toy.given.locations if place.kind == "home"}
    found = flow_picture(toy_sums.links, toy.given)
    quantity, start = toy.found["link_quantity"].values, toy.found["link_from"].values
    for name in {flow.start for flow in found.out}:
        wanted = (quantity == "arrived") & np.array([area.get(place) == name for place in start])
        expected = toy.found["flow"].values[:, :, wanted, :4].sum(axis=(1, 2, 3))
        assert sum(flow.persons for flow in found.out if flow.start == name) == pytest.approx(expected)


def test_table_has_every_way_once(toy: Example, toy_sums: Digest):
    rows = flow_rows(flow_picture(toy_sums.links, toy.given))
    assert rows
    assert len({(row.origin, row.crossing, row.place) for row in rows}) == len(rows)
    assert [row.persons.middle for row in rows] == sorted((row.persons.middle for row in rows), reverse=True)


def test_small_destinations_become_one_and_nobody_is_lost():
    flows = [Flow("Gate", f"Town {number}", "East", np.array([size, size])) for number, size in enumerate([1000.0, 5, 6])]
    found = with_others(flows)
    assert {flow.end for flow in found} == {"Town 0", OTHERS}
    assert sum(flow.persons.sum() for flow in found) == 2022


def test_people_turned_on_leave_the_way_to_the_camp_in_proportion():
    keys = [("to_camp", "North", "Camp", "East"), ("to_camp", "South", "Camp", "East"), ("overflow", "Camp", "Town", "")]
    totals = np.array([[300.0, 100.0, 40.0]])
    means = np.array([[300.0, 100.0, 40.0], [0.0, 0.0, 0.0]])
    found = redirected(Links(keys, totals, means))
    by_key = dict(zip(found.keys, found.totals[0], strict=True))
    assert by_key["to_camp", "North", "Camp", "East"] == 270
    assert by_key["to_camp", "South", "Camp", "East"] == 90
    assert by_key["overflow", "North", "Town", "East"] == 30
    assert by_key["overflow", "South", "Town", "East"] == 10
    assert by_key["overflow", "Camp", "Town", ""] == 0
    assert found.totals.sum() == 400
    assert found.means[1].sum() == 0


def test_every_way_of_a_real_run_ends_where_people_live(real_run):
    from havenward.report.detail import detail
    from havenward.report.digest import digest
    from havenward.run.reading import open_run
    from tests.report.conftest import TODAY

    run = open_run(real_run)
    sums = digest(run.outcome, run.scenario, detail(run.scenario, "public", TODAY))
    found = flow_picture(sums.links, run.scenario)
    kinds = {place.name: place.kind for place in run.scenario.locations}
    assert {kinds[flow.start] for flow in found.received} == {"crossing"}
    assert {kinds[flow.end] for flow in found.received} <= {"camp", "emergency", "host"}
    sent = np.isin(run.outcome["link_quantity"].values, ("to_camp", "to_host"))
    expected = run.outcome["flow"].values[:, :, sent, :4].sum(axis=(1, 2, 3))
    assert sum(flow.persons for flow in found.received) == pytest.approx(expected)
