"""What cannot be is refused, with the place, the key, the value, the reason and the mend."""

from __future__ import annotations

import pytest

from havenward.model.siege.requirements import SIEGE
from havenward.scenario.edits.listed import keys_of
from havenward.scenario.edits.read import EDITS, Edits, collect, edited
from havenward.scenario.problems import Problem, ScenarioError
from havenward.scenario.refused import refusal
from tests.cli.test_harm import forbidden
from tests.scenario.edits.examples import BRIDGE, DATE, EXAMPLES, UNTIL, changed, edit, month

NIGHT = {"from_place": "Tarrow Old Town", "crossing": BRIDGE, "use": "night"}
ROAD = NIGHT | {"use": "road"}


def stochastic():
    header = month().header.model_copy(update={"control": "stochastic"})
    return month().model_copy(update={"header": header})


def without(table, **cells):
    """The month without the rows of a table that say so."""
    given = month()
    kept = tuple(row for row in getattr(given, table) if any(getattr(row, key) != value for key, value in cells.items()))
    return given.model_copy(update={table: kept})


IMPOSSIBLE = {
    "before the start": (month, "close_border", {"date": "2010-03-01"}, "date", "lies outside the scenario"),
    "after the end": (month, "close_border", {"date": "2010-09-01", "until": None}, "date", "lies outside"),
    "a last day after the end": (month, "close_border", {"until": "2010-09-01"}, "until", "lies outside the scenario"),
    "a last day before the first": (month, "close_border", {"until": "2010-07-20"}, "until", "before the edit's date"),
    "no such area": (month, "close_border", {"area": "twon"}, "area", "is no area"),
    "no such home": (month, "set_fighting", {"place": "Tarow South", "intensity": 1}, "place", "is no place"),
    "no home": (month, "set_fighting", {"place": "Quarry", "intensity": 1}, "place", "is of kind 'camp'"),
    "place and area": (month, "set_fighting", {"place": "Millfield", "area": "*", "intensity": 1}, "place", "both"),
    "neither place nor area": (month, "delay_offensive", {"days": 1}, "place", "neither"),
    "no such crossing": (month, "set_desks", {"crossing": "Stone Brige", "desks": 1}, "crossing", "is no place"),
    "no crossing": (month, "close_crossing", {"crossing": "Eastholm"}, "crossing", "is of kind 'host'"),
    "no such camp": (month, "set_capacity", {"camp": "Quarries", "plots": 1}, "camp", "is no place"),
    "no camp": (month, "close_camp", {"camp": "Eastholm"}, "camp", "is of kind 'host'"),
    "a camp of a known name": (
        month, "add_camp", EXAMPLES["add_camp"].said | {"name": "Eastholm"}, "name", "is there already"
    ),
    "a road to nowhere": (month, "add_camp", EXAMPLES["add_camp"].said | {"road_to": "Ston"}, "road_to", "is no place"),
    "a road from no crossing": (
        lambda: without("routes", to_place=BRIDGE), "add_camp", EXAMPLES["add_camp"].said | {"road_to": "Tarrow South"},
        "road_to", "no route leads there from a crossing",
    ),
    "desks without hours": (
        lambda: changed(month(), edit("set_hours", crossing=BRIDGE, hours=0, date="2010-07-14", until=None)),
        "set_desks", {"crossing": BRIDGE, "desks": 3}, "crossing", "has no hours then",
    ),
    "a front that is drawn": (
        stochastic, "move_front", {"area": "*", "besieged_share": 0}, "edit", "control is drawn"
    ),
    "the pace of one home": (stochastic, "speed_offensive", {"place": "Millfield", "factor": 2}, "place", "by area"),
    "a front that comes too late": (
        month, "move_front", {"area": "*", "besieged_share": 0, "over_days": 20}, "until", "has not come there by then"
    ),
    "a corridor from nowhere": (month, "open_corridor", NIGHT | {"from_place": "Tarow"}, "from_place", "is no place"),
    "a corridor from a free place": (month, "open_corridor", NIGHT | {"from_place": "Millfield"}, "from_place", "nobody"),
    "a corridor that is open": (month, "open_corridor", NIGHT | {"from_place": "Tarrow South"}, "from_place", "is open"),
    "a road that is barred": (month, "open_corridor", ROAD, "use", "leaving is barred"),
    "a night that is not needed": (
        lambda: changed(month(), edit("set_exit", level=0, date="2010-07-14", until=None)),
        "open_corridor", NIGHT, "use", "leaving is free",
    ),
    "another length": (month, "open_corridor", NIGHT | {"km": 5.0}, "km", "has its own length"),
    "a length that is not known": (
        lambda: without("routes", to_place=BRIDGE).model_copy(
            update={"corridors": tuple(row for row in month().corridors if row.from_place != "Tarrow South" and row.km)}
        ),
        "open_corridor", NIGHT | {"from_place": "Tarrow South"}, "crossing", "routes.csv holds no way",
    ),
    "a danger that is not known": (
        lambda: without("corridors", use="night"), "open_corridor", NIGHT, "use", "no way of this use"
    ),
    "no such corridor": (
        month, "close_corridor", {"from_place": "Quarry", "crossing": BRIDGE}, "from_place", "is of kind 'camp'"
    ),
    "no corridor of that use": (
        lambda: without("corridors", use="night"), "close_corridor", NIGHT, "crossing", "no such corridor"
    ),
    "a corridor that is closed": (month, "close_corridor", NIGHT, "from_place", "is closed then"),
}  # fmt: skip
"""The scenario, the kind, its keys -> the key at fault and a piece of why."""


