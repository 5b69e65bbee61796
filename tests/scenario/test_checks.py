"""What only shows when the rows of a scenario are held against one another."""

import datetime as dt

import pytest

from havenward.model.siege.requirements import SIEGE
from havenward.scenario.folder import bundled
from havenward.scenario.geography import distance_km
from havenward.scenario.read import check, check_files
from tests.scenario.helpers import (
    last_row,
    only,
    place,
    problems_of,
    table,
    toy,
    with_cells,
    with_row,
    with_text,
    without_rows,
    write,
)

# --- keys, sources, ranges -------------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(name for name in toy() if name.endswith(".csv")))
def test_the_same_row_twice(file):
    files = toy()
    rows = table(files, file)
    problems = problems_of(files | {file: write([*rows, rows[1]])})
    twice = [problem for problem in problems if "as row 2" in problem.wrong]
    assert len(twice) == 1
    assert (twice[0].file, twice[0].row, twice[0].severity) == (file, len(rows) + 1, "error")
    assert twice[0].value.startswith(rows[1][0])


def test_a_sourced_row_without_a_source():
    problem = only(with_cells("camps.csv", 3, label="sourced"))
    assert place(problem) == ("camps.csv", 3, "source", "")
    assert "'sourced' and names no source" in problem.wrong
    assert "sources.csv" in problem.mend


@pytest.mark.parametrize("label", ["sourced", "assumed"])
def test_an_unknown_source(label):
    problem = only(with_cells("camps.csv", 3, label=label, source="invnted"))
    assert place(problem) == ("camps.csv", 3, "source", "invnted")
    assert problem.mend.startswith("Did you mean 'invented'?")


@pytest.mark.parametrize(
    ("file", "low", "middle", "high"),
    [
        ("locations.csv", "population_low", "population", "population_high"),
        ("assumptions.csv", "low", "median", "high"),
        ("evidence.csv", "low", "value", "high"),
    ],
)
def test_a_range_that_does_not_hold_its_figure(file, low, middle, high):
    above, below = problems_of(with_cells(file, 2, **{low: 9, middle: 5, high: 1}))
    assert place(above) == (file, 2, low, "9")
    assert place(below) == (file, 2, high, "1")
    assert f"more than '{middle}' (5)" in above.wrong
    assert f"less than '{middle}' (5)" in below.wrong


def test_an_unknown_assumption():
    files = with_cells("assumptions.csv", 2, name="walking_sped")
    assert check_files(files)[1] == []
    _, (problem,) = check_files(files, SIEGE)
    assert place(problem) == ("assumptions.csv", 2, "name", "walking_sped")
    assert problem.mend.startswith("Did you mean 'walking_speed'?")


@pytest.mark.parametrize("name", bundled())
def test_bundled_scenarios_are_valid_and_name_only_parameters_that_exist(name):
    found, problems = check(name, SIEGE)
    assert [problem for problem in problems if problem.severity == "error"] == []
    assert found is not None


# --- classes ---------------------------------------------------------------------------------------


def test_shares_that_do_not_sum_to_one():
    problem = only(with_cells("classes.csv", 2, share=0.25))
    assert place(problem) == ("classes.csv", 7, "share", "1.01")
    assert "sum to 1" in problem.wrong


def test_shares_within_the_tolerance():
    assert problems_of(with_cells("classes.csv", 2, share=0.2400009)) == []
    assert len(problems_of(with_cells("classes.csv", 2, share=0.2400011))) == 1


def test_a_class_with_nobody_in_it():
    problem = only(with_cells("classes.csv", 6, men=0, women=0))
    assert place(problem) == ("classes.csv", 6, "men", "0")
    assert "nobody" in problem.wrong


def test_a_lone_class_of_two():
    problem = only(with_cells("classes.csv", 7, women=1))
    assert place(problem) == ("classes.csv", 7, "kind", "2")
    assert problem.severity == "warning"


def test_no_class_at_all():
    files = toy()
    problem = only(files | {"classes.csv": write(table(files, "classes.csv")[:1])})
    assert place(problem) == ("classes.csv", 1, "name", "")


