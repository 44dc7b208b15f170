"""Group commit on PostgreSQL: what arrives while commits are under way shares the next one.

Each hall has a lane: its appends go in order, one batch of them at a time. A few writers take
whatever lanes are ready and commit them together as one statement. A hall whose row somebody else
has locked is passed over there and gets a transaction of its own, so that no hall waits for
another's: not here, and not in the database.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg

from queue_server.journal import postgres_sql as sql
from queue_server.journal.chain import GENESIS
from queue_server.journal.port import Append, LedgerRefused, SeqConflict
from queue_server.journal.postgres_lines import SETTINGS, Connection, Lines, Locked

T = TypeVar("T")

WRITERS = 3
# Connections for halls that other processes write to as well.
ALONE_AT_MOST = 6
# How long such a hall waits for its row on a connection, in line with the other processes. After
# that it lets others have the connection and comes again, so that a hall which is stuck does not
# use them up.
IN_LINE_MS = 100
AGAIN_AFTER_S = 0.1
LOCKED_AT_MOST_S = 2.0
BATCH_AT_MOST = 500
_ALONE = {**SETTINGS, "lock_timeout": str(IN_LINE_MS)}


@dataclass(slots=True)
class _Job:
    append: Append
    done: asyncio.Future[None]


@dataclass(slots=True)
class _Lane:
    """One hall's appends. busy: a batch of them, or somebody's turn, is under way."""

    hall: str
    jobs: deque[_Job] = field(default_factory=deque)
    busy: bool = False
    idle: list[asyncio.Future[None]] = field(default_factory=list)  # who waits for a turn

    def take(self, at_most: int) -> list[_Job]:
        """The jobs in front that follow each other."""
        taken = [self.jobs.popleft()]
        while self.jobs and len(taken) < at_most:
            last, first = taken[-1].append.records[-1], self.jobs[0].append.records[0]
            if (first.seq, first.prev_hash) != (last.seq + 1, last.hash):
                break
            taken.append(self.jobs.popleft())
        return taken


Batch = dict[str, list[_Job]]


class GroupCommit:
    """Use it on the event loop's thread. stored: told each hall and seq that was committed."""

    def __init__(self, url: str, stored: Callable[[str, int], None]) -> None:
        self._writing, self._alone = Lines(url, WRITERS), Lines(url, ALONE_AT_MOST, _ALONE)
        self._stored = stored
        self._lanes: dict[str, _Lane] = {}
        self._ready: deque[_Lane] = deque()
        self._writers = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.commits = 0
        self.commit_seconds = 0.0

    def put(self, append: Append) -> asyncio.Future[None]:
        """Queues `append`; the future ends when it is on disk."""
        loop = asyncio.get_running_loop()
        job = _Job(append, loop.create_future())
        lane = self._lane(append.hall)
        lane.jobs.append(job)
        if not lane.busy and len(lane.jobs) == 1:
            self._ready.append(lane)
            # at the end of this turn of the loop, with all else that the turn brings
            loop.call_soon(self._wake_writer)
        return job.done

    @asynccontextmanager
    async def turn(self, hall: str) -> AsyncIterator[tuple[int, str]]:
        """The hall for oneself: nobody else appends to it meanwhile, in any process. Gives seq and
        hash of its last record; what is put during the turn is committed at its end, so put it
        without waiting in between. Raises NotStored when there is no turn to be had."""
        lane = self._lane(hall)
        await self._until_free(lane)
        lane.busy = True
        try:
            async with self._begun(hall) as (connection, last):
                yield last
                # what does not follow on these is refused when its own time comes
                jobs = lane.take(len(lane.jobs)) if lane.jobs else []
                written = await self._end(connection, jobs)
            if written:
                self._settle(jobs)
            else:
                for job in jobs:
                    await self._write_one(hall, job)
        finally:
            self._release(lane)

    @asynccontextmanager
    async def _begun(self, hall: str) -> AsyncIterator[tuple[Connection, tuple[int, str]]]:
        """A transaction that has the hall's row. Raises NotStored."""
        async with AsyncExitStack() as held:
            yield await _patiently(
                lambda: held.enter_async_context(self._alone.after(lambda line: _begin(line, hall)))
            )

    async def _end(self, connection: Connection, jobs: Sequence[_Job]) -> bool:
        """Commits a turn; False when that failed, or nobody can tell."""
        started = time.perf_counter()
        try:
            moved = await _append(connection, [job.append for job in jobs]) if jobs else set()
            await connection.execute("COMMIT" if jobs and moved else "ROLLBACK")
        except psycopg.Error:
            return False  # its appends are tried one by one, and tell then
        finally:
            self._count(started)
        return bool(moved) or not jobs

    async def close(self) -> None:
        """Writes what is still queued, then closes the connections."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._writing.close()
        await self._alone.close()

    # --- lanes ------------------------------------------------------------------------------

    def _lane(self, hall: str) -> _Lane:
        return self._lanes.setdefault(hall, _Lane(hall))

    async def _until_free(self, lane: _Lane) -> None:
        while lane.busy or lane.jobs:
            free: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            lane.idle.append(free)
            await free

    def _release(self, lane: _Lane) -> None:
        lane.busy = False
        if lane.jobs:
            self._ready.append(lane)
            self._wake_writer()
        while lane.idle and not lane.jobs:
            waiting = lane.idle.pop(0)
            if not waiting.done():
                waiting.set_result(None)
                return

    # --- writers ----------------------------------------------------------------------------

    def _wake_writer(self) -> None:
        if self._ready and self._writers < WRITERS:
            self._writers += 1
            self._start(self._write_ready())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_ready(self) -> None:
        """Until nothing is ready any more."""
        try:
            while self._ready:
                await self._write(self._batch())
        finally:
            self._writers -= 1

    def _batch(self) -> Batch:
        batch: Batch = {}
        room = BATCH_AT_MOST
        while self._ready and room > 0:
            lane = self._ready.popleft()
            lane.busy = True
            batch[lane.hall] = lane.take(room)
            room -= len(batch[lane.hall])
        return batch

    async def _write(self, batch: Batch) -> None:
        started = time.perf_counter()
        try:
            moved = await self._writing.run(lambda line: _append(line, _appends(batch)))
        except (psycopg.IntegrityError, psycopg.DataError):
            moved = set()  # something of one of them is not to be had: each hall by itself
        except Exception as error:
            self._fail(batch, error)
            return
        finally:
            self._count(started)
        for hall, jobs in batch.items():
            if hall in moved:
                self._settle(jobs)
                self._release(self._lane(hall))
            else:
                self._start(self._write_alone(self._lane(hall), jobs))

    def _fail(self, batch: Batch, error: Exception) -> None:
        for hall, jobs in batch.items():
            for job in jobs:
                _refuse(job, error)
            self._release(self._lane(hall))

    def _count(self, started: float) -> None:
        self.commits += 1
        self.commit_seconds += time.perf_counter() - started

    def _settle(self, jobs: Sequence[_Job]) -> None:
        if not jobs:
            return
        for job in jobs:
            if not job.done.done():
                job.done.set_result(None)
        last = jobs[-1].append.records[-1]
        self._stored(last.hall, last.seq)

    # --- a hall by itself -------------------------------------------------------------------

    async def _write_alone(self, lane: _Lane, jobs: list[_Job]) -> None:
        """Each append in a transaction of its own, which waits for the hall's row."""
        try:
            for job in jobs:
                await self._write_one(lane.hall, job)
        finally:
            self._release(lane)

    async def _write_one(self, hall: str, job: _Job) -> None:
        started = time.perf_counter()
        try:
            await _patiently(
                lambda: self._alone.run(lambda line: _append_locked(line, hall, job.append))
            )
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            _refuse(job, refusal(error))
        except Exception as error:
            _refuse(job, error)
        else:
            self._settle([job])
        finally:
            self._count(started)


