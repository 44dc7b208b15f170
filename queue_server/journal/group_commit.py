"""The one thread that writes to an SQLite file: group commit.

Appends that come while a commit is under way share the next one, so that a record is on disk
(`synchronous=FULL`) before it is acknowledged, at thousands a second. All that one turn of the
event loop brings goes together, as a single statement over JSON arrays, which SQLite runs and
commits without Python's global lock.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
import structlog

from queue_server.journal.chain import GENESIS
from queue_server.journal.port import Append, LedgerRefused, NotStored, SeqConflict, TicketRow

log = structlog.get_logger()

_INSERT_EVENTS = """
INSERT INTO event (hall, seq, event, at, data, prev_hash, hash)
SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6
FROM json_each({rows})"""
TICKET_COLUMNS = ", ".join(TicketRow._fields)
_TICKET_VALUES = ", ".join(f"value->>{i}" for i in range(len(TicketRow._fields)))
_CHANGING = ("service", "status", "window", "called_at", "started_at", "since_at", "calls")
_UPSERT_TICKETS = f"""
INSERT INTO ticket ({TICKET_COLUMNS})
SELECT {_TICKET_VALUES} FROM json_each({{rows}}) WHERE true
ON CONFLICT (hall, id) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in _CHANGING)}
"""  # noqa: S608 - column names are this module's own
_INSERT_ANSWERS = """
INSERT INTO answer (hall, request_id, command, body, seq)
SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each({rows})"""
_UPSERT_KEPT = """
INSERT INTO kept (hall, key, seq)
SELECT value->>0, value->>1, value->>2 FROM json_each({rows}) WHERE true
ON CONFLICT (hall, key) DO UPDATE SET seq = excluded.seq"""
_DROP_KEPT = "DELETE FROM kept WHERE seq = 0"

# A whole batch as one statement, which SQLite runs and commits in one go without Python's global
# lock. heads: [hall, seq, hash] that must be the last ones stored.
_BATCH = f"""
CREATE TEMP VIEW batch AS
SELECT '' AS heads, '' AS events, '' AS tickets, '' AS answers, '' AS kept;
CREATE TEMP TRIGGER batch_insert INSTEAD OF INSERT ON batch BEGIN
    SELECT RAISE (ABORT, 'seq_conflict') FROM json_each(NEW.heads) AS head
    WHERE NOT EXISTS (
        SELECT 1 FROM (
            SELECT seq, hash FROM event WHERE hall = head.value->>0 ORDER BY seq DESC LIMIT 1
        ) WHERE seq = head.value->>1 AND hash = head.value->>2
    ) AND NOT (
        head.value->>1 = 0 AND NOT EXISTS (SELECT 1 FROM event WHERE hall = head.value->>0)
    );
    {_INSERT_EVENTS.format(rows="NEW.events")};
    {_UPSERT_TICKETS.format(rows="NEW.tickets")};
    {_INSERT_ANSWERS.format(rows="NEW.answers")};
    {_UPSERT_KEPT.format(rows="NEW.kept")};
    {_DROP_KEPT};
