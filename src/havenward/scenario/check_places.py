"""Checks of places and areas: every name leads somewhere, homes have what they need, nothing lies far off."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import NamedTuple

from havenward.scenario.cells import choices
from havenward.scenario.draft import Draft
from havenward.scenario.geography import distance_km
from havenward.scenario.header import FILE
from havenward.scenario.problems import Problems
from havenward.scenario.schema import Location
from havenward.scenario.sheet import Sheet

FAR_KM = 1500
"""Beyond this distance from the median place a location is thought to be misplaced."""


SITES_OF_STAGES: dict[str, tuple[str, ...]] = {
    "at_home": ("home",),
    "waiting": ("crossing",),
    "held": ("crossing",),
    "in_transit": ("crossing",),
    "in_camp": ("camp", "emergency"),
    "in_host": ("host",),
    "onward": (),
    "returned": (),
}
"""Kinds of place at which people of a stage of stocks.csv stand; none: the stage has no site."""


class Mention(NamedTuple):
    """A place named by a row of another table, and the kinds of place that may stand there (none: any)."""

    file: str
    line: int
    column: str
    name: str
    kinds: tuple[str, ...] = ()


def check_places(draft: Draft, problems: Problems) -> None:
    """Every check of places and areas."""
    check_area_names(draft, problems)
    check_areas(draft, problems)
    check_mentions(draft, problems)
    check_observers(draft, problems)
    check_homes(draft, problems)
    check_populations(draft.locations, problems)
    check_besieged(draft, problems)
    check_positions(draft.locations, problems)


def check_area_names(draft: Draft, problems: Problems) -> None:
    """Areas have different names, none of which is a mark of the format, and homes lie in each."""
    header = draft.heading.header
    if header is None:
        return
    seen: set[str] = set()
    lived_in = draft.locations.names("area")
    for index, area in enumerate(header.areas):
        line = draft.heading.line("areas", index, "name")
        if area.name in seen:
            problems.error(FILE, line, "areas.name", area.name, "the area stands twice", "Delete one of the two")
        elif area.name == "*" or ";" in area.name:
            wrong = "'*' and ';' are kept for 'all areas' and for lists"
            problems.error(FILE, line, "areas.name", area.name, wrong, "Choose another name")
        elif draft.locations.readable and area.name not in lived_in:
            problems.warning(
                FILE,
                line,
                "areas.name",
                area.name,
                "no home lies in this area",
                "Delete it, or name it in locations.csv",
            )
        seen.add(area.name)


def check_areas(draft: Draft, problems: Problems) -> None:
    """Every area that a row names is one of the header's."""
    known = draft.heading.areas
    if known is None:
        return
    for file, line, column, name in _area_mentions(draft):
        if name not in known:
            mend = f"Add it to 'areas' in {FILE}, or write one of: {', '.join(sorted(known))}"
            problems.error(file, line, column, name, "is no area of this scenario", mend, known)


def _area_mentions(draft: Draft) -> Iterator[tuple[str, int, str, str]]:
    for line, place in draft.locations:
        if place.area:
            yield draft.locations.file, line, "area", place.area
    for sheet in (draft.offensives, draft.restrictions, draft.prices, draft.supplies):
        for line, row in sheet:
            if row.area != "*":
                yield sheet.file, line, "area", row.area
    for line, stock in draft.stocks:
        if stock.area:
            yield draft.stocks.file, line, "area", stock.area
    for line, target in draft.targets:
        for name in target.areas.split(";"):
            if name.strip() != "*":
                yield draft.targets.file, line, "areas", name.strip()
    for line, observer in draft.observers:
        for name in observer.areas.split(";"):
            if name.strip() not in ("", "*"):
                yield draft.observers.file, line, "areas", name.strip()


def check_mentions(draft: Draft, problems: Problems) -> None:
    """Every place that a row names is in locations.csv, and is of the kind that the row needs."""
    if not draft.locations.readable:
        return
    kinds = {cells["name"]: cells.get("kind") for cells in draft.locations.texts if "name" in cells}
    known = choices(Location, "kind")
    for mention in _mentions(draft):
        if mention.name not in kinds:
            mend = "Add it to locations.csv, or write a name that is there"
            problems.error(
                mention.file,
                mention.line,
                mention.column,
                mention.name,
                "is no place of this scenario",
                mend,
                kinds,
            )
        elif mention.kinds and kinds[mention.name] in known and kinds[mention.name] not in mention.kinds:
            needed = " or ".join(mention.kinds)
            wrong = f"is a place of kind '{kinds[mention.name]}', and {needed} is needed here"
            mend = "Write another place, or change its kind in locations.csv"
            problems.error(mention.file, mention.line, mention.column, mention.name, wrong, mend)