# --- names that lead nowhere -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("control.csv", "place"),
        ("fighting.csv", "place"),
        ("routes.csv", "from_place"),
        ("routes.csv", "to_place"),
        ("corridors.csv", "from_place"),
        ("corridors.csv", "crossing"),
        ("crossings.csv", "crossing"),
        ("camps.csv", "camp"),
        ("evidence.csv", "site"),
    ],
)
def test_an_unknown_place(file, column):
    row = last_row(toy(), file)
    files = with_cells(file, row, **{column: "Tarow North"})
    problem = next(problem for problem in problems_of(files) if problem.file == file and problem.column == column)
    assert place(problem) == (file, row, column, "Tarow North")
    assert problem.severity == "error"
    assert problem.mend.startswith("Did you mean 'Tarrow North'?")


@pytest.mark.parametrize(
    ("file", "column"),
    [("locations.csv", "area"), ("offensives.csv", "area"), ("restrictions.csv", "area"), ("prices.csv", "area"),
     ("supplies.csv", "area"), ("observers.csv", "areas")],
)  # fmt: skip
def test_an_unknown_area(file, column):
    problem = only(with_cells(file, 3, **{column: "old tonw"}))
    assert place(problem) == (file, 3, column, "old tonw")
    assert problem.severity == "error"
    assert problem.mend.startswith("Did you mean 'old town'?")


def test_an_unknown_observer():
    problem = only(with_cells("evidence.csv", 2, observer="bridge registre"))
    assert place(problem) == ("evidence.csv", 2, "observer", "bridge registre")
    assert "'bridge register'" in problem.mend


def test_a_place_whose_row_is_wrong_is_known_all_the_same():
    problem = only(with_cells("locations.csv", 6, lat="north"))
    assert place(problem) == ("locations.csv", 6, "lat", "north")


@pytest.mark.parametrize(
    ("file", "column", "name", "needed"),
    [
        ("corridors.csv", "crossing", "Long Meadow", "crossing"),
        ("corridors.csv", "from_place", "Eastholm", "home"),
        ("crossings.csv", "crossing", "Quarry", "crossing"),
        ("camps.csv", "camp", "Eastholm", "camp or emergency"),
        ("control.csv", "place", "Stone Bridge", "home"),
        ("fighting.csv", "place", "Stone Bridge", "home"),
    ],
)
def test_a_place_of_the_wrong_kind(file, column, name, needed):
    row = last_row(toy(), file)
    problem = only(with_cells(file, row, **{column: name}))
    assert place(problem) == (file, row, column, name)
    assert f"{needed} is needed here" in problem.wrong


def test_a_home_without_an_area():
    problem = only(with_cells("locations.csv", 2, area=""))
    assert place(problem) == ("locations.csv", 2, "area", "Tarrow North")
    assert "no area" in problem.wrong


@pytest.mark.parametrize(
    ("name", "wrong"), [("town", "twice"), ("a;b", "kept for"), ("'*'", "kept for"), ("spare", "no home lies")]
)
def test_areas_of_the_header(name, wrong):
    problem = only(with_text("scenario.yaml", "areas:\n", f"areas:\n  - name: {name}\n"))
    assert (problem.file, problem.column, problem.value) == ("scenario.yaml", "areas.name", name.strip("'"))
    assert wrong in problem.wrong
    assert problem.severity == ("warning" if name == "spare" else "error")


# --- homes -----------------------------------------------------------------------------------------


def test_no_home_with_people():
    files = toy()
    rows = table(files, "locations.csv")
    for row in rows[1:5]:
        row[5:8] = ["", "", ""]
    problem = only(files | {"locations.csv": write(rows)})
    assert place(problem) == ("locations.csv", 1, "population", "")
    assert "no home has any people" in problem.wrong


def test_an_island_home():
    problem = only(without_rows("corridors.csv", "from_place", "Millfield"))
    assert place(problem) == ("locations.csv", 5, "name", "Millfield")
    assert problem.severity == "warning"
    assert "no corridor" in problem.wrong


def test_a_home_never_besieged():
    problem = only(without_rows("control.csv", "place", "Millfield"))
    assert place(problem) == ("locations.csv", 5, "name", "Millfield")
    assert problem.severity == "warning"


def test_no_home_ever_besieged():
    files = toy()
    problem = only(files | {"control.csv": write(table(files, "control.csv")[:1])})
    assert place(problem) == ("control.csv", 1, "besieged_share", "")
    assert problem.severity == "warning"


@pytest.mark.parametrize("share", ["1.2", "-0.1"])
def test_a_share_of_control_outside_zero_to_one(share):
    assert place(only(with_cells("control.csv", 4, besieged_share=share))) == (
        "control.csv",
        4,
        "besieged_share",
        share,
    )


