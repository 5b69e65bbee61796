"""The three parts of what an opened corridor does, as far as they may be told."""

from __future__ import annotations

from havenward.guard.disclosure import change_text
from havenward.guard.warnings import OPENED_CORRIDOR
from havenward.report.compare.material import ComparisonMaterial, Side
from havenward.report.compare.pair import Effect
from havenward.report.compare.spans import Row, spans_picture
from havenward.report.material import INTERVAL
from havenward.report.opened import USES
from havenward.report.page import Picture, Section, Table
from havenward.scenario.edits.ways import OpenCorridor

PARTS = {
    "induction": ("Induction", "people who set out, from anywhere"),
    "diversion": ("Diversion", "set out this way who would have set out another"),
    "danger": ("Danger", "captured or died on the way, whichever way they went"),
}
"""The parts of a corridor's effect: name and meaning."""


def corridors(given: ComparisonMaterial, side: Side) -> Section | None:
    """The parts of what each opened corridor does; None where the edit opens none."""
    if not side.corridors:
        return None
    anchor, title = f"edit-{side.number}-corridor", f"{side.name}: what the corridor does"
    if not side.told.allows("flows"):
        return Section(anchor, title, texts=[OPENED_CORRIDOR, side.told.withheld["flows"]])
    texts, rows, lines = [OPENED_CORRIDOR, *side.notes], [], []
    for corridor, names in side.corridors:
        way = way_words(given, side, corridor)
        rows.append(Row(way))
        for name, pair in given.parts(side, corridor, names).items():
            part, meaning = PARTS[name]
            effect = Effect.of(pair)
            rows.append(Row(part, pair, meaning))
            lines.append([way, part, meaning, change_text(effect.change), effect.chance])
        if not side.told.full:
            texts.append("Diversion is not told: it would say how many go one way, which may not be told.")
        if "danger" in names:
            texts.append("Danger rests on assumptions that are the same for all ways; it says nothing about this one.")
    path = spans_picture(
        rows,
        title,
        "Flows over the run, with the edit less as it is.",
        given.facts,
        given.path(f"edit-{side.number}-corridor"),
    )
    picture = Picture(
        path,
        "Intervals of the parts of the corridor's effect on one scale of persons, with a line at no change. "
        "The table has the figures.",
        f"Change, persons over the run: medians and intervals of {given.sums.draws:,} pairs, {given.facts.interval}.",
    )
    head = ["Corridor", "Part", "What it is", "Change, persons", "How often"]
    table = Table(f"The parts of the corridor's effect: {INTERVAL.lower()}.", head, lines, row_heads=2)
    return Section(anchor, title, texts=list(dict.fromkeys(texts)), pictures=[picture], tables=[table])


def way_words(given: ComparisonMaterial, side: Side, corridor: OpenCorridor) -> str:
    """A corridor under the names that may be told."""
    crossing = side.told.crossings[corridor.crossing]
    if side.told.full:
        return f"{corridor.from_place} to {crossing}, {USES[corridor.use]}"
    area = {place.name: place.area or place.name for place in given.scenario.locations}
    return f"{area[corridor.from_place]} to {crossing}"
