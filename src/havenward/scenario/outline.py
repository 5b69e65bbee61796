"""The plain part of YAML, with the line of every key.

Only blocks, lists and single values are taken, and values stay text. Anchors, aliases, tags, merge keys,
repeated keys and further documents are refused: each can make a file mean something else than it seems to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from yaml import events

from havenward.scenario.decode import composed, hides
from havenward.scenario.problems import Problems

Root = TypeVar("Root", dict[str, Any], list[Any])
Path = tuple[str | int, ...]
"""Keys and list indices that lead to a value."""

MAX_DEPTH = 8
"""Blocks and lists within one another; the format needs three."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


@dataclass
class _Open:
    """A block or list that is being read; `key` waits for its value."""

    content: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None


def outline(file: str, text: str, problems: Problems) -> tuple[dict[str, Any] | None, dict[Path, int]]:
    """The block that a document holds, as blocks (dict), lists and texts (None where empty), and the line of each path.

    The document is None where it cannot be read. What is refused but can be passed over is reported, and
    reading goes on.
    """
    mend = "Write keys with values, one a line, for instance 'name: my-town'"
    return _outline(file, text, problems, dict, "the file holds no block of keys", mend)


def outline_list(file: str, text: str, problems: Problems) -> tuple[list[Any] | None, dict[Path, int]]:
    """As `outline`, for a document that holds a list."""
    mend = "Write each entry after a dash, for instance '- edit: set_desks'"
    return _outline(file, text, problems, list, "the file holds no list", mend)


def _outline(
    file: str, text: str, problems: Problems, kind: type[Root], wrong: str, mend: str
) -> tuple[Root | None, dict[Path, int]]:
    reading = _Reading(file, problems)
    data: Root | None = None
    try:
        found = reading.build(text)
        if isinstance(found, kind):
            data = found
        elif not reading.stopped:
            problems.error(file, 1, "", "", wrong, mend)
    except yaml.MarkedYAMLError as fault:
        row = fault.problem_mark.line + 1 if fault.problem_mark is not None else 1
        wrong = f"the line cannot be read as YAML ({fault.problem or fault.context})"
        problems.error(file, row, "", "", wrong, "Check indents, colons and quotation marks here and just above")
    except yaml.YAMLError as fault:
        wrong = f"the file cannot be read as YAML ({str(fault).splitlines()[0]})"
        problems.error(file, 1, "", "", wrong, "Check that it is a plain text file")
    return data, reading.lines


class _Reading:
    """Turns the parser's events into data without recursion, so that depth costs nothing."""

    def __init__(self, file: str, problems: Problems) -> None:
        self.lines: dict[Path, int] = {}
        self.stopped = False
        self._file = file
        self._problems = problems
        self._root: list[Any] = []
        self._stack = [_Open(self._root, ())]

    def build(self, text: str) -> Any:
        """What the document holds; None where it is empty or reading was stopped."""
        documents = 0
        for event in yaml.parse(text, Loader=_Loader):
            row = event.start_mark.line + 1 if event.start_mark is not None else 1
            if isinstance(event, events.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._error(row, "", "---", "a second document begins here", "Keep one document a file")
                    break
            elif isinstance(event, events.CollectionEndEvent):
                self._stack.pop()
            elif isinstance(event, events.NodeEvent) and not self._take(event, row):
                self.stopped = True
                return None
        return self._root[0] if self._root else None

    def _take(self, event: events.NodeEvent, row: int) -> bool:
        """Takes a key, a value, or the beginning of a block or list; False where reading cannot go on."""
        self._refuse_tricks(event, row)
        parent = self._stack[-1]
        if isinstance(parent.content, dict) and parent.key is None:
            return self._take_key(event, parent, row)
        opened = self._place(event, parent, row)
        if opened is not None:
            self._stack.append(opened)
        if len(self._stack) > MAX_DEPTH:
            wrong = f"blocks and lists lie more than {MAX_DEPTH} deep"
            self._error(row, "", "", wrong, "Write the plain keys of the format")
            return False
        return True

    def _take_key(self, event: events.NodeEvent, parent: _Open, row: int) -> bool:
        if not isinstance(event, events.ScalarEvent):
            wrong = "a list or a block stands where a key is needed"
            self._error(row, self._here(), "", wrong, "Write a single word before the colon")
            return False
        path = (*parent.path, event.value)
        parent.key = event.value
        if event.value == "<<" and not event.style:
            self._error(row, self._here(), event.value, "merge keys are not read", "Write the keys out")
        elif path in self.lines:
            wrong = f"the key stands already in row {self.lines[path]}"
            self._error(row, self._here(), event.value, wrong, "Delete one of the two")
        else:
            self.lines[path] = row
        return True

    def _refuse_tricks(self, event: events.NodeEvent, row: int) -> None:
        if isinstance(event, events.AliasEvent):
            self._error(row, self._here(), f"*{event.anchor}", "aliases are not read", "Write the value out")
        elif event.anchor is not None:
            self._error(row, self._here(), f"&{event.anchor}", "anchors are not read", "Delete the anchor")
        if isinstance(event, events.ScalarEvent) and hides(event.value):
            wrong = "an escape stands for a character that nobody can see"
            self._error(row, self._here(), event.value, wrong, "Leave it out")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._error(row, self._here(), tag, "tags are not read", "Delete the tag")

    def _place(self, event: events.NodeEvent, parent: _Open, row: int) -> _Open | None:
        """Puts a value where it belongs; gives the block or list that it opens."""
        value: Any = None
        if isinstance(event, events.MappingStartEvent):
            value = {}
        elif isinstance(event, events.SequenceStartEvent):
            value = []
        elif isinstance(event, events.ScalarEvent):
            value = None if not event.style and event.value in _NULLS else composed(event.value)
        path = self._insert(parent, value)
        self.lines.setdefault(path, row)
        return _Open(value, path) if isinstance(value, dict | list) else None

    def _insert(self, parent: _Open, value: Any) -> Path:
        if isinstance(parent.content, dict):
            key, parent.key = str(parent.key), None
            parent.content[key] = value
            return (*parent.path, key)
        parent.content.append(value)
        return () if parent.content is self._root else (*parent.path, len(parent.content) - 1)

    def _here(self) -> str:
        """The key that is being read, with those around it."""
        steps = (*self._stack[-1].path, self._stack[-1].key)
        return ".".join(step for step in steps if isinstance(step, str))

    def _error(self, row: int, column: str, value: str, wrong: str, mend: str) -> None:
        self._problems.error(self._file, row, column, value, wrong, mend)
