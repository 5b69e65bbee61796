"""What an edit is, and how the totals go with it."""

from __future__ import annotations

from collections.abc import Sequence

from havenward.report.compare.material import ComparisonMaterial, Side
from havenward.report.compare.multiples import Course, multiples_picture
from havenward.report.compare.pair import HEAD, Effect
from havenward.report.compare.words import measure
from havenward.report.material import INTERVAL
from havenward.report.page import Picture, Section, Table
from havenward.report.sums import DISPLACED_STAGES, QUEUE_STAGES, Sums


def edit(given: ComparisonMaterial, side: Side) -> Section:
    """What an edit is, and how the totals go with it."""
    shown = [course for course in totals(given.sums) if given.pair(side, course.read).anybody]
    path = multiples_picture(given, side, shown, "where people are", "", given.path(f"edit-{side.number}"))
    picture = Picture(
        path,
        f"Charts of {', '.join(course.title.lower() for course in shown)}: above as it is and with the edit, below on the "
        "same days the change with its bands. The table below has the figures.",
        "Persons. Above: medians and 80 % intervals as it is (grey band) and with the edit (lines). Below: the change in "
        f"each future, with bands of {given.sums.draws:,} pairs, {given.facts.interval}.",
    )
    rows = [[named.title, measure(named), *Effect.of(named.pair).cells()] for named in given.named(side)]
    table = Table(f"{side.name}, persons: {INTERVAL.lower()}.", ["Quantity", "Measure", *HEAD], rows, row_heads=2)
    texts = [f"What is changed: {'; '.join(side.lines)}.", *filter(None, [side.caution])]
    return Section(f"edit-{side.number}", side.title, texts=texts, pictures=[picture], tables=[table])


def totals(base: Sums) -> list[Course]:
    """What is drawn of all places together."""

    def standing(title: str, stages: Sequence[str]) -> Course:
        dates, _ = base.standing(stages)
        daily = len(dates) == len(base.dates)
        unit = "persons (stock)" if daily else "persons (stock), ends of months"
        return Course(title, unit, dates, lambda sums: sums.standing(stages)[1], daily)

    return [
        Course(
            f"Arrivals a {base.per}",
            f"persons a {base.per} (flow)",
            base.middles,
            lambda sums: sums.by_period(sums.arrivals()),
        ),
        standing("Waiting at the crossings", QUEUE_STAGES),
        standing("Out of their homes", DISPLACED_STAGES),
        standing("In camps, emergency sites", ("in_camp",)),
        standing("With host communities", ("in_host",)),
        standing("Returned", ("returned",)),
    ]
