"""The kinds of edits and their keys, as they are told to people and to programs."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from havenward.scenario.edits.edit import Edit
from havenward.scenario.edits.read import EDITS
from havenward.scenario.told import default, written


def keys_of(kind: type[Edit]) -> list[str]:
    """Return the keys of a kind of edit in the order in which they are told: its own, its dates, its remark."""
    last = [name for name in ("date", "until", "why") if name in kind.model_fields]
    return [name for name in kind.model_fields if name not in ("edit", *last)] + last


def listed() -> list[dict[str, Any]]:
    """Return each kind with its meaning and its keys: how they are written, what holds without them, what they mean."""
    return [
        {
            "edit": name,
            "meaning": (kind.__doc__ or "").strip(),
            "keys": [
                {
                    "key": key,
                    "written": written(kind, key),
                    "default": default(kind.model_fields[key]),
                    "meaning": kind.model_fields[key].description or "",
                }
                for key in keys_of(kind)
            ],
        }
        for name, kind in EDITS.items()
    ]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of edits."""
    one: Any = Annotated[reduce(or_, EDITS.values()), Field(discriminator="edit")]
    return TypeAdapter(list[one]).json_schema() | {"title": "Havenward edits"}
