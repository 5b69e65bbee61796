"""What an edit changes in the compiled world: its own arrays, from its date to its last day, and nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from havenward.model.siege.world import World, compile_world
from havenward.scenario.edits.edit import Edit
from havenward.scenario.edits.read import EDITS, collect, edited
from havenward.scenario.problems import ScenarioError
from havenward.scenario.schema import Scenario
from tests.scenario.edits.examples import BRIDGE, DATE, DAYS, EXAMPLES, START, UNTIL, changed, edit, edits, month

FIRST, LAST = (DATE - START).days, (UNTIL - START).days
END = START + dt.timedelta(days=DAYS - 1)

TOUCHED = {
    "open_corridor": {"corridors.open"},
    "close_corridor": {"corridors.open"},
    "open_crossing": {"crossings.desk_seconds"},
    "close_crossing": {"crossings.desk_seconds"},
    "set_desks": {"crossings.desk_seconds"},
    "set_hours": {"crossings.desk_seconds"},
    "set_buses": {"crossings.bus_seats"},
    "move_front": {"besieged"},
    "delay_offensive": {"besieged", "intensity", "pace"},
    "speed_offensive": {"besieged", "intensity"},
    "set_fighting": {"intensity"},
    "restore_phones": {"telephones"},
    "ban_phones": {"telephones"},
    "advise_staying": {"advice"},
    "set_exit": {"exit_level"},
    "set_supplies": {"inflow"},
    "close_border": {"border"},
    "early_return": {"services"},
    "add_camp": set(),
    "set_capacity": {"sites.plots"},
    "close_camp": {"sites.policy"},
}
"""Arrays that the example of a kind changes."""
SAME = ("corridors.width_km", "corridors.patrols", "corridors.mines", "corridors.km")


def flat(part, prefix="") -> dict[str, object]:
    """Every value of a world by its name; control begins with the evening before the first day, which is left out."""
    found: dict[str, object] = {}
    for field in dataclasses.fields(part):
        value, name = getattr(part, field.name), f"{prefix}{field.name}"
        if dataclasses.is_dataclass(value):
            found |= flat(value, f"{name}.")
        else:
            found[name] = value[1:] if name == "besieged" else value
    return found


def without_last(world: World) -> World:
    """A world without its last camp."""
    sites = world.sites
    fewer = {"camps": sites.camps[:-1], "plots": sites.plots[:, :-1], "policy": sites.policy[:, :-1]}
    fewer |= {"camp_km": sites.camp_km[:, :-1], "between_km": sites.between_km[:-1]}
    return dataclasses.replace(world, sites=dataclasses.replace(sites, **fewer))


def differences(before: World, after: World) -> dict[str, tuple[np.ndarray, list[int]]]:
    """Names of what differs -> days on which it does, and the columns."""
    one, other = flat(before), flat(after)
    found = {}
    for name, value in one.items():
        if not isinstance(value, np.ndarray):
            assert value == other[name], name
        elif not np.array_equal(value, other[name]):
            differs = value != other[name]
            assert value.shape[0] == DAYS, f"{name} has no days"
            found[name] = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0)).tolist()
    return found


@pytest.fixture(scope="module")
def before():
    return compile_world(month())


def test_every_kind_is_told(before):
    assert set(TOUCHED) == set(EDITS)
    assert set().union(*TOUCHED.values()) <= set(flat(before))


@pytest.mark.parametrize("kind", EXAMPLES)
def test_it_changes_its_own_arrays_from_its_date_to_its_last_day(kind, before):
    after = compile_world(changed(month(), EXAMPLES[kind]))
    found = differences(before, without_last(after) if kind == "add_camp" else after)
    assert set(found) == TOUCHED[kind]
    last = LAST if getattr(EXAMPLES[kind], "until", None) else DAYS
    for days, _ in found.values():
        assert days.min() >= FIRST
        assert days.max() <= last


HELD = {
    "open_crossing": ("crossings.desk_seconds", [0], 2 * 5 * 3600),
    "close_crossing": ("crossings.desk_seconds", [0], 0),
    "set_desks": ("crossings.desk_seconds", [0], 3 * 12 * 3600),
    "set_hours": ("crossings.desk_seconds", [0], 8 * 3 * 3600),
    "set_buses": ("crossings.bus_seats", [0], 100),
    "set_fighting": ("intensity", [1], 0.5),
    "restore_phones": ("telephones", [0], 1.0),
    "ban_phones": ("telephones", [0, 1, 2], 0.0),
    "advise_staying": ("advice", [0, 1, 2], 0.0),
    "set_exit": ("exit_level", [0], 0.0),
    "set_supplies": ("inflow", [1], 1.2),
    "close_border": ("border", [0, 1, 2], 1.0),
    "early_return": ("services", [0, 1, 2], 0.9),
    "set_capacity": ("sites.plots", [1], 50),
    "close_camp": ("sites.policy", [0], 0.0),
}
"""Array, columns and value that hold from the date to the last day."""


@pytest.mark.parametrize("kind", HELD)
def test_it_holds_its_value_to_its_last_day(kind, before):
    name, columns, value = HELD[kind]
    after = compile_world(changed(month(), EXAMPLES[kind]))
    _, found = differences(before, after)[name]
    assert found == columns
    assert (flat(after)[name][FIRST : LAST + 1, columns] == value).all()


@pytest.mark.parametrize("kind", [kind for kind in EXAMPLES if "until" in EDITS[kind].model_fields])
@pytest.mark.parametrize("until", [None, END])
def test_without_a_last_day_it_holds_to_the_end(kind, until, before):
    """The scenario's last day says the same, and leaves no row after it."""
    lasting = EXAMPLES[kind].model_copy(update={"until": until})
    found = differences(before, compile_world(changed(month(), lasting)))
    assert any(days.max() == DAYS - 1 for days, _ in found.values()) or kind == "move_front"
    assert set(found) == TOUCHED[kind]


