"""Eve: the people before the first day, who stands where and who waits to set out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from havenward.model.flee.net import Waiting
from havenward.model.flee.room import at_start
from havenward.model.flee.setting_out import SettingOut
from havenward.model.flee.states import DISPLACED, STANDING, WAITING, Edges, pack
from havenward.model.flee.traits import Traits, hazard_of_agents
from havenward.scenario.flee.schema import FleeScenario

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


def standing_of(setting_out: SettingOut, traits: Traits) -> list[tuple[int, int]]:
    """Return states of those who stand somewhere, with their people: in camps, then as the agents file lists them."""
    scenario = setting_out.scenario
    inside = enumerate(at_start(scenario, setting_out, setting_out.mends).tolist())
    people = [(place, total, traits.share[place]) for place, total in inside if total]
    people += _listed(scenario, traits)
    return [
        (int(pack(STANDING, place, trait=trait, fresh=_fresh(scenario))), number)
        for place, total, shares in people
        for trait, number in enumerate(_apportioned(total, shares).tolist())
    ]


def waiting_of(setting_out: SettingOut, traits: Traits) -> Waiting:
    """Return those who wait: a state for each day (and place) of setting out, and edges to where they then stand."""
    keys = setting_out.keys()
    days = np.array([day for day, _ in keys], dtype=np.int64)
    states = pack(WAITING, days, far=np.array([place + 1 for _, place in keys], dtype=np.int64))
    origins, number = setting_out.origins, len(traits)
    from_where = [origins if place < 0 else np.array([place]) for _, place in keys]
    sizes = [len(places) * number for places in from_where]
    source = np.repeat(np.arange(len(keys)), sizes)
    place = np.concatenate([np.repeat(places, number) for places in from_where]) if keys else np.zeros(0, dtype=np.int64)
    trait = np.concatenate([np.tile(np.arange(number), len(places)) for places in from_where]) if keys else place
    rank = np.concatenate([np.arange(size) for size in sizes]) if keys else place
    target = pack(DISPLACED, place, trait=trait, fresh=_fresh(setting_out.scenario))
    return Waiting(np.atleast_1d(states), Edges(source, rank, target), np.searchsorted(origins, place))


def _fresh(scenario: FleeScenario) -> int:
    """Return what a state says of those who have no link behind them yet."""
    return int(scenario.settings.move_rules.applied().start_on_foot)


def _listed(scenario: FleeScenario, traits: Traits) -> list[tuple[int, int, F64]]:
    """Return place, people, and shares of traits of each kind in the agents file, where that is read."""
    if not scenario.settings.spawn_rules.read_from_agents_csv_file:
        return []
    move = scenario.settings.move_rules.applied()
    out: list[tuple[int, int, F64]] = []
    for listed in scenario.agents:
        place = scenario.index[listed.place]
        alike = traits.hazard == hazard_of_agents(listed, move)
        shares = traits.share[place] * alike
        out.append((place, listed.agents, shares if shares.any() else alike * 1.0))
    return out


def _apportioned(total: int, shares: F64) -> I64:
    """Return whole numbers that sum to a total, by largest remainders."""
    exact = total * shares / shares.sum()
    whole = np.floor(exact).astype(np.int64)
    whole[np.argsort(-(exact - whole), kind="stable")[: total - int(whole.sum())]] += 1
    return np.asarray(whole)
