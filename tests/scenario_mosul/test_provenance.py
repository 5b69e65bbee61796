"""Every number carries a source, or is labelled assumed with a reason; nothing sorts people."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from havenward.scenario.refused import refusal
from havenward.scenario.schema import TABLES, Scenario

LABELLED = [table for table, model in TABLES.items() if "label" in model.model_fields]

BUILT = [table for table in LABELLED if table not in ("bends", "offensives", "stocks")]
"""`bends` is for edits, `offensives` for fronts that move by chance, `stocks` for runs from the figures of an evening."""

CITED = re.compile(r"\bunhcr_\d{4}-\d\d-\d\d\b|\b[a-z]+(?:_[a-z0-9]+)+\b")
"""How source ids look inside notes: small words joined by underscores."""

OWN_CHOICE = re.compile(r"\b(assumed|taken as|taken so|we take)\b")
"""Words by which a note tells that a figure was chosen here; no such row may be called sourced."""


@pytest.mark.parametrize("table", BUILT)
def test_sourced_rows_cite_and_assumed_rows_reason(mosul: Scenario, table: str) -> None:
    rows = getattr(mosul, table)
    known = {source.id for source in mosul.sources}
    assert rows
    for row in rows:
        assert row.label in ("sourced", "assumed", "calibrated")
        if row.label == "sourced":
            assert row.source in known, row
            assert not OWN_CHOICE.search(row.note), row
        else:
            assert row.note, row
            assert row.source in {"", *known}, row


@pytest.mark.parametrize("table", BUILT)
def test_ids_named_in_notes_are_shipped(mosul: Scenario, table: str) -> None:
    known = {source.id for source in mosul.sources}
    named = {word for row in getattr(mosul, table) for word in CITED.findall(row.note)}
    assert named <= known


def test_each_source_is_shipped_once_with_a_title(mosul: Scenario) -> None:
    ids = [source.id for source in mosul.sources]
    assert len(ids) == len(set(ids))
    assert all(source.title and source.publisher for source in mosul.sources)


def test_estimated_routes_are_marked(mosul: Scenario) -> None:
    for route in mosul.routes:
        guessed = "estimated" in route.note or "two roles of one town" in route.note
        assert guessed == (route.label == "assumed"), route


def test_no_word_that_people_could_be_sorted_by(folder: Path) -> None:
    """Titles and addresses of publications are theirs; everything that this project says is searched."""
    grouping = refusal("ethnicity")
    hits = {
        (path.name, word)
        for path in folder.iterdir()
        if path.name != "sources.csv"
        for word in set(re.findall(r"[A-Za-z]+", path.read_text(encoding="utf-8")))
        if refusal(word) == grouping
    }
    assert grouping is not None
    assert hits == set()
