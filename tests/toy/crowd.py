"""A rule set that is no siege, and a case of it: all that running and keeping a run may rely on, and nothing more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from havenward.core.cells import CellTable, CellTableBuilder
from havenward.core.orders import Move, Split
from havenward.core.telling import Telling
from havenward.scenario.edits.read import Edits

START = dt.date(2030, 1, 1)
CAMPS = ("Hill", "Shore")
TELLING = Telling(
    daily=("in_camp",),
    newcomers=("to_camp",),
    passed_on=(),
    summed=("to_camp",),
    places="camp",
    capacity="persons whom a camp holds",
    meanings={"site": "a place", "group": "all", "quantity": "a stage or a flow"},
)


@dataclass
class CrowdRules:
    """People leave the village for the road, come from there to a camp, and now and then leave it again."""

    members: int
    groups: tuple[str, ...]
    unit: str
    days: int
    exact: frozenset[str] = frozenset({"chain", "individuals"})
    table: CellTable = field(init=False)

    def __post_init__(self):
        builder = CellTableBuilder(self.groups)
        people = tuple(range(1, len(self.groups) + 1))
        home, road, *camps = (builder.row((place,), people, 0) for place in ("Village", "road", *CAMPS))
        self.table = builder.table()
        self.stocks = tuple(
            (stage, site, "")
            for stage, site in (("not_yet_displaced", "home"), ("on_the_road", "roads"), *(("in_camp", c) for c in CAMPS))
        )
        self.series = np.arange(4)
        self.links = (
            ("displaced", "Village", "", ""),
            *(("to_camp", "", camp, "") for camp in CAMPS),
            *(("from_camp", camp, "", "") for camp in CAMPS),
        )
        self.leave = self._move("leave", [home], [[[road]]], ("road",), [[[0]]])
        self.settle = self._move("settle", [road], [[[camp] for camp in camps]], CAMPS, [[[1], [2]]])
        self.depart = self._move("depart", camps, [[[road]], [[road]]], ("road",), [[[3]], [[4]]])

    def _move(self, name, sources, rows, targets, links):
        return Move.build(self.table, name, np.array(sources), np.array(rows), targets, np.array(links))

    def start(self):
        counts = np.zeros((self.members, 4), dtype=np.int64)
        counts[:, 0], counts[:, 2] = 5_000, 40
        return counts

    def phases(self, day, counts):
        yield self._day()

    def _day(self):
        yield Split(self.depart, np.full((1, 2, 1), 0.01))
        yield Split(self.settle, np.array([[[0.3, 0.2]]]))
        yield Split(self.leave, np.full((1, 1, 1), 0.02))

    def signals(self, day):
        return {}


@dataclass(frozen=True)
class Crowd:
    """The rule set; see `core.rules.RuleSet`."""

    groups: tuple[str, ...] = ("persons",)
    unit: str = ""
    days: int = 120
    start: dt.date = START
    stages: tuple[str, ...] = ("not_yet_displaced", "on_the_road", "elsewhere", "in_camp")
    telling: Telling = TELLING
    calibrated: str = ""

    @property
    def stocks(self):
        return self.for_members([0], 0, 0.0, 0).stocks

    @property
    def links(self):
        return self.for_members([0], 0, 0.0, 0).links

    @property
    def signals(self):
        return {}

    @property
    def coordinates(self):
        return {"camp": ("camp", CAMPS)}

    @property
    def capacity(self):
        return np.tile([1_000.0, np.nan], (self.days, 1))

    @property
    def parameters(self):
        return {}

    def for_members(self, members, seed, spread, begin):
        return CrowdRules(len(members), self.groups, self.unit, self.days)


@dataclass(frozen=True)
class CrowdCase:
    """Something to run; see `run.case.Case`."""

    rules: Crowd = Crowd()
    name: str = "crowd"
    title: str = "A crowd"
    model: str = "flee"
    level: str = "mended"
    start: dt.date = START
    solver: str = "chain"
    uncertain: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ("Nobody is born.",)
    series: tuple[str, ...] = ()
    edits: Edits = field(default_factory=Edits)

    @property
    def end(self):
        return self.start + dt.timedelta(days=self.rules.days - 1)

    def nature(self, today):
        return "live"

    def tier(self, today):
        return "restricted"

    def files(self, source):
        return sorted(path.relative_to(source).as_posix() for path in source.rglob("*.csv"))

    def instead(self, name):
        return None

    def stocks_given(self, day):
        return False

    def edits_before(self, day):
        return ()

    def ruleset(self, changes):
        return self.rules

    def watches(self, store):
        return ()