def test_swapped_latitude_and_longitude():
    problem = only(with_cells("locations.csv", 6, lat=-39.870, lon=31.030))
    assert place(problem) == ("locations.csv", 6, "lat", "-39.87, 31.03")
    assert problem.severity == "warning"
    assert "swapped: write lat 31.03 and lon -39.87" in problem.mend


def test_a_place_far_away():
    problem = only(with_cells("locations.csv", 6, lat=31, lon=0))
    assert problem.mend == "Check its position"
    assert problem.severity == "warning"


def test_abroad_may_be_far_away():
    cells = {"name": "Far land", "kind": "abroad", "lat": 60, "lon": 100}
    assert problems_of(with_row("locations.csv", **cells)) == []


def test_a_degree_of_latitude():
    # 111.13 km at 45 degrees: WGS 84, half a degree to either side.
    assert distance_km((44.5, 0.0), (45.5, 0.0)) == pytest.approx(111.13, abs=0.01)
    assert distance_km((0.0, 179.5), (0.0, -179.5)) == pytest.approx(111.32, abs=0.01)


# --- ways ------------------------------------------------------------------------------------------


def test_a_corridor_without_length_or_route():
    problems = problems_of(without_rows("routes.csv", "to_place", "Stone Bridge"))
    errors = [problem for problem in problems if problem.severity == "error"]
    assert {(problem.file, problem.column) for problem in errors} == {("corridors.csv", "km")}
    assert len(errors) == sum(row[3] == "" for row in table(toy(), "corridors.csv"))
    assert "from 'Tarrow North' to 'Stone Bridge'" in errors[0].wrong
    assert "kilometres" in errors[0].mend


def test_camps_and_hosts_that_no_route_reaches():
    problems = problems_of(without_rows("routes.csv", "from_place", "Stone Bridge"))
    assert [(p.row, p.column, p.severity) for p in problems] == [(row, "name", "warning") for row in (7, 8, 9)]
    assert all("great-circle" in problem.wrong for problem in problems)


def test_a_crossing_without_corridor_and_without_desks():
    files = with_row("locations.csv", name="New Bridge", kind="crossing", lat=31.01, lon=-39.9)
    row = last_row(files, "locations.csv")
    corridor, desks = problems_of(files)
    assert place(corridor) == place(desks) == ("locations.csv", row, "name", "New Bridge")
    assert "no corridor" in corridor.wrong
    assert "crossings.csv has no row" in desks.wrong
    assert corridor.severity == desks.severity == "error"


@pytest.mark.parametrize("column", ["desks", "hours"])
def test_a_crossing_that_never_has_desks(column):
    files = toy()
    rows = table(files, "crossings.csv")
    for row in rows[1:]:
        row[rows[0].index(column)] = "0"
    problem = only(files | {"crossings.csv": write(rows)})
    assert (problem.file, problem.row, problem.column) == ("crossings.csv", 2, "desks")
    assert problem.severity == "warning"


def test_a_camp_that_never_has_plots():
    problem = only(without_rows("camps.csv", "camp", "Quarry"))
    assert place(problem) == ("locations.csv", 8, "name", "Quarry")
    assert problem.severity == "warning"


# --- dates -----------------------------------------------------------------------------------------


def errors_in(files):
    return [problem for problem in problems_of(files) if problem.severity == "error"]


@pytest.mark.parametrize(("end", "wrong"), [("2010-03-01", "ends before it starts"), ("2030-04-01", "more than 20 years")])
def test_the_span_of_a_scenario(end, wrong):
    (problem,) = errors_in(with_text("scenario.yaml", "end: 2010-09-16\n\n", f"end: {end}\n\n"))
    assert (problem.file, problem.column, problem.value) == ("scenario.yaml", "end", end)
    assert wrong in problem.wrong


def test_a_recent_case_cannot_be_closed():
    start, end = (dt.date.today() - dt.timedelta(days=days) for days in (5 * 365 + 100, 5 * 365 - 10))
    files = with_text("scenario.yaml", "nature: synthetic", "nature: closed_case")
    assert errors_in(files) == []
    text = files["scenario.yaml"].decode()
    text = text.replace("start: 2010-03-01\nend: 2010-09-16", f"start: {start}\nend: {end}")
    (problem,) = errors_in(files | {"scenario.yaml": text.encode()})
    assert (problem.column, problem.value) == ("nature", "closed_case")
    assert "5 years" in problem.wrong


