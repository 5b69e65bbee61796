"""Checks of stocks.csv: figures from which a run may start."""

from __future__ import annotations

import datetime as dt

from havenward.scenario.check_places import SITES_OF_STAGES
from havenward.scenario.draft import Draft
from havenward.scenario.problems import Problems
from havenward.scenario.requirements import Requirements
from havenward.scenario.schema import Stock

AT_CROSSINGS = ("waiting", "held", "in_transit")


def check_stocks(draft: Draft, problems: Problems) -> None:
    """Every check that needs no model."""
    for line, row in draft.stocks:
        check_count(draft.stocks.file, line, row, problems)
        check_where(draft, line, row, problems)
        check_when(draft, line, row, problems)
    check_unstated(draft, problems)


def check_count(file: str, line: int, row: Stock, problems: Problems) -> None:
    """Persons or households: one of the two, as one follows from the other by the classes."""
    if row.persons is None and row.households is None:
        wrong = "the row says neither persons nor households"
        problems.error(file, line, "persons", "", wrong, "Write persons, or households where persons are not known")
    elif row.persons is not None and row.households is not None:
        wrong = "the row says persons and households, and the classes would have to fit both"
        problems.error(file, line, "households", row.households, wrong, "Leave households empty")


def check_where(draft: Draft, line: int, row: Stock, problems: Problems) -> None:
    """Site and area are there where a stage needs them, and a way leads from the area to the crossing."""
    file, needs_site = draft.stocks.file, bool(SITES_OF_STAGES[row.stage])
    if needs_site and not row.site:
        mend = "Write one of kind " + " or ".join(SITES_OF_STAGES[row.stage])
        problems.error(file, line, "site", "", f"people of stage '{row.stage}' stand at a place", mend)
    elif not needs_site and row.site:
        problems.error(file, line, "site", row.site, f"stage '{row.stage}' has no site", "Empty the cell")
    area_of = {place.name: place.area for place in draft.locations.rows if place.kind == "home"}
    if row.stage == "at_home":
        if row.area and row.area != area_of.get(row.site, row.area):
            wrong = f"the home lies in '{area_of[row.site]}'"
            problems.error(file, line, "area", row.area, wrong, "Empty the cell, or write that area")
    elif not row.area:
        wrong = "the row does not say where these people come from"
        problems.error(file, line, "area", "", wrong, "Write an area of the scenario")
    elif row.stage in AT_CROSSINGS and row.site and draft.corridors.whole and draft.locations.whole:
        ways = {(area_of.get(way.from_place), way.crossing) for way in draft.corridors.rows}
        if (row.area, row.site) not in ways:
            wrong = f"no corridor leads from '{row.area}' to '{row.site}', so nobody can have come"
            problems.error(file, line, "site", row.site, wrong, "Write another crossing, or add the corridor")


def check_when(draft: Draft, line: int, row: Stock, problems: Problems) -> None:
    """A run can start on the day after."""
    header = draft.heading.header
    if header is not None and not header.start <= row.date + dt.timedelta(days=1) <= header.end:
        wrong = f"no run can start on the day after: the scenario runs from {header.start} to {header.end}"
        problems.warning(draft.stocks.file, line, "date", row.date, wrong, "Check the year, or delete the row")


def check_unstated(draft: Draft, problems: Problems) -> None:
    """Homes that the stocks of a date leave out start empty, which may not be meant."""
    if not (draft.stocks.whole and draft.locations.whole):
        return
    lived_in = [place for place in draft.locations.rows if place.kind == "home" and place.population]
    for date in dict.fromkeys(row.date for row in draft.stocks.rows):
        line, _ = next((line, row) for line, row in draft.stocks if row.date == date)
        stated = {row.site for row in draft.stocks.rows if row.date == date and row.stage == "at_home"}
        for area in dict.fromkeys(place.area for place in lived_in):
            left_out = [place.name for place in lived_in if place.area == area and place.name not in stated]
            if left_out:
                wrong = (
                    f"the stocks of {date} say nothing of {', '.join(left_out)}: a run from them starts with nobody there"
                )
                mend = "Add a row of stage at_home for each, with 0 where nobody is left"
                problems.warning(draft.stocks.file, line, "area", area, wrong, mend)


def check_plots(draft: Draft, problems: Problems, requirements: Requirements) -> None:
    """A camp holds no more people than its plots do, at the median of persons per plot."""
    own = {row.name: row.median for row in draft.assumptions.rows}
    per_plot = own.get("persons_a_plot", requirements.parameters["persons_a_plot"].median)
    sizes = [(kind.share, kind.men + kind.women + kind.boys + kind.girls) for kind in draft.classes.rows]
    household = sum(share * persons for share, persons in sizes)
    inside: dict[tuple[dt.date, str], float] = {}
    last: dict[tuple[dt.date, str], int] = {}
    camps = {place.name for place in draft.locations.rows if place.kind in SITES_OF_STAGES["in_camp"]}
    for line, row in draft.stocks:
        if row.stage == "in_camp" and row.site in camps:
            persons = row.persons if row.persons is not None else (row.households or 0) * household
            inside[row.date, row.site] = inside.get((row.date, row.site), 0.0) + persons
            last[row.date, row.site] = line
    for (date, camp), persons in inside.items():
        ready = sorted((row.date, row.plots) for row in draft.camps.rows if row.camp == camp and row.date <= date)
        room = (ready[-1][1] if ready else 0) * per_plot
        if persons > room:
            wrong = f"{persons:,.0f} people stand in a camp whose plots hold {room:,.0f} on {date}"
            mend = "Check the figure and the plots in camps.csv; nobody new is admitted until there is room"
            problems.warning(draft.stocks.file, last[date, camp], "site", camp, wrong, mend)
