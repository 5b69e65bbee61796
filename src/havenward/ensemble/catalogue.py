"""The catalogue of runs: one table in SQLite for a user, or in PostgreSQL for a team.

It says that a run is there; the folder stays the truth, so that a catalogue that is lost is made anew from folders. SQLite
keeps its usual journal: entries are few and small, and the faster one does not work on network drives.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from havenward.ensemble.database import AGAIN, VARIABLE, shown, told, url_of
from havenward.ensemble.entry import Entry
from havenward.guard.audit import state_folder
from havenward.run.request import RunError

NAME = "catalogue.db"
SCHEMA = 1
"""Version of the tables."""
PATIENCE, REACH = 30, 5
"""Seconds to wait for others who write, and for a server."""
Insert = Callable[[sa.Table], sqlite.Insert | postgresql.Insert]
INSERTS: dict[str, Insert] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

METADATA = sa.MetaData()
VERSION = sa.Table(
    "havenward_catalogue",
    METADATA,
    sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("schema", sa.Integer, nullable=False),
)
RUNS = sa.Table(
    "havenward_runs",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("run_id", "kind", "place", "scenario", "title", "model")),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("tier", "solver", "first_day", "last_day", "edits", "status")),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("made", "version", "outcome", "record", "interval", "caution")),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("members", "members_done", "seed", "days")),
    sa.Column("figures", sa.JSON, nullable=False),
)


@dataclass(frozen=True)
class Filters:
    """Which entries are wanted; what is left empty is not looked at.

    Attributes:
        scenario: its name, whether edits were made or not.
        since: the first day on which it was made, in UTC.
        edited: whether edits were made.
        text: stands anywhere in id, scenario, title, edits or place, in capitals or not.
    """

    scenario: str | None = None
    kind: str | None = None
    tier: str | None = None
    status: str | None = None
    solver: str | None = None
    since: dt.date | None = None
    edited: bool | None = None
    text: str | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return them for the table."""
        found = [
            RUNS.c[name] == getattr(self, name)
            for name in ("kind", "tier", "status", "solver")
            if getattr(self, name) is not None
        ]
        if self.scenario is not None:
            found.append(RUNS.c.scenario.in_([self.scenario, f"{self.scenario}-edited"]))
        if self.since is not None:
            found.append(RUNS.c.made >= self.since.isoformat())
        if self.edited is not None:
            found.append((RUNS.c.edits != "") == self.edited)
        if self.text is not None:
            looked_at = ("id", "run_id", "scenario", "title", "edits", "place")
            found.append(sa.or_(*(RUNS.c[name].icontains(self.text, autoescape=True) for name in looked_at)))
        return found


@dataclass(frozen=True)
class Catalogue:
    """A catalogue that can be read.

    Attributes:
        engine: the way to it.
        name: its address as it may be shown.
    """

    engine: sa.Engine
    name: str

    @classmethod
    def usual(cls) -> Catalogue:
        """Return the catalogue that HAVENWARD_CATALOGUE names, or that of this user.

        Raises:
            RunError: it cannot be reached or is of another release.
        """
        if address := os.environ.get(VARIABLE):
            return cls.at(address)
        path = state_folder() / NAME
        with told(str(path)):
            path.parent.mkdir(parents=True, exist_ok=True)
        return cls.at(sa.URL.create("sqlite", database=str(path)))

    @classmethod
    def at(cls, address: str | sa.URL) -> Catalogue:
        """Return the catalogue at an address; where none is yet, an empty one is made.

        Raises:
            RunError: it cannot be reached or is of another release.
        """
        url = url_of(address)
        name = shown(url)
        patience = {"timeout": PATIENCE} if url.get_backend_name() == "sqlite" else {"connect_timeout": REACH}
        with told(name, url.password):
            # connections are not kept: a command asks once, and a file that is not held open can be moved
            catalogue = cls(sa.create_engine(url, connect_args=patience, poolclass=sa.NullPool), name)
            schema = catalogue._schema()
            if schema is None:
                schema = catalogue._made()
        if schema != SCHEMA:
            mend = "take a release that does" if schema > SCHEMA else f"name another in {VARIABLE} {AGAIN}"
            raise RunError(f"the catalogue {name} has schema {schema}, and this release reads {SCHEMA}: {mend}")
        return catalogue

    def enter(self, entry: Entry) -> None:
        """Enter a run, in place of what lay in the same folder before.

        Raises:
            RunError: the catalogue cannot be written.
        """
        values = dataclasses.asdict(entry)
        statement = INSERTS[self.engine.dialect.name](RUNS).values(values)
        before = sa.delete(RUNS).where(RUNS.c.place == entry.place, RUNS.c.kind == entry.kind, RUNS.c.id != entry.id)
        with self._begun() as connection:
            connection.execute(before)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))

    def find(self, filters: Filters, limit: int | None = None) -> tuple[list[Entry], int]:
        """Return entries, the newest first, and how many there are without the limit.

        Raises:
            RunError: the catalogue cannot be read.
        """
        wanted = sa.select(RUNS).where(*filters.conditions())
        with self._begun() as connection:
            number = connection.scalar(sa.select(sa.func.count()).select_from(wanted.subquery()))
            rows = connection.execute(wanted.order_by(RUNS.c.made.desc(), RUNS.c.id).limit(limit)).mappings().all()
        return [Entry(**row) for row in rows], number or 0

    def one(self, beginning: str) -> Entry:
        """Return the entry whose id, or whose run's id, begins so.

        Raises:
            RunError: there is none, or there are several.
        """
        begins = sa.or_(*(RUNS.c[key].startswith(beginning, autoescape=True) for key in ("id", "run_id")))
        with self._begun() as connection:
            rows = connection.execute(sa.select(RUNS).where(begins).order_by(RUNS.c.made.desc())).mappings().all()
        if not rows or not beginning:
            raise RunError(f"no run {beginning!r} is in the catalogue {self.name}; `havenward runs` lists them")
        if len(rows) > 1:
            some = ", ".join(f"{row['id']} ({row['place']})" for row in rows[:5])
            more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
            raise RunError(f"{beginning} may be {some}{more}: give more letters of one of these")
        return Entry(**rows[0])

    def forget(self, entry: Entry) -> None:
        """Take an entry away; its folder stays.

        Raises:
            RunError: the catalogue cannot be written.
        """
        with self._begun() as connection:
            connection.execute(sa.delete(RUNS).where(RUNS.c.id == entry.id))

    @contextlib.contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        with told(self.name, self.engine.url.password), self.engine.begin() as connection:
            yield connection

    def _schema(self) -> int | None:
        """Return the version of the tables; None where there are none, or where another is making them at this moment."""
        with self.engine.connect() as connection:
            if not sa.inspect(connection).has_table(VERSION.name):
                return None
            found: int | None = connection.scalar(sa.select(VERSION.c.schema))
            return found

    def _made(self) -> int:
        """Make the tables. Of several who do so at once all but one may fail on a server, and find them there."""
        try:
            self._make()
        except (sa.exc.IntegrityError, sa.exc.ProgrammingError):
            if self._schema() is None:
                raise
        return SCHEMA

    def _make(self) -> None:
        with self.engine.begin() as connection:
            for table in (RUNS, VERSION):
                connection.execute(CreateTable(table, if_not_exists=True))
            version = INSERTS[self.engine.dialect.name](VERSION).values(only=1, schema=SCHEMA)
            connection.execute(version.on_conflict_do_nothing())
