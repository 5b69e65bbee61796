"""Flee's own 40 test cases (FLEE.md section 5), written afresh as folders; what each became stands in CASES."""

import datetime as dt

import pytest

from havenward.model.flee.course import course_of
from havenward.model.flee.ground import Ground
from havenward.model.flee.room import capacities
from tests.model_flee.covers import missing
from tests.model_flee.drive import EXACT, FLOODS, STAY, both, camp, files_of, folder, told, town, turn, weights, zone
from tests.scenario_flee.helpers import problems_of

FAST = {"max_move_speed": 5000.0}
BOLD = {**FAST, **STAY}


@both
def test_one_person_among_four_places(solver):
    """A star of towns and camps; the person is somewhere on each of 30 days."""
    places = [zone("A"), camp("B"), camp("C"), camp("D")]
    found = folder(
        places,
        [("A", name, 100) for name in "BCD"],
        days=30,
        out=[1],
        settings={"move_rules": {**FAST, "conflict_movechance": 0.3}},
    )
    assert turn(found, solver).at("A", "B", "C", "D").tolist() == [[1] * 30]


WIDE = [("A", "B"), ("A", "C"), ("A", "D"), ("C", "C2"), ("C", "D2"), ("D", "D2"), ("D2", "D3"), ("C2", "D3")]


@both
@pytest.mark.parametrize("stops", [0, 1, 2, 3, 4])
def test_every_level_of_awareness_runs(stops, solver):
    """At level 0 nobody moves (B10), which is told of on reading; at the others the paths are those of so many stops."""
    places = [zone("A"), *(town(name) for name in ("B", "C", "D", "C2", "D2")), camp("D3")]
    roads = [(*pair, 834) for pair in WIDE]
    found = folder(places, roads, days=5, out=[1], settings={"move_rules": {"awareness_level": stops}})
    story = turn(found, solver)
    assert story.stock.sum(axis=-1).tolist() == [[1] * 5]
    assert (story.at("A") == 1).all() == (stops == 0)
    ends = {goal for goal, _ in weights(found, "A")}
    assert ends == [set("BCD"), set("BCD"), {*"BCD", "C2", "D2"}, {*"BCD", "C2", "D2", "D3"}][min(stops, 3)]


@both
def test_people_leave_the_count_of_a_camp_that_is_a_sink(solver):
    """B7: in Flee the column is text, at which it stops. With chance 1 all 100 are out of the count."""
    places = [zone("A"), camp("B", country="Abroad", deactivation_probability=1.0)]
    rules = {"spawn_rules": {"camps_are_sicks": True}, "move_rules": FAST}
    story = turn(folder(places, [("A", "B", 100)], days=3, out=[100], settings=rules), solver)
    assert story.at("A", "B")[0, 2] == 0
    assert story.of("left_the_count").tolist() == [[100] * 3]


@both
def test_a_location_closes(solver):
    places, roads = [zone("A"), camp("B"), camp("C"), camp("D")], [("A", "B", 834), ("A", "C", 1368), ("A", "D", 536)]
    found = folder(places, roads, days=3, out=[300], closures=["location,C,,0,-1"], settings={"move_rules": BOLD})
    story = turn(found, solver)
    assert story.at("C")[0, 2] == 0
    assert story.at("B", "D")[0, 2] == 300


def driven(places, *, days, war=None):
    spawn = {"conflict_driven_spawning": {"displaced_per_conflict_day": 100}}
    return folder(places, [("A", p.name, 10) for p in places[1:]], days=days, war=war, settings={"spawn_rules": spawn})


@both
def test_a_zone_drives_out_a_hundred_a_day(solver):
    found = driven([zone("A"), camp("B", country="Abroad")], days=10)
    assert turn(found, solver).displaced[0, -1] == 1000


@both
def test_zones_that_end_and_weaken(solver):
    """On day 2 A ends and D falls to a half: 300 + 300 + 150 + 150, as Flee's case has it by setting zones by hand. A
    table cannot say so: intensities are read when a zone begins (A6), and D stays whole; but another zone can begin.
    """
    places = [zone("A"), camp("B", country="Abroad"), town("C", 5), town("D", 5), town("E", 5)]
    war = {"A": [1, 1, 0, 0], "C": 1, "D": [1, 1, 0.5, 0.5]}
    assert turn(driven(places, days=4, war=war), solver).displaced[0, -1] == 1000
    war = {"A": [1, 1, 0, 0], "C": 1, "D": [1, 1, 0, 0], "E": [0, 0, 0.5, 0.5]}
    assert turn(driven(places, days=4, war=war), solver).displaced[0, -1] == 900


