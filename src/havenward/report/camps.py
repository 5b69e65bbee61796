"""The picture of camps: people against plots, one panel a camp."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from havenward.guard.disclosure import in_ten
from havenward.report import style
from havenward.report.crossings import around
from havenward.report.digest import Digest
from havenward.report.facts import Facts
from havenward.report.fans import EVIDENCE, clear, evidence_handle, shortened
from havenward.report.overflow import camp_reports
from havenward.scenario.schema import Evidence, Scenario

COLUMNS = 4
LEAST_SHARE = 0.02
"""The picture begins when the camps together hold this share of what they hold at their fullest."""

SHOWN = 20
"""Camps that are drawn, the fullest first; the table has them all."""


def camps_picture(sums: Digest, scenario: Scenario, facts: Facts, path: Path) -> Path:
    """Occupancy against capacity, all camps first, then the fullest; counted occupancy drawn in."""
    people = {name: sums.stocks.of("camp", name) for name in sums.camps}
    used = sorted((name for name in people if people[name].any()), key=lambda name: -people[name].max(axis=1).mean())
    names = used[: SHOWN - 1]
    total = sums.stocks.of("stage", "in_camp")
    near = around(total.max(axis=0) > LEAST_SHARE * total.max(initial=0))
    columns = min(len(names) + 1, COLUMNS)
    rows = math.ceil((len(names) + 1) / columns)
    figure = style.new_figure(1.55 + 2.25 * rows)
    title = "Camps: people against plots"
    more = f" The {len(names)} fullest of {len(used)} sites." if len(names) < len(used) else ""
    style.frame(figure, title, f"{facts.title}. Stock at the end of each day, persons.{more}", facts)
    plots = Line2D([], [], color=style.VERMILION, linewidth=1.6, linestyle=(0, (3, 1.5)), label="what the plots hold")
    marks = [plots, evidence_handle()] if occupancy(scenario, sums) else [plots]
    style.fan_legend(figure, sums.draws, style.GREEN, marks)
    panels = [axes for row in style.grid(figure, rows, columns, top=1.55) for axes in row]

    shares = {report.name: report.over.share for report in camp_reports(sums)}
    x = style.days(sums.dates[near])
    counted = occupancy(scenario, sums)
    camp_panel(panels[0], x, total[:, near], sums.capacity.sum(axis=1)[near], "All sites", None)
    for axes, name in zip(panels[1:], names, strict=False):
        mark(axes, [row for row in counted if row.site == name])
        capacity = sums.capacity[near, sums.camps.index(name)]
        camp_panel(axes, x, people[name][:, near], capacity, name, shares.get(name))
    clear(panels[len(names) + 1 :])
    return style.save(figure, path, title, facts)


def camp_panel(axes: Axes, x: np.ndarray, people: np.ndarray, capacity: np.ndarray, name: str, over: float | None) -> None:
    """People of one camp as a fan, and its plots as a dashed step line."""
    style.fan(axes, x, people, style.GREEN)
    axes.step(x, capacity, where="post", color=style.VERMILION, linewidth=1.6, linestyle=(0, (3, 1.5)))
    words = "persons (stock)"
    if over is not None:
        words = f"over its plots in {in_ten(over)} futures" if over > 0 else "never over its plots"
    style.panel(axes, shortened(name, 30), words)
    style.date_axis(axes, x[0], x[-1], 5)


def occupancy(scenario: Scenario, sums: Digest) -> list[Evidence]:
    """Counted occupancy of single camps in persons, within the run."""
    first, last = sums.dates[0].item(), sums.dates[-1].item()
    return [
        row
        for row in scenario.evidence
        if row.quantity == "occupancy" and row.site in sums.camps and row.unit == "individuals" and first <= row.date <= last
    ]


def mark(axes: Axes, rows: list[Evidence]) -> None:
    """Counted figures as rings."""
    if rows:
        days = style.days(np.array([row.date for row in rows], dtype="datetime64[D]"))
        axes.plot(days, [row.value for row in rows], zorder=3, **EVIDENCE)
