"""The statements by which PostgreSQL keeps the journal. Each ledger is one line of LEDGERS; its
columns are the fields of its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from queue_server.journal.chain import Record
from queue_server.journal.port import RARE as RARE_EVENTS
from queue_server.journal.port import Answer, Append, Kept, TicketRow


def columns(row: type[Any]) -> str:
    """The columns of a row type, in its order; quoted, because some are words of SQL."""
    return ", ".join(f'"{name}"' for name in row._fields)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A table beside the journal. key: by which a later row takes an earlier one's place; changing:
    what it changes there, nothing for rows that stand for ever. A row for which `dropped` is true
    goes away instead."""

    table: str
    row: type[Any]
    key: tuple[str, ...] = ()
    changing: tuple[str, ...] = ()
    dropped: str = "false"

    def insert(self) -> str:
        """From the JSON array that is the statement's parameter of the table's name, for the halls
        in `moved`."""
        names = columns(self.row)
        statement = (
            f"INSERT INTO {self.table} ({names}) SELECT {names}"  # noqa: S608 - our own names
            f" FROM {self._given()} WHERE hall IN (SELECT hall FROM moved) AND NOT ({self.dropped})"
        )
        if self.changing:
            changes = ", ".join(f'"{c}" = excluded."{c}"' for c in self.changing)
            statement += f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {changes}"
        return statement

    def delete(self) -> str:
        """What `dropped` says of the same rows."""
        return (
            f"DELETE FROM {self.table} WHERE ({', '.join(self.key)}) IN"  # noqa: S608
            f" (SELECT {', '.join(self.key)} FROM {self._given()}"
            f" WHERE hall IN (SELECT hall FROM moved) AND {self.dropped})"
        )

    def statements(self) -> list[str]:
        """As parts of APPEND."""
        parts = [f"write_{self.table} AS ({self.insert()})"]
        if self.dropped != "false":
            parts.append(f"drop_{self.table} AS ({self.delete()})")
        return parts

    def _given(self) -> str:
        return f"json_populate_recordset(NULL::{self.table}, %({self.table})s)"

    def parameter(self, rows: Sequence[Any]) -> str:
        """Rows as a JSON array; of several with one key the last, since they change as a set."""
        if self.changing:
            places = [self.row._fields.index(name) for name in self.key]
            rows = list({tuple(row[i] for i in places): row for row in rows}.values())
        return orjson.dumps([row._asdict() for row in rows]).decode()


EVENTS = Ledger("event", Record)
TICKETS = Ledger(
    "ticket",
    TicketRow,
    ("hall", "id"),
    ("service", "status", "window", "called_at", "started_at", "since_at", "calls"),
)
ANSWERS = Ledger("answer", Answer)
KEPT = Ledger("kept", Kept, ("hall", "key"), ("seq",), dropped="seq = 0")
LEDGERS = (EVENTS, TICKETS, ANSWERS, KEPT)


def _rows(ledger: Ledger, append: Append) -> Sequence[Any]:
    if ledger is EVENTS:
        return append.records
    if ledger is TICKETS:
        return append.tickets
    if ledger is KEPT:
        return append.kept
    return [append.answer] if append.answer else []


# Everything that one commit brings, as one statement: moves the heads of those halls whose journal
# still ends where the appends begin, writes their rows and tells which halls these were. A head
# that somebody else has locked is passed over: no hall waits for another's.
APPEND = f"""
WITH wanted AS (
    SELECT * FROM json_to_recordset(%(heads)s)
        AS x (hall text, seq bigint, hash text, to_seq bigint, to_hash text)
), locked AS (
    SELECT head.hall FROM head
        JOIN wanted USING (hall)
        WHERE head.seq = wanted.seq AND head.hash = wanted.hash
        FOR UPDATE OF head SKIP LOCKED
), moved AS (
    UPDATE head SET seq = wanted.to_seq, hash = wanted.to_hash
        FROM wanted JOIN locked USING (hall)
        WHERE head.hall = wanted.hall
        RETURNING head.hall
), {", ".join(part for ledger in LEDGERS for part in ledger.statements())}
SELECT hall FROM moved
"""  # noqa: S608 - put together from this module's own statements


def append_parameters(appends: Sequence[Append]) -> dict[str, str]:
    """Parameters of APPEND for appends that, in each hall, follow each other."""
    parameters = {"heads": orjson.dumps(_heads(appends)).decode()}
    for ledger in LEDGERS:
        parameters[ledger.table] = ledger.parameter([r for a in appends for r in _rows(ledger, a)])
    return parameters


def _heads(appends: Sequence[Append]) -> list[dict[str, Any]]:
    """For each hall where its journal must end before, and where it will end."""
    heads: dict[str, dict[str, Any]] = {}
    for append in appends:
        first, last = append.records[0], append.records[-1]
        before = {"hall": append.hall, "seq": first.seq - 1, "hash": first.prev_hash}
        head = heads.setdefault(append.hall, before)
        head["to_seq"], head["to_hash"] = last.seq, last.hash
    return list(heads.values())


ADD_HEAD = "INSERT INTO head (hall, seq, hash) VALUES (%s, 0, %s) ON CONFLICT DO NOTHING"
LOCK_HEAD = "SELECT seq, hash FROM head WHERE hall = %s FOR UPDATE"
LAST = "SELECT seq, hash FROM head WHERE hall = %s"
ENDS = "SELECT hall, seq FROM head WHERE hall = ANY(%s)"

_RECORD = columns(Record)
READ = f"SELECT {_RECORD} FROM event WHERE hall = %s AND seq > %s ORDER BY seq LIMIT %s"  # noqa: S608
RARE = (
    f"SELECT {_RECORD} FROM event WHERE event IN ({', '.join(map(repr, RARE_EVENTS))})"  # noqa: S608
    " AND hall = %s AND seq < %s ORDER BY seq DESC LIMIT %s"
)
FIND_ANSWER = f"SELECT {columns(Answer)} FROM answer WHERE hall = %s AND request_id = %s"  # noqa: S608
FIND_TICKET = f"SELECT {columns(TicketRow)} FROM ticket WHERE hall = %s AND id = %s"  # noqa: S608

# What the present day is made of, up to so many of its own events, in one statement, which sees
# one moment of the journal.
LOAD = f"""
WITH day AS (
    SELECT coalesce(max(seq), 0) AS opened FROM event
        WHERE hall = %(hall)s AND event = 'day_opened'
), rules AS (
    SELECT max(seq) AS configured FROM event
        WHERE hall = %(hall)s AND event = 'hall_configured' AND seq < (SELECT opened FROM day)
)
SELECT {_RECORD} FROM (
    SELECT 1 AS part, event.* FROM event
        WHERE hall = %(hall)s AND seq = (SELECT configured FROM rules)
    UNION ALL
    SELECT 2, event.* FROM event
        JOIN kept USING (hall, seq)
        WHERE hall = %(hall)s AND seq < (SELECT opened FROM day)
    UNION ALL
    (SELECT 3, event.* FROM event WHERE hall = %(hall)s AND seq >= (SELECT opened FROM day)
        ORDER BY seq LIMIT %(limit)s)
) AS needed
ORDER BY part, seq
"""  # noqa: S608
