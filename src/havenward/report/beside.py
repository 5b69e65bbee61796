"""Writes a table for others to read, and beside it what it holds, of which tier and of which run."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class ExportError(ValueError):
    """Nothing was written; the message says why and how to mend it."""


def about_of(record: Mapping[str, Any], **more: object) -> dict[str, object]:
    """What stands beside a table of a run: what its record says of it, and more."""
    keys = ("scenario", "title", "run_id", "version", "model", "level", "solver", "seed", "status", "first_day")
    return {key: record[key] for key in keys} | more


def beside(table: Path) -> Path:
    """Where it stands: with the same name, ending in `.json`."""
    return table.with_suffix(".json")


def free_to_write(*paths: Path) -> None:
    """Refuse what is there already. Raises ExportError."""
    for path in paths:
        if path.exists() or path.is_symlink():
            raise ExportError(f"{path} is there already; give another name, or remove it")


def write_table(table: Path, text: str, about: Mapping[str, object]) -> None:
    """Write a table and what stands beside it, or neither. Raises ExportError where the disk refuses."""
    with _aside(table) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")
        write_about(beside(table), about)
        aside.replace(table)


@contextmanager
def written_together(folder: Path) -> Iterator[Path]:
    """Give a hidden folder to write into, which becomes `folder` at the end. Raises ExportError where the disk refuses."""
    with _aside(folder) as aside:
        aside.mkdir()
        yield aside
        aside.rename(folder)


def write_about(path: Path, about: Mapping[str, object]) -> None:
    """Write what stands beside a table, or in a folder of tables."""
    path.write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """Give another name in the same place; nothing of that name is left."""
    aside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield aside
    except OSError as error:
        raise ExportError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if aside.is_dir():
            shutil.rmtree(aside, ignore_errors=True)
        elif aside.exists():
            aside.unlink()
