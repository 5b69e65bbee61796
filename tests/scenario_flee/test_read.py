"""What a folder says, file by file."""

import datetime as dt

import numpy as np
import pytest

from havenward.scenario.flee.read import check_flee, read_flee
from havenward.scenario.flee.schema import Closure, LocationChange, kind_of
from havenward.scenario.problems import ScenarioError
from tests.scenario_flee.helpers import flooded, problems_of, read, replaced, small, with_major_routes, without, written


def test_folders_without_fault_say_nothing():
    assert problems_of(small()) == []
    assert problems_of(flooded()) == []


def test_places():
    found = read(small())
    alpha, beta, gamma, turn, hub, delta, epsilon = found.locations
    assert [place.kind for place in found.locations] == [
        "conflict", "conflict", "town", "marker", "forward", "camp", "idpcamp",
    ]  # fmt: skip
    assert (alpha.population, alpha.conflict_intensity, alpha.capacity) == (1000, 0.5, None)
    assert (alpha.starts_in_conflict, beta.starts_in_conflict, beta.conflict_date) == (True, False, 2)
    assert (beta.conflict_intensity, gamma.conflict_date, gamma.region) == (1.0, None, "South")
    assert (turn.lat, turn.lon, hub.country) == (1.8, 2.8, "Abroad")
    assert (delta.capacity, delta.population, delta.initial_idps) == (300, 0, 5)
    assert epsilon.capacity is None
    assert found.home_country == "Home"
    assert found.index["Hub"] == 4


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("camp", "camp"), ("IDPcamp", "idpcamp"), ("camp_idp", "idpcamp"), ("conflict_zone", "conflict"),
        ("conflict camp", "camp"), ("forwarding_hub", "forward"), ("Marker", "marker"), ("flood_zone", "flood_zone"),
        ("default", "town"), ("town", "town"), ("city", None), ("", None),
    ],
)  # fmt: skip
def test_kinds_are_found_in_the_order_of_the_specification(text, kind):
    assert kind_of(text) == kind


def test_roads():
    found = read(with_major_routes())
    assert [(road.from_place, road.to_place, road.km) for road in found.routes[:2]] == [
        ("Alpha", "Beta", 100.0),
        ("Beta", "Gamma", 75.5),
    ]
    assert (found.routes[0].max_move_speed, found.routes[0].walk_probability) == (60.0, 0.1)
    assert found.major_routes == (("Beta", "Gamma", "Epsilon"),)


def test_dated_events():
    found = read(small())
    assert (found.start, found.days) == (dt.date(2020, 1, 1), 6)
    assert found.closures == (
        Closure(kind="country", name1="Home", name2="Abroad", start=1, end=3),
        Closure(kind="camp", name1="Delta", name2="", start=4, end=None),
    )
    assert found.changes == (LocationChange(name="Gamma", kind="idpcamp", day=3),)


def test_tables_by_day():
    found = read(small())
    conflict = found.conflict_by_day()
    assert conflict.shape == (6, 7)
    assert conflict[:, 0].tolist() == [1.0] * 6
    assert conflict[:, 1].tolist() == [0, 0, 0.5, 0.5, 0.5, 0.5]
    assert not conflict[:, 2:].any()
    assert not found.conflicts.values.flags.writeable
    food = found.food_by_day()
    assert food[:, 0] == pytest.approx(10 + np.arange(6))
    assert food[5, 2] == pytest.approx(30.25)
    assert found.floods is None
    assert read(flooded()).flood_by_day().tolist() == [[0, 1], [1, 2], [2, 0]]


def test_regions_without_a_column_have_no_figure():
    files = replaced(small(), "input_csv/region_attributes_IPC.csv", "#Day,North,South,East", "#Day,North,South")
    files = replaced(files, "input_csv/region_attributes_IPC.csv", "0,10,20,0\n10,20,40.5,0", "0,10,20\n10,20,40.5")
    food = read(files).food_by_day()
    assert np.isnan(food[:, 4:6]).all()
    assert not np.isnan(food[:, :4]).any()


def test_people():
    found = read(small())
    age, gender = found.demographics
    assert (age.attribute, age.values, age.places) == ("age", (10.0, 40.0), ("Alpha",))
    assert (age.default.tolist(), age.weights.tolist()) == ([1, 3], [[2], [0.5]])
    assert (gender.values, gender.weights.shape) == (("female", "male"), (2, 0))
    assert [(row.place, row.ages, row.sex, row.agents) for row in found.agents] == [
        ("Alpha", "19-59", "male", 2),
        ("Beta", "0-14", "female", 1),
        ("Beta", "unknown", "unknown", 1),
    ]


@pytest.mark.parametrize(
    ("age", "group"), [("0", "0-14"), ("14", "0-14"), ("15", "15-18"), ("18", "15-18"), ("19", "19-59"), ("60", "60+")]
)
def test_age_groups_are_those_that_the_rules_tell_apart(age, group):
    found = read(replaced(small(), "input_csv/agents.csv", "Beta,8,female", f"Beta,{age},female"))
    assert {row.ages for row in found.agents if row.sex == "female"} == {group}


def test_the_flatter_layout_of_tests_is_read():
    files = {"input_csv/" + name.rsplit("/", 1)[-1]: content for name, content in small().items() if "source" not in name}
    files |= {
        name.replace("source_data", "input_csv/refugee_data"): content
        for name, content in small().items()
        if "source" in name
    }
    assert read(files) == read(small())


def test_a_folder_with_errors_raises_with_all_of_them(tmp_path):
    files = replaced(small(), "input_csv/routes.csv", "Alpha,Beta,100", "Alpa,Beta,-1")
    folder = written(files, tmp_path)
    with pytest.raises(ScenarioError) as refused:
        read_flee(folder)
    assert len([problem for problem in refused.value.problems if problem.severity == "error"]) == 1
    files = replaced(files, "input_csv/sim_period.csv", "Length,6", "Length,six")
    assert len([p for p in problems_of(files) if p.severity == "error"]) == 2


def test_folder_and_memory_say_the_same(tmp_path):
    for number, files in enumerate((small(), flooded(), without(small(), "simsetting.yml"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        found, problems = check_flee(written(files, folder))
        assert found == read(files) == read_flee(folder)
        assert problems == problems_of(files)


@pytest.mark.parametrize(
    "changed",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content + b"\n\n \n",
    ],
)
def test_byte_order_marks_line_ends_and_blank_lines_change_nothing(changed):
    files = {name: changed(content) if name.endswith("csv") else content for name, content in small().items()}
    assert read(files) == read(small())
    assert problems_of(files) == []


def test_semicolons_and_arabic_digits_are_read_and_told():
    files = small()
    files["input_csv/routes.csv"] = files["input_csv/routes.csv"].replace(b",", b";")
    files = replaced(files, "input_csv/sim_period.csv", "Length,6", "Length,٦")
    assert read(files) == read(small())
    assert {(p.file, p.severity) for p in problems_of(files)} == {
        ("input_csv/routes.csv", "warning"),
        ("input_csv/sim_period.csv", "warning"),
    }


def test_missing_parts_that_flee_can_do_without():
    gone = ("major_routes", "closures", "registration_corrections", "region_attributes_IPC", "demographics_age")
    files = without(small(), *(f"input_csv/{name}.csv" for name in gone), "location_changes.csv")
    found = read(files)
    assert problems_of(files) == []
    assert (found.major_routes, found.closures, found.changes, found.food) == ((), (), (), None)
