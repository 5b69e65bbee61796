"""The observation layer: what each counter would print under the model. Model and evidence meet only here.

A counter looks at some areas, sees a share of those in camps and of those with hosts, counts persons or households, prints
its count times a factor (IOM: families times six), and begins at zero on its own first day: people displaced before are
not its people. Those are followed by area and kind of site as if they returned like everybody else there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.run.daily import HOUSEHOLDS, PERSONS, Daily, Link, Stock
from havenward.scenario.schema import Evidence, Observer, Scenario

F64 = NDArray[np.float64]
AT_HOME = frozenset({"home_held", "home_contact", "home_free"})


@dataclass(frozen=True)
class View:
    """A run as one counter counts it.

    Attributes:
        daily: the run.
        observer: the counter.
        areas: names of the areas that it looks at.
        start: index of its first day in the run, or a negative number when it began before.
    """

    daily: Daily
    observer: Observer
    areas: frozenset[str]
    start: int

    @classmethod
    def of(cls, daily: Daily, observer: Observer) -> View:
        """Return a run through a counter's eyes."""
        every = frozenset(daily.frame["area"].values.tolist())
        named = frozenset(name.strip() for name in observer.areas.split(";"))
        return cls(daily, observer, every if "*" in named else named, (observer.start - daily.first).days)

    @property
    def unit(self) -> int:
        """Persons or households, as the counter counts."""
        return HOUSEHOLDS if self.observer.unit == "households" else PERSONS

    def _sum(self, series: NDArray[np.generic], wanted: list[int]) -> F64:
        return np.asarray(series[self.unit][:, :, wanted].sum(axis=2, dtype=np.float64))

    def stocks(self, wanted: Callable[[Stock], bool]) -> F64:
        """Return (draw, time) of the stocks that are wanted."""
        return self._sum(self.daily.stock, [k for k, name in enumerate(self.daily.stocks) if wanted(name)])

    def stock(self, stage: str, site: str = "") -> F64:
        """Return (draw, time) of a stage, at a site or at all, of people from this counter's areas."""
        return self.stocks(lambda s: s.stage == stage and s.origin in self.areas and site in ("", s.site))

    def flow(self, quantity: str, *, start: frozenset[str] | None = None, end: str = "", origin: bool = False) -> F64:
        """Return (draw, time) of a flow from some places, to a place, or of people from this counter's areas."""

        def wanted(link: Link) -> bool:
            here = link.quantity == quantity and end in ("", link.end)
            return here and (start is None or link.start in start) and (not origin or link.origin in self.areas)

        return self._sum(self.daily.flow, [k for k, link in enumerate(self.daily.links) if wanted(link)])

    @property
    def homes(self) -> frozenset[str]:
        """Homes in the counter's areas."""
        places = zip(self.daily.frame["home"].values, self.daily.frame["home_area"].values, strict=True)
        return frozenset(home for home, area in places if area in self.areas)

    def since_start(self, daily: F64) -> F64:
        """Return (draw, time) sums since the counter's first evening; not a number when the outcome begins later."""
        if self.start < 0:
            return np.full(daily.shape, np.nan)
        if self.start >= daily.shape[1]:
            return np.zeros(daily.shape)
        total = np.cumsum(daily, axis=1)
        return np.where(np.arange(daily.shape[1]) > self.start, total - total[:, self.start : self.start + 1], 0.0)

    def new(self, stage: str, returned: F64, site: str = "") -> tuple[F64, F64]:
        """Return (draw, time) people of a stage displaced since the start, and returns of such people since then.

        Args:
            stage: in_camp or in_host.
            returned: (draw, time) returns from that kind of site.
            site: one site, or all if empty.
        """
        here = self.stock(stage, site)
        if self.start < 0:
            return np.full(here.shape, np.nan), np.full(here.shape, np.nan)
        if self.start >= here.shape[1]:
            return np.zeros(here.shape), np.zeros(here.shape)
        yesterday = np.concatenate([here[:, :1], here[:, :-1]], axis=1)
        stay = np.clip(1.0 - returned / np.maximum(yesterday, 1.0), 0.0, 1.0)
        day = np.arange(here.shape[1])
        stay = np.where(day > self.start, stay, 1.0)
        older = here[:, self.start : self.start + 1] * np.cumprod(stay, axis=1)
        fresh = np.where(day >= self.start, np.maximum(here - older, 0.0), 0.0)
        part = np.clip(fresh / np.maximum(here, 1.0), 0.0, 1.0)
        return fresh, self.since_start(returned * part)


