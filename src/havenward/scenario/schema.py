"""What a scenario folder may hold: one model per file, one field per column.

A scenario is one `scenario.yaml` and the CSV tables beside it. The field names below are the column names. Every
table has the three columns `label` (sourced, assumed or calibrated), `source` (an id of `sources.csv`, or empty) and
`note` (free text about the figure, never about a person).

Dated tables hold what is in force *from* a date until the next row of the same place.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

FORMAT = 1
"""Version of the scenario format that this release writes, and the newest that it reads."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^|>\x00-\x1f]+$")]
"""A name as people write it. `|` and `>` are kept for keys and links."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Label = Literal["sourced", "assumed", "calibrated"]
Measure = Literal["stock", "flow", "cumulative"]
Unit = Literal["individuals", "households"]
Tier = Literal["public", "partner", "restricted"]


class Strict(BaseModel):
    """Refuses unknown keys, infinities and not-a-numbers."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class Row(Strict):
    """What every row of every table has."""

    key: ClassVar[tuple[str, ...]] = ()
    """Columns that no two rows of a table may share."""

    label: Label = Field("assumed", description="sourced, assumed or calibrated (by hand)")
    source: Text = Field("", description="id in sources.csv; needed where the label is 'sourced'")
    note: Text = Field("", description="a remark about the figure")


class Location(Row):
    """A place: a home of civilians, a camp, a crossing, a host town, or a mark on the map."""

    key: ClassVar = ("name",)
    name: Name
    kind: Literal["home", "camp", "emergency", "crossing", "host", "abroad", "mark"] = Field(
        description="home: people live there at the start; camp and emergency: plots; crossing: screening at the "
        "line; host: a town that takes people in; abroad: beyond a border; mark: only drawn"
    )
    area: Text = Field("", description="origin area of a home; reports merge small homes into it")
    lat: float = Field(ge=-90, le=90, description="degrees north (WGS 84)")
    lon: float = Field(ge=-180, le=180, description="degrees east (WGS 84)")
    population: float = Field(0, ge=0, le=5e8, description="persons at the scenario's start, median")
    population_low: float | None = Field(None, ge=0, le=5e8, description="5 % quantile of what is believed")
    population_high: float | None = Field(None, ge=0, le=5e8, description="95 % quantile of what is believed")
    damage: Share = Field(0.0, description="share of homes damaged by the end; slows return")
    pcode: Text = Field("", description="administrative code where known")
    name_ar: Text = Field("", description="Arabic name where known")


class Control(Row):
    """How much of a home the besieging group holds; straight lines between dates, constant outside them."""

    key: ClassVar = ("place", "date")
    place: Name
    date: dt.date
    earliest: dt.date | None = Field(
        None, description="5 % quantile of the date, where it is not certain; all dates lie alike within their ranges"
    )
    latest: dt.date | None = Field(None, description="95 % quantile of the date")
    besieged_share: Share = Field(description="share of the place's people who live behind the group's line")


class Bend(Row):
    """A change to the line that control.csv gives of a home, from a date on; `init --edit` writes edits of the front so.
    Either the front goes straight to a share, or all that comes from the date on comes later or faster, and until then it
    stands still. Where dates have ranges, it acts on each member's own line: what has happened there by then stays.
    """

    key: ClassVar = ("place", "order")
    place: Name
    order: int = Field(ge=1, le=10_000, description="changes of a place are made in this order")
    date: dt.date = Field(description="first day on which the line differs")
    besieged_share: float | None = Field(None, ge=0, le=1, description="where the front goes, and stays")
    arrives: dt.date | None = Field(None, description="day on which it is there; empty: on the date")
    until: dt.date | None = Field(None, description="last day on which it stays; from the next on the line is as it was")
    late: int = Field(0, ge=0, le=3660, description="days by which all is later")
    pace: float = Field(1.0, ge=0.05, le=20.0, description="how many times as fast all is; 0.5: in twice the time")


class Fighting(Row):
    """Intensity of fighting and shelling near a home, from a date on."""

    key: ClassVar = ("place", "date")
    place: Name
    date: dt.date
    intensity: float = Field(ge=0, le=3, description="0 none, 1 sporadic, 2 sustained, 3 assault")


