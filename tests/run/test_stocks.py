"""Runs that start from given stocks: they begin with exactly these, and lose nobody."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import numpy as np
import pytest

from havenward.api import edit, load, run
from havenward.core.members import Members
from havenward.model.siege.classes import classes_of
from havenward.model.siege.start import made_up
from havenward.run.folder import run_to_folder
from havenward.run.request import Request, RunError, plan_of
from havenward.run.siege_case import SiegeCase
from havenward.scenario.folder import locate
from havenward.scenario.schema import Stock
from tests.model.worlds import HELD, LOCATIONS, OPEN, at, camp, crossing, household, siege, way

CLASSES = (household(share=0.8), household("lone man", 1, 0, 0, 0, 0.2, kind="lone"))
EVENING, FIRST, LAST = at(9), at(10), at(20)


def stock(stage, site="", area="", persons=None, households=None, date=EVENING):
    return Stock(date=date, stage=stage, site=site, area=area, persons=persons, households=households)


GIVEN = (
    stock("at_home", "Town", persons=2345),
    stock("waiting", "Bridge", "town", persons=321),
    stock("held", "Bridge", "town", persons=17),
    stock("in_camp", "Meadow", "town", persons=611),
    stock("in_host", "Haven", "town", persons=77),
    stock("onward", area="town", persons=13),
    stock("returned", area="town", persons=5),
)
STAGES = {"at_home": ("home_held", "home_contact", "home_free")}


def town(stocks=GIVEN):
    return siege(
        30,
        locations=LOCATIONS,
        control=HELD,
        corridors=(way("road"),),
        crossings=(crossing(),),
        camps=(camp(plots=300),),
        restrictions=OPEN,
        classes=CLASSES,
    ).model_copy(update={"stocks": tuple(stocks)})


def people(outcome, stage, day=0):
    names = STAGES.get(stage, (stage,))
    mine = np.isin(outcome["stock_stage"].values, names)
    return outcome["stock"].values[:, day, mine, :4].sum(axis=(1, 2))


def start(scenario, first):
    """People by stage before the first day, from the rules themselves."""
    from havenward.model.siege.siege import Siege

    plan = plan_of(SiegeCase(scenario), Request(first=first, members=3))
    rules = Siege.of(scenario, {}).for_members(Members.alike(np.arange(3, dtype=np.uint32)), 1, spread=1.0, begin=plan.begin)
    counts = rules.start()
    found = {}
    for (stage, site, _), series in ((name, k) for k, name in enumerate(rules.stocks)):
        rows = rules.series == series
        persons = counts[:, rows] @ rules.table.persons()[rows]
        found[stage, site] = found.get((stage, site), 0) + persons
    return rules, found


def test_a_run_begins_with_exactly_the_given_stocks():
    """To the person: a class of one person is there. In every member, and nobody anywhere else."""
    _, found = start(town(), FIRST)
    there = {key: persons.tolist() for key, persons in found.items() if persons.any()}
    assert there == {
        ("home_held", "Town"): [2345] * 3,
        ("waiting", "Bridge"): [321] * 3,
        ("held", "Bridge"): [17] * 3,
        ("in_camp", "Meadow"): [611] * 3,
        ("in_host", "Haven"): [77] * 3,
        ("onward", "abroad"): [13] * 3,
        ("returned", "town"): [5] * 3,
    }


@pytest.mark.parametrize("solver", ["chain", "individuals", "mean"])
def test_nobody_is_lost_from_there_on(solver):
    outcome = run(town(), solver=solver, members=2, first=FIRST, last=LAST)
    everybody = outcome["stock"].values[..., :4].sum(axis=(2, 3))
    np.testing.assert_allclose(everybody, sum(row.persons for row in GIVEN), rtol=1e-6)
    assert outcome.sizes["time"] == 11
    assert (people(outcome, "in_camp", -1) >= 600).all()


def test_days_before_are_not_turned():
    turned = []
    scenario = town()
    from havenward.model.siege.siege import Siege
    from havenward.run.engine import simulate
    from havenward.run.record import Recorder

    class Nowhere:
        def write(self, name, first_day, values):
            assert first_day >= 10

    plan = plan_of(SiegeCase(scenario), Request(first=FIRST, last=LAST, members=1))
    chronicle = lambda _, rules: Recorder.of(rules, Nowhere(), plan)  # noqa: E731
    simulate(Siege.of(scenario, {}), plan, chronicle, lambda done, total: turned.append((done, total)))
    assert turned[0] == (1, 11)
    assert turned[-1] == (11, 11)


def test_flows_of_the_first_day_are_kept():
    """Who waits at the bridge on the evening is screened on the first day."""
    outcome = run(town(), members=2, first=FIRST, last=LAST)
    assert (outcome["flow"].values[:, 0, :, 4].sum(axis=1) > 0).all()


@pytest.mark.parametrize("first", [None, at(5), at(11)])
def test_a_run_that_starts_elsewhere_does_not_see_them(first):
    """Not the scenario's start, not a day too early or too late."""
    given, none = (run(scenario, members=2, first=first, last=LAST) for scenario in (town(), town(())))
    for name in ("stock", "flow", "besieged", "driver"):
        np.testing.assert_array_equal(given[name], none[name], err_msg=name)


