"""What counters would print, against sums over the outcome worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.api import run
from havenward.run.compare import against_evidence, rates
from havenward.scenario.schema import Control, Evidence, Observer, Target
from tests.model.worlds import HELD, LOCATIONS, OPEN, at, camp, crossing, dear, home, place, siege, way

DAYS, START = 30, 10


def town():
    """A town that empties by road over two bridges into two camps and a host town; it is freed on day 15."""
    locations = (
        home("Town", 6000.0),
        home("Village", 3000.0, area="villages", lat=31.3),
        *LOCATIONS[1:],
        place("Ford", "crossing", lon=-39.95),
        place("Quarry", "camp", lon=-39.85),
    )
    village = (Control(place="Village", date=at(0), besieged_share=1.0),)
    return siege(
        DAYS,
        areas=("town", "villages"),
        locations=locations,
        control=(*HELD, *village, Control(place="Town", date=at(15), besieged_share=0.0)),
        corridors=(way("road"), way("road", "Village", "Ford")),
        crossings=(crossing(hold_share=0.1), crossing("Ford")),
        camps=(camp(plots=150), camp("Quarry", plots=100)),
        restrictions=OPEN,
        prices=(dear(6.0),),
    )


def series(name, quantity, measure, observer, site="", **more):
    return Evidence(
        series=name, observer=observer, quantity=quantity, measure=measure, site=site, date=at(20), value=100.0, **more
    )


OBSERVERS = (
    Observer(name="register", start=at(START)),
    Observer(
        name="tracking", start=at(START), areas="town", factor=6.0, unit="households", camp_coverage=0.9, host_coverage=0.4
    ),
    Observer(name="from the first day", start=at(0), areas="villages", camp_coverage=0.8, host_coverage=0.5),
)
EVIDENCE = (
    series("arrivals a day", "arrivals", "flow", "register"),
    series("arrivals at the Ford", "arrivals", "flow", "register", "Ford"),
    series("arrivals at Quarry", "arrivals", "flow", "register", "Quarry"),
    series("arrivals with hosts", "arrivals", "flow", "register", "Haven"),
    series("arrivals so far", "arrivals", "cumulative", "register"),
    series("families times six", "arrivals", "flow", "tracking"),
    series("families as families", "arrivals", "flow", "tracking", unit="households"),
    series("in Quarry", "occupancy", "stock", "register", "Quarry"),
    series("new in camps", "in_camps", "stock", "register"),
    series("new in Quarry", "in_camps", "stock", "register", "Quarry"),
    series("at home", "at_home", "stock", "from the first day"),
    series("displaced now", "displaced", "stock", "from the first day"),
    series("share in camps", "camp_share", "stock", "from the first day"),
    series("screened at the Bridge", "screened", "flow", "register", "Bridge"),
    series("returned so far", "returned", "cumulative", "register"),
    series("returned a day", "returned", "flow", "register"),
)


@pytest.fixture(scope="module")
def seen():
    scenario = town().model_copy(update={"observers": OBSERVERS, "evidence": EVIDENCE})
    return run(scenario, members=3, medians=True), scenario


def printed(outcome, name):
    return outcome["observed"].sel(series=name).values


def persons(outcome, quantity, **where):
    mine = outcome["link_quantity"].values == quantity
    for key, value in where.items():
        mine &= np.isin(outcome[f"link_{key}"].values, [value] if isinstance(value, str) else value)
    return outcome["flow"].values[:, :, mine]


def people(values):
    return values[..., :4].sum(axis=(2, 3))


def in_stage(outcome, stage, **where):
    mine = outcome["stock_stage"].values == stage
    for key, value in where.items():
        mine &= outcome[f"stock_{key}"].values == value
    return people(outcome["stock"].values[:, :, mine])


def test_arrivals_a_day(seen):
    outcome, _ = seen
    assert printed(outcome, "arrivals a day").sum() > 1000
    np.testing.assert_array_equal(printed(outcome, "arrivals a day"), people(persons(outcome, "arrived")))
    np.testing.assert_array_equal(printed(outcome, "arrivals at the Ford"), people(persons(outcome, "arrived", to="Ford")))
    np.testing.assert_array_equal(printed(outcome, "arrivals with hosts"), people(persons(outcome, "to_host", to="Haven")))
    sent = people(persons(outcome, "to_camp", to="Quarry")) - people(persons(outcome, "overflow", **{"from": "Quarry"}))
    np.testing.assert_array_equal(printed(outcome, "arrivals at Quarry"), sent)


def test_a_cumulative_count_is_nought_on_its_counters_first_day(seen):
    """What the schema says of an observer's start; from then on every arrival counts."""
    outcome, _ = seen
    daily = people(persons(outcome, "arrived"))
    total = printed(outcome, "arrivals so far")
    assert (total[:, : START + 1] == 0).all()
    np.testing.assert_array_equal(total[:, START + 1 :], np.cumsum(daily[:, START + 1 :], axis=1))


