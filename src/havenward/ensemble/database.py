"""Databases as users name them: addresses, what of them may be shown, and what goes wrong, in one sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from havenward.run.request import RunError

VARIABLE = "HAVENWARD_CATALOGUE"
"""Variable of the environment that names another catalogue, by an address that SQLAlchemy knows."""
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}
"""Databases that a catalogue is kept in, and by which driver each is reached."""
SECRETS = frozenset({"password", "passfile", "sslpassword", "sslkey"})
"""Keys of an address that are never shown."""
AGAIN = "and enter the runs anew by `havenward runs add FOLDER...`"


def url_of(address: str | sa.URL) -> sa.URL:
    """Return an address, with the driver that is at hand.

    Raises:
        RunError: it is none, or of a database that no catalogue is kept in. The address is not told: it may hold a password.
    """
    try:
        url = sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        like = "sqlite:////shared/catalogue.db or postgresql://user@server/database"
        raise RunError(f"{VARIABLE} holds no address of a database; write it like {like}") from None
    if url.drivername not in DRIVERS:
        raise RunError(
            f"{VARIABLE} names a database of the kind {url.drivername}; a catalogue is kept in SQLite or PostgreSQL"
        )
    return url.set(drivername=DRIVERS[url.drivername])


def shown(url: sa.URL) -> str:
    """Return an address without what is secret in it."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return url.set(drivername="postgresql").difference_update_query(SECRETS).render_as_string(hide_password=True)


@contextlib.contextmanager
def told(name: str, password: str | None = None) -> Iterator[None]:
    """Tell in one sentence what goes wrong with a catalogue.

    Raises:
        RunError: anything did.
    """
    try:
        yield
    except (sa.exc.SQLAlchemyError, ImportError, OSError) as error:
        raise RunError(f"the catalogue {name} {_why(error, name)}".replace(password or "\0", "***")) from error


def _why(error: Exception, name: str) -> str:
    """Return what is wrong and how to mend it."""
    if isinstance(error, ImportError):
        return "needs a driver that is not there: pip install 'havenward[postgres]'"
    cause = getattr(error, "orig", None) or error
    said = next(iter(str(cause).splitlines()), type(cause).__name__)
    if isinstance(error, sa.exc.DatabaseError) and ("not a database" in said or "malformed" in said):
        return f"is damaged ({said}): move the file away, {AGAIN}"
    if isinstance(error, sa.exc.OperationalError | OSError) and Path(name).is_absolute():
        return f"cannot be opened ({said}): see to its folder, or name another catalogue in {VARIABLE}"
    return f"cannot be read or written ({said}): see to it, or name another in {VARIABLE}"
