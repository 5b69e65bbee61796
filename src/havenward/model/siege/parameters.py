"""The parameters of the siege model: one table with median, 90 % range, unit, label, source and meaning.

A scenario's assumptions replace rows of this table. Members draw their values from the ranges, unless medians are asked
for. Keys in brackets are sources; `assumed` figures have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from havenward.core.streams import meaning, uniforms
from havenward.scenario.schema import Assumption, Label

Scale = Literal["real", "nonnegative", "positive", "share"]


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes:
        scale: real (any number), nonnegative (the range is taken as it is, cut at 0), positive (the range is taken in
            logarithms) or share (in log-odds).
    """

    name: str
    median: float
    low: float
    high: float
    unit: str
    scale: Scale
    label: Label
    source: str
    meaning: str


def _p(
    name: str,
    median: float,
    low: float,
    high: float,
    unit: str,
    scale: Scale,
    label: Label,
    source: str,
    text: str,
) -> Parameter:
    return Parameter(name, median, low, high, unit, scale, label, source, text)


LOUGHRAN = "Loughran and others (2012), Justice Quarterly 29(5): tipping of deterrence near a perceived risk of 0.3-0.4"
BOHRA = "Bohra-Mishra and Massey (2011): little violence holds people back, much drives them out (sign only)"
REVKIN = "Revkin (2021), Journal of Conflict Resolution; Amnesty International (April 2017): told to stay at home"
HAWIJA = "Rudaw and The National, 5 August 2016: 1,900-3,000 captured against 600-1,422 arrived near Hawija"
IDMC = "IOM and Ministry of Migration and Displaced returns, east Mosul, 2017"

