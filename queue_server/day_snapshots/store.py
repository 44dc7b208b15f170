"""Where snapshots of days lie: one row per hall beside the journal, sealed with the hall's key.

Nobody needs one. What is odd about a row – another program's, damaged, not sealed by us, of another
journal – makes it as good as none, with one line in the log, and the day is replayed.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import structlog

from queue_server.access.keys import Keys
from queue_server.access.store import AccessDatabase
from queue_server.day_snapshots.codec import UnreadableDay, day_format, from_bytes
from queue_server.journal.port import JournalError
from queue_server.loading import DaySoFar

log = structlog.get_logger()

_FIND = "SELECT seq, hash, format, seal, body FROM day_snapshot WHERE hall = ?"
_PUT = (
    "INSERT INTO day_snapshot (hall, seq, hash, format, seal, body) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (hall) DO UPDATE SET seq = excluded.seq, hash = excluded.hash,"
    " format = excluded.format, seal = excluded.seal, body = excluded.body"
)


class Sealed(NamedTuple):
    """A day as it stood at the record `seq` with this hash."""

    seq: int
    hash: str
    body: bytes


class DaySnapshots:
    """All halls' snapshots in one database."""

    def __init__(self, database: AccessDatabase, keys: Keys) -> None:
        self._database, self._keys = database, keys

    async def day(self, hall: str) -> DaySoFar | None:
        """The day as the snapshot has it, whether or not the journal still agrees."""
        found = await self.sealed(hall)
        if found is None:
            return None
        try:
            state, answered = await asyncio.to_thread(from_bytes, found.body)
        except UnreadableDay as error:
            _ignore(hall, str(error))
            return None
        if state.seq != found.seq:
            _ignore(hall, "it is of another record than it says")
            return None
        return DaySoFar(state, found.hash, answered)

    async def sealed(self, hall: str) -> Sealed | None:
        """The hall's row, if this program wrote it with this key."""
        try:
            rows = await self._database.rows(_FIND, hall)
        except JournalError as error:
            _ignore(hall, str(error))
            return None
        if not rows:
            return None
        seq, last_hash, written_in, seal, body = rows[0]
        if written_in != day_format():
            _ignore(hall, "another version of the program wrote it")
            return None
        found = Sealed(int(seq), str(last_hash), bytes(body))
        if seal != self._seal(hall, found):
            _ignore(hall, "it is damaged, or was not written with this key")
            return None
        return found

    async def put(self, hall: str, day: Sealed) -> None:
        """Instead of the one before. Raises JournalError."""
        values = (hall, *day[:2], day_format(), self._seal(hall, day), day.body)
        await self._database.change((_PUT, values))

    def _seal(self, hall: str, day: Sealed) -> str:
        about = f"{hall}\n{day.seq}\n{day.hash}\n{day_format()}\n"
        return self._keys.seal(about.encode() + day.body)


def _ignore(hall: str, why: str) -> None:
    log.warning("day_snapshot_ignored", hall=hall, why=why)
