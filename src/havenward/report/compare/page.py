"""The page of a comparison: what changes side by side, and sections for each edit."""

from __future__ import annotations

from functools import partial

from havenward.ensemble.named import Wanted
from havenward.guard.disclosure import change_text, figure_text, interval
from havenward.guard.warnings import OPENED_CORRIDOR
from havenward.report.compare.corridors import corridors
from havenward.report.compare.edit import edit
from havenward.report.compare.material import ComparisonMaterial
from havenward.report.compare.pair import Effect
from havenward.report.compare.places import places
from havenward.report.compare.spans import Row, spans_picture
from havenward.report.compare.words import WORTH, measure
from havenward.report.material import INTERVAL, Make, Progress, made
from havenward.report.page import Picture, Section, Table
from havenward.report.sections import assumptions, danger_tables


def all_sections(given: ComparisonMaterial, progress: Progress) -> list[Section]:
    """Every section of the page."""
    parts: list[tuple[str, Make]] = [
        ("Looking for corridors that open", lambda: opened(given)),
        ("Drawing changes", lambda: overview(given)),
    ]
    for side in given.sides:
        parts += [
            (f"Drawing {side.name.lower()}", partial(edit, given, side)),
            (f"Drawing places of {side.name.lower()}", partial(places, given, side)),
            (f"Drawing corridors of {side.name.lower()}", partial(corridors, given, side)),
        ]
    parts.append(("Listing assumptions", lambda: assumptions(given)))
    return made(parts, progress)


def opened(given: ComparisonMaterial) -> Section | None:
    """What must be said where an edit opens a corridor, and the danger that is assumed; None where none does."""
    if not any(side.caution for side in given.sides):
        return None
    return Section("opened", "Corridors that open", texts=[OPENED_CORRIDOR], tables=danger_tables(given))


def overview(given: ComparisonMaterial) -> Section:
    """Every named quantity under every edit: the change on one scale, and in one table."""
    rows: list[Row] = []
    lines: dict[Wanted, list[str]] = {}
    for side in given.sides:
        rows.append(Row(side.title))
        for named in given.named(side):
            rows.append(Row(named.title, named.pair, f"persons, {measure(named)}"))
            line = lines.setdefault(named.wanted, [named.title, measure(named), figure_text(interval(named.pair.base))])
            effect = Effect.of(named.pair)
            line += ["–"] * (2 + side.number - len(line)) + [f"{change_text(effect.change)}; {effect.chance}"]
    for line in lines.values():
        line += ["–"] * (3 + len(given.sides) - len(line))
    path = spans_picture(
        rows,
        "What the edits change",
        "The figure with the edit less the figure as it is, in each simulated future.",
        given.facts,
        given.path("changes"),
    )
    picture = Picture(
        path,
        "Intervals of the change of each named quantity on one scale of persons, with a line at no change. "
        "The table below has the figures.",
        f"Change, persons: medians and intervals of {given.sums.draws:,} pairs, {given.facts.interval}.",
    )
    table = Table(
        f"Named quantities, persons: {INTERVAL.lower()}, and in how many simulated futures the figure falls or rises.",
        ["Quantity", "Measure", "As it is", *(f"Change with {side.name.lower()}" for side in given.sides)],
        list(lines.values()),
        row_heads=2,
    )
    return Section("changes", "What changes", pictures=[picture], tables=[table], notes=[WORTH])