PARAMETERS: tuple[Parameter, ...] = (
    # what drives people out
    _p(
        "wish_base",
        -5.8,
        -6.6,
        -5.0,
        "log-odds",
        "real",
        "calibrated",
        "",
        "wish to leave with nothing pressing",
    ),
    _p(
        "deprivation_effect",
        1.6,
        0.8,
        2.4,
        "per ln price",
        "real",
        "calibrated",
        "",
        "wish per unit of deprivation",
    ),
    _p(
        "repression_effect",
        0.05,
        -0.1,
        0.2,
        "per ln(1 + captures per 100,000 in 30 days)",
        "real",
        "assumed",
        "",
        "wish per unit of repression; the sign is open",
    ),
    _p(
        "violence_little",
        -0.35,
        -0.6,
        -0.1,
        "per V",
        "real",
        "assumed",
        BOHRA,
        "linear effect of violence on the wish",
    ),
    _p(
        "violence_much",
        0.74,
        0.5,
        1.0,
        "per V squared",
        "real",
        "calibrated",
        BOHRA,
        "quadratic effect of violence",
    ),
    _p(
        "hope_effect",
        3.0,
        1.5,
        4.5,
        "log-odds",
        "real",
        "calibrated",
        REVKIN,
        "advice to stay and hope hold people",
    ),
    _p(
        "hope_days",
        60.0,
        20.0,
        180.0,
        "days",
        "positive",
        "assumed",
        "",
        "expected days to liberation that cut hope by e",
    ),
    _p("advance_km_a_day", 0.5, 0.2, 1.5, "km/day", "positive", "assumed", "", "advance that people expect"),
    _p(
        "strikes_sporadic",
        0.3,
        0.1,
        1.0,
        "strikes per km2 and week",
        "positive",
        "assumed",
        "",
        "at intensity 1",
    ),
    _p(
        "strikes_sustained",
        2.5,
        1.0,
        5.0,
        "strikes per km2 and week",
        "positive",
        "assumed",
        "",
        "at intensity 2",
    ),
    _p(
        "strikes_assault",
        9.0,
        5.0,
        20.0,
        "strikes per km2 and week",
        "positive",
        "assumed",
        "",
        "at intensity 3",
    ),
    _p(
        "violence_behind",
        0.3,
        0.1,
        0.6,
        "share",
        "share",
        "assumed",
        "",
        "part of the fire that falls behind the line",
    ),
    _p(
        "scarcity_effect",
        1.0,
        0.3,
        2.0,
        "per share",
        "positive",
        "assumed",
        "",
        "deprivation when stocks are empty",
    ),
    _p(
        "stock_days",
        60.0,
        20.0,
        150.0,
        "days",
        "positive",
        "assumed",
        "",
        "days of cover at which scarcity begins",
    ),
    # belief
    _p(
        "belief_prior_captured",
        0.4,
        0.2,
        0.8,
        "reports",
        "positive",
        "assumed",
        "",
        "prior weight of captures",
    ),
    _p("belief_prior_escaped", 1.6, 0.8, 3.2, "reports", "positive", "assumed", "", "prior weight of escapes"),
    _p("belief_memory", 45.0, 20.0, 90.0, "days", "positive", "assumed", "", "mean life of a report"),
    _p(
        "belief_reports",
        5.0,
        2.0,
        10.0,
        "reports/day",
        "positive",
        "assumed",
        "",
        "most reports that count in a day",
    ),
    _p(
        "belief_scale",
        5.0,
        2.0,
        10.0,
        "reports per report heard",
        "positive",
        "assumed",
        "",
        "retelling of a report",
    ),
    _p("capture_publicity", 0.5, 0.3, 0.95, "share", "share", "assumed", "", "captures that are heard of"),
    _p("success_heard", 0.7, 0.5, 0.9, "share", "share", "assumed", "", "escapes heard of with telephones"),
    _p(
        "listener_spread",
        0.5,
        0.2,
        0.8,
        "share",
        "share",
        "assumed",
        "",
        "exposure: 1 + spread and 1 - spread",
    ),
    _p(
        "fear_effect",
        4.0,
        2.0,
        6.0,
        "per unit of believed risk",
        "positive",
        "assumed",
        LOUGHRAN,
        "deterrence",
    ),
    _p(
        "fear_threshold",
        0.35,
        0.3,
        0.4,
        "believed risk",
        "share",
        "sourced",
        LOUGHRAN,
        "where fear begins to bite",
    ),
    _p("fear_width", 0.05, 0.03, 0.1, "believed risk", "positive", "assumed", "", "softness of the threshold"),
    # departure
    _p(
        "departure_ceiling",
        0.75,
        0.5,
        1.1,
        "1/day",
        "positive",
        "assumed",
        "",
        "hazard of those who wish and can",
    ),
    _p("seal_strength", 0.18, 0.08, 0.4, "factor", "positive", "calibrated", "", "hazard behind a full seal"),
    _p(
        "reach_km",
        9.0,
        6.0,
        14.0,
        "km",
        "positive",
        "calibrated",
        "",
        "distance on foot that cuts the hazard by e",
    ),
    _p(
        "frailty_sd",
        0.5,
        0.3,
        0.9,
        "log hazard",
        "positive",
        "assumed",
        "",
        "spread of hazards between households",
    ),
    _p(
        "expulsion",
        0.055,
        0.03,
        0.09,
        "1/day",
        "positive",
        "calibrated",
        "",
        "hazard of leaving on contact, no wish",
    ),
    _p("contact_days", 8.5, 7.0, 11.0, "days", "positive", "assumed", "", "time that homes are in contact"),
    _p(
        "social_effect",
        0.15,
        0.0,
        0.4,
        "per ln(1 + share/scale)",
        "nonnegative",
        "assumed",
        "",
        "pull of others' leaving",
    ),
    _p(
        "social_scale",
        0.002,
        0.001,
        0.01,
        "share/day",
        "positive",
        "assumed",
        "",
        "share of leavers that is noticed",
    ),
    _p(
        "bond_barrier",
        0.7,
        0.4,
        0.9,
        "share",
        "share",
        "assumed",
        "",
        "part of those without means kept by a bond",
    ),
    _p(
        "guide_barrier",
        0.5,
        0.2,
        0.8,
        "share",
        "share",
        "assumed",
        "",
        "part of those without means kept by a price",
    ),
    _p(
        "vanguard_held",
        0.25,
        0.1,
        0.5,
        "share",
        "share",
        "assumed",
        "",
        "households that send a man first, in secret",
    ),
    _p("vanguard_contact", 0.03, 0.01, 0.1, "share", "share", "assumed", "", "the same from homes in contact"),
    _p(
        "vanguard_fear",
        1.5,
        0.0,
        3.0,
        "log-odds per believed risk",
        "nonnegative",
        "assumed",
        "",
        "fear raises vanguards",
    ),
    _p(
        "parting",
        0.15,
        0.05,
        0.3,
        "share",
        "share",
        "assumed",
        "",
        "slow households that leave an elder behind",
    ),
    _p(
        "retrieval",
        0.01,
        0.003,
        0.03,
        "1/day",
        "positive",
        "assumed",
        "",
        "kin fetched per day and safe vanguard",
    ),
    # the night
    _p(
        "walking_speed",
        2.0,
        1.0,
        2.5,
        "km/h",
        "positive",
        "assumed",
        "IRIN 27 April 2016 and UNHCR 2 April 2017: walks of 9 to 12 hours over 14 to 30 km",
        "speed of a group",
    ),
    _p("slow_speed", 0.6, 0.5, 0.7, "factor", "share", "assumed", "", "speed of groups with infirm members"),
    _p("night_hours", 9.0, 7.0, 11.0, "hours", "positive", "assumed", "", "dark hours used for walking"),
    _p(
        "interception",
        0.48,
        0.3,
        0.8,
        "share",
        "share",
        "assumed",
        HAWIJA,
        "stopped per attempt behind a full seal",
    ),
    _p(
        "interception_contact",
        0.05,
        0.01,
        0.15,
        "share",
        "share",
        "assumed",
        "",
        "stopped when leaving in contact",
    ),
    _p(
        "moon_effect",
        0.3,
        0.0,
        0.8,
        "share",
        "share",
        "assumed",
        "",
        "more interception under a full moon, less under a new one",
    ),
    _p(
        "patrol_groups",
        60.0,
        20.0,
        200.0,
        "groups/night",
        "positive",
        "assumed",
        "",
        "groups stopped in a night that keep half of a corridor's patrols busy",
    ),
    _p("turned_back_share", 0.6, 0.4, 0.8, "share", "share", "assumed", "", "of the stopped: sent back"),
    _p(
        "shot_share",
        0.015,
        0.004,
        0.05,
        "share",
        "share",
        "assumed",
        "12 of 1,900-3,000 near Hawija, August 2016 (Rudaw); 809 of 75,809 at the inner German border",
        "of the stopped: killed",
    ),
    _p(
        "mine_loss",
        0.004,
        0.0005,
        0.02,
        "1/km",
        "positive",
        "assumed",
        "",
        "groups lost per km of mined width",
    ),
    _p(
        "exhaustion_loss",
        0.0005,
        0.0001,
        0.003,
        "1/night",
        "positive",
        "assumed",
        "",
        "groups lost per night on foot",
    ),
    _p(
        "fire_loss",
        0.003,
        0.001,
        0.01,
        "share",
        "share",
        "assumed",
        "OHCHR 8 June 2017: 231 killed while fleeing one district of west Mosul in nine days",
        "lost in contact at intensity 3",
    ),
    _p(
        "captivity_days",
        60.0,
        14.0,
        180.0,
        "days",
        "positive",
        "assumed",
        "",
        "mean time in the group's hands",
    ),
    _p("execution_share", 0.05, 0.005, 0.2, "share", "share", "assumed", "", "of the captured: killed"),
    _p(
        "return_home_days",
        5.0,
        2.0,
        14.0,
        "days",
        "positive",
        "assumed",
        "",
        "from turned back or released to home",
    ),
    _p(
        "home_loss",
        0.0006,
        0.0002,
        0.002,
        "1/day",
        "positive",
        "assumed",
        "Associated Press: 9,000-11,000 killed in the battle of Mosul; United Nations: 2,521",
        "households killed per day in contact at intensity 3",
    ),
    _p("route_time", 0.05, 0.02, 0.1, "1/hour", "positive", "assumed", "", "route choice: cost of an hour"),
    _p(
        "route_risk",
        3.0,
        1.0,
        6.0,
        "per believed risk",
        "positive",
        "assumed",
        "",
        "route choice: cost of danger",
    ),
    # reception
    _p(
        "camp_logit",
        1.6,
        0.8,
        2.4,
        "log-odds",
        "real",
        "sourced",
        "IOM, Nov 2016 - Jan 2017: 77-85 % in camps",
        "choice of a camp when there is room",
    ),
    _p(
        "host_pull",
        2.0,
        1.0,
        3.0,
        "log-odds per liberated share",
        "real",
        "calibrated",
        "",
        "relatives in freed homes",
    ),
    _p(
        "camp_distance",
        0.02,
        0.005,
        0.05,
        "1/km",
        "positive",
        "assumed",
        "",
        "choice between sites: cost of a km",
    ),
    _p(
        "persons_a_plot",
        5.5,
        5.0,
        6.0,
        "persons",
        "positive",
        "assumed",
        "UNHCR: one plot for one family",
        "room of a plot",
    ),
    _p("sponsorship", 0.001, 0.0003, 0.003, "1/day", "positive", "assumed", "", "from camps to hosts"),
    _p("onward", 0.0001, 0.00002, 0.0005, "1/day", "positive", "assumed", "", "from hosts abroad"),
    _p("joining", 0.00005, 0.00001, 0.0003, "1/day", "positive", "assumed", "", "lone men who join the fight"),
    _p(
        "joined_effect",
        0.05,
        0.0,
        0.2,
        "per ln(1 + hundreds)",
        "nonnegative",
        "assumed",
        "",
        "of those who joined, on the pace",
    ),
    _p(
        "return_rate",
        0.018,
        0.012,
        0.027,
        "1/day",
        "positive",
        "calibrated",
        IDMC,
        "return to freed, undamaged areas",
    ),
    _p("damage_effect", 2.3, 1.5, 3.0, "per share damaged", "real", "calibrated", IDMC, "damage slows return"),
    _p(
        "service_days",
        60.0,
        30.0,
        120.0,
        "days",
        "positive",
        "assumed",
        "",
        "until services are back after liberation",
    ),
    _p(
        "return_open",
        0.004,
        0.002,
        0.008,
        "1/day",
        "positive",
        "calibrated",
        "",
        "return from hosts while exit is free",
    ),
    # control
    _p(
        "siege_days",
        6.0,
        3.0,
        10.0,
        "days",
        "positive",
        "assumed",
        "",
        "mean time a contested place takes to fall",
    ),
    # what others may print
    _p(
        "population_scale",
        1.0,
        0.8,
        1.25,
        "factor",
        "positive",
        "assumed",
        "",
        "people at the start, all homes alike",
    ),
)

