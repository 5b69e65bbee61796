"""Crossings, camps and towns that an edit reaches, and what it does to each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from havenward.guard.disclosure import SMALLEST_SHOWN
from havenward.report.compare.material import ComparisonMaterial, Side
from havenward.report.compare.multiples import Course
from havenward.report.compare.pair import Effect, Pair
from havenward.report.digest import unique
from havenward.report.stored import StoredSums
from havenward.report.sums import Values


@dataclass(frozen=True)
class Figure:
    """One figure of one place."""

    course: Course
    told: str
    """What the table tells of it."""
    single: Callable[[Pair], Pair]
    """Makes (draw,) persons of (draw, date) persons."""


def summed(pair: Pair) -> Pair:
    """(draw,) persons over all periods that are told: the days after the last whole one are not among them."""
    return Pair(pair.base.sum(axis=1), pair.edited.sum(axis=1))


def figures(given: ComparisonMaterial, side: Side) -> Iterator[Figure]:
    """Every figure of every place that may be told of."""
    base = given.sums
    if side.told.allows("crossings"):
        for name in unique([*base.crossings, *side.sums.crossings]):
            yield arriving(base, name)
            yield standing(base, f"{name}: waiting", ("queue", name), "largest queue")
    if side.told.allows("camps"):
        for name in unique([*base.camps, *side.sums.camps]):
            yield standing(base, f"{name}: people in camp", ("camp", name), "at its fullest")
    if side.told.allows("flows"):
        for name in unique([*base.stocks.names("town"), *side.sums.stocks.names("town")]):
            yield standing(base, f"{name}: with hosts", ("town", name), "at the most")


def arriving(base: StoredSums, name: str) -> Figure:
    """Who reaches a crossing."""
    unit = f"a {base.per} (flow)"

    def read(sums: StoredSums) -> Values:
        return sums.by_period(sums.flows.of("arrived", name))

    return Figure(Course(f"{name}: arrivals", unit, base.middles, read), f"in all whole {base.per}s", summed)


def standing(base: StoredSums, title: str, key: tuple[str, str], told: str) -> Figure:
    """Who is at a place at the end of each day."""
    course = Course(title, "at the end of the day (stock)", base.dates, lambda sums: sums.stocks.of(*key))
    return Figure(course, told, lambda pair: pair.largest)


@dataclass(frozen=True)
class Reached:
    """A figure that an edit changes by ten people or more on some day, mean of the futures."""

    figure: Figure
    size: float
    effect: Effect


def reached(given: ComparisonMaterial, side: Side) -> list[Reached]:
    """What an edit changes, the largest change first. Series are read one after the other and not kept."""
    found = []
    for figure in figures(given, side):
        pair = given.pair(side, figure.course.read)
        if pair.size >= SMALLEST_SHOWN:
            found.append(Reached(figure, pair.size, Effect.of(figure.single(pair))))
    return sorted(found, key=lambda one: -one.size)
