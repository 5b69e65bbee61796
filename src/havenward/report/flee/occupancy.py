"""How full camps are: people against the room that the folder gives them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from havenward.guard.disclosure import FEWEST_DRAWS, SMALLEST_SHOWN, Interval, interval
from havenward.report.flee.sums import FleeSums, Values
from havenward.report.overflow import Reached, reached


@dataclass(frozen=True)
class CampLine:
    """One camp on the last day, and when it first held more people than there is room for.

    Attributes:
        name: that may be told.
        people: persons.
        registered: persons, on a straight line between printed figures; None where there is no register.
        room: persons, on the last day; None where the folder gives no limit.
        full: persons from which the rules take it for full; None where they never do.
        share: people as a share of the room; None where there is no limit.
        over: when people first exceed the room; None where there is no limit.
    """

    name: str
    people: Interval
    registered: float | None
    room: float | None
    full: float | None
    share: Interval | None
    over: Reached | None


def camp_lines(sums: FleeSums) -> list[CampLine]:
    """Every camp, the one with the most people first; empty where there is one draw."""
    if sums.draws < FEWEST_DRAWS:
        return []
    return [_line(sums, number) for number in sums.order]


def _line(sums: FleeSums, number: int) -> CampLine:
    people, room = sums.people[:, :, number], sums.capacity[:, number]
    column = sums.registered(sums.camps[number])
    known = None if column is None or sums.compared is None else float(sums.compared.registered.daily[-1, column])
    limited = math.isfinite(room[-1])
    return CampLine(
        name=sums.camps[number],
        people=interval(people[:, -1]),
        registered=None if known is None else known * sums.hasten,
        room=_known(room[-1]),
        full=_known(sums.full[-1, number]),
        share=interval(people[:, -1] / room[-1]) if limited else None,
        over=reached(people > room, sums.dates) if limited else None,
    )


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def shares_of_room(sums: FleeSums) -> dict[str, Values]:
    """Camp -> (draw,) people on the last day as a share of the room; camps without a limit are left out."""
    return {
        name: sums.people[:, -1, number] / sums.capacity[-1, number]
        for number, name in enumerate(sums.camps)
        if np.isfinite(sums.capacity[-1, number])
    }


def percent_text(share: Interval, people: Interval) -> str:
    """A share of the room with its interval, in per cent; nothing of fewer people than may be shown."""
    if people.high < SMALLEST_SHOWN:
        return "–"
    return f"{share.middle:.0%} ({percent_span(share)})".replace("%", " %")


def percent_span(share: Interval) -> str:
    """The ends of the interval of a share in whole per cent, rounded outward."""
    low, high = math.floor(100 * share.low), math.ceil(100 * share.high)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
