"""Fixed routes: one path to each end, the same for all, with Flee's own way to weigh them (FLEE.md 3.10a, A12, B9)."""

import pytest

from tests.model_flee.drive import STAY, both, camp, folder, near, told, town, turn, weights, zone


def fixed(**rest):
    return {"move_rules": {"fixed_routes": True, **rest}}


def test_the_best_path_to_each_end_is_kept():
    roads = [("A", "B", 10), ("A", "C", 20), ("B", "D", 10), ("C", "D", 10), ("B", "C", 5)]
    places = [zone("A"), town("B"), town("C"), camp("D")]
    found = weights(folder(places, roads, days=1, settings=fixed(awareness_level=2)), "A")
    assert found == pytest.approx({("B", 10): 1 / 20, ("C", 15): 1 / 25, ("D", 20): 1 / 30})


def test_the_best_of_two_equals_is_one_path():
    roads = [("A", "B", 10), ("A", "C", 10), ("B", "D", 10), ("C", "D", 10)]
    places = [zone("A"), town("B"), town("C"), camp("D")]
    found = folder(places, roads, days=1, settings=fixed(awareness_level=2))
    assert len(weights(found, "A")) == 3


def test_the_score_counts_twice():
    """A12: stored with the power of weights, and multiplied on without it; once where it is mended."""
    places = [zone("A"), camp("C"), camp("D", country="Abroad")]
    rules = fixed(camp_weight=2.0, foreign_weight=3.0, weight_power=2.0, weight_softening=1.0)
    found = folder(places, [("A", "C", 90), ("A", "D", 90)], days=1, settings=rules)
    assert weights(found, "A") == pytest.approx({("C", 90): (3 / 100) ** 2 * 2, ("D", 90): (7 / 100) ** 2 * 6})


def test_later_places_are_seen_as_they_were_yesterday():
    """A12: V and W become zones on day 1. U sees V, which is before it, so at once, and W a day later; S_a is today's."""
    places = [zone("A"), town("V", 1), town("U"), town("W", 1)]
    roads = [("A", "U", 90), ("U", "V", 90), ("U", "W", 90)]
    war = {"A": 1, "V": [0, 1, 1], "W": [0, 1, 1]}
    found = folder(places, roads, days=3, war=war, settings=fixed(conflict_weight=0.5))
    assert weights(found, "U", 0)["V", 90] == weights(found, "U", 0)["W", 90] == 0.01
    assert weights(found, "U", 1)["V", 90] == pytest.approx(0.25 / 100)
    assert weights(found, "U", 1)["W", 90] == pytest.approx(0.5 / 100)
    assert weights(found, "U", 2)["W", 90] == pytest.approx(0.25 / 100)


def test_on_the_first_day_later_places_are_seen_as_they_were_set_up():
    """3.1, 6: scores are worked out once before the conflicts of day 0; the town W is then no zone."""
    places, roads = [zone("A"), town("W", 1)], [("A", "W", 90)]
    found = folder(places, roads, days=1, war={"A": 1, "W": 1}, settings=fixed(conflict_weight=0.5))
    assert weights(found, "A") == pytest.approx({("W", 90): 0.5 / 100})


@both
def test_crowds_thin_out_nothing_and_still_turn_people_away(solver):
    """A12: no capacity term; at 94 of 100 both camps are alike, at 96 of 100 whoever chose it stays (3.8, 5)."""
    for inside, share in ((9400, 0.5), (9600, 0.0)):
        places = [zone("A"), camp("B", 10_000, initial_idps=inside), camp("C")]
        found = folder(places, [("A", "B", 1000), ("A", "C", 1000)], days=1, out=[4000], settings=fixed(**STAY))
        story = turn(found, solver)
        assert near(share + 0.5, int(story.roads[0, 0]), 4000)


@both
def test_nothing_is_pruned(solver):
    places, roads = [zone("A"), camp("B"), camp("C")], [("A", "B", 10), ("A", "C", 90)]
    found = folder(places, roads, days=1, out=[5000], settings=fixed(pruning_threshold=2.0, **STAY))
    assert near(1 / 6, int(turn(found, solver).at("C")[0, 0]), 5000)


@both
def test_fixed_routes_know_what_is_closed(solver):
    """The table is made anew each day: on day 1 the short path to D is shut, and the long one is kept."""
    roads = [("A", "B", 10), ("A", "C", 20), ("B", "D", 10), ("C", "D", 10)]
    places = [zone("A"), town("B"), town("C"), camp("D")]
    found = folder(
        places, roads, days=2, out=[0, 9], closures=["location,B,,1,-1"], settings=fixed(awareness_level=2, **STAY)
    )
    assert ("D", 20) in weights(found, "A", 0)
    assert set(weights(found, "A", 1)) == {("C", 20), ("D", 30)}
    assert turn(found, solver).at("B").tolist() == [[0, 0]]


MARKED = [("A", "M", 10), ("M", "C", 20), ("C", "D", 30)]


def test_a_marker_takes_a_stop():
    """3.10a and B9: at awareness 1 a marker gives no route at all, at 2 only to what is next after it."""
    places = [zone("A"), town("M", kind="marker"), camp("C"), camp("D")]
    assert weights(folder(places, MARKED, days=1, settings=fixed()), "A") == {}
    assert set(weights(folder(places, MARKED, days=1, settings=fixed(awareness_level=2)), "A")) == {("C", 30)}


def test_major_routes_are_followed_or_told_of():
    """B9: in Flee those who choose one drop it and stay. Here people go along, or it is said that they do not."""
    places, roads = [zone("A"), town("B"), camp("C")], [("A", "B", 100), ("B", "C", 100)]
    more = {"major_routes.csv": "A,B,C\n"}
    found = folder(places, roads, days=1, settings=fixed(), more=more)
    said = [p for p in told(places, roads, days=1, settings=fixed(), more=more) if "major routes are not carried" in p.wrong]
    assert ("C", 200) in weights(found, "A") or said
