"""The parts of the page, in their order: each draws its pictures, fills its tables and finds its words."""

from __future__ import annotations

from collections.abc import Sequence

from havenward.guard.disclosure import FEWEST_DRAWS, Interval, amount_text, count, figure_text
from havenward.guard.warnings import OPENED_CORRIDOR, caution
from havenward.report.animation import frame_days, write_animation
from havenward.report.assumptions import assumed
from havenward.report.camps import camps_picture
from havenward.report.crossings import LONG_QUEUE, crossing_reports, crossings_picture, queued
from havenward.report.evidence import Compared, Counted, counted, parted
from havenward.report.facts import day_text
from havenward.report.fan_sheet import capital
from havenward.report.fans import SERIES_SHOWN, arrivals_picture, evidence_picture, stocks_picture
from havenward.report.flow_chart import flow_chart
from havenward.report.flows import flow_picture, flow_rows
from havenward.report.map_front import front_picture
from havenward.report.map_scene import overall, scene
from havenward.report.map_sheet import Sheet, scales
from havenward.report.material import INTERVAL, ONE_DRAW, Make, Progress, made
from havenward.report.needs import moments, needs
from havenward.report.opened import danger_of, opened, opened_rows
from havenward.report.overflow import camp_reports, reached_cells
from havenward.report.page import Picture, Section, Table
from havenward.report.reasons import main_area, reasons_picture, turns
from havenward.report.siege import Material
from havenward.report.style import save_image

STILL_UNIT = 2.1
"""Pixels a unit of the still map: about 1,500 across."""

ASSUMED = ("Name", "Median", "Range", "Unit", "Label", "Meaning and source")


def all_sections(given: Material, progress: Progress) -> list[Section]:
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
        ("Drawing flows", lambda: flows(given)),
        ("Drawing reasons", lambda: reasons(given)),
        ("Counting needs", lambda: needed(given)),
        ("Listing assumptions", lambda: assumptions(given)),
    ]
    return made(parts, progress)


def corridors(given: Material) -> Section | None:
    """What must be said where corridors open, which they are, and the danger that is assumed; None where none opens."""
    ways = opened(given.scenario, given.facts.last)
    if not (ways or caution(given.scenario.header)):
        return None
    tables = []
    if ways and given.told.allows("flows"):
        rows = opened_rows(ways, given.scenario, given.told)
        head = ["From", "To", "Way", "Opens"]
        caption = "Ways that the scenario opens after its first day. That a way is listed does not say that it is safe."
        tables.append(Table(caption, head, rows, row_heads=2, folded=f"All {len(rows)} ways that open"))
    danger = [row.cells() for row in danger_of(assumed(given.record, given.scenario))]
    if danger:
        caption = (
            "What is assumed to happen to people on the way, for all ways alike: median and the range from the 5 % to the "
            "95 % quantile of what is believed. Arrivals show none of it."
        )
        tables.append(Table(caption, ASSUMED, danger, folded="The stated ranges of danger"))
    return Section("opened", "Corridors that open", texts=[OPENED_CORRIDOR], tables=tables)


def arrivals(given: Material, counts: Sequence[Counted]) -> Section:
    """Fan charts of arrivals."""
    path = arrivals_picture(given.sums, parted(counts, SERIES_SHOWN)[0], given.scenario, given.facts, given.path("arrivals"))
    known = given.sums.draws >= FEWEST_DRAWS
    figures = ", with 50, 80 and 95 % bands. The table of figures at a glance has the numbers." if known else "."
    alt = f"Charts of people arriving at the crossings a {given.sums.per} and since the start, {given.facts.span}{figures}"
    caption = (
        f"Arrivals at the crossings (flow, persons a {given.sums.per}). Rings are printed counts; each stands against what "
        "its counter would have printed under the model."
    )
    return Section("arrivals", "How many arrive, and when", pictures=[Picture(path, alt, caption)])


def places(given: Material) -> Section:
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


def stocks(given: Material, counts: Sequence[Counted]) -> Section:
    """Fan charts of stocks."""
    path = stocks_picture(given.sums, parted(counts, SERIES_SHOWN)[1], given.facts, given.path("stocks"))
    alt = f"Fan charts of where people are at the end of each day, {given.facts.span}, one panel a place in the way out."
    caption = (
        "Stock at the end of the day, persons. People killed or lost are an assumption with a range; arrivals say nothing "
        "about them."
    )
    return Section("stocks", "Where people are", pictures=[Picture(path, alt, caption)])


def compared(counts: Sequence[Counted], given: Material) -> Section:
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


def crossings(given: Material) -> Section:
    """Queues and waiting."""
    title = "Queues and waiting at the crossings"
    if (instead := given.withheld("crossings", title)) is not None:
        return instead
    if not given.sums.arrivals().any():
        return Section("crossings", title, texts=["Nobody reaches a crossing in any simulated future."])
    pictures = []
    if queued(given.sums):
        path = crossings_picture(given.sums, given.facts, given.path("crossings"))
        alt = "Fan charts of people waiting, and of the days they waited, at the crossings with the longest queues."
        caption = (
            f"Persons waiting or in screening at the end of the day (stock), and the mean days waited by those screened "
            f"that day (nought where nobody was): the most of each {given.sums.per}."
        )
        pictures.append(Picture(path, alt, caption))
    rows = [
        [
            report.name,
            figure_text(report.arrivals),
            figure_text(report.largest_queue),
            amount_text(report.longest_wait),
            amount_text(report.long_nights),
            f"{report.closed_days:.0f}",
        ]
        for report in crossing_reports(given.sums)
    ]
    head = [
        "Crossing",
        "Arrivals, persons",
        "Largest queue, persons",
        "Longest wait, days",
        f"Nights with over {LONG_QUEUE:,} waiting",
        "Days closed (mean)",
    ]
    table = Table(f"Crossings over the run: {INTERVAL.lower()}.", head, rows)
    texts = [] if rows else [ONE_DRAW]
    if not pictures:
        texts.append("At no crossing do ten people or more wait overnight.")
    return Section("crossings", title, texts=texts, pictures=pictures, tables=[table] if rows else [])


