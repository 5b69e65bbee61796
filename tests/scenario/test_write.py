"""A scenario that is written is read again as the same."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from havenward.cli.main import app
from havenward.model.siege.requirements import SIEGE
from havenward.scenario.folder import bundled
from havenward.scenario.read import check_files, load
from havenward.scenario.write import texts_of
from tests.scenario.edits.examples import EXAMPLES, changed, month
from tests.scenario.edits.vague import vague_month


def read_again(scenario):
    found, problems = check_files({name: text.encode() for name, text in texts_of(scenario).items()}, SIEGE)
    assert problems == []
    return found


@pytest.mark.parametrize("name", bundled())
def test_bundled_scenarios(name):
    assert read_again(load(name)) == load(name)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_edited_scenarios(kind):
    scenario = changed(month(), EXAMPLES[kind])
    found, problems = check_files({name: text.encode() for name, text in texts_of(scenario).items()}, SIEGE)
    assert {problem.severity for problem in problems} <= {"warning"}
    assert found == scenario


def columns(texts):
    """Those of control.csv."""
    return set(texts["control.csv"].split("\n")[0].split(","))


@pytest.mark.parametrize("kind", [None, "move_front", "delay_offensive"])
def test_a_front_whose_dates_have_ranges(kind):
    scenario = changed(vague_month(), EXAMPLES[kind]) if kind else vague_month()
    texts = texts_of(scenario)
    assert {"earliest", "latest"} <= columns(texts)
    assert ("bends.csv" in texts) == bool(kind)
    found, _ = check_files({name: text.encode() for name, text in texts.items()}, SIEGE)
    assert found == scenario


def test_what_no_row_says_is_no_column_and_no_table():
    assert columns(texts_of(month())) == {"place", "date", "besieged_share", "note"}
    assert "bends.csv" not in texts_of(month())


def test_texts_that_yaml_and_csv_would_misread():
    toy = load("toy")
    odd = 'null, "yes" — # no: 1\nand more'
    header = toy.header.model_copy(update={"title": "~", "description": odd, "limits": ["no", "2010-03-01", odd]})
    places = (toy.locations[0].model_copy(update={"note": odd, "source": ""}), *toy.locations[1:])
    scenario = toy.model_copy(update={"header": header, "locations": places})
    assert read_again(scenario) == scenario


def havenward(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_an_edited_scenario_becomes_a_folder(tmp_path):
    line = "close_border date=2010-07-01"
    told = havenward("init", tmp_path / "my-plan", "--from", "toy", "--edit", line)
    assert told.exit_code == 0, told.output
    found = load(tmp_path / "my-plan", SIEGE)
    assert (found.header.name, found.header.edits) == ("my-plan", [line])
    assert found.header.full_title == "With 1 edit: The siege of Tarrow (invented)"
    assert [row.level for row in found.restrictions if row.kind == "border"] == [1.0] * 3


def test_nothing_is_written_where_edits_are_wrong(tmp_path):
    assert havenward("init", tmp_path / "plan", "--from", "toy", "--edit", "close_bordr").exit_code == 1
    assert havenward("init", tmp_path / "plan", "--edit", "close_border date=2010-07-01").exit_code == 2
    assert not (tmp_path / "plan").exists()
