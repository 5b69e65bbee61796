"""What commands have to do with the catalogue: they enter what they made, and look up what is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from havenward.ensemble.entry import Entry


def enter(where: str | Path) -> None:
    """Enter what was made; where the catalogue cannot be written it is made all the same, and a line says so."""
    from havenward.run.request import RunError

    try:
        entered(where)
    except RunError as error:
        typer.echo(f"{where} is kept, but not in the catalogue: {error}; then `havenward runs add {where}`", err=True)


def entered(where: str | Path) -> Entry:
    """Enter what lies in a folder or at an address; return the entry.

    Raises:
        RunError: no finished run lies there, or the catalogue cannot be written.
    """
    from havenward.ensemble.catalogue import Catalogue
    from havenward.ensemble.entry import Entry

    entry = Entry.of(where)
    Catalogue.usual().enter(entry)
    return entry


def place_of(run: str) -> str:
    """Return where a run lies that is named by its folder, its address, or its id in the catalogue.

    Raises:
        RunError: it is none of these, or its folder is not there as it was entered.
    """
    from havenward.ensemble.catalogue import Catalogue
    from havenward.run.request import RunError

    if "://" in run or Path(run).exists():
        return run
    entry = Catalogue.usual().one(run)
    if entry.state == "gone":
        raise RunError(
            f"{entry.place}, the folder of {entry.id}, is gone; enter its new place by `havenward runs add FOLDER`"
        )
    if entry.state == "changed":
        raise RunError(
            f"{entry.place} is not as it was when {entry.id} was entered; name the folder itself to take it as it is"
        )
    return entry.place
