"""Invented outcomes for the report's tests: random, but no person is lost and every stock follows from its flows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from havenward.run.reading import digest_of
from havenward.scenario import schema
from tests.report.example_scenario import Size, nearest_crossing, scenario, write_scenario

GROUPS = np.array([0.28, 0.27, 0.23, 0.22])
"""Shares of men, women, boys and girls."""

DRIVERS = (
    "intensity", "price_index", "deprivation", "advice", "telephones",
    "believed_risk", "wish", "leave_probability", "contact_share",
)  # fmt: skip

HOME_STAGES = ("home_held", "home_contact", "home_free")


@dataclass
class Book:
    """Daily persons of every series while an example is played: key -> (draws, days)."""

    draws: int
    days: int

    def __post_init__(self) -> None:
        self.stocks: dict[tuple[str, str, str], np.ndarray] = {}
        self.links: dict[tuple[str, str, str, str], np.ndarray] = {}

    def stock(self, stage: str, site: str, origin: str = "") -> np.ndarray:
        return self.stocks.setdefault((stage, site, origin), np.zeros((self.draws, self.days), np.int64))

    def link(self, quantity: str, start: str, end: str, origin: str = "") -> np.ndarray:
        return self.links.setdefault((quantity, start, end, origin), np.zeros((self.draws, self.days), np.int64))


def outcome(size: Size, given: schema.Scenario, seed: int = 1) -> xr.Dataset:
    """An Outcome of that size and scenario."""
    random = np.random.default_rng(seed)
    homes = [place for place in given.locations if place.kind == "home"]
    besieged = fronts(size, homes, random)
    capacity = plots(size, given)
    book = Book(size.draws, size.days)
    wait = play(size, given, homes, besieged, capacity, book, random)
    return dataset(size, given, book, besieged, capacity, wait, random)


def fronts(size: Size, homes: list[schema.Location], random: np.random.Generator) -> np.ndarray:
    """(draw, time, home) share behind the line: seized early, freed one after the other in the last third."""
    day = np.arange(size.days)[None, :, None]
    freed = size.days * (0.68 + 0.28 * np.arange(len(homes)) / len(homes))[None, None, :]
    freed = freed + random.normal(0, size.days * 0.004, (size.draws, 1, 1))
    width = max(size.days * 0.01, 2.0)
    return np.clip((freed - day) / width, 0, 1) * (day >= size.days // 25)


def plots(size: Size, given: schema.Scenario) -> np.ndarray:
    """(time, camp) persons that the plots hold, six a plot."""
    camps = [place.name for place in given.locations if place.kind in ("camp", "emergency")]
    found = np.zeros((size.days, len(camps)))
    for row in given.camps:
        found[(row.date - size.start).days :, camps.index(row.camp)] = row.plots * 6.0
    return found


def play(
    size: Size,
    given: schema.Scenario,
    homes: list[schema.Location],
    besieged: np.ndarray,
    capacity: np.ndarray,
    book: Book,
    random: np.random.Generator,
) -> np.ndarray:
    """Fills the book day by day and returns the waiting time, (draw, time, crossing) days."""
    gates = [place.name for place in given.locations if place.kind == "crossing"]
    camps = [place.name for place in given.locations if place.kind in ("camp", "emergency")]
    hosts = [place.name for place in given.locations if place.kind == "host"]
    areas = [area.name for area in given.header.areas]
    way = [gates.index(nearest_crossing(list(given.locations), home)) for home in homes]
    origin = [areas.index(home.area) for home in homes]

    people = np.tile(np.array([home.population for home in homes], np.int64), (size.draws, 1))
    queue = np.zeros((size.draws, len(gates), len(areas)), np.int64)
    living = np.zeros((size.draws, len(camps), len(areas)), np.int64)
    level = np.exp(random.normal(0, 0.25, (size.draws, 1)))
    wait = np.full((size.draws, size.days, max(len(gates), 1)), np.nan, np.float32)[:, :, : len(gates)]
    for day in range(size.days):
        share = besieged[:, day]
        contact = (share > 0) & (share < 1)
        chance = np.where(contact, 0.06, 2e-4) * level
        if day < size.days // 20:
            chance = np.maximum(chance, 0.015 * level)
        leaving = random.binomial(people, np.clip(chance, 0, 1))
        lost = random.binomial(leaving, 0.004)
        for number, home in enumerate(homes):
            if gates:
                gate = gates[way[number]]
                book.link("left_home", home.name, gate)[:, day] = leaving[:, number]
                book.link("arrived", home.name, gate)[:, day] = leaving[:, number] - lost[:, number]
                book.link("died_on_way", home.name, "")[:, day] = lost[:, number]
                queue[:, way[number], origin[number]] += leaving[:, number] - lost[:, number]
                people[:, number] -= leaving[:, number]
                dead = book.stock("dead_or_lost", home.name)
                dead[:, day:] += lost[:, number : number + 1]
            parts = np.where(contact[:, number], 0, np.where(share[:, number] >= 1, 1, 2))
            for index, stage in enumerate(HOME_STAGES):
                book.stock(stage, home.name)[:, day] = np.where(parts == index_of(stage, index), people[:, number], 0)
        for number, gate in enumerate(gates):
            clear(day, number, gate, queue, living, capacity[day], camps, hosts, areas, book, random)
            waiting = queue[:, number].sum(axis=1)
            wait[:, day, number] = np.where(waiting > 0, waiting / 4000.0, np.nan)
            for area_number, area in enumerate(areas):
                book.stock("waiting", gate, area)[:, day] = queue[:, number, area_number]
        for number, camp in enumerate(camps):
            for area_number, area in enumerate(areas):
                book.stock("in_camp", camp, area)[:, day] = living[:, number, area_number]
    return wait


def index_of(stage: str, index: int) -> int:
    """Where `parts` of a home goes: 0 contact, 1 held, 2 free."""
    return {"home_contact": 0, "home_held": 1, "home_free": 2}[stage]


def clear(day, number, gate, queue, living, capacity, camps, hosts, areas, book, random) -> None:
    """Clears part of one crossing's queue into camps with spare plots, then into host towns."""
    for area_number, area in enumerate(areas):
        cleared = np.minimum(queue[:, number, area_number], random.integers(400, 1200))
        queue[:, number, area_number] -= cleared
        book.link("cleared", gate, "")[:, day] += cleared
        left = cleared.copy()
        if camps:
            camp = (number + area_number) % len(camps)
            # Camps take a few more than they have plots for, so that overflow dates exist.
            spare = np.maximum(capacity[camp] * 1.04 - living[:, camp].sum(axis=1), 0).astype(np.int64)
            taken = np.minimum((left * 0.8).astype(np.int64), spare)
            living[:, camp, area_number] += taken
            book.link("to_camp", gate, camps[camp], area)[:, day] += taken
            left = left - taken
        if hosts:
            host = hosts[number % len(hosts)]
            book.link("to_host", gate, host, area)[:, day] += left
            book.stock("in_host", host, area)[:, day:] += left[:, None]


