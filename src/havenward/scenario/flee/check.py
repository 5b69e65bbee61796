"""What only shows when the files of a Flee folder are held against one another."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from havenward.scenario.flee.draft import Draft
from havenward.scenario.flee.read_dated import OF_ONE_PLACE
from havenward.scenario.flee.schema import CAMPS
from havenward.scenario.flee.series import SourceData
from havenward.scenario.flee.settings import FleeSettings
from havenward.scenario.problems import Problems

KNOWN = "Write the name as it stands in locations.csv"


def cross_check(draft: Draft, problems: Problems) -> None:
    """Every check across files that needs no state of a day. Rows that are not valid are left aside."""
    check_routes(draft, problems)
    check_closures(draft, problems)
    check_changes(draft, problems)
    check_series(draft, problems)
    check_corrections(draft, problems)
    if draft.settings.values is not None:
        check_modes(draft, draft.settings.values, problems)
        check_tables(draft, draft.settings.values, problems)
        check_floods(draft, draft.settings.values, problems)
        check_forecast(draft, draft.settings.values, problems)
        check_food(draft, draft.settings.values, problems)
    if draft.locations.readable and not draft.locations.names and draft.locations.top is not None:
        problems.error(draft.locations.file, 1, "", "", "the table has no location", "Write a row for each place")


def check_routes(draft: Draft, problems: Problems) -> None:
    """Both ends of a road must be there; parallel roads and places without a road are odd."""
    known, file = draft.locations.names, draft.routes.file
    joined: set[str] = set()
    first: dict[tuple[str, str], int] = {}
    for line, route in draft.routes:
        start, end = route.from_place, route.to_place
        if start not in known or end not in known:
            _unknown(file, line, {"name1": start, "name2": end}, known, draft.locations.readable, problems)
        before = first.setdefault((start, end) if start < end else (end, start), line)
        if before != line:
            wrong = f"the road stands already in row {before}; both are weighed, and the first is travelled"
            problems.warning(file, line, "name1", start, wrong, "Delete one of the two")
        joined.add(start)
        joined.add(end)
    if not draft.routes.whole or draft.routes.top is None:
        return
    for line, location in draft.locations:
        if location.name not in joined:
            wrong = "no road leads to this place or away from it"
            problems.warning(draft.locations.file, line, "name", location.name, wrong, "Add a row to routes.csv")


def check_closures(draft: Draft, problems: Problems) -> None:
    """Countries, places and roads that are closed must be there. (Flee would close the first place instead.)"""
    known, file = draft.locations.names, draft.closures.file
    countries = frozenset(location.country for location in draft.locations.rows)
    ends_of_two = {frozenset((closure.name1, closure.name2)) for closure in draft.closures.rows}
    pairs = (frozenset((route.from_place, route.to_place)) for route in draft.routes.rows) if ends_of_two else ()
    roads = ends_of_two.intersection(pairs)
    for line, closure in draft.closures:
        ends = {"name1": closure.name1} if closure.kind in OF_ONE_PLACE else {"name1": closure.name1, "name2": closure.name2}
        if closure.kind == "country":
            _unknown(file, line, ends, countries, draft.locations.whole, problems, "country")
        else:
            _unknown(file, line, ends, known, draft.locations.readable, problems)
            missing = len(ends) == 2 and set(ends.values()) <= known and frozenset(ends.values()) not in roads
            if missing and draft.routes.whole:
                wrong = "no road joins the two places"
                problems.error(file, line, "name2", closure.name2, wrong, "Write the two ends of a road of routes.csv")
        if draft.period is not None and closure.start >= draft.period.days:
            _warn_of_late_day(file, line, "closure_start", closure.start, draft.period.days, problems)


def check_changes(draft: Draft, problems: Problems) -> None:
    """Places that change must be there, and the day must come."""
    for line, change in draft.changes:
        ends = {"name": change.name}
        _unknown(draft.changes.file, line, ends, draft.locations.names, draft.locations.readable, problems)
        kind = next((place.kind for place in draft.locations.rows if place.name == change.name), None)
        if "marker" in (kind, change.kind) and kind != change.kind:
            wrong = "a place that becomes a marker, or is none any more, changes no path here; in Flee paths change with it"
            problems.warning(draft.changes.file, line, "new_type", change.kind, wrong, "Write two places instead", ())
        if draft.period is not None and change.day >= draft.period.days:
            _warn_of_late_day(draft.changes.file, line, "day", change.day, draft.period.days, problems)


def check_series(draft: Draft, problems: Problems) -> None:
    """Each camp needs a series (where floods drive departures, each place); one without a camp counts in the sum."""
    settings = draft.settings.values
    names, file = draft.series.names, draft.series.file
    everywhere = settings is not None and settings.flood_mode
    if draft.series.readable and draft.series.top is not None:
        for line, location in draft.locations:
            if location.name not in names and (everywhere or location.kind in CAMPS):
                wrong = f"the place has no series in {file}, without which Flee stops"
                mend = f"Add the row {location.name},file.csv there"
                problems.error(draft.locations.file, line, "name", location.name, wrong, mend)
    for number, (line, series) in enumerate(draft.series):
        if number and series.name not in draft.locations.names and draft.locations.readable:
            wrong = "no location has this name; the series counts in the sum of camps all the same"
            problems.warning(file, line, "name", series.name, wrong, KNOWN, draft.locations.names)
    total = draft.series.rows[0].name if draft.series.rows else "total"
    if settings is not None and not settings.spawn_rules.sum_from_camps and total != "total":
        wrong = "sum_from_camps is off, and Flee then asks for a first series called total"
        problems.error(file, draft.series.lines[0], "name", total, wrong, "Call it total")


def check_corrections(draft: Draft, problems: Problems) -> None:
    """Every correction must find its date in its series, with people in the entry before."""
    if draft.settings.values is None:
        return
    hasten = draft.settings.values.optimisations.hasten
    lines = {series.name: SourceData((series,)).line(series.name, hasten) for series in draft.series.rows}
    for line, correction in draft.corrections:
        if correction.name in lines:
            try:
                lines[correction.name] = lines[correction.name].corrected(correction.day)
            except ValueError as fault:
                mend = "Write a date of the series, not its first, with at least one person (or agent) in the entry before"
                problems.error(draft.corrections.file, line, "date", correction.name, str(fault), mend)


def check_modes(draft: Draft, settings: FleeSettings, problems: Problems) -> None:
    """Settings that exclude one another, or need a file, or freeze people."""
    spawn, move = settings.spawn_rules, settings.move_rules

    def error(wrong: str, mend: str, *path: str) -> None:
        problems.error(draft.settings.file, draft.settings.line(*path), ".".join(path), "", wrong, mend)

    def warning(wrong: str, mend: str, *path: str) -> None:
        problems.warning(draft.settings.file, draft.settings.line(*path), ".".join(path), "", wrong, mend)

    flood_key = ("spawn_rules", "flood_zone_spawning_only")
    if spawn.flood_zone_spawning_only and spawn.conflict_zone_spawning_only:
        wrong = "floods alone and conflict alone cannot both drive departures"
        error(wrong, "Write conflict_zone_spawning_only: False", *flood_key)
    if spawn.flood_zone_spawning_only and spawn.flood_driven_spawning is None:
        wrong = "nobody sets out: floods alone drive departures, and nothing says how many"
        error(wrong, "Add the block flood_driven_spawn_mode", *flood_key)
    if spawn.flood_driven_spawning is not None and not spawn.take_from_population:
        wrong = "departures driven by floods need take_from_population: True"
        error(wrong, "Write it", "spawn_rules", "flood_driven_spawn_mode")
    if move.flood_rules is not None and not settings.flood_mode:
        wrong = "flood rules need departures driven by floods; without them Flee reads no flood levels and stops"
        mend = "Add flood_zone_spawning_only: True and the block flood_driven_spawn_mode to spawn_rules"
        error(wrong, mend, "move_rules", "flood_rules")
    if settings.flood_mode and spawn.conflict_driven_spawning is not None:
        wrong = "floods drive departures, so the block has no effect"
        warning(wrong, "Delete it", "spawn_rules", "conflict_driven_spawning")
    if move.awareness_level < 1:
        wrong = "at level 0 nobody in Flee ever moves" if move.awareness_level == 0 else "Flee takes it as 1"
        warning(wrong, "Write 1 or more", "move_rules", "awareness_level")
    if move.default_movechance < 0.005:
        wrong = "below 0.005 Flee turns every town into a camp"
        warning(wrong, "Write 0.005 or more", "move_rules", "default_movechance")
    if move.conflict_movechance < 0.005:
        wrong = "below 0.005 Flee turns every place that begins as a conflict zone into a camp; here it stays what it is"
        warning(wrong, "Write 0.005 or more", "move_rules", "conflict_movechance")
    if move.harvest_months:
        wrong = "harvest trips are not carried; in Flee everybody, farmer or not, is counted at home in these months"
        warning(wrong, "Delete the key", "move_rules", "harvest_months")
    if draft.major_routes and move.fixed_routes:
        wrong = "major routes are not carried; in Flee nobody can start along one, and whoever chooses it stays for the day"
        warning(wrong, "Write the roads into routes.csv", "move_rules", "fixed_routes")
    if settings.default_conflict_intensity not in (0.0, 1.0):
        wrong = "Flee cuts it to a whole number, 0; it was read as written"
        warning(wrong, "Write 0 or 1 for the same result as Flee's", "default_conflict_intensity")
    if move.boys_take_risk and not move.children_avoid_hazards:
        warning("it acts only with ChildrenAvoidHazards", "Turn that on as well", "move_rules", "BoysTakeRisk")
    if move.use_economic_pull and any(
        place.trade_volume is None or place.hdi is None
        for place in draft.locations.rows
        if place.country != draft.locations.rows[0].country
    ):
        wrong = "it needs trade_volume and hdi for every place abroad"
        error(wrong, "Add both columns to locations.csv", "move_rules", "use_economic_pull")
    if draft.major_routes and not move.fixed_routes:
        wrong = "major_routes.csv acts only with fixed_routes, which is off"
        warning(wrong, "Turn it on, or delete the file", "move_rules", "fixed_routes")


def check_tables(draft: Draft, settings: FleeSettings, problems: Problems) -> None:
    """The table that drives departures must be there, and long enough."""
    used = "flood_level.csv" if settings.flood_mode else "conflicts.csv"
    other = "conflicts.csv" if settings.flood_mode else "flood_level.csv"
    if used not in draft.present:
        mend = "Write #Day and a column for each place, and a row for each day"
        problems.error(draft.paths[used], None, "", "", "the file is missing", mend)
    if other in draft.present:
        wrong = f"Flee reads {used} and not this file under these settings"
        problems.warning(draft.paths[other], 1, "", "", wrong, "Delete the file, or change spawn_rules")
    table = draft.floods if settings.flood_mode else draft.conflicts
    if table is None or draft.period is None:
        return
    rows, days = len(table[0].values), draft.period.days
    if rows < days:
        wrong = f"the table has {rows} days and the run {days}; Flee stops at the first day that is missing"
        mend = f"Add {days - rows} rows, or write Length,{rows} in sim_period.csv"
        last = table[1].lines[-1] if rows else 1
        problems.error(draft.paths[used], last, "", "", wrong, mend)


def check_floods(draft: Draft, settings: FleeSettings, problems: Problems) -> None:
    """Every list by flood level must reach the highest level of the table."""
    if not settings.flood_mode or draft.floods is None or not draft.floods[0].values.size:
        return
    table, grid = draft.floods
    highest = int(table.values.max())
    row, column = np.argwhere(table.values == highest)[0]
    spawning, rules = settings.spawn_rules.flood_driven_spawning, settings.move_rules.flood_rules
    lists = {
        "displaced_per_flood_day": spawning and spawning.displaced_per_flood_day,
        "flood_movechances": rules and rules.flood_movechances,
        "flood_loc_weights": rules and rules.flood_loc_weights,
    }
    for name, values in lists.items():
        if not values or highest < len(values) - 1:
            continue
        place, line = table.names[column], grid.lines[row]
        mend = f"Give {name} at least {highest + 2} entries"
        if highest >= len(values):
            wrong = f"the list {name} has no entry for this level"
            problems.error(draft.paths["flood_level.csv"], line, place, highest, wrong, mend)
        else:
            wrong = f"it is the last entry of the list {name}, at which Flee stops"
            problems.warning(draft.paths["flood_level.csv"], line, place, highest, wrong, mend)


def check_forecast(draft: Draft, settings: FleeSettings, problems: Problems) -> None:
    """A forecast needs weights of every day that it looks at, and of every group that people may be of."""
    rules = settings.move_rules.flood_rules
    if rules is None or not rules.flood_forecaster or rules.flood_forecaster_timescale < 2:
        return
    groups = [int(value) for table in draft.demographics if table.attribute == "floodawareness" for value in table.values]
    asked = {
        "flood_loc_weights": (rules.flood_loc_weights, 1),
        "flood_forecaster_weights": (rules.flood_forecaster_weights, rules.flood_forecaster_end_time + 1),
        "flood_awareness_weights": (rules.flood_awareness_weights, max(groups, default=-1) + 1),
    }
    for name, (given, least) in asked.items():
        path = ("move_rules", "flood_rules", name)
        line, column = draft.settings.line(*path), ".".join(path)
        if given is None:
            wrong = "flood_forecaster is on and asks for these weights, without which Flee stops; here each counts as 1"
            problems.warning(draft.settings.file, line, column, "", wrong, f"Give {least} weights, or turn it off")
        elif len(given) < least:
            wrong = f"flood_forecaster asks for {least} weights, of which {len(given)} are given; Flee stops"
            problems.error(draft.settings.file, line, column, "", wrong, f"Give {least} or more, or turn it off")


def check_food(draft: Draft, settings: FleeSettings, problems: Problems) -> None:
    """Rules on food need the table, a column for each region, and every day of the run."""
    spawn, move, file = settings.spawn_rules, settings.move_rules, draft.paths["region_attributes_IPC.csv"]
    needed = spawn.starvation_driven_spawning or move.flee_when_starving or move.avoid_food_deprived_locations
    if needed and "region_attributes_IPC.csv" not in draft.present:
        wrong = "a rule on food deprivation is on, and the file is missing"
        problems.error(file, None, "", "", wrong, "Add it, or turn the rule off")
    if draft.food is None:
        return
    table, grid = draft.food
    if draft.period is not None and (not len(table.days) or table.days[0] > 0 or table.days[-1] < draft.period.days - 1):
        wrong = f"the days of the table do not reach from 0 to {draft.period.days - 1}, at which Flee stops"
        mend = "Add a row for the first and for the last day"
        problems.error(file, grid.lines[-1] if grid.lines else 1, "Day", "", wrong, mend)
    for line, location in draft.locations:
        where = draft.locations.file
        if location.region not in table.regions and needed:
            wrong = f"the region has no column in {file}, and a rule on food deprivation is on"
            problems.error(where, line, "region", location.region, wrong, "Add the column", table.regions)
        elif location.name in table.regions:
            wrong = "the place is called as a region is, and Flee then gives it no figure; here it gets that of its region"
            problems.warning(where, line, "name", location.name, wrong, "Rename the region or the place")


def _unknown(
    file: str,
    line: int,
    ends: dict[str, str],
    known: Iterable[str],
    sure: bool,
    problems: Problems,
    what: str = "location",
) -> None:
    for column, name in ends.items():
        if sure and name not in known:
            wrong = f"is not a {what} of this folder"
            problems.error(file, line, column, name, wrong, KNOWN, known)


def _warn_of_late_day(file: str, line: int, column: str, day: int, days: int, problems: Problems) -> None:
    wrong = f"the run ends with day {days - 1}, so this never comes"
    problems.warning(file, line, column, day, wrong, "Check the day, or lengthen the run in sim_period.csv")
