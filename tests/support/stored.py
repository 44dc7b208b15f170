"""Databases with real days in them, as an earlier version of the program wrote them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from queue_server.domain.commands import IssueTicket
from queue_server.journal.archive_sqlite import SqliteFile
from queue_server.journal.chain import GENESIS, Record, hash_of
from queue_server.journal.sqlite import (
    SqliteDatabase,
    SqliteJournal,
    bring_schema_to,
    migrate,
)
from queue_server.ledgers.verify import HallProof, Problem, verify
from queue_server.presentation import Presentation
from queue_server.service import HallService
from tests.stateful.world import SetClock
from tests.support.hall import MONDAY_9, rules

# Two days of a small hall, written by the first version: every kind of event that it knew.
FIRST_DAYS = Path(__file__).parents[1] / "fixtures" / "journal" / "first_days.jsonl"
HALL = "t"


def first_days() -> list[tuple[str, dict[str, Any]]]:
    """Table and row, in the order in which they were written."""
    lines = FIRST_DAYS.read_text(encoding="utf-8").splitlines()
    return [(table, row) for table, row in map(json.loads, lines)]


def first_records() -> list[Record]:
    return [Record(**row) for table, row in first_days() if table == "event"]


@contextmanager
def changing(file: Path) -> Iterator[sqlite3.Connection]:
    """One transaction that waits for no disk: these files need to outlive nothing."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")


def database_of_version(file: Path, version: int) -> Path:
    """The two days in a database whose schema is that of `version`."""
    with changing(file) as connection:
        bring_schema_to(connection, version)
        for table, row in first_days():
            marks = ", ".join("?" * len(row))
            connection.execute(
                f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})",  # noqa: S608
                list(row.values()),
            )
    return file


def present_database(file: Path) -> Path:
    """The two days in a database of this version."""
    database_of_version(file, 1)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        migrate(connection)
    return file


def served_database(file: Path) -> Path:
    """A hall as this version writes it: the requests r1 to r3 for numbers, and their answers."""

    async def live() -> None:
        database = SqliteDatabase(file)
        words, clock = Presentation("厅", "Hall", ()), SetClock(MONDAY_9)
        service = HallService(SqliteJournal(database), rules(), words, clock, lambda t: t)
        await service.start()
        for n in (1, 2, 3):
            await service.execute(IssueTicket(f"t{n}", "A"), request_id=f"r{n}", by="test")
        await database.close()

    asyncio.run(live())
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # all in one file, to be copied
    return file


def tamper(file: Path, statement: str, *values: object) -> None:
    """Changes what the database's triggers forbid to change."""
    with changing(file) as connection:
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        assert connection.execute(statement, values).rowcount != 0


def put_records(file: Path, records: Iterable[Record]) -> None:
    """These records instead of those that were there."""
    tamper(file, "DELETE FROM event")
    marks = ", ".join("?" * len(Record._fields))
    with changing(file) as connection:
        connection.executemany(f"INSERT INTO event VALUES ({marks})", records)  # noqa: S608


def chained(records: Iterable[Record]) -> list[Record]:
    """Numbered and hashed anew, as somebody would who may write to the database."""
    made: list[Record] = []
    prev = GENESIS
    for seq, record in enumerate(records, start=1):
        own = hash_of(prev, seq, record.event, record.at, record.data)
        made.append(record._replace(seq=seq, prev_hash=prev, hash=own))
        prev = own
    return made


def proofs(file: Path, anchors: dict[str, dict[int, str]] | None = None) -> list[HallProof]:
    database = SqliteFile(file)
    with database.reading() as whole:
        return list(verify(whole, database.newest_version, lambda *_: None, anchors or {}))


def problems(file: Path, anchors: dict[str, dict[int, str]] | None = None) -> list[Problem]:
    return [problem for proof in proofs(file, anchors) for problem in proof.problems]
