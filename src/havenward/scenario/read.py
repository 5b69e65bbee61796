"""Reading a scenario: everything that is wrong with it is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from havenward.scenario import folder
from havenward.scenario.check import cross_check
from havenward.scenario.draft import Draft, read_draft
from havenward.scenario.problems import Problem, Problems, ScenarioError
from havenward.scenario.requirements import Requirements
from havenward.scenario.schema import TABLES, Scenario


def load(scenario: str | Path, requirements: Requirements | None = None) -> Scenario:
    """The scenario in a folder, or the bundled one of that name.

    `requirements` are what a model asks of it; None leaves assumptions and walks unchecked. Raises ScenarioError, with
    every problem found, where the scenario cannot be used.
    """
    found, problems = check(scenario, requirements)
    if found is None:
        raise ScenarioError(problems)
    return found


def check(scenario: str | Path, requirements: Requirements | None = None) -> tuple[Scenario | None, list[Problem]]:
    """The scenario (None where it has errors) and every problem with it, warnings too."""
    problems = Problems()
    contents = folder.gather(folder.locate(scenario), problems)
    refused = frozenset(problem.file for problem in problems.sorted() if problem.severity == "error")
    if not contents and refused and not refused <= set(folder.FILES):
        return None, problems.sorted()
    return _scenario(read_draft(contents, problems, refused), problems, requirements)


def check_files(
    contents: Mapping[str, bytes], requirements: Requirements | None = None
) -> tuple[Scenario | None, list[Problem]]:
    """As `check`, for files that are in memory already: file name -> bytes. Unknown names are left aside."""
    problems = Problems()
    return _scenario(read_draft(contents, problems), problems, requirements)


def _scenario(draft: Draft, problems: Problems, requirements: Requirements | None) -> tuple[Scenario | None, list[Problem]]:
    cross_check(draft, problems, requirements)
    header = draft.heading.header
    if problems.failed or header is None:
        return None, problems.sorted()
    tables: dict[str, Any] = {table: tuple(getattr(draft, table).rows) for table in TABLES}
    return Scenario.model_construct(None, header=header, **tables), problems.sorted()
