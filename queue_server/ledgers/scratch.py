"""Two sets of ledger rows side by side – recomputed and stored – and where they differ.

They lie in a temporary SQLite file that SQLite itself makes and takes away, so that memory stays
small however long the journal is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, islice
from typing import Any

from queue_server.journal.archive_port import BATCH_ROWS, Row
from queue_server.journal.port import TicketRow

TICKET = TicketRow._fields
# What the present day needs from before it: which thing, and the record that tells of it.
KEPT = ("key", "seq")
# An answer as the journal tells it: which request, the last record that it led to, and the digest
# of what it said; none where an earlier version of the program wrote the record.
ANSWER = ("request_id", "seq", "digest")
SHOWN_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """seq: the record after which the row should stand so, or None when no record tells of it."""

    seq: int | None
    key: str
    what: str


class Ledger:
    """One ledger's two sets of rows; `key` tells which rows belong together. if_told: columns that
    are compared only where the journal tells them."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        name: str,
        columns: Sequence[str],
        key: str,
        if_told: frozenset[str] = frozenset(),
    ) -> None:
        self._connection, self._name, self._columns, self._key = connection, name, columns, key
        self._if_told = if_told
        names = ", ".join(columns)
        for side in ("recomputed", "stored"):
            connection.execute(f"CREATE TABLE {name}_{side} ({names}, at_seq, times DEFAULT 1)")
        connection.execute(f"CREATE UNIQUE INDEX {name}_once ON {name}_recomputed ({key})")

    def recomputed(self, rows: Iterable[Row]) -> None:
        """Rows with, at their end, the seq that led to them; a later one replaces an earlier."""
        changing = ", ".join(f"{c} = excluded.{c}" for c in (*self._columns, "at_seq"))
        self._put(
            "recomputed",
            rows,
            f"ON CONFLICT ({self._key}) DO UPDATE SET {changing}, times = times + 1",
        )

    def stored(self, rows: Iterable[Row]) -> None:
        self._put("stored", ((*row, None) for row in rows), "")

    def _put(self, side: str, rows: Iterable[Row], conflict: str) -> None:
        columns = ", ".join((*self._columns, "at_seq"))
        marks = ", ".join("?" * (len(self._columns) + 1))
        statement = f"INSERT INTO {self._name}_{side} ({columns}) VALUES ({marks}) {conflict}"  # noqa: S608
        rest = iter(rows)
        while batch := list(islice(rest, BATCH_ROWS)):
            self._connection.executemany(statement, batch)

    def repeated(self) -> list[tuple[str, int]]:
        """Key and last seq of what came in more than one piece; the first of them."""
        return self._connection.execute(
            f"SELECT {self._key}, at_seq FROM {self._name}_recomputed WHERE times > 1"  # noqa: S608
            " ORDER BY at_seq LIMIT ?",
            (SHOWN_AT_MOST,),
        ).fetchall()

    def rows(self) -> Iterator[Row]:
        """The recomputed rows, without their seq."""
        columns = ", ".join(self._columns)
        yield from self._connection.execute(f"SELECT {columns} FROM {self._name}_recomputed")  # noqa: S608

    def count(self) -> int:
        return int(
            self._connection.execute(f"SELECT count(*) FROM {self._name}_recomputed").fetchone()[0]  # noqa: S608
        )

    def differences(self) -> tuple[int, list[Difference]]:
        """How many rows differ, and the first of them."""
        self._connection.execute(
            f"CREATE INDEX {self._name}_key ON {self._name}_stored ({self._key})"
        )
        count = 0

        def counted() -> Iterator[Difference]:
            nonlocal count
            for difference in chain(self._changed(), self._too_many()):
                count += 1
                yield difference

        first = nsmallest(SHOWN_AT_MOST, counted(), key=lambda d: (d.seq is None, d.seq, d.key))
        return count, first

    def _changed(self) -> Iterator[Difference]:
        n, key = self._name, self._key
        differs = " OR ".join(self._differs(c) for c in self._columns if c != key)
        pairs = ", ".join(f"r.{c}, s.{c}" for c in self._columns)
        rows = self._connection.execute(
            f"SELECT r.{key}, r.at_seq, s.{key} IS NULL, {pairs} FROM {n}_recomputed r"  # noqa: S608
            f" LEFT JOIN {n}_stored s ON s.{key} = r.{key} WHERE s.{key} IS NULL OR {differs}"
        )
        for key_value, seq, missing, *values in rows:
            what = "it is missing" if missing else self._named(values)
            yield Difference(seq, str(key_value), what)

    def _differs(self, column: str) -> str:
        told = f"r.{column} IS NOT NULL AND " if column in self._if_told else ""
        return f"({told}s.{column} IS NOT r.{column})"

    def _named(self, values: Sequence[Any]) -> str:
        """`values`: recomputed and stored by turns."""
        return "; ".join(
            f"{column} is {values[2 * i + 1]!r}, by the journal {values[2 * i]!r}"
            for i, column in enumerate(self._columns)
            if values[2 * i] != values[2 * i + 1]
            and not (values[2 * i] is None and column in self._if_told)
        )

    def _too_many(self) -> Iterator[Difference]:
        n, key = self._name, self._key
        rows = self._connection.execute(
            f"SELECT s.{key} FROM {n}_stored s"  # noqa: S608
            f" LEFT JOIN {n}_recomputed r ON r.{key} = s.{key} WHERE r.{key} IS NULL"
        )
        for (key_value,) in rows:
            yield Difference(None, str(key_value), "no record of the journal tells of it")


@dataclass(frozen=True, slots=True)
class Scratch:
    """The ledgers of one hall."""

    tickets: Ledger
    kept: Ledger
    answers: Ledger


@contextmanager
def scratch() -> Iterator[Scratch]:
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("BEGIN")
        yield Scratch(
            Ledger(connection, "ticket", TICKET, "id"),
            Ledger(connection, "kept", KEPT, "key"),
            Ledger(connection, "answer", ANSWER, "request_id", frozenset({"digest"})),
        )
