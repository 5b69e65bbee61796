"""Edits as people write them: a YAML list, a line of a command, or objects; and a scenario with edits made to it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from havenward.scenario.blocks import Blocks
from havenward.scenario.check import cross_check
from havenward.scenario.decode import decode
from havenward.scenario.draft import Draft
from havenward.scenario.edits import front, measures, sites, ways
from havenward.scenario.edits.edit import Edit
from havenward.scenario.edits.tables import Impossible, Tables
from havenward.scenario.folder import content_of
from havenward.scenario.header import Heading
from havenward.scenario.outline import outline_list
from havenward.scenario.problems import Problem, Problems, ScenarioError
from havenward.scenario.requirements import Requirements
from havenward.scenario.schema import TABLES, Scenario
from havenward.scenario.sheet import Sheet

EDITS: dict[str, type[Edit]] = {
    str(kind.model_fields["edit"].default): kind
    for kind in (
        ways.OpenCorridor,
        ways.CloseCorridor,
        ways.OpenCrossing,
        ways.CloseCrossing,
        ways.SetDesks,
        ways.SetHours,
        ways.SetBuses,
        front.MoveFront,
        front.DelayOffensive,
        front.SpeedOffensive,
        front.SetFighting,
        measures.RestorePhones,
        measures.BanPhones,
        measures.AdviseStaying,
        measures.SetExit,
        measures.SetSupplies,
        measures.CloseBorder,
        measures.EarlyReturn,
        sites.AddCamp,
        sites.SetCapacity,
        sites.CloseCamp,
    )
}
"""Every kind of edit, by the word that names it."""
LONGEST = 1_000_000
"""Bytes of a file of edits."""
MOST = 500
"""Edits that a scenario may be given at once: the whole of it is checked after each."""
Given = Edit | Mapping[str, Any] | Path | str
"""Edits as people give them: an object, keys and values, the path of a YAML file, a YAML list, or a line."""


@dataclass(frozen=True)
class Edits:
    """Some edits, and where each was written: the file and its line, or what else they were given as."""

    made: tuple[Edit, ...] = ()
    places: tuple[tuple[str, int | None], ...] = ()

    def __add__(self, more: Edits) -> Edits:
        """Return these, and more after them."""
        return Edits(self.made + more.made, self.places + more.places)

    def rows(self) -> list[dict[str, Any]]:
        """Return what each says, as plain values."""
        return [edit.said for edit in self.made]

    def text(self) -> str:
        """Return them as the YAML list that is read again to the same edits."""
        return yaml.safe_dump(self.rows(), sort_keys=False, allow_unicode=True)


def read_edits(path: Path) -> Edits:
    """Return the edits of a YAML file.

    Raises:
        ScenarioError: with everything that is wrong with them.
    """
    return collect([path], "")[0]


def collect(given: Iterable[Given], called: str) -> tuple[Edits, list[Problem]]:
    """Return edits that are given one by one, and warnings.

    Args:
        given: what is given. A text is the path of a YAML file where it ends in .yaml or .yml, a YAML list where it begins
            with a dash, else a line.
        called: what one that stands in no file is called, such as `--edit`; its number is added.

    Raises:
        ScenarioError: with everything that is wrong with them.
    """
    problems = Problems()
    edits = Edits()
    for number, one in enumerate(given, 1):
        edits += _taken(one, f"{called} {number}", problems)
    if problems.failed:
        raise ScenarioError(problems.sorted())
    return edits, problems.sorted()


def _taken(one: Given, name: str, problems: Problems) -> Edits:
    match one:
        case Edit():
            return Edits((one,), ((name, None),))
        case Path():
            return _in_file(one, problems)
        case str() if one.partition(" ")[0] not in EDITS and one.lower().endswith((".yaml", ".yml")):
            return _in_file(Path(one), problems)
        case str():
            text = decode(name, one.encode(errors="surrogateescape"), problems)
            if text is None:
                return Edits()
            return parse_edits(name, text, problems) if _is_list(text) else _spoken(text, name, problems)
    edit = _read(Blocks(name, {}, problems), dict(one), ())
    return Edits() if edit is None else Edits((edit,), ((name, None),))


def _is_list(text: str) -> bool:
    """Return whether a text is a YAML list: its first line that says anything begins with a dash."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return next(lines, "").startswith("- ")


def _in_file(path: Path, problems: Problems) -> Edits:
    content = content_of(path.parent.resolve(), path.name, problems, LONGEST)
    text = None if content is None else decode(path.name, content, problems)
    return Edits() if text is None else parse_edits(path.name, text, problems)


