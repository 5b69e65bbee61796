"""Pydantic's findings in the words of this field."""

from __future__ import annotations

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_LIMITS = {
    "greater_than_equal": ("is less than {ge}", "Write {ge} or more"),
    "greater_than": ("is not above {gt}", "Write more than {gt}"),
    "less_than_equal": ("is more than {le}", "Write {le} or less"),
    "less_than": ("is not below {lt}", "Write less than {lt}"),
    "finite_number": ("is not a finite number", "Leave it empty where the figure is not known"),
    "string_too_short": ("is too short", "Write at least {min_length} character"),
    "string_too_long": ("is too long", "Write at most {max_length} characters"),
    "too_short": ("has too few entries", "Give at least {min_length}"),
    "too_long": ("has too many entries", "Give at most {max_length}"),
    "literal_error": ("is not one of the words known here", "Write {expected}"),
    "missing": ("is missing", "Fill it in"),
    "string_type": ("is not a single text", "Write one text here, not a list or a block"),
    "date_type": ("is not a single date", "Write one date here, as 2016-03-15"),
    "int_type": ("is not a single whole number", "Write one whole number here"),
    "list_type": ("is not a list", "Write one entry a line, each after a dash"),
    "model_type": ("is not a block of keys", "Write keys with values, for instance 'name: east'"),
    "string_pattern_mismatch": ("has a character that is not allowed here", "It must match {pattern}"),
}


def explain(error: ErrorDetails) -> tuple[str, str]:
    """What is wrong and how to mend it, for one error of pydantic; in its own words where none stand here."""
    wrong, mend = _LIMITS.get(error["type"], (error["msg"][:1].lower() + error["msg"][1:], "Check it"))
    details = {name: f"{v:.12g}" if isinstance(v, float) else v for name, v in error.get("ctx", {}).items()}
    return wrong.format(**details), mend.format(**details)


def meaning(model: type[BaseModel], field: str) -> str:
    """What a field is for, as a clause to add to a mend; empty where the schema does not say."""
    known = model.model_fields.get(field)
    return f" ({known.description})" if known is not None and known.description else ""
