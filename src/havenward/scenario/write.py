"""A scenario as the files of its folder: what is read from them is the same scenario."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import yaml
from pydantic import BaseModel

from havenward.scenario.header import FILE
from havenward.scenario.schema import TABLES, Scenario


def texts_of(scenario: Scenario) -> dict[str, str]:
    """Return the text of each file by its name; tables and columns that say nothing are left out."""
    header = scenario.header.model_dump(mode="json", exclude_defaults=True)
    texts = {FILE: yaml.safe_dump(header, sort_keys=False, allow_unicode=True)}
    for table, model in TABLES.items():
        if rows := getattr(scenario, table):
            texts[f"{table}.csv"] = _csv(model, rows)
    return texts


def _csv(model: type[BaseModel], rows: Sequence[BaseModel]) -> str:
    """Return a table; a cell is empty where the default holds."""
    said = [row.model_dump(mode="json", exclude_defaults=True) for row in rows]
    text = io.StringIO()
    columns = [name for name in model.model_fields if any(name in row for row in said)]
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(said)
    return text.getvalue()
