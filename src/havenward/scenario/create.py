"""A new scenario folder, to start from: the template, or a scenario that is there already."""

from __future__ import annotations

import re
import secrets
import shutil
from pathlib import Path

from havenward.scenario.folder import FILES
from havenward.scenario.header import FILE
from havenward.scenario.schema import Scenario
from havenward.scenario.write import texts_of

TEMPLATE = Path(__file__).parent / "template"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
"""What a scenario may be called; the schema demands the same."""


def name_from(folder: Path) -> str:
    """A name that a scenario may have, made from the name of its folder."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:40]
    return name if NAME.fullmatch(name) else f"siege-{name}"[:40].rstrip("-")


def create(folder: Path, name: str, scenario: Scenario | None = None) -> list[str]:
    """Writes a small, complete scenario as `folder`, or the one that is given; gives the names of its files.

    The files are written aside and moved into place together, so that no half scenario is ever left.

    Raises FileExistsError where anything stands at `folder`, ValueError where the name is not allowed, and
    OSError where the disk refuses.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"'{name}' is no name for a scenario: small letters, digits, '-' and '_', at most 40")
    if folder.exists() or folder.is_symlink():
        raise FileExistsError(f"'{folder}' is there already; nothing was written")
    if not folder.parent.is_dir():
        raise FileNotFoundError(f"'{folder.parent}', the folder to write it in, is not there")
    texts = _template() if scenario is None else texts_of(scenario)
    texts[FILE] = re.sub(r"(?m)^name: .*$", f"name: {name}", texts[FILE], count=1)
    aside = folder.parent / f".{folder.name}-{secrets.token_hex(4)}"
    aside.mkdir()
    try:
        for file, text in texts.items():
            (aside / file).write_text(text, encoding="utf-8", newline="\n")
        aside.rename(folder)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return sorted(texts)


def _template() -> dict[str, str]:
    return {file: (TEMPLATE / file).read_text(encoding="utf-8") for file in FILES if (TEMPLATE / file).is_file()}
