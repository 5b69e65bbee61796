"""One cell: from the text that people write to the value that the schema takes.

Strict where a lenient reader would guess: a date is ISO or it is refused, and a decimal comma is never taken
for a thousands mark.
"""

from __future__ import annotations

import datetime as dt
import re
import types
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from havenward.scenario.problems import Problems

Kind = Literal["number", "integer", "date", "flag", "choice", "text", "block"]
Value = float | int | dt.date | bool | str

LARGEST = 1e12
"""No figure in a scenario is larger: above it a slip is more likely than a fact."""

YEARS = range(1900, 2200)
"""Years that a date may lie in; nanosecond time axes end in 2262."""

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+(\.0*)?", re.ASCII)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NOTHING = frozenset(("nan", "na", "n/a", "#n/a", "null", "none", "nil", "inf", "-inf", "+inf", "infinity", "-", "?"))
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Fault(NamedTuple):
    """Why a cell cannot be read, and how to mend it."""

    wrong: str
    mend: str


@lru_cache(maxsize=256)
def kinds(model: type[BaseModel]) -> dict[str, Kind]:
    """Field name -> kind of value, for each field of `model`."""
    return {name: _kind(field.annotation) for name, field in model.model_fields.items()}


@lru_cache(maxsize=256)
def choices(model: type[BaseModel], name: str) -> tuple[str, ...]:
    """The words among which the field `name` chooses; none where it does not choose."""
    field = model.model_fields.get(name)
    return _words(field.annotation) if field is not None else ()


def _words(annotation: object) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(word for arm in get_args(annotation) if not isinstance(arm, str) for word in _words(arm))


def _kind(annotation: object) -> Kind:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kind(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return _kind(next(arm for arm in get_args(annotation) if arm is not types.NoneType))
    if origin is Literal:
        return "choice"
    plain: dict[object, Kind] = {float: "number", int: "integer", dt.date: "date", bool: "flag", str: "text"}
    return plain.get(annotation, "block")


def western_digits(text: str) -> str:
    """`text` with Arabic-Indic and Persian digits, and the Arabic decimal mark, as Western ones."""
    return text.translate(_DIGITS)


def read_cell(file: str, line: int | None, column: str, kind: Kind, text: str, problems: Problems) -> Value | None:
    """The value of a cell that is not empty; None (and an error) where it has none."""
    if kind in ("text", "choice"):
        return text
    western = text if text.isascii() else western_digits(text)
    if western != text:
        wrong = f"Arabic-Indic or Persian digits were read as {western}"
        problems.warning(file, line, column, text, wrong, "Nothing need be done")
    value = convert(kind, western)
    if isinstance(value, Fault):
        problems.error(file, line, column, text, value.wrong, value.mend)
        return None
    return value


def convert(kind: Kind, text: str) -> Value | Fault:
    """The value of a cell that is not empty, or why there is none."""
    if kind == "number":
        return _number(text)
    if kind == "integer":
        return _integer(text)
    if kind == "date":
        return _date(text)
    if kind == "flag":
        return _FLAGS.get(text.lower(), Fault("is neither true nor false", "Write true or false"))
    return text


def _number(text: str) -> float | Fault:
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        return _not_a_number(text)
    value = float(text)
    if abs(value) > LARGEST:
        return Fault("is larger than any figure a scenario can hold", "Check the digits; the limit is 1e12")
    return value


def _integer(text: str) -> int | Fault:
    value = _number(text)
    if isinstance(value, Fault):
        return value
    if not _WHOLE.fullmatch(text):
        return Fault("is not a whole number", f"Write a whole number, for instance {value:.0f}")
    return int(value)


def _not_a_number(text: str) -> Fault:
    if text.lower() in _NOTHING or text.startswith("#"):
        return Fault("is not a number", "Leave the cell empty where the figure is not known")
    if re.fullmatch(r"[+-]?\d{1,3}([ ,'٬]\d{3})+(\.\d+)?", text):
        plain = re.sub("[ ,'٬]", "", text)
        return Fault("has thousands marks", f"Write {plain}")
    if re.fullmatch(r"[+-]?\d*,\d+", text):
        return Fault("has a decimal comma", f"Write a point: {text.replace(',', '.')}")
    percent = re.fullmatch(r"(\d+(?:\.\d+)?) ?[%٪]", text)
    if percent and len(text) < 20:
        return Fault("is a percentage", f"Write a plain number: {float(percent[1]) / 100:g}")
    return Fault("is not a number", "Write digits with a point for decimals and nothing else")


def _date(text: str) -> dt.date | Fault:
    if not _ISO.fullmatch(text):
        return Fault("is not a date in the form year-month-day", _date_hint(text))
    try:
        value = dt.date.fromisoformat(text)
    except ValueError:
        return Fault("is no day of the calendar", "Check the month (01 to 12) and the day")
    if value.year not in YEARS:
        return Fault("lies in a year that cannot be meant", f"Write a year from {YEARS.start} to {YEARS.stop - 1}")
    return value


def _date_hint(text: str) -> str:
    """How to write the date, as precisely as the text allows."""
    year_first = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", text, re.ASCII)
    if year_first:
        return f"Write {year_first[1]}-{year_first[2]:0>2}-{year_first[3]:0>2}"
    year_last = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ].*)?", text, re.ASCII)
    if year_last:
        first, second, year = year_last.groups()
        day_first, month_first = f"{year}-{second:0>2}-{first:0>2}", f"{year}-{first:0>2}-{second:0>2}"
        if int(second) > 12:
            return f"Write {month_first}"
        if int(first) > 12 or first == second:
            return f"Write {day_first}"
        return f"Write {day_first} or {month_first}, whichever is meant"
    if re.fullmatch(r"\d{5}(\.\d+)?", text, re.ASCII):
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(text[:5]))
        return f"It looks like a spreadsheet's day number: write {day.isoformat()}"
    return "Write it as 2016-03-15"