def test_stocks_of_the_eve_replace_the_population_of_the_start():
    outcome = run(town([stock("at_home", "Town", persons=500, date=at(-1))]), members=2, last=LAST)
    assert outcome["stock"].values[:, 0, :, :4].sum(axis=(1, 2)).tolist() == [500, 500]


def test_people_at_home_stand_on_the_side_that_holds_their_homes():
    half = (HELD[0].model_copy(update={"besieged_share": 0.25}),)
    rules, found = start(town(GIVEN[:1]).model_copy(update={"control": half}), FIRST)
    held, free = found["home_held", "Town"][0], found["home_free", "Town"][0]
    assert held + free == 2345
    assert held / 2345 == pytest.approx(0.25, abs=0.01)
    assert (rules.control.besieged == 0.25).all()


def test_control_stands_as_if_the_days_before_had_been_turned():
    """Who holds what, whither the front moved last, and how long a place has been free."""
    falls = (*HELD, HELD[0].model_copy(update={"date": at(4), "besieged_share": 0.0}))
    scenario = town(GIVEN[:1]).model_copy(update={"control": falls})
    rules, _ = start(scenario, FIRST)
    through = run(town(()).model_copy(update={"control": falls}), members=3, last=at(9))
    np.testing.assert_array_equal(rules.control.besieged, through["besieged"].values[:, -1])
    assert rules.control.free_days.tolist() == [[6.0]] * 3
    assert not rules.control.taking.any()


def test_households_may_stand_in_place_of_persons():
    _, found = start(town([stock("in_camp", "Meadow", "town", households=100)]), FIRST)
    outcome = run(town([stock("in_camp", "Meadow", "town", households=100)]), members=1, first=FIRST, last=FIRST)
    camp_now = outcome["stock"].values[0, 0, outcome["stock_stage"].values == "in_camp", 4].sum()
    assert 90 <= camp_now <= 100
    mean = sum(sum((row.men, row.women, row.boys, row.girls)) * row.share for row in town().classes)
    assert found["in_camp", "Meadow"][0] == pytest.approx(100 * mean, rel=0.05)


@pytest.mark.parametrize("persons", [0, 1, 4, 5, 37, 999, 1_234_567])
def test_made_up_households_hold_the_persons(persons):
    sizes, share = np.array([5, 7, 1]), np.array([0.5, 0.3, 0.2])
    whole = made_up(persons, sizes, share)
    assert (whole @ sizes, (whole >= 0).all()) == (persons, True)
    if persons > 100_000:
        assert whole / whole.sum() == pytest.approx(share, abs=0.01)


def test_without_a_class_of_one_they_fall_short_by_less_than_a_household():
    sizes, share = np.array([5, 7]), np.array([0.6, 0.4])
    for persons in range(200):
        assert 0 <= persons - made_up(persons, sizes, share) @ sizes < 5


def test_a_class_without_a_share_stays_empty():
    assert made_up(100, np.array([5, 1]), np.array([1.0, 0.0])).tolist() == [20, 0]


def test_the_record_says_what_a_run_began_from(tmp_path):
    """And from a folder on disk the same comes out as in memory."""
    folder = tmp_path / "toy"
    shutil.copytree(locate("toy"), folder)
    homes = [place for place in load("toy").locations if place.kind == "home"]
    lines = [f"2010-06-30,at_home,{place.name},,{int(place.population / 2)}" for place in homes]
    (folder / "stocks.csv").write_text("date,stage,site,area,persons\n" + "\n".join(lines) + "\n", encoding="utf-8")
    scenario = load(folder)
    request = Request(members=2, first=dt.date(2010, 7, 1), last=dt.date(2010, 7, 20))
    record = run_to_folder(SiegeCase(scenario), folder, tmp_path / "run", request, lambda done, total: None)
    assert record["starts_from"] == "the stocks of 2010-06-30"
    assert record["conserved"] is True
    assert record["initial_persons"] == sum(int(place.population / 2) for place in homes)
    assert json.loads((tmp_path / "run" / "run.json").read_text())["first_day"] == "2010-07-01"
    assert len(classes_of(scenario.classes).deciding) > 1
    later = run_to_folder(
        SiegeCase(scenario), folder, tmp_path / "later",
        Request(members=1, first=dt.date(2010, 7, 2), last=dt.date(2010, 7, 3)),
        lambda done, total: None,
    )  # fmt: skip
    assert later["starts_from"] == "the scenario's start"


def test_an_edit_that_the_given_stocks_do_not_know_is_refused_and_any_other_is_not():
    """An edit on the first day or later is made; from the scenario's start any edit is."""
    wrong = (
        f"the run begins from the stocks of {EVENING}, to which the edit 'set_desks date={EVENING} crossing=Bridge desks=9' "
        f"did not lead: date it on {FIRST} or later"
    )
    early, late = (edit(town(), f"set_desks date={day} crossing=Bridge desks=9") for day in (EVENING, FIRST))
    with pytest.raises(RunError, match=wrong):
        run(early, members=1, first=FIRST, last=LAST)
    run(late, members=1, first=FIRST, last=LAST)
    run(early, members=1, first=at(11), last=LAST)
    for line in ("as told to us", "x.yaml", "set_desks date=soon"):
        free = late.model_copy(update={"header": late.header.model_copy(update={"edits": [line]})})
        run(free, members=1, first=FIRST, last=FIRST)
