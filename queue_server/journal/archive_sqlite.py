"""A whole SQLite file for the tools: see archive_port."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from queue_server.journal.archive_port import BATCH_ROWS, InUse, Row, Whole
from queue_server.journal.chain import Record
from queue_server.journal.group_commit import last_of
from queue_server.journal.port import JournalError, NotStored
from queue_server.journal.sqlite import bring_schema_to, keep_private, newest_version

_RECORD = ("hall", "seq", "event", "at", "data", "prev_hash", "hash")
LOCK_WAIT_S = 2


class SqliteFile:
    """Databases over one file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.newest_version = newest_version()

    @contextmanager
    def reading(self) -> Iterator[Whole]:
        if not self.file.is_file():
            raise NotStored(f"there is no database file {self.file}")
        with _translating(self.file), closing(self._open("ro")) as connection:
            connection.execute("BEGIN")
            yield WholeSqlite(connection)

    @contextmanager
    def writing_alone(self) -> Iterator[Whole]:
        if not self.file.is_file():
            raise NotStored(f"there is no database file {self.file}")
        with _translating(self.file), closing(self._open("rw")) as connection:
            _begin_alone(connection)
            yield WholeSqlite(connection)
            connection.execute("COMMIT")

    @contextmanager
    def creating(self) -> Iterator[Whole]:
        existed = self.file.exists()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with suppress(OSError):  # SQLite meets the same trouble, and its words are translated
                keep_private(self.file)
            with _translating(self.file), closing(self._open("rwc")) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                _begin_alone(connection)
                yield WholeSqlite(connection)
                connection.execute("COMMIT")
        except BaseException:
            if not existed:
                for end in ("", "-wal", "-shm", "-journal"):
                    self.file.with_name(self.file.name + end).unlink(missing_ok=True)
            raise

    def _open(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.file.resolve().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=LOCK_WAIT_S)
        # a damaged byte must reach the check of the hashes, which names the record
        connection.text_factory = _text
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _begin_alone(connection: sqlite3.Connection) -> None:
    """In WAL mode every open connection holds a shared lock on the file, which an exclusive one
    meets: so this finds a server that is running but idle."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        raise InUse("a server, or another program, has this database open: stop it first") from (
            error
        )


@contextmanager
def _translating(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise JournalError(f"{file}: the database refuses this: {error}") from error
    except sqlite3.DatabaseError as error:
        raise NotStored(f"{file}: {error}") from error


class WholeSqlite:
    """The Whole port over one connection inside a transaction."""

    kind = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def bring_to(self, version: int) -> None:
        bring_schema_to(self._connection, version)

    def tables(self) -> Mapping[str, Sequence[str]]:
        names = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            " ORDER BY rowid"
        ).fetchall()
        return {
            name: tuple(
                column
                for (column,) in self._connection.execute(
                    "SELECT name FROM pragma_table_info(?) ORDER BY cid", (name,)
                )
            )
            for (name,) in names
        }

    def halls(self) -> Sequence[str]:
        rows = self._connection.execute("SELECT DISTINCT hall FROM event ORDER BY hall")
        return [row[0] for row in rows]

    def last(self, hall: str) -> tuple[int, str]:
        return last_of(self._connection, hall)

    def records(self, hall: str) -> Iterator[Record]:
        cursor = self._connection.execute(
            f"SELECT {', '.join(_RECORD)} FROM event WHERE hall = ? ORDER BY seq",  # noqa: S608
            (hall,),
        )
        return (Record(*row) for row in _batched(cursor))

    def rows(self, table: str, columns: Sequence[str], hall: str | None = None) -> Iterator[Row]:
        statement = f"SELECT {_names(columns)} FROM {_name(table)}"  # noqa: S608 - quoted names
        if hall is None:
            return _batched(self._connection.execute(statement))
        return _batched(self._connection.execute(f"{statement} WHERE hall = ?", (hall,)))

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        self._connection.executemany(
            f"INSERT INTO {_name(table)} ({_names(columns)}) VALUES ({marks})",  # noqa: S608
            rows,
        )

    def settle(self) -> None:
        """The last record tells where a journal ends."""

    def clear(self, table: str, hall: str) -> None:
        self._connection.execute(f"DELETE FROM {_name(table)} WHERE hall = ?", (hall,))  # noqa: S608


def _batched(cursor: sqlite3.Cursor) -> Iterator[Row]:
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield from rows


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _names(identifiers: Sequence[str]) -> str:
    return ", ".join(_name(i) for i in identifiers)
