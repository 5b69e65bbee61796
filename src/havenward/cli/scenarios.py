"""`havenward scenarios`: what comes with the package."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def command(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """List the bundled scenarios: span, homes, people, and how sensitive they are."""
    from havenward.scenario.folder import bundled

    entries = [describe(name) for name in bundled()]
    if as_json:
        typer.echo(json.dumps({"scenarios": entries}, ensure_ascii=False, indent=2))
    else:
        for entry in entries:
            typer.echo(_line(entry))
    if not all(entry["valid"] for entry in entries):
        raise typer.Exit(1)


def describe(name: str) -> dict[str, str | int | bool | None]:
    """What there is to say of one bundled scenario; only its name where it is not valid."""
    from havenward.scenario.read import check

    scenario, _ = check(name)
    if scenario is None:
        return {"name": name, "valid": False}
    homes = [place for place in scenario.locations if place.kind == "home"]
    return {
        "name": name,
        "valid": True,
        "title": scenario.header.title,
        "start": scenario.header.start.isoformat(),
        "end": scenario.header.end.isoformat(),
        "homes": len(homes),
        "people": round(sum(home.population for home in homes)),
        "nature": scenario.header.nature,
        "tier": scenario.header.tier,
    }


def _line(entry: dict[str, str | int | bool | None]) -> str:
    if not entry["valid"]:
        return f"{entry['name']}: not valid; run: havenward validate {entry['name']}"
    nature = str(entry["nature"]).replace("_", " ")
    tier = f", {entry['tier']}" if entry["tier"] else ""
    size = f"{entry['homes']} homes, {entry['people']:,} people"
    return f"{entry['name']}: {entry['title']}\n  {entry['start']} to {entry['end']}, {size}, {nature}{tier}"
