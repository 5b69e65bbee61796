"""What an edit changes: pairs, the three parts of a corridor's effect, and what pairing is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.ensemble.compare import Comparison, Differences
from havenward.ensemble.compare_table import MEANINGS, table
from havenward.ensemble.compared import check_wanted
from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.executors import Here
from havenward.ensemble.named import Key, Wanted, keys_of, persons
from havenward.ensemble.tables import csv_of
from havenward.model.siege.requirements import SIEGE
from havenward.run.kinds import case_of
from havenward.run.request import Request, RunError
from havenward.scenario.edits.read import collect, edited
from havenward.scenario.folder import locate
from havenward.scenario.read import load

MEMBERS, DAYS = 24, 60
CORRIDOR = "open_corridor date=2010-03-10 from_place='Tarrow North' crossing='Stone Bridge' use=front"
CAMP = "add_camp date=2010-03-02 name=Newfield lat=45.2 lon=20.2 plots=3000 road_to='Stone Bridge' km=4"


def ensemble(where, *edits, seed=1, members=MEMBERS):
    base = load("toy", SIEGE)
    made, _ = collect(list(edits), "--edit")
    scenario, _ = edited(base, made, SIEGE)
    last = base.header.start.fromordinal(base.header.start.toordinal() + DAYS - 1)
    request = Request(members=members, seed=seed, last=last)
    found = Ensemble.begin(case_of(scenario, edits=made), locate("toy"), str(where), request, block=12)
    assert not any(state.failed for state in found.turn(Here()))
    return found.store


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return ensemble(tmp_path_factory.mktemp("compare") / "base")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    return ensemble(tmp_path_factory.mktemp("compare") / "opened", CORRIDOR)


@pytest.fixture(scope="module")
def added(tmp_path_factory):
    return ensemble(tmp_path_factory.mktemp("compare") / "added", CAMP)


@pytest.fixture(scope="module")
def comparison(base, opened):
    return Comparison.of(base, opened, MEMBERS)


VALUES = st.lists(st.integers(0, 1000), min_size=2, max_size=20)


@given(VALUES, st.randoms(use_true_random=False))
def test_differences_are_what_their_words_say(values, random):
    base = np.array(values, dtype=float)[:, None]
    edit = np.array([value + random.choice([-3, 0, 5]) for value in values], dtype=float)[:, None]
    found = Differences.of(base, edit)
    change = (edit - base)[:, 0]
    assert found.base[0] == pytest.approx(base.mean())
    assert found.change[0] == pytest.approx(change.mean())
    assert found.change[0] == pytest.approx(found.edited[0] - found.base[0])
    assert (found.lower, found.higher) == ((change < 0).mean(), (change > 0).mean())
    assert found.error[0] == pytest.approx(change.std(ddof=1) / np.sqrt(len(change)))
    if change.var() > 0:
        assert found.variance_ratio[0] == pytest.approx((base.var(ddof=1) + edit.var(ddof=1)) / change.var(ddof=1))


def test_one_member_says_nothing():
    with pytest.raises(RunError, match="at least 2 members"):
        Differences.of(np.ones((1, 3)), np.ones((1, 3)))


def test_a_base_held_against_itself_differs_in_nothing(base):
    same = Comparison.of(base, base, MEMBERS)
    for _, found in same.rows():
        assert not found.change.any()
        assert not found.lower.any()
        assert not found.higher.any()
        assert np.isinf(found.variance_ratio[found.base[0] > 0]).any()


def test_nothing_differs_before_the_edit(comparison):
    """The periods of a short run are its days; the edit holds from the tenth on."""
    days = comparison.periods < np.datetime64("2010-03-10")
    assert days.sum() == 9
    differs = False
    for keys, found in comparison.rows():
        change = found.change.reshape(4, len(keys), -1)
        assert not change[:, :, days].any()
        differs |= bool(change[:, :, ~days].any())
    assert differs


def test_pairs_are_worth_more_than_strangers(base, added, tmp_path):
    """The negative control: with another seed the members are no pairs, and the ratio is one."""
    pairs = Comparison.of(base, added, MEMBERS)
    strangers = replace(pairs, edited=ensemble(tmp_path / "others", CAMP, seed=2))
    assert pairs.total(Wanted("in_host")).variance_ratio[0] > 10
    assert 0.4 < strangers.total(Wanted("in_host")).variance_ratio[0] < 2.5


def test_ensembles_of_other_members_are_no_pairs(base, tmp_path):
    others = ensemble(tmp_path / "others", seed=2, members=12)
    with pytest.raises(RunError, match="differ in seed"):
        Comparison.of(base, others, 12)


def test_the_parts_of_a_corridor_are_all_of_who_sets_out_that_way(comparison):
    parts = comparison.corridor("Tarrow North", "Stone Bridge")
    this_way = comparison.total(Wanted("left_home", "Tarrow North>Stone Bridge")).change[0]
    assert parts["induction"].change[0] + parts["diversion"].change[0] == pytest.approx(this_way)
    assert parts["induction"].change[0] == pytest.approx(comparison.total(Wanted("left_home")).change[0])
    assert parts["danger"].base[0] == pytest.approx(flows(comparison.base, "captured", "died_on_way"))


def flows(store, *quantities):
    """Return the mean persons of some flows over all days."""
    keys = [key for key in keys_of(store, "flow") if key.quantity in quantities]
    return persons(store, "flow", keys, slice(MEMBERS)).sum(axis=(1, 2)).mean()


def test_what_an_edit_adds_is_nobody_in_the_base(base, added):
    found = Comparison.of(base, added, MEMBERS).total(Wanted("in_camp", "Newfield"))
    assert found.base[0] == 0
    assert found.edited[0] > 0
    key = Key("Newfield", "in_camp", "stock")
    assert not persons(base, "stock", [key], slice(MEMBERS)).any()


def test_a_quantity_that_is_not_told_is_refused_by_those_that_are(comparison):
    with pytest.raises(RunError, match=r"there are: .*arrived"):
        comparison.total(Wanted("arivals"))
    with pytest.raises(RunError, match=r"at Stone Bridge: .*waiting"):
        comparison.total(Wanted("in_camp", "Stone Bridge"))


def test_the_table_holds_every_figure_that_is_there(comparison):
    frame = table({"corridor": comparison}, set())
    assert list(frame) == list(MEANINGS)
    assert not frame.duplicated(["edit", "date", "site", "quantity", "measure"]).any()
    assert ((frame["base_mean"] > 0) | (frame["edited_mean"] > 0)).all()
    assert frame["change_mean"].to_numpy() == pytest.approx((frame["edited_mean"] - frame["base_mean"]).to_numpy(), abs=0.02)
    last = frame[(frame.date == frame.date.max()) & (frame.quantity == "in_camp")]
    assert last["base_mean"].sum() == pytest.approx(comparison.total(Wanted("in_camp")).base[0], abs=0.1)
    assert csv_of(frame).decode().startswith("edit,date,site,quantity,measure,base_mean")


def test_no_table_says_who_was_stopped_on_a_way_or_who_left_a_small_home(comparison):
    """Who set out by a way less who arrived by it comes to who was stopped there."""
    ways = [key for keys, _ in comparison.rows() for key in keys if key.quantity == "arrived" and ">" in key.site]
    assert ways
    frame = table({"corridor": comparison}, {"Millfield"})
    assert not ((frame.quantity == "arrived") & frame.site.str.contains(">")).any()
    assert not frame.site.str.contains("Millfield").any()
    assert table({"corridor": comparison}, set()).site.str.contains("Millfield").any()
    with pytest.raises(RunError, match="says who was stopped on that way"):
        check_wanted(case_of(load("toy", SIEGE)), [Wanted(*ways[0][1::-1])])
