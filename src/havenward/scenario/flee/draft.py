"""A Flee folder as read, before its parts are held against one another."""

from __future__ import annotations

from dataclasses import dataclass, field

from havenward.scenario.flee.folder import LAYOUT, Files, Places, places, warn_of_strangers
from havenward.scenario.flee.lines import Lines, Sheet, read_lines
from havenward.scenario.flee.read_dated import Period, read_changes, read_closures, read_period
from havenward.scenario.flee.read_people import PREFIX, attribute_of, read_agents, read_weights
from havenward.scenario.flee.read_places import read_locations, read_major_routes, read_routes
from havenward.scenario.flee.read_settings import Settings, read_settings
from havenward.scenario.flee.read_source import read_corrections, read_series
from havenward.scenario.flee.read_tables import CONFLICT, FLOOD, Grid, read_day_table, read_food
from havenward.scenario.flee.schema import (
    AgentCount,
    AttributeWeights,
    Closure,
    DayTable,
    Location,
    LocationChange,
    RegionFood,
    Route,
)
from havenward.scenario.flee.series import Correction, Series
from havenward.scenario.problems import Problems

CHANGES = "location_changes.csv"
_NEEDED = {
    "sim_period.csv": "Write StartDate,2013-01-01 and Length,365 below each other",
    "locations.csv": "Write #name,region,country,latitude,longitude,location_type,conflict_date,population",
    "routes.csv": "Write #name1,name2,distance,forced_redirection",
}


@dataclass
class Draft:
    """Every file of a Flee folder. Tables by day come with the lines of their rows."""

    settings: Settings
    period: Period | None
    locations: Sheet[Location]
    routes: Sheet[Route]
    series: Sheet[Series]
    corrections: Sheet[Correction]
    closures: Sheet[Closure]
    changes: Sheet[LocationChange]
    major_routes: tuple[tuple[str, ...], ...] = ()
    conflicts: tuple[DayTable, Grid] | None = None
    floods: tuple[DayTable, Grid] | None = None
    food: tuple[RegionFood, Grid] | None = None
    demographics: list[AttributeWeights] = field(default_factory=list)
    agents: tuple[AgentCount, ...] = ()
    paths: dict[str, str] = field(default_factory=dict)
    present: frozenset[str] = frozenset()


