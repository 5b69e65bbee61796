"""What counters look at: persons and households a day, by the series that an observation layer needs and no others.

A run has thousands of links by origin; counters look at a few hundred sums of them. These are small enough to be kept for
every day of some members while the whole of a run goes to the store.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from havenward.core.cells import GROUPS
from havenward.core.counted import Counted
from havenward.run.sums import Sums

STAGES_SEEN = frozenset({"in_camp", "in_host", "home_held", "home_contact", "home_free"})
PERSONS, HOUSEHOLDS = 0, 1
COUNTED = Counted(GROUPS, "households")
"""What counters look at is counted by these."""
AT_ONCE = (16, 64)
"""Members and days whose whole counts are in memory while an outcome is read: a chunk of the store."""


class Stock(NamedTuple):
    """Names of a stock series."""

    stage: str
    site: str
    origin: str


class Link(NamedTuple):
    """Names of a flow series; empty where counters do not ask."""

    quantity: str
    start: str
    end: str
    origin: str


def _asked(link: Link) -> Link | None:
    """Return a link with only what counters ask of it, or None where none does."""
    match link.quantity:
        case "arrived":
            return link._replace(origin="")
        case "returned":
            return link._replace(end="")
        case "cleared" | "held" | "held_apart" | "overflow":
            return link._replace(end="", origin="")
        case "to_camp" | "to_host":
            return link._replace(start="", origin="")
        case _:
            return None


def stocks_of(frame: xr.Dataset) -> list[Stock]:
    """Return the names of all stock series of an outcome."""
    columns = (frame[f"stock_{name}"].values.tolist() for name in Stock._fields)
    return [Stock(*names) for names in zip(*columns, strict=True)]


def links_of(frame: xr.Dataset) -> list[Link]:
    """Return the names of all flow series of an outcome."""
    columns = (frame[f"link_{name}"].values.tolist() for name in ("quantity", "from", "to", "origin"))
    return [Link(*names) for names in zip(*columns, strict=True)]


@dataclass(frozen=True)
class Sight:
    """Which series of an outcome counters look at."""

    stocks: Sums[Stock]
    links: Sums[Link]

    @classmethod
    def of(cls, frame: xr.Dataset) -> Sight:
        """Return the sight over an outcome with these coordinates."""
        stocks = [(k, name, 1) for k, name in enumerate(stocks_of(frame)) if name.stage in STAGES_SEEN]
        links = [(k, asked, 1) for k, name in enumerate(links_of(frame)) if (asked := _asked(name)) is not None]
        return cls(Sums.of(stocks), Sums.of(links))


def seen(sums: Sums[Any], counts: NDArray[Any]) -> NDArray[Any]:
    """Return (2, members, days, names) persons and households of (members, days, series, 5) counts."""
    return np.stack([sums.add(COUNTED.persons(counts)), sums.add(counts[..., len(GROUPS)])])


@dataclass(frozen=True)
class Daily:
    """Some members as counters see them.

    Attributes:
        frame: coordinates of the outcome.
        first: its first day.
        stocks, links: names of the series.
        stock: (2, draw, day, stocks) persons and households at dusk.
        flow: (2, draw, day, links) the same, on the day.
    """

    frame: xr.Dataset
    first: dt.date
    stocks: list[Stock]
    links: list[Link]
    stock: NDArray[Any]
    flow: NDArray[Any]

    @classmethod
    def of(cls, outcome: xr.Dataset) -> Daily:
        """Read an outcome, a chunk at a time."""
        sight = Sight.of(outcome)
        draws, days = outcome.sizes["draw"], outcome.sizes["time"]
        found: dict[str, NDArray[Any]] = {}
        for name, sums in (("stock", sight.stocks), ("flow", sight.links)):
            number = np.int64 if np.issubdtype(outcome[name].dtype, np.integer) else np.float64
            found[name] = np.zeros((2, draws, days, len(sums.names)), dtype=number)
            for draw in range(0, draws, AT_ONCE[0]):
                for day in range(0, days, AT_ONCE[1]):
                    here = slice(draw, draw + AT_ONCE[0]), slice(day, day + AT_ONCE[1])
                    found[name][:, *here] = seen(sums, outcome[name][here].values)
        first = pd.Timestamp(outcome["time"].values[0]).date()
        return cls(outcome, first, sight.stocks.names, sight.links.names, found["stock"], found["flow"])
