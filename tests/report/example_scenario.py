"""An invented siege for the report's tests: a city by a river, its crossings, camps and host towns."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from havenward.scenario import schema

SIDES = ("East", "West", "North", "South", "Upper", "Lower", "Old", "New")


@dataclass(frozen=True)
class Size:
    """How much of everything an example has."""

    areas: int
    homes: int
    crossings: int
    camps: int
    hosts: int
    start: dt.date
    days: int
    draws: int
    lat: float = 36.34
    lon: float = 43.13
    nature: str = "synthetic"


TOY = Size(2, 4, 2, 3, 1, dt.date(2030, 3, 1), 90, 6, lat=12.0, lon=20.0)
CITY = Size(5, 60, 8, 20, 5, dt.date(2014, 6, 4), 1180, 10, nature="closed_case")


def area_names(size: Size) -> list[str]:
    return [f"{side} Harran" for side in SIDES[: size.areas]]


def scenario(size: Size) -> schema.Scenario:
    """A scenario of that size; the same size gives the same scenario."""
    random = np.random.default_rng(7)
    areas = area_names(size)
    locations = homes(size, random) + receivers(size, random)
    last = size.start + dt.timedelta(days=size.days - 1)
    return schema.Scenario(
        header=schema.Header(
            format=1,
            name="example" if size.nature == "synthetic" else "harran",
            title="Harran (invented)",
            nature=size.nature,
            start=size.start,
            end=last,
            besieger="the armed group",
            areas=[schema.Area(name=name) for name in areas],
            epochs=epochs(size),
            limits=["Every place, date and figure of this scenario is invented."],
        ),
        locations=tuple(locations),
        corridors=tuple(corridors(locations)),
        crossings=tuple(crossing_rows(size, locations)),
        camps=tuple(camp_rows(size, locations)),
        classes=(schema.HouseholdClass(name="family", men=2, women=1, boys=2, girls=1, share=1.0),),
        assumptions=(
            schema.Assumption(name="shot_chance", median=0.04, low=0.01, high=0.1, unit="share", note="of those caught"),
            schema.Assumption(name="household_size", median=6, unit="persons", label="sourced", source="survey"),
        ),
        observers=(
            schema.Observer(name="counter", title="Displacement counter", start=size.start),
            schema.Observer(name="authority", title="The authority", start=size.start),
        ),
        sources=(schema.Source(id="survey", title="A household survey", publisher="An office", date="2013"),),
    )


def homes(size: Size, random: np.random.Generator) -> list[schema.Location]:
    """Homes in a ring of two halves about the centre; each eighth one is small."""
    found = []
    areas = area_names(size)
    for number in range(size.homes):
        angle = 2 * np.pi * number / size.homes
        radius = random.uniform(0.02, 0.07)
        people = 3_000 if number % 8 == 7 else float(random.integers(8, 40) * 1_000)
        found.append(
            schema.Location(
                name=f"Quarter {number + 1:02d}",
                kind="home",
                area=areas[number * size.areas // size.homes],
                lat=size.lat + radius * np.sin(angle),
                lon=size.lon + 1.2 * radius * np.cos(angle),
                population=people,
            )
        )
    return found


def receivers(size: Size, random: np.random.Generator) -> list[schema.Location]:
    """Crossings near, camps further, host towns furthest; one place abroad and one mark."""
    found = []
    for kind, amount, near, far, word in (
        ("crossing", size.crossings, 0.12, 0.3, "Gate"),
        ("camp", max(size.camps - 1, 0), 0.35, 0.8, "Camp"),
        ("emergency", min(size.camps, 1), 0.2, 0.25, "Transit site"),
        ("host", size.hosts, 0.7, 1.1, "Town"),
    ):
        for number in range(amount):
            angle = 2 * np.pi * (number + 0.37) / amount + 0.4
            radius = random.uniform(near, far)
            found.append(
                schema.Location(
                    name=f"{word} {number + 1}",
                    kind=kind,
                    lat=size.lat + radius * np.sin(angle),
                    lon=size.lon + 1.2 * radius * np.cos(angle),
                )
            )
    found.append(schema.Location(name="Abroad", kind="abroad", lat=size.lat + 4, lon=size.lon - 5))
    found.append(schema.Location(name="Harran bridge", kind="mark", lat=size.lat, lon=size.lon))
    return found


def nearest_crossing(locations: list[schema.Location], home: schema.Location) -> str:
    gates = [place for place in locations if place.kind == "crossing"]
    return min(gates, key=lambda gate: np.hypot(gate.lat - home.lat, gate.lon - home.lon)).name


def corridors(locations: list[schema.Location]) -> list[schema.Corridor]:
    """One way out of each home, to the nearest crossing; a crossing that is nearest to none gets one from the first."""
    homes = [place for place in locations if place.kind == "home"]
    ways = [(home.name, nearest_crossing(locations, home)) for home in homes]
    served = {gate for _, gate in ways}
    ways += [(homes[0].name, place.name) for place in locations if place.kind == "crossing" and place.name not in served]
    return [schema.Corridor(from_place=home, crossing=gate, use="front", km=12) for home, gate in ways]


def crossing_rows(size: Size, locations: list[schema.Location]) -> list[schema.Crossing]:
    """Every crossing works from the first day."""
    return [
        schema.Crossing(
            crossing=place.name, date=size.start, desks=8, hours=10, minutes_per_man=3, minutes_per_other=1,
            hold_share=0.05, hold_days=5,
        )
        for place in locations
        if place.kind == "crossing"
    ]  # fmt: skip


def camp_rows(size: Size, locations: list[schema.Location]) -> list[schema.Camp]:
    """Every camp opens in the last third of the run, one after the other."""
    camps = [place.name for place in locations if place.kind in ("camp", "emergency")]
    first = size.days * 2 // 3
    return [
        schema.Camp(camp=camp, date=size.start + dt.timedelta(days=first + number * 4), plots=600 + 150 * (number % 5))
        for number, camp in enumerate(camps)
    ]


def epochs(size: Size) -> list[schema.Epoch]:
    """Three spans: seizure, siege, assault."""
    cuts = (0, size.days // 20, size.days * 2 // 3, size.days)
    names = ("Seizure", "Sealed city", "Offensive")
    return [
        schema.Epoch(
            name=name,
            start=size.start + dt.timedelta(days=first),
            end=size.start + dt.timedelta(days=end - 1),
        )
        for name, first, end in zip(names, cuts[:-1], cuts[1:], strict=True)
    ]


def write_scenario(given: schema.Scenario, folder: Path) -> None:
    """`scenario.yaml` and one CSV a table, as the reader expects them."""
    folder.mkdir(parents=True)
    header = given.header.model_dump(mode="json", exclude_none=True)
    (folder / "scenario.yaml").write_text(yaml.safe_dump(header, sort_keys=False), encoding="utf-8")
    for table, model in schema.TABLES.items():
        rows = getattr(given, table)
        if rows:
            with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, fieldnames=list(model.model_fields))
                writer.writeheader()
                writer.writerows(row.model_dump(mode="json") for row in rows)
