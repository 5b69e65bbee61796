"""Conservation in random small worlds: nobody vanishes, nobody is invented, nobody stands in a cell of passage at dusk.

Looked at from outside: by the persons of every origin and group after each single order, not by the ledger's weights.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.scenario.schema import Control, Corridor, Fighting, Offensive, Price, Restriction
from tests.model.drive import SOLVERS, turn
from tests.model.worlds import at, camp, crossing, home, household, place, siege

shares = st.floats(0.0, 1.0)
some = st.sampled_from((0.0, 0.3, 1.0))
USES = ("road", "night", "front")


@st.composite
def kinds(draw):
    """One to four classes; shares sum to one."""
    number = draw(st.integers(1, 4))
    parts = [draw(st.integers(1, 9)) for _ in range(number)]
    rows = []
    for k, part in enumerate(parts):
        men, women, boys, girls = (draw(st.integers(0, 3)) for _ in range(4))
        men += men + women + boys + girls == 0
        share = part / sum(parts)
        rows.append(household(f"class {k}", men, women, boys, girls, share, mobility=draw(shares), means=draw(shares)))
    return tuple(rows)


@st.composite
def worlds(draw):
    """One to four homes in one or two areas, one to three crossings, no to three camps, no to two host towns."""
    days = draw(st.integers(10, 30))
    areas = draw(st.sampled_from([("town",), ("town", "villages")]))
    day = st.integers(0, days - 1)
    homes = [
        home(f"Home {k}", population=draw(st.integers(0, 3000)), area=areas[min(k, len(areas) - 1)], lat=31 + 0.05 * k,
             damage=draw(shares))
        for k in range(draw(st.integers(len(areas), 4)))
    ]  # fmt: skip
    gates = [place(f"Crossing {k}", "crossing", lon=-39.9 + 0.01 * k) for k in range(draw(st.integers(1, 3)))]
    camps = [place(f"Camp {k}", "camp", lon=-39.8 + 0.01 * k) for k in range(draw(st.integers(0, 3)))]
    hosts = [place(f"Host {k}", "host", lon=-39.7 + 0.01 * k, population=1000) for k in range(draw(st.integers(0, 2)))]
    keys = draw(
        st.lists(
            st.tuples(*(st.sampled_from([p.name for p in places]) for places in (homes, gates)), st.sampled_from(USES)),
            min_size=1, max_size=6, unique=True,
        )
    )  # fmt: skip
    corridors = tuple(
        Corridor(from_place=start, crossing=to, use=use, km=draw(st.floats(1, 80)), width_km=draw(st.floats(0, 10)),
                 patrols=draw(shares), mines=draw(shares), opened=draw(st.none() | day.map(at)))
        for start, to, use in keys
    )  # fmt: skip
    dated = st.tuples(st.sampled_from([h.name for h in homes]), day)
    ends = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(
        lambda days: lambda d: {"earliest": at(d - days[0]), "latest": at(d + days[1])} if any(days) else {}
    )
    areas_or_all = st.tuples(st.sampled_from(("*", *areas)), day)

    def rows(keys, most, make):
        return tuple(make(*key) for key in draw(st.lists(keys, max_size=most, unique=True)))

    scenario = siege(
        days,
        areas=areas,
        locations=(*homes, *gates, *camps, *hosts),
        classes=draw(kinds()),
        corridors=corridors,
        control=rows(dated, 6, lambda name, d: Control(place=name, date=at(d), besieged_share=draw(some), **draw(ends)(d))),
        fighting=rows(dated, 3, lambda name, d: Fighting(place=name, date=at(d), intensity=draw(st.floats(0, 3)))),
        prices=rows(areas_or_all, 2, lambda area, d: Price(area=area, date=at(d), index=draw(st.floats(0.5, 30)))),
        offensives=rows(areas_or_all, 2, lambda area, d: Offensive(area=area, date=at(d), pace=draw(st.floats(0, 2)))),
        restrictions=tuple(
            Restriction(area="*", kind=kind, date=at(0), level=draw(st.sampled_from((0.0, 0.5, 1.0))))
            for kind in ("exit", "telephones", "advice")
        ),
        crossings=tuple(
            crossing(g.name, desks=draw(st.integers(0, 3)), hours=draw(st.floats(0.5, 12)), hold_share=draw(shares),
                     hold_days=draw(st.floats(0.2, 20)), handover_share=draw(shares), incident_share=draw(shares),
                     bus_seats=draw(st.sampled_from((0, 30, 10_000))), minutes_per_other=draw(st.floats(0, 3)))
            for g in gates
        ),
        camps=tuple(camp(c.name, plots=draw(st.sampled_from((0, 5, 500))), policy=draw(st.integers(0, 1))) for c in camps),
    )  # fmt: skip
    control = draw(st.sampled_from(["timeline", "stochastic"]))
    return scenario.model_copy(update={"header": scenario.header.model_copy(update={"control": control})})


HASTY = {
    "wish_base": 0.0,
    "seal_strength": 0.8,
    "reach_km": 60.0,
    "return_rate": 0.2,
    "return_open": 0.1,
    "retrieval": 0.3,
    "joining": 0.02,
    "onward": 0.05,
    "sponsorship": 0.05,
    "home_loss": 0.02,
}
"""So that in a few days every stage is reached."""


def by_origin_and_group(rules, counts):
    """(M, origins, 4) persons, by plain multiplication."""
    table = rules.table
    people = np.zeros((len(counts), int(table.origins.max()) + 1, 4))
    for origin in range(people.shape[1]):
        mine = table.origins == origin
        people[:, origin] = counts[:, mine].astype(float) @ table.people[mine]
    return people


@pytest.mark.parametrize("solver", SOLVERS)
@given(scenario=worlds())
@settings(max_examples=25)
def test_nobody_vanishes(solver, scenario):
    start = []
    close = {"rtol": 1e-9, "atol": 1e-5} if solver == "mean" else {"rtol": 0, "atol": 0}

    def after_order(rules, counts, order, realised):
        if not start:
            start.append(by_origin_and_group(rules, rules.start()))
        np.testing.assert_allclose(by_origin_and_group(rules, counts), start[0], **close, err_msg=order.move.name)
        assert (counts >= 0).all(), order.move.name

    story = turn(scenario, solver, members=2, medians=False, after_order=after_order, **HASTY)
    persons = story.rules.table.persons()
    assert (story.dusk >= 0).all()
    everybody = np.broadcast_to(story.initial[:, None], story.dusk.shape[:2])
    np.testing.assert_allclose(story.dusk @ persons, everybody, **close)
    passage = story.rules.series < 0
    assert story.dusk[:, :, passage].max(initial=0) <= (1e-5 if solver == "mean" else 0)
    stocks = story.kept["stock"][..., :4].sum(axis=(2, 3))
    np.testing.assert_allclose(stocks, everybody[:, 1:], rtol=1e-5 if solver == "mean" else 0, atol=1e-2)
    assert (story.kept["flow"] >= 0).all()


@given(scenario=worlds())
@settings(max_examples=15)
def test_stocks_change_by_flows(scenario):
    """What a stage gained or lost in a day is what its flows brought and took, by group and household part."""
    story = turn(scenario, "chain", members=2, medians=False, **HASTY)

    def moved(quantity, **where):
        return story.flow(quantity, **where)[..., :4].astype(int)

    def change(*stages):
        now = sum(story.stock(stage)[..., :4].astype(int) for stage in stages)
        return np.diff(now, axis=1)

    for stages, gains, losses in (
        (("waiting", "in_screening"), ("arrived",), ("cleared", "held", "held_apart")),
        (("held", "held_apart"), ("held", "held_apart"), ("freed", "handed_over")),
        (("handed_over",), ("handed_over",), ()),
        (("killed_at_home",), ("killed_at_home",), ()),
        (("dead_or_lost",), ("died_on_way",), ()),
        (("returned",), ("returned",), ()),
        (("onward",), ("onward",), ()),
        (("joined_fight",), ("joined_fight",), ()),
        (("in_transit", "in_camp", "in_host"), ("cleared", "freed"), ("returned", "onward", "joined_fight", "went_back")),
        (
            ("home_held", "home_contact", "home_free", "set_out", "turned_back", "captured", "released"),
            ("went_back",),
            ("arrived", "killed_at_home", "died_on_way"),
        ),
    ):
        balance = sum(moved(name) for name in gains) - sum((moved(name) for name in losses), np.zeros(1, dtype=int))
        np.testing.assert_array_equal(change(*stages), balance[:, 1:], err_msg=str(stages))
