"""SQLite: one file, one writer, and readers that in WAL mode never wait for it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from queue_server.journal.chain import Record
from queue_server.journal.checkpoint import WAL_PAGES_AT_MOST, Checkpointer
from queue_server.journal.group_commit import TICKET_COLUMNS, GroupCommit, last_of, translated
from queue_server.journal.port import RARE, Answer, Append, JournalBroken, TicketRow
from queue_server.journal.port import UnusableDatabase as UnusableDatabase

T = TypeVar("T")

# the index event_rare is used only where its own condition stands word for word
_RARE = (
    "SELECT hall, seq, event, at, data, prev_hash, hash FROM event INDEXED BY event_rare"  # noqa: S608 - names of ours
    f" WHERE event IN ({', '.join(repr(name) for name in RARE)}) AND hall = ? AND seq < ?"
    " ORDER BY seq DESC LIMIT ?"
)
SCHEMA = Path(__file__).parent / "schema"
# What is in the journal is nobody's business who merely has an account on the machine.
PRIVATE = 0o600


def sqlite_file(database: str, base: Path) -> Path:
    """The file of a `sqlite:///…` address; a relative one is taken from `base`."""
    if not database.startswith("sqlite:///"):
        raise UnusableDatabase(f"{database!r} is not understood; use sqlite:///FILE")
    return (base / database.removeprefix("sqlite:///")).resolve()


class SqliteDatabase:
    """One database file: its schema, its writer and a connection for reading.

    Create it inside a running event loop; use it from that loop's thread only.
    """

    def __init__(self, file: Path) -> None:
        """Raises UnusableDatabase: a newer program's, or one that cannot be written."""
        self.file = file
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            keep_private(file)
            connection = _connect(file)
            migrate(connection)
        except (sqlite3.Error, OSError) as error:
            raise UnusableDatabase(f"{file} cannot be opened for writing: {error}") from error
        self.writer = GroupCommit(connection)
        self.reader = _connect(file)
        self.reader.execute("PRAGMA query_only = ON")
        self._checkpointer = Checkpointer(_connect, file)

    def append(self, append: Append) -> asyncio.Future[None]:
        return self.writer.put(append)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Runs `work` inside the next commit; its own errors undo only itself."""
        return self.writer.put(work)

    async def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self.reader.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise translated(error) from error

    async def change(self, *statements: tuple[str, tuple[Any, ...]]) -> list[int]:
        """Inside the next commit, all or none; how many rows each touched."""

        def work(connection: sqlite3.Connection) -> list[int]:
            return [connection.execute(text, values).rowcount for text, values in statements]

        try:
            return await self.write(work)
        except sqlite3.Error as error:
            raise translated(error) from error

    async def close(self) -> None:
        """Writes what is still queued, then closes the file."""
        await self.writer.close()
        await asyncio.to_thread(self._checkpointer.close)
        self.reader.close()


def keep_private(file: Path) -> None:
    """The file, made if need be, and what SQLite keeps beside it: for its owner alone. SQLite gives
    the files that it makes later the same rights. Raises OSError."""
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, PRIVATE))
    for end in ("", "-wal", "-shm"):
        beside = file.with_name(file.name + end)
        if beside.exists() and beside.stat().st_mode & 0o077:
            beside.chmod(PRIVATE)


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=64
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES_AT_MOST}")
    connection.execute("PRAGMA foreign_keys = ON")
    # what is deleted is overwritten: a person's destroyed key must not stay in a free page
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def migrate(connection: sqlite3.Connection) -> None:
    """Brings the schema to the newest version: each numbered file once, in order, whole or not.

    Raises UnusableDatabase for a database that a newer program has written.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        bring_schema_to(connection, newest_version())
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def newest_version() -> int:
    """The schema's version that this program writes."""
    return max(int(script.name[:4]) for script in SCHEMA.glob("*.sql"))


