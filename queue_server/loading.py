"""A hall's present day, rebuilt from its journal."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from queue_server.answers import FollowToken
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.state import HallState
from queue_server.journal.chain import GENESIS, Record
from queue_server.journal.port import Journal


@dataclass(frozen=True, slots=True)
class LoadedDay:
    """followed: phone token → ticket; answered: ids of the requests answered this day."""

    state: HallState
    last_hash: str
    followed: dict[str, str]
    answered: set[str]


async def load_day(journal: Journal, hall: str, follow_token: FollowToken) -> LoadedDay:
    """Applies what the journal holds since the day was opened."""
    records = await journal.load(hall)
    last_hash = records[-1].hash if records else GENESIS
    day = LoadedDay(HallState(), last_hash, {}, set())
    for record in records:
        data = orjson.loads(record.data)
        event = e.from_data(record.event, data)
        day.state.seq = record.seq - 1
        apply(day.state, event, record.at_ms())
        if isinstance(event, e.TicketIssued):
            day.followed[follow_token(event.ticket)] = event.ticket
        if request_id := data.get("request_id"):
            day.answered.add(request_id)
    return day


def request_id_of(record: Record) -> str | None:
    """The request that led to this event; None for what the hall did by itself."""
    found: str | None = orjson.loads(record.data).get("request_id")
    return found
