"""Where a scenario lies, and what of it is read: the known files of one folder, and nothing else."""

from __future__ import annotations

import stat
from pathlib import Path

from havenward.scenario.header import FILE as HEADER
from havenward.scenario.problems import Problems
from havenward.scenario.schema import TABLES

FILES = (HEADER, *(f"{table}.csv" for table in TABLES))
"""Every file name that a scenario folder may hold."""

MAX_TABLE_BYTES = 50_000_000
MAX_HEADER_BYTES = 1_000_000

BUNDLED = Path(__file__).parent / "bundled"


def bundled() -> list[str]:
    """Names of the scenarios that come with the package."""
    return sorted(folder.name for folder in BUNDLED.iterdir() if (folder / HEADER).is_file())


def locate(scenario: str | Path) -> Path:
    """The folder of a scenario, from the name of a bundled one, a folder, or the path of a `scenario.yaml`.

    A plain string that names a bundled scenario means that one; write `./toy` for a folder of the same name.
    """
    if isinstance(scenario, str) and scenario in bundled():
        return BUNDLED / scenario
    path = Path(scenario)
    return path.parent if path.name == HEADER else path


def gather(folder: Path, problems: Problems) -> dict[str, bytes]:
    """The content of every known file in `folder`; what cannot be read safely is an error."""
    place = folder.name or str(folder)
    try:
        if not folder.is_dir():
            mend = f"Give the folder that holds scenario.yaml, or one of: {', '.join(bundled())}"
            problems.error(
                place,
                None,
                "",
                folder,
                "there is no such folder, and no such scenario is bundled",
                mend,
                bundled(),
            )
            return {}
        root = folder.resolve(strict=True)
        present = sorted(entry.name for entry in folder.iterdir())
    except (OSError, ValueError, RuntimeError) as fault:
        problems.error(place, None, "", folder, f"the folder cannot be opened ({fault})", "Check the path and its rights")
        return {}
    _warn_of_strangers(present, problems)
    contents = {}
    for name in FILES:
        if name in present:
            content = content_of(root, name, problems)
            if content is not None:
                contents[name] = content
    return contents


def _warn_of_strangers(present: list[str], problems: Problems) -> None:
    for name in present:
        if name not in FILES and name.lower().endswith((".csv", ".yaml", ".yml")):
            wrong = "the file is not part of a scenario and was not read"
            problems.warning(name, None, "", name, wrong, "Rename it, or move it elsewhere", set(FILES) - set(present))


def content_of(root: Path, name: str, problems: Problems, most: int | None = None) -> bytes | None:
    """The bytes of one file, refused unless it is a plain file inside `root` and has at most `most` of them."""
    path = root / name
    limit = most or (MAX_HEADER_BYTES if name == HEADER else MAX_TABLE_BYTES)
    try:
        if not path.resolve(strict=True).is_relative_to(root):
            wrong = "the file is a link that leads out of its folder"
            problems.error(name, None, "", "", wrong, "Put a copy of the file in its place")
            return None
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            problems.error(name, None, "", "", "this is not a plain file", "Put a plain file in its place")
            return None
        if about.st_size <= limit:
            with path.open("rb") as file:
                content = file.read(limit + 1)
            if len(content) <= limit:
                return content
    except (OSError, RuntimeError) as fault:
        problems.error(name, None, "", "", f"the file cannot be opened ({fault})", "Check the file and its rights")
        return None
    wrong = f"the file is larger than {limit // 1_000_000} MB, the limit"
    problems.error(name, None, "", "", wrong, "Leave out what the scenario does not need")
    return None