def bring_schema_to(connection: sqlite3.Connection, version: int) -> None:
    """Runs the numbered files after the database's own version up to `version`, inside the caller's
    transaction."""
    have = connection.execute("PRAGMA user_version").fetchone()[0]
    if have > newest_version():
        raise UnusableDatabase(
            f"the database has version {have}, this program knows {newest_version()} at most:"
            " update the program; an older one must not write there"
        )
    for script in sorted(SCHEMA.glob("*.sql")):
        number = int(script.name[:4])
        if have < number <= version:
            for statement in _statements(script.read_text(encoding="utf-8")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def _statements(script: str) -> list[str]:
    found, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            found.append(current)
            current = ""
    return found


def _is_damage(error: sqlite3.Error) -> bool:
    """A page that is none, or a text that is none."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code == sqlite3.SQLITE_CORRUPT or "decode to UTF-8" in str(error)


class SqliteJournal:
    """The Journal port over one SqliteDatabase. A second server on the same file is not meant to
    be; it loses time, as races lost, but nothing else."""

    shared = False

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Raises NotStored, or JournalBroken where the file itself is damaged."""
        try:
            return self._database.reader.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            if _is_damage(error):
                raise JournalBroken(str(error)) from error
            raise translated(error) from error

    def append(self, append: Append) -> asyncio.Future[None]:
        return self._database.append(append)

    @asynccontextmanager
    async def turn(self, hall: str) -> AsyncIterator[tuple[int, str]]:
        yield await self.last(hall)

    def watch(self, hall: str, heard: Callable[[int], None]) -> None:
        """Nobody else appends."""

    async def load(self, hall: str) -> Sequence[Record]:
        # the index event_day_start is used only where its own condition stands word for word
        newest = (
            "SELECT max(seq) FROM event WHERE event IN ('day_opened', 'hall_configured')"
            " AND hall = ? AND event = ? AND seq < ?"
        )
        opened = self._rows(newest, hall, "day_opened", 2**62)[0][0]
        if opened is None:
            return await self.read(hall, 0, -1)
        configured = self._rows(newest, hall, "hall_configured", opened)[0][0]
        head = await self.read(hall, configured - 1, 1) if configured else []
        return [*head, *self._kept_before(hall, opened), *await self.read(hall, opened - 1, -1)]

    def _kept_before(self, hall: str, seq: int) -> list[Record]:
        rows = self._rows(
            "SELECT hall, seq, event, at, data, prev_hash, hash FROM kept JOIN event"
            " USING (hall, seq) WHERE hall = ? AND seq < ? ORDER BY seq",
            *(hall, seq),
        )
        return list(map(Record._make, rows))

    async def last(self, hall: str) -> tuple[int, str]:
        try:
            return last_of(self._database.reader, hall)
        except sqlite3.Error as error:
            raise translated(error) from error

    async def read(self, hall: str, after: int, limit: int) -> Sequence[Record]:
        rows = self._rows(
            "SELECT hall, seq, event, at, data, prev_hash, hash FROM event"
            " WHERE hall = ? AND seq > ? ORDER BY seq LIMIT ?",
            *(hall, after, limit),
        )
        return list(map(Record._make, rows))

    async def rare(self, hall: str, before: int, limit: int) -> Sequence[Record]:
        rows = self._rows(_RARE, hall, before, limit)
        return list(map(Record._make, rows))

    async def find_answer(self, hall: str, request_id: str) -> Answer | None:
        rows = self._rows(
            "SELECT hall, request_id, command, body, seq FROM answer"
            " WHERE hall = ? AND request_id = ?",
            *(hall, request_id),
        )
        return Answer(*rows[0]) if rows else None

    async def find_ticket(self, hall: str, ticket: str) -> TicketRow | None:
        rows = self._rows(
            f"SELECT {TICKET_COLUMNS} FROM ticket WHERE hall = ? AND id = ?",  # noqa: S608
            *(hall, ticket),
        )
        return TicketRow(*rows[0]) if rows else None

    async def close(self) -> None:
        await self._database.close()