def _mentions(draft: Draft) -> Iterator[Mention]:
    for dated in (draft.control, draft.bends, draft.fighting):
        for line, home in dated:
            yield Mention(dated.file, line, "place", home.place, ("home",))
    for line, route in draft.routes:
        yield Mention(draft.routes.file, line, "from_place", route.from_place)
        yield Mention(draft.routes.file, line, "to_place", route.to_place)
    for line, corridor in draft.corridors:
        yield Mention(draft.corridors.file, line, "from_place", corridor.from_place, ("home",))
        yield Mention(draft.corridors.file, line, "crossing", corridor.crossing, ("crossing",))
    for line, crossing in draft.crossings:
        yield Mention(draft.crossings.file, line, "crossing", crossing.crossing, ("crossing",))
    for line, camp in draft.camps:
        yield Mention(draft.camps.file, line, "camp", camp.camp, ("camp", "emergency"))
    for line, stock in draft.stocks:
        if stock.site:
            yield Mention(draft.stocks.file, line, "site", stock.site, SITES_OF_STAGES[stock.stage])
    for line, seen in draft.evidence:
        if seen.site:
            yield Mention(draft.evidence.file, line, "site", seen.site)


def check_observers(draft: Draft, problems: Problems) -> None:
    """Every piece of evidence was counted by an observer of observers.csv, as is every target that names one."""
    if not draft.observers.readable:
        return
    known = draft.observers.names("name")
    named = [(draft.evidence.file, line, seen.observer) for line, seen in draft.evidence]
    named += [(draft.targets.file, line, target.observer) for line, target in draft.targets if target.observer]
    for file, line, observer in named:
        if observer not in known:
            mend = "Add it to observers.csv, or write a name that is there"
            problems.error(file, line, "observer", observer, "is no observer of this scenario", mend, known)


def check_homes(draft: Draft, problems: Problems) -> None:
    """Somebody lives somewhere, every home belongs to an area, and people have a way out."""
    sheet = draft.locations
    ways = draft.corridors.names("from_place")
    for line, place in sheet:
        if place.kind != "home":
            continue
        if not place.area:
            mend = f"Write one of the areas of {FILE}"
            problems.error(sheet.file, line, "area", place.name, "the home belongs to no area", mend)
        if place.population and draft.corridors.readable and draft.corridors.texts and place.name not in ways:
            wrong = "people live here, and no corridor leads out: nobody can ever leave"
            problems.warning(sheet.file, line, "name", place.name, wrong, "Add a row to corridors.csv if that is not meant")
    if sheet.whole and not any(place.kind == "home" and place.population for place in sheet.rows):
        mend = "Write at least one row of kind 'home' with a population"
        problems.error(sheet.file, sheet.top, "population", "", "no home has any people", mend)


def check_populations(sheet: Sheet[Location], problems: Problems) -> None:
    """Only the number of people at home varies between members: a range elsewhere has no effect."""
    for line, place in sheet:
        for column in ("population_low", "population_high"):
            value = getattr(place, column)
            if place.kind != "home" and value is not None:
                wrong = f"a range has no effect on a place of kind '{place.kind}'"
                problems.warning(sheet.file, line, column, f"{value:g}", wrong, "Empty the cell, or check the kind")


def check_besieged(draft: Draft, problems: Problems) -> None:
    """Every home is besieged some time; otherwise it may have been forgotten in control.csv."""
    if not draft.control.whole:
        return
    besieged = {row.place for row in draft.control.rows if row.besieged_share > 0}
    homes = [(line, place) for line, place in draft.locations if place.kind == "home" and place.population]
    if homes and not besieged:
        problems.warning(
            draft.control.file,
            draft.control.top,
            "besieged_share",
            "",
            "no home is ever besieged",
            "Write when the group holds which home",
        )
        return
    for line, place in homes:
        if place.name not in besieged:
            wrong = "the home is never besieged"
            problems.warning(
                draft.locations.file,
                line,
                "name",
                place.name,
                wrong,
                "Add it to control.csv if that is not meant",
            )


def check_positions(sheet: Sheet[Location], problems: Problems) -> None:
    """No place lies far from the others; latitude and longitude are often swapped by mistake."""
    places = [(line, place) for line, place in sheet if place.kind != "abroad"]
    if len(places) < 3:
        return
    middle = statistics.median_low(p.lat for _, p in places), statistics.median_low(p.lon for _, p in places)
    for line, place in places:
        away = distance_km((place.lat, place.lon), middle)
        if away <= FAR_KM:
            continue
        wrong = f"the place lies {away:,.0f} km from the middle of the others"
        mend = "Check its position"
        if abs(place.lon) <= 90 and distance_km((place.lon, place.lat), middle) <= FAR_KM:
            mend = f"Latitude and longitude look swapped: write lat {place.lon:g} and lon {place.lat:g}"
        problems.warning(sheet.file, line, "lat", f"{place.lat:g}, {place.lon:g}", wrong, mend)
