"""PostgreSQL: one database for several server processes on several machines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

import psycopg

from queue_server.journal import postgres_sql as sql
from queue_server.journal.chain import GENESIS, Record
from queue_server.journal.port import Answer, Append, TicketRow, UnusableDatabase
from queue_server.journal.postgres_commit import GroupCommit
from queue_server.journal.postgres_lines import Connection, Lines, connect, translated
from queue_server.journal.postgres_news import News
from queue_server.journal.postgres_schema import migrate

T = TypeVar("T")

READERS = 3
LOADED_AT_ONCE = 20_000  # events; a fifth of a second
ADDRESSES = ("postgresql://", "postgres://")


def is_postgres(database: str) -> bool:
    return database.startswith(ADDRESSES)


class PostgresDatabase:
    """One database: its schema, its writers, its readers, its news. Made by `opened`.

    Use it on the thread of the event loop it was made on.
    """

    def __init__(self, url: str) -> None:
        self.reading = Lines(url, READERS)
        self.news = News(url, self.reading)
        self.writer = GroupCommit(url, self.news.tell)

    @classmethod
    async def opened(cls, url: str) -> PostgresDatabase:
        """Brings the schema up to date and begins to listen. Raises UnusableDatabase."""
        try:
            connection = await connect(url, {"application_name": "hall"})
            try:
                await migrate(connection)
            finally:
                await connection.close()
        except psycopg.Error as error:
            raise UnusableDatabase(f"PostgreSQL: {error}") from error
        database = cls(url)
        database.news.start()
        return database

    async def run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """What `work` returns, whose statements it may have to do twice."""
        return await self.reading.run(work)

    async def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """`statement` has a `?` for each value."""
        if any(isinstance(value, str) and "\0" in value for value in values):
            return []  # PostgreSQL's text cannot hold it, so nothing like it is stored

        async def work(connection: Connection) -> list[tuple[Any, ...]]:
            cursor = await connection.execute(_placed(statement), values)
            return await cursor.fetchall()

        return await self.run(work)

    async def change(self, *statements: tuple[str, tuple[Any, ...]]) -> list[int]:
        """In one transaction; how many rows each touched."""

        async def work(connection: Connection) -> list[int]:
            async with connection.transaction():
                done = [await connection.execute(_placed(text), v) for text, v in statements]
            return [cursor.rowcount for cursor in done]

        try:
            return await self.run(work)
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            raise translated(error) from error

    async def clock(self) -> float:
        """The database machine's time, seconds since 1970. Raises NotStored."""
        rows = await self.rows("SELECT extract(epoch FROM clock_timestamp())::float8")
        return float(rows[0][0])

    async def close(self) -> None:
        """Writes what is still queued, then closes the connections."""
        await self.writer.close()
        await self.news.close()
        await self.reading.close()


class PostgresJournal:
    """The Journal port over one PostgresDatabase."""

    shared = True

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def _rows(self, statement: str, values: Any) -> list[tuple[Any, ...]]:
        async def work(connection: Connection) -> list[tuple[Any, ...]]:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchall()

        return await self._database.run(work)

    def append(self, append: Append) -> asyncio.Future[None]:
        return self._database.writer.put(append)

    def turn(self, hall: str) -> AbstractAsyncContextManager[tuple[int, str]]:
        return self._database.writer.turn(hall)

    def watch(self, hall: str, heard: Callable[[int], None]) -> None:
        self._database.news.watch(hall, heard)

    async def load(self, hall: str) -> Sequence[Record]:
        """A crowded day comes in parts: whole, it would run out of a statement's time."""
        rows = await self._rows(sql.LOAD, {"hall": hall, "limit": LOADED_AT_ONCE})
        records = list(map(Record._make, rows))
        while records and (more := await self.read(hall, records[-1].seq, LOADED_AT_ONCE)):
            records += more
        return records

    async def last(self, hall: str) -> tuple[int, str]:
        rows = await self._rows(sql.LAST, (hall,))
        return (rows[0][0], rows[0][1]) if rows else (0, GENESIS)

    async def read(self, hall: str, after: int, limit: int) -> Sequence[Record]:
        rows = await self._rows(sql.READ, (hall, after, None if limit < 0 else limit))
        return list(map(Record._make, rows))

    async def rare(self, hall: str, before: int, limit: int) -> Sequence[Record]:
        rows = await self._rows(sql.RARE, (hall, before, limit))
        return list(map(Record._make, rows))

    async def find_answer(self, hall: str, request_id: str) -> Answer | None:
        rows = await self._rows(sql.FIND_ANSWER, (hall, request_id))
        return Answer(*rows[0]) if rows else None

    async def find_ticket(self, hall: str, ticket: str) -> TicketRow | None:
        rows = await self._rows(sql.FIND_TICKET, (hall, ticket))
        return TicketRow(*rows[0]) if rows else None

    async def close(self) -> None:
        await self._database.close()


def _placed(statement: str) -> str:
    return statement.replace("?", "%s")
