"""Takes a snapshot of a hall's day now and then, beside everything else: no command waits for it.

Most halls never have one: until a day has EVENTS_BETWEEN events it is replayed in no time. Of
several processes that serve a hall, whoever comes first takes it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from typing import Protocol

import structlog

from queue_server.day_snapshots.store import DaySnapshots, Sealed
from queue_server.domain import events as e
from queue_server.domain.state import HallState
from queue_server.helper_process import HelperProcess, HelperUnavailable
from queue_server.journal.chain import BrokenChain, Record, verify
from queue_server.journal.port import Journal, JournalBroken, JournalError

log = structlog.get_logger()

EVENTS_BETWEEN = 10_000  # replayed in a sixth of a second
LOOKS_EVERY_S = 10.0
PAGE = 1000  # so that reading them holds up nobody
# Into one snapshot, so that it is taken long before anybody's patience ends; then another one.
EVENTS_AT_ONCE = 50_000


class LiveState(Protocol):
    """unproved: the record up to which a start believed a snapshot; 0: it has seen all."""

    state: HallState
    unproved: int


class LiveHall(Protocol):
    id: str

    @property
    def day(self) -> LiveState: ...


class SnapshotKeeper:
    """For all halls of this server. every: events between two snapshots of a day."""

    def __init__(
        self,
        halls: Iterable[LiveHall],
        journal: Journal,
        snapshots: DaySnapshots,
        every: int = EVENTS_BETWEEN,
    ) -> None:
        self._halls, self._journal, self._snapshots = halls, journal, snapshots
        self._every = every
        self._process = HelperProcess("queue_server.day_snapshots")
        self._reached: dict[str, int] = {}  # hall → where its last known snapshot was taken

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(LOOKS_EVERY_S * random.uniform(0.8, 1.2))  # noqa: S311 - spreads work
            for hall in self._halls:
                await self.prove(hall)
                await self.look_at(hall)

    async def close(self) -> None:
        await self._process.close()

    async def prove(self, hall: LiveHall) -> None:
        """What the day's start did not read because it had a snapshot, once, beside everything
        else. Damage there changes nothing of what is served; it is told, for somebody to look."""
        until = hall.day.unproved
        if not until:
            return
        try:
            await self._prove(hall.id, hall.day.state.day_seq - 1, until)
        except (BrokenChain, JournalBroken) as error:
            log.error(error.code, hall=hall.id, error=str(error), see="docs/keeping-data.md")
        except JournalError as error:
            log.warning("day_not_proved", hall=hall.id, error=str(error))
            return  # another time
        hall.day.unproved = 0

    async def _prove(self, hall: str, after: int, until: int) -> None:
        """Raises BrokenChain at the first record that does not follow; the first of all is believed
        to follow the day before. Raises JournalError."""
        prev_hash = ""
        while after < until:
            page = await self._journal.read(hall, after, min(PAGE, until - after))
            if not page:
                raise BrokenChain(after + 1, "the records up to the day's snapshot are not there")
            after, prev_hash = verify(page, after, prev_hash or page[0].prev_hash)
            await asyncio.sleep(0)

    async def look_at(self, hall: LiveHall) -> None:
        """Takes a snapshot if one is due; one that fails is taken another time."""
        if not self._is_due(hall):
            return
        try:
            await self._take(hall)
        except (JournalError, HelperUnavailable) as error:
            log.warning("day_snapshot_failed", hall=hall.id, error=str(error))
        finally:
            await self._process.close()  # what it knows of the day is large

    def _is_due(self, hall: LiveHall) -> bool:
        state = hall.day.state
        return state.seq - max(state.day_seq, self._reached.get(hall.id, 0)) >= self._every

    async def _take(self, hall: LiveHall) -> None:
        last = await self._last(hall)
        if not self._is_due(hall):
            return  # another process has taken one
        since = await self._since(hall, last) if last is not None else None
        if since is None:
            last, since = None, list(await self._journal.load(hall.id))
        asked = (last, since[:EVENTS_AT_ONCE])
        taken = Sealed(*await self._process.ask(hall.id, "take", *asked))
        await self._snapshots.put(hall.id, taken)
        self._reached[hall.id] = taken.seq
        log.info("day_snapshot", hall=hall.id, seq=taken.seq, bytes=len(taken.body))

    async def _last(self, hall: LiveHall) -> Sealed | None:
        """The stored one, if it is of this day."""
        found = await self._snapshots.sealed(hall.id)
        if found is None or found.seq <= hall.day.state.day_seq:
            return None
        self._reached[hall.id] = found.seq
        return found

    async def _since(self, hall: LiveHall, last: Sealed) -> list[Record] | None:
        """What came after it; None when it is not of this journal, or another day has begun."""
        found: list[Record] = []
        after = last.seq - 1
        while page := await self._journal.read(hall.id, after, PAGE):
            found += page
            after = page[-1].seq
            await asyncio.sleep(0)
        if not found or found[0].hash != last.hash:
            self._reached.pop(hall.id, None)
            return None
        return None if any(r.event == e.DayOpened.name for r in found) else found[1:]
