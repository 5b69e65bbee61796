"""Writes Flee folders of any size: a grid of places, each with a road to its eight neighbours.

    python benchmarks/grids.py FOLDER --width 100 --height 100 --people 10000 --days 3

Conflict zones stand in the middle, camps on the rim; the registers of the camps rise from nobody to PEOPLE on the last day.
Lengths of roads, 50 to 200 km, come from a seeded stream, so that the same words give the same bytes. Rules `plain` are
Flee's defaults; rules `validation` are those of its validated instances, which ask how far people have gone of late.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

START = dt.date(2020, 1, 1)
NEIGHBOURS = ((1, 0), (0, 1), (1, 1), (-1, 1))
"""Half of a place's eight neighbours: every road stands once in a file, and is passable both ways."""
SHORTEST, LONGEST = 50.0, 200.0
"""Kilometres."""
RULES = {
    "plain": "",
    "validation": "  max_move_speed: 200.0\n  camp_weight: 2.0\n  default_movechance: 0.5\n  start_on_foot: True\n"
    "  avoid_short_stints: True\n",
}


@dataclass(frozen=True)
class Grid:
    """What a folder is to hold.

    Attributes:
        width, height: places in a row, and rows.
        people: registered on the last day.
        days: of the run.
        zones: conflict zones, side by side in the middle.
        camps: places on the rim that are camps, evenly spaced.
        awareness: stops ahead that people know.
        rules: a key of RULES.
        seed: of the lengths.
    """

    width: int
    height: int
    people: int = 10_000
    days: int = 3
    zones: int = 1
    camps: int = 4
    awareness: int = 1
    rules: str = "plain"
    seed: int = 1

    @property
    def in_the_middle(self) -> list[tuple[int, int]]:
        """Conflict zones, as column and row."""
        first = max(self.width // 2 - self.zones // 2, 0)
        return [(first + k, self.height // 2) for k in range(self.zones)]

    @property
    def on_the_rim(self) -> list[tuple[int, int]]:
        """Camps, as column and row."""
        across, down = self.width - 1, self.height - 1
        round_about = [
            *((x, 0) for x in range(across)),
            *((across, y) for y in range(down)),
            *((x, down) for x in range(across, 0, -1)),
            *((0, y) for y in range(down, 0, -1)),
        ]
        return [round_about[k * len(round_about) // self.camps] for k in range(self.camps)]


def name_of(place: tuple[int, int]) -> str:
    """Return a place's name, short because millions of roads repeat it."""
    return f"{place[0]}-{place[1]}"


def write(folder: Path, grid: Grid) -> None:
    """Write a grid as a new Flee folder; `folder` must not be there."""
    tables, source = folder / "input_csv", folder / "source_data"
    tables.mkdir(parents=True)
    source.mkdir()
    zones = [name_of(place) for place in grid.in_the_middle]
    camps = [name_of(place) for place in grid.on_the_rim]
    _put(tables / "locations.csv", _locations(grid))
    _put(tables / "routes.csv", _routes(grid))
    _put(tables / "closures.csv", iter(["#closure_type,name1,name2,closure_start,closure_end"]))
    _put(tables / "conflicts.csv", _by_day(grid, zones))
    _put(tables / "registration_corrections.csv", iter([]))
    _put(tables / "sim_period.csv", iter([f"StartDate,{START}", f"Length,{grid.days}"]))
    shares = [grid.people * (k + 1) // len(camps) - grid.people * k // len(camps) for k in range(len(camps))]
    series = {"total": grid.people, **dict(zip(camps, shares, strict=True))}
    _put(source / "data_layout.csv", (f"{name},{name}.csv" for name in series))
    last = START + dt.timedelta(days=max(grid.days - 1, 1))
    for name, people in series.items():
        _put(source / f"{name}.csv", iter([f"{START},0", f"{last},{people}"]))
    (folder / "simsetting.yml").write_text(_settings(grid), encoding="utf-8")


def _locations(grid: Grid) -> Iterator[str]:
    zones, camps = set(grid.in_the_middle), set(grid.on_the_rim)
    yield "#name,region,country,latitude,longitude,location_type,conflict_date,population"
    for y in range(grid.height):
        for x in range(grid.width):
            fixed = f"{y / 100:g},{x / 100:g}"
            if (x, y) in zones:
                yield f"{x}-{y},,home,{fixed},conflict_zone,0,{10 * grid.people}"
            elif (x, y) in camps:
                yield f"{x}-{y},,abroad,{fixed},camp,,{grid.people}"
            else:
                yield f"{x}-{y},,home,{fixed},town,,"


def _routes(grid: Grid) -> Iterator[str]:
    yield "#name1,name2,distance,forced_redirection"
    stream = np.random.default_rng(grid.seed)
    for y in range(grid.height):
        lengths = stream.uniform(SHORTEST, LONGEST, (grid.width, len(NEIGHBOURS)))
        yield from _roads_of_row(grid, y, lengths)


def _roads_of_row(grid: Grid, y: int, lengths: NDArray[np.float64]) -> Iterator[str]:
    for x, row in enumerate(lengths.tolist()):
        for (right, down), km in zip(NEIGHBOURS, row, strict=True):
            if 0 <= x + right < grid.width and y + down < grid.height:
                yield f"{x}-{y},{x + right}-{y + down},{km:.1f},0"


def _by_day(grid: Grid, zones: Sequence[str]) -> Iterator[str]:
    yield ",".join(["#Day", *zones])
    for day in range(grid.days):
        yield ",".join([str(day), *["1"] * len(zones)])


def _settings(grid: Grid) -> str:
    log = "".join(f"  {name}: 0\n" for name in ("agent", "link", "camp", "init", "conflict"))
    return (
        f"log_levels:\n{log}spawn_rules:\n  sum_from_camps: True\nmove_rules:\n{RULES[grid.rules]}"
        f"  awareness_level: {grid.awareness}\noptimisations:\n  hasten: 1\n"
    )


def _put(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    for name in ("width", "height", "people", "days", "zones", "camps", "awareness", "seed"):
        arguments.add_argument(f"--{name}", type=int, default=getattr(Grid, name, 100))
    arguments.add_argument("--rules", choices=RULES, default="plain")
    given = vars(arguments.parse_args())
    write(given.pop("folder"), Grid(**given))


if __name__ == "__main__":
    main()
