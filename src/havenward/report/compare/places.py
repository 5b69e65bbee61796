"""Crossings, camps and towns that an edit reaches: charts of the largest changes, and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from havenward.report.compare.material import ComparisonMaterial, Side
from havenward.report.compare.multiples import multiples_picture
from havenward.report.compare.pair import HEAD
from havenward.report.compare.sites import Reached, reached
from havenward.report.material import INTERVAL
from havenward.report.overflow import camp_reports, reached_cells
from havenward.report.page import Picture, Section, Table

SITES_SHOWN = 9
"""Figures of places that are drawn, the largest change first; the table has them all."""

FEW_ROWS = 12
"""A longer table of places is folded."""


def places(given: ComparisonMaterial, side: Side) -> Section:
    """Crossings, camps and towns that the edit reaches."""
    anchor, title = f"edit-{side.number}-places", f"{side.name}: crossings, camps and towns"
    texts = [told for name, told in side.told.withheld.items() if name in ("crossings", "camps", "flows")]
    found = reached(given, side)
    if not found:
        texts.append("At no place that may be told does it change a figure by ten people or more.")
        return Section(anchor, title, texts=texts)
    shown = [one.figure.course for one in found[:SITES_SHOWN]]
    more = f" The {len(shown)} largest changes of {len(found)}." if len(shown) < len(found) else ""
    path = multiples_picture(
        given, side, shown, "crossings, camps and towns", more, given.path(f"edit-{side.number}-places")
    )
    picture = Picture(
        path,
        f"Charts of {'; '.join(course.title for course in shown)}: above as it is and with the edit, below the change.",
        f"Persons; the largest changes first, each chart on its own scale.{more}",
    )
    return Section(anchor, title, texts=texts, pictures=[picture], tables=[places_table(found), *overflow(given, side)])


def places_table(found: Sequence[Reached]) -> Table:
    """What the edit does to each place."""
    rows = [[one.figure.course.title, one.figure.told, *one.effect.cells()] for one in found]
    return Table(
        f"Figures of places that change by ten people or more on some day, persons: {INTERVAL.lower()}.",
        ["Place and figure", "When", *HEAD],
        rows,
        row_heads=2,
        folded=f"All {len(rows)} figures that change" if len(rows) > FEW_ROWS else "",
    )


def overflow(given: ComparisonMaterial, side: Side) -> Iterator[Table]:
    """How often camps hold more people than their plots, on both sides; nothing where that is the same."""
    if not side.told.allows("camps"):
        return
    base, edited = ({report.name: report for report in camp_reports(sums)} for sums in (given.sums, side.sums))
    rows = [
        [
            name,
            *(f"{sides[name].capacity:,.0f}" if name in sides else "–" for sides in (base, edited)),
            *(
                cell
                for sides in (base, edited)
                for cell in (reached_cells(sides[name].over) if name in sides else ("–", "–"))
            ),
        ]
        for name in dict.fromkeys([*base, *edited])
        if name not in base
        or name not in edited
        or (base[name].over, base[name].capacity) != (edited[name].over, edited[name].capacity)
    ]
    if rows:
        yield Table(
            "Camps that hold more people than their plots: in how many simulated futures, and the first day on which they "
            "do (median and 80 % interval), among the futures in which it comes to that.",
            [
                "Camp",
                "Plots for persons, as it is",
                "With the edit",
                "Over, as it is, in … futures",
                "From",
                "Over, with the edit",
                "From",
            ],
            rows,
        )
