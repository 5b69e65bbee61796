"""`havenward edits`: every kind of edit, with its keys."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def command(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """List the kinds of edits (what-ifs) and their keys: what each is, how it is written, and what holds without it."""
    from havenward.scenario.edits.listed import listed

    kinds = listed()
    if as_json:
        typer.echo(json.dumps({"edits": kinds}, ensure_ascii=False, indent=2))
        return
    for kind in kinds:
        typer.echo(f"{kind['edit']}: {kind['meaning']}")
        for key in kind["keys"]:
            typer.echo(f"  {key['key']:<14} {key['meaning']} ({key['written']}; {key['default']})")