def camps(given: Material) -> Section:
    """Occupancy, overflow dates and nights over capacity."""
    title = "Camps: occupancy, plots and overflow"
    if (instead := given.withheld("camps", title)) is not None:
        return instead
    if not given.sums.stocks.of("stage", "in_camp").any():
        return Section("camps", title, texts=["Nobody lives in a camp or emergency site in any simulated future."])
    path = camps_picture(given.sums, given.scenario, given.facts, given.path("camps"))
    picture = Picture(
        path,
        "Fan charts of the people in all camps and in each camp, with a dashed line for what its plots hold.",
        "Persons at the end of the day (stock) against what the plots hold. Rings are printed counts.",
    )
    reports = camp_reports(given.sums)
    rows = [
        [
            report.name,
            f"{report.capacity:,.0f}",
            figure_text(report.peak),
            *reached_cells(report.full),
            *reached_cells(report.over),
            amount_text(report.nights_over),
        ]
        for report in reports
    ]
    head = [
        "Camp",
        "Plots on the last day, for persons",
        "Fullest, persons",
        "Full in … futures",
        "Full from",
        "Over in … futures",
        "Over from",
        "Nights over its plots",
    ]
    caption = (
        "Full: 95 % of what the plots hold. Over: more people than the plots hold. Dates are the median and the 80 % "
        "interval of the first day, among the simulated futures in which it comes to that."
    )
    tables = [Table(caption, head, rows)] if rows else []
    return Section("camps", title, texts=[] if rows else [ONE_DRAW], pictures=[picture], tables=tables)


def flows(given: Material) -> Section:
    """Who goes which way."""
    title = "From where to where"
    if (instead := given.withheld("flows", title)) is not None:
        return instead
    found = flow_picture(given.sums, given.scenario)
    if not found.out and not found.received:
        return Section("flows", title, texts=["Nobody leaves in any simulated future."])
    path = flow_chart(found, given.sums, given.facts, given.path("flows"))
    picture = Picture(
        path,
        "Flow picture in three columns: areas of origin, crossings, and camps or towns; the width of a band is the number "
        "of people. The table below has the figures.",
        "Cumulative, persons. Widths are means of the draws, so that they add up"
        + ("; the figures beside the names are 80 % intervals." if given.sums.draws >= FEWEST_DRAWS else "."),
    )
    rows = [[row.origin, row.crossing, row.place, figure_text(row.persons)] for row in flow_rows(found)]
    table = Table(
        f"People who reached a camp, an emergency site or a town, over the run: {INTERVAL.lower()}. Rows do not add up "
        "exactly, since medians do not.",
        ["From", "Through", "To", "Persons (cumulative)"],
        rows,
        row_heads=3,
        folded=f"All {len(rows)} ways",
    )
    return Section("flows", title, pictures=[picture], tables=[table] if rows else [])


def reasons(given: Material) -> Section:
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


def needed(given: Material) -> Section:
    """The needs table."""
    title = "What people need"
    found = moments(given.sums)
    if not found:
        words = ONE_DRAW if given.sums.draws < FEWEST_DRAWS else "Nobody is displaced in any simulated future."
        return Section("needs", title, texts=[words])
    head = ["Need", "Standard", *(f"{moment.title} ({day_text(moment.day)})" for moment in found)]
    rows = [["Persons", "–", *(figure_text(moment.people) for moment in found)]]
    for need in needs(found):
        name = ", ".join(part for part in (need.standard.what, need.standard.unit) if part)
        rows.append([name, need.standard.rule, *(amount_text(amount) for amount in need.amounts)])
    sources = "; ".join(dict.fromkeys(f"{need.standard.what.lower()}: {need.standard.source}" for need in needs(found)))
    caption = f"Persons times the standard: {INTERVAL.lower()}. Peaks are each draw's own; the day is their median."
    notes = [f"Standards: {sources}.", "Standards are for planning. They do not say what was, or will be, provided."]
    return Section("needs", title, tables=[Table(caption, head, rows)], notes=notes)


def assumptions(given: Material) -> Section:
    """Every parameter of the run with its range and where it comes from."""
    rows = assumed(given.record, given.scenario)
    if not rows:
        return Section("assumptions", "The assumptions", texts=["The run records none."])
    labels = [row.label for row in rows]
    text = (
        f"Of {len(rows)} parameters {labels.count('sourced')} are sourced, {labels.count('calibrated')} calibrated by hand "
        f"and {labels.count('assumed')} assumed."
    )
    table = Table(
        "Parameters: median and the range from the 5 % to the 95 % quantile of what is believed.",
        ASSUMED,
        [row.cells() for row in rows],
        folded=f"All {len(rows)} parameters",
    )
    return Section("assumptions", "The assumptions", texts=[text], tables=[table])