def test_families_times_six_and_families(seen):
    """A counter of families prints six persons for each; a row of families needs no factor."""
    outcome, _ = seen
    families = persons(outcome, "arrived", **{"from": "Town"})[..., 4].sum(axis=2)
    assert families.sum() > 100
    np.testing.assert_allclose(printed(outcome, "families times six"), 6 * families)
    np.testing.assert_allclose(printed(outcome, "families as families"), families)


def test_occupancy_is_everybody_in_a_camp(seen):
    outcome, _ = seen
    np.testing.assert_array_equal(printed(outcome, "in Quarry"), in_stage(outcome, "in_camp", site="Quarry"))


def test_camps_count_those_who_came_since_the_start(seen):
    """Nobody returns before day 15: new people are those beyond the first evening's."""
    outcome, _ = seen
    for name, where in (("new in camps", {}), ("new in Quarry", {"site": "Quarry"})):
        now = in_stage(outcome, "in_camp", **where)
        expected = np.maximum(now - now[:, START : START + 1], 0)
        assert (printed(outcome, name)[:, : START + 1] == 0).all()
        np.testing.assert_allclose(printed(outcome, name)[:, START:15], expected[:, START:15], rtol=1e-6, err_msg=name)


def test_people_at_home_are_those_of_the_counters_areas(seen):
    outcome, _ = seen
    there = sum(in_stage(outcome, f"home_{band}", site="Village") for band in ("held", "contact", "free"))
    np.testing.assert_array_equal(printed(outcome, "at home"), there)


def test_a_counter_sees_a_share_of_camps_and_another_of_hosts(seen):
    """From the first day on, of the villages only; nobody had left on the evening of that day but its own leavers."""
    outcome, _ = seen
    camps, hosts = (in_stage(outcome, stage, origin="villages") for stage in ("in_camp", "in_host"))
    camps, hosts = (0.8 * (camps - camps[:, :1]), 0.5 * (hosts - hosts[:, :1]))
    np.testing.assert_allclose(printed(outcome, "displaced now")[:, :10], (camps + hosts)[:, :10], rtol=1e-5)
    share = camps[:, 3:10] / (camps + hosts)[:, 3:10]
    np.testing.assert_allclose(printed(outcome, "share in camps")[:, 3:10], share, rtol=1e-5)


def test_screened_are_those_cleared_and_those_held(seen):
    """A man who was screened and held was screened."""
    outcome, _ = seen
    ends = [people(persons(outcome, name, **{"from": "Bridge"})) for name in ("cleared", "held", "held_apart")]
    assert all(end.sum() > 10 for end in ends)
    np.testing.assert_array_equal(printed(outcome, "screened at the Bridge"), sum(ends))


def test_returns_of_those_displaced_since_the_start(seen):
    """A few, and never more than all; a day's returns sum to those so far."""
    outcome, _ = seen
    every = np.cumsum(people(persons(outcome, "returned")), axis=1)
    assert every[:, -1].min() > 20
    so_far = printed(outcome, "returned so far")
    assert (so_far <= every + 1e-3).all()
    assert (so_far[:, -1] > 0).all()
    np.testing.assert_allclose(np.cumsum(printed(outcome, "returned a day"), axis=1), so_far, rtol=1e-4, atol=0.01)


def test_evidence_stands_beside_the_model_at_its_own_dates_only(seen):
    outcome, scenario = seen
    found = {row.series: row for row in against_evidence(outcome, scenario)}
    assert set(found) == {row.series for row in EVIDENCE}
    row = found["arrivals so far"]
    values = printed(outcome, "arrivals so far")[:, 20]
    assert row.date == at(20)
    assert row.mean == pytest.approx(values.mean())
    assert row.ratio == pytest.approx(values.mean() / 100)
    assert (row.q10, row.q90) == pytest.approx(tuple(np.quantile(values, [0.1, 0.9], method="weibull")))


