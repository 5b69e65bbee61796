"""Which kind of case a scenario is."""

from __future__ import annotations

from dataclasses import replace

from havenward.run.case import Case, Level
from havenward.run.flee_case import FleeCase
from havenward.run.request import RunError
from havenward.run.siege_case import SiegeCase
from havenward.scenario.schema import Scenario


def case_of(scenario: Scenario | FleeCase, level: Level | None = None) -> Case:
    """Return what is run of a scenario; a level is for Flee folders, which are run mended where none is asked for.

    Raises:
        RunError: a level is asked for where there is one set of rules.
    """
    if isinstance(scenario, FleeCase):
        return scenario if level is None else replace(scenario, level=level)
    if level is not None:
        raise RunError(f"the level {level!r} is for Flee folders, and {scenario.header.name} is none: leave it out")
    return SiegeCase(scenario)
