"""The cells of the siege: where units can stand, and which moves lead from cell to cell.

Every array of rows below has the letters of its axes in its docstring: H homes, B bands at home (behind the line, first
and second half of contact), c deciding classes, f following classes, K frailty nodes, L listener classes, W walkers,
Q corridors, P (crossing, area) pairs, a classes at a crossing, g settled classes, A areas, C camps, T host towns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havenward.core.cells import NOBODY, CellTable, CellTableBuilder
from havenward.model.siege.classes import MAN, Arrival, Classes, People, Walker
from havenward.model.siege.world import USES, World

Rows = NDArray[np.int64]

BANDS = ("home_held", "home_contact_1", "home_contact_2")
HELD, CONTACT_1, CONTACT_2 = range(3)
SIDES = ("behind the line", "in contact")
FRAILTY_NODES = 4
LISTENERS = 2
AGES = 15
"""Days of arrival that a queue tells apart; the oldest holds all who have waited two weeks or longer."""
HELD_STAGES = 2
"""Stages of a hold: Erlang times, less spread than exponential ones."""
MOST_NIGHTS = 7
ROLES_HELD = ("family", "lone", "vanguard")
"""Who is held: a man whose family went on without him, one who came alone, one who went ahead of his kin."""

UNIT = "households"
"""What moves together."""

STAGES = (
    "home_held",
    "home_contact",
    "home_free",
    "killed_at_home",
    "set_out",
    "turned_back",
    "captured",
    "released",
    "homeward",
    "dead_or_lost",
    "waiting",
    "in_screening",
    "held",
    "held_apart",
    "handed_over",
    "in_transit",
    "in_camp",
    "in_host",
    "onward",
    "returned",
    "joined_fight",
)


@dataclass
class Registry:
    """Collects cells, the stock series that each counts towards, and the flow series."""

    builder: CellTableBuilder = field(default_factory=CellTableBuilder)
    stocks: dict[tuple[str, str, str], int] = field(default_factory=dict)
    links: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    series: list[int] = field(default_factory=list)

    def cell(self, meaning: tuple[object, ...], people: People, area: int, stock: tuple[str, str, str] | None) -> int:
        """Return the row of a cell that counts towards a stock (stage, site, origin), or towards none within a day."""
        row = self.builder.row(meaning, people, area)
        if row == len(self.series):
            self.series.append(NOBODY if stock is None else self.stocks.setdefault(stock, len(self.stocks)))
        return row

    def link(self, quantity: str, start: str, end: str, origin: str = "") -> int:
        """Return the number of a flow series."""
        return self.links.setdefault((quantity, start, end, origin), len(self.links))


@dataclass(frozen=True)
class Cells:
    """Rows of all cells, by the axes given in brackets.

    Attributes:
        home: (H, B, c, K, L). follow: (H, B, f). free: (H, c). follow_free: (H, f).
        leaving: (H, side, c + f). killed: (H, c + f). edge: (H, side, W).
        walk, rested: (Q, W, MOST_NIGHTS) by nights left less one; NOBODY where a corridor needs fewer.
        turned, released, captured, homeward, dead: (H, W). door: (H, W, behind the line or free).
        waiting: (P, a, AGES). desk, screening: (P, a), in hand over night and within a day.
        held: (P, role, stage). handed: (P,).
        transit, aboard: (P, g). sent, camp: (C, A, g). host: (T, A, g). abroad, returned: (A, g). joined: (A,).
        pair: (X, A) number of a (crossing, area) pair, or NOBODY.
        pair_crossing, pair_area: (P,).
        series: (cells,) stock series, or NOBODY for cells that are empty at dusk.
    """

    table: CellTable
    registry: Registry
    series: Rows
    home: Rows
    follow: Rows
    free: Rows
    follow_free: Rows
    leaving: Rows
    killed: Rows
    edge: Rows
    walk: Rows
    rested: Rows
    turned: Rows
    released: Rows
    captured: Rows
    homeward: Rows
    door: Rows
    dead: Rows
    waiting: Rows
    desk: Rows
    screening: Rows
    held: Rows
    handed: Rows
    transit: Rows
    aboard: Rows
    sent: Rows
    camp: Rows
    host: Rows
    abroad: Rows
    returned: Rows
    joined: Rows
    pair: Rows
    pair_crossing: Rows
    pair_area: Rows

    def at_home(self, h: int) -> Rows:
        """Return the rows of everybody at home in one place."""
        return np.concatenate([self.home[h].ravel(), self.follow[h].ravel(), self.free[h], self.follow_free[h]])


def nights_needed(world: World, corridor: int, walker: Walker, *, speed: float, slow: float, hours: float) -> int:
    """Return how many nights a walk takes, at most MOST_NIGHTS; roads and ways out of contact take one."""
    if USES[int(world.corridors.use[corridor])] != "night":
        return 1
    pace = speed * (slow if walker.slow else 1.0) * hours
    return int(np.clip(np.ceil(world.corridors.km[corridor] / pace), 1, MOST_NIGHTS))


def build_cells(world: World, classes: Classes, *, speed: float, slow: float, hours: float) -> Cells:
    """Lay out all cells of a world.

    Args:
        world: the compiled scenario.
        classes: its classes.
        speed: walking speed in km/h.
        slow: factor for slow groups.
        hours: hours walked in a night.
    """
    registry = Registry()
    homes, areas = world.homes, world.areas
    area_of = [int(a) for a in homes.area]
    deciding, following = classes.deciding, classes.following
    every = (*deciding, *following)

    def by_home(stage: str, kinds: Sequence[tuple[str, People]], *, stock: str | None = None) -> Rows:
        return _array(
            [
                [
                    registry.cell(
                        (stage, place, name),
                        people,
                        area_of[h],
                        None if stock is None else (stock, place, ""),
                    )
                    for name, people in kinds
                ]
                for h, place in enumerate(homes.names)
            ]
        )

    def home_cell(h: int, band: str, name: str, people: People, *more: int) -> int:
        stage = "home_contact" if "contact" in band else band
        return registry.cell((band, homes.names[h], name, *more), people, area_of[h], (stage, homes.names[h], ""))

    home = _array(
        [
            [
                [
                    [[home_cell(h, band, c.name, c.people, k, x) for x in range(LISTENERS)] for k in range(FRAILTY_NODES)]
                    for c in deciding
                ]
                for band in BANDS
            ]
            for h in range(len(homes.names))
        ]
    )
    follow = _array(
        [[[home_cell(h, band, f.name, f.people) for f in following] for band in BANDS] for h in range(len(homes.names))]
    ).reshape(len(homes.names), len(BANDS), len(following))
    free = by_home("home_free", [(c.name, c.people) for c in deciding], stock="home_free")
    follow_free = by_home("home_free", [(f.name, f.people) for f in following], stock="home_free")
    leaving = np.stack([by_home(f"leaving {side}", [(c.name, c.people) for c in every]) for side in SIDES], axis=1)
    walkers = [(w.name, w.people) for w in classes.walkers]
    edge = np.stack([by_home(f"edge {side}", walkers) for side in SIDES], axis=1)
    nights = [
        [nights_needed(world, q, w, speed=speed, slow=slow, hours=hours) for w in classes.walkers]
        for q in range(len(world.corridors.names))
    ]

    def on_the_way(stage: str, stock: str | None) -> Rows:
        table = np.full((len(nights), len(classes.walkers), MOST_NIGHTS), NOBODY, dtype=np.int64)
        for q, corridor in enumerate(world.corridors.names):
            place = int(world.corridors.home[q])
            for w, walker in enumerate(classes.walkers):
                # nobody rests with the last night still before them unless they have walked one already
                for left in range(nights[q][w] - (0 if stock else 1)):
                    table[q, w, left] = registry.cell(
                        (stage, corridor, walker.name, left),
                        walker.people,
                        area_of[place],
                        None if stock is None else (stock, homes.names[place], ""),
                    )
        return table

    pairs = sorted({(int(x), area_of[int(h)]) for x, h in zip(world.corridors.crossing, world.corridors.home, strict=True)})
    pair = np.full((len(world.crossings.names), len(areas)), NOBODY, dtype=np.int64)
    for number, (x, a) in enumerate(pairs):
        pair[x, a] = number

    def at_crossing(stage: str, kinds: Iterable[tuple[object, ...]], people: Sequence[People], stock: str | None) -> Rows:
        listed = list(kinds)
        return _array(
            [
                [
                    registry.cell(
                        (stage, world.crossings.names[x], areas[a], *kind),
                        who,
                        a,
                        None if stock is None else (stock, world.crossings.names[x], areas[a]),
                    )
                    for kind, who in zip(listed, people, strict=True)
                ]
                for x, a in pairs
            ]
        ).reshape(len(pairs), len(listed))

    def at_site(stage: str, sites: Sequence[str], stock: str | None) -> Rows:
        return _array(
            [
                [
                    [
                        registry.cell(
                            (stage, site, area, g.name),
                            g.people,
                            a,
                            None if stock is None else (stock, site, area),
                        )
                        for g in classes.settled
                    ]
                    for a, area in enumerate(areas)
                ]
                for site in sites
            ]
        ).reshape(len(sites), len(areas), len(classes.settled))

    # all of one day of arrival stand together: a day's desks read one or two of them
    ages = [(w.name, age) for age in range(AGES) for w in classes.waiting]
    arrivals = [w.people for w in classes.waiting]
    settled: tuple[Arrival, ...] = classes.settled
    settled_people = [g.people for g in settled]

    def held_as(role: str) -> Rows:
        stages = [(role, stage) for stage in range(HELD_STAGES)]
        return at_crossing("held", stages, [MAN] * HELD_STAGES, "held_apart" if role == "family" else "held")

    built = {
        "home": home,
        "follow": follow,
        "free": free,
        "follow_free": follow_free,
        "leaving": leaving,
        "killed": by_home("killed_at_home", [(c.name, c.people) for c in every], stock="killed_at_home"),
        "edge": edge,
        "walk": on_the_way("set_out", "set_out"),
        "rested": on_the_way("rested", None),
        "turned": by_home("turned_back", walkers, stock="turned_back"),
        "released": by_home("released", walkers, stock="released"),
        "captured": by_home("captured", walkers, stock="captured"),
        "homeward": by_home("homeward", walkers, stock="homeward"),
        "door": np.stack([by_home(f"door {side}", walkers) for side in ("behind the line", "free")], axis=2),
        "dead": by_home("dead_or_lost", walkers, stock="dead_or_lost"),
        "waiting": at_crossing("waiting", ages, arrivals * AGES, "waiting")
        .reshape(len(pairs), AGES, len(arrivals))
        .transpose(0, 2, 1),
        "desk": at_crossing("at the desk", [(w.name,) for w in classes.waiting], arrivals, "in_screening"),
        "screening": at_crossing("in_screening", [(w.name,) for w in classes.waiting], arrivals, None),
        "held": np.stack([held_as(role) for role in ROLES_HELD], axis=1),
        "handed": at_crossing("handed_over", [()], [MAN], "handed_over")[:, 0],
        "transit": at_crossing("in_transit", [(g.name,) for g in settled], settled_people, "in_transit"),
        "aboard": at_crossing("aboard", [(g.name,) for g in settled], settled_people, "in_transit"),
        "sent": at_site("sent", world.sites.camps, "in_transit"),
        "camp": at_site("in_camp", world.sites.camps, "in_camp"),
        "host": at_site("in_host", world.sites.hosts, "in_host"),
        "abroad": at_site("onward", ("abroad",), "onward")[0],
        "returned": _array(
            [
                [registry.cell(("returned", area, g.name), g.people, a, ("returned", area, area)) for g in settled]
                for a, area in enumerate(areas)
            ]
        ),
        "joined": _array(
            [registry.cell(("joined_fight", area), MAN, a, ("joined_fight", area, area)) for a, area in enumerate(areas)]
        ),
    }
    return Cells(
        table=registry.builder.table(),
        registry=registry,
        series=np.array(registry.series, dtype=np.int64),
        pair=pair,
        pair_crossing=_array([x for x, _ in pairs]),
        pair_area=_array([a for _, a in pairs]),
        **built,
    )


def _array(nested: object) -> Rows:
    return np.array(nested, dtype=np.int64)
