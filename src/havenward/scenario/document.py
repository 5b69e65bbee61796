"""The scenario format as documents: a page for people and a JSON Schema for programs.

`python -m havenward.scenario.document docs/reference` writes both anew; a test holds them to the schema.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from havenward.scenario.cells import Kind, choices, kinds
from havenward.scenario.folder import FILES, MAX_HEADER_BYTES, MAX_TABLE_BYTES
from havenward.scenario.header import FILE
from havenward.scenario.schema import FORMAT, REQUIRED, TABLES, Area, Epoch, Header, Scenario
from havenward.scenario.sheet import MAX_ROWS

_KINDS: dict[Kind, str] = {
    "number": "number",
    "integer": "whole number",
    "date": "date",
    "flag": "true or false",
    "text": "text",
    "block": "list",
}
_COMMON = ("label", "source", "note")


def json_schema() -> dict[str, Any]:
    """The format as one JSON Schema: the header, and a list of rows for each table.

    `$defs/Header` alone is the schema of `scenario.yaml`.
    """
    schema = Scenario.model_json_schema()
    schema["title"] = f"Havenward scenario, format {FORMAT}"
    return schema


def page() -> str:
    """The format as a page of Markdown."""
    tables = [_table(table, model) for table, model in TABLES.items()]
    return "\n".join([_preface(), _header(), *tables])


def write(folder: Path) -> list[Path]:
    """Writes both documents into `folder`; gives their paths."""
    texts = {
        folder / "scenario.md": page(),
        folder / "scenario.schema.json": json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n",
    }
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(texts)


def _preface() -> str:
    needed = ", ".join(f"`{table}.csv`" for table in REQUIRED)
    files = ", ".join(f"`{name}`" for name in FILES)
    tables, header = MAX_TABLE_BYTES // 1_000_000, MAX_HEADER_BYTES // 1_000_000
    return f"""# The scenario format

<!-- Written by `python -m havenward.scenario.document docs/reference`; edit the schema, not this page. -->

A scenario is a folder with one `{FILE}` and the CSV tables below beside it. Of the tables, {needed} must be
there; the others may be missing. This page describes format {FORMAT}; the same as a JSON Schema is in
[scenario.schema.json](scenario.schema.json).

- Tables are UTF-8 text with commas between the columns and column names in the first line. Columns may stand
  in any order, and those that need no value may be left out. Semicolons or tabs, a byte order mark, a row of
  HXL tags below the header and Arabic-Indic or Persian digits are understood, with a warning.
- Dates are written 2016-03-15, numbers with a decimal point and without thousands marks, shares from 0 to 1.
  An empty cell means that the default holds.
- Dated tables hold what is in force from a date until the next row of the same place or area, unless the
  table says otherwise.
- A table may have {tables} MB and {MAX_ROWS:,} rows, `{FILE}` {header} MB. Of YAML only blocks, lists and
  single values are read: no anchors, aliases, tags or merge keys.
- No table may hold records of persons, or sort people by community. Columns that look like it are refused.
- A folder holds at most these files, and no other is read: {files}.

`havenward validate FOLDER` checks a scenario and tells everything that is wrong at once.

Every table but `sources.csv` has these columns, and its own beside them:

| column | kind | default | meaning |
|---|---|---|---|
{_rows(TABLES["control"], _COMMON)}
"""


def _header() -> str:
    return f"""## {FILE}

| key | kind | default | meaning |
|---|---|---|---|
{_rows(Header, tuple(Header.model_fields))}

Each entry of `areas`:

| key | kind | default | meaning |
|---|---|---|---|
{_rows(Area, tuple(Area.model_fields))}

Each entry of `epochs`:

| key | kind | default | meaning |
|---|---|---|---|
{_rows(Epoch, tuple(Epoch.model_fields))}
"""


def _table(table: str, model: type[BaseModel]) -> str:
    columns = tuple(name for name in model.model_fields if name not in _COMMON or table == "sources")
    key: tuple[str, ...] = getattr(model, "key", ())
    need = " Must be there." if table in REQUIRED else ""
    unique = " and ".join(f"`{column}`" for column in key)
    return f"""## {table}.csv

{(model.__doc__ or "").strip()}{need} No two rows share the same {unique}.

| column | kind | default | meaning |
|---|---|---|---|
{_rows(model, columns)}
"""


def _rows(model: type[BaseModel], names: tuple[str, ...]) -> str:
    return "\n".join(_row(model, name, model.model_fields[name]) for name in names)


def _row(model: type[BaseModel], name: str, field: FieldInfo) -> str:
    words = choices(model, name)
    kind = ", ".join(words) if words else _KINDS[kinds(model)[name]]
    meaning = (field.description or "").replace("|", "\\|")
    return f"| `{name}` | {kind}{_limits(field)} | {_default(field)} | {meaning} |"


def _limits(field: FieldInfo) -> str:
    """The range of a number in words."""
    signs = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    parts = [
        f"{words} {getattr(limit, sign):.12g}"
        for limit in field.metadata
        for sign, words in signs.items()
        if getattr(limit, sign, None) is not None
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    if field.default is PydanticUndefined or field.default in ("", None):
        return "empty"
    if isinstance(field.default, bool):
        return "`true`" if field.default else "`false`"
    return f"`{field.default:.12g}`" if isinstance(field.default, int | float) else f"`{field.default}`"


if __name__ == "__main__":
    for written in write(Path(sys.argv[1])):
        print(written)
