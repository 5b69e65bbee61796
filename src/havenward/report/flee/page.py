"""The parts of a Flee run's page, in their order: each draws its picture, fills its tables and finds its words."""

from __future__ import annotations

from havenward.guard.disclosure import FEWEST_DRAWS
from havenward.report.facts import day_text
from havenward.report.flee.camp_table import camp_table
from havenward.report.flee.camps import camps_picture
from havenward.report.flee.errors import errors_picture, read_errors
from havenward.report.flee.map import map_picture
from havenward.report.flee.material import FleeMaterial
from havenward.report.flee.occupancy import camp_lines
from havenward.report.flee.places import places_table
from havenward.report.flee.scene import flee_scene
from havenward.report.flee.scores import score_table
from havenward.report.flee.sentences import inside
from havenward.report.flee.settings import files_table, settings_table
from havenward.report.material import ONE_DRAW, Make, Progress, made
from havenward.report.page import Picture, Section

NO_REGISTERS = "No camp of the folder has a series in source_data, so there is nothing to compare the run with."


def all_sections(given: FleeMaterial, progress: Progress) -> list[Section]:
    """Every section of the page."""
    parts: list[tuple[str, Make]] = [
        ("Drawing camps", lambda: camps(given)),
        ("Comparing with registers", lambda: errors(given)),
        ("Drawing the map", lambda: where(given)),
        ("Scoring", lambda: scores(given)),
        ("Listing settings", lambda: settings(given)),
    ]
    return made(parts, progress)


def camps(given: FleeMaterial) -> Section:
    """Every camp beside its register, and the table of the last day."""
    sums, facts = given.sums, given.facts
    path = camps_picture(sums, facts, given.path("camps"))
    named = given.told.allows("camps")
    title = f"{sums.sites.capitalize()}: simulated people" + (" and registered people" if sums.compared is not None else "")
    bands = "with 50, 80 and 95 % bands over members" if sums.draws >= FEWEST_DRAWS else "of one simulated future"
    registers = ", beside their registers" if sums.compared is not None else ""
    picture = Picture(
        path,
        f"Fan charts of the people in all {sums.sites} and in each of {len(sums.camps)}, {bands}{registers}, {facts.span}. "
        "The table below has the figures of the last day.",
        f"Stock at the end of the day, {sums.unit}, {facts.span}. {_read(given)}",
    )
    lines = camp_lines(sums)
    texts = [ONE_DRAW] if sums.draws < FEWEST_DRAWS else []
    if not named:
        texts.append(given.told.withheld["camps"])
    elif sums.compared is None:
        texts.append(NO_REGISTERS)
    elif lines:
        text = inside(sums)
        texts.append(f"{text[:1].upper()}{text[1:]}.")
    tables = [camp_table(lines, day_text(sums.dates[-1]), sums.site)] if lines else []
    return Section("camps", title, texts=texts, pictures=[picture], tables=tables)


def _read(given: FleeMaterial) -> str:
    """How the marks of the camps' picture are to be read."""
    known = given.sums.compared
    words = []
    if known is not None:
        words.append("Rings are registered figures on the dates of their reports; thin lines join them and are no counts.")
        if any(len(series.files) > 1 for series in given.scenario.source.series if series.name in known.camps):
            words.append("Where a register is the sum of several files, rings stand on the dates that all of them have.")
        if known.rewritten.any():
            words.append(
                "Where the folder corrects a register, rings are scaled by that correction, and crosses are the figures as "
                "they stood in print."
            )
    if given.sums.draws >= FEWEST_DRAWS:
        words.append(
            "With fewer than 39 members the outermost band is the whole range of the members; where no band is seen, "
            "members differ by less than the line is wide."
        )
    return " ".join(words)


def errors(given: FleeMaterial) -> Section:
    """The error over time, with its averages."""
    title = "How far from the registers: the error over time"
    if (instead := given.withheld("errors", title)) is not None:
        return instead
    known, sums = given.sums.compared, given.sums
    if known is None:
        return Section("errors", title, texts=[NO_REGISTERS])
    path = errors_picture(known, sums, given.facts, given.path("errors"))
    picture = Picture(
        path,
        "Four charts of the relative difference between simulated and registered people: every day and at report dates, as "
        "simulated and with the registered total given. The sentences above and the table of scores have the averages.",
        f"Relative difference: no unit, 0 is perfect. {given.facts.span}.",
    )
    return Section("errors", title, texts=read_errors(known, sums), pictures=[picture])


def where(given: FleeMaterial) -> Section:
    """The map, and the same places as a table."""
    title = "Where: the map"
    if (instead := given.withheld("map", title)) is not None:
        return instead
    sums, full = given.sums, given.told.full
    still = flee_scene(sums, given.scenario, given.level, full=full)
    path, credits_ = map_picture(still, sums, given.facts, given.path("map"))
    day = day_text(sums.dates[-1])
    routes = "Routes are schematic: straight lines between the places that a route joins." if full else "No ways are drawn."
    named = " Names without room are left out; the table of places has all." if full else ""
    picture = Picture(
        path,
        f"Map of {sums.sites} and other places on {day}. {routes} The table of {sums.sites} has their figures.",
        f"{sums.sites.capitalize()} on {day}, the last day; discs are medians, persons (stock). {routes}{named}",
    )
    tables = [places_table(given.scenario, still, day)] if full else []
    notes = ["Base map: " + "; ".join(credits_) + "."] if credits_ else []
    return Section("map", title, pictures=[picture], tables=tables, notes=notes)


def scores(given: FleeMaterial) -> Section | None:
    """Every score; None where the section on errors has said that there is none."""
    if given.sums.compared is None:
        return None
    return Section("scores", "All scores", tables=[score_table(given.sums.compared.card, given.sums.sites)])


def settings(given: FleeMaterial) -> Section:
    """The settings and the files of the folder."""
    text = (
        "How the run was made stands at the end of the page. A folder gives settings without ranges, so that "
        "all members have the same."
    )
    # files are named for places
    files = files_table(given.record) if given.told.full else None
    tables = [settings_table(given.scenario), files]
    return Section("settings", "The settings", texts=[text], tables=[table for table in tables if table is not None])
