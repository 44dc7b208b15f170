"""Connections to PostgreSQL: opened when needed, given back when sound, thrown away when not.

This is the edge where the driver's errors become the port's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus

from queue_server.journal.port import NotStored

T = TypeVar("T")
Connection = AsyncConnection[tuple[Any, ...]]

CONNECT_WITHIN_S = 5
# A statement that waits this long for another's lock gives up, and its command is refused.
LOCK_TIMEOUT_MS = 2_000
STATEMENT_TIMEOUT_MS = 10_000
# A transaction that its process left open (stopped, cut off) lets go of its locks after this.
IDLE_IN_TRANSACTION_MS = 5_000

SETTINGS: Mapping[str, str] = {
    "application_name": "hall",
    "lock_timeout": str(LOCK_TIMEOUT_MS),
    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
    "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
    # what is acknowledged must be on disk, whatever the database's own default
    "synchronous_commit": "on",
}
_NETWORK: Mapping[str, Any] = {
    "connect_timeout": CONNECT_WITHIN_S,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


class Locked(NotStored):
    """Another process holds what was to be written."""


def translated(error: psycopg.Error) -> NotStored:
    """The driver's own trouble, as the port's."""
    kind = Locked if isinstance(error, psycopg.errors.LockNotAvailable) else NotStored
    stored = kind(str(error).strip() or type(error).__name__)
    stored.__cause__ = error
    return stored


async def connect(url: str, settings: Mapping[str, str] = SETTINGS) -> Connection:
    """An open connection in autocommit. Raises psycopg.OperationalError."""
    connection: Connection = await AsyncConnection.connect(url, autocommit=True, **_NETWORK)
    try:
        each = ", ".join(["set_config(%s, %s, false)"] * len(settings))
        values = [text for pair in settings.items() for text in pair]
        await connection.execute(f"SELECT {each}", values)
    except BaseException:
        await connection.close()
        raise
    return connection


class Lines:
    """Up to `at_most` connections; whoever finds all in use waits its turn."""

    def __init__(self, url: str, at_most: int, settings: Mapping[str, str] = SETTINGS) -> None:
        self._url, self._settings = url, settings
        self._free = asyncio.Semaphore(at_most)
        self._idle: list[Connection] = []
        self._closed = False

    async def run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """What `work` returns. See `after`."""
        async with self.after(work) as (_, result):
            return result

    @asynccontextmanager
    async def after(
        self, work: Callable[[Connection], Awaitable[T]]
    ) -> AsyncIterator[tuple[Connection, T]]:
        """A connection on which `work` has been done, and what that returned.

        When the connection turns out to be broken, `work` is done once more on a new one, so it
        must be safe to repeat. Raises NotStored; IntegrityError and DataError of psycopg, which
        are about what was written, go through.
        """
        async with self._free:
            try:
                connection, result = await self._done(work)
            except (psycopg.IntegrityError, psycopg.DataError):
                raise
            except psycopg.Error as error:
                raise translated(error) from error
            try:
                yield connection, result
            finally:
                await self._give_back(connection)

    async def _done(self, work: Callable[[Connection], Awaitable[T]]) -> tuple[Connection, T]:
        connection = self._idle.pop() if self._idle else await self._open()
        try:
            return connection, await work(connection)
        except BaseException as error:
            broken = connection.broken
            await self._give_back(connection)
            if not (broken and isinstance(error, psycopg.Error)):
                raise
        await self._close_idle()  # of the same age, and likely broken too
        connection = await self._open()
        try:
            return connection, await work(connection)
        except BaseException:
            await self._give_back(connection)
            raise

    async def close(self) -> None:
        self._closed = True
        await self._close_idle()

    async def _close_idle(self) -> None:
        while self._idle:
            await self._idle.pop().close()

    async def _open(self) -> Connection:
        return await connect(self._url, self._settings)

    async def _give_back(self, connection: Connection) -> None:
        sound = connection.info.transaction_status is TransactionStatus.IDLE
        if sound and not connection.closed and not self._closed:
            self._idle.append(connection)
        else:
            await connection.close()
