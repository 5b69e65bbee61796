"""`scenario.yaml`: from text to a checked header that remembers the line of every key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from havenward.scenario.blocks import Blocks, line_of
from havenward.scenario.cells import convert, western_digits
from havenward.scenario.decode import decode
from havenward.scenario.outline import Path, outline
from havenward.scenario.problems import Problems
from havenward.scenario.schema import FORMAT, Header

FILE = "scenario.yaml"


@dataclass
class Heading:
    """The header as read: None where it is not valid. `lines` gives the line of a key by its path."""

    header: Header | None = None
    lines: dict[Path, int] = field(default_factory=dict)
    areas: frozenset[str] | None = None

    def line(self, *path: str | int) -> int:
        """The line of `path`, or of the nearest block around it."""
        return line_of(self.lines, *path)


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
    heading.header = Blocks(FILE, lines, problems).read(Header, data)
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
