"""A flood forecast needs weights of every day and group that it asks for: nothing is filled in without a word."""

import pytest

from tests.scenario_flee.helpers import flooded, problems_of, replaced

RULES = "    flood_forecaster: True\n    flood_forecaster_timescale: 2\n    flood_forecaster_end_time: 2\n"


def said(more: str) -> list[str]:
    files = replaced(flooded(), "simsetting.yml", "    flood_movechances", f"{RULES}{more}    flood_movechances")
    return [problem.column for problem in problems_of(files) if problem.severity == "error"]


@pytest.mark.parametrize(
    ("more", "columns"),
    [
        ("", []),
        ("    flood_forecaster_weights: [1, 1]\n", ["move_rules.flood_rules.flood_forecaster_weights"]),
        ("    flood_forecaster_weights: [1, 1, 1]\n", []),
    ],
)
def test_days_without_a_weight_are_told(more, columns):
    assert said(more) == columns


def test_no_weights_at_all_are_warned_of():
    files = replaced(flooded(), "simsetting.yml", "    flood_movechances", f"{RULES}    flood_movechances")
    warned = {problem.column.rpartition(".")[2] for problem in problems_of(files) if problem.severity == "warning"}
    assert {"flood_forecaster_weights", "flood_awareness_weights"} <= warned


def test_groups_without_a_weight_are_told():
    table = {"input_csv/demographics_floodawareness.csv": b"floodawareness,Default\n0,1\n2,1\n"}
    rules = f"{RULES}    flood_forecaster_weights: [1, 1, 1]\n    flood_awareness_weights: [1, 1]\n    flood_movechances"
    files = replaced(flooded(), "simsetting.yml", "    flood_movechances", rules) | table
    columns = [problem.column for problem in problems_of(files) if problem.severity == "error"]
    assert columns == ["move_rules.flood_rules.flood_awareness_weights"]