TABLE: Mapping[str, Parameter] = {parameter.name: parameter for parameter in PARAMETERS}


DIVISORS = frozenset(
    {
        *("advance_km_a_day", "belief_memory", "belief_prior_captured", "belief_prior_escaped", "belief_reports"),
        *("captivity_days", "contact_days", "fear_width", "hope_days", "night_hours", "patrol_groups", "reach_km"),
        *("return_home_days", "service_days", "slow_speed", "social_scale", "stock_days", "walking_speed"),
    }
)
"""Parameters that something is divided by: nought is no value for them."""


DANGER = frozenset(
    {
        *("interception", "interception_contact", "moon_effect", "patrol_groups", "turned_back_share", "shot_share"),
        *("mine_loss", "exhaustion_loss", "fire_loss", "captivity_days", "execution_share"),
    }
)
"""What the group does to those who leave: stated by a scenario with a range and a source, never varied by an edit."""


def check_edit(name: str, value: float) -> None:
    """Refuse an edit of a parameter.

    Raises:
        ValueError: it is about danger on the way, or cannot have the value.
        KeyError: there is no such parameter.
    """
    if name in DANGER:
        raise ValueError(
            f"{name} cannot be edited: patrols, interception, captivity and mines are assumptions of a scenario, with a "
            "range and a source in its assumptions.csv, and are not varied one by one"
        )
    check_value(TABLE[name], value)