def test_crawling_four_places():
    """Routes from A at awareness 2 lead to B, C and D, not to A or E; to D by way of B; all have a weight above 0."""
    places = [zone("A"), town("B"), town("C"), town("D"), camp("E")]
    roads = [("A", "B", 100), ("A", "C", 200), ("B", "D", 100), ("C", "D", 100), ("D", "E", 100)]
    found = folder(places, roads, days=1, settings={"move_rules": {"fixed_routes": True, "awareness_level": 2}})
    kept = weights(found, "A")
    assert set(kept) == {("B", 100), ("C", 200), ("D", 200)}
    assert all(weight > 0 for weight in kept.values())
    assert Ground.of(found, EXACT).pull.scores(0)[1] == 1.0


def test_changes_of_kind_come_on_their_day():
    places = [zone("A"), zone("B"), town("C")]
    changes = ["C,idpcamp,100", "A,town,500"]
    found = folder(places, [("A", "B", 9), ("A", "C", 9)], days=501, war={"B": 1}, changes=changes)
    course = course_of(found, EXACT)
    assert (course.town[99, 2], course.camp[99, 2], course.town[100, 2], course.camp[100, 2]) == (True, False, False, True)
    assert course.conflict[499, 0] > 1e-4
    assert course.town[500, 0]
    assert course.conflict[500, 0] == 0


def test_tables_by_day():
    """C is at peace until day 50; region AB has 5 at day 0 and 9 at day 10, so 7 at day 5."""
    places = [zone("A", region="AB"), town("C", 9, region="F")]
    food = {"region_attributes_IPC.csv": "#Day,AB,F\n0,5,8\n10,9,8\n100,9,8\n"}
    war = {"A": [1.0] * 60, "C": [0.0] * 50 + [1.0] * 10}
    found = folder(places, [("A", "C", 9)], days=60, war=war, more=food)
    by_day = found.conflict_by_day()
    assert (by_day[49, 1], by_day[50, 1], by_day[0, 0]) == (0, 1, 1)
    assert found.food_by_day()[5].tolist() == [7.0, 8.0]
    assert turn(found, "chain").displaced.shape == (1, 60)


START = dt.date(2010, 1, 1)
YEARS = {2010: 500, 2011: 6000, 2012: 70_000, 2013: 800_000, 2014: 400_000}


def escape(**spawn):
    """The toy escape: the series of the data table as total and as the only camp, from the first day on."""
    entries = {(dt.date(year, 1, 1) - START).days: count for year, count in YEARS.items()}
    places = [zone("A"), camp("B", 100, capacity_per_day=10_000), camp("C"), camp("D")]
    roads = [("A", "B", 834), ("A", "C", 1368), ("A", "D", 536)]
    settings = {"spawn_rules": spawn, "move_rules": FAST}
    return folder(places, roads, days=10, series={"total": entries, "B": entries}, settings=settings)


@both
def test_toy_escape(solver):
    """500 and 500 again on day 0, and 135 until day 9. The capacity is 100 + 10 000 t before day t."""
    found = escape()
    assert turn(found, solver).displaced[0, -1] == 1135
    ground = Ground.of(found, EXACT)
    assert capacities(found, ground.setting_out, EXACT)[:, 1].tolist() == [100 + 10_000 * (day + 1) for day in range(10)]


@both
def test_toy_escape_from_empty_camps(solver):
    assert turn(escape(empty_camps_on_day0=True), solver).displaced[0, -1] == 135


def test_flood_levels_are_read_by_place_and_day():
    level = {"A": [0, 0, 0, 1, 2, 1, 1, 1, 1, 1, 1], "B": [1, 1, 1, 3, 1, 1, 0, 0, 0, 0, 1]}
    found = floods(level, ["A", "B", "C"])
    assert found.flood_by_day()[[10, 4, 3], 0].tolist() == [1, 2, 1]
    assert found.flood_by_day()[[10, 0, 9, 3], 1].tolist() == [1, 1, 0, 3]
    assert not found.flood_by_day()[:, 2].any()


