"""The error over time: how far the camps of a run lie from their registers, day by day and at reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenward.fit.scores import error_by_date, error_by_day, rescaled
from havenward.guard.disclosure import FEWEST_DRAWS, quantiles
from havenward.report.drawing import Drawing, Mark
from havenward.report.facts import Facts
from havenward.report.flee.camps import MIDDLE
from havenward.report.flee.registers import Compared
from havenward.report.flee.sums import FleeSums, Values
from havenward.report.panel import HEAD, Panel, band_marks, days, grid
from havenward.report.style import BLUE, VERMILION

ROW_HEIGHT = 2.7
"""Inches of one row of panels."""

AVERAGE = (0, (1, 1.5))
"""Dots of the line at the average."""

DOT: Mapping[str, object] = {
    "marker": "o", "markersize": 3.2, "markerfacecolor": MIDDLE, "markeredgecolor": MIDDLE,
}  # fmt: skip
"""How the members' mean at a report date is marked."""

BEYOND: Mapping[str, object] = {**DOT, "marker": "^", "markersize": 6.0}
"""How a date is marked whose error lies above the chart."""

USUAL, ROOM, ABOVE, WILD = 0.9, 1.5, 1.15, 2.0
"""A date on which a register stood near nought has an error of hundreds, and would press all others flat. Where one is more
than `WILD` times as high as this, a chart of dates reaches `ROOM` times as high as the share `USUAL` of them, and `ABOVE`
times as high as their average."""


@dataclass(frozen=True)
class Course:
    """An error over time: `x` (n,) numbers of days, `members` (draw, n), and the score that averages it."""

    title: str
    score: str
    x: Values
    members: Values
    daily: bool

    @property
    def mean(self) -> Values:
        """(n,) mean over members."""
        return np.asarray(self.members.mean(axis=0))

    @property
    def top(self) -> float:
        """How high a chart of dates reaches."""
        return max(ROOM * float(np.quantile(self.mean, USUAL)), ABOVE * float(self.mean.mean()))

    @property
    def beyond(self) -> NDArray[np.bool_]:
        """(n,) dates whose error lies above the chart; of every day all are drawn."""
        if self.daily or not len(self.x) or self.mean.max() <= WILD * self.top:
            return np.zeros(len(self.x), dtype=bool)
        return np.asarray(self.mean > self.top)


def courses(known: Compared, sums: FleeSums) -> list[Course]:
    """Every day and report dates alone, as simulated and with the registered total."""
    data, x = known.registered.daily, days(sums.dates)
    split = rescaled(known.simulated, data)
    dates = x[known.late.dates]
    found = []
    for what, ending, stock in (("as simulated", "", known.simulated), ("registered total given", "_rescaled", split)):
        found.append(Course(f"Every day, {what}", f"ard{ending}", x, error_by_day(stock, data), True))
        by_date = error_by_date(stock, known.late) if len(dates) else np.zeros((sums.draws, 0))
        found.append(Course(f"Report dates alone, {what}", f"ard_dates{ending}", dates, by_date, False))
    return found


def errors_picture(known: Compared, sums: FleeSums, facts: Facts, path: Path) -> Path:
    """Four panels: upper row as simulated, lower row with the registered total given."""
    words = f"Relative difference between {sums.sites} and registers, of each member; 0 is perfect; {facts.span}."
    sheet = Drawing(HEAD + 2 * ROW_HEIGHT, "The error over time", words, facts)
    found = courses(known, sums)
    _legend(sheet, sums.draws, beyond=any(course.beyond.any() for course in found))
    x = days(sums.dates)
    for place, course in zip(grid(sheet, 2, 2), found, strict=True):
        panel = Panel(sheet, place, x[0], x[-1])
        _draw(panel, course)
        panel.finish(course.title, _average(known, course), 8)
    return sheet.save(path)


