"""How a key or a column is written, in words: for pages and lists."""

from __future__ import annotations

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from havenward.scenario.cells import Kind, choices, kinds

_KINDS: dict[Kind, str] = {
    "number": "number",
    "integer": "whole number",
    "date": "date",
    "flag": "true or false",
    "text": "text",
    "block": "list",
}


def written(model: type[BaseModel], name: str) -> str:
    """What may stand there: the words to choose from, or a kind of value with its range."""
    return (", ".join(choices(model, name)) or _KINDS[kinds(model)[name]]) + _limits(model.model_fields[name])


def _limits(field: FieldInfo) -> str:
    """The range of a number in words."""
    signs = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    parts = [
        f"{words} {getattr(limit, sign):.12g}"
        for limit in field.metadata
        for sign, words in signs.items()
        if getattr(limit, sign, None) is not None
    ]
    return f" ({', '.join(parts)})" if parts else ""


def default(field: FieldInfo) -> str:
    """What holds where nothing stands there."""
    if field.is_required():
        return "must be given"
    if field.default is PydanticUndefined or field.default in ("", None):
        return "empty"
    if isinstance(field.default, bool):
        return "`true`" if field.default else "`false`"
    return f"`{field.default:.12g}`" if isinstance(field.default, int | float) else f"`{field.default}`"