class Offensive(Row):
    """Pace of an offensive where control is stochastic: a contact process between neighbouring homes."""

    key: ClassVar = ("area", "date")
    area: Text = Field(description="an origin area, or * for all")
    date: dt.date
    pace: float = Field(ge=0, le=10, description="rate a day per liberated neighbour (by routes) to be contested")


class Restriction(Row):
    """What the group, or the authorities, forbid, advise or provide in an area from a date on."""

    key: ClassVar = ("area", "kind", "date")
    area: Text = Field(description="an origin area, or * for all")
    date: dt.date
    kind: Literal["exit", "telephones", "advice", "border", "services"]
    level: Share = Field(
        description="exit: 0 free, 0.5 against a bond, 1 barred; telephones: share of successes that is heard of "
        "(reach) relative to normal times; advice: 1 told to stay at home, 0 not; border: 1 nobody of the area "
        "goes on abroad, 0 open; services: least share of services in its freed places, however short they are free"
    )


class Price(Row):
    """Price of staple food relative to the reference; straight lines in the logarithm between dates."""

    key: ClassVar = ("area", "date")
    area: Text = Field(description="an origin area, or * for all")
    date: dt.date
    index: float = Field(gt=0, le=1000, description="price / reference price")


class Supply(Row):
    """Share of normal supplies that reaches an area from a date on."""

    key: ClassVar = ("area", "date")
    area: Text = Field(description="an origin area, or * for all")
    date: dt.date
    inflow: float = Field(ge=0, le=2, description="days of consumption that arrive each day")


class Route(Row):
    """A road or path between two places; distances between places without a corridor come from here."""

    key: ClassVar = ("from_place", "to_place")
    from_place: Name
    to_place: Name
    km: float = Field(gt=0, le=5000)
    mode: Text = "road"


class Corridor(Row):
    """A way out of one home to one crossing. Danger is held at this level only, never finer. A way that is open in several
    spans has a row for each; but for the dates they say the same.
    """

    key: ClassVar = ("from_place", "crossing", "use", "opened")
    from_place: Name
    crossing: Name
    use: Literal["road", "night", "front"] = Field(
        description="road: by vehicle where exit is free or bonded; night: on foot in secret; front: from homes in "
        "contact to the advancing side"
    )
    km: float | None = Field(None, gt=0, le=2000, description="empty: the shortest way in routes.csv")
    width_km: float = Field(0.0, ge=0, le=100, description="width of no man's land, or distance walked under fire")
    patrols: Share = Field(1.0, description="patrol strength relative to the sealed city's")
    mines: Share = Field(0.0, description="share of the width believed mined")
    opened: dt.date | None = Field(None, description="first day on which it is open; empty: from the start")
    closed: dt.date | None = Field(None, description="first day on which it is closed again; empty: open to the end")


class Crossing(Row):
    """What a crossing can do from a date on. No desks means closed."""

    key: ClassVar = ("crossing", "date")
    crossing: Name
    date: dt.date
    desks: int = Field(ge=0, le=10_000)
    hours: float = Field(ge=0, le=24, description="hours open a day")
    minutes_per_man: float = Field(gt=0, le=600, description="desk minutes for a man or boy of 15 and over")
    minutes_per_other: float = Field(ge=0, le=600, description="desk minutes for everybody else (search)")
    hold_share: Share = Field(description="share of screened men who are held")
    hold_days: float = Field(gt=0, le=1000, description="mean days a held man stays")
    handover_share: Share = Field(0.0, description="share of held men who are handed over to other authorities")
    incident_share: Share = Field(0.0, description="chance that an incident closes the crossing for a day")
    bus_seats: int = Field(10_000_000, ge=0, description="persons who can be taken on a day")


class Camp(Row):
    """Plots of a camp or emergency site from a date on."""

    key: ClassVar = ("camp", "date")
    camp: Name
    date: dt.date
    plots: int = Field(ge=0, le=10_000_000, description="family plots ready")
    policy: float = Field(1.0, ge=0, le=100, description="weight in allocation; 0 takes nobody new")


