"""Each message about a table: which file, line and column it names, and what it says."""

import pytest

from havenward.scenario.problems import PER_COLUMN
from tests.scenario_flee.helpers import Files, flooded, problems_of, replaced, small, with_major_routes, without

I = "input_csv/"  # noqa: E741
S = "source_data/"
PLACES = I + "locations.csv"
ROADS = I + "routes.csv"
MAJOR = I + "major_routes.csv"
CLOSURES = I + "closures.csv"
PERIOD = I + "sim_period.csv"
WAR = I + "conflicts.csv"
FLOOD = I + "flood_level.csv"
FOOD = I + "region_attributes_IPC.csv"
LAYOUT = S + "data_layout.csv"
SERIES = S + "epsilon.csv"
CORRECTIONS = I + "registration_corrections.csv"
AGES = I + "demographics_age.csv"
AGENTS = I + "agents.csv"
CHANGES = "location_changes.csv"
YML = "simsetting.yml"


def small_with(file: str, old: str, new: str) -> Files:
    return replaced(small(), file, old, new)


def added(file: str, text: str, files: Files | None = None) -> Files:
    files = small() if files is None else files
    return files | {file: files.get(file, b"") + text.encode()}


def location(row: str) -> Files:
    return added(PLACES, f"{row}\n")


def route(row: str) -> Files:
    return added(ROADS, f"{row}\n")


def closure(row: str) -> Files:
    return added(CLOSURES, f"{row}\n")


def series(text: str) -> Files:
    return added(SERIES, f"{text}\n")


