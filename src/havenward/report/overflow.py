"""Camps: occupancy against plots, when a camp overflows, and for how many nights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import FEWEST_DRAWS, Interval, in_ten, interval
from havenward.report.facts import day_text
from havenward.report.sums import Sums

FULL = 0.95
"""Share of the plots' people from which a camp counts as full: plots are for families, so the last ones fill unevenly."""


@dataclass(frozen=True)
class Reached:
    """When a level is reached: the share of draws, and the first day among those draws."""

    share: float
    first: tuple[np.datetime64, np.datetime64, np.datetime64] | None
    """Median and 80 % interval of the first day; None where fewer than two draws reach the level."""


@dataclass(frozen=True)
class CampReport:
    """One camp, or all camps together."""

    name: str
    capacity: float
    """Persons whom the plots hold on the last day."""
    peak: Interval
    full: Reached
    over: Reached
    nights_over: Interval


def camp_reports(sums: Sums) -> list[CampReport]:
    """Every camp that holds anybody in any draw, the fullest first; empty where there is one draw."""
    if sums.draws < FEWEST_DRAWS:
        return []
    reports = []
    for number, name in enumerate(sums.camps):
        people = sums.stocks.of("camp", name)
        if people.any():
            reports.append(camp_report(name, people, sums.capacity[:, number], sums.dates))
    return sorted(reports, key=lambda report: -report.peak.middle)


def camp_report(
    name: str, people: NDArray[np.float64], capacity: NDArray[np.float64], dates: NDArray[np.datetime64]
) -> CampReport:
    """One camp from its (draw, time) people and its (time,) capacity in persons."""
    over = people > capacity
    return CampReport(
        name=name,
        capacity=float(capacity[-1]),
        peak=interval(people.max(axis=1)),
        full=reached((people > 0) & (people >= FULL * capacity), dates),
        over=reached(over, dates),
        nights_over=interval(over.sum(axis=1)),
    )


def reached(state: NDArray[np.bool_], dates: NDArray[np.datetime64]) -> Reached:
    """When each draw of a (draw, time) state first holds."""
    draws = state.any(axis=1)
    if draws.sum() < FEWEST_DRAWS:
        return Reached(float(draws.mean()), None)
    days = interval(state[draws].argmax(axis=1))
    return Reached(
        float(draws.mean()),
        (dates[round(days.middle)], dates[int(np.floor(days.low))], dates[int(np.ceil(days.high))]),
    )


def reached_cells(state: Reached) -> tuple[str, str]:
    """In how many futures, and from when."""
    if state.share == 0:
        return "none", "–"
    if state.first is None:
        return in_ten(state.share), "too few futures to say"
    middle, low, high = (day_text(day) for day in state.first)
    return in_ten(state.share), middle if low == high else f"{middle} ({low} to {high})"
