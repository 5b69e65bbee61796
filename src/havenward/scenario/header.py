"""`scenario.yaml`: from text to a checked header that remembers the line of every key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from havenward.scenario.cells import choices, convert, kinds, read_cell, western_digits
from havenward.scenario.decode import decode
from havenward.scenario.explain import explain, meaning
from havenward.scenario.outline import Path, outline
from havenward.scenario.problems import Problems
from havenward.scenario.refused import refusal
from havenward.scenario.schema import FORMAT, Area, Epoch, Header

FILE = "scenario.yaml"

_BLOCKS: dict[str, type[BaseModel]] = {"areas": Area, "epochs": Epoch}


@dataclass
class Heading:
    """The header as read: None where it is not valid. `lines` gives the line of a key by its path."""

    header: Header | None = None
    lines: dict[Path, int] = field(default_factory=dict)
    areas: frozenset[str] | None = None

    def line(self, *path: str | int) -> int:
        """The line of `path`, or of the nearest block around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_header(content: bytes | None, problems: Problems) -> Heading:
    """Reads `scenario.yaml`. `areas` holds the names of areas even where another part is wrong."""
    if content is None:
        mend = "Write it, or give the folder that holds it; 'havenward init' writes one to start from"
        problems.error(FILE, None, "", "", "the file is missing", mend)
        return Heading()
    text = decode(FILE, content, problems)
    if text is None:
        return Heading()
    data, lines = outline(FILE, text, problems)
    heading = Heading(lines=lines)
    if data is None:
        return heading
    if not _readable_format(data, heading, problems):
        return heading
    heading.areas = _area_names(data)
    faulty: set[Path] = set()
    typed = _typed(Header, data, (), heading, faulty, problems)
    try:
        heading.header = Header.model_validate(typed)
    except ValidationError as refused:
        _report(refused, heading, faulty, problems)
    if faulty:
        heading.header = None
    return heading


def _readable_format(data: dict[str, Any], heading: Heading, problems: Problems) -> bool:
    version = data.get("format")
    value = convert("integer", western_digits(version)) if isinstance(version, str) else None
    if not isinstance(value, int) or value <= FORMAT:
        return True
    wrong = f"the scenario is written in a newer format than this release reads ({FORMAT})"
    mend = "Update Havenward, or ask for the scenario in the older format"
    problems.error(FILE, heading.line("format"), "format", version, wrong, mend)
    return False


def _area_names(data: dict[str, Any]) -> frozenset[str] | None:
    areas = data.get("areas")
    if not isinstance(areas, list):
        return None
    names = [area.get("name") for area in areas if isinstance(area, dict)]
    return frozenset(name.strip() for name in names if isinstance(name, str))


def _typed(
    model: type[BaseModel],
    data: dict[str, Any],
    path: Path,
    heading: Heading,
    faulty: set[Path],
    problems: Problems,
) -> dict[str, Any]:
    """`data` with its texts turned into the values that `model` takes; empty values are left out."""
    typed: dict[str, Any] = {}
    for key, value in data.items():
        here = (*path, key)
        if isinstance(value, str):
            kind = kinds(model).get(key, "text")
            result = read_cell(FILE, heading.line(*here), _name(here), kind, value.strip(), problems)
            if result is None:
                faulty.add(here)
            else:
                typed[key] = result
        elif isinstance(value, list) and key in _BLOCKS:
            typed[key] = [
                _typed(_BLOCKS[key], entry, (*here, index), heading, faulty, problems) if isinstance(entry, dict) else entry
                for index, entry in enumerate(value)
            ]
        elif value is not None:
            typed[key] = value
    return typed


def _report(refused: ValidationError, heading: Heading, faulty: set[Path], problems: Problems) -> None:
    for error in refused.errors(include_url=False):
        path: Path = error["loc"]
        if path in faulty:
            continue
        model = _BLOCKS.get(str(path[0]), Header) if len(path) > 2 else Header
        column, row = _name(path), heading.line(*path)
        key = str(path[-1])
        if error["type"] == "extra_forbidden":
            _report_unknown(row, column, key, model, problems)
            continue
        wrong, mend = explain(error)
        value = error["input"] if isinstance(error["input"], str) else ""
        problems.error(FILE, row, column, value, wrong, mend + meaning(model, key), choices(model, key))


def _report_unknown(row: int, column: str, key: str, model: type[BaseModel], problems: Problems) -> None:
    reason = refusal(key)
    if reason is not None:
        problems.error(FILE, row, column, key, reason, "Delete the key")
        return
    mend = f"Delete it, or use one of: {', '.join(model.model_fields)}"
    problems.error(FILE, row, column, key, "is not a key of this format", mend, model.model_fields)


def _name(path: Path) -> str:
    """A path as people say it, without the numbers of list entries: the line tells which one is meant."""
    return ".".join(str(step) for step in path if isinstance(step, str)) or FILE