def series_of(scenario: Scenario) -> dict[str, Evidence]:
    """Return the series of a scenario's evidence, each with its first row."""
    series: dict[str, Evidence] = {}
    for row in scenario.evidence:
        series.setdefault(row.series, row)
    return series


def observed(daily: Daily, scenario: Scenario) -> NDArray[np.float32]:
    """Return (draw, time, series) what each series of the evidence would print; flows are a day's.

    Series whose counter began before the run does are not a number where they need that past.
    """
    observers = {row.name: row for row in scenario.observers}
    series = series_of(scenario)
    values = np.zeros((*daily.stock.shape[1:3], len(series)), dtype=np.float32)
    for k, row in enumerate(series.values()):
        counter = observers[row.observer]
        if row.unit == "households":
            # the factor turns a counter's families into the persons that it prints; a row of families needs none
            counter = counter.model_copy(update={"unit": "households", "factor": 1.0})
        values[:, :, k] = _printed(View.of(daily, counter), row)
    return values


def _printed(view: View, row: Evidence) -> F64:
    factor = view.observer.factor
    match row.quantity:
        case "camp_share":
            camps, hosts, _ = displaced(view)
            return np.asarray(camps / np.maximum(camps + hosts, 1.0))
        case "in_camps":
            if row.site:
                left = view.flow("returned", start=frozenset({row.site}), origin=True)
                return factor * view.observer.camp_coverage * view.new("in_camp", left, row.site)[0]
            return factor * displaced(view)[0]
        case "occupancy":
            return factor * view.stock("in_camp", row.site)
        case "at_home":
            return factor * at_home(view)
        case "returned":
            daily = displaced(view)[2]
            return factor * (np.diff(daily, axis=1, prepend=0.0) if row.measure == "flow" else daily)
        case "screened":
            gate = frozenset({row.site})
            daily = view.flow("cleared", start=gate) + view.flow("held", start=gate) + view.flow("held_apart", start=gate)
            return factor * (daily if row.measure == "flow" else view.since_start(daily))
        case "arrivals":
            daily = _arrivals(view, row.site)
            return factor * (daily if row.measure == "flow" else view.since_start(daily))
        case "displaced":
            if row.measure == "stock":
                camps, hosts, _ = displaced(view)
                return factor * (camps + hosts)
            if row.measure == "flow":
                start = frozenset({row.site}) if row.site else view.homes
                return factor * view.flow("arrived", start=start)
            if view.observer.host_coverage == 1.0 and view.observer.camp_coverage == 1.0:
                return factor * view.since_start(view.flow("arrived", start=view.homes))
            camps, hosts, returned = displaced(view)
            return factor * (camps + hosts + returned)


def displaced(view: View) -> tuple[F64, F64, F64]:
    """Return (draw, time) counted in camps, counted with hosts, and counted returns, of people displaced since the start."""
    sites = {
        stage: frozenset(name.site for name in view.daily.stocks if name.stage == stage) for stage in ("in_camp", "in_host")
    }
    counted = {"in_camp": view.observer.camp_coverage, "in_host": view.observer.host_coverage}
    now: list[F64] = []
    back = np.zeros(view.daily.stock.shape[1:3])
    for stage, places in sites.items():
        fresh, returned = view.new(stage, view.flow("returned", start=places, origin=True))
        now.append(counted[stage] * fresh)
        back = back + counted[stage] * returned
    return now[0], now[1], back


def _arrivals(view: View, site: str) -> F64:
    """Return (draw, time) arrivals at a crossing, a camp, a host town, or at all crossings."""
    if not site:
        return view.flow("arrived", start=view.homes)
    if site in view.daily.frame["crossing"].values:
        return view.flow("arrived", start=view.homes, end=site)
    if site in view.daily.frame["camp"].values:
        return view.flow("to_camp", end=site) - view.flow("overflow", start=frozenset({site}))
    return view.flow("to_host", end=site)


def at_home(view: View) -> F64:
    """Return (draw, time) persons or households at home."""
    homes = view.homes
    return view.stocks(lambda name: name.stage in AT_HOME and name.site in homes)