def floods(level, names, *, days=11, rules=None, rate=(0, 100, 200, 300, 400), mode="constant", **rest):
    places = [town(name, 1000, kind="flood_zone") for name in names]
    settings = {
        "spawn_rules": {**FLOODS, "flood_driven_spawn_mode": {"spawn_mode": mode, "displaced_per_flood_day": list(rate)}},
        "move_rules": {"flood_rules": rules} if rules else {"default_movechance": 0.0},
    }
    return folder(places, [(names[0], name, 10) for name in names[1:]], days=days, flood=level, settings=settings, **rest)


@both
def test_a_forecast_of_floods_runs_with_its_lists(solver):
    rules = {
        "flood_movechances": [0, 1, 1, 1, 1], "flood_loc_weights": [0, 1, 1, 1, 1], "flood_forecaster": True,
        "flood_forecaster_timescale": 2, "flood_forecaster_end_time": 6,
        "flood_forecaster_weights": [1, 0.5, 0.5, 0, 0, 0, 0], "flood_awareness_weights": [0, 0.5, 1],
    }  # fmt: skip
    level = {"A": [0, 0, 1, 1, 2, 1, 1, 1, 1, 1, 1], "B": [1, 1, 1, 3, 1, 1, 0, 0, 0, 0, 1]}
    more = {"demographics_floodawareness.csv": "floodawareness,Default,B\n1,0.5,1\n2,0.5,0\n"}
    found = floods(level, ["A", "B", "C"], rules=rules, more=more)
    story = turn(found, solver)
    assert story.stock.sum(axis=-1).min() == story.stock.sum(axis=-1).max() > 0
    ground = Ground.of(found, EXACT)
    assert ground.traits.awareness.tolist() == [1, 2]
    assert ground.traits.share[:2].tolist() == [[0.5, 0.5], [1, 0]]


@both
def test_a_flooded_place_drives_out_a_hundred_a_day(solver):
    """Nobody leaves A, B is dry: 1000 people, all in A."""
    found = floods({"A": [1] * 10, "B": [0] * 10}, ["A", "B"], days=10)
    story = turn(found, solver)
    assert story.displaced[0, -1] == 1000
    assert story.at("A")[0, -1] == 1000


@both
def test_listed_agents_of_unknown_places_are_left_out(solver):
    rules = {"spawn_rules": {"read_from_agents_csv_file": True}}
    listed = {"agents.csv": "location,age\nA,30\nZ,30\n"}
    found = folder([zone("A"), camp("C")], [("A", "C", 10)], days=1, settings=rules, more=listed)
    assert turn(found, solver).displaced.tolist() == [[1]]
    said = told([zone("A"), camp("C")], [("A", "C", 10)], days=1, settings=rules, more=listed)
    assert any("the agent is left out" in problem.wrong for problem in said)


@both
@pytest.mark.parametrize("fixed", [False, True])
def test_people_stay_close(fixed, solver):
    """A(0, 0)–B(1, 1)–C(100, 100): fewer than two of 100 people get to C, on free choice and on fixed routes."""
    places = [zone("A"), town("B", lat=1.0, lon=1.0), town("C", lat=80.0, lon=100.0)]
    move = {"stay_close_to_home": True, "home_distance_power": 5.0, "max_move_speed": 100.0, "fixed_routes": fixed}
    found = folder(places, [("A", "B", 100), ("B", "C", 100)], days=20, out=[100], settings={"move_rules": move})
    assert turn(found, solver, members=5).at("C").max() < 2


@both
def test_nobody_goes_where_the_weight_is_nought(solver):
    places = [zone("A"), town("B"), town("C"), town("D", country="Abroad")]
    roads = [("A", "B", 834), ("A", "C", 1368), ("A", "D", 536)]
    found = folder(places, roads, days=10, out=[30] * 10, settings={"move_rules": {"foreign_weight": 0.0, **FAST}})
    story = turn(found, solver)
    assert story.at("D").max() == 0
    assert story.at("B")[0, -1] > 0


@both
def test_a_road_that_is_taken_away(solver):
    """Flee's `remove_link`: a folder without the row."""
    places = [zone("A"), camp("B"), camp("C")]
    found = folder(places, [("A", "B", 10)], days=2, out=[20], settings={"move_rules": BOLD})
    assert turn(found, solver).at("B", "C").tolist() == [[20, 20]]
    assert turn(found, solver).at("C").max() == 0


