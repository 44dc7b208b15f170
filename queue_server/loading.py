"""A hall's present day, rebuilt from its journal: all of it, or what came after a snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import orjson
import structlog

from queue_server.answers import FollowToken
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.state import HallState
from queue_server.journal.chain import GENESIS, Record
from queue_server.journal.port import Journal

log = structlog.get_logger()

PAGE = 20_000


@dataclass(slots=True)
class DaySoFar:
    """A day up to a record with this hash. answered: ids of the requests answered this day."""

    state: HallState
    last_hash: str
    answered: set[str]


@dataclass(frozen=True, slots=True)
class LoadedDay:
    """followed: phone token → ticket; snapshot: how many records of it came out of one, 0: none."""

    state: HallState
    last_hash: str
    followed: dict[str, str]
    answered: set[str]
    snapshot: int = 0


class Snapshots(Protocol):
    async def day(self, hall: str) -> DaySoFar | None:
        """A day as it once was, which the journal may have left behind; None when there is none."""


async def load_day(
    journal: Journal, hall: str, follow_token: FollowToken, snapshots: Snapshots | None = None
) -> LoadedDay:
    """Applies what the journal holds since the day was opened."""
    day = await snapshots.day(hall) if snapshots is not None else None
    came_with = day.state.seq if day is not None else 0
    if day is None or not await _continued(journal, hall, day):
        day, came_with = DaySoFar(HallState(), GENESIS, set()), 0
        replay(day, await journal.load(hall))
    followed = {follow_token(ticket): ticket for ticket in day.state.tickets}
    return LoadedDay(day.state, day.last_hash, followed, day.answered, came_with)


def replay(day: DaySoFar, records: Iterable[Record]) -> None:
    """Applies records that follow each other, or those that `Journal.load` gave."""
    for record in records:
        data = orjson.loads(record.data)
        day.state.seq = record.seq - 1
        apply(day.state, e.from_data(record.event, data), record.at_ms())
        if record.event == e.DayOpened.name:
            day.answered.clear()
        if request_id := data.get("request_id"):
            day.answered.add(request_id)
        day.last_hash = record.hash


async def _continued(journal: Journal, hall: str, day: DaySoFar) -> bool:
    """Applies what came after the snapshot. False when the journal does not have the record that it
    was taken at, or has begun another day since; the day is of no use then."""
    anchor = await journal.read(hall, day.state.seq - 1, 1)
    if [record.hash for record in anchor] != [day.last_hash]:
        log.warning("day_snapshot_ignored", hall=hall, why="the journal is another one")
        return False
    while records := await journal.read(hall, day.state.seq, PAGE):
        if any(record.event == e.DayOpened.name for record in records):
            return False
        replay(day, records)
    return True


def request_id_of(record: Record) -> str | None:
    """The request that led to this event; None for what the hall did by itself."""
    found: str | None = orjson.loads(record.data).get("request_id")
    return found