async def _patiently(work: Callable[[], Awaitable[T]]) -> T:
    """What `work` returns once nobody else has the lock that it needs. Raises Locked."""
    end = time.monotonic() + LOCKED_AT_MOST_S
    while True:
        try:
            return await work()
        except Locked:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(AGAIN_AFTER_S)


def _refuse(job: _Job, error: Exception) -> None:
    if not job.done.done():
        job.done.set_exception(error)


def refusal(error: psycopg.Error) -> SeqConflict | LedgerRefused:
    """A request that was answered before, or one of the ledger's own rules."""
    answered_before = error.diag.constraint_name == "answer_once"
    refused = (SeqConflict if answered_before else LedgerRefused)(str(error))
    refused.__cause__ = error
    return refused


def _appends(batch: Batch) -> list[Append]:
    return [job.append for jobs in batch.values() for job in jobs]


async def _append(connection: Connection, appends: Sequence[Append]) -> set[str]:
    """The halls for which it went well."""
    cursor = await connection.execute(sql.APPEND, sql.append_parameters(appends))
    return {row[0] for row in await cursor.fetchall()}


async def _begin(connection: Connection, hall: str) -> tuple[int, str]:
    await connection.execute("BEGIN")
    return await _lock(connection, hall)


async def _lock(connection: Connection, hall: str) -> tuple[int, str]:
    """Waits for the hall's row, which a new hall gets now, and returns its seq and hash."""
    while True:
        cursor = await connection.execute(sql.LOCK_HEAD, (hall,))
        if row := await cursor.fetchone():
            return row[0], row[1]
        await connection.execute(sql.ADD_HEAD, (hall, GENESIS))


async def _append_locked(connection: Connection, hall: str, append: Append) -> None:
    """Raises SeqConflict unless the append follows what is stored."""
    first = append.records[0]
    async with connection.transaction():
        stored = await _lock(connection, hall)
        if (first.seq - 1, first.prev_hash) != stored:
            raise SeqConflict(f"{hall}: {first.seq} does not follow {stored[0]}")
        await _append(connection, [append])
