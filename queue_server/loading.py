"""A hall's present day, rebuilt from its journal."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from queue_server.answers import FollowToken
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.state import HallState
from queue_server.journal.port import Journal, NotStored


@dataclass(frozen=True, slots=True)
class LoadedDay:
    """followed: phone token → ticket; answered: ids of the requests answered this day."""

    state: HallState
    last_hash: str
    followed: dict[str, str]
    answered: set[str]


async def load_day(journal: Journal, hall: str, follow_token: FollowToken) -> LoadedDay:
    """Applies what the journal holds since the day was opened. Raises NotStored when the store
    changes meanwhile; whoever loads tries again."""
    records = await journal.load(hall)
    seq, last_hash = await journal.last(hall)
    if records and records[-1].seq != seq:
        raise NotStored(f"{hall}: the journal ends at {seq}, not {records[-1].seq}")
    day = LoadedDay(HallState(), last_hash, {}, set())
    for record in records:
        event = record.to_event()
        day.state.seq = record.seq - 1
        apply(day.state, event, record.at_ms())
        if isinstance(event, e.TicketIssued):
            day.followed[follow_token(event.ticket)] = event.ticket
        if request_id := orjson.loads(record.data).get("request_id"):
            day.answered.add(request_id)
    return day
