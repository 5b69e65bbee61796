"""Where people set out from, and how many where wars say so (FLEE.md 3.4, second half)."""

import numpy as np
import pytest

from havenward.core.orders import OrderError
from havenward.model.flee.ground import Ground
from tests.model_flee.drive import EXACT, MENDED, STAY, both, camp, files_of, folder, near, town, turn, zone
from tests.scenario_flee.helpers import problems_of


def star(*zones, days=4, **rest):
    """Zones around a camp."""
    return folder([*zones, camp("C")], [(place.name, "C", 10) for place in zones], days=days, **rest)


def drawn_to(scenario, day):
    """(zones,) shares of those who set out on a day."""
    ground = Ground.of(scenario, EXACT)
    weight = ground.setting_out.origin_weights(day, ground.pull.population[:, None])[:-1, 0]
    return (weight / weight.sum()).tolist()


@both
def test_origins_are_drawn_by_people_and_intensity(solver):
    """1000 at intensity 1 against 500 at 0.4; towns and people at peace are out."""
    found = star(zone("A", 1000), zone("B", 500), town("T", 9000), days=1, out=[9000], war={"A": 1, "B": 0.4})
    assert drawn_to(found, 0) == pytest.approx([5 / 6, 1 / 6, 0])
    story = turn(found, solver)
    assert near(1 / 6, int(story.passed("displaced", "B")[0, 0]), 9000)
    assert story.displaced[0, 0] == 9000


def test_hasten_floors_the_people_of_a_place():
    """A15: 19 and 39 people are 1 and 3 agents."""
    assert drawn_to(star(zone("A", 19), zone("B", 39), days=1, settings={"optimisations": {"hasten": 10}}), 0) == [
        0.25,
        0.75,
    ]


DECAY = {"spawn_rules": {"conflict_spawn_decay": [1.0, 0.5, 0.25], "conflict_spawn_decay_interval": 2}}


def test_weights_are_a_day_late():
    """A8: on day t they are those of day t-1, unless a zone began or ended on day t."""
    war = {"A": 1, "B": [0, 0, 0, 1, 1, 1, 1, 1]}
    found = star(zone("A", 100), town("B", 100), days=8, war=war, settings=DECAY)
    ground = Ground.of(found, EXACT)
    a, b = np.array([ground.setting_out.origin_weights(day, ground.pull.population[:, None])[:2, 0] for day in range(8)]).T
    # A is 0 to 7 days old; seen on days 0, 0, 1, 3, 3, 4, 5, 6, because B begins on day 3
    assert a.tolist() == [100, 100, 100, 50, 50, 25, 25, 25]
    assert b.tolist() == [0, 0, 0, 100, 100, 100, 50, 50]
    mended = Ground.of(found, MENDED)
    a = [mended.setting_out.origin_weights(day, mended.pull.population[:, None])[0, 0] for day in range(8)]
    assert a == [100, 100, 50, 50, 25, 25, 25, 25]


def test_the_last_multiplier_holds_for_ever_and_places_told_of_once_are_a_day_older():
    """The list is asked at whole intervals; A17: a zone of locations.csv alone is t + 1 days old on day t."""
    found = star(zone("A", 100), zone("B", 100), days=8, war={"B": 1}, settings=DECAY)
    ground = Ground.of(found, EXACT)
    weight = [ground.setting_out.origin_weights(day, ground.pull.population[:, None])[:2, 0].tolist() for day in range(8)]
    # days 0 and 1 see day 0, on which A is 1 day old
    assert [a for a, _ in weight] == [100, 100, 50, 50, 25, 25, 25, 25]
    assert [b for _, b in weight] == [100, 100, 100, 50, 50, 25, 25, 25]


def test_a_change_of_kind_alone_is_seen_the_day_after():
    """A8: weights are worked out anew for conflicts that begin or end, not for changes of kind."""
    changes = ["T,conflict_zone,1", "A,town,2"]
    found = star(zone("A", 100), zone("B", 100), town("T", 100), days=4, changes=changes)
    assert [drawn_to(found, day) for day in range(4)] == [
        pytest.approx(shares) for shares in ([0.5, 0.5, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3], [0, 0.5, 0.5])
    ]


FOOD = {"region_attributes_IPC.csv": "#Day,R,S\n0,0,20\n10,100,20\n"}


@pytest.mark.parametrize("only", [True, False])
def test_hunger_adds_to_departures(only):
    """Population times the share in deprivation, of the day before, and none on day 0; IPC figures lie on straight lines."""
    rules = {"spawn_rules": {"starvation_driven_spawning": True, "conflict_zone_spawning_only": only}}
    places = zone("A", 100), town("T", 100, region="S")
    ground = Ground.of(star(*places, days=4, settings=rules, more=FOOD), EXACT)
    weight = [ground.setting_out.origin_weights(day, ground.pull.population[:, None])[:2, 0] for day in range(4)]
    assert np.array(weight)[:, 0] == pytest.approx([100, 100, 110, 120])
    assert np.array(weight)[:, 1] == pytest.approx([0, 0, 0, 0] if only else [0, 0, 20, 20])


def test_peace_adds_nobody_by_itself():
    """4.3: `conflict_zone_spawning_only: False` alone gives towns no weight."""
    rules = {"spawn_rules": {"conflict_zone_spawning_only": False}}
    assert drawn_to(star(zone("A", 100), town("T", 100), settings=rules), 1) == [1, 0]