def _legend(sheet: Drawing, draws: int, *, beyond: bool) -> None:
    marks, remark = band_marks(draws, BLUE, sheet.facts, ("mean of the members", MIDDLE))
    sheet.legend(marks, remark)
    spread = ", and 80 % of members" if draws >= FEWEST_DRAWS else ""
    second = [
        Mark("average over all days or dates", VERMILION, dashes=AVERAGE),
        Mark(f"a report date: mean{spread}", MIDDLE, points=DOT),
    ]
    if beyond:
        second.append(Mark("a date beyond the chart", MIDDLE, points=BEYOND))
    sheet.legend(second, row=1)


def _draw(panel: Panel, course: Course) -> None:
    """The fan of a daily course, or a mark for every date, and the average."""
    if not len(course.x):
        panel.note("no figure was printed from day 30 on")
        return
    if course.daily:
        panel.fan(course.x, course.members, BLUE, centre=course.mean, middle=MIDDLE)
    else:
        _dates(panel, course)
    panel.line(np.array([panel.first, panel.last]), np.full(2, course.mean.mean()), VERMILION, 1.2, AVERAGE)


def _dates(panel: Panel, course: Course) -> None:
    """A mark for every date; those beyond the chart stand at its upper edge."""
    seen = ~course.beyond
    if len(course.members) >= FEWEST_DRAWS:
        low, high = quantiles(course.members[:, seen], (0.1, 0.9))
        panel.bars([((x, a), (x, b)) for x, a, b in zip(course.x[seen], low, high, strict=True)])
    panel.points(course.x[seen].tolist(), course.mean[seen].tolist(), DOT)
    if course.beyond.any():
        panel.points(course.x[course.beyond].tolist(), [course.top] * int(course.beyond.sum()), BEYOND)


def _average(known: Compared, course: Course) -> str:
    """The averaged figure, with its spread over members, and what lies beyond the chart."""
    score = known.card[course.score]
    if np.isnan(score.members_mean):
        return "relative difference"
    text = f"relative difference; average {score.members_mean:.3f}"
    if len(course.members) >= FEWEST_DRAWS:
        low, high = quantiles(course.members.mean(axis=1), (0.1, 0.9))
        text += f" (80 % of members {low:.3f} to {high:.3f})"
    if beyond := int(course.beyond.sum()):
        text += f"; {beyond} beyond the chart, up to {course.mean.max():.3g}"
    return text


def read_errors(known: Compared, sums: FleeSums) -> Sequence[str]:
    """What the averages are, and how to read them."""
    card = known.card
    plain, split = card["ard"].members_mean, card["ard_rescaled"].members_mean
    found = [
        f"Averaged over all {card.days} days the relative difference is {plain:.3f}. Where the total of every day is set to "
        f"that of the registers it is {split:.3f}, so that {split / 2:.0%} of all people are in another {sums.site} than "
        "registered.".replace("%", " %"),
        "How to read it: the misses of all camps, too many and too few alike, over all registered people. 0 is perfect; 0.5 "
        "means that misses come to half of those registered. The upper row is of people as simulated; in the lower row the "
        "model is told the total, and only who is where is scored.",
        "The left column is what published work on Flee gives. Most of its data are not counts but straight lines between "
        "them. The right column has printed figures alone, from day 30 on; every date weighs the same, however few "
        f"{sums.sites} reported on it.",
    ]
    if card.reports:
        at, at_split = card["ard_dates"].members_mean, card["ard_dates_rescaled"].members_mean
        found.insert(
            1,
            f"At the {card.dates} report dates from day 30 on, with {card.reports} printed figures, it is {at:.3f}, and "
            f"with the registered total {at_split:.3f}.",
        )
    if not np.isnan(naive := card["mase_rolling"].members_mean):
        found.append(rule_of_thumb(naive, sums.site))
    return found


def rule_of_thumb(ratio: float, site: str) -> str:
    """The error against that of a rule anyone can follow."""
    verdict = "The model is the better of the two." if ratio < 1 else "The rule is the better of the two."
    return (
        f"A simple rule: every {site} still has what its latest figure, 30 days old or more, said. The model's error at "
        f"printed figures is {ratio:.2f} times that of this rule. {verdict}"
    )
