"""Where the files of a Flee folder lie, and how they are opened: the known ones only, and none outside the folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from havenward.scenario import folder
from havenward.scenario.header import FILE as OWN_HEADER
from havenward.scenario.problems import Problems

INPUT = "input_csv/"
SOURCES = ("source_data/", "refugee_data/")
SETTINGS = "simsetting.yml"
LAYOUT = "data_layout.csv"
TABLES = (
    "locations.csv",
    "routes.csv",
    "major_routes.csv",
    "closures.csv",
    "conflicts.csv",
    "location_changes.csv",
    "registration_corrections.csv",
    "sim_period.csv",
    "agents.csv",
    "flood_level.csv",
    "region_attributes_IPC.csv",
)
"""Tables of the input folder, beside demographics_<attribute>.csv."""

AGENTS = frozenset(("agents.csv", INPUT + "agents.csv"))
"""Where the one table may lie that is read of persons, one a row; of it counts alone are kept."""

LARGE = frozenset(("locations.csv", "routes.csv"))
"""Tables that may be as large as the two limits below say: a grid of a million places has four million roads."""
MAX_LARGE_BYTES = 500_000_000
MAX_LARGE_ROWS = 10_000_000

_COUPLING = ("locations-", "routes-", "closures-", "conflicts-", "registration_corrections-", "coupled_locations")
_WEATHER = ("precipitation", "40yrs_tp", "river_discharge")


@dataclass(frozen=True)
class Files:
    """Names of files, relative to the folder with `/` between, and how to open one: None (and an error) where refused."""

    names: frozenset[str]
    open: Callable[[str, Problems], bytes | None]


@dataclass(frozen=True)
class Places:
    """Where the parts of a Flee folder lie: two folders, each empty or ending in `/`, and the settings file."""

    input: str
    source: str
    settings: str


def is_flee_folder(path: Path) -> bool:
    """Whether `path` is a folder that Flee would run, judged by the names of its files; never raises."""
    try:
        return path.is_dir() and recognised(_listed(path))
    except (OSError, ValueError):
        return False


def recognised(names: frozenset[str]) -> bool:
    """Whether files of these names make a Flee folder, whole or not: our own scenarios have a `scenario.yaml`."""
    if OWN_HEADER in names:
        return False
    tables = {name.removeprefix(INPUT) for name in names if "/" not in name.removeprefix(INPUT)} & set(TABLES)
    return "sim_period.csv" in tables or {"locations.csv", "routes.csv"} <= tables


def in_folder(path: Path, problems: Problems) -> Files:
    """The files of a folder; none (and an error) where it cannot be opened."""
    place = path.name or str(path)
    try:
        if path.is_dir():
            root = path.resolve(strict=True)
            return Files(_listed(root), lambda name, found: folder.content_of(root, name, found, most_bytes(name)))
        wrong = "there is no such folder"
    except (OSError, ValueError, RuntimeError) as fault:
        wrong = f"the folder cannot be opened ({fault})"
    mend = "Give the folder that holds input_csv, source_data and simsetting.yml"
    problems.error(place, None, "", path, wrong, mend)
    return in_memory({})


def most_bytes(name: str) -> int | None:
    """The bytes that a file may have; None for as many as any table."""
    return MAX_LARGE_BYTES if name.removeprefix(INPUT) in LARGE else None


def most_rows(name: str) -> int | None:
    """The rows that a table may have; None for as many as any table."""
    return MAX_LARGE_ROWS if name.removeprefix(INPUT) in LARGE else None


def in_memory(contents: Mapping[str, bytes]) -> Files:
    """Files that are in memory already: name -> bytes."""
    return Files(frozenset(contents), lambda name, _: contents.get(name))


def places(names: frozenset[str]) -> Places:
    """The standard layout, or the flatter one of Flee's own tests (everything below `input_csv`, or nothing is)."""
    inside = INPUT if any(name.startswith(INPUT) for name in names) else ""
    candidates = [*SOURCES, *(inside + source for source in SOURCES)]
    with_layout = [source for source in candidates if source + LAYOUT in names]
    filled = [source for source in candidates if any(name.startswith(source) for name in names)]
    settings = SETTINGS if SETTINGS in names or inside + SETTINGS not in names else inside + SETTINGS
    return Places(inside, (with_layout or filled or [SOURCES[0]])[0], settings)


def warn_of_strangers(names: frozenset[str], taken: frozenset[str], source: str, problems: Problems) -> None:
    """Tells of tables and settings that lie in the folder and are not among those that were `taken`.

    `source` is the folder of the series.
    """
    for name in sorted(names - taken):
        base = name.rsplit("/", 1)[-1]
        if not base.lower().endswith((".csv", ".yml", ".yaml")):
            continue
        if base.startswith((*_COUPLING, *_WEATHER)):
            wrong = "the file belongs to coupled or weather runs, which Flee itself no longer carries out; it was not read"
            problems.warning(name, None, "", base, wrong, "Nothing need be done")
        elif name.startswith(source):
            wrong = f"{LAYOUT} does not name the file, so it was not read"
            problems.warning(name, None, "", base, wrong, "Name it there, or move it elsewhere")
        else:
            wrong = "the file is not part of a Flee folder and was not read"
            problems.warning(name, None, "", base, wrong, "Rename it, or move it elsewhere", {*TABLES, SETTINGS} - {base})


def _listed(root: Path) -> frozenset[str]:
    """Names of the plain entries of the folder and of the few folders that may lie in it."""
    below = ("", INPUT, *SOURCES, *(INPUT + source for source in SOURCES))
    return frozenset(
        part + entry.name
        for part in below
        if (root / part).is_dir()
        for entry in (root / part).iterdir()
        if not entry.is_dir()
    )
