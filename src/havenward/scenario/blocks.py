"""Blocks of keys: from texts to checked models, every fault with its file, line and key."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from havenward.scenario.cells import choices, kinds, read_cell
from havenward.scenario.explain import explain, meaning
from havenward.scenario.outline import Path
from havenward.scenario.problems import Problems
from havenward.scenario.refused import refusal

Model = TypeVar("Model", bound=BaseModel)


def line_of(lines: dict[Path, int], *path: str | int) -> int:
    """Return the line of a path, or of the nearest block around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


@lru_cache(maxsize=64)
def nested(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return the fields of a model that are lists of blocks, and the model of an entry."""
    lists = {
        name: get_args(field.annotation)
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) is list
    }
    return {name: of[0] for name, of in lists.items() if isinstance(of[0], type) and issubclass(of[0], BaseModel)}


@dataclass
class Blocks:
    """The blocks of one file, or of what else has keys: its name, the line of every path, and where faults are noted."""

    file: str
    lines: dict[Path, int]
    problems: Problems

    def row(self, *path: str | int) -> int | None:
        """Return the line of a path, or of the nearest block around it; None where blocks stand in no file."""
        return line_of(self.lines, *path) if self.lines else None

    def read(self, model: type[Model], data: dict[str, Any], path: Path = ()) -> Model | None:
        """Return a block as a model; None, and an error for each fault, where it cannot be."""
        faulty: set[Path] = set()
        typed = self._typed(model, data, path, faulty)
        try:
            read = model.model_validate(typed)
        except ValidationError as refused:
            self._report(refused, model, path, faulty)
            return None
        return None if faulty else read

    def _typed(self, model: type[BaseModel], data: dict[str, Any], path: Path, faulty: set[Path]) -> dict[str, Any]:
        """Return texts turned into the values that the model takes; empty values are left out."""
        typed: dict[str, Any] = {}
        for key, value in data.items():
            here = (*path, key)
            if isinstance(value, str):
                kind = kinds(model).get(key, "text")
                result = read_cell(self.file, self.row(*here), named(here), kind, value.strip(), self.problems)
                if result is None:
                    faulty.add(here)
                else:
                    typed[key] = result
            elif isinstance(value, list) and key in nested(model):
                entry_model = nested(model)[key]
                typed[key] = [
                    self._typed(entry_model, entry, (*here, index), faulty) if isinstance(entry, dict) else entry
                    for index, entry in enumerate(value)
                ]
            elif value is not None:
                typed[key] = value
        return typed

    def _report(self, refused: ValidationError, model: type[BaseModel], path: Path, faulty: set[Path]) -> None:
        for error in refused.errors(include_url=False):
            inner: Path = error["loc"]
            here = (*path, *inner)
            if here in faulty:
                continue
            of = nested(model).get(str(inner[0]), model) if len(inner) > 2 else model
            row, key = self.row(*here), str(here[-1]) if here else ""
            column = named(here)
            if error["type"] == "extra_forbidden":
                self._report_unknown(row, column, key, of)
                continue
            wrong, mend = explain(error)
            value = error["input"] if isinstance(error["input"], str) else ""
            self.problems.error(self.file, row, column, value, wrong, mend + meaning(of, key), choices(of, key))

    def _report_unknown(self, row: int | None, column: str, key: str, model: type[BaseModel]) -> None:
        reason = refusal(key)
        if reason is not None:
            self.problems.error(self.file, row, column, key, reason, "Delete the key")
            return
        mend = f"Delete it, or use one of: {', '.join(model.model_fields)}"
        self.problems.error(self.file, row, column, key, "is not a key of this format", mend, model.model_fields)


def named(path: Path) -> str:
    """Return a path as people say it, without the numbers of list entries: the line tells which one is meant."""
    return ".".join(str(step) for step in path if isinstance(step, str))
