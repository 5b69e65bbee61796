"""`simsetting.yml`: every key, both spellings, defaults, and what is said of keys that Flee passes over."""

import pytest
import yaml

from havenward.scenario.flee.settings import PERSONS, RATIOS, FleeSettings
from tests.scenario_flee.helpers import Files, flooded, only, problems_of, read, replaced, small

SPAWN = "spawn_rules:\n"
MOVE = "move_rules:\n"


def with_settings(text: str) -> Files:
    """A small folder without agents, food and major routes, and these settings."""
    gone = ("agents", "major_routes", "region_attributes_IPC")
    files = {name: content for name, content in small().items() if not any(part in name for part in gone)}
    return files | {"simsetting.yml": text.encode()}


def settings(text: str) -> FleeSettings:
    return read(with_settings(text)).settings


@pytest.mark.parametrize("text", ["", "# nothing\n", "spawn_rules:\n", "optimisations: {}\n"])
def test_what_is_not_written_has_its_default(text):
    assert settings(text) == FleeSettings()


def test_without_a_file_the_defaults_hold_and_it_is_told():
    files = with_settings("")
    del files["simsetting.yml"]
    assert read(files).settings == FleeSettings()
    assert only(files).wrong.startswith("the file is missing")


def test_settings_that_are_no_text_are_told_of():
    files = with_settings("") | {"simsetting.yml": b"\xff\xfex"}
    assert only(files).wrong == "the file is UTF-16 text, not UTF-8"


def test_defaults_are_those_of_the_specification():
    defaults = FleeSettings()
    move, spawn = defaults.move_rules, defaults.spawn_rules
    assert (move.max_move_speed, move.max_walk_speed, move.max_crossing_speed) == (360, 35, 20)
    assert move.conflict_weight == pytest.approx(0.31623, abs=1e-5)
    assert (move.camp_movechance, move.idpcamp_movechance, move.default_movechance) == (0.001, 0.1, 0.3)
    assert (move.awareness_level, move.softening, move.capacity_buffer, move.pruning_threshold) == (1, 10, 0.9, 1)
    assert (spawn.insert_day0, spawn.sum_from_camps, spawn.conflict_zone_spawning_only) == (True, True, True)
    assert (spawn.conflict_spawn_decay, spawn.conflict_spawn_decay_interval) == (None, 30)
    assert (spawn.conflict_driven_spawning, spawn.flood_driven_spawning, move.flood_rules) == (None, None, None)
    assert defaults.optimisations.hasten == 1


def test_every_key_can_be_written_and_read():
    text = yaml.safe_dump(FleeSettings().model_dump(mode="json", by_alias=True, exclude_none=True))
    assert settings(text) == FleeSettings()
    assert problems_of(with_settings(text)) == []


@pytest.mark.parametrize("word", ["True", "true", "yes", "1", "1.0", "'True'"])
def test_words_that_mean_yes(word):
    assert settings(f"{MOVE}  fixed_routes: {word}\n").move_rules.fixed_routes is True


@pytest.mark.parametrize("word", ["False", "no", "0", "'False'"])
def test_words_that_mean_no(word):
    assert settings(f"{SPAWN}  insert_day0: {word}\n").spawn_rules.insert_day0 is False


@pytest.mark.parametrize(
    ("mode", "ratio"), [("constant", False), ("poisson", False), ("Poisson", False), ("pop_ratio", True)]
)
def test_numbers_of_departures_depend_on_the_mode(mode, ratio):
    conflict = settings(f"{SPAWN}  conflict_driven_spawning:\n    spawn_mode: {mode}\n").spawn_rules.conflict_driven_spawning
    assert conflict.spawn_mode == mode.lower()
    assert conflict.displaced_per_conflict_day == (0.01 if ratio else 500)
    files = replaced(flooded(), "simsetting.yml", "displaced_per_flood_day: [0, 0.1, 0.2, 0.3]", f"spawn_mode: {mode}")
    flood = read(files).settings.spawn_rules.flood_driven_spawning
    assert flood.displaced_per_flood_day == (RATIOS if ratio else PERSONS)


def test_a_block_without_keys_switches_its_rule_on():
    found = settings(f"{SPAWN}  conflict_driven_spawning:\n")
    assert found.spawn_rules.conflict_driven_spawning.displaced_per_conflict_day == 500


@pytest.mark.parametrize("key", ["camps_are_sicks", "camps_are_sinks"])
def test_both_spellings_of_sinks(key):
    files = with_settings(f"{SPAWN}  {key}: True\n")
    assert read(files).settings.spawn_rules.camps_are_sinks
    told = [problem.mend for problem in problems_of(files)]
    assert told == ([] if key == "camps_are_sicks" else ["Rename it to 'camps_are_sicks'"])


