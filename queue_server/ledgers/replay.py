"""A hall's whole journal applied record by record, with the ledger rows that must stand after it.

The rules are the domain's own `apply`, and the rows are made by the function that makes them live.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.errors import Refusal
from queue_server.domain.keeping import Keeps, keeps
from queue_server.domain.state import HallState
from queue_server.journal.chain import ANSWER_KEY, Record
from queue_server.journal.port import TicketRow
from queue_server.views.ledger_rows import ledger_row


class DoesNotFit(Exception):
    """A record that follows in number and hash, but not from what happened before it."""

    def __init__(self, seq: int, code: str, what: str) -> None:
        super().__init__(f"seq {seq}: {what}")
        self.seq, self.code, self.what = seq, code, what


@dataclass(frozen=True, slots=True)
class Step:
    """One record's event with what it leads to: rows of tickets; what later days need of it;
    request_id: of the request that it answers; answer: the digest of what that was told, which
    earlier versions of the program did not write."""

    seq: int
    event: e.Event
    day: str
    rows: tuple[TicketRow, ...]
    keeps: Keeps | None
    request_id: str | None
    answer: str | None


class Replay:
    """The state of one hall, from its first record on."""

    def __init__(self, hall: str) -> None:
        self._hall = hall
        self.state = HallState()

    def take(self, record: Record) -> Step:
        """Applies one record. Raises DoesNotFit."""
        data = orjson.loads(record.data)
        try:
            event = e.from_data(record.event, data)
        except (KeyError, TypeError, ValueError) as error:
            raise DoesNotFit(
                record.seq, "event_unknown", f"this program does not know such a {record.event!r}"
            ) from error
        if isinstance(event, e.HallConfigured) and event.rules["id"] != self._hall:
            said = event.rules["id"]
            raise DoesNotFit(record.seq, "journal_broken", f"it is of the hall {said!r}")
        try:
            apply(self.state, event, record.at_ms())
        except (Refusal, LookupError, TypeError, ValueError) as error:
            raise DoesNotFit(
                record.seq,
                "event_impossible",
                f"{record.event} cannot have happened then: {_words(error)}",
            ) from error
        return Step(
            record.seq,
            event,
            self.state.day,
            self._rows(event),
            keeps(event),
            data.get("request_id"),
            data.get(ANSWER_KEY),
        )

    def _rows(self, event: e.Event) -> tuple[TicketRow, ...]:
        row = ledger_row(self._hall, self.state, event)
        return () if row is None else (row,)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if isinstance(error, LookupError) else str(error)


def steps(hall: str, records: Iterator[Record]) -> Iterator[Step]:
    """Every record of a hall's journal, applied."""
    replay = Replay(hall)
    return (replay.take(record) for record in records)
