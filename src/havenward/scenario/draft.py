"""A scenario as read, before its parts are checked against one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from havenward.scenario import schema
from havenward.scenario.header import FILE, Heading, read_header
from havenward.scenario.problems import Problems
from havenward.scenario.sheet import Sheet, read_sheet


@dataclass
class Draft:
    """The header and every table, with the line of each row. A table that is not there is empty."""

    heading: Heading
    locations: Sheet[schema.Location]
    control: Sheet[schema.Control]
    bends: Sheet[schema.Bend]
    fighting: Sheet[schema.Fighting]
    offensives: Sheet[schema.Offensive]
    restrictions: Sheet[schema.Restriction]
    prices: Sheet[schema.Price]
    supplies: Sheet[schema.Supply]
    routes: Sheet[schema.Route]
    corridors: Sheet[schema.Corridor]
    crossings: Sheet[schema.Crossing]
    camps: Sheet[schema.Camp]
    stocks: Sheet[schema.Stock]
    classes: Sheet[schema.HouseholdClass]
    assumptions: Sheet[schema.Assumption]
    observers: Sheet[schema.Observer]
    evidence: Sheet[schema.Evidence]
    targets: Sheet[schema.Target]
    sources: Sheet[schema.Source]

    def sheets(self) -> Iterator[Sheet[Any]]:
        """Every table, in the order of the format."""
        return (getattr(self, table) for table in schema.TABLES)


def read_draft(contents: Mapping[str, bytes], problems: Problems, absent: frozenset[str] = frozenset()) -> Draft:
    """Reads the files of a scenario. `absent` names files that were refused before they could be read."""
    heading = Heading() if FILE in absent else read_header(contents.get(FILE), problems)
    sheets: dict[str, Any] = {}
    for table, model in schema.TABLES.items():
        file = f"{table}.csv"
        content = contents.get(file)
        if content is None and table in schema.REQUIRED and file not in absent:
            needed = [name for name, field in model.model_fields.items() if field.is_required()]
            problems.error(file, None, "", "", "the file is missing", f"Write it with {', '.join(needed)}")
        sheets[table] = read_sheet(file, model, content, problems)
        if content is None and (table in schema.REQUIRED or file in absent):
            sheets[table].whole = sheets[table].readable = False
    return Draft(heading, **sheets)
