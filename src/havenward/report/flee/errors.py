"""The error over time: how far the camps of a run lie from their registers, day by day and at reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

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

USUAL, ROOM = 0.9, 1.5
"""A chart of dates reaches this many times as high as that share of its dates: a date on which a register stood near nought
has an error of hundreds, and would press all others flat."""


@dataclass(frozen=True)
class Course:
    """An error over time: `x` (n,) numbers of days, `members` (draw, n), and the score that averages it."""

    title: str
    score: str
    x: Values
    members: Values
    daily: bool


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
    """Four panels on one scale of days: upper row as simulated, lower row with the registered total given."""
    words = f"Relative difference between {sums.sites} and registers, of each member; 0 is perfect; {facts.span}."
    sheet = Drawing(HEAD + 2 * ROW_HEIGHT, "The error over time", words, facts)
    marks, remark = band_marks(sums.draws, BLUE, facts, ("mean of the members", MIDDLE))
    sheet.legend(marks, remark)
    second = [Mark("average over the days or dates shown", VERMILION, dashes=AVERAGE)]
    if sums.draws >= FEWEST_DRAWS:
        second += [Mark("a report date: mean, and 80 % of members", MIDDLE, points=DOT)]
    sheet.legend(second, row=1)
    x = days(sums.dates)
    for place, course in zip(grid(sheet, 2, 2), courses(known, sums), strict=True):
        panel = Panel(sheet, place, x[0], x[-1])
        _draw(panel, course)
        panel.finish(course.title, _average(known, course), 8)
    return sheet.save(path)


def _draw(panel: Panel, course: Course) -> None:
    """The fan of a daily course, or a mark for every date, and the average."""
    if not course.members.shape[1]:
        panel.note("no figure was printed from day 30 on")
        return
    mean = course.members.mean(axis=0)
    if course.daily:
        panel.fan(course.x, course.members, BLUE, centre=mean, middle=MIDDLE)
    else:
        _dates(panel, course, mean)
    panel.line(np.array([panel.first, panel.last]), np.full(2, mean.mean()), VERMILION, 1.2, AVERAGE)


def _dates(panel: Panel, course: Course, mean: Values) -> None:
    """A mark for every date; those far above the others stand at the upper edge, with their highest in words."""
    top = max(ROOM * float(np.quantile(mean, USUAL)), float(mean.mean()))
    seen = mean <= top
    if len(course.members) >= FEWEST_DRAWS:
        low, high = quantiles(course.members[:, seen], (0.1, 0.9))
        panel.bars([((x, a), (x, b)) for x, a, b in zip(course.x[seen], low, high, strict=True)])
    panel.points(course.x[seen].tolist(), mean[seen].tolist(), DOT)
    if not seen.all():
        panel.points(course.x[~seen].tolist(), [top] * int((~seen).sum()), BEYOND)
        dates = "1 date lies" if (~seen).sum() == 1 else f"{(~seen).sum()} dates lie"
        panel.note(f"{dates} above, up to {mean.max():.3g}")


def _average(known: Compared, course: Course) -> str:
    """The averaged figure, with its spread over members."""
    score = known.card[course.score]
    if np.isnan(score.members_mean):
        return "relative difference"
    own = course.members.mean(axis=1)
    if len(own) < FEWEST_DRAWS:
        return f"relative difference; average {score.members_mean:.3f}"
    low, high = quantiles(own, (0.1, 0.9))
    return f"relative difference; average {score.members_mean:.3f} (80 % of members {low:.3f} to {high:.3f})"


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