def refused(scenario, *given) -> list[Problem]:
    edits, _ = collect(given, "--edit")
    with pytest.raises(ScenarioError) as caught:
        edited(scenario, edits, SIEGE)
    return caught.value.problems


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_what_cannot_be_is_told_with_its_key(what):
    given, kind, keys, column, wrong = IMPOSSIBLE[what]
    scenario = given()
    usual = {"edit": kind, "date": DATE} | ({"until": UNTIL} if "until" in EDITS[kind].model_fields else {})
    (problem,) = refused(scenario, {key: value for key, value in (usual | keys).items() if value is not None})
    assert (problem.file, problem.row, problem.column) == ("--edit 1", None, column)
    assert problem.value == str((usual | keys).get(column, ""))[:80] or column in ("edit", "use")
    assert wrong in problem.wrong
    assert problem.mend


@pytest.mark.parametrize(
    ("what", "guess"), [("no such home", "Tarrow South"), ("no such crossing", BRIDGE), ("no such camp", "Quarry")]
)
def test_a_slip_of_the_pen_is_guessed(what, guess):
    _, kind, keys, _, _ = IMPOSSIBLE[what]
    assert refused(month(), {"edit": kind, "date": DATE, **keys})[0].mend.startswith(f"Did you mean '{guess}'?")


def test_all_that_is_impossible_is_told_at_once_with_its_line(tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_text(
        "- {edit: close_border, date: 2010-07-20}\n"
        "- {edit: close_camp, date: 2010-07-20, camp: Eastholm}\n"
        "- {edit: close_camp, date: 2010-09-20, camp: Quarry}\n",
        encoding="utf-8",
    )
    told = [(problem.file, problem.row, problem.column) for problem in refused(month(), file)]
    assert told == [("plan.yaml", 2, "camp"), ("plan.yaml", 3, "date")]


def test_what_checks_find_is_told_of_the_edit_that_brought_it_about():
    """A camp on the other side of the earth, and seats for fewer than a family."""
    far = EXAMPLES["add_camp"].model_copy(update={"lon": 100.0})
    given = [EXAMPLES["close_border"], far, edit("set_buses", crossing=BRIDGE, seats=2)]
    _, warnings = edited(month(), collect(given, "edit")[0])
    assert [(problem.file, problem.severity) for problem in warnings] == [("edit 2", "warning"), ("edit 3", "warning")]
    assert warnings[0].wrong.startswith("with this edit, in locations.csv, the place lies")
    assert "do not hold a family" in warnings[1].wrong


def test_warnings_that_were_there_are_not_told_again():
    kept = tuple(row for row in month().camps if row.camp != "Quarry")
    given = month().model_copy(update={"camps": kept})
    _, warnings = edited(given, collect([EXAMPLES["close_border"]], "edit")[0], SIEGE)
    assert warnings == []


def test_plots_of_a_closed_camp_change_nothing():
    lines = ["close_camp date=2010-07-20 camp='Long Meadow'", "set_capacity date=2010-07-22 camp='Long Meadow' plots=5000"]
    made, _ = collect(lines, "--edit")
    with pytest.raises(ScenarioError, match="takes nobody new from 2010-07-22 on"):
        edited(month(), made, SIEGE)
    reopened, _ = collect([lines[0] + " until=2010-07-30", lines[1]], "--edit")
    edited(month(), reopened, SIEGE)


def test_no_edit_is_no_change():
    assert edited(month(), Edits(), SIEGE) == (month(), [])


# --- harm


DANGER = {"patrols", "mines", "interception", "width_km", "execution_share", "hold_share", "handover_share", "danger"}


@pytest.mark.parametrize("kind", EDITS)
def test_no_key_speaks_of_danger_communities_or_persons(kind):
    keys = set(keys_of(EDITS[kind]))
    words = {word for key in keys for word in key.split("_")}
    assert not keys & DANGER
    assert not words & {"patrol", "patrols", "mine", "mines", "interception", "post", "posts", "hold", "handover", "shot"}
    assert [key for key in keys if refusal(key)] == []
    assert [name for name in (*keys, kind) if forbidden(name)] == []


@pytest.mark.parametrize("kind", EDITS)
@pytest.mark.parametrize("key", sorted(DANGER))
def test_a_key_about_danger_is_refused(kind, key):
    with pytest.raises(ScenarioError, match="is not a key of this format"):
        collect([EXAMPLES[kind].said | {key: 0}], "edit")
