"""Tells the processes of one database which halls' journals have grown.

A notification may be lost, so the journals' ends are also looked up on a timer. It is sent after
the commit and by a transaction of its own: PostgreSQL lets only one transaction that notifies
commit at a time, and halls must not wait for each other.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping

import orjson
import psycopg
import structlog

from queue_server.beside import kept_going
from queue_server.journal import postgres_sql as sql
from queue_server.journal.port import NotStored
from queue_server.journal.postgres_lines import SETTINGS, Connection, Lines, connect

log = structlog.get_logger()

CHANNEL = "hall_journal"
POLL_S = 1.0
POLL_DEAF_S = 0.2  # while no notifications come in
PAYLOAD_AT_MOST = 7_000  # bytes; PostgreSQL takes fewer than 8,000
RETRY_S = 0.5

# Notifications are in no log and need not be on disk, but their transactions would wait for it.
_SETTINGS: Mapping[str, str] = {**SETTINGS, "synchronous_commit": "off"}

Heard = Callable[[int], None]


class News:
    """Use it on the event loop's thread; begin it with `start`."""

    def __init__(self, url: str, reading: Lines) -> None:
        self._url, self._reading = url, reading
        self._sending = Lines(url, 1, _SETTINGS)
        self._me = secrets.token_hex(4)
        self._watchers: dict[str, Heard] = {}
        self._to_tell: dict[str, int] = {}
        self._something_to_tell = asyncio.Event()
        self._deaf = True
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        works = (self._tell, self._listen, self._poll)
        self._tasks = [loop.create_task(kept_going(w, f"news{w.__name__}")) for w in works]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._sending.close()

    def watch(self, hall: str, heard: Heard) -> None:
        """`heard` is told the seq that the hall's journal has reached, now and then also one that
        it knows."""
        self._watchers[hall] = heard

    def tell(self, hall: str, seq: int) -> None:
        """Lets the other processes know, as soon as the way is free."""
        self._to_tell[hall] = seq
        self._something_to_tell.set()

    # --- sending ----------------------------------------------------------------------------

    async def _tell(self) -> None:
        while True:
            await self._something_to_tell.wait()
            self._something_to_tell.clear()
            told, self._to_tell = self._to_tell, {}
            for payload in payloads(self._me, told):
                try:
                    await self._sending.run(lambda line, p=payload: _notify(line, p))  # type: ignore[misc]
                except NotStored as error:
                    # nobody hears it now; the others find it by their timer
                    log.warning("not_notified", error=str(error))
                    await asyncio.sleep(RETRY_S)

    # --- hearing ----------------------------------------------------------------------------

    async def _listen(self) -> None:
        while True:
            try:
                connection = await connect(self._url)
                try:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._deaf = False
                    async for note in connection.notifies():
                        self._heard(note.payload)
                finally:
                    self._deaf = True
                    await connection.close()
            except psycopg.Error as error:
                log.warning("not_listening", error=str(error))
            await asyncio.sleep(RETRY_S)

    def _heard(self, payload: str) -> None:
        """Anybody in the database may send here: what is not ours must not end the listening."""
        try:
            sender, ends = orjson.loads(payload)
            news = [(str(hall), int(seq)) for hall, seq in ends]
        except (ValueError, TypeError):
            log.warning("not_understood", channel=CHANNEL)
            return
        if sender != self._me:
            for hall, seq in news:
                self._pass_on(hall, seq)

    def _pass_on(self, hall: str, seq: int) -> None:
        if heard := self._watchers.get(hall):
            heard(seq)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_DEAF_S if self._deaf else POLL_S)
            if not self._watchers:
                continue
            try:
                rows = await self._reading.run(self._ends)
            except NotStored:
                continue  # whoever needs the database now says so
            for hall, seq in rows:
                self._pass_on(hall, seq)

    async def _ends(self, connection: Connection) -> list[tuple[str, int]]:
        cursor = await connection.execute(sql.ENDS, (list(self._watchers),))
        return [(row[0], row[1]) for row in await cursor.fetchall()]


async def _notify(connection: Connection, payload: str) -> None:
    await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))


def payloads(sender: str, ends: Mapping[str, int]) -> list[str]:
    """`[sender, [[hall, seq], …]]` as JSON, as many as are needed to stay short."""
    found: list[str] = []
    part: list[tuple[str, int]] = []
    size = 0
    for hall, seq in ends.items():
        length = len(orjson.dumps([hall, seq])) + 1
        if part and size + length > PAYLOAD_AT_MOST:
            found.append(orjson.dumps([sender, part]).decode())
            part, size = [], 0
        part.append((hall, seq))
        size += length
    return [*found, orjson.dumps([sender, part]).decode()] if part else found
