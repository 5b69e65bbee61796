"""What people need on a day: persons times a published standard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import FEWEST_DRAWS, Interval, interval
from havenward.report.sums import Sums

SPHERE = "Sphere Handbook, 2018 edition"
UNHCR = "UNHCR, Handbook for Emergencies"


@dataclass(frozen=True)
class Standard:
    """How much of something one person needs; `per_person` in `unit`, or in pieces where that is empty."""

    what: str
    per_person: float
    unit: str
    rule: str
    source: str


STANDARDS = (
    Standard("Water", 15 / 1000, "cubic metres a day", "15 litres a person a day", f"{SPHERE}; {UNHCR}"),
    Standard("Latrines", 1 / 20, "", "1 for 20 persons", SPHERE),
    Standard("Covered living space", 3.5, "square metres", "3.5 square metres a person", f"{SPHERE}; {UNHCR}"),
    Standard("Family tents", 1 / 5.5, "", "1 for 5 or 6 persons (5.5)", UNHCR),
    Standard("Food", 2100 / 1e6, "million kilocalories a day", "2,100 kilocalories a person a day", f"{SPHERE}; {UNHCR}"),
)
"""Standards for planning, not targets that were met. A user's own standards may differ."""


@dataclass(frozen=True)
class Moment:
    """A group of people at one moment: how many, and on which day."""

    title: str
    people: Interval
    day: np.datetime64
    """For a peak the median day of the draws' peaks."""


@dataclass(frozen=True)
class Need:
    """One row of the table: a standard, and the amount for every moment."""

    standard: Standard
    amounts: list[Interval]


def moments(sums: Sums) -> list[Moment]:
    """All displaced and people in camps, at the peak and on the last day; empty where there is one draw."""
    if sums.draws < FEWEST_DRAWS:
        return []
    found = []
    for title, people in (("All displaced", sums.displaced()), ("In camps", sums.stocks.of("stage", "in_camp"))):
        if people.any():
            found += [peak(f"{title}, at the peak", people, sums), last(f"{title}, on the last day", people, sums)]
    return found


def peak(title: str, people: NDArray[np.float64], sums: Sums) -> Moment:
    """The largest number of each draw, and the median of the days on which it stood."""
    day = int(np.median(people.argmax(axis=1)))
    return Moment(title, interval(people.max(axis=1)), sums.dates[day])


def last(title: str, people: NDArray[np.float64], sums: Sums) -> Moment:
    """The number at the end of the last day."""
    return Moment(title, interval(people[:, -1]), sums.dates[-1])


def needs(found: list[Moment]) -> list[Need]:
    """The amounts of every standard for every moment."""
    return [Need(standard, [scaled(moment.people, standard) for moment in found]) for standard in STANDARDS]


def scaled(people: Interval, standard: Standard) -> Interval:
    """The interval of persons times what one of them needs."""
    return Interval(people.middle * standard.per_person, people.low * standard.per_person, people.high * standard.per_person)