def by_group(persons: np.ndarray) -> np.ndarray:
    """(..., 5) int32: men, women, boys, girls that sum to the persons, and households of six."""
    edges = np.floor(persons[..., None] * np.concatenate(([0.0], np.cumsum(GROUPS)))).astype(np.int64)
    edges[..., -1] = persons
    return np.concatenate((np.diff(edges, axis=-1), (persons // 6)[..., None]), axis=-1).astype(np.int32)


def stacked(series: dict[tuple[str, ...], np.ndarray], size: Size) -> np.ndarray:
    """(draw, time, series, count) int32."""
    if not series:
        return np.zeros((size.draws, size.days, 0, 5), np.int32)
    return np.stack([by_group(persons) for persons in series.values()], axis=2)


def dataset(size, given, book, besieged, capacity, wait, random) -> xr.Dataset:
    """The book as an Outcome."""
    stock_keys = np.array(list(book.stocks), dtype=object).reshape(-1, 3).astype(str)
    link_keys = np.array(list(book.links), dtype=object).reshape(-1, 4).astype(str)
    kinds = {
        kind: [p.name for p in given.locations if p.kind in kind.split()] for kind in ("camp emergency", "crossing", "home")
    }
    areas = [area.name for area in given.header.areas]
    series, observed = observations(given, book)
    times = np.datetime64(size.start) + np.arange(size.days)
    return xr.Dataset(
        {
            "stock": (("draw", "time", "stock_series", "count"), stacked(book.stocks, size)),
            "flow": (("draw", "time", "link", "count"), stacked(book.links, size)),
            "capacity": (("time", "camp"), capacity),
            "wait": (("draw", "time", "crossing"), wait),
            "closed": (("draw", "time", "crossing"), random.random(wait.shape) < 0.01),
            "besieged": (("draw", "time", "home"), besieged.astype(np.float32)),
            "driver": (("draw", "time", "area", "driver_name"), drivers(given, besieged, random)),
            "observed": (("draw", "time", "series"), observed.astype(np.float32)),
        },
        coords={
            "draw": np.arange(size.draws),
            "time": times.astype("datetime64[ns]"),
            "count": ["men", "women", "boys", "girls", "households"],
            "stock_stage": ("stock_series", stock_keys[:, 0]),
            "stock_site": ("stock_series", stock_keys[:, 1]),
            "stock_origin": ("stock_series", stock_keys[:, 2]),
            "link_quantity": ("link", link_keys[:, 0]),
            "link_from": ("link", link_keys[:, 1]),
            "link_to": ("link", link_keys[:, 2]),
            "link_origin": ("link", link_keys[:, 3]),
            "camp": kinds["camp emergency"],
            "crossing": kinds["crossing"],
            "home": kinds["home"],
            "area": areas,
            "driver_name": list(DRIVERS),
            "series": series,
        },
        attrs={
            "scenario": given.header.name,
            "title": given.header.title,
            "solver": "chain",
            "seed": 1,
            "tier": "public",
            "nature": given.header.nature,
            "version": "0.1.0",
            "calibrated": "by hand",
            "besieger": given.header.besieger,
        },
    )


def drivers(given: schema.Scenario, besieged: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(draw, time, area, driver): what moves with the front, and slow trends."""
    draws, days, _ = besieged.shape
    areas = [area.name for area in given.header.areas]
    homes = [place.area for place in given.locations if place.kind == "home"]
    values = np.zeros((draws, days, len(areas), len(DRIVERS)), np.float32)
    ramp = np.linspace(0, 1, days)[None, :]
    for number, area in enumerate(areas):
        share = besieged[:, :, [home == area for home in homes]]
        contact = ((share > 0) & (share < 1)).mean(axis=2)
        held = (share >= 1).mean(axis=2)
        noise = random.normal(0, 0.02, (draws, 1))
        told = {
            "contact_share": contact,
            "price_index": 1 + 6 * ramp * held + noise,
            "deprivation": np.clip(0.2 + 0.6 * ramp * held + noise, 0, 1),
            "believed_risk": np.clip(0.1 + 0.55 * held - 0.1 * ramp + noise, 0, 1),
            "leave_probability": 2e-4 + 0.05 * contact,
        }
        for name, value in told.items():
            values[:, :, number, DRIVERS.index(name)] = value
    return values


def observations(given: schema.Scenario, book: Book) -> tuple[list[str], np.ndarray]:
    """What two counters would print: people displaced now, and all who ever arrived."""
    empty = np.zeros((book.draws, book.days))
    displaced = sum((v for (stage, _, _), v in book.stocks.items() if stage in ("in_camp", "in_host")), empty)
    arrived = sum((v for (quantity, *_), v in book.links.items() if quantity == "arrived"), empty)
    return ["counter displaced", "authority arrivals"], np.stack((displaced, np.cumsum(arrived, axis=1)), axis=2)


def evidence(size: Size, found: xr.Dataset) -> tuple[schema.Evidence, ...]:
    """Printed figures near the middle of the draws, some far off, every few weeks of the last third."""
    random = np.random.default_rng(3)
    rows = []
    for series, quantity, measure in (
        ("counter displaced", "displaced", "stock"),
        ("authority arrivals", "arrivals", "cumulative"),
    ):
        middle = found["observed"].sel(series=series).median("draw").values
        for day in range(size.days * 2 // 3 + 5, size.days, max(size.days // 60, 3)):
            value = round(float(middle[day]) * random.lognormal(0, 0.15), -1)
            date = found["time"].values[day].astype("datetime64[D]").item()
            rows.append(
                schema.Evidence(
                    series=series,
                    observer=series.split()[0],
                    quantity=quantity,
                    measure=measure,
                    date=date,
                    known_on=date,
                    value=value,
                    low=value * 0.9,
                    high=value * 1.1,
                    label="sourced",
                    source="survey",
                )
            )
    return tuple(rows)


@dataclass(frozen=True)
class Example:
    """A scenario, an outcome of it, and what `run.json` would say."""

    given: schema.Scenario
    found: xr.Dataset
    run: dict[str, object]

    def write(self, folder: Path) -> Path:
        """A run folder as the engine leaves it."""
        write_scenario(self.given, folder / "scenario")
        texts = [name for name, values in self.found.coords.items() if values.dtype.kind == "U"]
        plain = self.found.assign_coords({name: self.found[name].astype(object) for name in texts})
        plain.to_zarr(folder / "outcome.zarr", consolidated=False)
        record = self.run | {"outcome_sha256": digest_of(folder / "outcome.zarr")}
        (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
        return folder


def example(size: Size, seed: int = 1) -> Example:
    """The scenario with its evidence, an outcome and a run record."""
    bare = scenario(size)
    found = outcome(size, bare, seed)
    given = bare.model_copy(update={"evidence": evidence(size, found)})
    run = {
        "run_id": "example-0001",
        "tier": "public",
        "banner": "PUBLIC",
        "seed": seed,
        "solver": "chain",
        "members": size.draws,
        "members_done": size.draws,
        "days": size.days,
        "status": "complete",
        "version": "0.1.0",
        "calibrated": "by hand",
        "interval": "over assumptions and chance",
    }
    return Example(given, found, run)
