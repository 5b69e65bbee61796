"""Room: what camps hold on each day, and who is in them at the start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from havenward.model.flee.mends import Mend, Mends
from havenward.model.flee.setting_out import SettingOut
from havenward.scenario.flee.schema import CAMPS, FleeScenario

F64 = NDArray[np.float64]


def capacities(scenario: FleeScenario, setting_out: SettingOut, mends: Mends) -> F64:
    """Return (D, P) persons whom places hold, divided by hasten; infinity where there is no limit.

    Flee takes the people of day 0 off the capacity while they stand in the camp, and takes less than one for no limit.
    """
    hasten = scenario.settings.optimisations.hasten
    start = np.array([(place.capacity or 0) // hasten for place in scenario.locations], dtype=np.float64)
    limited = start > 0
    if Mend.DAY_0 not in mends:
        # Flee writes -1 for the capacity of places that are no camps, and adds what they grow by to that
        start = np.where([place.kind in CAMPS for place in scenario.locations], start, -1.0)
    if Mend.DAY_0 not in mends and scenario.settings.spawn_rules.insert_day0 and setting_out.follows_registers:
        start = np.where(limited, start - setting_out.registered.at_start, start)
    scaled = Mend.HASTEN in mends
    growth = np.array([max(place.capacity_per_day, 0) / (hasten if scaled else 1) for place in scenario.locations])
    days = np.arange(1, scenario.days + 1)[:, None]
    grown = start[None, :] + np.floor(growth * days)
    grown = grown * scenario.settings.move_rules.capacity_scaling
    if Mend.DAY_0 in mends:
        return np.where(limited, grown, np.inf)
    return np.where(grown < 1.0, np.inf, grown)


def at_start(scenario: FleeScenario, setting_out: SettingOut, mends: Mends) -> NDArray[np.int64]:
    """Return (P,) people in camps before the first day; where floods drive people, in every place."""
    rules, hasten = scenario.settings.spawn_rules, scenario.settings.optimisations.hasten
    out = np.zeros(len(scenario.locations), dtype=np.int64)
    if rules.empty_camps_on_day0:
        return out
    for row, place in enumerate(scenario.locations):
        if place.kind in CAMPS or scenario.settings.flood_mode:
            further = place.initial_idps // (hasten if Mend.HASTEN in mends else 1)
            out[row] = further + (setting_out.registered.at_start[row] if rules.insert_day0 else 0)
    return out
