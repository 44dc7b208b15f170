"""Opens whatever database an address names: SQLite's file, or PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from queue_server.access.store import AccessDatabase
from queue_server.clock_guard import AskClock
from queue_server.journal.port import Journal, UnusableDatabase, Writer
from queue_server.journal.sqlite import SqliteDatabase, SqliteJournal, sqlite_file

POSTGRES = ("postgresql://", "postgres://")
# Sessions and tokens are asked for with every request; a database in the same process answers at
# once, one across a network is believed for a while.
TRUSTED_S = 5.0


@dataclass(frozen=True, slots=True)
class Database:
    """name: for the log, without a password; trusted_s: how long what it says about a session is
    believed. clock: its own time, where it may be another machine's."""

    journal: Journal
    access: AccessDatabase
    writer: Writer
    name: str
    trusted_s: float
    clock: AskClock | None = None


def absolute(database: str, base: Path) -> str:
    """The address with its file, if it has one, taken from `base`. Raises UnusableDatabase."""
    if database.startswith(POSTGRES):
        return database
    if database.startswith("sqlite:///"):
        return f"sqlite:///{sqlite_file(database, base)}"
    raise UnusableDatabase(
        f"{database!r} is not understood; use sqlite:///FILE or postgresql://USER@HOST/NAME"
    )


def makes_a_file(address: str) -> bool:
    """Whether opening this makes a file, and so an empty hall: meant, or a slip of the pen."""
    return not address.startswith(POSTGRES) and not sqlite_file(address, Path.cwd()).exists()


async def open_database(address: str) -> Database:
    """Made if need be, with its schema up to date. Raises UnusableDatabase."""
    if not address.startswith(POSTGRES):
        file = sqlite_file(address, Path.cwd())
        sqlite = SqliteDatabase(file)
        return Database(SqliteJournal(sqlite), sqlite, sqlite.writer, str(file), 0.0)
    try:
        from queue_server.journal.postgres import PostgresDatabase, PostgresJournal
    except ImportError as error:
        raise UnusableDatabase("PostgreSQL needs the extra `postgres` (psycopg)") from error
    postgres = await PostgresDatabase.opened(address)
    return Database(
        PostgresJournal(postgres),
        postgres,
        postgres.writer,
        without_password(address),
        TRUSTED_S,
        postgres.clock,
    )


def without_password(address: str) -> str:
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, f"{user.split(':')[0]}{at}{host}", parts.path, "", ""))
