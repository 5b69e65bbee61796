"""Checks of walks by night: whether a corridor can be walked in the nights that the model allows."""

from __future__ import annotations

import math

import networkx as nx

from havenward.scenario.draft import Draft
from havenward.scenario.problems import Problems
from havenward.scenario.requirements import Requirements
from havenward.scenario.schema import Corridor


def check_nights(draft: Draft, problems: Problems, requirements: Requirements) -> None:
    """A walk that needs more nights than the model allows is cut to them: people arrive sooner than they could."""
    stated = {row.name: row.median for row in draft.assumptions.rows}

    def median(name: str) -> float:
        return stated.get(name, requirements.parameters[name].median)

    a_night = median("walking_speed") * median("night_hours")
    slow = any(row.mobility < requirements.slow_below for row in draft.classes.rows)
    who, a_night = ("groups that walk slowly", a_night * median("slow_speed")) if slow else ("people", a_night)
    if not (math.isfinite(a_night) and a_night > 0):
        return
    ways = _Ways(draft)
    for line, corridor in draft.corridors:
        km = ways.km(corridor) if corridor.use == "night" else None
        if km is None or km <= requirements.most_nights * a_night:
            continue
        wrong = (
            f"{who} need {math.ceil(km / a_night)} nights for {km:g} km, and the model knows walks of at most "
            f"{requirements.most_nights}: they arrive sooner than they could"
        )
        mend = "Check the kilometres; where they are right, say so among the scenario's limits"
        problems.warning(draft.corridors.file, line, "km", f"{km:g}", wrong, mend)


class _Ways:
    """Lengths of corridors: their own, or the shortest way over the routes."""

    def __init__(self, draft: Draft) -> None:
        self._routes: nx.Graph[str] = nx.Graph()
        for route in draft.routes.rows:
            self._routes.add_edge(route.from_place, route.to_place, km=route.km)
        self._from: dict[str, dict[str, float]] = {}

    def km(self, corridor: Corridor) -> float | None:
        """Return kilometres, or None where no route leads to the crossing."""
        if corridor.km is not None or corridor.from_place not in self._routes:
            return corridor.km
        if corridor.from_place not in self._from:
            reached = nx.single_source_dijkstra_path_length(self._routes, corridor.from_place, weight="km")
            self._from[corridor.from_place] = dict(reached)
        return self._from[corridor.from_place].get(corridor.crossing)
