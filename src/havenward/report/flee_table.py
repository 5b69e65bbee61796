"""Flee's table out.csv: people in camps beside registers, day by day.

It stands here and not in `run`, because it needs what the registers say of each camp (`fit`) and is written for others to
read, which the layer of reports guards. (The format is that of Flee's runscripts/run.py.)
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from havenward.fit.registered import registered, scored_camps
from havenward.fit.reports import Floats, Ints
from havenward.fit.scores import Numbers
from havenward.fit.simulated import PLACES, displaced, first_day, stocks_at
from havenward.model.flee.course import course_of
from havenward.model.flee.mends import LEVELS, Level
from havenward.model.flee.setting_out import registered_changes
from havenward.scenario.flee.schema import FleeScenario

TAIL = (
    "Total error",
    "refugees in camps (UNHCR)",
    "total refugees (simulation)",
    "raw UNHCR refugee count",
    "refugees in camps (simulation)",
    "refugee_debt",
)
IDPS = "total IDPs"
DIGITS = 4
"""Decimals of errors in Flee."""
DECIMALS = 6
"""Decimals of means over members, which Flee does not write."""
LEAST = 0.00001
"""Figures of a register below which Flee gives an error of 0."""


@dataclass(frozen=True, eq=False)
class Registers:
    """What the registers put into the table, for the days of a run.

    Attributes:
        camps: whose columns there are.
        days: (D,) from day 0 of the folder.
        dates: (D,) as the table has them: in Flee one day ahead.
        data: (D, C) registered people, cut to whole ones.
        total: (D,) registered people in all camps, as the table has them.
        raw: (D,) running sum of the changes of the registers.
        debt: (D,) people by which the registers fell and who have not been made up for.
    """

    camps: tuple[str, ...]
    days: Ints
    dates: tuple[str, ...]
    data: Ints
    total: Ints
    raw: Ints
    debt: Ints

    @classmethod
    def of(cls, scenario: FleeScenario, level: Level, first: int, days: int) -> Registers:
        """The registers on `days` days from day `first` on.

        At the level exact the first day counts the total and all camps together, dates are a day ahead, and as long as the
        running sum is nought (where conflicts or floods drive people, always) so are total, sum and debt. Mended, none of
        this holds. Raises ValueError where no camp has a series.
        """
        when = np.arange(first, first + days)
        data = registered(scenario).daily[when].astype(np.int64)
        says, total = registered_changes(scenario, LEVELS[level]), data.sum(axis=1)
        raw, debt = np.cumsum(says.change)[when], says.debt[when]
        if not _follows(scenario):
            raw, debt = raw * (level == "mended"), debt * 0
        if level == "exact":
            counted = raw > 0
            total, raw, debt = total * counted, raw * counted, debt * counted
        ahead = scenario.start + dt.timedelta(days=int(level == "exact"))
        dates = tuple((ahead + dt.timedelta(days=int(day))).isoformat() for day in when)
        return cls(scored_camps(scenario), when, dates, data, total, raw, debt)


@dataclass(frozen=True, eq=False)
class Simulated:
    """What a run puts into the table, (draw, ...): people in camps, all displaced, and those in camps of the displaced."""

    camps: Numbers
    displaced: Numbers
    idps: Numbers | None

    @classmethod
    def of(cls, outcome: xr.Dataset, scenario: FleeScenario, camps: Sequence[str]) -> Simulated:
        """Read it from the outcome of a run. Raises ValueError where the outcome lacks a place."""
        idps: Numbers | None = None
        if scenario.settings.log_levels.idp_totals > 0:
            first = first_day(outcome, scenario)
            # no mend changes which places these are
            counted = course_of(scenario, LEVELS["exact"]).idp_camp[first : first + outcome.sizes["time"]]
            idps = (stocks_at(outcome, list(scenario.index), PLACES) * counted).sum(axis=-1)
        return cls(stocks_at(outcome, camps), displaced(outcome), idps)

    def member(self, row: int) -> Simulated:
        """One member, without the axis of draws."""
        return Simulated(self.camps[row], self.displaced[row], None if self.idps is None else self.idps[row])

    def mean(self) -> Simulated:
        """The mean over members, without the axis of draws."""
        idps = None if self.idps is None else self.idps.mean(axis=0)
        return Simulated(self.camps.mean(axis=0), self.displaced.mean(axis=0), idps)


def header(camps: Sequence[str], idps: bool) -> list[str]:
    """The names of the columns."""
    own = [f"{camp} {what}" for camp in camps for what in ("sim", "data", "error")]
    return ["Day", "Date", *own, *TAIL, *([IDPS] if idps else [])]


def out_csv(simulated: Simulated, registers: Registers) -> str:
    """The table as text, for one member or the mean; errors are those of the stocks that stand beside them."""
    sim, data = simulated.camps, registers.data
    own = np.stack([sim, data], axis=2).tolist()
    errors, totals = relative_errors(sim, data).tolist(), total_errors(sim, registers).tolist()
    tails = [registers.total, simulated.displaced, registers.raw, sim.sum(axis=1), registers.debt]
    tails += [] if simulated.idps is None else [simulated.idps]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header(registers.camps, simulated.idps is not None))
    for row, (day, date) in enumerate(zip(registers.days.tolist(), registers.dates, strict=True)):
        pairs = zip(own[row], errors[row], strict=True)
        camps = [cell for (here, there), error in pairs for cell in (_number(here), _number(there), error)]
        writer.writerow([day, date, *camps, totals[row], *(_number(column[row].item()) for column in tails)])
    return text.getvalue()


def relative_errors(sim: Numbers, data: Ints) -> Floats:
    """|sim / data - 1| to four digits, (...); 0 where the register has nobody."""
    nobody = data < LEAST
    return np.where(nobody, 0.0, np.round(np.abs(sim / np.where(nobody, 1, data) - 1), DIGITS))


def total_errors(sim: Numbers, registers: Registers) -> Floats:
    """The sum over camps of |sim - data| over the running sum of the registers, (D,); 0 where that is nought."""
    missed = np.round(np.abs(sim - registers.data).astype(np.float64), DIGITS).sum(axis=1)
    return np.where(registers.raw > 0, missed / np.maximum(registers.raw, 1), 0.0)


def _follows(scenario: FleeScenario) -> bool:
    """Whether the registers say how many set out."""
    return not scenario.settings.flood_mode and scenario.settings.spawn_rules.conflict_driven_spawning is None


def _number(value: float) -> int | float:
    """Whole numbers without a point, as Flee counts people; means to six decimals, without the dust of adding them."""
    shown = round(float(value), DECIMALS)
    return int(shown) if shown.is_integer() else shown
