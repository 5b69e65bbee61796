"""The page of a run of a siege: what only a run keeps, and the order of all parts."""

from __future__ import annotations

from collections.abc import Sequence

from havenward.guard.disclosure import FEWEST_DRAWS, Interval, count, figure_text
from havenward.report.animation import frame_days, write_animation
from havenward.report.evidence import Compared, Counted, counted, parted
from havenward.report.facts import day_text
from havenward.report.fan_sheet import capital
from havenward.report.fans import SERIES_SHOWN, evidence_picture
from havenward.report.map_front import front_picture
from havenward.report.map_scene import overall, scene
from havenward.report.map_sheet import Sheet, scales
from havenward.report.material import INTERVAL, ONE_DRAW, Make, Progress, made
from havenward.report.page import Picture, Section, Table
from havenward.report.reasons import main_area, reasons_picture, turns
from havenward.report.sections import arrivals, assumptions, camps, corridors, crossings, flows, needed, stocks
from havenward.report.siege import RunMaterial
from havenward.report.style import save_image

STILL_UNIT = 2.1
"""Pixels a unit of the still map: about 1,500 across."""


def all_sections(given: RunMaterial, progress: Progress) -> list[Section]:
    """Every section of the page."""
    counts = counted(given.scenario, given.sums, given.told)
    parts: list[tuple[str, Make]] = [
        ("Looking for corridors that open", lambda: corridors(given)),
        ("Drawing arrivals", lambda: arrivals(given, counts)),
        ("Drawing the map", lambda: places(given)),
        ("Drawing stocks", lambda: stocks(given, counts)),
        ("Comparing with what was counted", lambda: compared(counts, given)),
        ("Drawing crossings", lambda: crossings(given)),
        ("Drawing camps", lambda: camps(given)),
        ("Drawing flows", lambda: flows(given, given.sums.links)),
        ("Drawing reasons", lambda: reasons(given)),
        ("Counting needs", lambda: needed(given)),
        ("Listing assumptions", lambda: assumptions(given)),
    ]
    return made(parts, progress)


def places(given: RunMaterial) -> Section:
    """The still map, the front by date, and the moving map."""
    title = "Where: the map"
    if (instead := given.withheld("map", title)) is not None:
        return instead
    sums, facts = given.sums, given.facts
    still = scene(sums, given.scenario, given.told)
    in_camps = sums.stocks.of("stage", "in_camp")
    day = int((in_camps if in_camps.any() else sums.displaced()).mean(axis=0).argmax())
    sheet = Sheet(sums, still, facts, scales(sums, still, moving=False), STILL_UNIT, moving=False)
    overview = save_image(sheet.paint(overall(still, sums, day), day), given.path("map"), "map", facts)
    front = front_picture(sums, still, facts, given.path("front"))
    moving = write_animation(sums, still, facts, given.path("map", "gif"))
    frames = len(frame_days(sums))
    on = day_text(sums.dates[day])
    ways = "Arrows, for the whole run, are means of the draws; ways are schematic." if still.arrows else "No ways are drawn."
    pictures = [
        Picture(
            overview,
            f"Map of homes, camps and towns on {on}. {ways} The tables of crossings, camps and flows have the figures.",
            f"Camps and front on {on}, when camps are fullest. Circles are medians. {ways}",
        ),
        Picture(
            front,
            "Small maps of the homes on a few days, each home coloured by whether it lies behind the line, in contact "
            "with the front or beyond the line.",
            "The front line on the days on which it differs most. Mean of the draws.",
        ),
    ]
    shown = Picture(
        moving,
        f"Moving map of the whole run in {frames} steps. The still maps above and the charts below show the same figures.",
        f"One picture a {sums.per}, {facts.span}. The line below the map shows the day.",
        summary=f"Play the map of the whole run ({frames} steps; close to stop)",
    )
    notes = ["Base map: " + "; ".join(sheet.overview.ground.credits) + "."]
    return Section("map", title, pictures=pictures, moving=shown, notes=notes)


def compared(counts: Sequence[Counted], given: RunMaterial) -> Section:
    """Printed counts against the model's intervals, with the share that lies inside."""
    anchor, title = "evidence", "How this compares with what was counted"
    rows = [(count, figure) for count in counts for figure in count.figures]
    if not rows:
        return Section(anchor, title, texts=["No counted figure falls into the days of this run."])
    if given.sums.draws < FEWEST_DRAWS:
        return Section(anchor, title, texts=[ONE_DRAW])
    known = [figure for _, figure in rows if figure.model is not None]
    inside = sum(bool(figure.inside) for figure in known)
    text = (
        f"{inside} of {len(known)} printed figures, with their printed ranges, meet the model's 80 % interval for the same "
        "counter and days. Where the intervals are right, about 8 of 10 would."
    )
    if given.facts.by_hand:
        text += f" {given.facts.by_hand} Figures that the calibration has seen are no test of it."
    table = Table(
        "What was printed, and what the same counter would have printed under the model.",
        ["Series", "Counter", "What", "Measure", "Unit", "Day", "Printed", f"Model: {INTERVAL.lower()}", "Inside"],
        [comparison_row(count, figure) for count, figure in rows],
        folded=f"All {len(rows)} printed figures",
    )
    rest = parted(counts, SERIES_SHOWN)[2]
    pictures = []
    if rest:
        path = evidence_picture(given.sums, rest, given.facts, given.path("evidence"))
        alt = "Fan charts of what further counters would print under the model, with rings for what they printed."
        pictures.append(Picture(path, alt, "Rings and bars are printed figures; fans are the same counter under the model."))
    return Section(anchor, title, texts=[text], pictures=pictures, tables=[table])


def comparison_row(series: Counted, figure: Compared) -> list[str]:
    """One printed figure as a row."""
    row, model = figure.row, figure.model
    share = row.quantity == "camp_share"
    printed = f"{row.value:.2f}" if share else count(row.value)
    if row.low is not None and row.high is not None:
        low, high = (f"{value:.2f}" if share else count(value) for value in (row.low, row.high))
        printed += f" ({low} to {high})"
    said = "" if model is None else share_text(model) if share else figure_text(model)
    day = day_text(row.date) if figure.days == 1 else f"{day_text(figure.first)} to {day_text(row.date)}"
    inside = {True: "yes", False: "no", None: "not known"}[figure.inside]
    return [series.series, row.observer, series.what, series.measure, series.unit, day, printed, said, inside]


def share_text(figure: Interval) -> str:
    """A share with its interval, to two decimals."""
    return f"{figure.middle:.2f} ({figure.low:.2f} to {figure.high:.2f})"


def reasons(given: RunMaterial) -> Section:
    """Front, fear, supply and queue beside the arrivals."""
    area = main_area(given.sums)
    path = reasons_picture(given.sums, area, given.facts, given.path("reasons"))
    picture = Picture(
        path,
        f"Charts on one axis of dates for {area}: arrivals, homes in contact with the front, believed risk, "
        "deprivation, food price, and people waiting at crossings.",
        "Dotted lines mark the turns told above. In the model arrivals follow from these; what moves in the same week need "
        "not be the cause.",
    )
    sentences = [turn.sentence(given.sums.per) for turn in turns(given.sums, area)]
    text = (
        f"{capital(area)} is the area that most arrivals come from. The largest turns in its arrivals, and what moved with "
        "them:"
    )
    return Section("reasons", "Why figures moved", texts=[text, *sentences] if sentences else [], pictures=[picture])