END;
"""  # noqa: S608 - put together from this module's own statements
_INSERT_BATCH = "INSERT INTO batch (heads, events, tickets, answers, kept) VALUES (?, ?, ?, ?, ?)"


Work = Append | Callable[[sqlite3.Connection], Any]


@dataclass(slots=True)
class _Job:
    """work: an Append, or a function of the connection whose result the future gets."""

    work: Work
    done: asyncio.Future[Any]


@dataclass(slots=True)
class _Batch:
    """What goes into one commit; parameters of _INSERT_BATCH for its appends, or None when there
    are none, or they do not follow each other."""

    jobs: list[_Job]
    parameters: list[str] | None


Outcomes = list[tuple[_Job, Any]]


class GroupCommit:
    """Owns the writing connection. Create and use it on the event loop's thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.executescript(_BATCH)
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._waiting: list[_Job] = []
        self._busy = False
        self._handed: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self.commits = 0
        self.commit_seconds = 0.0
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def put(self, work: Work) -> asyncio.Future[Any]:
        """Queues `work`; the future ends when it is on disk."""
        job = _Job(work, self._loop.create_future())
        if not self._waiting and not self._busy:
            # at the end of this turn of the loop, with all else that the turn brings
            self._loop.call_soon(self._hand_over)
        self._waiting.append(job)
        return job.done

    async def close(self) -> None:
        """Writes what is still queued, then ends the thread and closes the connection."""
        while self._waiting or self._busy:
            await asyncio.sleep(0.001)
        self._handed.put(None)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()

    def _hand_over(self) -> None:
        if self._busy or not self._waiting:
            return
        jobs, self._waiting = self._waiting, []
        self._busy = True
        self._handed.put(_Batch(jobs, _at_once(jobs)))

    def _settle(self, outcomes: Outcomes) -> None:
        self._busy = False
        self._hand_over()
        for job, outcome in outcomes:
            if job.done.done():
                continue  # whoever waited has gone away
            if isinstance(outcome, BaseException):
                job.done.set_exception(outcome)
            else:
                job.done.set_result(outcome)

    # --- the writer thread ------------------------------------------------------------------

    def _run(self) -> None:
        while (batch := self._handed.get()) is not None:
            try:
                outcomes = self._commit(batch)
            except Exception as error:  # no memory, a failed ROLLBACK: nobody may wait for ever
                log.exception("journal_writer_failed", jobs=len(batch.jobs))
                lost = NotStored(repr(error))
                outcomes = [(job, lost) for job in batch.jobs]
            self._loop.call_soon_threadsafe(self._settle, outcomes)

    def _commit(self, batch: _Batch) -> Outcomes:
        """Every job with its result, or the exception it gets."""
        started = time.perf_counter()
        try:
            self._end_what_broke_off()
            return self._commit_at_once(batch) or self._commit_in_steps(batch.jobs)
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):  # then the next batch does, or is refused
                self._end_what_broke_off()
            return [(job, translated(error)) for job in batch.jobs]
        finally:
            self.commits += 1
            self.commit_seconds += time.perf_counter() - started

    def _end_what_broke_off(self) -> None:
        """Nothing is begun inside a transaction that an earlier batch left open, whatever ended it:
        it would be acknowledged and yet not be on disk. Raises sqlite3.Error, and tries again with
        the next batch."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _commit_at_once(self, batch: _Batch) -> Outcomes | None:
        """The usual case: all appends as one statement, then whatever else there is. None when
        something in the appends conflicts, and nothing was done."""
        if batch.parameters is None:
            return None
        others = [job for job in batch.jobs if not isinstance(job.work, Append)]
        try:
            if others:  # one statement alone is a transaction of its own
                self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(_INSERT_BATCH, batch.parameters)
        except sqlite3.IntegrityError:
            if others:
                self._connection.execute("ROLLBACK")
            return None
        if not others:
            return [(job, None) for job in batch.jobs]
        done = {id(job): _run_alone(self._connection, _step(job.work)) for job in others}
        self._connection.execute("COMMIT")
        return [(job, done.get(id(job))) for job in batch.jobs]

    def _commit_in_steps(self, jobs: list[_Job]) -> Outcomes:
        """Each job by itself inside one transaction: the usual way met something that conflicts."""
        self._connection.execute("BEGIN IMMEDIATE")
        outcomes = [(job, _run_alone(self._connection, _step(job.work))) for job in jobs]
        self._connection.execute("COMMIT")
        return outcomes


def _step(work: Work) -> Callable[[sqlite3.Connection], Any]:
    return partial(_append, append=work) if isinstance(work, Append) else work


def _append(connection: sqlite3.Connection, append: Append) -> None:
    """Raises SeqConflict unless the append follows what is stored, or has been answered before."""
    first = append.records[0]
    stored = last_of(connection, append.hall)
    if (first.seq - 1, first.prev_hash) != stored:
        raise SeqConflict(f"{append.hall}: {first.seq} does not follow {stored[0]}")
    try:
        _insert(connection, append)
    except sqlite3.IntegrityError as error:
        # a request that was answered before, or one of the ledger's own rules
        kind = SeqConflict if "answer." in str(error) else LedgerRefused
        raise kind(str(error)) from error


def _at_once(jobs: list[_Job]) -> list[str] | None:
    try:
        return _parameters(jobs)
    except (TypeError, ValueError, MemoryError):
        return None  # in steps, only the one that cannot be written down fails


def _parameters(jobs: list[_Job]) -> list[str] | None:
    appends = [job.work for job in jobs if isinstance(job.work, Append)]
    heads = _heads(appends)
    if not heads:
        return None
    return [orjson.dumps(rows).decode() for rows in (heads, *_rows(appends))]


Rows = list[tuple[Any, ...]]


def _rows(appends: Sequence[Append]) -> tuple[Rows, Rows, Rows, Rows]:
    """Rows for the tables event, ticket, answer and kept, in order."""
    return (
        [tuple(r) for a in appends for r in a.records],
        [tuple(r) for a in appends for r in a.tickets],
        [tuple(a.answer) for a in appends if a.answer],
        [tuple(r) for a in appends for r in a.kept],
    )


def _heads(appends: Sequence[Append]) -> Rows | None:
    """For each hall [hall, seq, hash] that its first append follows; None when a later one in the
    batch does not follow the one before it."""
    heads: dict[str, tuple[Any, ...]] = {}
    ends: dict[str, tuple[int, str]] = {}
    for append in appends:
        first, last = append.records[0], append.records[-1]
        follows = (first.seq - 1, first.prev_hash)
        if append.hall not in heads:
            heads[append.hall] = (append.hall, *follows)
        elif ends[append.hall] != follows:
            return None
        ends[append.hall] = (last.seq, last.hash)
    return list(heads.values())


def _insert(connection: sqlite3.Connection, append: Append) -> None:
    statements = (_INSERT_EVENTS, _UPSERT_TICKETS, _INSERT_ANSWERS, _UPSERT_KEPT)
    for statement, rows in zip(statements, _rows([append]), strict=True):
        if rows:
            connection.execute(statement.format(rows="?"), (orjson.dumps(rows).decode(),))
    if append.kept:
        connection.execute(_DROP_KEPT)


def _run_alone(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], Any]) -> Any:
    connection.execute("SAVEPOINT alone")
    try:
        result = work(connection)
    except Exception as error:
        connection.execute("ROLLBACK TO alone")
        result = error
    connection.execute("RELEASE alone")
    return result


def translated(error: sqlite3.Error) -> NotStored:
    """SQLite's own trouble, as the port's."""
    stored = NotStored(str(error))
    stored.__cause__ = error
    return stored


def last_of(connection: sqlite3.Connection, hall: str) -> tuple[int, str]:
    row = connection.execute(
        "SELECT seq, hash FROM event WHERE hall = ? ORDER BY seq DESC LIMIT 1", (hall,)
    ).fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)