CASES: dict[str, tuple[Files, str, str, int | None, str, str]] = {
    # locations.csv
    "no locations": (without(small(), PLACES), "error", PLACES, None, "", "is missing"),
    "empty locations": (small() | {PLACES: b"#name\n"}, "error", PLACES, 1, "", "no location"),
    "short row": (location("New,R,Home,1,1,town"), "error", PLACES, 9, "", "has 6 cells and needs 8"),
    "no name": (location(",R,Home,1,1,town,,5,,"), "error", PLACES, 9, "name", "is empty"),
    "same name": (location("Gamma,R,Home,1,1,town,,5,,"), "error", PLACES, 9, "name", "already in row 4"),
    "no kind": (location("New,R,Home,1,1,twn,,5,,"), "error", PLACES, 9, "location_type", "no kind"),
    "no date": (location("New,R,Home,1,1,conflict,,5,,"), "error", PLACES, 9, "conflict_date", "empty"),
    "half person": (location("New,R,Home,1,1,town,,5.5,,"), "error", PLACES, 9, "population", "whole"),
    "negative": (location("New,R,Home,1,1,town,,-5,,"), "error", PLACES, 9, "population", "less than 0"),
    "far north": (location("New,R,Home,91,1,town,,5,,"), "error", PLACES, 9, "latitude", "more than 90"),
    "no degrees": (location("New,R,Home,,1,town,,5,,"), "warning", PLACES, 9, "latitude", "read as 0"),
    "no room": (
        small_with(PLACES, "camp,,300,5,", "camp,,0,5,"),
        "warning", PLACES, 7, "population", "means no limit",
    ),
    "placed elsewhere": (
        small_with(PLACES, "town,,200,,", "town,,200,9,"),
        "warning", PLACES, 4, "initial_idps", "camps only",
    ),
    "bare header": (
        small_with(PLACES, "#name", "name"),
        "warning", PLACES, 1, "", "does not begin with '#'",
    ),
    "odd column": (
        small_with(PLACES, "initial_idps", "initial_idp"),
        "warning", PLACES, 1, "initial_idp", "has no meaning",
    ),
    "column twice": (
        small_with(PLACES, "initial_idps", "conflict_intensity"),
        "error", PLACES, 1, "conflict_intensity", "stands twice",
    ),
    "refused column": (
        small_with(PLACES, "initial_idps", "religion"),
        "error", PLACES, 1, "religion", "never sorted",
    ),
    "cells beyond": (
        small_with(PLACES, "camp,,300,5,", "camp,,300,5,,x"),
        "warning", PLACES, 7, "", "beyond the last named column",
    ),
    "no road": (location("New,North,Home,1,1,town,,5,,"), "warning", PLACES, 9, "name", "no road"),
    "never at war": (
        small_with(WAR, "#Day,Alpha,Beta", "#Day,Alpha,Gamma"),
        "warning", PLACES, 3, "conflict_date", "never begins",
    ),
    "too many cells": (
        small() | {
            PERIOD: b"StartDate,2020-01-01\nLength,36525\n",
            PLACES: small()[PLACES]
            + b"".join(b"P%d,R,Home,1,1,town,,,,\n" % number for number in range(600)),
        },
        "error", PLACES, 1, "", "more than 20,000,000",
    ),
    # routes.csv
    "no routes": (without(small(), ROADS), "error", ROADS, None, "", "is missing"),
    "unknown end": (route("Alpha,Gama,5,0,60,0"), "error", ROADS, 8, "name2", "is not a location"),
    "no end": (route("Alpha,,5,0,60,0"), "error", ROADS, 8, "name2", "is empty"),
    "to itself": (route("Alpha,Alpha,5,0,60,0"), "error", ROADS, 8, "name2", "where it begins"),
    "no length": (route("Alpha,Gamma,,0,60,0"), "error", ROADS, 8, "distance", "is empty"),
    "length 0": (route("Alpha,Gamma,0,0,60,0"), "error", ROADS, 8, "distance", "not above 0"),
    "length in words": (route("Alpha,Gamma,far,0,60,0"), "error", ROADS, 8, "distance", "not a number"),
    "parallel": (route("Beta,Alpha,5,0,60,0"), "warning", ROADS, 8, "name1", "already in row 2"),
    "redirected": (route("Alpha,Gamma,5,2,60,0"), "warning", ROADS, 8, "forced_redirection", "moves nobody"),
    "odd redirection": (route("Alpha,Gamma,5,7,60,0"), "error", ROADS, 8, "forced_redirection", "not one of"),
    "no speed": (route("Alpha,Gamma,5,0,,0"), "warning", ROADS, 8, "max_move_speed", "Flee stops"),
    "chance of 2": (route("Alpha,Gamma,5,0,60,2"), "error", ROADS, 8, "walk_probability", "more than 1"),
    # major_routes.csv
    "unknown stop": (added(MAJOR, "Alpha,Btea\n", with_major_routes()), "error", MAJOR, 2, "", "not a location"),
    "one stop": (added(MAJOR, "Alpha\n", with_major_routes()), "error", MAJOR, 2, "", "two places"),
    "remark": (added(MAJOR, "# long\n", with_major_routes()), "warning", MAJOR, 2, "", "comment"),
    "routes not carried": (with_major_routes(), "warning", YML, 9, "move_rules.fixed_routes", "nobody can start along one"),
    "routes unused": (
        replaced(with_major_routes(), YML, "fixed_routes: True", "fixed_routes: False"),
        "warning", YML, 9, "move_rules.fixed_routes", "only with fixed_routes",
    ),
    # closures.csv
    "unknown kind": (closure("locaton,Delta,,1,2"), "error", CLOSURES, 4, "closure_type", "not one of"),
    "unknown place": (closure("location,Dleta,,1,2"), "error", CLOSURES, 4, "name1", "is not a location"),
    "unknown country": (closure("country,Home,Abrod,1,2"), "error", CLOSURES, 4, "name2", "is not a country"),
    "no such road": (closure("link,Alpha,Delta,1,2"), "error", CLOSURES, 4, "name2", "no road joins"),
    "link": (closure("link,Alpha,Beta,1,2"), "warning", CLOSURES, 4, "closure_type", "never closes"),
    "redirection": (
        closure("remove_forced_redirection,Alpha,Beta,1,2"),
        "warning", CLOSURES, 4, "closure_type", "moves nobody",
    ),
    "second place": (closure("location,Epsilon,Hub,1,2"), "warning", CLOSURES, 4, "name2", "name1 alone"),
    "no second": (closure("country,Home,,1,2"), "error", CLOSURES, 4, "name2", "is empty"),
    "no day": (closure("camp,Delta,,,2"), "error", CLOSURES, 4, "closure_start", "is empty"),
    "no last day": (closure("camp,Delta,,1,"), "error", CLOSURES, 4, "closure_end", "is empty"),
    "too early": (closure("camp,Delta,,-3,2"), "warning", CLOSURES, 4, "closure_start", "never comes"),
    "too late": (closure("camp,Delta,,6,7"), "warning", CLOSURES, 4, "closure_start", "ends with day 5"),
    "backwards": (closure("camp,Delta,,3,2"), "warning", CLOSURES, 4, "closure_end", "stays closed"),
    "no time": (closure("camp,Delta,,3,3"), "warning", CLOSURES, 4, "closure_end", "closes nothing"),
    "short closure": (closure("camp,Delta"), "error", CLOSURES, 4, "", "has 2 cells"),
    "only origin": (
        closure("location,Alpha,,0,2"),
        "warning", CLOSURES, 4, "name1", "seals Alpha, the only origin: nobody can leave from day 0 to day 1",
    ),
    "every origin": (
        small_with(CLOSURES, "country,Home,Abroad,1,3", "country,Home,Home,3,-1"),
        "warning", CLOSURES, 2, "name1", "every origin (Alpha, Beta): nobody can leave from day 3 to day 5",
    ),
    # location_changes.csv
    "unknown change": (added(CHANGES, "Gmma,town,4\n"), "error", CHANGES, 3, "name", "not a loc"),
    "change to what": (added(CHANGES, "Gamma,twn,4\n"), "error", CHANGES, 3, "new_type", "no kind"),
    "change when": (added(CHANGES, "Gamma,town,\n"), "error", CHANGES, 3, "day", "is empty"),
    "late change": (added(CHANGES, "Gamma,town,6\n"), "warning", CHANGES, 3, "day", "never comes"),
    "changes elsewhere": (
        without(small(), CHANGES) | {I + CHANGES: b"#name,new_type,day\nGamma,town,3\n"},
        "warning", I + CHANGES, 1, "", "started from",
    ),
    # sim_period.csv
    "no period": (without(small(), PERIOD), "error", PERIOD, None, "", "is missing"),
    "no start": (small_with(PERIOD, "StartDate,2020-01-01\n", ""), "error", PERIOD, 1, "startdate", "missing"),
    "odd start": (small_with(PERIOD, "2020-01-01", "1/1/2020"), "error", PERIOD, 1, "StartDate", "date"),
    "no days": (small_with(PERIOD, "Length,6", "Length,0"), "error", PERIOD, 2, "Length", "between"),
    "blank days": (small_with(PERIOD, "Length,6", "Length,"), "error", PERIOD, 2, "Length", "empty"),
    "two starts": (
        added(PERIOD, "startdate,2020-01-02\n"),
        "error", PERIOD, 3, "startdate", "already in row 1",
    ),
    "odd key": (added(PERIOD, "Steps,4\n"), "warning", PERIOD, 3, "Steps", "not a key"),
    # conflicts.csv, flood_level.csv
    "no conflicts": (without(small(), WAR), "error", WAR, None, "", "is missing"),
    "short conflicts": (
        small_with(WAR, "5,1,0.5\n", ""),
        "error", WAR, 6, "", "has 5 days and the run 6",
    ),
    "empty conflicts": (small() | {WAR: b"\n"}, "error", WAR, 1, "", "no header"),
    "unknown column": (
        small_with(WAR, "Alpha,Beta", "Alpha,Bta"),
        "warning", WAR, 1, "Bta", "not known",
    ),
    "twice at war": (
        small_with(WAR, "Alpha,Beta", "Alpha,Alpha"),
        "error", WAR, 1, "Alpha", "stands twice",
    ),
    "intensity 2": (small_with(WAR, "3,1,0.5", "3,2,0.5"), "error", WAR, 5, "Alpha", "from 0 to 1"),
    "no figure": (small_with(WAR, "3,1,0.5", "3,,0.5"), "error", WAR, 5, "Alpha", "empty"),
    "one cell more": (small_with(WAR, "3,1,0.5", "3,1,0.5,1"), "error", WAR, 5, "", "has 4 cells"),
    "day left out": (small_with(WAR, "3,1,0.5", "4,1,0.5"), "warning", WAR, 5, "Day", "day 3"),
    "nobody to leave": (
        small() | {WAR: small()[WAR].replace(b"4,1,0.5\n5,1,0.5", b"4,0,0\n5,1,0")},
        "error", WAR, 6, "", "on day 4 no conflict zone",
    ),
    "floods unused": (
        small() | {FLOOD: b"#Day,Alpha\n0,1\n"},
        "warning", FLOOD, 1, "", "not this file",
    ),
    "no floods": (without(flooded(), FLOOD), "error", FLOOD, None, "", "is missing"),
    "short floods": (
        replaced(flooded(), FLOOD, "2,2,0\n", ""),
        "error", FLOOD, 3, "", "has 2 days and the run 3",
    ),
    "half level": (
        replaced(flooded(), FLOOD, "1,1,2", "1,1.5,2"),
        "error", FLOOD, 3, "Left", "whole number",
    ),
    "level of the last entry": (
        replaced(flooded(), YML, "flood_movechances: [0, 0.5, 1, 1]", "flood_movechances: [0, 0.5, 1]"),
        "warning", FLOOD, 3, "Right", "last entry of the list flood_movechances",
    ),
    "level beyond": (
        replaced(flooded(), YML, "flood_loc_weights: [1, 0.5, 0.1, 0]", "flood_loc_weights: [1, 0.5]"),
        "error", FLOOD, 3, "Right", "flood_loc_weights has no entry",
    ),
    # region_attributes_IPC.csv
    "unknown region": (
        small_with(FOOD, "North,South,East", "North,South,Est"),
        "warning", FOOD, 1, "Est", "not known",
    ),
    "days backwards": (
        small_with(FOOD, "10,20,40.5,0", "0,20,40.5,0"),
        "error", FOOD, 3, "Day", "not later",
    ),
    "odd day": (
        small_with(FOOD, "10,20,40.5,0", "ten,20,40.5,0"),
        "error", FOOD, 3, "Day", "not the number of a day",
    ),
    "days missing": (
        small_with(FOOD, "10,20,40.5,0", "4,20,40.5,0"),
        "error", FOOD, 3, "Day", "do not reach from 0 to 5",
    ),
    "more than all": (
        small_with(FOOD, "10,20,40.5,0", "10,120,40.5,0"),
        "error", FOOD, 3, "North", "from 0 to 100",
    ),
    "hunger without a table": (
        without(small_with(YML, "  max_move_speed: 200", "  flee_when_starving: True"), FOOD),
        "error", FOOD, None, "", "the file is missing",
    ),
    "hunger without a region": (
        replaced(
            small_with(YML, "  max_move_speed: 200", "  flee_when_starving: True"),
            FOOD, "North,South,East", "North,South,",
        ),
        "error", PLACES, 6, "region", "has no column",
    ),
    "place called as a region": (
        replaced(
            small_with(PLACES, "Gamma,South", "Gamma,Hub"),
            FOOD, "North,South,East", "North,South,Hub",
        ),
        "warning", PLACES, 6, "name", "called as a region",
    ),
    # source_data
    "no layout": (without(small(), LAYOUT), "error", LAYOUT, None, "", "is missing"),
    "no series": (small() | {LAYOUT: b"# none\n"}, "error", LAYOUT, 1, "", "no series"),
    "no file named": (added(LAYOUT, "Hub\n"), "warning", LAYOUT, 4, "", "names no file"),
    "series twice": (added(LAYOUT, "Delta,refugees.csv\n"), "error", LAYOUT, 4, "name", "row 2"),
    "file outside": (added(LAYOUT, "Hub,../x.csv\n"), "error", LAYOUT, 4, "file", "not the name"),
    "file absent": (added(LAYOUT, "Hub,refugee.csv\n"), "error", LAYOUT, 4, "file", "no such file"),
    "not the total": (
        small_with(LAYOUT, "total,", "all,"),
        "warning", LAYOUT, 1, "name", "first series is the total",
    ),
    "total by name": (
        replaced(small_with(LAYOUT, "total,", "Total,"), YML, "camps: True", "camps: False"),
        "error", LAYOUT, 1, "name", "called total",
    ),
    "camp without series": (
        small_with(LAYOUT, "Delta,delta-1.csv,delta-2.csv\n", ""),
        "error", PLACES, 7, "name", "has no series",
    ),
    "place without series": (
        replaced(flooded(), LAYOUT, "Left,left.csv\n", ""),
        "error", PLACES, 2, "name", "has no series",
    ),
    "series without camp": (
        added(LAYOUT, "Delt,refugees.csv\n"),
        "warning", LAYOUT, 4, "name", "no location has this name",
    ),
    "odd date": (series("2020-13-01,5"), "error", SERIES, 4, "date", "no day of the calendar"),
    "no date of a count": (series(",5"), "error", SERIES, 4, "date", "is empty"),
    "odd count": (series("2020-02-01,many"), "error", SERIES, 4, "count", "not a number"),
    "half a count": (series("2020-02-01,5.5"), "error", SERIES, 4, "count", "whole"),
    "negative count": (series("2020-02-01,-5"), "error", SERIES, 4, "count", "less than 0"),
    "no count": (series("2020-02-01,"), "warning", SERIES, 4, "count", "no count"),
    "out of order": (series("2020-01-02,5"), "warning", SERIES, 4, "date", "not later"),
    "no counts": (small() | {SERIES: b"Date,count\n"}, "error", SERIES, 1, "", "no counts"),
    "lost counts": (
        added(S + "delta-1.csv", "2020-02-01,50\n"),
        "warning", LAYOUT, 2, "file", "1 counts of delta-1.csv lie after the last of delta-2.csv",
    ),
    "file unnamed": (small() | {S + "old.csv": b"x"}, "warning", S + "old.csv", None, "", "does not name"),
    # registration_corrections.csv
    "correction of what": (
        added(CORRECTIONS, "Dlta,2020-01-21,normalize\n"),
        "error", CORRECTIONS, 2, "name", "not a series",
    ),
    "correction when": (
        added(CORRECTIONS, "Delta,2020-01-20,normalize\n"),
        "error", CORRECTIONS, 2, "date", "no entry of this date",
    ),
    "correction of the first": (
        added(CORRECTIONS, "Epsilon,2020-01-01,normalize\n"),
        "error", CORRECTIONS, 2, "date", "first date",
    ),
    "correction of nobody": (
        added(CORRECTIONS, "total,2020-01-11,normalize\n"),
        "error", CORRECTIONS, 2, "date", "less than one person",
    ),
    "early correction": (
        added(CORRECTIONS, "total,2019-12-30,normalize\n"),
        "warning", CORRECTIONS, 2, "date", "before the first day",
    ),
    "other rule": (
        small_with(CORRECTIONS, "normalize", "scale"),
        "warning", CORRECTIONS, 1, "rule", "not read",
    ),
    # demographics
    "refused attribute": (
        small() | {I + "demographics_religion.csv": b"religion,Default\nx,1\n"},
        "error", I + "demographics_religion.csv", 1, "", "never sorted",
    ),
    "refused attribute of two words": (
        small() | {I + "demographics_group_ethnicity.csv": b"group,Default\nx,1\n"},
        "error", I + "demographics_group_ethnicity.csv", 1, "", "never sorted",
    ),
    "refused value": (
        small() | {I + "demographics_group.csv": b"group,Default\nsunni,1\n"},
        "error", I + "demographics_group.csv", 2, "", "never sorted",
    ),
    "cut attribute": (
        small() | {I + "demographics_flood_awareness.csv": b"flood,Default\n1,1\n"},
        "warning", I + "demographics_flood_awareness.csv", 1, "", "first two underscores",
    ),
    "attribute twice": (
        small() | {I + "demographics_age_2.csv": b"age,Default\n1,1\n"},
        "error", I + "demographics_age_2.csv", 1, "", "the same attribute",
    ),
    "no attribute": (
        small() | {I + "demographics_.csv": b"age,Default\n1,1\n"},
        "error", I + "demographics_.csv", 1, "", "holds no attribute",
    ),
    "empty demographics": (
        small() | {AGES: b""},
        "error", AGES, 1, "", "the file is empty",
    ),
    "other head": (
        small_with(AGES, "age,", "years,"),
        "warning", AGES, 1, "years", "the attribute is age",
    ),
    "no default": (
        small_with(AGES, "Default", ""),
        "error", AGES, 1, "Default", "is missing",
    ),
    "unknown origin": (
        small_with(AGES, "Alpha", "Alfa"),
        "warning", AGES, 1, "Alfa", "is not a location",
    ),
    "origin twice": (
        small_with(AGES, "Alpha", "Default"),
        "error", AGES, 1, "Default", "stands twice",
    ),
    "no weights": (small() | {AGES: b"age,Default\n"}, "error", AGES, 1, "", "no row"),
    "odd age": (small_with(AGES, "10,1", "old,1"), "error", AGES, 2, "age", "number"),
    "age 200": (small_with(AGES, "10,1", "200,1"), "error", AGES, 2, "age", "no age"),
    "no value": (small_with(AGES, "10,1", ",1"), "error", AGES, 2, "age", "empty"),
    "no weight": (small_with(AGES, "10,1", "10,"), "error", AGES, 2, "Default", "empty"),
    "negative weight": (
        small_with(AGES, "10,1", "10,-1"),
        "error", AGES, 2, "Default", "less than 0",
    ),
    "weights of 0": (
        small() | {AGES: b"age,Default\n1,0\n"},
        "error", AGES, 2, "Default", "sum to 0",
    ),
    "cell too many": (
        small_with(AGES, "10,1,2", "10,1,2,3"),
        "error", AGES, 2, "", "has 4 cells",
    ),
    "other gender": (
        small_with(I + "demographics_gender.csv", "\nmale", "\nMale"),
        "warning", I + "demographics_gender.csv", 3, "gender", "male and female only",
    ),
    # agents.csv
    "no agents": (without(small(), AGENTS), "error", AGENTS, None, "", "is missing"),
    "agents unused": (
        small_with(YML, "csv_file: True", "csv_file: False"),
        "warning", AGENTS, 1, "", "was not opened",
    ),
    "empty agents": (small() | {AGENTS: b""}, "error", AGENTS, 1, "", "no header"),
    "agents sorted": (small_with(AGENTS, "gender", "religion"), "error", AGENTS, 1, "religion", "never sorted"),
    "agents named": (small_with(AGENTS, "gender", "surname"), "error", AGENTS, 1, "surname", "no record"),
    "agents described": (small_with(AGENTS, "gender", "job"), "warning", AGENTS, 1, "job", "nothing else"),
    "ages twice": (small_with(AGENTS, "gender", "age"), "error", AGENTS, 1, "age", "stands twice"),
    "agent where": (small_with(AGENTS, "Beta,8", "Beat,8"), "warning", AGENTS, 4, "location", "left out"),
    "agent of what age": (small_with(AGENTS, "Beta,8", "Beta,eight"), "error", AGENTS, 4, "age", "no number"),
    "agent of what sex": (small_with(AGENTS, "8,female", "8,f"), "warning", AGENTS, 4, "gender", "unknown"),
    "remark among agents": (small_with(AGENTS, "Beta,8", "#Beta,8"), "warning", AGENTS, 4, "", "comment"),
    # any table
    "not text": (small() | {ROADS: b"PK\x03\x04"}, "error", ROADS, 1, "", "workbook"),
    "odd quotes": (route('"Alpha,Beta,5'), "error", ROADS, 8, "", "cannot be read as CSV"),
    "tabs": (
        small() | {CLOSURES: small()[CLOSURES].replace(b",", b"\t")},
        "warning", CLOSURES, 2, "", "separated by tabs",
    ),
    # strangers
    "stranger": (small() | {I + "clsures.csv": b"x"}, "warning", I + "clsures.csv", None, "", "not part of a Flee folder"),
    "coupling": (small() | {I + "locations-0.csv": b"x"}, "warning", I + "locations-0.csv", None, "", "no longer"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_told_where_and_what(case):
    files, severity, file, row, column, wrong = CASES[case]
    problems = problems_of(files)
    found = [
        problem
        for problem in problems
        if (problem.severity, problem.file, problem.row, problem.column) == (severity, file, row, column)
        and wrong in problem.wrong
    ]
    assert found, "\n".join(map(str, problems)) or "nothing is said"
    assert found[0].mend
    if severity == "warning":
        assert [str(problem) for problem in problems if problem.severity == "error"] == []


@pytest.mark.parametrize(
    ("files", "guess"),
    [
        (route("Alpha,Gama,5,0,60,0"), "Gamma"),
        (closure("country,Home,Abrod,1,2"), "Abroad"),
        (closure("locaton,Delta,,1,2"), "location"),
        (small() | {I + "clsures.csv": b"x"}, "closures.csv"),
        (added(LAYOUT, "Hub,refugee.csv\n"), "refugees.csv"),
        (location("New,R,Home,1,1,twn,,5,,"), "town"),
    ],
)
def test_the_name_that_was_meant_is_given(files, guess):
    assert any(f"Did you mean '{guess}'?" in problem.mend for problem in problems_of(files))


def test_what_is_missing_is_not_told_of_again_and_again():
    """A missing table of locations makes no name unknown."""
    problems = problems_of(without(small(), PLACES))
    assert [problem.file for problem in problems if problem.severity == "error"] == [PLACES]


def test_no_message_quotes_a_line_of_the_agents_file():
    files = small_with(AGENTS, "Beta,8,female", "Beta,secret words,hidden words")
    told = " ".join(str(problem) for problem in problems_of(files))
    assert "the age is no number" in told
    assert "secret" not in told
    assert "hidden" not in told


def test_where_closures_are_too_many_it_is_not_looked_whether_people_get_out():
    days = 3200
    files = small_with(PERIOD, "Length,6", f"Length,{days}")
    files[WAR] = ("#Day,Alpha\n" + "".join(f"{day},1\n" for day in range(days))).encode()
    files[FOOD] = b"#Day,North\n0,1\n4000,1\n"
    files = added(CLOSURES, "".join(f"location,Alpha,,{day},{day + 1}\n" for day in range(days)), files)
    told = [str(problem) for problem in problems_of(files) if problem.file == CLOSURES]
    assert ["too many closures" in line for line in told] == [True]


def test_endless_problems_are_counted():
    rows = "".join(f"Nowhere{number},Alpha,5,0,60,0\n" for number in range(PER_COLUMN + 50))
    problems = [problem for problem in problems_of(route(rows)) if problem.column == "name1"]
    assert len(problems) == PER_COLUMN + 1
    assert "50 more" in problems[-1].wrong
