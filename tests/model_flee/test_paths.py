"""Paths: which ones people know, what each weighs, and how they follow the one they chose (FLEE.md 3.10a)."""

import numpy as np
import pytest
from scipy import stats

from tests.model_flee.drive import STAY, both, camp, folder, near, town, turn, weights, zone

SIX = [("A", "B", 10), ("A", "C", 20), ("B", "D", 10), ("C", "D", 10), ("B", "C", 5)]
"""Check vector of FLEE.md: the weights of all paths from A at awareness 2, by end and length."""
SIX_WEIGHTS = {
    ("B", 10): 0.05, ("D", 20): 0.03333, ("C", 15): 0.04, ("C", 20): 0.03333, ("D", 30): 0.025, ("B", 25): 0.02857,
}  # fmt: skip


def aware(stops, **rest):
    return {"move_rules": {"awareness_level": stops, **rest}}


def star(*ends, **rest):
    """A zone and camps around it, each at its distance."""
    places = [zone("A"), *(camp(name) for name, _ in ends)]
    return folder(places, [("A", name, km) for name, km in ends], **rest)


def test_one_link():
    assert weights(star(("B", 10), days=1), "A") == pytest.approx({("B", 10): 0.05})


def test_two_stops():
    places = [zone("A"), town("B"), camp("C")]
    found = folder(places, [("A", "B", 10), ("B", "C", 10)], days=1, settings=aware(2))
    assert weights(found, "A") == pytest.approx({("B", 10): 0.05, ("C", 20): 1 / 30})


def test_every_simple_path_is_an_option():
    """A7: the camp that can be reached twice is drawn to twice."""
    found = folder([zone("A"), town("B"), town("C"), camp("D")], SIX, days=1, settings=aware(2))
    assert weights(found, "A") == pytest.approx(SIX_WEIGHTS, abs=5e-6)


@both
def test_people_spread_over_the_six_paths(solver):
    """Three ends; a right rule is refused once in 10 000 seeds. Only the shortest paths: refused."""
    found = folder(
        [zone("A"), camp("B"), camp("C"), camp("D")], SIX, days=1, out=[20_000], settings=aware(2, camp_movechance=0.0)
    )
    story = turn(found, solver, members=3)
    counts = np.array([story.at(end)[:, 0].sum() for end in "BCD"])
    assert counts.sum() == 60_000
    expected = np.array([sum(w for (goal, _), w in SIX_WEIGHTS.items() if goal == end) for end in "BCD"])
    assert stats.chisquare(counts, expected / expected.sum() * 60_000).pvalue > 1e-4
    shortest = np.array([0.05, 0.04, 1 / 30])
    assert stats.chisquare(counts, shortest / shortest.sum() * 60_000).pvalue < 1e-9


@pytest.mark.parametrize(
    ("rules", "weight"),
    [
        ({"softening": 36, "distance_power": 0.75}, 1 / 136**0.75),
        ({"weight_softening": 0.5}, 1.5 / 110),
        ({"weight_power": 3.0}, (1 / 110) ** 3),
        ({"camp_weight": 2.0, "weight_softening": 0.5, "weight_power": 3.0, "softening": 20}, (2.5 / 120) ** 3),
        ({"distance_power": 0.0}, 1.0),
    ],
)
def test_the_shape_of_a_weight(rules, weight):
    found = star(("B", 100), days=1, settings={"move_rules": rules})
    assert weights(found, "A") == pytest.approx({("B", 100): weight})


def test_a_level_below_one_counts_as_one():
    places, roads = [zone("A"), town("B"), camp("C")], [("A", "B", 10), ("B", "C", 10)]
    found = folder(places, roads, days=1, settings=aware(-1))
    assert set(weights(found, "A")) == {("B", 10)}


def test_markers_are_passed_and_never_chosen():
    roads = [("A", "B", 10), ("A", "C", 20), ("B", "D", 30), ("C", "D", 40)]
    found = folder([zone("A"), town("B"), town("C", kind="marker"), camp("D")], roads, days=1, settings=aware(5))
    assert set(weights(found, "A")) == {("B", 10), ("D", 40), ("D", 60), ("B", 90)}


def test_markers_take_no_stop():
    marks = [town(name, kind="marker") for name in "MN"]
    roads = [("A", "M", 10), ("M", "N", 20), ("N", "C", 30), ("C", "D", 40)]
    found = folder([zone("A"), *marks, camp("C"), camp("D")], roads, days=1)
    assert set(weights(found, "A")) == {("C", 60)}


@both
def test_a_road_that_ends_at_a_marker_leads_nowhere(solver):
    """B11: Flee stops there with an error."""
    found = folder([zone("A"), town("M", kind="marker")], [("A", "M", 10)], days=2, out=[9])
    assert turn(found, solver).at("A").tolist() == [[9, 9]]


