"""The table of camps: people, interval, room, and when it first ran out."""

from __future__ import annotations

from collections.abc import Sequence

from havenward.guard.disclosure import count, figure_text
from havenward.report.flee.occupancy import CampLine, percent_text
from havenward.report.material import INTERVAL
from havenward.report.overflow import reached_cells
from havenward.report.page import Table

NO_LIMIT = "no limit"


def camp_table(lines: Sequence[CampLine], day: str, site: str) -> Table:
    """Every camp on the last day."""
    ruled = any(line.full is not None and line.full != line.room for line in lines)
    head = [
        site.capitalize(),
        "People on the last day",
        "Registered that day (straight line)",
        "Capacity in the folder",
        *(["Full under the rules"] if ruled else []),
        "Share of capacity",
        "Over capacity in … futures",
        "Over capacity from",
    ]
    caption = (
        f"{site.capitalize()}s on {day}: {INTERVAL.lower()}; stock, persons. Over capacity: more people than the folder has "
        "room for. Dates are the median and the 80 % interval of the first such day, among the futures in which it comes to "
        "that."
    )
    return Table(caption, head, [_row(line, ruled=ruled) for line in lines])


def _row(line: CampLine, *, ruled: bool) -> list[str]:
    return [
        line.name,
        figure_text(line.people),
        "–" if line.registered is None else count(line.registered),
        _limit(line.room),
        *([_limit(line.full)] if ruled else []),
        "–" if line.share is None else percent_text(line.share, line.people),
        *(("–", "–") if line.over is None else reached_cells(line.over)),
    ]


def _limit(persons: float | None) -> str:
    return NO_LIMIT if persons is None else f"{persons:,.0f}"
