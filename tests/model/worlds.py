"""A small siege, built row by row: one town behind the line, one crossing, one camp, one host town.

Every test changes only what it speaks of. Places lie in the open Atlantic.
"""

from __future__ import annotations

import datetime as dt

from havenward.scenario.schema import (
    Area,
    Assumption,
    Camp,
    Control,
    Corridor,
    Crossing,
    Fighting,
    Header,
    HouseholdClass,
    Location,
    Price,
    Restriction,
    Route,
    Scenario,
)

START = dt.date(2020, 1, 1)
AREA = "town"


def at(day: int) -> dt.date:
    """The date of a day that is counted from the start."""
    return START + dt.timedelta(days=day)


def home(name="Town", population=2000.0, area=AREA, lat=31.0, lon=-40.0, **more) -> Location:
    return Location(name=name, kind="home", area=area, lat=lat, lon=lon, population=population, **more)


def place(name, kind, lat=31.0, lon=-39.9, **more) -> Location:
    return Location(name=name, kind=kind, lat=lat, lon=lon, **more)


def crossing(name="Bridge", day=0, **more) -> Crossing:
    """Desks that are never a bottleneck, and hold nobody, unless told otherwise."""
    usual = {
        "desks": 1000,
        "hours": 24,
        "minutes_per_man": 5,
        "minutes_per_other": 1,
        "hold_share": 0.0,
        "hold_days": 5,
        "bus_seats": 1_000_000,
    }
    return Crossing(crossing=name, date=at(day), **usual | more)


def way(use, name="Town", to="Bridge", km=10.0, **more) -> Corridor:
    return Corridor(from_place=name, crossing=to, use=use, km=km, **more)


def household(name="family", men=1, women=1, boys=1, girls=1, share=1.0, **more) -> HouseholdClass:
    return HouseholdClass(name=name, men=men, women=women, boys=boys, girls=girls, share=share, **more)


def camp(name="Meadow", plots=100_000, day=0, **more) -> Camp:
    return Camp(camp=name, date=at(day), plots=plots, **more)


LOCATIONS = (
    home(),
    place("Bridge", "crossing"),
    place("Meadow", "camp", lon=-39.8),
    place("Haven", "host", lon=-39.7),
)
FAMILIES = (household(), household("lone man", 1, 0, 0, 0, 0.0, kind="lone"))
"""Families of four; the class of lone men has no share, so that whoever goes first has a class to come back to."""
SEALED = (Restriction(area="*", kind="exit", date=START, level=1.0),)
OPEN = (Restriction(area="*", kind="exit", date=START, level=0.0),)
HELD = (Control(place="Town", date=START, besieged_share=1.0),)


def siege(days=20, *, areas=(AREA,), **tables) -> Scenario:
    """A scenario; `tables` replace whole tables of the sealed town."""
    usual = {
        "locations": LOCATIONS,
        "control": HELD,
        "restrictions": SEALED,
        "corridors": (way("night", width_km=2.0), way("front", km=5.0), way("road", km=20.0)),
        "crossings": (crossing(),),
        "camps": (camp(),),
        "classes": FAMILIES,
    }
    header = Header(
        format=1,
        name="small",
        title="A small siege (invented)",
        nature="synthetic",
        start=START,
        end=at(days - 1),
        areas=[Area(name=name) for name in areas],
    )
    return Scenario(header=header, **usual | tables)


def passing_front(first=0, last=10, name="Town") -> tuple[Control, ...]:
    """The front goes through a town at an even pace, from the dusk of the day before `first` to that of `last`."""
    return (
        Control(place=name, date=at(first - 1), besieged_share=1.0),
        Control(place=name, date=at(last), besieged_share=0.0),
    )


def fire(intensity, day=0, name="Town") -> Fighting:
    return Fighting(place=name, date=at(day), intensity=intensity)


def dear(index, area="*", day=0) -> Price:
    return Price(area=area, date=at(day), index=index)


def road(start, end, km) -> Route:
    return Route(from_place=start, to_place=end, km=km)


def sure(**values: float) -> tuple[Assumption, ...]:
    """Assumptions that are certain."""
    return tuple(Assumption(name=name, median=value) for name, value in values.items())
