"""Where people stand when a run starts: all at home at the scenario's start, or by the stocks of a given evening.

Given stocks are certain: every member starts from the same. Their households are made up by the shares of the classes, those
at home by the control of that evening, as each member has it, and the nodes of frailty and listening. Nobody is on the way,
turned back or captured.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from havenward.model.siege.cells import HELD, ROLES_HELD, Cells
from havenward.model.siege.classes import Arrival, Classes
from havenward.model.siege.control import Control
from havenward.model.siege.world import World
from havenward.scenario.schema import Stock

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def apportion(number: F64, share: F64) -> I64:
    """Return (M, P) whole units: (M,) whole numbers cut by (M, P) shares, what is left over to the largest remainders."""
    exact = number[:, None] * (share / share.sum(axis=1, keepdims=True))
    whole = np.floor(exact)
    rank = np.argsort(np.argsort(whole - exact, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(whole + (rank < (number - whole.sum(axis=1))[:, None])).astype(np.int64)


def made_up(persons: int, sizes: I64, share: F64) -> I64:
    """Return (c,) whole households of given sizes that hold so many persons.

    By their shares, then by the largest remainders that still fit, then by the smallest class: exact where a class of one
    person has a share, else short by less than the smallest household.
    """
    exact = persons * share / float((share * sizes).sum())
    whole = np.floor(exact).astype(np.int64)
    rest = persons - int((whole * sizes).sum())
    for k in np.argsort(whole - exact, kind="stable"):
        if share[k] > 0 and sizes[k] <= rest:
            whole[k] += 1
            rest -= int(sizes[k])
    smallest = int(np.argmin(np.where(share > 0, sizes, np.iinfo(np.int64).max)))
    whole[smallest] += rest // sizes[smallest]
    return whole


def all_at_home(cells: Cells, classes: Classes, node_share: F64, people: F64, besieged: F64) -> I64:
    """Return (M, cells) households at home, of (M, H) persons of whom (M, H) shares live behind the line."""
    counts = np.zeros((len(people), len(cells.table)), dtype=np.int64)
    persons = np.array([sum(c.people) for c in classes.deciding])
    share = np.array([c.share for c in classes.deciding])
    households = np.rint(people / float((persons * share).sum()))
    for h, held in enumerate(besieged.T):
        behind = share[:, None, None] * held[:, None, None, None] * node_share
        rows = np.concatenate([cells.free[h], cells.home[h, HELD].ravel()])
        parts = np.concatenate([share * (1.0 - held[:, None]), behind.reshape(len(held), -1)], axis=1)
        counts[:, rows] += apportion(households[:, h], parts)
    return counts


def stand_at(control: Control, day: int) -> None:
    """Let control stand as on the evening before a day, by the timeline: who holds what, whither, and free since when."""
    control.besieged[:] = control.given[day]
    for before, after in pairwise(control.given[: day + 1]):
        control.taking[:] = np.where(after > before, True, np.where(after < before, False, control.taking))
        control.free_days[:] = np.where(after > 0, 0.0, control.free_days + 1.0)


@dataclass(frozen=True)
class GivenStart:
    """Puts given stocks into cells.

    Attributes:
        node_share: (K, L) shares of the nodes of frailty and listening.
        besieged: (M, H) share of dwellings behind the line on the evening that the stocks are of.
    """

    world: World
    cells: Cells
    classes: Classes
    node_share: F64
    besieged: F64

    def counts(self, rows: tuple[Stock, ...]) -> I64:
        """Return (M, cells) households."""
        counts = np.zeros((len(self.besieged), len(self.cells.table)), dtype=np.int64)
        for row in rows:
            if row.stage == "at_home":
                self._at_home(counts, row)
            elif row.stage == "held":
                alone = self.cells.held[self._pair(row), ROLES_HELD.index("lone"), 0]
                counts[:, alone] += row.persons if row.persons is not None else (row.households or 0)
            else:
                counts += np.bincount(self._rows(row), self._households(row), counts.shape[1]).astype(np.int64)
        return counts

    def _households(self, row: Stock) -> I64:
        """Return (c,) households of a row, by deciding class."""
        share = np.array([kind.share for kind in self.classes.deciding])
        if row.households is not None:
            return np.asarray(apportion(np.array([float(row.households)]), share[None])[0])
        sizes = np.array([sum(kind.people) for kind in self.classes.deciding])
        return made_up(row.persons or 0, sizes, share)

    def _at_home(self, counts: I64, row: Stock) -> None:
        home = self.world.homes.names.index(row.site)
        held = self.besieged[:, home, None]
        parts = np.concatenate([1.0 - held, held * self.node_share.ravel()], axis=1)
        for k, number in enumerate(self._households(row)):
            cells = np.concatenate([self.cells.free[home, k : k + 1], self.cells.home[home, HELD, k].ravel()])
            counts[:, cells] += apportion(np.full(len(held), float(number)), parts)

    def _pair(self, row: Stock) -> int:
        crossing, area = self.world.crossings.names.index(row.site), self.world.areas.index(row.area)
        return int(self.cells.pair[crossing, area])

    def _rows(self, row: Stock) -> I64:
        """Return (c,) cells of the deciding classes in the stage of a row away from home."""
        cells, sites = self.cells, self.world.sites
        groups = [Arrival(kind.people, "group") for kind in self.classes.deciding]
        waiting = [self.classes.waiting.index(group) for group in groups] if row.stage == "waiting" else []
        settled = [self.classes.settled.index(group) for group in groups]
        area = self.world.areas.index(row.area)
        match row.stage:
            case "waiting":
                return np.asarray(cells.waiting[self._pair(row), waiting, 0])
            case "in_transit":
                return np.asarray(cells.transit[self._pair(row), settled])
            case "in_camp":
                return np.asarray(cells.camp[sites.camps.index(row.site), area, settled])
            case "in_host":
                return np.asarray(cells.host[sites.hosts.index(row.site), area, settled])
            case "onward":
                return np.asarray(cells.abroad[area, settled])
            case _:
                return np.asarray(cells.returned[area, settled])
