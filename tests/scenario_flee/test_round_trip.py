"""What is written is read back equal, whatever a folder says."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.scenario.flee.read import check_flee, check_flee_files
from havenward.scenario.flee.schema import (
    AgentCount,
    AttributeWeights,
    Closure,
    DayTable,
    FleeScenario,
    Location,
    LocationChange,
    RegionFood,
    Route,
    frozen,
)
from havenward.scenario.flee.series import Series, SeriesFile, SourceData
from havenward.scenario.flee.settings import (
    ConflictSpawning,
    FleeSettings,
    LogLevels,
    MoveRules,
    Optimisations,
    SpawnRules,
)
from havenward.scenario.flee.write import flee_files, write_flee
from tests.scenario_flee.helpers import flooded, read, small

WORDS = st.text(st.sampled_from("abcXYZ éßمд_-,;\"'().0"), min_size=1, max_size=12).map(lambda word: f"p{word.strip()}")
SHARES = st.floats(0, 1)
KINDS = st.sampled_from(["camp", "idpcamp", "conflict", "forward", "marker", "flood_zone", "town"])
NUMBERS = st.floats(0, 1e6)


@st.composite
def places(draw, name, region, country):
    kind = draw(KINDS)
    camp = kind in ("camp", "idpcamp")
    return Location(
        name=name,
        region=region,
        country=country,
        lat=draw(st.floats(-90, 90)),
        lon=draw(st.floats(-180, 180)),
        kind=kind,
        conflict_date=draw(st.integers(-5, 50)) if kind == "conflict" else None,
        population=0 if camp else draw(st.integers(0, 10**7)),
        capacity=draw(st.none() | st.integers(1, 10**6)) if camp else None,
        initial_idps=draw(st.integers(0, 9)),
        conflict_intensity=draw(SHARES),
        capacity_per_day=draw(st.integers(-5, 5)),
        farmer_fraction=draw(st.none() | SHARES),
        trade_volume=draw(st.none() | NUMBERS),
        hdi=draw(st.none() | SHARES),
    )


@st.composite
def settings(draw):
    spawning = draw(
        st.none() | st.builds(ConflictSpawning, spawn_mode=st.sampled_from(["constant", "pop_ratio", "poisson"]))
    )
    spawn = draw(
        st.builds(
            SpawnRules,
            insert_day0=st.booleans(),
            camps_are_sinks=st.booleans(),
            read_from_agents_csv_file=st.just(True),
            conflict_spawn_decay=st.none() | st.lists(SHARES, min_size=1, max_size=4).map(tuple),
            conflict_driven_spawning=st.just(spawning),
        )
    )
    move = draw(
        st.builds(
            MoveRules,
            max_move_speed=st.floats(1, 1e6),
            conflict_weight=NUMBERS,
            weight_power=st.floats(-9, 9),
            awareness_level=st.integers(-1, 5),
            women_avoid_hazards=st.booleans(),
            harvest_months=st.lists(st.integers(1, 12), max_size=3).map(tuple),
        )
    )
    levels = draw(st.builds(LogLevels, agent=st.integers(0, 3), granularity=st.sampled_from(["location", "region"])))
    hasten = Optimisations(hasten=draw(st.integers(1, 1000)))
    file = draw(st.sampled_from(["", "a b.csv", "# x", "no", "~", "١"]))
    return FleeSettings(
        conflict_input_file=file, log_levels=levels, spawn_rules=spawn, move_rules=move, optimisations=hasten
    )


@st.composite
def scenarios(draw):
    start = draw(st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)))
    days = draw(st.integers(1, 9))
    names = draw(st.lists(WORDS, min_size=2, max_size=5, unique=True))
    regions, countries = (
        draw(st.lists(WORDS, min_size=1, max_size=3, unique=True)),
        draw(st.lists(WORDS, min_size=1, max_size=2)),
    )
    locations = [
        # People stand in a conflict from the first day, so that there is always somebody to set out.
        Location(
            name="Origin",
            country=countries[0],
            region=regions[0],
            lat=0,
            lon=0,
            kind="conflict",
            conflict_date=0,
            population=9,
        ),
        *(draw(places(name, draw(st.sampled_from(regions)), draw(st.sampled_from(countries)))) for name in names),
    ]  # fmt: skip
    known = st.sampled_from([place.name for place in locations])
    pairs = draw(st.lists(st.tuples(known, known).filter(lambda pair: pair[0] != pair[1]), max_size=6))
    routes = [
        Route(
            from_place=one, to_place=two, km=draw(st.floats(0.1, 9999)), max_move_speed=draw(st.none() | st.floats(1, 999))
        )
        for one, two in pairs
    ]
    closures = [
        Closure(
            kind="location", name1=draw(known), start=draw(st.integers(-3, 20)), end=draw(st.none() | st.integers(0, 20))
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    changes = draw(st.lists(st.builds(LocationChange, name=known, kind=KINDS, day=st.integers(9, 99)), max_size=2))
    intensities = [[1.0, draw(SHARES)] for _ in range(days)]
    counts = st.lists(st.integers(0, 10**7), min_size=1, max_size=4)
    series = [
        Series(name, (SeriesFile(f"{row}.csv", tuple((7 * at - 3, count) for at, count in enumerate(draw(counts)))),))
        for row, name in enumerate(["total", *(place.name for place in locations)])
    ]
    ages = [(count,) for count in draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))]
    agents = [
        AgentCount(place="Origin", ages=group, sex="female", agents=number)
        for (number,), group in zip(ages, ["0-14", "15-18", "19-59", "60+"], strict=False)
    ]
    weights = AttributeWeights(
        "age",
        (5.0, 30.5),
        frozen([draw(st.floats(0.1, 9)), draw(NUMBERS)], np.float64, (2,)),
        (names[0],),
        frozen([draw(NUMBERS), draw(st.floats(0.1, 9))], np.float64, (2, 1)),
    )
    food = RegionFood(
        (regions[0],), frozen([0, days], np.int64, (2,)), frozen([1.5, draw(st.floats(0, 100))], np.float64, (2, 1))
    )
    return FleeScenario(
        start=start,
        days=days,
        locations=tuple(locations),
        routes=tuple(routes),
        source=SourceData(tuple(series)),
        settings=draw(settings()),
        closures=tuple(closures),
        changes=tuple(changes),
        major_routes=tuple(draw(st.lists(st.lists(known, min_size=2, max_size=4).map(tuple), max_size=2))),
        conflicts=DayTable(("Origin", names[0]), frozen(intensities, np.float64, (days, 2))),
        food=draw(st.none() | st.just(food)),
        demographics=draw(st.just(()) | st.just((weights,))),
        agents=tuple(agents),
    )


@given(scenarios())
def test_what_is_written_is_read_back_equal(scenario):
    files = {name: text.encode() for name, text in flee_files(scenario).items()}
    found, problems = check_flee_files(files)
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    assert found == scenario


@pytest.mark.parametrize("files", [small(), flooded()], ids=["conflict", "flood"])
def test_folders_are_written_without_fault(files, tmp_path):
    found = read(files)
    names = write_flee(found, tmp_path / "new")
    assert check_flee(tmp_path / "new") == (found, [])
    assert set(names) == {str(path.relative_to(tmp_path / "new")) for path in (tmp_path / "new").rglob("*.*")}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new"]


def test_no_half_folder_is_left_where_writing_fails(tmp_path):
    found = read(small())
    first = found.source.series[0]
    far = SourceData((Series("total", (SeriesFile("x" * 300, first.files[0].entries),)), *found.source.series[1:]))
    with pytest.raises(ValueError, match="cannot be the name"):
        write_flee(replace(found, source=far), tmp_path / "new")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        write_flee(found, tmp_path / "file" / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_scenarios_differ_where_a_figure_does():
    found = read(small())
    other = found.conflicts.values.copy()
    other[5, 1] = 0.25
    assert found == read(small())
    assert found != replace(found, conflicts=DayTable(found.conflicts.names, other))
    assert found != replace(found, days=5)
    assert found.conflicts != found.food


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(FileExistsError, match="nothing was written"):
        write_flee(read(small()), tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("name", ["../out.csv", "data_layout.csv", "a/b.csv", ""])
def test_series_cannot_be_written_elsewhere(name, tmp_path):
    found = read(small())
    source = SourceData((Series("total", (SeriesFile(name, ((0, 1),)),)), *found.source.series[1:]))
    with pytest.raises(ValueError, match=r"cannot be the name|two different files"):
        write_flee(replace(found, source=source), tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("attribute", ["../age", "flood_awareness"])
def test_attributes_cannot_be_written_elsewhere(attribute, tmp_path):
    found = read(small())
    with pytest.raises(ValueError, match="name of an attribute"):
        write_flee(replace(found, demographics=(replace(found.demographics[0], attribute=attribute),)), tmp_path / "new")