def check_value(parameter: Parameter, value: float) -> None:
    """Refuse a value that a parameter cannot have.

    Raises:
        ValueError: the value is not a number, no share, negative, or nought where something is divided by it.
    """
    name = parameter.name
    if not np.isfinite(value):
        raise ValueError(f"{name} cannot be {value:g}: it must be a finite number")
    if parameter.scale == "share" and not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} cannot be {value:g}: it is a share, from 0 to 1")
    if parameter.scale in ("positive", "nonnegative") and value < 0.0:
        raise ValueError(f"{name} cannot be {value:g}: it cannot be negative")
    if name in DIVISORS and value == 0.0:
        raise ValueError(f"{name} cannot be 0: it must be more")


def with_assumptions(assumptions: tuple[Assumption, ...]) -> dict[str, Parameter]:
    """Return the table with a scenario's rows in place of the defaults.

    A row without a range is certain.

    Raises:
        KeyError: an assumption has no parameter of its name.
        ValueError: a parameter cannot have such a value.
    """
    table = dict(TABLE)
    for row in assumptions:
        for value in (row.low, row.median, row.high):
            if value is not None:
                check_value(TABLE[row.name], value)
        table[row.name] = replace(
            TABLE[row.name],
            median=row.median,
            low=row.median if row.low is None else row.low,
            high=row.median if row.high is None else row.high,
            label=row.label,
            source=row.source,
        )
    return table


