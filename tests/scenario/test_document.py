"""The documents of the format say what the schema says."""

from pathlib import Path

from havenward.scenario.document import page, write
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
