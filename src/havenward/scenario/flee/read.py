"""Reading a Flee folder: everything that is wrong with it is told at once, and nothing is ignored in silence."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from havenward.scenario.flee.check import cross_check
from havenward.scenario.flee.check_origins import check_origins
from havenward.scenario.flee.draft import Draft, read_draft
from havenward.scenario.flee.folder import Files, in_folder, in_memory
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.flee.series import SourceData
from havenward.scenario.problems import Problem, Problems, ScenarioError


def read_flee(folder: str | Path) -> FleeScenario:
    """The Flee folder `folder`. Raises ScenarioError, with every problem found, where it cannot be used."""
    found, problems = check_flee(folder)
    if found is None:
        raise ScenarioError(problems)
    return found


def check_flee(folder: str | Path) -> tuple[FleeScenario | None, list[Problem]]:
    """What the folder says (None where it has errors) and every problem with it, warnings too."""
    problems = Problems()
    files = in_folder(Path(folder), problems)
    if problems.failed:
        return None, problems.sorted()
    return _scenario(files, problems)


def check_flee_files(contents: Mapping[str, bytes]) -> tuple[FleeScenario | None, list[Problem]]:
    """As `check_flee`, for files in memory: name relative to the folder, with `/` between -> bytes."""
    return _scenario(in_memory(contents), Problems())


def _scenario(files: Files, problems: Problems) -> tuple[FleeScenario | None, list[Problem]]:
    with _collector_paused():
        draft = read_draft(files, problems)
        cross_check(draft, problems)
        check_origins(draft, problems)
        return _whole(draft, problems), problems.sorted()


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Looks for no circles of objects meanwhile: rows make none, and looking takes half the time where they are millions."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _whole(draft: Draft, problems: Problems) -> FleeScenario | None:
    period, settings = draft.period, draft.settings.values
    if problems.failed or period is None or settings is None:
        return None
    return FleeScenario(
        start=period.start,
        days=period.days,
        locations=tuple(draft.locations.rows),
        routes=tuple(draft.routes.rows),
        source=SourceData(tuple(draft.series.rows), tuple(draft.corrections.rows)),
        settings=settings,
        closures=tuple(draft.closures.rows),
        changes=tuple(draft.changes.rows),
        major_routes=draft.major_routes,
        conflicts=draft.conflicts[0] if draft.conflicts is not None else None,
        floods=draft.floods[0] if draft.floods is not None else None,
        food=draft.food[0] if draft.food is not None else None,
        demographics=tuple(draft.demographics),
        agents=draft.agents,
    )
