"""SQLite: one file, one writer thread, group commit.

Appends that arrive while a commit is under way share the next one, so that a record is on disk
(`synchronous=FULL`) before it is acknowledged, at thousands a second. A batch goes in as a handful
of statements over JSON arrays: SQLite then works without Python's global lock.
Readers use a connection of their own, which in WAL mode never waits for the writer.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson

from queue_server.journal.chain import GENESIS, Record
from queue_server.journal.port import (
    Answer,
    Append,
    JournalError,
    NotStored,
    SeqConflict,
    TicketRow,
)

T = TypeVar("T")

SCHEMA = Path(__file__).parent / "schema"
BATCH_AT_MOST = 512
# While commands come faster than commits end, a commit waits this long for more to share it.
GATHER_S = 0.001

_INSERT_EVENTS = """
INSERT INTO event (hall, seq, event, at, data, prev_hash, hash)
SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6
FROM json_each({rows})"""
_TICKET_COLUMNS = ", ".join(TicketRow._fields)
_TICKET_VALUES = ", ".join(f"value->>{i}" for i in range(len(TicketRow._fields)))
_CHANGING = ("service", "status", "window", "called_at", "started_at", "since_at", "calls")
_UPSERT_TICKETS = f"""
INSERT INTO ticket ({_TICKET_COLUMNS})
SELECT {_TICKET_VALUES} FROM json_each({{rows}}) WHERE true
ON CONFLICT (hall, id) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in _CHANGING)}
"""  # noqa: S608 - column names are this module's own
_INSERT_ANSWERS = """
INSERT INTO answer (hall, request_id, command, body, seq)
SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each({rows})"""

# A whole batch as one statement, which SQLite runs and commits in one go without Python's global
# lock. heads: [hall, seq, hash] that must be the last ones stored.
_BATCH = f"""
CREATE TEMP VIEW batch AS SELECT '' AS heads, '' AS events, '' AS tickets, '' AS answers;
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
END;
"""  # noqa: S608 - put together from this module's own statements
_INSERT_BATCH = "INSERT INTO batch (heads, events, tickets, answers) VALUES (?, ?, ?, ?)"


class UnusableDatabase(Exception):
    """A database address that this server does not understand."""

    code = "database_unusable"


def sqlite_file(database: str, base: Path) -> Path:
    """The file of a `sqlite:///…` address; a relative one is taken from `base`."""
    if not database.startswith("sqlite:///"):
        raise UnusableDatabase(f"{database!r} is not understood; use sqlite:///FILE")
    return (base / database.removeprefix("sqlite:///")).resolve()


@dataclass(slots=True)
class _Job:
    """work: an Append, or a function of the connection whose result the future gets."""

    work: Append | Callable[[sqlite3.Connection], Any]
    done: asyncio.Future[Any]


class SqliteDatabase:
    """One database file: its schema, its writer thread and a connection for reading.

    Create it inside a running event loop; use it from that loop's thread only.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        file.parent.mkdir(parents=True, exist_ok=True)
        self._writer = _connect(file)
        migrate(self._writer)
        self._writer.executescript(_BATCH)
        self.reader = _connect(file)
        self.reader.execute("PRAGMA query_only = ON")
        self.commits = 0
        self.commit_seconds = 0.0
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def append(self, append: Append) -> asyncio.Future[None]:
        return self._put(append)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Runs `work` inside the next commit; its own errors undo only itself."""
        return self._put(work)

    def _put(self, work: Any) -> asyncio.Future[Any]:
        job = _Job(work, self._loop.create_future())
        self._jobs.put(job)
        return job.done

    async def close(self) -> None:
        """Writes what is still queued, then closes the file."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        self._writer.close()
        self.reader.close()

    # --- the writer thread -----------------------------------------------------------------

    def _run(self) -> None:
        batch: list[_Job] | None = []
        while True:
            if batch is not None and len(batch) > 1:
                time.sleep(GATHER_S)
            batch = self._next_batch()
            if batch is None:
                return
            outcomes = self._commit(batch)
            self._loop.call_soon_threadsafe(_settle, outcomes)

    def _next_batch(self) -> list[_Job] | None:
        first = self._jobs.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < BATCH_AT_MOST:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            batch.append(job)
        return batch

    def _commit(self, batch: list[_Job]) -> list[tuple[_Job, Any]]:
        """Every job with its result, or the exception it gets."""
        started = time.perf_counter()
        try:
            return self._commit_at_once(batch) or self._commit_in_steps(batch)
        except sqlite3.Error as error:
            self._roll_back()
            return [(job, _translated(error)) for job in batch]
        finally:
            self.commits += 1
            self.commit_seconds += time.perf_counter() - started

    def _commit_at_once(self, batch: list[_Job]) -> list[tuple[_Job, Any]] | None:
        """The usual case: appends alone, each following the one before; else None, nothing done."""
        appends = [job.work for job in batch if isinstance(job.work, Append)]
        heads = _heads(appends)
        if len(appends) < len(batch) or heads is None:
            return None
        rows = (heads, *_rows(appends))
        try:
            self._writer.execute(_INSERT_BATCH, [orjson.dumps(x).decode() for x in rows])
        except sqlite3.IntegrityError:
            return None
        return [(job, None) for job in batch]

    def _commit_in_steps(self, batch: list[_Job]) -> list[tuple[_Job, Any]]:
        """Finds out which appends conflict, and runs what is no append."""
        self._writer.execute("BEGIN IMMEDIATE")
        outcomes = self._write_batch(batch)
        self._writer.execute("COMMIT")
        return outcomes

    def _roll_back(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    def _write_batch(self, batch: list[_Job]) -> list[tuple[_Job, Any]]:
        appends = [(job, job.work) for job in batch if isinstance(job.work, Append)]
        refused = _conflicting(self._writer, [append for _, append in appends])
        kept = [append for _, append in appends if append.hall not in refused]
        _insert(self._writer, kept)
        outcomes: list[tuple[_Job, Any]] = [
            (job, refused.get(append.hall)) for job, append in appends
        ]
        for job in batch:
            if not isinstance(job.work, Append):
                outcomes.append((job, _run_alone(self._writer, job.work)))
        return outcomes


Rows = list[tuple[Any, ...]]


def _rows(appends: Sequence[Append]) -> tuple[Rows, Rows, Rows]:
    """Rows for the tables event, ticket and answer, in order."""
    return (
        [tuple(r) for a in appends for r in a.records],
        [tuple(r) for a in appends for r in a.tickets],
        [tuple(a.answer) for a in appends if a.answer],
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


def _insert(connection: sqlite3.Connection, appends: Sequence[Append]) -> None:
    statements = (_INSERT_EVENTS, _UPSERT_TICKETS, _INSERT_ANSWERS)
    for statement, rows in zip(statements, _rows(appends), strict=True):
        if rows:
            connection.execute(statement.format(rows="?"), (orjson.dumps(rows).decode(),))


def _conflicting(
    connection: sqlite3.Connection, appends: Sequence[Append]
) -> dict[str, SeqConflict]:
    """The halls whose appends do not follow on what is stored."""
    refused: dict[str, SeqConflict] = {}
    expected: dict[str, tuple[int, str]] = {}
    for append in appends:
        if append.hall not in expected:
            expected[append.hall] = _last(connection, append.hall)
        first = append.records[0]
        seq, prev_hash = expected[append.hall]
        if (first.seq, first.prev_hash) != (seq + 1, prev_hash):
            refused[append.hall] = SeqConflict(f"{append.hall}: {first.seq} does not follow {seq}")
        last = append.records[-1]
        expected[append.hall] = (last.seq, last.hash)
    return refused


def _run_alone(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], Any]) -> Any:
    connection.execute("SAVEPOINT alone")
    try:
        result = work(connection)
    except Exception as error:
        connection.execute("ROLLBACK TO alone")
        result = error
    connection.execute("RELEASE alone")
    return result


