"""Nothing that is named here may be known to the program: neither as a field, nor as an option, an output or an identifier.

People are never told apart by community, nothing looks for the best place to stop them, and nobody's own risk is computed.
The one exception is the list of patterns by which such columns are refused.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
from pathlib import Path

import pytest
from typer.main import get_command

import havenward
from havenward.api import load, run
from havenward.cli.main import app
from havenward.model.siege.parameters import DANGER, TABLE
from havenward.run.columns import COLUMNS
from havenward.scenario.schema import TABLES, Scenario

SOURCE = Path(havenward.__file__).parent
REFUSALS = {SOURCE / "scenario" / "refused.py"}
"""The only place where such words stand."""

COMMUNITIES = """
    ethnic ethnicity ethnicities religion religions religious sect sects sectarian tribe tribes tribal clan clans caste race
    races confession denomination sunni shia yazidi kurd kurds arab arabs turkmen christian christians muslim muslims surname
    surnames lineage ancestry nationality
"""
BLOCKING = """
    mincut maxflow interdict interdiction interdicted chokepoint chokepoints blockade blocking ambush targeting checkpoint
    checkpoints
"""
PERSONS = "suspect suspects fugitive fugitives detainee informant passport"
PHRASES = """
    min_cut minimum_cut max_flow maximum_flow family_name last_name best_blocking individual_risk risk_of_person
    optimal_patrol patrol_plan predict_detention who_is_held person_id personal_risk phone_number
"""
WORDS = frozenset(f"{COMMUNITIES} {BLOCKING} {PERSONS}".split())


def forbidden(identifier):
    """Forbidden notions in an identifier, a column or a path, word by word."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier).lower()
    words = set(re.split(r"[^a-z]+", spaced))
    joined = "_".join(re.split(r"[^a-z]+", spaced))
    return sorted((words & WORDS) | {phrase for phrase in PHRASES.split() if phrase in joined})


@pytest.mark.parametrize(
    ("identifier", "found"),
    [
        ("minCut", ["min_cut"]),
        ("share_shia", ["shia"]),
        ("HeadOfTribe", ["tribe"]),
        ("interdiction_budget", ["interdiction"]),
        ("family_name_ar", ["family_name"]),
        ("section", []),
        ("interception", []),
        ("racecourse", []),
        ("embrace", []),
    ],
)
def test_the_net_catches_what_it_should(identifier, found):
    assert forbidden(identifier) == found


def identifiers(path):
    """Names of functions, classes, arguments, variables, attributes and keywords of a source file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for name in ("id", "attr", "arg", "name", "asname"):
            value = getattr(node, name, None)
            if isinstance(value, str):
                yield value


def test_no_identifier_of_the_source_speaks_of_it():
    found = {
        (path.name, name, tuple(forbidden(name)))
        for path in SOURCE.rglob("*.py")
        if path not in REFUSALS
        for name in identifiers(path)
        if forbidden(name)
    }
    assert found == set()


def test_no_library_that_cuts_networks_is_called():
    """networkx can cut; only shortest paths and neighbours are asked of it."""
    calls = set()
    for path in SOURCE.rglob("*.py"):
        calls |= set(re.findall(r"\bnx\.(\w+)", path.read_text(encoding="utf-8")))
    assert calls <= {"Graph", "single_source_dijkstra_path_length", "connected_components", "dijkstra_path_length"}


def test_no_column_of_a_scenario_speaks_of_it():
    fields = [(table, name) for table, model in TABLES.items() for name in model.model_fields]
    assert len(fields) > 100
    assert [(table, name) for table, name in fields if forbidden(name)] == []


def test_the_published_schema_says_nothing_of_it():
    text = json.dumps(Scenario.model_json_schema())
    assert [word for word in re.findall(r"\w+", text) if forbidden(word)] == []


def commands():
    group = get_command(app)
    yield from group.commands.items()


def test_no_verb_and_no_option_speaks_of_it():
    told = []
    for name, command in commands():
        words = [name, command.help or ""]
        for parameter in command.params:
            words += [parameter.name or "", getattr(parameter, "help", "") or ""]
        told += [(name, text) for text in words if forbidden(text)]
    assert told == []


def test_nothing_optimises_against_people():
    """No verb that sites, ranks or optimises posts, patrols or crossings."""
    verbs = {name for name, _ in commands()}
    assert verbs
    assert not verbs & {"optimise", "optimize", "site", "block", "rank", "cut", "target", "intercept", "find-routes"}


def test_no_output_speaks_of_it(tmp_path):
    outcome = run(load("toy"), members=1, last=dt.date(2010, 3, 5))
    names = [*outcome.variables, *outcome.dims, *outcome.attrs]
    for coordinate in ("stock_stage", "link_quantity", "driver_name", "count"):
        names += [str(value) for value in outcome[coordinate].values]
    names += list(COLUMNS)
    assert len(names) > 60
    assert [name for name in names if forbidden(name)] == []


def test_people_are_counted_by_age_and_sex_only(tmp_path):
    outcome = run(load("toy"), members=1, last=dt.date(2010, 3, 5))
    assert outcome["count"].values.tolist() == ["men", "women", "boys", "girls", "households"]


def test_danger_is_held_by_corridor_and_never_finer():
    """Patrols and mines stand in one table, whose rows are ways from a home to a crossing; it has no coordinates."""
    finer = {"lat", "lon", "x", "y", "geometry", "cell", "segment", "waypoint"}
    for table, model in TABLES.items():
        fields = set(model.model_fields)
        if fields & {"patrols", "mines", "width_km"}:
            assert table == "corridors"
            assert not fields & finer


def test_no_edit_touches_patrols_mines_or_interception_by_corridor():
    """Parameters of danger hold for all corridors alike: none names a place."""
    places = {row.name for row in load("mosul").locations} | {row.name for row in load("toy").locations}
    assert not set(TABLE) & places
    assert {"interception", "mine_loss", "patrol_groups"} <= DANGER <= set(TABLE)
