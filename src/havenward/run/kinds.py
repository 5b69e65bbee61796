"""Which kind of case a scenario is."""

from __future__ import annotations

from dataclasses import replace

from havenward.model.flee.mends import Level
from havenward.run.case import Case
from havenward.run.flee_case import FleeCase
from havenward.run.request import RunError
from havenward.run.siege_case import SiegeCase
from havenward.scenario.edits.read import Edits
from havenward.scenario.problems import escaped
from havenward.scenario.schema import Scenario


def case_of(
    scenario: Scenario | FleeCase,
    level: Level | None = None,
    public_sources: str | None = None,
    edits: Edits | None = None,
) -> Case:
    """Return what is run of a scenario, which holds the edits made to it already.

    A level is for Flee folders, which are run mended where none is asked for.

    Raises:
        RunError: a level is asked for where there is one set of rules, or `marked` refuses the sources.
    """
    scenario = marked(scenario, public_sources)
    if isinstance(scenario, FleeCase):
        return scenario if level is None else replace(scenario, level=level)
    if level is not None:
        raise RunError(f"the level {level!r} is for Flee folders, and {scenario.header.name} is none: leave it out")
    return SiegeCase(scenario, edits or Edits())


def marked(scenario: Scenario | FleeCase, public_sources: str | None) -> Scenario | FleeCase:
    """Return a Flee folder that its user marks as made from public sources, which are named; None marks nothing.

    Raises:
        RunError: the scenario is no Flee folder, or no source is named.
    """
    if public_sources is None:
        return scenario
    if not isinstance(scenario, FleeCase):
        name = scenario.header.name
        raise RunError(f"public sources are named for Flee folders, and {name} is none: its header says its nature")
    if not (sources := escaped(public_sources).strip()):
        raise RunError("name the public sources that the folder was made from, such as --public-sources 'UNHCR, ACLED'")
    return replace(scenario, public_sources=sources)
