"""Which units there are: households at home, what leaves, what is left behind, what screening can make of it.

A scenario names the classes of households. From them follow: the man who goes first (vanguard) and the kin he leaves; the
elder whom a slow household may leave; and, at a crossing, a family whose men are held apart from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from havenward.scenario.schema import HouseholdClass

People = tuple[int, int, int, int]
"""Men and women of 15 and over, boys, girls."""

MAN: People = (1, 0, 0, 0)
ELDER: People = (0, 1, 0, 0)
SLOW_BELOW = 0.8
"""Mobility below which a group walks slowly."""

Role = Literal["group", "kin", "vanguard"]


def without(people: People, others: People) -> People:
    """Return the people who remain when others have gone."""
    men, women, boys, girls = (a - b for a, b in zip(people, others, strict=True))
    return (men, women, boys, girls)


@dataclass(frozen=True)
class HomeClass:
    """Units at home.

    Attributes:
        decides: whether its members weigh leaving by themselves (and so carry frailty and listening), or only follow:
            kin left behind, an elder, a household that has parted.
        role: as what its members walk.
    """

    name: str
    people: People
    decides: bool
    role: Role
    slow: bool
    mobility: float
    means: float
    share: float


@dataclass(frozen=True)
class Walker:
    """Units on the way out."""

    people: People
    role: Role
    slow: bool

    @property
    def name(self) -> str:
        """A stable name, part of the random streams."""
        return f"{self.role} {'-'.join(map(str, self.people))}{' slow' if self.slow else ''}"


@dataclass(frozen=True)
class Arrival:
    """Units from the crossing on; how fast they walked no longer matters."""

    people: People
    role: Role

    @property
    def name(self) -> str:
        """A stable name, part of the random streams."""
        return f"{self.role} {'-'.join(map(str, self.people))}"


@dataclass(frozen=True)
class Departure:
    """One way in which a unit at home leaves: who walks, and who stays."""

    mode: Literal["whole", "vanguard", "parting"]
    walker: Walker
    stays: HomeClass | None


@dataclass(frozen=True)
class Classes:
    """All classes of a scenario.

    Attributes:
        home: classes at home, those that decide first.
        walkers: classes on the way.
        waiting: classes at a crossing.
        settled: classes after screening: groups, and vanguards who still wait for kin.
        departures: for each class at home, how it may leave.
        homes_of: for each walker, the classes at home that it may become again, with shares.
    """

    home: tuple[HomeClass, ...]
    walkers: tuple[Walker, ...]
    waiting: tuple[Arrival, ...]
    settled: tuple[Arrival, ...]
    departures: dict[HomeClass, tuple[Departure, ...]]
    homes_of: dict[Walker, tuple[tuple[HomeClass, float], ...]]

    @property
    def deciding(self) -> tuple[HomeClass, ...]:
        """Classes that weigh leaving."""
        return tuple(c for c in self.home if c.decides)

    @property
    def following(self) -> tuple[HomeClass, ...]:
        """Classes that only follow."""
        return tuple(c for c in self.home if not c.decides)


def _follower(people: People, role: Role) -> HomeClass:
    return HomeClass(f"left {role} {'-'.join(map(str, people))}", people, False, role, True, 0.6, 0.0, 0.0)


def _departures(home: HomeClass) -> tuple[Departure, ...]:
    if not home.decides:
        return (Departure("whole", Walker(home.people, home.role, True), None),)
    ways = [Departure("whole", Walker(home.people, home.role, home.slow), None)]
    if home.people[0] and sum(home.people) > 1:
        kin = _follower(without(home.people, MAN), "kin")
        ways.append(Departure("vanguard", Walker(MAN, "vanguard", False), kin))
    if home.slow and home.people[1] > 1:
        rest = without(home.people, ELDER)
        ways.append(Departure("parting", Walker(rest, "group", False), _follower(ELDER, "kin")))
    return tuple(ways)


def _after_screening(people: People) -> set[People]:
    """Return what may remain of a unit when some of its men are held; the men themselves too."""
    men = people[0]
    remains = {(held, *people[1:]) for held in range(men + 1)} | ({MAN} if men else set())
    return {rest for rest in remains if sum(rest)}


def classes_of(rows: tuple[HouseholdClass, ...]) -> Classes:
    """Return every class that follows from a scenario's households."""
    deciding = [
        HomeClass(
            row.name,
            (row.men, row.women, row.boys, row.girls),
            True,
            "group",
            row.mobility < SLOW_BELOW,
            row.mobility,
            row.means,
            row.share,
        )
        for row in rows
    ]
    home: dict[str, HomeClass] = {c.name: c for c in deciding}
    departures: dict[HomeClass, tuple[Departure, ...]] = {}
    homes_of: dict[Walker, tuple[tuple[HomeClass, float], ...]] = {}
    queue = list(deciding)
    while queue:
        here = queue.pop(0)
        departures[here] = _departures(here)
        for way in departures[here]:
            for new in (way.stays, _homes_of(way.walker, deciding, homes_of)):
                if new is not None and new.name not in home:
                    home[new.name] = new
                    queue.append(new)
    walkers = tuple(homes_of)
    waiting = tuple(dict.fromkeys(Arrival(w.people, w.role) for w in walkers))
    groups = {rest for arrival in waiting for rest in _after_screening(arrival.people)} | {MAN}
    settled = tuple(Arrival(people, "group") for people in sorted(groups, reverse=True))
    return Classes(
        home=tuple(home.values()),
        walkers=walkers,
        waiting=waiting,
        settled=(*settled, Arrival(MAN, "vanguard")),
        departures=departures,
        homes_of=homes_of,
    )


def _homes_of(
    walker: Walker, deciding: list[HomeClass], homes_of: dict[Walker, tuple[tuple[HomeClass, float], ...]]
) -> HomeClass | None:
    """Note which classes at home a walker may become again; return a class that had to be made for it."""
    if walker in homes_of:
        return None
    alike = [c for c in deciding if c.people == walker.people and walker.role != "kin"]
    alike = [c for c in alike if c.slow == walker.slow] or alike
    total = sum(c.share for c in alike)
    if total > 0:
        homes_of[walker] = tuple((c, c.share / total) for c in alike)
        return None
    made = _follower(walker.people, walker.role)
    homes_of[walker] = ((made, 1.0),)
    return made
