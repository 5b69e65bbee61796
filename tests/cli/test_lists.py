"""`havenward parameters` and `havenward evidence`."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from havenward.api import load
from havenward.cli.main import app
from havenward.model.siege.parameters import PARAMETERS, TABLE, check_value


def havenward(*arguments):
    return CliRunner().invoke(app, [str(part) for part in arguments])


def test_every_parameter_is_listed_with_its_range_label_and_meaning():
    listed = json.loads(havenward("parameters", "--json").stdout)["parameters"]
    assert [row["name"] for row in listed] == [row.name for row in PARAMETERS]
    for row in listed:
        assert row["low"] <= row["median"] <= row["high"]
        assert row["unit"]
        assert row["meaning"]
        assert row["label"] in ("sourced", "assumed", "calibrated")
        assert row["source"] or row["label"] != "sourced"


def test_defaults_are_values_that_parameters_can_have():
    for row in PARAMETERS:
        for value in (row.low, row.median, row.high):
            check_value(row, value)


def test_a_scenarios_assumptions_stand_in_place_of_defaults():
    told = json.loads(havenward("parameters", "toy", "--json").stdout)["parameters"]
    rows = {row["name"]: row for row in told}
    assert rows["interception"]["median"] == 0.4 != TABLE["interception"].median
    assert len(rows) == len(PARAMETERS)


def test_people_can_read_the_list():
    text = havenward("parameters").stdout
    for row in PARAMETERS:
        assert row.name in text
    assert "Loughran" in text


def test_parameters_of_no_scenario_are_exit_1():
    assert havenward("parameters", "atlantis").exit_code == 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "toy"
    assert havenward("run", "toy", "--members", "3", "--out", out).exit_code == 0
    return out


def test_every_figure_of_the_evidence_stands_beside_the_model(folder):
    told = json.loads(havenward("evidence", folder, "--json").stdout)
    toy = load("toy")
    assert {(row["series"], row["date"]) for row in told["evidence"]} == {
        (row.series, str(row.date)) for row in toy.evidence
    }
    for row in told["evidence"]:
        assert row["q10"] <= row["mean"] * 1.5
        assert row["q10"] <= row["q90"]
        assert row["ratio"] == pytest.approx(row["mean"] / row["value"])


def test_series_of_evidence_can_be_pasted_as_tables(folder):
    series = {row.series for row in load("toy").evidence}
    text = havenward("evidence", folder).stdout
    assert all(f"| {name} |" in text for name in series)
    assert text.startswith("PUBLIC. Run ")
    assert all(line.endswith("|") for line in text.splitlines() if line.startswith("|"))


def test_one_series_can_be_told_figure_by_figure(folder):
    rows = [row for row in load("toy").evidence if row.series == "arrivals since the takeover"]
    text = havenward("evidence", folder, "--series", "arrivals since the takeover").stdout
    assert all(str(row.date) in text for row in rows)
    told = havenward("evidence", folder, "--series", "rumours")
    assert told.exit_code == 1
    assert "arrivals since the takeover" in told.stderr


def test_a_folder_that_is_no_run_is_one_clear_error(tmp_path):
    told = havenward("evidence", tmp_path)
    assert told.exit_code == 1
    assert told.exception is None or isinstance(told.exception, SystemExit)
    assert told.stderr.startswith("havenward: ")
