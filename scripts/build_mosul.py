"""Builds the bundled scenario `mosul` from the tables of `data/mosul`.

Run it from anywhere: `python scripts/build_mosul.py [folder]`. Without a folder it writes the bundled scenario.
The same tables give the same bytes. Tables that were copied from sources are never edited here: what they do not
tell stands in the hand-written tables beside them, each row with its reason
(see docs/explanation/mosul_scenario.md).
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

import mosul_calibration
import mosul_evidence
import mosul_front
import mosul_places
import mosul_ways
from havenward.scenario.read import check_files
from havenward.scenario.schema import FORMAT, Header
from mosul_tables import as_csv, read, sources, typed

BUNDLED = Path(__file__).resolve().parents[1] / "src" / "havenward" / "scenario" / "bundled" / "mosul"

BUILDERS = {
    "locations": mosul_places.locations,
    "control": mosul_front.control,
    "fighting": mosul_front.fighting,
    "restrictions": mosul_front.restrictions,
    "prices": mosul_front.prices,
    "supplies": mosul_front.supplies,
    "routes": mosul_places.routes,
    "corridors": mosul_ways.corridors,
    "crossings": mosul_ways.crossings,
    "camps": mosul_ways.camps,
    "classes": mosul_ways.classes,
    "assumptions": mosul_calibration.assumptions,
    "observers": mosul_ways.observers,
    "evidence": mosul_evidence.evidence,
    "targets": mosul_calibration.targets,
    "sources": sources,
}


def header() -> str:
    """`scenario.yaml`, in the order of the format."""
    areas = [{"name": record["name"], "title": record["title"]} for record in read("areas")]
    if tuple(area["name"] for area in areas) != mosul_front.AREAS:
        raise ValueError("areas.csv and the script disagree")
    content = {
        "format": FORMAT,
        "name": "mosul",
        "title": "Mosul, June 2014 to August 2017",
        "description": (
            "An armed group takes a city of nearly two million and the towns around it, lets people leave at "
            "first, then against a bond, then bars the way. Villagers south of the city walk out by night from "
            "March 2016. The offensive reaches the east of the city in November 2016 and the west in February "
            "2017. Places, dates and counts are from public sources; what these do not tell is assumed, and "
            "marked so in every row."
        ),
        "nature": "closed_case",
        "start": "2014-06-05",
        "end": "2017-08-31",
        "besieger": "the armed group (IS)",
        "control": "timeline",
        "areas": areas,
        "epochs": [dict(record) for record in read("epochs")],
        "limits": [record["limit"] for record in read("limits")],
    }
    Header.model_validate(content)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False)


def build(folder: Path) -> None:
    """Writes the scenario into `folder`, made where it is missing; nothing is written if anything is odd."""
    files = {"scenario.yaml": header()}
    for table, builder in BUILDERS.items():
        files[f"{table}.csv"] = as_csv(table, typed(table, builder()))
    contents = {name: text.encode("utf-8") for name, text in files.items()}
    _, problems = check_files(contents)
    if problems:
        raise SystemExit("\n".join(str(problem) for problem in problems))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLED)
