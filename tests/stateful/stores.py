"""Stores for the stateful test: each can be torn away and opened again, and fail when told."""

from __future__ import annotations

import asyncio
import shutil
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from enum import Enum
from pathlib import Path
from typing import Protocol

from queue_server.journal.chain import Record
from queue_server.journal.memory import MemoryJournal
from queue_server.journal.port import Answer, Append, Journal, NotStored, TicketRow
from queue_server.journal.postgres import PostgresDatabase, PostgresJournal
from queue_server.journal.sqlite import SqliteDatabase, SqliteJournal


class Fault(Enum):
    LOST = "lost"  # refused, and nothing is stored
    UNKNOWN = "unknown"  # refused, but stored: the answer was lost on its way


class Store(Protocol):
    """One database. `open` gives each process its journal, again after `crash`, which loses what is
    in memory."""

    async def open(self) -> Journal: ...

    async def crash(self) -> None: ...

    async def close(self) -> None: ...


class MemoryStore:
    """Stands for a database that outlives the server."""

    def __init__(self) -> None:
        self._journal = MemoryJournal()

    async def open(self) -> Journal:
        return self._journal

    async def crash(self) -> None:
        """Nothing of the server's own is in it."""

    async def close(self) -> None:
        """Nothing to close."""


class SqliteStore:
    """A file. A crash takes what is on disk at that moment, as a power cut does, and leaves the
    shared memory and the open transaction behind."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._generation = folder, 0
        self._database: SqliteDatabase | None = None

    def _file(self) -> Path:
        return self._folder / str(self._generation) / "hall.db"

    async def open(self) -> Journal:
        if self._database is None:
            self._database = SqliteDatabase(self._file())
        return SqliteJournal(self._database)

    async def crash(self) -> None:
        was = self._file()
        self._generation += 1
        self._file().parent.mkdir(parents=True)
        for name in ("hall.db", "hall.db-wal"):
            if (file := was.with_name(name)).exists():
                shutil.copyfile(file, self._file().with_name(name))
        await self.close()

    async def close(self) -> None:
        if self._database is not None:
            await self._database.close()
            self._database = None


class PostgresStore:
    """Each process has connections of its own, and hears of the others as it would elsewhere."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open: list[PostgresDatabase] = []

    async def open(self) -> Journal:
        database = await PostgresDatabase.opened(self._url)
        self._open.append(database)
        return PostgresJournal(database)

    async def crash(self) -> None:
        await self.close()

    async def close(self) -> None:
        databases, self._open = self._open, []
        for database in databases:
            await database.close()


class Faulty:
    """A journal between the server and the real one: its word comes a little late, so that commands
    ride on the same commit, and it fails when told. The order of appends is kept."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._before: asyncio.Future[None] | None = None
        self.faults: deque[Fault | None] = deque()

    @property
    def shared(self) -> bool:
        return self._journal.shared

    def append(self, append: Append) -> asyncio.Future[None]:
        fault = self.faults.popleft() if self.faults else None
        stored = None if fault is Fault.LOST else self._journal.append(append)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settling = asyncio.create_task(self._settle(stored, fault, self._before, done))
        self._before = done
        return done

    async def _settle(
        self,
        stored: asyncio.Future[None] | None,
        fault: Fault | None,
        before: asyncio.Future[None] | None,
        done: asyncio.Future[None],
    ) -> None:
        waiting = [x for x in (stored, before) if x is not None]
        if waiting:
            await asyncio.wait(waiting)
        await asyncio.sleep(0)
        error = stored.exception() if stored is not None else None
        if fault is not None:
            error = NotStored(fault.value)
        if done.done():
            return  # whoever waited has gone away
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def turn(self, hall: str) -> AbstractAsyncContextManager[tuple[int, str]]:
        return self._journal.turn(hall)

    def watch(self, hall: str, heard: Callable[[int], None]) -> None:
        self._journal.watch(hall, heard)

    async def load(self, hall: str) -> Sequence[Record]:
        return await self._journal.load(hall)

    async def last(self, hall: str) -> tuple[int, str]:
        return await self._journal.last(hall)

    async def read(self, hall: str, after: int, limit: int) -> Sequence[Record]:
        return await self._journal.read(hall, after, limit)

    async def rare(self, hall: str, before: int, limit: int) -> Sequence[Record]:
        return await self._journal.rare(hall, before, limit)

    async def find_answer(self, hall: str, request_id: str) -> Answer | None:
        return await self._journal.find_answer(hall, request_id)

    async def find_ticket(self, hall: str, ticket: str) -> TicketRow | None:
        return await self._journal.find_ticket(hall, ticket)

    async def close(self) -> None:
        """The store closes the journal behind."""