def values(
    table: Mapping[str, Parameter], seed: int, members: NDArray[np.uint32], *, spread: float
) -> dict[str, NDArray[np.float64]]:
    """Return (M,) values of every parameter.

    Args:
        table: the parameters.
        seed: the run's seed.
        members: (M,) member numbers.
        spread: 1 draws from the stated ranges, 0 gives medians.

    The range is read as the 5 % and 95 % quantiles of a two-piece normal on the parameter's scale, cut at 2.5 standard
    deviations.
    """
    names = tuple(table)
    streams = np.array([meaning("parameter", name) for name in names], dtype=np.uint64)
    uniform = uniforms(seed, members, streams, 0, np.zeros(len(names), dtype=np.uint32))
    z = np.clip(ndtri(uniform), -2.5, 2.5) * spread / 1.6448536269514722
    return {name: _value(table[name], z[:, k]) for k, name in enumerate(names)}


def _value(parameter: Parameter, z: NDArray[np.float64]) -> NDArray[np.float64]:
    edges = np.array([parameter.low, parameter.median, parameter.high])
    match parameter.scale:
        case "positive" if edges.min() > 0:
            low, middle, high = np.log(edges)
            return np.asarray(np.exp(middle + np.where(z < 0, (middle - low) * z, (high - middle) * z)))
        case "share" if edges.min() > 0 and edges.max() < 1:
            low, middle, high = logit(edges)
            return np.asarray(expit(middle + np.where(z < 0, (middle - low) * z, (high - middle) * z)))
        case _:
            low, middle, high = edges
            drawn = middle + np.where(z < 0, (middle - low) * z, (high - middle) * z)
            floor = 0.0 if parameter.scale != "real" else -np.inf
            ceiling = 1.0 if parameter.scale == "share" else np.inf
            return np.asarray(np.clip(drawn, floor, ceiling))
