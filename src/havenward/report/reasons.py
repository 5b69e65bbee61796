"""Why figures moved: front, fear, supply and queue beside the arrivals from one area, in a picture and in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import FEWEST_DRAWS, Interval, figure_text, interval
from havenward.report.digest import Digest
from havenward.report.drawing import Drawing
from havenward.report.facts import Facts, day_text
from havenward.report.fan_sheet import fan_of
from havenward.report.panel import HEAD, fan_legend, grid
from havenward.report.style import BLUE, GREEN, ORANGE, PURPLE, QUIET, VERMILION
from havenward.report.sums import QUEUE_STAGES

Values = NDArray[np.float64]

ROW_HEIGHT = 1.75
"""Inches of one panel."""

TURNS = 4
"""Largest rises and falls that are told in words."""

TURNS_APART = 25
"""Two turns lie at least this part of the run from each other."""

STEADY, TINY = 0.1, 0.02
"""A driver is said to have moved where it changed by this share of itself, and by this share of its whole range."""


@dataclass(frozen=True)
class Driver:
    """One reason: what it is called, what its numbers mean, and the words for more and less of it."""

    name: str
    title: str
    unit: str
    colour: str
    rose: str
    fell: str


DRIVERS = (
    Driver("contact_share", "Front: homes in contact", "share of the area's homes in contact with the front",
           VERMILION, "the front reached more homes", "the front touched fewer homes"),
    Driver("believed_risk", "Fear: believed risk of leaving", "chance of being caught or hurt, as people believe it",
           PURPLE, "people feared the way out more", "people feared the way out less"),
    Driver("deprivation", "Supply: deprivation", "index, 0 none", ORANGE,
           "supplies ran shorter", "supplies eased"),
    Driver("price_index", "Supply: price of staple food", "price over the price before", ORANGE,
           "food grew dearer", "food grew cheaper"),
)  # fmt: skip
"""The drivers that are drawn, from the nearest to the arrivals to the furthest."""


@dataclass(frozen=True)
class Turn:
    """A period in which arrivals from the area rose or fell most, and what moved with it."""

    day: np.datetime64
    before: Interval
    after: Interval
    reasons: list[str]

    def sentence(self, per: str) -> str:
        """The turn in plain words, with intervals."""
        verb = "rose" if self.after.middle > self.before.middle else "fell"
        moved = join_words(self.reasons) if self.reasons else "none of the drivers shown moved much"
        return (
            f"In the {per} from {day_text(self.day)} arrivals {verb} from {figure_text(self.before)} to "
            f"{figure_text(self.after)} a {per}: {moved}."
        )


def main_area(sums: Digest) -> str:
    """The area that most arrivals come from."""
    return max(sums.areas, key=lambda area: float(sums.flows.of("area", area).sum()))


def series_of(sums: Digest, area: str) -> dict[str, Values]:
    """Driver name -> (draw, period) means of one area."""
    number = sums.areas.index(area)
    return {
        driver.name: weekly_mean(sums.drivers[driver.name][:, :, number], sums)
        for driver in DRIVERS
        if driver.name in sums.drivers
    }


def weekly_mean(daily: Values, sums: Digest) -> Values:
    """Means over whole periods: (draw, time) to (draw, period)."""
    return sums.by_period(np.nan_to_num(daily)) / sums.period


def waiting(sums: Digest) -> Values:
    """(draw, period) mean persons who wait at any crossing."""
    return weekly_mean(sums.stocks.total(("stage", stage) for stage in QUEUE_STAGES), sums)


def reasons_picture(sums: Digest, area: str, facts: Facts, path: Path) -> Path:
    """Arrivals from one area above the drivers, all on one axis of dates."""
    found = series_of(sums, area)
    shown = [driver for driver in DRIVERS if driver.name in found]
    rows = len(shown) + 2
    words = f"Means and sums by {sums.per}, {facts.span}. What moves together need not be the cause."
    sheet = Drawing(HEAD + ROW_HEIGHT * rows, f"Why figures moved: {area}", words, facts)
    fan_legend(sheet, sums.draws)
    charts: list[tuple[Values, str, str, str]] = [
        (sums.by_period(sums.flows.of("area", area)), f"Arrivals from {area}", f"persons a {sums.per} (flow)", BLUE),
        *((found[driver.name], driver.title, driver.unit, driver.colour) for driver in shown),
        (waiting(sums), "Queue: waiting at the crossings", "persons (stock), all areas", GREEN),
    ]
    days_told = [float(turn.day.astype("datetime64[D]").astype(np.int64)) for turn in turns(sums, area)]
    for place, (values, title, unit, colour) in zip(grid(sheet, rows, 1), charts, strict=True):
        last = values is charts[-1][0]
        panel = fan_of(sheet, place, sums.middles, values, title, unit, colour, ticks=12, dated=last)
        for day in days_told:
            panel.upright(day, 0.7, QUIET, (2, 2))
    return sheet.save(path)


def turns(sums: Digest, area: str) -> list[Turn]:
    """The largest changes from one period to the next, in the order of time; none where there is one draw."""
    flow = sums.by_period(sums.flows.of("area", area))
    if sums.draws < FEWEST_DRAWS or flow.shape[1] < 2:
        return []
    middle = np.median(flow, axis=0)
    change = np.diff(middle)
    found = series_of(sums, area)
    queue = waiting(sums)
    largest = apart(np.argsort(-np.abs(change), kind="stable"), max(flow.shape[1] // TURNS_APART, 1))
    return [
        Turn(
            day=sums.periods[number + 1],
            before=interval(flow[:, number]),
            after=interval(flow[:, number + 1]),
            reasons=reasons_at(found, queue, int(number)),
        )
        for number in largest
        if change[number] != 0
    ]


def apart(ranked: NDArray[np.int64], distance: int) -> list[int]:
    """The first few of ranked periods that lie no closer than a distance to one ranked higher, in the order of time."""
    chosen: list[int] = []
    for number in ranked.tolist():
        if all(abs(number - other) >= distance for other in chosen):
            chosen.append(number)
        if len(chosen) == TURNS:
            break
    return sorted(chosen)


def reasons_at(found: dict[str, Values], queue: Values, number: int) -> list[str]:
    """What moved from one period to the next by more than a little of its range."""
    words = []
    for driver in DRIVERS:
        if driver.name in found:
            words += moved(found[driver.name], number, driver.rose, driver.fell)
    return words + moved(queue, number, "queues at the crossings grew", "queues at the crossings shrank")


def moved(values: Values, number: int, rose: str, fell: str) -> list[str]:
    """The words for a change of the median, or none where it stayed."""
    middle = np.median(values, axis=0)
    reach = float(np.ptp(middle))
    change = float(middle[number + 1] - middle[number])
    itself = float(max(abs(middle[number]), abs(middle[number + 1])))
    if change == 0 or abs(change) < STEADY * itself or abs(change) < TINY * reach:
        return []
    return [rose if change > 0 else fell]


def join_words(words: list[str]) -> str:
    """`a, b and c`."""
    if len(words) == 1:
        return words[0]
    return ", ".join(words[:-1]) + " and " + words[-1]
