"""What the service sees of the journal: one port, several stores that pass the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from queue_server.journal.chain import Record

# Events that are found without reading all that happened between: the beginnings of days, and
# changes of how the hall works and of what it tells. As in the schemas' index event_rare.
RARE = (
    "day_opened",
    "hall_configured",
    "content_taken_in",
    "content_put",
    "content_removed",
)


class JournalError(Exception):
    """The store's own trouble, translated; nothing of the append was kept."""

    code = "journal_error"


class SeqConflict(JournalError):
    """Somebody else appended first: decide again on fresh state."""

    code = "seq_conflict"


class LedgerRefused(JournalError):
    """The database's own rules forbid it: a number or a window twice. A fault of this program."""

    code = "ledger_refused"


class NotStored(JournalError):
    """The store could not write: disk full, read-only, gone."""

    code = "not_stored"


class JournalBroken(JournalError):
    """What is stored was changed or damaged: state that is made of it could not be trusted."""

    code = "journal_broken"


class UnusableDatabase(Exception):
    """A database that this server does not understand: its address, or its version."""

    code = "database_unusable"


class TicketRow(NamedTuple):
    """One ticket in the ledger, as of the append that carries it; times RFC 3339."""

    hall: str
    id: str
    day: str
    prefix: str
    serial: int
    number: str
    service: str
    matter: str | None
    priority_class: str
    status: str
    window: str | None
    issued_at: str
    called_at: str | None
    started_at: str | None
    since_at: str
    calls: int


class Answer(NamedTuple):
    """What a request was answered. command: what was asked, to tell a re-used id; body: JSON."""

    hall: str
    request_id: str
    command: str
    body: str
    seq: int


class Kept(NamedTuple):
    """A record from before the day that the present day still needs, by what it tells about: an
    open appointment, a lease that is out. seq 0: no longer needed. Of several for one key the last
    counts."""

    hall: str
    key: str
    seq: int


@dataclass(frozen=True, slots=True)
class Append:
    """One command's result: goes to disk whole or not at all."""

    hall: str
    records: Sequence[Record]
    tickets: Sequence[TicketRow]
    answer: Answer | None
    kept: Sequence[Kept] = ()


class Journal(Protocol):
    """Thread: all methods are called on the event loop's thread. shared: whether other processes
    are meant to append to the same halls."""

    @property
    def shared(self) -> bool: ...

    def append(self, append: Append) -> asyncio.Future[None]:
        """Puts `append` behind all earlier ones. The future ends when it is on disk, or raises
        SeqConflict (its first record does not follow the last stored one) or NotStored."""

    def turn(self, hall: str) -> AbstractAsyncContextManager[tuple[int, str]]:
        """Gives the hall's last seq and hash; in a shared journal nobody else appends to the hall
        until the end, where what was put meanwhile goes to disk. So put it without waiting in
        between. Raises NotStored."""

    def watch(self, hall: str, heard: Callable[[int], None]) -> None:
        """`heard` is told, now and then and soon after others appended, how far the hall's journal
        has come."""

    async def load(self, hall: str) -> Sequence[Record]:
        """The records from which the hall's present day can be rebuilt: the last configuration
        before the day, then what was kept from before the day, then everything since the day was
        opened; the latter two by seq."""

    async def last(self, hall: str) -> tuple[int, str]:
        """seq and hash of the last record; (0, GENESIS) for a new hall."""

    async def read(self, hall: str, after: int, limit: int) -> Sequence[Record]:
        """Up to `limit` records with seq > after, in order."""

    async def rare(self, hall: str, before: int, limit: int) -> Sequence[Record]:
        """The last `limit` records with seq < before that are of RARE, the newest first."""

    async def find_answer(self, hall: str, request_id: str) -> Answer | None: ...

    async def find_ticket(self, hall: str, ticket: str) -> TicketRow | None: ...

    async def close(self) -> None: ...


class Writer(Protocol):
    """What a database's writer counts."""

    commits: int
    commit_seconds: float
