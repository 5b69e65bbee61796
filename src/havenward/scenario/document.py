"""The formats of scenarios and of edits as documents: a page for people and a JSON Schema for programs each.

`python -m havenward.scenario.document docs/reference` writes them anew; a test holds them to the schema.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from havenward.scenario.edits.edit import Edit
from havenward.scenario.edits.listed import json_schema as edits_schema
from havenward.scenario.edits.listed import keys_of
from havenward.scenario.edits.read import EDITS, LONGEST, MOST
from havenward.scenario.folder import FILES, MAX_HEADER_BYTES, MAX_TABLE_BYTES
from havenward.scenario.header import FILE
from havenward.scenario.schema import FORMAT, REQUIRED, TABLES, Area, Epoch, Header, Scenario
from havenward.scenario.sheet import MAX_ROWS
from havenward.scenario.told import default, written

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


def edits_page() -> str:
    """The kinds of edits as a page of Markdown."""
    return "\n".join([_edits_preface(), *(_edit(name, kind) for name, kind in EDITS.items())])


def write(folder: Path) -> list[Path]:
    """Writes the documents into `folder`; gives their paths."""
    texts = {
        folder / "scenario.md": page(),
        folder / "scenario.schema.json": _json(json_schema()),
        folder / "edits.md": edits_page(),
        folder / "edits.schema.json": _json(edits_schema()),
    }
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(texts)


def _json(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _edits_preface() -> str:
    return f"""# Edits

<!-- Written by `python -m havenward.scenario.document docs/reference`; edit the classes of edits, not this page. -->

An edit is a dated what-if over a scenario. [How to write one](../how-to/edits.md) comes first; this page has every kind with
its keys, as `havenward edits` lists them, and [edits.schema.json](edits.schema.json) the same as a JSON Schema.

- A file of edits is a YAML list of at most {MOST} edits and {LONGEST // 1_000_000} MB, read as `scenario.yaml` is: no
  anchors, aliases, tags or merge keys.
- `date` lies within the scenario, and `until` not before it. After `until` what stood before holds again, to the bit.
- Edits are made in the order in which they are given, and the scenario is checked after each.
- No edit has a key for patrols, interception, captivity or mines, and none changes them on a way that is there.
"""


def _edit(name: str, kind: type[Edit]) -> str:
    return f"""## {name}

{(kind.__doc__ or "").strip()}

| key | kind | default | meaning |
|---|---|---|---|
{_rows(kind, tuple(keys_of(kind)))}
"""


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
    meaning = (field.description or "").replace("|", "\\|")
    return f"| `{name}` | {written(model, name)} | {default(field)} | {meaning} |"


if __name__ == "__main__":
    for document in write(Path(sys.argv[1])):
        print(document)