def test_war_on_the_way_costs_nothing():
    """A7: only the end of a path counts."""
    places, roads = [zone("A"), town("W", 5), camp("C")], [("A", "W", 10), ("W", "C", 10)]
    calm = weights(folder(places, roads, days=1, settings=aware(2)), "A")
    war = weights(folder(places, roads, days=1, settings=aware(2), war={"A": 1, "W": 1}), "A")
    assert war["C", 20] == calm["C", 20]
    assert war["W", 10] < calm["W", 10]


@both
def test_parallel_roads_are_weighed_apart_and_the_first_is_travelled(solver):
    """The first of them takes four days, the second would take one."""
    roads = [("A", "C", 300), ("A", "C", 10)]
    rules = {"move_rules": {"max_move_speed": 100.0, **STAY}}
    found = folder([zone("A"), camp("C")], roads, days=4, out=[50], settings=rules)
    assert weights(found, "A") == pytest.approx({("C", 300): 1 / 310, ("C", 10): 1 / 20})
    assert turn(found, solver).at("C").tolist() == [[0, 0, 0, 50]]


@both
def test_whoever_chose_a_far_end_passes_without_stopping(solver):
    """Nobody ever leaves the town of his own; who chose the camp comes through it on the same day."""
    places, roads = [zone("A"), town("T"), camp("C")], [("A", "T", 300), ("T", "C", 300)]
    rules = aware(2, max_move_speed=400.0, default_movechance=0.0, camp_movechance=0.0)
    story = turn(folder(places, roads, days=3, out=[10_000], settings=rules), solver)
    assert (story.at("T", "C") == 10_000).all()
    assert (story.at("C") == story.at("C")[:, :1]).all()
    assert near((1 / 610) / (1 / 310 + 1 / 610), int(story.at("C")[0, 0]), 10_000)


@both
def test_where_all_weights_are_nought_all_paths_are_alike(solver):
    ends = [camp("B", country="Abroad"), camp("C", country="Abroad")]
    roads = [("A", "B", 10), ("A", "C", 300)]
    rules = {"move_rules": {"foreign_weight": 0.0, "camp_movechance": 0.0}}
    story = turn(folder([zone("A"), *ends], roads, days=1, out=[10_000], settings=rules), solver)
    assert near(0.5, int(story.at("C")[0, 0]), 10_000)


@both
@pytest.mark.parametrize(
    ("strengths", "threshold", "kept"), [((1, 8, 4, 12), 2.0, {"P8": 0.4, "P12": 0.6}), ((1, 8, 9, 12), 1.1, {"P12": 1.0})]
)
def test_weak_paths_are_pruned(strengths, threshold, kept, solver):
    """The two cases of Flee's own tests: weights 1, 8, 4, 12 and 1, 8, 9, 12."""
    ends = [(f"P{w}", 72 / w) for w in strengths]
    rules = {"move_rules": {"softening": 0.0, "pruning_threshold": threshold, "camp_movechance": 0.0}}
    story = turn(star(*ends, days=1, out=[5000], settings=rules), solver)
    for name, _ in ends:
        found = int(story.at(name)[0, 0])
        assert near(kept.get(name, 0.0), found, 5000), name


@both
def test_pruning_at_a_place_without_a_road(solver):
    """B11: Flee stops there with an error."""
    rules = {"move_rules": {"pruning_threshold": 2.0}}
    found = folder([zone("A"), camp("B"), camp("C")], [("B", "C", 10)], days=2, out=[7], settings=rules)
    assert turn(found, solver).at("A").tolist() == [[7, 7]]


@both
def test_pruning_is_of_paths_and_not_of_origins(solver):
    rules = {"move_rules": {"pruning_threshold": 2.0}}
    places, roads = [zone("A", 900), zone("B", 100), camp("C")], [("A", "C", 1000), ("B", "C", 1000)]
    story = turn(folder(places, roads, days=1, out=[10_000], settings=rules), solver)
    assert near(0.1, int(story.passed("displaced", "B")[0, 0]), 10_000)


@both
def test_pruning_is_of_paths_and_not_of_feet(solver):
    rules = {"move_rules": {"pruning_threshold": 2.0, **STAY}}
    found = folder([zone("A"), camp("C")], [("A", "C", 300, {"walk_probability": 0.25})], days=1, out=[8000], settings=rules)
    assert near(0.25, int(turn(found, solver).roads[0, 0]), 8000)


@both
def test_a_closed_link_takes_all_paths_over_it_away(solver):
    places, roads = [zone("A"), town("T"), camp("C"), camp("D")], [("A", "T", 10), ("T", "C", 10), ("A", "D", 300)]
    found = folder(places, roads, days=2, out=[100], closures=["location,T,,0,1"], settings=aware(2, **STAY))
    assert set(weights(found, "A", 0)) == {("D", 300)}
    assert set(weights(found, "A", 1)) == {("D", 300), ("T", 10), ("C", 20)}
    assert turn(found, solver, days=1).at("D").tolist() == [[100]]
