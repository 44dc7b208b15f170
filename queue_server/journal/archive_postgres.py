"""A whole PostgreSQL database for the tools: see archive_port."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from psycopg import sql

from queue_server.journal.archive_port import BATCH_ROWS, InUse, Row, Whole
from queue_server.journal.chain import GENESIS, Record
from queue_server.journal.port import JournalError, NotStored, UnusableDatabase
from queue_server.journal.postgres_schema import SCHEMA, newest_version

CONNECT_WITHIN_S = 5
LOCK_WAIT_MS = 5_000
# Where the store itself notes how far it is: made from the rest, so no backup holds them.
_OWN_HOUSE = frozenset({"head", "schema_version"})
Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresAddress:
    """Databases over one address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.newest_version = newest_version()

    @contextmanager
    def reading(self) -> Iterator[Whole]:
        with _translating(), closing(self._connect()) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield WholePostgres(connection)

    @contextmanager
    def writing_alone(self) -> Iterator[Whole]:
        """Servers may go on running: what they want to write waits, and then follows."""
        with _translating(), closing(self._connect()) as connection:
            whole = WholePostgres(connection)
            locked = sql.SQL(", ").join(sql.Identifier(name) for name in whole.tables())
            if whole.version():
                connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(locked))
            yield whole
            connection.commit()

    @contextmanager
    def creating(self) -> Iterator[Whole]:
        with self.writing_alone() as whole:
            yield whole

    def _connect(self) -> Connection:
        connection = psycopg.connect(
            self.url, connect_timeout=CONNECT_WITHIN_S, application_name="hall tools"
        )
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (str(LOCK_WAIT_MS),))
        connection.execute("SELECT set_config('synchronous_commit', 'on', false)")
        connection.commit()
        return connection


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.LockNotAvailable as error:
        raise InUse("other programs write to this database all the time: try again") from error
    except psycopg.IntegrityError as error:
        raise JournalError(f"the database refuses this: {error}") from error
    except psycopg.Error as error:
        raise NotStored(f"PostgreSQL: {str(error).strip()}") from error


class WholePostgres:
    """The Whole port over one connection inside a transaction."""

    kind = "postgresql"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers = itertools.count()

    def version(self) -> int:
        if self._one("SELECT to_regclass('schema_version')")[0] is None:
            return 0
        return int(self._one("SELECT version FROM schema_version")[0])

    def bring_to(self, version: int) -> None:
        have = self.version()
        if have > newest_version():
            raise UnusableDatabase(f"the database has version {have}: update the program")
        if have == 0:
            self._connection.execute("CREATE TABLE schema_version (version integer NOT NULL)")
            self._connection.execute("INSERT INTO schema_version VALUES (0)")
        for script in sorted(SCHEMA.glob("*.sql")):
            number = int(script.name[:4])
            if have < number <= version:
                self._connection.execute(script.read_bytes())
                self._connection.execute("UPDATE schema_version SET version = %s", (number,))

    def tables(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        rows = self._connection.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
            " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.oid, a.attnum"
        )
        for table, column in rows:
            if table not in _OWN_HOUSE:
                found.setdefault(table, []).append(column)
        return found

    def halls(self) -> Sequence[str]:
        # one hall after the other by the index: quicker than looking at every record
        rows = self._connection.execute(
            "WITH RECURSIVE found AS ((SELECT hall FROM event ORDER BY hall LIMIT 1) UNION ALL"
            " SELECT (SELECT hall FROM event WHERE hall > found.hall ORDER BY hall LIMIT 1)"
            " FROM found WHERE found.hall IS NOT NULL)"
            " SELECT hall FROM found WHERE hall IS NOT NULL"
        )
        return [row[0] for row in rows]

    def last(self, hall: str) -> tuple[int, str]:
        row = self._connection.execute(
            "SELECT seq, hash FROM head WHERE hall = %s", (hall,)
        ).fetchone()
        return (int(row[0]), str(row[1])) if row else (0, GENESIS)

    def records(self, hall: str) -> Iterator[Record]:
        columns = sql.SQL(", ").join(map(sql.Identifier, Record._fields))
        statement = sql.SQL("SELECT {} FROM event WHERE hall = {} ORDER BY seq")
        return (Record(*row) for row in self._stream(statement.format(columns, sql.Literal(hall))))

    def rows(self, table: str, columns: Sequence[str], hall: str | None = None) -> Iterator[Row]:
        statement = sql.SQL("SELECT {} FROM {}").format(_names(columns), sql.Identifier(table))
        if hall is not None:
            statement += sql.SQL(" WHERE hall = {}").format(sql.Literal(hall))
        return self._stream(statement)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), _names(columns)
        )
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def settle(self) -> None:
        self._connection.execute("DELETE FROM head")
        self._connection.execute(
            "INSERT INTO head (hall, seq, hash) SELECT it.hall, last.seq, last.hash"
            " FROM unnest(%s::text[]) AS it (hall), LATERAL (SELECT seq, hash FROM event"
            " WHERE event.hall = it.hall ORDER BY seq DESC LIMIT 1) AS last",
            (list(self.halls()),),
        )

    def clear(self, table: str, hall: str) -> None:
        statement = sql.SQL("DELETE FROM {} WHERE hall = %s").format(sql.Identifier(table))
        self._connection.execute(statement, (hall,))

    def _one(self, statement: str) -> Row:
        row = self._connection.execute(statement.encode()).fetchone()
        if row is None:
            raise NotStored("PostgreSQL: the schema's version is gone")
        return row

    def _stream(self, statement: sql.Composed) -> Iterator[Row]:
        """Rows in batches, by a cursor of the server's own."""
        name = f"tools{next(self._numbers)}"
        with self._connection.cursor(name=name) as cursor:
            cursor.itersize = BATCH_ROWS
            cursor.execute(statement)
            yield from cursor


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