def test_from_the_first_day_on(before):
    """Control is that of an evening: the eve of the first day is as it was."""
    after = compile_world(changed(month(), edit("move_front", area="old town", besieged_share=0.5, date=START, until=None)))
    assert after.besieged[0].tolist() == before.besieged[0].tolist()
    assert set(after.besieged[1:, 2]) == {0.5}


def test_what_changes_within_goes_on(before):
    """Desks are set, and the hours that the scenario changes meanwhile are kept."""
    hours = edit("set_hours", crossing=BRIDGE, hours=2, date=DATE + dt.timedelta(days=3))
    world = compile_world(changed(month(), hours, edit("set_desks", crossing=BRIDGE, desks=5)))
    worked = world.crossings.desk_seconds[FIRST : LAST + 2, 0] / 3600
    assert worked.tolist() == [60] * 3 + [10] * (LAST - FIRST - 2) + [96]


def test_the_front_goes_there_in_its_days_and_back_in_one(before):
    after = compile_world(changed(month(), EXAMPLES["move_front"]))
    line = after.besieged[1:, 1]
    assert line[FIRST - 1] == 1.0
    np.testing.assert_allclose(line[FIRST : FIRST + 4], [0.775, 0.55, 0.325, 0.1])
    assert set(line[FIRST + 3 : LAST + 1]) == {0.1}
    assert line[LAST + 1] == before.besieged[1:, 1][LAST + 1]


def test_a_late_offensive_is_the_same_line_later(before):
    after = compile_world(changed(month(), EXAMPLES["delay_offensive"]))
    late = FIRST + 5
    assert (after.besieged[1:][FIRST : late - 1] == before.besieged[1:][FIRST - 1]).all()
    np.testing.assert_allclose(after.besieged[1:][late:], before.besieged[1:][FIRST : DAYS - 5], atol=1e-12)
    np.testing.assert_array_equal(after.intensity[late:], before.intensity[FIRST : DAYS - 5])


def test_a_fast_offensive_comes_in_half_the_time(before):
    after = compile_world(changed(month(), EXAMPLES["speed_offensive"]))
    assaults = [int(np.argmax(world.intensity[:, 1] == 3.0)) for world in (before, after)]
    assert [day - FIRST for day in assaults] == [2, 1]
    assert (after.besieged[1:, 1] <= before.besieged[1:, 1]).all()


@pytest.fixture
def drawn():
    """The month with a front that is drawn: its pace is 0.06 in the town, and 0.04 in the old town from 8 August."""
    given = month()
    return given.model_copy(update={"header": given.header.model_copy(update={"control": "stochastic"})})


def paces(scenario) -> tuple[list[float], list[float]]:
    """In the town and in the old town."""
    pace = compile_world(scenario).pace
    return pace[:, 0].tolist(), pace[:, 1].tolist()


def test_a_drawn_offensive_that_is_late_stands_still_until_it_goes_on(drawn):
    town, old = paces(changed(drawn, edit("delay_offensive", area="*", days=3)))
    assert town == [0.06] * FIRST + [0.0] * 3 + [0.06] * (DAYS - FIRST - 3)
    assert old == [0.0] * 28 + [0.04] * 2


def test_a_drawn_offensive_that_is_fast_quickens_at_once(drawn):
    town, old = paces(changed(drawn, edit("speed_offensive", area="*", factor=2)))
    assert town == [0.06] * FIRST + [0.12] * (DAYS - FIRST)
    assert old == [0.0] * (FIRST + 8) + [0.08] * (DAYS - FIRST - 8)