@pytest.mark.parametrize(
    "file",
    ["control.csv", "fighting.csv", "offensives.csv", "restrictions.csv", "prices.csv", "supplies.csv", "crossings.csv",
     "camps.csv"],
)  # fmt: skip
def test_rows_outside_the_scenario(file):
    row = last_row(toy(), file)
    late = only(with_cells(file, row, date="2011-01-01"))
    assert place(late) == (file, row, "date", "2011-01-01")
    assert late.severity == "warning"
    assert "no effect" in late.wrong
    early = only(with_cells(file, 2, date="2009-12-31"))
    assert "before the scenario's first day" in early.wrong


def test_a_corridor_that_closes_before_it_opens():
    problem = only(with_cells("corridors.csv", 2, opened="2010-05-01"))
    assert place(problem) == ("corridors.csv", 2, "closed", "2010-04-09")
    assert "2010-05-01" in problem.wrong


@pytest.mark.parametrize(
    ("ends", "column", "value", "wrong"),
    [
        (("2010-03-20", ""), "latest", "", "only one end"),
        (("", "2010-07-20"), "earliest", "", "only one end"),
        (("2010-07-11", "2010-07-20"), "earliest", "2010-07-11", "after the date (2010-07-10)"),
        (("2010-07-01", "2010-07-09"), "latest", "2010-07-09", "before the date (2010-07-10)"),
        (("2010-07-01", "soon"), "latest", "soon", "is not a date"),
    ],
)
def test_a_range_of_dates_holds_its_date(ends, column, value, wrong):
    problem = only(with_range(*ends))
    assert place(problem) == ("control.csv", 6, column, value)
    assert problem.severity == "error"
    assert wrong in problem.wrong
    assert problems_of(with_range("2010-07-10", "2010-07-10")) == problems_of(with_range("2010-07-01", "2010-12-31")) == []


def with_range(earliest, latest):
    """The toy, where Millfield is retaken between two days."""
    files = toy()
    head, *rows = table(files, "control.csv")
    assert rows[4][:2] == ["Millfield", "2010-07-10"]
    ranged = [[*row, *((earliest, latest) if k == 4 else ("", ""))] for k, row in enumerate(rows)]
    return files | {"control.csv": write([[*head, "earliest", "latest"], *ranged])}


BEND = {"place": "Millfield", "order": 1, "date": "2010-07-01"}


@pytest.mark.parametrize(
    ("cells", "column", "wrong"),
    [
        ({"place": "Quarry", "late": 3}, "place", "of kind 'camp'"),
        ({"order": 0, "late": 3}, "order", "less than 1"),
        ({"date": "2010-12-01", "late": 3}, "date", "no effect"),
        ({"arrives": "2010-07-05"}, "besieged_share", "does not say where the front goes"),
        ({"until": "2010-07-05", "late": 2}, "besieged_share", "does not say where the front goes"),
        ({"besieged_share": 0.5, "late": 2}, "besieged_share", "reschedules it at once"),
        ({"besieged_share": 0.5, "arrives": "2010-06-30"}, "arrives", "before the row's date"),
        ({"besieged_share": 0.5, "arrives": "2010-07-05", "until": "2010-07-04"}, "until", "not come there by then"),
    ],
)
def test_a_change_of_a_front_that_cannot_be(cells, column, wrong):
    row = BEND | cells
    problem = only(toy() | {"bends.csv": write([list(row), [str(cell) for cell in row.values()]])})
    assert (problem.file, problem.row, problem.column) == ("bends.csv", 2, column)
    assert wrong in problem.wrong


def test_changes_of_a_front_that_can_be():
    rows = [BEND | {"besieged_share": 0.5, "until": "2010-07-04", "late": "", "pace": ""},
            BEND | {"order": 2, "besieged_share": "", "until": "", "late": 3, "pace": 0.5}]  # fmt: skip
    assert (
        problems_of(toy() | {"bends.csv": write([list(rows[0]), *([str(cell) for cell in row.values()] for row in rows)])})
        == []
    )


