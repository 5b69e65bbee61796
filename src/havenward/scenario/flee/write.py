"""Writing a Flee folder in the standard layout, so that Flee and `read_flee` read the same back."""

from __future__ import annotations

import csv
import datetime as dt
import io
import secrets
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from havenward.scenario.flee.folder import INPUT, LAYOUT, SETTINGS, SOURCES
from havenward.scenario.flee.read_people import AGES, PREFIX
from havenward.scenario.flee.read_places import (
    LOCATION_ATTRIBUTES,
    LOCATION_COLUMNS,
    ROUTE_ATTRIBUTES,
    ROUTE_COLUMNS,
)
from havenward.scenario.flee.read_source import FILE_NAME
from havenward.scenario.flee.schema import (
    CAMPS,
    AgentCount,
    AttributeWeights,
    DayTable,
    FleeScenario,
    Kind,
    Location,
    RegionFood,
)
from havenward.scenario.flee.series import SourceData

_TYPES: dict[Kind, str] = {"conflict": "conflict_zone", "forward": "forwarding_hub"}

Cell = str | int | float | None


def write_flee(scenario: FleeScenario, folder: str | Path) -> list[str]:
    """Writes the scenario as a new folder; gives the names of its files. Reading them gives an equal scenario.

    The files are written aside and moved into place together, so that no half folder is ever left. Agents are
    written from their counts, with the lowest age of each group.

    Raises FileExistsError where anything stands at `folder`, ValueError where two files would have the same name
    or a name that no file may have, and OSError where the disk refuses.
    """
    path = Path(folder)
    texts = flee_files(scenario)
    if path.exists() or path.is_symlink():
        raise FileExistsError(f"'{path}' is there already; nothing was written")
    aside = path.parent / f".{path.name}-{secrets.token_hex(4)}"
    aside.mkdir()
    try:
        for name, text in texts.items():
            (aside / name).parent.mkdir(exist_ok=True)
            (aside / name).write_text(text, encoding="utf-8", newline="\n")
        aside.rename(path)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return sorted(texts)


def flee_files(scenario: FleeScenario) -> dict[str, str]:
    """The files of a Flee folder as text, by their names relative to the folder. Raises ValueError as `write_flee`."""
    tables: dict[str, Iterable[Sequence[Cell]]] = {
        "sim_period.csv": [("StartDate", scenario.start.isoformat()), ("Length", scenario.days)],
        "locations.csv": _locations(scenario.locations),
        "routes.csv": _routes(scenario),
        "closures.csv": _closures(scenario),
        "registration_corrections.csv": [
            (correction.name, _date(scenario.start, correction.day), "normalize")
            for correction in scenario.source.corrections
        ],
        "major_routes.csv": scenario.major_routes,
        "agents.csv": _agents(scenario.agents),
    }
    if scenario.conflicts is not None:
        tables["conflicts.csv"] = _day_table(scenario.conflicts)
    if scenario.floods is not None:
        tables["flood_level.csv"] = _day_table(scenario.floods)
    if scenario.food is not None:
        tables["region_attributes_IPC.csv"] = _food(scenario.food)
    for weights in scenario.demographics:
        if "_" in weights.attribute or not FILE_NAME.fullmatch(f"{PREFIX}{weights.attribute}.csv"):
            raise ValueError(f"'{weights.attribute}' cannot be the name of an attribute")
        tables[f"{PREFIX}{weights.attribute}.csv"] = _weights(weights)
    optional = ("major_routes.csv", "agents.csv")
    if not scenario.settings.spawn_rules.read_from_agents_csv_file:
        del tables["agents.csv"]
    texts = {INPUT + name: _text(table) for name, table in tables.items() if table or name not in optional}
    if scenario.changes:
        rows = [(change.name, _TYPES.get(change.kind, change.kind), change.day) for change in scenario.changes]
        texts["location_changes.csv"] = _text([("#name", "new_type", "day"), *rows])
    texts |= _source(scenario.source, scenario.start)
    values = scenario.settings.model_dump(mode="json", by_alias=True, exclude_none=True)
    texts[SETTINGS] = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    return texts