@both
def test_who_sets_out_leaves_the_population(solver):
    """Of 100 and 300 people 200 go on the first day; the second day's are drawn by who is left."""
    rules = {"spawn_rules": {"take_from_population": True}}
    found = star(zone("A", 4000), zone("B", 4000), days=2, out=[4000, 3000], settings=rules, war={"A": 1, "B": [0.01, 0.01]})
    story = turn(found, solver)
    from_a = story.passed("displaced", "A")[0]
    left = 4000 - from_a[0], (4000 - story.passed("displaced", "B")[0, 0]) * 0.01
    assert near(1 / 1.01, int(from_a[0]), 4000)
    assert near(left[0] / sum(left), int(from_a[1]), 3000)
    assert not near(1 / 1.01, int(from_a[1]), 3000)


def test_a_population_that_runs_out_stops_the_run():
    """B23: the sum of weights must be above 0, or Flee stops, as we do on the day."""
    rules = {"spawn_rules": {"take_from_population": True}}
    places, roads = [zone("A", 10), zone("B", 30), camp("C")], [("A", "C", 10), ("B", "C", 10)]
    with pytest.raises(OrderError, match="day 1: people are to set out, and no conflict zone has anybody left"):
        turn(folder(places, roads, days=2, out=[400, 40], settings=rules))


@both
def test_those_of_the_day_have_left_the_population_when_people_move(solver):
    """3.2: people set out before anybody moves. All 100 are gone, so a chance in proportion to people is 0."""
    rules = {
        "spawn_rules": {"take_from_population": True},
        "move_rules": {"movechance_pop_base": 100, "movechance_pop_scale_factor": 1.0, **STAY},
    }
    assert turn(star(zone("A", 100), days=1, out=[100], settings=rules), solver).at("A").tolist() == [[100]]


def driven(mode, number, *zones, war=None, days=3, **rest):
    spawn = {"conflict_driven_spawning": {"spawn_mode": mode, "displaced_per_conflict_day": number}, **rest}
    return star(*zones, days=days, war=war, settings={"spawn_rules": spawn, "optimisations": {"hasten": 1}})


@both
def test_a_constant_number_sets_out_of_each_zone(solver):
    """int(N c), whatever the registers say; not divided by hasten (A16)."""
    found = driven("constant", 25, zone("A", 100), town("B", 5), war={"A": 1, "B": [0, 0.5, 0.5]})
    story = turn(found, solver)
    assert story.passed("displaced", "A").tolist() == [[25, 25, 25]]
    assert story.passed("displaced", "B").tolist() == [[0, 12, 12]]
    spawn = {"conflict_driven_spawning": {"displaced_per_conflict_day": 25}}
    hastened = star(zone("A", 100), days=1, settings={"spawn_rules": spawn, "optimisations": {"hasten": 5}})
    assert turn(hastened, solver).displaced.tolist() == [[25]]


@both
def test_a_share_of_the_people_sets_out(solver):
    assert np.diff(turn(driven("pop_ratio", 0.1, zone("A", 99)), solver).displaced, prepend=0).tolist() == [[9, 9, 9]]
    left = driven("pop_ratio", 0.1, zone("A", 99), take_from_population=True)
    assert np.diff(turn(left, solver).displaced, prepend=0).tolist() == [[9, 9, 8]]


def test_a_share_of_the_people_is_cut_as_flee_cuts_it():
    assert int(0.7 * 100 * 0.1) == 7
    assert turn(driven("pop_ratio", 0.7, zone("A", 100), war={"A": 0.1}, days=1)).displaced.tolist() == [[7]]


@both
def test_a_poisson_number_sets_out(solver):
    """Mean and variance of 400 draws of mean 40 c; either is off by more than this once in 10 000 seeds."""
    found = driven("poisson", 40, zone("A", 100), war={"A": 0.5}, days=4)
    drawn = np.diff(turn(found, solver, members=100).displaced, axis=1, prepend=0).reshape(-1)
    assert abs(drawn.mean() - 20) < 4 * (20 / 400) ** 0.5
    assert abs(drawn.var(ddof=1) / 20 - 1) < 4 * (2 / 400 + 1 / 8000) ** 0.5


@both
def test_in_a_war_places_lose_people_for_every_rule(solver):
    """50 of 100 set out each day; on the second day nobody is left, and a chance in proportion to people is 0."""
    spawn = {"conflict_driven_spawning": {"displaced_per_conflict_day": 50}, "take_from_population": True}
    move = {"movechance_pop_base": 100, "movechance_pop_scale_factor": 1.0, "conflict_movechance": 1.0, **STAY}
    found = star(zone("A", 100), days=3, settings={"spawn_rules": spawn, "move_rules": move})
    assert turn(found, solver).at("A")[0, 2] >= 50


@both
def test_listed_agents_are_there_from_the_start(solver):
    """One each, not divided by hasten; a place that is not known is told of, and the agent left out."""
    rules = {"spawn_rules": {"read_from_agents_csv_file": True}, "optimisations": {"hasten": 10}}
    listed = {"agents.csv": "location,age\nA,30\nA,8\nC,5\n"}
    assert turn(star(zone("A", 100), settings=rules, more=listed), solver).displaced.tolist() == [[3] * 4]


def test_listed_agents_leave_the_population():
    """2.11: agents.csv uses the insert that takes people; ten of A's ten are listed, so all 500 are of B."""
    rules = {"spawn_rules": {"read_from_agents_csv_file": True, "take_from_population": True}}
    listed = {"agents.csv": "location,age\n" + "A,30\n" * 10}
    found = star(zone("A", 10), zone("B", 1000), days=1, out=[500], settings=rules, more=listed)
    assert turn(found).passed("displaced", "B").tolist() == [[500]]


def test_a_day_without_an_origin_is_refused():
    """B23: Flee stops even if nobody is to set out."""
    files = files_of([zone("A"), camp("C")], [("A", "C", 10)], days=3, war={"A": [1, 1, 0]})
    assert any("no conflict zone with people is left" in p.wrong for p in problems_of(files) if p.severity == "error")
