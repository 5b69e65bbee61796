"""Room: what camps hold on each day, and who is in them at the start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from havenward.model.flee.course import Level
from havenward.model.flee.setting_out import SettingOut
from havenward.scenario.flee.schema import FleeScenario

F64 = NDArray[np.float64]


def capacities(scenario: FleeScenario, setting_out: SettingOut, level: Level) -> F64:
    """Return (D, P) persons whom places hold, divided by hasten; infinity where there is no limit.

    Flee takes the people of day 0 off the capacity while they stand in the camp, and takes less than one for no limit.
    """
    hasten = scenario.settings.optimisations.hasten
    start = np.array([(place.capacity or 0) // hasten for place in scenario.locations], dtype=np.float64)
    limited = start > 0
    if level == "exact" and scenario.settings.spawn_rules.insert_day0 and setting_out.follows_registers:
        start = np.where(limited, start - setting_out.registered.at_start, start)
    scale = hasten if level == "mended" else 1
    growth = np.array([max(place.capacity_per_day, 0) / scale for place in scenario.locations])
    days = np.arange(1, scenario.days + 1)[:, None]
    grown = start[None, :] + (np.floor(growth * days) if level == "mended" else growth * days)
    grown = grown * scenario.settings.move_rules.capacity_scaling
    if level == "mended":
        return np.where(limited, grown, np.inf)
    return np.where(grown < 1.0, np.inf, grown)


def at_start(scenario: FleeScenario, setting_out: SettingOut, level: Level) -> NDArray[np.int64]:
    """Return (P,) people in camps before the first day; where floods drive people, in every place."""
    rules, hasten = scenario.settings.spawn_rules, scenario.settings.optimisations.hasten
    out = np.zeros(len(scenario.locations), dtype=np.int64)
    if rules.empty_camps_on_day0:
        return out
    for row, place in enumerate(scenario.locations):
        if place.kind in ("camp", "idpcamp") or scenario.settings.flood_mode:
            further = place.initial_idps // hasten if level == "mended" else place.initial_idps
            out[row] = further + (setting_out.registered.at_start[row] if rules.insert_day0 else 0)
    return out
