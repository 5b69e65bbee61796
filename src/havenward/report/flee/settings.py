"""Which settings a run was made with, and from which files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from havenward.report.page import Table
from havenward.scenario.flee.schema import FleeScenario


def settings_table(scenario: FleeScenario) -> Table:
    """Every key of `simsetting.yml` with its value in force."""
    rows = list(_rows(scenario.settings, ""))
    caption = "Settings in force: those of simsetting.yml, and Flee's own where it says nothing."
    return Table(caption, ["Key", "Value", "Meaning"], rows, folded=f"All {len(rows)} settings")


def _rows(block: BaseModel, above: str) -> Iterator[list[str]]:
    """Keys of a block and of the blocks in it."""
    for name, field in type(block).model_fields.items():
        key, value = above + (field.alias or name), getattr(block, name)
        if isinstance(value, BaseModel):
            yield from _rows(value, f"{key}.")
        else:
            yield [key, _value(value), field.description or "a block of keys, which is not there"]


def _value(value: object) -> str:
    if value is None or value == "" or value == ():
        return "–"
    if isinstance(value, tuple):
        return ", ".join(_value(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def files_table(record: Mapping[str, Any]) -> Table | None:
    """Files of the folder with their sums; None where the record lists none."""
    rows = [[name, digest] for name, digest in sorted((record.get("files") or {}).items())]
    if not rows:
        return None
    return Table("Files that were read, and their SHA-256.", ["File", "SHA-256"], rows, folded=f"All {len(rows)} files")