class Stock(Row):
    """People where they stand on an evening. A run whose first day is the next day starts from the stocks of that evening,
    and from nothing else: what is not stated is empty. They are the same for all members. Households are made up by the
    shares of their classes; how many live behind the line, by control.csv; beliefs, captives and people on the way start
    as at the scenario's start, and a queue as if all had come that day.
    """

    key: ClassVar = ("date", "stage", "site", "area")
    date: dt.date = Field(description="the evening that the figure speaks of; up to the day before the scenario's start")
    stage: Literal["at_home", "waiting", "held", "in_transit", "in_camp", "in_host", "onward", "returned"] = Field(
        description="at_home: still where they live; waiting, held (men of 15 and over), in_transit: at a crossing; "
        "in_camp, in_host; onward: beyond a border; returned: back in their area"
    )
    site: Text = Field("", description="home, crossing, camp or host town; empty for onward and returned")
    area: Text = Field("", description="where they come from; empty for at_home")
    persons: int | None = Field(None, ge=0, le=500_000_000)
    households: int | None = Field(None, ge=0, le=500_000_000, description="in place of persons, where these are not known")


class HouseholdClass(Row):
    """A kind of household at home."""

    key: ClassVar = ("name",)
    name: Name
    kind: Literal["household", "lone"] = "household"
    men: int = Field(ge=0, le=20, description="men and boys of 15 and over")
    women: int = Field(ge=0, le=20, description="women and girls of 15 and over")
    boys: int = Field(ge=0, le=20, description="under 15")
    girls: int = Field(ge=0, le=20, description="under 15")
    share: Share = Field(description="share of all households")
    mobility: Share = Field(1.0, description="walking speed and ability relative to the fittest")
    means: Share = Field(0.5, description="share that can pay a bond or a guide")


class Assumption(Row):
    """A parameter with its range. Names and meanings are those of the reference table of parameters."""

    key: ClassVar = ("name",)
    name: Name
    median: float
    low: float | None = Field(None, description="5 % quantile")
    high: float | None = Field(None, description="95 % quantile")
    unit: Text = ""


class Observer(Row):
    """A counter: who counts, whom, in which unit, from when to when."""

    key: ClassVar = ("name",)
    name: Name
    title: Text = ""
    areas: Text = Field("*", description="origin areas counted, separated by ;")
    start: dt.date = Field(description="cumulative counts are zero on this day")
    end: dt.date | None = Field(None, description="last day on which the series is comparable")
    unit: Unit = "individuals"
    factor: float = Field(1.0, gt=0, le=20, description="printed figure per person (or per household) counted")
    camp_coverage: Share = Field(1.0, description="share of people in camps who are counted")
    host_coverage: Share = Field(1.0, description="share of people in host communities who are counted")


class Evidence(Row):
    """One observed figure."""

    key: ClassVar = ("series", "date", "source", "value")
    series: Name
    observer: Name
    quantity: Literal["displaced", "arrivals", "returned", "in_camps", "camp_share", "at_home", "occupancy", "screened"]
    measure: Measure
    unit: Unit = "individuals"
    date: dt.date = Field(description="the day the figure speaks of")
    from_date: dt.date | None = Field(None, description="first day of a flow")
    known_on: dt.date | None = Field(None, description="publication day; empty: never usable in a forecast")
    value: float = Field(ge=0)
    low: float | None = Field(None, ge=0)
    high: float | None = Field(None, ge=0)
    site: Text = Field("", description="a place, or empty for the observer's whole field")
    weak: bool = Field(False, description="a report's remark rather than a count")


