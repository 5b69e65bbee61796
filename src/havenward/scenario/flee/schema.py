"""What a Flee folder says: places, routes, dated events, tables by day and people, as plain checked values.

Days are whole numbers counted from the start date, which is day 0. Names are the folder's own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, StringConstraints

from havenward.scenario.flee.series import SourceData
from havenward.scenario.flee.settings import FleeSettings
from havenward.scenario.schema import Share, Strict

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]

PlaceName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^#|>\x00-\x1f][^|>\x00-\x1f]*$")
]
"""A name as people write it; a line that begins with `#` is a comment, `|` and `>` are kept for keys and links."""

Kind = Literal["camp", "idpcamp", "conflict", "forward", "marker", "flood_zone", "town"]
"""camp, idpcamp: people are received; conflict: origin; forward: passed at once; marker: a bend of the road."""

CAMPS: frozenset[Kind] = frozenset(("camp", "idpcamp"))
_WORDS: tuple[tuple[str, Kind], ...] = (
    ("camp", "camp"),
    ("conflict", "conflict"),
    ("forward", "forward"),
    ("marker", "marker"),
    ("flood_zone", "flood_zone"),
    ("default", "town"),
    ("town", "town"),
)


@lru_cache(maxsize=256)
def kind_of(text: str) -> Kind | None:
    """The kind that a location type means: the first known word that it contains, as Flee takes it."""
    low = text.lower()
    for word, kind in _WORDS:
        if word in low:
            return "idpcamp" if kind == "camp" and "idp" in low else kind
    return None


class Location(Strict):
    """A place of `locations.csv`, in the order of the file."""

    name: PlaceName
    region: str = Field("unknown", description="region; joins the place to its column of the food security table")
    country: str = Field("unknown", description="country; that of the first location is home, every other is foreign")
    lat: float = Field(ge=-90, le=90, description="degrees north")
    lon: float = Field(ge=-180, le=180, description="degrees east")
    kind: Kind
    conflict_date: int | None = Field(None, description="day of the first conflict; 0 or less: from the beginning")
    population: int = Field(0, ge=0, description="persons; 0 for camps")
    capacity: int | None = Field(None, ge=1, description="persons that a camp takes; None: no limit")
    initial_idps: int = Field(0, ge=0, description="further persons in a camp on day 0")
    conflict_intensity: Share = Field(1.0, description="intensity of a conflict that rages from the beginning")
    capacity_per_day: int = Field(0, description="persons by which the capacity grows each day")
    deactivation_probability: Share | None = Field(None, description="daily chance that an arrival leaves the count")
    farmer_fraction: Share | None = Field(None, description="share of farmers among those who set out from here")
    trade_volume: float | None = Field(None, ge=0, description="trade with the home country, 1e9 US dollars")
    hdi: Share | None = Field(None, description="human development index")

    @property
    def starts_in_conflict(self) -> bool:
        """Whether `locations.csv` alone makes the place a conflict zone on day 0."""
        return self.kind == "conflict" and self.conflict_date is not None and self.conflict_date <= 0


class Route(Strict):
    """A road of `routes.csv`, passable both ways. Parallel roads between the same two places may stand there."""

    from_place: PlaceName
    to_place: PlaceName
    km: float = Field(gt=0, le=40_000, description="length in km")
    forced_redirection: Literal[0, 1, 2] = Field(
        0, description="0 none, 1 from the first place to the second, 2 the other way round; moves nobody in Flee"
    )
    max_move_speed: float | None = Field(None, gt=0, description="km a day on this road; None: the general speed")
    walk_probability: Share | None = Field(None, description="daily chance to go at walking speed")
    link_type: Literal["walk", "drive", "crossing"] | None = Field(None, description="kind of road; not used")


class Closure(Strict):
    """Something that closes on day `start` and opens again on day `end` (None: never)."""

    kind: Literal["country", "location", "link", "camp", "idpcamp", "remove_forced_redirection"]
    name1: str = Field(min_length=1, description="the country or location that is closed")
    name2: str = Field("", description="the other country or end; empty for location, camp and idpcamp")
    start: int = Field(description="day on which it closes; a negative one never comes")
    end: int | None = Field(description="day on which it opens again; -1 in the file: never")


class LocationChange(Strict):
    """A place that is of another kind from a day on."""

    name: PlaceName
    kind: Kind
    day: int = Field(ge=0, description="day of the change")


class AgentCount(Strict):
    """How many agents of one place, age group and sex the agents file lists. The agents themselves are not kept."""

    UNKNOWN: ClassVar = "unknown"
    place: PlaceName
    ages: Literal["0-14", "15-18", "19-59", "60+", "unknown"] = Field(
        description="the groups that Flee's rules on age tell apart"
    )
    sex: Literal["male", "female", "unknown"]
    agents: int = Field(ge=1, description="agents of Flee; each stands for `hasten` persons")


class Arrays:
    """Compares dataclasses that hold arrays."""

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))  # type: ignore[arg-type]
        return all(np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b for a, b in pairs)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, eq=False)
class DayTable(Arrays):
    """A table with a row for each day from day 0 and a column for each of `names`; `values` is (days, names)."""

    names: tuple[str, ...]
    values: Floats


@dataclass(frozen=True, eq=False)
class RegionFood(Arrays):
    """Persons in critical food deprivation, in per cent of a region: `percent` is (days given, regions).

    `days` ascend; between them the figures lie on straight lines.
    """

    regions: tuple[str, ...]
    days: Days
    percent: Floats

    def by_day(self, days: int) -> Floats:
        """Per cent on days 0 to `days` - 1, (days, regions)."""
        when = np.arange(days)
        columns = [np.interp(when, self.days, column) for column in self.percent.T]
        return np.stack(columns, axis=1) if columns else np.zeros((days, 0))


@dataclass(frozen=True, eq=False)
class AttributeWeights(Arrays):
    """How an attribute of agents is distributed where they set out: one weight for each of `values`.

    `default` is (values,); `weights` is (values, places) for the places that have a column of their own. Weights
    need not sum to 1. `values` are all numbers or all words.
    """

    attribute: str
    values: tuple[float | str, ...]
    default: Floats
    places: tuple[str, ...]
    weights: Floats


@dataclass(frozen=True)
class FleeScenario:
    """A Flee folder as read. `conflicts`, `floods` and `food` are None where the folder has no such file."""

    start: dt.date
    days: int
    locations: tuple[Location, ...]
    routes: tuple[Route, ...]
    source: SourceData
    settings: FleeSettings
    closures: tuple[Closure, ...] = ()
    changes: tuple[LocationChange, ...] = ()
    major_routes: tuple[tuple[str, ...], ...] = ()
    conflicts: DayTable | None = None
    floods: DayTable | None = None
    food: RegionFood | None = None
    demographics: tuple[AttributeWeights, ...] = ()
    agents: tuple[AgentCount, ...] = ()

    @cached_property
    def index(self) -> dict[str, int]:
        """Name of a location -> its row."""
        return {location.name: row for row, location in enumerate(self.locations)}

    @property
    def home_country(self) -> str:
        """The country of the first location."""
        return self.locations[0].country

    def conflict_by_day(self) -> Floats:
        """What `conflicts.csv` gives, (days, locations): intensity from 0 to 1, 0 where it says nothing."""
        return self._spread(self.conflicts)

    def flood_by_day(self) -> Floats:
        """What `flood_level.csv` gives, (days, locations): 0 where it says nothing."""
        return self._spread(self.floods)

    def food_by_day(self) -> Floats:
        """Per cent of persons in critical food deprivation, (days, locations); NaN where the region is not listed."""
        result = np.full((self.days, len(self.locations)), np.nan)
        if self.food is not None:
            by_region = dict(zip(self.food.regions, self.food.by_day(self.days).T, strict=True))
            for row, location in enumerate(self.locations):
                if location.region in by_region:
                    result[:, row] = by_region[location.region]
        return result

    def registered_by_day(self) -> npt.NDArray[np.int64]:
        """Registered refugees on days 0 to `days`, (days + 1, series), as Flee counts: divided by `hasten`, whole."""
        return self.source.by_day(self.days + 1, self.settings.optimisations.hasten)

    def _spread(self, table: DayTable | None) -> Floats:
        result = np.zeros((self.days, len(self.locations)))
        if table is not None:
            rows = min(self.days, len(table.values))
            result[:rows, [self.index[name] for name in table.names]] = table.values[:rows]
        return result


def frozen(values: Any, kind: type[np.generic], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """A read-only array."""
    array = np.array(values, dtype=kind).reshape(shape)
    array.setflags(write=False)
    return array
