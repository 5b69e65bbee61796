"""Who went from where, through which crossing, to which camp or town: sums of links and their table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import FEWEST_DRAWS, Interval, interval
from havenward.report.digest import Links, unique
from havenward.scenario.schema import Scenario

RECEPTION = ("to_camp", "to_host", "overflow")
"""Quantities that lead from a crossing to where people are received."""

OTHERS = "Other places"
LEAST_SHARE = 0.02
"""Destinations with a smaller share of all who are received are drawn, and told, as one."""


@dataclass(frozen=True)
class Flow:
    """People who went from one place to another over the run."""

    start: str
    end: str
    origin: str
    persons: NDArray[np.float64]
    """(draw,) persons."""

    @property
    def mean(self) -> float:
        """Mean of the draws: widths are means, because only means add up."""
        return float(self.persons.mean())


@dataclass(frozen=True)
class FlowPicture:
    """The two halves of the way: from areas to crossings, and from crossings to places of reception."""

    out: list[Flow]
    received: list[Flow]


def flow_picture(links: Links, scenario: Scenario) -> FlowPicture:
    """The flows of a run, small destinations joined."""
    area = {place.name: place.area or place.name for place in scenario.locations if place.kind == "home"}
    out = joined(
        (area.get(start, start), end, area.get(start, start), links.totals[:, number])
        for number, (quantity, start, end, _) in enumerate(links.keys)
        if quantity == "arrived"
    )
    received = joined(
        (start, end, origin, links.totals[:, number])
        for number, (quantity, start, end, origin) in enumerate(links.keys)
        if quantity in RECEPTION
    )
    return FlowPicture(out, with_others(received))


def joined(rows: Iterable[tuple[str, str, str, NDArray[np.float64]]]) -> list[Flow]:
    """Flows with equal start, end and origin as one; empty ones left out."""
    found: dict[tuple[str, str, str], NDArray[np.float64]] = {}
    for start, end, origin, persons in rows:
        key = (start, end, origin)
        found[key] = found[key] + persons if key in found else persons
    return [Flow(*key, persons) for key, persons in found.items() if persons.any()]


def with_others(flows: list[Flow]) -> list[Flow]:
    """The same flows with small destinations under one name."""
    total = sum(flow.mean for flow in flows)
    by_end = {end: sum(flow.mean for flow in flows if flow.end == end) for end in unique(flow.end for flow in flows)}
    small = {end for end, mean in by_end.items() if mean < LEAST_SHARE * total}
    if len(small) < 2:
        return flows
    return joined((flow.start, OTHERS if flow.end in small else flow.end, flow.origin, flow.persons) for flow in flows)


def largest_first(names: Iterable[str], flows: list[Flow], side: str) -> list[str]:
    """Names by the mean of what starts or ends there, the largest first, others last."""
    size = {name: sum(flow.mean for flow in flows if getattr(flow, side) == name) for name in unique(names)}
    return sorted(size, key=lambda name: (name == OTHERS, -size[name]))


@dataclass(frozen=True)
class FlowRow:
    """One row of the table: a way, and how many took it."""

    origin: str
    crossing: str
    place: str
    persons: Interval


def flow_rows(picture: FlowPicture) -> list[FlowRow]:
    """Every way from an area through a crossing to a place, the largest first; empty where there is one draw."""
    if not picture.received or len(picture.received[0].persons) < FEWEST_DRAWS:
        return []
    rows = [FlowRow(flow.origin, flow.start, flow.end, interval(flow.persons)) for flow in picture.received]
    return sorted(rows, key=lambda row: -row.persons.middle)
