"""What a run of a Flee folder cannot tell, sentence by sentence."""

from __future__ import annotations

from havenward.scenario.flee.schema import FleeScenario

ALWAYS = "Nobody dies, and people are not told apart by sex or age."


def limits_of(scenario: FleeScenario) -> tuple[str, ...]:
    """What Flee's rules leave out, and what they take from the folder as it stands."""
    return f"How many people set out on each day {_source(scenario)} and is not forecast.", ALWAYS


def _source(scenario: FleeScenario) -> str:
    """Where the number of people who set out comes from."""
    rules = scenario.settings.spawn_rules
    if scenario.settings.flood_mode:
        return "follows from the floods in the folder"
    if rules.conflict_driven_spawning is not None:
        return "follows from the conflicts in the folder"
    figures = "the registers of the camps" if rules.sum_from_camps else "the registered total of refugees"
    return f"is taken from {figures}"