def parse_edits(file: str, text: str, problems: Problems) -> Edits:
    """Return the edits of a YAML list; what cannot be read is noted and left out."""
    entries, lines = outline_list(file, text, problems)
    if entries is None:
        return Edits()
    if not 0 < len(entries) <= MOST:
        wrong = f"the list holds {len(entries):,} edits"
        problems.error(file, 1, "", "", wrong, f"Write at least one, and at most {MOST}")
        return Edits()
    blocks = Blocks(file, lines, problems)
    edits = Edits()
    for index, entry in enumerate(entries):
        edit = _read(blocks, entry, (index,))
        if edit is not None:
            edits += Edits((edit,), ((file, blocks.row(index)),))
    return edits


def _read(blocks: Blocks, entry: Any, path: tuple[int, ...]) -> Edit | None:
    """Return the edit of a block of keys; None, and what is wrong with it, where it is none."""
    if not isinstance(entry, dict):
        wrong, value = "an entry of the list is no block of keys", entry if isinstance(entry, str) else ""
        mend = "Write 'edit: set_desks' and its keys after the dash"
        blocks.problems.error(blocks.file, blocks.row(*path), "", value, wrong, mend)
        return None
    name = entry.get("edit")
    kind = EDITS.get(name) if isinstance(name, str) else None
    if kind is not None:
        return blocks.read(kind, entry, path)
    wrong = "is no kind of edit" if name else "the entry does not say what is edited"
    mend = f"Write one of: {', '.join(EDITS)}"
    blocks.problems.error(blocks.file, blocks.row(*path, "edit"), "edit", name, wrong, mend, EDITS)
    return None


def _spoken(line: str, name: str, problems: Problems) -> Edits:
    """Return the edit of a line such as `set_desks date=2017-03-01 crossing=Scorpion desks=20`."""
    try:
        kind, *words = shlex.split(line) or [""]
    except ValueError as fault:
        mend = "Close the quotation mark; an apostrophe stands between double ones"
        problems.error(name, None, "", "", f"the edit cannot be read ({fault})", mend)
        return Edits()
    entry = {"edit": kind}
    whole = True
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or key in entry:
            wrong = "the key stands twice" if equals else "is no key with a value"
            mend = "Write each key once, as key=value, with quotation marks round a value that has spaces"
            problems.error(name, None, key if equals else "", word, wrong, mend)
            whole = False
        entry[key] = value
    edit = _read(Blocks(name, {}, problems), entry, ()) if whole else None
    return Edits() if edit is None else Edits((edit,), ((name, None),))


def edited(scenario: Scenario, edits: Edits, requirements: Requirements | None = None) -> tuple[Scenario, list[Problem]]:
    """Return a scenario with edits made to it one after the other, and warnings that it did not have before.

    It is checked as any scenario is after each of them, so that what cannot be is told of the edit that brings it about. Its
    header tells what was edited.

    Raises:
        ScenarioError: with everything that is impossible.
    """
    problems = Problems()
    known = _faults(scenario, requirements)
    for edit, (file, row) in zip(edits.made, edits.places, strict=True):
        tables = Tables.copy(scenario)
        try:
            edit.check_dates(tables)
            edit.change(tables)
        except Impossible as fault:
            problems.error(file, row, fault.column, fault.value, fault.wrong, fault.mend, fault.near)
            continue
        changed = tables.scenario()
        faults = _faults(changed, requirements)
        for problem in [problem for said, problem in faults.items() if said not in known]:
            note = problems.error if problem.severity == "error" else problems.warning
            wrong = f"with this edit, in {problem.file}, {problem.wrong}"
            note(file, row, problem.column, problem.value, wrong, problem.mend)
        header = changed.header.model_copy(update={"edits": [*changed.header.edits, edit.told]})
        scenario, known = changed.model_copy(update={"header": header}), faults
    if problems.failed:
        raise ScenarioError(problems.sorted())
    return scenario, problems.sorted()


def _faults(scenario: Scenario, requirements: Requirements | None) -> dict[tuple[str, ...], Problem]:
    """Return what checks find, by what it says but for the line."""
    problems = Problems()
    cross_check(_draft(scenario), problems, requirements)
    return {(p.file, p.column, p.value, p.wrong): p for p in problems.sorted()}


def _draft(scenario: Scenario) -> Draft:
    """Return a scenario as if it had just been read: rows are numbered as they stand."""
    areas = frozenset(area.name for area in scenario.header.areas)
    sheets: dict[str, Any] = {table: _sheet(table, getattr(scenario, table)) for table in TABLES}
    return Draft(Heading(header=scenario.header, areas=areas), **sheets)


def _sheet(table: str, rows: Sequence[Any]) -> Sheet[Any]:
    cells = [row.model_dump(mode="json", exclude_none=True) for row in rows]
    texts = [{name: str(value) for name, value in row.items() if value != ""} for row in cells]
    return Sheet(f"{table}.csv", list(rows), list(range(2, len(rows) + 2)), texts, present=bool(rows))
