"""The page on Flee folders names every file, column and key, with its default and meaning."""

from pathlib import Path

import pytest

from havenward.scenario.flee.folder import LAYOUT, SETTINGS, TABLES
from havenward.scenario.flee.read_dated import CHANGE_COLUMNS, CLOSURE_COLUMNS
from havenward.scenario.flee.read_places import LOCATION_ATTRIBUTES, LOCATION_COLUMNS, ROUTE_ATTRIBUTES, ROUTE_COLUMNS
from havenward.scenario.flee.settings import (
    MISSPELT,
    ConflictSpawning,
    FleeSettings,
    FloodRules,
    FloodSpawning,
    LogLevels,
    MoveRules,
    Optimisations,
    SpawnRules,
)

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "flee_folder.md").read_text(encoding="utf-8")
BLOCKS = [FleeSettings, LogLevels, SpawnRules, ConflictSpawning, FloodSpawning, MoveRules, FloodRules, Optimisations]


def default(field) -> str:
    if field.default_factory is not None:
        return "see below"
    value = field.get_default()
    if value is None:
        return "absent"
    words = {"": "empty", (): "`[]`"}
    return words.get(value) or (f"`{value:.6g}`" if isinstance(value, float) else f"`{value}`")


@pytest.mark.parametrize("model", BLOCKS)
def test_every_key_stands_there_with_its_default_and_meaning(model):
    for name, field in model.model_fields.items():
        if name not in ("log_levels", "spawn_rules", "move_rules", "optimisations"):
            shown = default(field).replace("see below", "see above")
            assert f"| `{field.alias or name}` | {shown} | {field.description} |" in PAGE


def test_every_file_and_column_stands_there():
    columns = [*LOCATION_COLUMNS, *LOCATION_ATTRIBUTES, *ROUTE_COLUMNS, *ROUTE_ATTRIBUTES, *CLOSURE_COLUMNS, *CHANGE_COLUMNS]
    wrong = [key for path in MISSPELT for key in path[-1:]]
    for name in [*TABLES, LAYOUT, SETTINGS, *columns, *wrong]:
        assert f"`{name}`" in PAGE
