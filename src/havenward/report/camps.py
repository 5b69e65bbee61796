"""The picture of camps: people against plots, one panel a camp."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import in_ten
from havenward.report.crossings import around
from havenward.report.drawing import Drawing, Mark
from havenward.report.facts import Facts
from havenward.report.overflow import CampReport
from havenward.report.panel import DASHES, HEAD, Panel, Place, day_number, days, fan_legend, grid
from havenward.report.style import GREEN, VERMILION
from havenward.report.sums import Sums
from havenward.scenario.schema import Evidence, Scenario

COLUMNS = 4
ROW_HEIGHT = 2.25
"""Inches of one row of panels."""

LEAST_SHARE = 0.02
"""The picture begins when the camps together hold this share of what they hold at their fullest."""

SHOWN = 20
"""Camps that are drawn, the fullest first; the table has them all."""


def camps_picture(sums: Sums, reports: Sequence[CampReport], scenario: Scenario, facts: Facts, path: Path) -> Path:
    """Occupancy against capacity, all camps first, then the fullest; counted occupancy drawn in."""
    fullest = {name: float(sums.stocks.of("camp", name).max(axis=1).mean()) for name in sums.camps}
    used = sorted((name for name in fullest if fullest[name] > 0), key=lambda name: -fullest[name])
    names = used[: SHOWN - 1]
    total = sums.stocks.of("stage", "in_camp")
    near = around(total.max(axis=0) > LEAST_SHARE * total.max(initial=0))
    columns = min(len(names) + 1, COLUMNS)
    rows = math.ceil((len(names) + 1) / columns)
    more = f" The {len(names)} fullest of {len(used)} sites." if len(names) < len(used) else ""
    words = f"Stock at the end of each day, persons.{more}"
    sheet = Drawing(HEAD + ROW_HEIGHT * rows, "Camps: people against plots", words, facts)
    counted = occupancy(scenario, sums)
    plots = [Mark("what the plots hold", VERMILION, dashes=DASHES)]
    fan_legend(sheet, sums.draws, GREEN, counted=bool(counted), more=plots)
    first, *places = grid(sheet, rows, columns)

    shares = {report.name: report.over.share for report in reports}
    x = days(sums.dates[near])
    all_plots = sums.capacity.sum(axis=1)[near]
    camp_panel(sheet, first, x, total[:, near], all_plots, []).finish("All sites", "persons (stock)", 5)
    for place, name in zip(places, names, strict=False):
        capacity = sums.capacity[near, sums.camps.index(name)]
        rings = [row for row in counted if row.site == name]
        panel = camp_panel(sheet, place, x, sums.stocks.of("camp", name)[:, near], capacity, rings)
        panel.finish(name, over_words(shares.get(name)), 5)
    return sheet.save(path)


def camp_panel(
    sheet: Drawing, place: Place, x: NDArray[np.float64], people: NDArray[np.float64], capacity: NDArray[np.float64],
    counted: list[Evidence],
) -> Panel:  # fmt: skip
    """People of one camp as a fan, its plots as a dashed step line, and counted figures as rings."""
    panel = Panel(sheet, place, x[0], x[-1])
    panel.fan(x, people, GREEN)
    panel.steps(x, capacity)
    if counted:
        panel.rings([day_number(row.date) for row in counted], [row.value for row in counted])
    return panel


def over_words(share: float | None) -> str:
    """In how many futures a camp holds more people than its plots are for; the unit where that cannot be said."""
    if share is None:
        return "persons (stock)"
    return f"over its plots in {in_ten(share)} futures" if share > 0 else "never over its plots"


def occupancy(scenario: Scenario, sums: Sums) -> list[Evidence]:
    """Counted occupancy of single camps in persons, within the run."""
    first, last = sums.dates[0].item(), sums.dates[-1].item()
    return [
        row
        for row in scenario.evidence
        if row.quantity == "occupancy" and row.site in sums.camps and row.unit == "individuals" and first <= row.date <= last
    ]