@pytest.mark.parametrize("block", ["flood_driven_spawn_mode", "flood_driven_spawning"])
@pytest.mark.parametrize("key", ["spawn_mode", "flood_spawn_mode"])
def test_both_spellings_of_flood_spawning(block, key):
    files = replaced(flooded(), "simsetting.yml", "flood_driven_spawn_mode:", f"{block}:\n    {key}: constant")
    assert read(files).settings.flood_mode
    assert read(files).settings.spawn_rules.flood_driven_spawning.spawn_mode == "constant"
    told = {problem.value for problem in problems_of(files)}
    assert told == {block, key} - {"flood_driven_spawn_mode", "spawn_mode"}


def test_the_flag_of_shipped_folders_is_told_of():
    files = replaced(flooded(), "simsetting.yml", "spawn_rules:", "spawn_rules:\n  flood_driven_spawning: True")
    assert read(files) == read(flooded())
    assert "whether there is a block" in only(files).wrong


def test_both_spellings_at_once_are_an_error():
    problem = [
        p
        for p in problems_of(with_settings(f"{SPAWN}  camps_are_sicks: 1\n  camps_are_sinks: 0\n"))
        if p.severity == "error"
    ]
    assert [(p.row, p.column) for p in problem] == [(3, "spawn_rules.camps_are_sinks")]
    assert "row 2" in problem[0].wrong


@pytest.mark.parametrize(
    ("text", "row", "column", "wrong", "mend"),
    [
        (f"{MOVE}  max_moove_speed: 5\n", 2, "move_rules.max_moove_speed", "not a key", "Did you mean 'max_move_speed'?"),
        (f"{MOVE}  womenavoidhazards: 1\n", 2, "move_rules.womenavoidhazards", "not a key", "'WomenAvoidHazards'"),
        (f"{MOVE}  max_flood_level: 5\n", 2, "move_rules.max_flood_level", "not a key", "Move it to flood_rules"),
        ("hasten: 5\n", 1, "hasten", "not a key", "Move it to optimisations"),
        ("spwan_rules:\n  insert_day0: 0\n", 1, "spwan_rules", "not a key", "Did you mean 'spawn_rules'?"),
        ("number_of_steps: 5\n", 1, "number_of_steps", "no effect", "Delete"),
        ("conflict_input_file: c.csv\n", 1, "conflict_input_file", "no effect", "Delete"),
        (f"{MOVE}  max_crossing_speed: 5\n", 2, "move_rules.max_crossing_speed", "no effect", "Delete"),
        (f"{MOVE}  two_system_decision_making: 1\n", 2, "move_rules.two_system_decision_making", "never active", "Delete"),
        (f"{MOVE}  softening:\n", 2, "move_rules.softening", "no value", "Write a value"),
        (f"{MOVE}  awareness_level: 0\n", 2, "move_rules.awareness_level", "nobody in Flee ever moves", "1 or more"),
        (f"{MOVE}  awareness_level: -1\n", 2, "move_rules.awareness_level", "takes it as 1", "1 or more"),
        (f"{MOVE}  default_movechance: 0.001\n", 2, "move_rules.default_movechance", "every town", "0.005"),
        ("default_conflict_intensity: 0.5\n", 1, "default_conflict_intensity", "cuts it", "Write 0 or 1"),
        (f"{MOVE}  BoysTakeRisk: 1\n", 2, "move_rules.BoysTakeRisk", "only with ChildrenAvoidHazards", "Turn that on"),
        (f"{MOVE}  MatchCampEthnicity: False\n", 2, "move_rules.MatchCampEthnicity", "the rule is off", "Delete"),
        (
            f"{SPAWN}  conflict_driven_spawning:\n    spawn_mode: Constant\n",
            3, "spawn_rules.conflict_driven_spawning.spawn_mode", "was read as constant", "small letters",
        ),
    ],
)  # fmt: skip
def test_warnings(text, row, column, wrong, mend):
    problem = only(with_settings(text))
    assert (problem.severity, problem.file, problem.row, problem.column) == ("warning", "simsetting.yml", row, column)
    assert wrong in problem.wrong
    assert mend in problem.mend