@both
def test_tiny_closure(solver):
    """One person a day; B closes after three days: 3 in B, 97 in A. C, which nobody reaches, closes: a town's chance."""
    places, roads = [zone("A"), camp("B"), camp("C"), camp("D")], [("A", "B", 5), ("C", "D", 5)]
    closures = ["camp,C,,0,-1", "location,B,,3,-1"]
    found = folder(places, roads, days=100, out=[1] * 100, closures=closures, settings={"move_rules": STAY})
    assert course_of(found, EXACT).chance[0, 2] > 0.01
    story = turn(found, solver)
    assert (story.at("B")[0, -1], story.at("A")[0, -1]) == (3, 97)


def test_what_rests_on_groupings_is_refused():
    """test_idp, get_attribute_ratio and load_demographics rest on ethnicity or religion, which no folder may hold."""
    files = files_of([zone("A"), camp("C")], [("A", "C", 10)], days=1)
    table = {"input_csv/demographics_religion.csv": b"religion,Default\nx,1\n"}
    assert any("never sorted" in p.wrong for p in problems_of(files | table) if p.severity == "error")
    settings = {"simsetting.yml": b"move_rules:\n  MatchCampEthnicity: True\n"}
    assert any("never sorted" in p.wrong for p in problems_of(files | settings) if p.severity == "error")


CASES = {
    "test_1_agent": "test_one_person_among_four_places",
    "test_awareness::test_awareness": "test_every_level_of_awareness_runs",
    "test_awareness::test_marker_location": "test_paths.py::test_markers_are_passed_and_never_chosen",
    "test_camp_sink": "test_people_leave_the_count_of_a_camp_that_is_a_sink",
    "test_changes 1": "a stub without an assertion",
    "test_changes 2": "a stub without an assertion",
    "test_changes 3": "a stub without an assertion",
    "test_close_location": "test_a_location_closes",
    "test_conflict_driven_spawning": "test_a_zone_drives_out_a_hundred_a_day",
    "test_conflict_driven_spawning_post_conflict": "test_zones_that_end_and_weaken",
    "test_crawling": "test_crawling_four_places",
    "test_csv::test_location_changes": "test_changes_of_kind_come_on_their_day",
    "test_csv::test_csv": "test_tables_by_day",
    "test_datatable": "tests/scenario_flee/test_series.py::test_values_between_dates",
    "test_demographics::test_get_attribute_ratio": "test_what_rests_on_groupings_is_refused",
    "test_demographics::test_load_demographics_csv": "test_what_rests_on_groupings_is_refused",
    "test_spawning::test_get_attribute_ratio": "test_what_rests_on_groupings_is_refused",
    "test_dflee::test_read_flood_csv": "test_flood_levels_are_read_by_place_and_day",
    "test_dflee::test_flood_level_location_attribute": "test_flood_levels_are_read_by_place_and_day",
    "test_dflee::test_flood_forecaster": "test_a_forecast_of_floods_runs_with_its_lists",
    "test_dflee::test_agent_flood_awareness": "test_a_forecast_of_floods_runs_with_its_lists",
    "test_flood_driven_spawning": "test_a_flooded_place_drives_out_a_hundred_a_day",
    "test_idp": "test_what_rests_on_groupings_is_refused",
    "test_load_agent": "test_listed_agents_of_unknown_places_are_left_out",
    "test_micro_model": "skipped by Flee itself as obsolete",
    "test_moving::test_stay_close_to_home": "test_people_stay_close",
    "test_moving::test_stay_close_to_home_fixed_routes": "test_people_stay_close",
    "test_moving::test_scoring_foreign_weight": "test_nobody_goes_where_the_weight_is_nought",
    "test_moving::test_prune_routes": "test_paths.py::test_weak_paths_are_pruned",
    "test_moving::test_prune_routes2": "test_paths.py::test_weak_paths_are_pruned",
    "test_path_choice": "a graph that is built and never asked",
    "test_removelink": "test_a_road_that_is_taken_away",
    "test_tiny_closure": "test_tiny_closure",
    "test_toy_escape": "test_toy_escape",
    "test_toy_escape::start_empty": "test_toy_escape_from_empty_camps",
    **{f"test_twosystem {k}": "mocks of a rule that no folder can switch on (B8)" for k in range(1, 6)},
}  # fmt: skip


def test_every_case_has_become_something():
    assert len(CASES) == 40
    assert (
        missing(what if " " in what else what if "::" in what else f"test_flee_cases.py::{what}" for what in CASES.values())
        == []
    )
