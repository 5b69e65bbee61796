"""Parts of the page of any siege, a run or an ensemble: each draws its pictures, fills its tables and finds its words."""

from __future__ import annotations

from collections.abc import Sequence

from havenward.guard.disclosure import FEWEST_DRAWS, amount_text, figure_text
from havenward.guard.warnings import OPENED_CORRIDOR, caution
from havenward.report.assumptions import assumed
from havenward.report.camps import camps_picture
from havenward.report.crossings import (
    LONG_QUEUE,
    CrossingReport,
    crossing_reports,
    crossings_picture,
    crossings_title,
    queued,
)
from havenward.report.digest import Links
from havenward.report.evidence import Counted, parted
from havenward.report.facts import day_text
from havenward.report.fans import SERIES_SHOWN, arrivals_picture, stocks_picture
from havenward.report.flow_chart import flow_chart
from havenward.report.flows import flow_picture, flow_rows
from havenward.report.material import INTERVAL, ONE_DRAW
from havenward.report.needs import moments, needs
from havenward.report.opened import danger_of, opened, opened_rows
from havenward.report.overflow import camp_reports, reached_cells
from havenward.report.page import Picture, Section, Table
from havenward.report.siege import Material

ASSUMED = ("Name", "Median", "Range", "Unit", "Label", "Meaning and source")


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
    return Section("opened", "Corridors that open", texts=[OPENED_CORRIDOR], tables=[*tables, *danger_tables(given)])


def danger_tables(given: Material) -> list[Table]:
    """The stated ranges of danger, as a table; none where the run records none."""
    danger = [row.cells() for row in danger_of(assumed(given.record, given.scenario))]
    if not danger:
        return []
    caption = (
        "What is assumed to happen to people on the way, for all ways alike: median and the range from the 5 % to the "
        "95 % quantile of what is believed. Arrivals show none of it."
    )
    return [Table(caption, ASSUMED, danger, folded="The stated ranges of danger")]


def arrivals(given: Material, counts: Sequence[Counted]) -> Section:
    """Fan charts of arrivals."""
    path = arrivals_picture(given.sums, parted(counts, SERIES_SHOWN)[0], given.scenario, given.facts, given.path("arrivals"))
    known = given.sums.draws >= FEWEST_DRAWS
    figures = ", with 50, 80 and 95 % bands. The table of figures at a glance has the numbers." if known else "."
    alt = f"Charts of people arriving at the crossings a {given.sums.per} and since the start, {given.facts.span}{figures}"
    caption = f"Arrivals at the crossings (flow, persons a {given.sums.per})." + (
        " Rings are printed counts; each stands against what its counter would have printed under the model."
        if counts
        else ""
    )
    return Section("arrivals", "How many arrive, and when", pictures=[Picture(path, alt, caption)])


def stocks(given: Material, counts: Sequence[Counted]) -> Section:
    """Fan charts of stocks."""
    path = stocks_picture(given.sums, parted(counts, SERIES_SHOWN)[1], given.facts, given.path("stocks"))
    alt = f"Fan charts of where people are at the end of each day, {given.facts.span}, one panel a place in the way out."
    caption = (
        "Stock at the end of the day, persons. People killed or lost are an assumption with a range; arrivals say nothing "
        "about them."
    )
    return Section("stocks", "Where people are", pictures=[Picture(path, alt, caption)])


def crossings(given: Material) -> Section:
    """Queues and waiting."""
    title = crossings_title(given.sums)
    if (instead := given.withheld("crossings", title)) is not None:
        return instead
    if not given.sums.arrivals().any():
        return Section("crossings", title, texts=["Nobody reaches a crossing in any simulated future."])
    pictures = []
    if waiting := queued(given.sums):
        path = crossings_picture(given.sums, waiting, given.facts, given.path("crossings"))
        alt, caption = "Fan charts of people waiting", "Persons waiting or in screening at the end of the day (stock)"
        if given.sums.wait is not None:
            alt += ", and of the days they waited,"
            caption += ", and the mean days waited by those screened that day (nought where nobody was)"
        alt += " at the crossings with the longest queues."
        caption += f": the most of each {given.sums.per}."
        pictures.append(Picture(path, alt, caption))
    reports = crossing_reports(given.sums)
    texts = [] if reports else [ONE_DRAW]
    if not pictures:
        texts.append("At no crossing do ten people or more wait overnight.")
    return Section("crossings", title, texts=texts, pictures=pictures, tables=[crossing_table(reports)] if reports else [])


def crossing_table(reports: Sequence[CrossingReport]) -> Table:
    """Crossings over the run; columns of what is not kept are left out."""
    columns: list[tuple[str, list[str | None]]] = [
        ("Crossing", [report.name for report in reports]),
        ("Arrivals, persons", [figure_text(report.arrivals) for report in reports]),
        ("Largest queue, persons", [figure_text(report.largest_queue) for report in reports]),
        (
            "Longest wait, days",
            [None if report.longest_wait is None else amount_text(report.longest_wait) for report in reports],
        ),
        (f"Nights with over {LONG_QUEUE:,} waiting", [amount_text(report.long_nights) for report in reports]),
        ("Days closed (mean)", [None if report.closed_days is None else f"{report.closed_days:.0f}" for report in reports]),
    ]
    told = [(head, [cell for cell in cells if cell is not None]) for head, cells in columns if None not in cells]
    rows = list(zip(*(cells for _, cells in told), strict=True))
    return Table(f"Crossings over the run: {INTERVAL.lower()}.", [head for head, _ in told], rows)


def camps(given: Material) -> Section:
    """Occupancy, overflow dates and nights over capacity."""
    title = "Camps: occupancy, plots and overflow"
    if (instead := given.withheld("camps", title)) is not None:
        return instead
    if not given.sums.stocks.of("stage", "in_camp").any():
        return Section("camps", title, texts=["Nobody lives in a camp or emergency site in any simulated future."])
    reports = camp_reports(given.sums)
    path = camps_picture(given.sums, reports, given.scenario, given.facts, given.path("camps"))
    picture = Picture(
        path,
        "Fan charts of the people in all camps and in each camp, with a dashed line for what its plots hold.",
        "Persons at the end of the day (stock) against what the plots hold. Rings, where there are any, are printed counts.",
    )
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


def flows(given: Material, links: Links) -> Section:
    """Who goes which way; without the areas of origin where links do not tell them."""
    title = "From where to where"
    if (instead := given.withheld("flows", title)) is not None:
        return instead
    found = flow_picture(links, given.scenario)
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
    told = flow_rows(found)
    origins = any(row.origin for row in told)
    rows = [[row.origin, row.crossing, row.place, figure_text(row.persons)][not origins :] for row in told]
    table = Table(
        f"People who reached a camp, an emergency site or a town, over the run: {INTERVAL.lower()}. Rows do not add up "
        "exactly, since medians do not.",
        ["From", "Through", "To", "Persons (cumulative)"][not origins :],
        rows,
        row_heads=2 + origins,
        folded=f"All {len(rows)} ways",
    )
    return Section("flows", title, pictures=[picture], tables=[table] if rows else [])


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