def test_a_flow_is_summed_from_its_first_day_to_its_date(seen):
    outcome, scenario = seen
    row = series("arrivals a day", "arrivals", "flow", "register", from_date=at(14))
    found = against_evidence(outcome, scenario.model_copy(update={"evidence": (row,)}))
    assert found[0].mean == pytest.approx(people(persons(outcome, "arrived"))[:, 14:21].sum(axis=1).mean())


def test_figures_beyond_the_run_or_the_counters_last_day_are_left_out(seen):
    outcome, scenario = seen
    late = series("arrivals a day", "arrivals", "flow", "register").model_copy(update={"date": at(99)})
    assert against_evidence(outcome, scenario.model_copy(update={"evidence": (late,)})) == []
    ended = (OBSERVERS[0].model_copy(update={"end": at(19)}), *OBSERVERS[1:])
    rest = against_evidence(outcome, scenario.model_copy(update={"observers": ended}))
    assert {row.series for row in rest} == {row.series for row in EVIDENCE if row.observer != "register"}


@pytest.mark.parametrize(
    ("quantity", "of"),
    [
        ("arrivals", lambda daily, home: daily.sum(axis=1)),
        ("most_arrivals_a_day", lambda daily, home: daily.max(axis=1)),
        (
            "most_arrivals_a_week",
            lambda daily, home: np.stack([daily[:, k : k + 7].sum(axis=1) for k in range(5)]).max(axis=0),
        ),
        ("left_share_a_day", lambda daily, home: -np.log(1 - daily.sum(axis=1) / home[:, 4]) / 11),
        ("left_share_a_month", lambda daily, home: 1 - (1 - daily.sum(axis=1) / home[:, 4]) ** (30.44 / 11)),
        ("at_home_share", lambda daily, home: home[:, 15] / home[:, 4]),
    ],
)
def test_targets_are_worked_out_as_their_names_say(seen, quantity, of):
    """Days 5 to 15, eleven days; at home on the evening before."""
    outcome, scenario = seen
    target = Target(name="t", areas="town", quantity=quantity, start=at(5), end=at(15), low=0, high=1)
    (found,) = rates(outcome, scenario.model_copy(update={"targets": (target,)}))
    daily = people(persons(outcome, "arrived", **{"from": "Town"}))[:, 5:16]
    home = sum(in_stage(outcome, f"home_{band}", site="Town") for band in ("held", "contact", "free"))
    assert found.mean == pytest.approx(of(daily, home).mean(), rel=1e-6)


def test_how_far_a_target_is_missed():
    from havenward.run.compare import Rate

    def miss(mean):
        return Rate("t", "arrivals", 10.0, 20.0, mean, mean, mean, True).miss

    assert (miss(10.0), miss(15.0), miss(20.0), miss(40.0), miss(5.0)) == (1.0, 1.0, 1.0, 2.0, 2.0)


def test_a_camp_share_is_told_by_the_counter_that_the_target_names(seen):
    """Two counters see hosts differently; without a name everybody is seen."""
    outcome, scenario = seen
    counter = OBSERVERS[1].model_copy(update={"unit": "individuals", "factor": 1.0, "areas": "*"})
    scenario = scenario.model_copy(update={"observers": (OBSERVERS[0], counter, *OBSERVERS[2:])})

    def odds(observer):
        target = Target(name="t", quantity="camp_share", observer=observer, start=at(START), end=at(29), low=0, high=1)
        share = rates(outcome.isel(draw=[0]), scenario.model_copy(update={"targets": (target,)}))[0].mean
        return share / (1 - share)

    assert odds("register") == odds("") > 0
    assert odds("tracking") == pytest.approx(0.9 / 0.4 * odds("register"))


def test_one_member_has_no_interval_beside_evidence(seen):
    _, scenario = seen
    target = Target(name="t", quantity="arrivals", start=at(5), end=at(15), low=0, high=1)
    scenario = scenario.model_copy(update={"targets": (target,)})
    alone = run(scenario, members=1, medians=True)
    rows = [*against_evidence(alone, scenario), *rates(alone, scenario)]
    assert len(rows) > len(EVIDENCE)
    assert all(np.isnan(row.q10) and np.isnan(row.q90) and np.isfinite(row.mean) for row in rows)