def test_epochs():
    (twice,) = problems_of(with_text("scenario.yaml", "name: afterwards", "name: sealed"))
    assert (twice.column, twice.value, twice.severity) == ("epochs.name", "sealed", "error")
    (backwards,) = problems_of(with_text("scenario.yaml", "end: 2010-07-04", "end: 2010-04-01"))
    assert (backwards.column, backwards.value, backwards.severity) == ("epochs.end", "2010-04-01", "error")
    (beyond,) = problems_of(with_text("scenario.yaml", "end: 2010-09-16}", "end: 2010-09-17}"))
    assert (beyond.column, beyond.severity) == ("epochs.end", "warning")


def test_a_front_that_moves_by_chance_needs_a_pace():
    files = with_text("scenario.yaml", "control: timeline", "control: stochastic")
    assert problems_of(files) == []
    del files["offensives.csv"]
    problem = only(files)
    assert (problem.file, problem.column, problem.severity) == ("scenario.yaml", "control", "warning")


def test_an_observer_that_ends_before_it_starts():
    (problem,) = errors_in(with_cells("observers.csv", 2, end="2010-01-01"))
    assert place(problem) == ("observers.csv", 2, "end", "2010-01-01")


# --- evidence --------------------------------------------------------------------------------------


def test_evidence_known_before_its_day():
    problem = only(with_cells("evidence.csv", 2, known_on="2010-07-14"))
    assert place(problem) == ("evidence.csv", 2, "known_on", "2010-07-14")
    assert problem.severity == "error"
    assert "2010-07-15" in problem.wrong


def test_evidence_of_which_nobody_knows_when_it_was_known():
    problem = only(with_cells("evidence.csv", 2, known_on=""))
    assert place(problem) == ("evidence.csv", 2, "known_on", "")
    assert problem.severity == "warning"
    assert "no forecast may use it" in problem.wrong


def test_a_flow_needs_its_first_day():
    problem = only(with_cells("evidence.csv", 8, from_date=""))
    assert place(problem) == ("evidence.csv", 8, "from_date", "")
    assert "flow needs" in problem.wrong


def test_a_flow_that_begins_after_its_end():
    problem = only(with_cells("evidence.csv", 8, from_date="2010-08-09"))
    assert place(problem) == ("evidence.csv", 8, "from_date", "2010-08-09")


def test_only_a_flow_has_a_first_day():
    problem = only(with_cells("evidence.csv", 2, from_date="2010-07-01"))
    assert place(problem) == ("evidence.csv", 2, "from_date", "2010-07-01")
    assert "'cumulative'" in problem.wrong


def test_evidence_outside_its_observer_and_the_scenario():
    problem = only(with_cells("evidence.csv", 6, date="2010-06-01"))
    assert place(problem) == ("evidence.csv", 6, "date", "2010-06-01")
    assert "'tracking' counts" in problem.wrong
    late = problems_of(with_cells("evidence.csv", 2, date="2011-06-01", known_on="2011-06-02"))
    assert [(p.row, p.column, p.severity) for p in late] == [(2, "date", "warning")]


def test_a_share_in_camps_above_one():
    problem = only(with_cells("evidence.csv", 9, quantity="camp_share", value=77, low="", high=""))
    assert place(problem) == ("evidence.csv", 9, "value", "77")
    assert problem.mend == "Write 0.77 if per cent was meant"


# --- ways that are open in several spans


def spans(**cells):
    """The toy with a second span of its first way."""
    same = {"from_place": "Tarrow North", "crossing": "Stone Bridge", "use": "road", "width_km": 0, "patrols": 1, "mines": 0}
    return with_row("corridors.csv", **same | {"opened": "2010-07-01", "closed": "2010-08-01"} | cells)


def test_a_way_may_be_open_in_several_spans():
    assert problems_of(spans()) == []


@pytest.mark.parametrize(("column", "value"), [("km", "3"), ("width_km", "1"), ("patrols", "0.5"), ("mines", "0.1")])
def test_spans_of_a_way_say_the_same(column, value):
    problem = only(spans(**{column: value}))
    assert place(problem) == ("corridors.csv", last_row(toy(), "corridors.csv") + 1, column, value)
    assert "row 2 says otherwise of the same way" in problem.wrong


def test_no_span_stands_twice():
    assert "the same from_place and crossing and use and opened" in only(spans(opened="2010-03-01")).wrong


def test_the_eve_of_the_first_day_belongs_to_control():
    assert problems_of(with_row("control.csv", place="Millfield", date="2010-02-28", besieged_share=0)) == []
    early = only(with_row("control.csv", place="Millfield", date="2010-02-27", besieged_share=0))
    assert "before the scenario's first day" in early.wrong
