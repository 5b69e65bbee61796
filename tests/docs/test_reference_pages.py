"""The reference says what the program is: generated pages are current, written ones name everything."""

from __future__ import annotations

import json

import pytest
from scripts import reference_pages

from havenward.model.siege.cells import STAGES
from havenward.model.siege.day import DRIVERS
from havenward.run.folder import run_to_folder
from havenward.run.reading import open_run
from havenward.run.request import Request
from havenward.run.siege_case import SiegeCase
from havenward.scenario.folder import locate
from havenward.scenario.read import load
from tests.docs.pages import DOCS

REFERENCE = DOCS / "reference"


@pytest.mark.parametrize("page", ["commands", "parameters"])
def test_generated_pages_are_current(page):
    kept = (REFERENCE / f"{page}.md").read_text(encoding="utf-8")
    assert kept == getattr(reference_pages, page)(), "run: make docs"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of the toy scenario."""
    out = tmp_path_factory.mktemp("runs") / "toy"
    run_to_folder(SiegeCase(load("toy")), locate("toy"), out, Request(members=2), lambda _done, _total: None)
    return out


def unnamed(page: str, names) -> list[str]:
    """Return the names that do not stand in code marks on a page."""
    text = (REFERENCE / f"{page}.md").read_text(encoding="utf-8")
    return sorted(name for name in set(names) if f"`{name}`" not in text)


def test_the_page_of_the_outcome_names_everything_in_it(folder):
    outcome = open_run(folder).outcome
    names = {*outcome.dims, *outcome.variables, *outcome["link_quantity"].values, *outcome.attrs}
    names |= {*STAGES, *DRIVERS, *outcome["count"].values}
    assert unnamed("outcome", names - {"Conventions"}) == []


def test_the_page_of_the_run_folder_names_everything_in_it(folder):
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert unnamed("run_folder", record) == []
    files = {f"{path.name}/" if path.name == "scenario" else path.name for path in folder.iterdir()}
    assert unnamed("run_folder", files) == []
