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
from queue_server.journal.sqlite import SqliteDatabase, SqliteJournal


class Fault(Enum):
    LOST = "lost"  # refused, and nothing is stored
    UNKNOWN = "unknown"  # refused, but stored: the answer was lost on its way


class Store(Protocol):
    """One database. `open` may be called again after `crash`, which loses whatever is in memory."""

    def open(self) -> Journal: ...

    async def crash(self) -> None: ...

    async def close(self) -> None: ...


class MemoryStore:
    """Stands for a database that outlives the server."""

    def __init__(self, folder: Path) -> None:
        self._journal = MemoryJournal()

    def open(self) -> Journal:
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

    def open(self) -> Journal:
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


class Faulty:
    """A journal between the server and the real one: it is a little late, so that commands ride on
    the same commit, and it fails when told. The order of appends is kept."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._queue: deque[tuple[Append, asyncio.Future[None]]] = deque()
        self._draining: asyncio.Task[None] | None = None
        self.faults: deque[Fault | None] = deque()

    def append(self, append: Append) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((append, done))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return done

    async def _drain(self) -> None:
        await asyncio.sleep(0)
        while self._queue:
            append, done = self._queue.popleft()
            fault = self.faults.popleft() if self.faults else None
            outcome: BaseException | None = None
            if fault is not Fault.LOST:
                try:
                    await self._journal.append(append)
                except Exception as error:  # handed on to whoever waits
                    outcome = error
            if fault is not None:
                outcome = NotStored(fault.value)
            if not done.done():
                done.set_result(None) if outcome is None else done.set_exception(outcome)

    @property
    def shared(self) -> bool:
        return self._journal.shared

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

    async def find_answer(self, hall: str, request_id: str) -> Answer | None:
        return await self._journal.find_answer(hall, request_id)

    async def find_ticket(self, hall: str, ticket: str) -> TicketRow | None:
        return await self._journal.find_ticket(hall, ticket)

    async def close(self) -> None:
        """The store closes the journal behind."""