def _settle(outcomes: list[tuple[_Job, Any]]) -> None:
    for job, outcome in outcomes:
        if job.done.done():
            continue  # whoever waited has gone away
        if isinstance(outcome, BaseException):
            job.done.set_exception(outcome)
        else:
            job.done.set_result(outcome)


def _translated(error: sqlite3.Error) -> JournalError:
    if isinstance(error, sqlite3.IntegrityError):
        conflict = SeqConflict(str(error))
        conflict.__cause__ = error
        return conflict
    stored = NotStored(str(error))
    stored.__cause__ = error
    return stored


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=64
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def migrate(connection: sqlite3.Connection) -> None:
    """Brings the schema to the newest version: each numbered file once, in order, whole or not."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        have = connection.execute("PRAGMA user_version").fetchone()[0]
        for script in sorted(SCHEMA.glob("*.sql")):
            version = int(script.name[:4])
            if version > have:
                for statement in _statements(script.read_text(encoding="utf-8")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    found, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            found.append(current)
            current = ""
    return found


def _last(connection: sqlite3.Connection, hall: str) -> tuple[int, str]:
    row = connection.execute(
        "SELECT seq, hash FROM event WHERE hall = ? ORDER BY seq DESC LIMIT 1", (hall,)
    ).fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


class SqliteJournal:
    """The Journal port over one SqliteDatabase."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def append(self, append: Append) -> asyncio.Future[None]:
        return self._database.append(append)

    async def load(self, hall: str) -> Sequence[Record]:
        read = self._database.reader.execute
        opened = read(
            "SELECT max(seq) FROM event WHERE hall = ? AND event = 'day_opened'", (hall,)
        ).fetchone()[0]
        if opened is None:
            return await self.read(hall, 0, -1)
        configured = read(
            "SELECT max(seq) FROM event WHERE hall = ? AND event = 'hall_configured' AND seq < ?",
            (hall, opened),
        ).fetchone()[0]
        head = await self.read(hall, configured - 1, 1) if configured else []
        return [*head, *await self.read(hall, opened - 1, -1)]

    async def last(self, hall: str) -> tuple[int, str]:
        return _last(self._database.reader, hall)

    async def read(self, hall: str, after: int, limit: int) -> Sequence[Record]:
        rows = self._database.reader.execute(
            "SELECT hall, seq, event, at, data, prev_hash, hash FROM event"
            " WHERE hall = ? AND seq > ? ORDER BY seq LIMIT ?",
            (hall, after, limit),
        )
        return [Record(*row) for row in rows]

    def find_answer(self, hall: str, request_id: str) -> Answer | None:
        row = self._database.reader.execute(
            "SELECT hall, request_id, command, body, seq FROM answer"
            " WHERE hall = ? AND request_id = ?",
            (hall, request_id),
        ).fetchone()
        return Answer(*row) if row else None

    async def find_ticket(self, hall: str, ticket: str) -> TicketRow | None:
        row = self._database.reader.execute(
            f"SELECT {_TICKET_COLUMNS} FROM ticket WHERE hall = ? AND id = ?",  # noqa: S608
            (hall, ticket),
        ).fetchone()
        return TicketRow(*row) if row else None

    async def close(self) -> None:
        await self._database.close()
