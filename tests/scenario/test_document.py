"""The documents of the format say what the schema says."""

from pathlib import Path

from havenward.guard.warnings import OPENED_CORRIDOR
from havenward.scenario.document import edits_page, page, write
from havenward.scenario.edits.edit import Edit
from havenward.scenario.edits.listed import json_schema
from havenward.scenario.edits.read import EDITS
from havenward.scenario.schema import TABLES, Header

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def test_the_documents_are_up_to_date(tmp_path):
    for path in write(tmp_path):
        kept = (REFERENCE / path.name).read_text(encoding="utf-8")
        assert kept == path.read_text(encoding="utf-8"), "run: python -m havenward.scenario.document docs/reference"


def test_the_page_tells_every_table_and_column():
    text = page()
    for table, model in TABLES.items():
        section = text.split(f"## {table}.csv\n")[1].split("\n## ")[0]
        own = [name for name in model.model_fields if table == "sources" or name not in ("label", "source", "note")]
        assert [name for name in own if f"| `{name}` |" not in section] == []
    assert [key for key in Header.model_fields if f"| `{key}` |" not in text] == []


def test_the_page_of_edits_tells_every_kind_and_key():
    text = edits_page()
    for name, kind in EDITS.items():
        section = text.split(f"## {name}\n")[1].split("\n## ")[0]
        assert [key for key in kind.model_fields if key != "edit" and f"| `{key}` |" not in section] == []


def test_the_guide_to_edits_tells_every_kind_and_its_own_keys():
    text = (REFERENCE.parent / "how-to" / "edits.md").read_text(encoding="utf-8")
    rows = {row.split("|")[1]: row for row in text.splitlines() if row.startswith("| `")}
    for name, kind in EDITS.items():
        (row,) = (row for names, row in rows.items() if f"`{name}`" in names)
        assert [key for key in kind.model_fields if key not in Edit.model_fields and f"`{key}`" not in row] == []
    quoted = " ".join(line.removeprefix("> ") for line in text.splitlines() if line.startswith("> "))
    assert quoted == OPENED_CORRIDOR


def test_the_schema_of_edits_has_every_kind():
    mapping = json_schema()["items"]["discriminator"]["mapping"]
    assert set(mapping) == set(EDITS)