@pytest.mark.parametrize(
    ("text", "row", "column", "wrong"),
    [
        (f"{MOVE}  max_move_speed: fast\n", 2, "move_rules.max_move_speed", "not a number"),
        (f"{MOVE}  max_move_speed: 0\n", 2, "move_rules.max_move_speed", "not above 0"),
        (f"{MOVE}  awareness_level: 1.5\n", 2, "move_rules.awareness_level", "whole"),
        (f"{MOVE}  camp_movechance: 2\n", 2, "move_rules.camp_movechance", "more than 1"),
        (f"{MOVE}  fixed_routes: maybe\n", 2, "move_rules.fixed_routes", "neither true nor false"),
        (f"{MOVE}  softening: [1]\n", 2, "move_rules.softening", "not a single value"),
        (f"{MOVE}  harvest_months: [1, 13]\n", 2, "move_rules.harvest_months", "more than 12"),
        (f"{MOVE}  harvest_months: 5\n", 2, "move_rules.harvest_months", "not a list"),
        (f"{SPAWN}  conflict_spawn_decay: [1, x]\n", 2, "spawn_rules.conflict_spawn_decay", "not a number"),
        (f"{SPAWN}  conflict_spawn_decay: [1, [2]]\n", 2, "spawn_rules.conflict_spawn_decay", "not a single number"),
        (f"{SPAWN}  conflict_spawn_decay_interval: 0\n", 2, "spawn_rules.conflict_spawn_decay_interval", "less than 1"),
        (f"{SPAWN}  conflict_driven_spawning: 5\n", 2, "spawn_rules.conflict_driven_spawning", "not a block"),
        ("optimisations:\n  hasten: 0\n", 2, "optimisations.hasten", "less than 1"),
        ("log_levels:\n  granularity: village\n", 2, "log_levels.granularity", "not one of the words"),
        ("move_rules: 5\n", 1, "move_rules", "not a block"),
        (f"{MOVE}  MatchCampReligion: True\n", 2, "move_rules.MatchCampReligion", "never sorted"),
        (f"{MOVE}  MatchTownEthnicity: yes\n", 2, "move_rules.MatchTownEthnicity", "never sorted"),
        (f"{MOVE}  MatchConflictEthnicity: 1\n", 2, "move_rules.MatchConflictEthnicity", "never sorted"),
        (f"{MOVE}  avg_religion_fraction: 0.5\n", 2, "move_rules.avg_religion_fraction", "never sorted"),
        (f"{MOVE}  softening: 1\n  softening: 2\n", 3, "move_rules.softening", "already in row 2"),
        (f"{MOVE}  softening: &a 1\n", 2, "move_rules.softening", "anchors"),
        (f"{SPAWN}  flood_zone_spawning_only: 1\n", 2, "spawn_rules.flood_zone_spawning_only", "cannot both drive"),
        (
            f"{SPAWN}  conflict_zone_spawning_only: 0\n  flood_zone_spawning_only: 1\n",
            3, "spawn_rules.flood_zone_spawning_only", "nobody sets out",
        ),
        (f"{SPAWN}  flood_driven_spawn_mode:\n", 2, "spawn_rules.flood_driven_spawn_mode", "take_from_population"),
        (f"{MOVE}  flood_rules:\n    flood_forecaster: 0\n", 2, "move_rules.flood_rules", "driven by floods"),
        (f"{MOVE}  use_economic_pull: 1\n", 2, "move_rules.use_economic_pull", "trade_volume and hdi"),
        ("a: b: c\n", 1, "", "cannot be read as YAML"),
        ("[" * 5000, 1, "", "deep"),
        ("- x\n", 1, "", "no block of keys"),
        ("#" * 10 + "\nx: " + "y" * 1_000_001, 1, "", "larger than 1 MB"),
    ],
)  # fmt: skip
def test_errors(text, row, column, wrong):
    errors = [problem for problem in problems_of(with_settings(text)) if problem.severity == "error"]
    assert any((p.file, p.row, p.column) == ("simsetting.yml", row, column) and wrong in p.wrong for p in errors), errors


def test_floods_leave_conflict_spawning_without_effect():
    files = replaced(flooded(), "simsetting.yml", "spawn_rules:", "spawn_rules:\n  conflict_driven_spawning:")
    assert "floods drive departures" in only(files).wrong


def test_the_rules_of_flee_1():
    found = settings(f"{MOVE}  use_v1_rules: True\n  start_on_foot: True\n  softening: 3\n").move_rules
    applied = found.applied()
    assert (applied.max_move_speed, applied.start_on_foot, applied.avoid_short_stints) == (200, False, False)
    assert (applied.camp_weight, applied.conflict_weight, applied.softening) == (2, 0.25, 3)
    assert FleeSettings().move_rules.applied() == FleeSettings().move_rules
