"""Small Flee folders, written in a few words, and the days that a solver turns of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import yaml

from havenward.core.ledger import Ledger
from havenward.core.members import Members
from havenward.core.orders import Passage
from havenward.model.flee.flee import Flee
from havenward.model.flee.ground import Ground
from havenward.model.flee.mends import LEVELS, Mends
from havenward.run.days import turn_day
from havenward.scenario.flee.read import check_flee_files
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.problems import Problem
from havenward.solve.chain import Chain
from havenward.solve.individuals import Individuals

EXACT, MENDED = LEVELS["exact"], LEVELS["mended"]
SOLVERS = {"individuals": Individuals, "chain": Chain}
START = dt.date(2020, 1, 1)


@dataclass(frozen=True)
class Place:
    """A row of `locations.csv`; `more` are columns of its own."""

    name: str
    kind: str
    people: int = 0
    date: int | None = None
    country: str = "Home"
    region: str = "R"
    lat: float = 0.0
    lon: float = 0.0
    more: Mapping[str, object] = field(default_factory=dict)


def zone(name: str, people: int = 1000, *, date: int = 0, **rest: Any) -> Place:
    """A conflict zone."""
    return Place(name, "conflict_zone", people, date, **_split(rest))


def camp(name: str, room: int = 0, **rest: Any) -> Place:
    """A camp; room 0: no limit."""
    return Place(name, "camp", room, **_split(rest))


def town(name: str, people: int = 0, *, kind: str = "town", **rest: Any) -> Place:
    """A town, or a place of another kind."""
    return Place(name, kind, people, **_split(rest))


def _split(rest: dict[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in rest.items() if key in ("country", "region", "lat", "lon")}
    return {**own, "more": {key: value for key, value in rest.items() if key not in own}}


def files_of(
    places: Sequence[Place],
    roads: Sequence[tuple[Any, ...]],
    *,
    days: int,
    out: Sequence[int] = (),
    series: Mapping[str, Mapping[int, int]] | None = None,
    war: Mapping[str, float | Sequence[float]] | None = None,
    flood: Mapping[str, Sequence[int]] | None = None,
    closures: Sequence[str] = (),
    changes: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    more: Mapping[str, str] | None = None,
) -> dict[str, bytes]:
    """Return a folder as bytes.

    Args:
        places: in their order.
        roads: start, end, km, and a mapping of further columns.
        days: length of the run.
        out: people by whom the registers grow on each day from 0, as a series of its own. Unless `insert_day0` is on, those
            of day 0 set out on day 0.
        series: registered people by name and day; camps that are not named have a series of 0, and so has the total.
        war: intensity of each place, for all days or day by day; zones of conflict date 0 have 1.
        flood: levels of each place day by day; there is then no table of conflicts.
        closures, changes: rows.
        settings: blocks of keys; `insert_day0` is off unless it is given.
        more: further files of the input folder.
    """
    columns = list(dict.fromkeys(key for place in places for key in place.more))
    rows = [
        ",".join(
            str(cell)
            for cell in (
                place.name, place.region, place.country, place.lat, place.lon, place.kind,
                "" if place.date is None else place.date, place.people or "",
                *(place.more.get(key, 0 if key == "capacity_per_day" else "") for key in columns),
            )
        )
        for place in places
    ]  # fmt: skip
    heads = "#name,region,country,latitude,longitude,location_type,conflict_date,population"
    locations = "\n".join([",".join([heads, *columns]), *rows, ""])
    attributes = list(dict.fromkeys(key for road in roads for key in (road[3] if len(road) > 3 else {})))
    lines = [
        ",".join(str(cell) for cell in (*road[:3], *((road[3] if len(road) > 3 else {}).get(key, 0) for key in attributes)))
        for road in roads
    ]
    if "forced_redirection" not in attributes:
        lines = [",".join([*line.split(",")[:3], "0", *line.split(",")[3:]]) for line in lines]
        attributes = ["forced_redirection", *attributes]
    routes = "\n".join([",".join(["#name1,name2,distance", *attributes]), *lines, ""])
    told = dict(war) if war is not None else {p.name: 1.0 for p in places if p.date is not None and p.date <= 0}
    by_day = {name: [value] * days if isinstance(value, float | int) else list(value) for name, value in told.items()}
    known = {"total": {0: 0}, **{place.name: {0: 0} for place in places if "camp" in place.kind or flood is not None}}
    if out:
        grown = np.cumsum(out)
        known["registered"] = {day: int(number) for day, number in enumerate(grown)}
    known |= {name: dict(entries) for name, entries in (series or {}).items()}
    blocks = {name: dict(keys) if isinstance(keys, Mapping) else keys for name, keys in (settings or {}).items()}
    blocks["spawn_rules"] = {"insert_day0": False, **blocks.get("spawn_rules", {})}
    texts = {
        "input_csv/locations.csv": locations,
        "input_csv/routes.csv": routes,
        f"input_csv/{'conflicts' if flood is None else 'flood_level'}.csv": _by_day(by_day if flood is None else flood),
        "input_csv/sim_period.csv": f"StartDate,{START}\nLength,{days}\n",
        "source_data/data_layout.csv": "".join(f"{name},{name}.csv\n" for name in known),
        "simsetting.yml": yaml.safe_dump(blocks),
    }
    for name, entries in known.items():
        texts[f"source_data/{name}.csv"] = "".join(f"{START + dt.timedelta(day)},{n}\n" for day, n in entries.items())
    if closures:
        texts["input_csv/closures.csv"] = "\n".join(["#closure_type,name1,name2,closure_start,closure_end", *closures, ""])
    if changes:
        texts["location_changes.csv"] = "\n".join(["#name,new_type,day", *changes, ""])
    texts |= {f"input_csv/{name}": text for name, text in (more or {}).items()}
    return {name: text.encode() for name, text in texts.items()}


def _by_day(columns: Mapping[str, Sequence[float]]) -> str:
    days = range(max(len(values) for values in columns.values()))
    rows = [[day, *(values[day] for values in columns.values())] for day in days]
    return "\n".join(",".join(str(cell) for cell in row) for row in [["#Day", *columns], *rows]) + "\n"


def folder(places: Sequence[Place], roads: Sequence[tuple[Any, ...]], **rest: Any) -> FleeScenario:
    """Return what a folder says; see `files_of`."""
    found, problems = check_flee_files(files_of(places, roads, **rest))
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    assert found is not None
    return found


def told(places: Sequence[Place], roads: Sequence[tuple[Any, ...]], **rest: Any) -> list[Problem]:
    """Return everything that is said of a folder."""
    return check_flee_files(files_of(places, roads, **rest))[1]


FLOODS = {"flood_zone_spawning_only": True, "conflict_zone_spawning_only": False, "take_from_population": True}
"""What makes floods drive departures, with a block `flood_driven_spawn_mode`."""


@dataclass(frozen=True)
class Story:
    """What happened.

    Attributes:
        ground: the compiled folder.
        stock: (M, D, series) people at dusk.
        flow: (M, D, series) people who passed on each day.
        stocks, flows: what the series are.
        dusk: (M, D, cells) people by cell.
        approximated: whether the solver carried anything out approximately.
    """

    ground: Ground
    stock: np.ndarray
    flow: np.ndarray
    stocks: tuple[tuple[str, str, str], ...]
    flows: tuple[tuple[str, str, str, str], ...]
    dusk: np.ndarray
    approximated: bool

    def at(self, *names: str) -> np.ndarray:
        """Return (M, D) people who stand at places."""
        rows = [k for k, (_, site, _) in enumerate(self.stocks) if site in names]
        assert rows, names
        return self.stock[..., rows].sum(axis=-1)

    def of(self, stage: str) -> np.ndarray:
        """Return (M, D) people of a stage."""
        return self.stock[..., [k for k, (own, _, _) in enumerate(self.stocks) if own == stage]].sum(axis=-1)

    @property
    def roads(self) -> np.ndarray:
        """(M, D) people on the way."""
        return self.of("on_the_road")

    @property
    def displaced(self) -> np.ndarray:
        """(M, D) people who have set out, wherever they are."""
        return self.stock.sum(axis=-1) - self.of("not_yet_displaced")

    def passed(self, quantity: str, name: str) -> np.ndarray:
        """Return (M, D) people who passed: displaced from a place, or to or from a camp."""
        rows = [k for k, (what, a, b, _) in enumerate(self.flows) if what == quantity and name in (a, b)]
        assert rows, (quantity, name)
        return self.flow[..., rows].sum(axis=-1)


def turn(
    scenario: FleeScenario,
    solver: str = "individuals",
    *,
    mends: Mends = EXACT,
    members: int = 1,
    days: int | None = None,
    seed: int = 1,
    first: int = 0,
    drawn: Members | None = None,
) -> Story:
    """Turn the days of a folder; `drawn` takes the place of `members` and `first`."""
    flee = Flee.of(scenario, mends)
    drawn = drawn or Members.alike(range(first, first + members))
    members = len(drawn)
    rules = flee.for_members(drawn, seed, 0.0, 0)
    ledger = Ledger(rules.table)
    made = SOLVERS[solver](rules.start(), seed, drawn.numbers["chance"], ledger)
    days = scenario.days if days is None else days
    kept = rules.series >= 0
    stock = np.zeros((members, days, len(rules.stocks)), dtype=np.int64)
    flow = np.zeros((members, days, len(rules.links)), dtype=np.int64)
    dusk = np.zeros((members, days, len(rules.table)), dtype=np.int64)
    for day in range(days):

        def listen(order: object, realised: object, day: int = day) -> None:
            if isinstance(realised, Passage):
                flow[:, day] += realised.units

        turn_day(rules, made, ledger, day, listen)
        dusk[:, day] = made.counts
        for m in range(members):
            np.add.at(stock[m, day], rules.series[kept], made.counts[m, kept])
    return Story(flee.ground, stock, flow, rules.stocks, rules.links, dusk, bool(made.approximations))


def weights(scenario: FleeScenario, start: str, day: int = 0, mends: Mends = EXACT) -> dict[tuple[str, float], float]:
    """Return the weight of each path that people know from a place, by its end and its length; closed ones are left out."""
    ground = Ground.of(scenario, mends)
    population = ground.pull.population[:, None]
    found = ground.pull.weights(day, population)[0, :, 0]
    row = ground.names.index(start)
    span = range(int(ground.ways.first[row]), int(ground.ways.first[row + 1]))
    return {(ground.names[ground.ways.goal[k]], float(ground.ways.km[k])): float(found[k]) for k in span if found[k] >= 0}


both = pytest.mark.parametrize("solver", sorted(SOLVERS))
"""The same case under both solvers."""

STAY = {"camp_movechance": 0.0, "conflict_weight": 0.0}
"""Rules under which nobody leaves a camp and nobody is drawn to a conflict zone: what happens is then certain."""


def deviates(why: str) -> pytest.MarkDecorator:
    """A test of what the specification says and the rules do not do yet; it must fail, and is to be freed once mended."""
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=why)


def near(share: float, found: int, number: int) -> bool:
    """Whether a count is within four and a half standard deviations of a share: wrong once in 150 000 times."""
    return abs(found - share * number) <= 4.5 * (number * share * (1 - share)) ** 0.5 + 1e-9