class Target(Row):
    """A rate or share that a model of this case should come near: derived from evidence, for a table of plausibility."""

    key: ClassVar = ("name",)
    name: Name
    areas: Text = Field("*", description="origin areas, separated by ;")
    quantity: Literal[
        "arrivals",
        "most_arrivals_a_day",
        "most_arrivals_a_week",
        "left_share_a_day",
        "left_share_a_month",
        "at_home_share",
        "returned_share",
        "camp_share",
    ] = Field(
        description="arrivals: persons at crossings; left_share: rate of arrivals among those at home at the start; "
        "at_home_share: at the end, of those at the start; returned_share: of arrivals since the start; camp_share: as "
        "the observer counts, at the end"
    )
    observer: Text = Field("", description="whose coverage of camps and hosts a camp_share is told by; empty: all are seen")
    start: dt.date
    end: dt.date
    low: float = Field(ge=0, le=1e9)
    high: float = Field(ge=0, le=1e9)
    calibrated: bool = Field(False, description="whether the hand calibration looked at it")


class Source(Strict):
    """A publication."""

    key: ClassVar = ("id",)
    id: Name
    title: Text
    publisher: Text = ""
    date: Text = ""
    url: Text = ""


class Area(Strict):
    """An origin area: what returns and flow pictures are told by."""

    name: Name
    title: Text = ""


class Header(Strict):
    """`scenario.yaml`."""

    format: int = Field(ge=1, description="version of this format")
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    title: Text
    description: Text = ""
    nature: Literal["closed_case", "synthetic", "live"] = Field(
        "live", description="closed_case: over five years old and from public sources; synthetic: invented"
    )
    tier: Tier | None = Field(None, description="empty: restricted if live and recent, else public where allowed")
    start: dt.date
    end: dt.date
    besieger: Text = Field("the armed group", description="words for the group that seals the city")
    control: Literal["timeline", "stochastic"] = "timeline"
    areas: list[Area] = Field(min_length=1, max_length=8)
    epochs: list[Epoch] = Field(default_factory=list, description="named spans of time, for reports")
    limits: list[Text] = Field(default_factory=list, description="what this scenario cannot tell")
    edits: list[Text] = Field(default_factory=list, description="what-ifs that were made to it, each in a line")

    @property
    def full_name(self) -> str:
        """Its name for files, which says whether edits were made."""
        return f"{self.name}-edited" if self.edits else self.name

    @property
    def full_title(self) -> str:
        """Its title, and how many edits were made."""
        number = len(self.edits)
        return f"With {number} edit{'' if number == 1 else 's'}: {self.title}" if number else self.title


class Epoch(Strict):
    """A span of time with a name."""

    name: Name
    start: dt.date
    end: dt.date


Header.model_rebuild()

TABLES: dict[str, type[Strict]] = {
    "locations": Location,
    "control": Control,
    "bends": Bend,
    "fighting": Fighting,
    "offensives": Offensive,
    "restrictions": Restriction,
    "prices": Price,
    "supplies": Supply,
    "routes": Route,
    "corridors": Corridor,
    "crossings": Crossing,
    "camps": Camp,
    "stocks": Stock,
    "classes": HouseholdClass,
    "assumptions": Assumption,
    "observers": Observer,
    "evidence": Evidence,
    "targets": Target,
    "sources": Source,
}
"""File stem -> row model. `locations`, `corridors`, `crossings` and `classes` must be there; the rest may be missing."""

REQUIRED = ("locations", "corridors", "crossings", "classes")


class Scenario(Strict):
    """A checked scenario: the header and every table as typed rows."""

    header: Header
    locations: tuple[Location, ...] = ()
    control: tuple[Control, ...] = ()
    bends: tuple[Bend, ...] = ()
    fighting: tuple[Fighting, ...] = ()
    offensives: tuple[Offensive, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    prices: tuple[Price, ...] = ()
    supplies: tuple[Supply, ...] = ()
    routes: tuple[Route, ...] = ()
    corridors: tuple[Corridor, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    camps: tuple[Camp, ...] = ()
    stocks: tuple[Stock, ...] = ()
    classes: tuple[HouseholdClass, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    observers: tuple[Observer, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    targets: tuple[Target, ...] = ()
    sources: tuple[Source, ...] = ()

    def stocks_before(self, day: int) -> tuple[Stock, ...]:
        """Return the stocks of the evening before a day, counted from the start; none where none are given."""
        evening = self.header.start + dt.timedelta(days=day - 1)
        return tuple(row for row in self.stocks if row.date == evening)