def test_a_way_that_is_opened_again_has_two_spans(before):
    night = {"from_place": "Tarrow South", "crossing": BRIDGE, "use": "night"}
    shut = changed(month(), edit("close_corridor", **night, date=START + dt.timedelta(days=3)))
    world = compile_world(changed(shut, edit("open_corridor", **night)))
    at = world.corridors.names.index(f"Tarrow South>{BRIDGE} night")
    assert np.flatnonzero(world.corridors.open[:, at]).tolist() == [0, 1, 2, *range(FIRST, LAST + 1)]
    assert world.corridors.names == before.corridors.names


def test_a_new_way_is_as_dangerous_as_the_worst_of_its_use(before):
    """Out of the home; where there is none, out of its area; else anywhere."""
    given = month()
    kept = tuple(row for row in given.corridors if (row.from_place, row.use) != ("Tarrow North", "night"))
    fewer = given.model_copy(update={"corridors": kept})
    world = compile_world(changed(fewer, edit("open_corridor", from_place="Tarrow North", crossing=BRIDGE, use="night")))
    found = flat(world)
    assert world.corridors.names[-1] == f"Tarrow North>{BRIDGE} night"
    assert [found[name][-1] for name in SAME] == [6.0, 1.0, 0.1, 14.0]


def test_a_camp_is_a_new_column_at_the_end(before):
    after = compile_world(changed(month(), EXAMPLES["add_camp"])).sites
    assert after.camps == (*before.sites.camps, "North Field")
    assert after.plots[:, -1].tolist() == [0.0] * FIRST + [500.0] * (DAYS - FIRST)
    assert after.camp_km[0, -1] == 6.0


def test_the_last_of_two_edits_of_one_thing_holds():
    later = DATE + dt.timedelta(days=2)
    both = [edit("set_desks", crossing=BRIDGE, desks=desks, date=date) for desks, date in ((3, DATE), (9, later))]
    desks = compile_world(changed(month(), *both)).crossings.desk_seconds[:, 0] / 12 / 3600
    assert desks[FIRST - 1 : FIRST + 3].tolist() == [8, 3, 3, 9]


@pytest.mark.parametrize("one", EXAMPLES)
def test_two_edits_are_made_one_after_the_other(one):
    together = changed(month(), EXAMPLES["set_buses"], EXAMPLES[one])
    apart = changed(changed(month(), EXAMPLES["set_buses"]), EXAMPLES[one])
    assert together == apart
    assert len(together.header.edits) == 2


def fitting(one: Edit, ahead: int) -> Edit:
    """An edit of any kind with its names and dates changed into those of the month; it lasts so many days or to the end."""
    date = START + (one.date - dt.date(1900, 1, 1)) % dt.timedelta(days=DAYS)
    names = {"place": "Tarrow South", "from_place": "Tarrow South", "crossing": BRIDGE, "camp": "Quarry", "road_to": BRIDGE}
    keys = {key: value for key, value in names.items() if getattr(one, key, "")} | {"date": date}
    if getattr(one, "area", ""):
        keys["area"] = "" if keys.get("place") else "*"
    if getattr(one, "until", None):
        keys["until"] = min(date + dt.timedelta(days=ahead), END)
    return one.model_copy(update=keys)


def made(one: Edit) -> Scenario:
    """The month with an edit, if that can be made."""
    try:
        return edited(month(), collect([one], "edit")[0])[0]
    except ScenarioError:
        assume(False)
    raise AssertionError


@given(edits(), st.integers(0, DAYS))
def test_no_edit_changes_a_bit_before_its_date_or_after_its_last_day(one, ahead):
    one = fitting(one, ahead)
    after = compile_world(made(one))
    first, last = (one.date - START).days, ((getattr(one, "until", None) or END) - START).days
    found = differences(compile_world(month()), without_last(after) if one.edit == "add_camp" else after)
    assert all(first <= days.min() and days.max() <= last for days, _ in found.values())


@given(edits(), st.integers(0, DAYS))
def test_no_edit_touches_danger_on_a_way_that_is_there(one, ahead):
    """Whatever its keys: patrols, mines, width and length of ways, what happens at the desks, and every assumption."""
    before, after = month(), made(fitting(one, ahead))

    def danger(scenario):
        keys = ("from_place", "crossing", "use", "width_km", "patrols", "mines", "km")
        return {tuple(getattr(row, key) for key in keys) for row in scenario.corridors}

    def desks(scenario):
        keys = ("minutes_per_man", "minutes_per_other", "hold_share", "hold_days", "handover_share", "incident_share")
        return {tuple(getattr(row, key) for key in keys) for row in scenario.crossings}

    assert danger(after) == danger(before)
    assert desks(after) <= desks(before)
    assert after.assumptions == before.assumptions
