"""A hall's present day, rebuilt from its journal: all of it, or what came after a snapshot.

What the day is made of is proved on the way: a changed, missing or damaged record is found by the
start that would work with it, and not weeks later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import orjson
import structlog

from queue_server.answers import FollowToken
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.errors import Refusal
from queue_server.domain.state import HallState
from queue_server.journal.chain import GENESIS, BrokenChain, Record, verify
from queue_server.journal.port import Journal, JournalBroken

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


@dataclass(frozen=True, slots=True)
class Loading:
    """snapshots: where days may lie ready, if anywhere. even_if_broken: a day that does not prove
    right is served all the same, and told of; that is somebody's own decision."""

    snapshots: Snapshots | None = None
    even_if_broken: bool = False


AS_USUAL = Loading()


async def load_day(
    journal: Journal, hall: str, follow_token: FollowToken, how: Loading = AS_USUAL
) -> LoadedDay:
    """Applies what the journal holds since the day was opened. Raises JournalBroken where that does
    not follow, record by record, up to the journal's end."""
    day = await how.snapshots.day(hall) if how.snapshots is not None else None
    came_with = day.state.seq if day is not None else 0
    if day is None or not await _continued(journal, hall, day):
        day, came_with = DaySoFar(HallState(), GENESIS, set()), 0
        records = await journal.load(hall)
        with _despite(how):
            prove(hall, records)
        replay(day, records)
    with _despite(how):
        await _refuse_missing_end(journal, hall, day)
    followed = {follow_token(ticket): ticket for ticket in day.state.tickets}
    return LoadedDay(day.state, day.last_hash, followed, day.answered, came_with)


@contextmanager
def _despite(how: Loading) -> Iterator[None]:
    try:
        yield
    except JournalBroken as error:
        if not how.even_if_broken:
            raise
        log.error(error.code, error=str(error), served="all the same, as was asked")


def prove(hall: str, records: Sequence[Record]) -> None:
    """What `Journal.load` gave: the day's own records are one chain, those from before it are each
    whole. Raises JournalBroken."""
    opened = [at for at, record in enumerate(records) if record.event == e.DayOpened.name]
    begins = opened[-1] if opened else 0
    for record in records[:begins]:
        _prove(hall, (record,), record.seq - 1, record.prev_hash)
    if day := records[begins:]:
        first = day[0]
        _prove(hall, day, first.seq - 1, first.prev_hash if first.seq > 1 else GENESIS)


def _prove(hall: str, records: Iterable[Record], after: int, prev_hash: str) -> None:
    try:
        verify(records, after, prev_hash)
    except BrokenChain as error:
        raise JournalBroken(f"{hall}: {error}") from error


async def _refuse_missing_end(journal: Journal, hall: str, day: DaySoFar) -> None:
    """Somebody else may have appended meanwhile; then there is more to read."""
    seq, last_hash = await journal.last(hall)
    if seq == day.state.seq and last_hash == day.last_hash:
        return
    if seq <= day.state.seq or not await journal.read(hall, day.state.seq, 1):
        what = f"it should end at seq {seq} with {last_hash[:8]}…, and ends at {day.state.seq}"
        raise JournalBroken(f"{hall}: {what} with {day.last_hash[:8]}…")


def replay(day: DaySoFar, records: Iterable[Record]) -> None:
    """Applies records that follow each other, or those that `Journal.load` gave. Raises
    JournalBroken for one that cannot have happened."""
    for record in records:
        try:
            data = orjson.loads(record.data)
            day.state.seq = record.seq - 1
            apply(day.state, e.from_data(record.event, data), record.at_ms())
        except (LookupError, TypeError, ValueError, Refusal) as error:
            what = f"seq {record.seq}: {record.event} is not understood, or cannot have happened"
            raise JournalBroken(f"{record.hall}: {what}") from error
        if record.event == e.DayOpened.name:
            day.answered.clear()
        if request_id := data.get("request_id"):
            day.answered.add(request_id)
        day.last_hash = record.hash


async def _continued(journal: Journal, hall: str, day: DaySoFar) -> bool:
    """Applies what came after the snapshot. False when the journal does not have the record that it
    was taken at, has begun another day since, or goes on with something that does not follow: the
    day is of no use then, and what is wrong is told when all of it is read."""
    anchor = await journal.read(hall, day.state.seq - 1, 1)
    if [record.hash for record in anchor] != [day.last_hash]:
        log.warning("day_snapshot_ignored", hall=hall, why="the journal is another one")
        return False
    while records := await journal.read(hall, day.state.seq, PAGE):
        if any(record.event == e.DayOpened.name for record in records):
            return False
        try:
            verify(records, day.state.seq, day.last_hash)
        except BrokenChain as error:
            log.warning("day_snapshot_ignored", hall=hall, why=str(error))
            return False
        replay(day, records)
    return True


def request_id_of(record: Record) -> str | None:
    """The request that led to this event; None for what the hall did by itself."""
    found: str | None = orjson.loads(record.data).get("request_id")
    return found