class Reader:
    """Opens the files of a folder one by one, and remembers which were taken."""

    def __init__(self, files: Files, problems: Problems) -> None:
        """Nothing is opened yet."""
        self.files = files
        self.places: Places = places(files.names)
        self.taken: set[str] = set()
        self._problems = problems

    def path(self, name: str) -> str:
        """Where a table of the input folder lies, or would."""
        if name == CHANGES and name in self.files.names:
            return name
        return self.places.input + name

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None where it is not there or (with an error) cannot be opened."""
        if path not in self.files.names:
            return None
        self.taken.add(path)
        return self.files.open(path, self._problems)

    def lines(self, name: str) -> Lines:
        """A table of the input folder."""
        return self.at(self.path(name))

    def needed(self, path: str) -> Lines:
        """A table that must be there: what is not there is not whole either."""
        lines = self.at(path)
        lines.whole = lines.whole and lines.present
        return lines

    def at(self, path: str) -> Lines:
        """A table anywhere in the folder. One that is there and cannot be opened is not whole."""
        content = self.content(path)
        lines = read_lines(path, content, self._problems)
        lines.whole = lines.whole and (content is not None or path not in self.files.names)
        return lines


def read_draft(files: Files, problems: Problems) -> Draft:
    """Reads every file of a Flee folder and tells of every problem that a file has by itself."""
    reader = Reader(files, problems)
    settings = read_settings(reader.places.settings, reader.content(reader.places.settings), problems)
    for name, mend in _NEEDED.items():
        if reader.path(name) not in files.names:
            problems.error(reader.path(name), None, "", "", "the file is missing", mend)
    period = read_period(reader.needed(reader.path("sim_period.csv")), problems)
    start = period.start if period is not None else None
    locations = read_locations(reader.needed(reader.path("locations.csv")), problems)
    known = locations.names if locations.readable else None
    layout = reader.needed(reader.places.source + LAYOUT)
    if layout.file not in files.names:
        problems.error(layout.file, None, "", "", "the file is missing", "Begin it with total,refugees.csv")
    series = read_series(layout, reader.places.source, files, start, problems)
    reader.taken |= {reader.places.source + file for _, cells in layout.rows for file in cells[1:]}
    draft = Draft(
        settings,
        period,
        locations,
        read_routes(reader.needed(reader.path("routes.csv")), problems),
        series,
        read_corrections(reader.lines("registration_corrections.csv"), series, start, problems),
        read_closures(reader.lines("closures.csv"), problems),
        _changes(reader, problems),
        read_major_routes(reader.lines("major_routes.csv"), known, problems),
    )
    draft.paths = {name: reader.path(name) for name in ("conflicts.csv", "flood_level.csv", "region_attributes_IPC.csv")}
    draft.present = frozenset(name for name, path in draft.paths.items() if path in files.names)
    _read_tables(draft, reader, problems)
    _read_people(draft, reader, problems)
    warn_of_strangers(files.names, frozenset(reader.taken), reader.places.source, problems)
    return draft


def _changes(reader: Reader, problems: Problems) -> Sheet[LocationChange]:
    lines = reader.lines(CHANGES)
    if lines.present and lines.file != CHANGES:
        wrong = "Flee looks for this file in the folder that it is started from, not here; it was read all the same"
        problems.warning(lines.file, 1, "", "", wrong, "Move it beside simsetting.yml")
    return read_changes(lines, problems)


def _read_tables(draft: Draft, reader: Reader, problems: Problems) -> None:
    known = draft.locations.names if draft.locations.readable else None
    if "conflicts.csv" in draft.present:
        draft.conflicts = read_day_table(reader.lines("conflicts.csv"), known, CONFLICT, problems)
    if "flood_level.csv" in draft.present:
        draft.floods = read_day_table(reader.lines("flood_level.csv"), known, FLOOD, problems)
    if "region_attributes_IPC.csv" in draft.present:
        regions = frozenset(location.region for location in draft.locations.rows) if draft.locations.whole else None
        draft.food = read_food(reader.lines("region_attributes_IPC.csv"), regions, problems)


def _read_people(draft: Draft, reader: Reader, problems: Problems) -> None:
    known = draft.locations.names if draft.locations.readable else None
    seen: dict[str, str] = {}
    for path in sorted(name for name in reader.files.names if name.startswith(reader.places.input + PREFIX)):
        name = path.removeprefix(reader.places.input)
        if "/" in name or not name.endswith(".csv"):
            continue
        attribute = attribute_of(name)
        if name != f"{PREFIX}{attribute}.csv":
            wrong = f"Flee takes what stands between the first two underscores as the attribute: '{attribute}'"
            problems.warning(path, 1, "", name, wrong, "Leave out the underscores after the first")
        if attribute in seen:
            problems.error(path, 1, "", name, f"'{seen[attribute]}' describes the same attribute", "Delete one of the two")
            reader.taken.add(path)
            continue
        seen[attribute] = name
        weights = read_weights(name, reader.at(path), known, problems)
        if weights is not None:
            draft.demographics.append(weights)
    _read_agents(draft, reader, known, problems)


def _read_agents(draft: Draft, reader: Reader, known: frozenset[str] | None, problems: Problems) -> None:
    """Opens the agents file only where the settings ask for it: nothing of persons is read without need."""
    path = reader.path("agents.csv")
    settings = draft.settings.values
    wanted = settings is not None and settings.spawn_rules.read_from_agents_csv_file
    if wanted and path not in reader.files.names:
        problems.error(path, None, "", "", "the file is missing", "Add it, or turn read_from_agents_csv_file off")
    elif wanted:
        draft.agents = read_agents(reader.at(path), known, problems)
    elif path in reader.files.names:
        reader.taken.add(path)
        wrong = "spawn_rules.read_from_agents_csv_file is off, so the file was not opened"
        problems.warning(path, 1, "", "", wrong, "Turn it on, or delete the file")