def agents_text(counts: Iterable[AgentCount]) -> str:
    """An agents file that gives these counts when it is read: alike rows, and nothing of any one person."""
    return _text(_agents(counts))


def _locations(locations: Sequence[Location]) -> list[tuple[Cell, ...]]:
    extra = [
        name
        for name in LOCATION_ATTRIBUTES
        if any(getattr(place, name) != Location.model_fields[name].default for place in locations)
    ]
    rows: list[tuple[Cell, ...]] = [(f"#{LOCATION_COLUMNS[0]}", *LOCATION_COLUMNS[1:], *extra)]
    for place in locations:
        persons = place.capacity if place.kind in CAMPS else place.population
        fixed = (place.name, place.region, place.country, place.lat, place.lon, _TYPES.get(place.kind, place.kind))
        rows.append((*fixed, place.conflict_date, persons, *(getattr(place, name) for name in extra)))
    return rows


def _routes(scenario: FleeScenario) -> list[tuple[Cell, ...]]:
    extra = [name for name in ROUTE_ATTRIBUTES if any(getattr(route, name) is not None for route in scenario.routes)]
    rows: list[tuple[Cell, ...]] = [(f"#{ROUTE_COLUMNS[0]}", *ROUTE_COLUMNS[1:], *extra)]
    for road in scenario.routes:
        fixed = (road.from_place, road.to_place, road.km, road.forced_redirection)
        rows.append((*fixed, *(getattr(road, name) for name in extra)))
    return rows


def _closures(scenario: FleeScenario) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = [("#closure_type", "name1", "name2", "closure_start", "closure_end")]
    for closure in scenario.closures:
        end = -1 if closure.end is None else closure.end
        rows.append((closure.kind, closure.name1, closure.name2, closure.start, end))
    return rows


def _day_table(table: DayTable) -> list[tuple[Cell, ...]]:
    body = [(day, *row) for day, row in enumerate(table.values.tolist())]
    return [("#Day", *table.names), *body]


def _food(food: RegionFood) -> list[tuple[Cell, ...]]:
    body = [(day, *row) for day, row in zip(food.days.tolist(), food.percent.tolist(), strict=True)]
    return [("#Day", *food.regions), *body]


def _weights(weights: AttributeWeights) -> list[tuple[Cell, ...]]:
    table = zip(weights.values, weights.default.tolist(), weights.weights.tolist(), strict=True)
    return [(weights.attribute, "Default", *weights.places), *((value, default, *row) for value, default, row in table)]


def _agents(counts: Iterable[AgentCount]) -> list[tuple[Cell, ...]]:
    lowest = {name: age for age, name in AGES}
    rows: list[tuple[Cell, ...]] = [("location", "age", "gender")]
    for count in counts:
        sex = None if count.sex == AgentCount.UNKNOWN else count.sex
        rows += [(count.place, lowest.get(count.ages), sex)] * count.agents
    return rows


def _source(source: SourceData, start: dt.date) -> dict[str, str]:
    folder = SOURCES[0]
    layout = [(series.name, *(part.file for part in series.files)) for series in source.series]
    texts: dict[str, str] = {folder + LAYOUT: _text(layout)}
    taken: dict[str, str] = {LAYOUT: texts[folder + LAYOUT]}
    for part in (part for series in source.series for part in series.files):
        text = _text([("#Date", "count"), *((_date(start, day), count) for day, count in part.entries)])
        if not FILE_NAME.fullmatch(part.file):
            raise ValueError(f"'{part.file}' cannot be the name of a file of counts")
        if taken.setdefault(part.file.casefold(), text) != text:
            raise ValueError(f"two different files would be called '{part.file}'")
        texts[folder + part.file] = text
    return texts


def _date(start: dt.date, day: int) -> str:
    return (start + dt.timedelta(days=day)).isoformat()


def _text(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as CSV; whole numbers without a point, empty cells for what is not given."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in row])
    return text.getvalue()
