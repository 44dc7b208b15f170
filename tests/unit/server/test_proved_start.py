"""A start looks at what it works with: a record of the present day that was changed or is missing
is told of, and the hall is not served on it unless somebody wants that."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from queue_server.domain import commands as c
from queue_server.journal.chain import Record
from queue_server.journal.memory import MemoryJournal
from queue_server.journal.port import JournalBroken
from queue_server.loading import AS_USUAL, LoadedDay, Loading, load_day
from queue_server.presentation import Presentation
from queue_server.service import HallService
from tests.stateful.world import SetClock
from tests.support.hall import MINUTE, MONDAY_9, rules

DAY_MS = 24 * 60 * MINUTE


class Changed(MemoryJournal):
    """A journal in which somebody has been: `at` is the record, None in its place takes it out."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 0
        self.put: Record | None = None

    def _seen(self, records: Sequence[Record]) -> list[Record]:
        found = [self.put if r.seq == self.at else r for r in records]
        return [r for r in found if r is not None]

    async def load(self, hall: str) -> Sequence[Record]:
        return self._seen(await super().load(hall))

    async def read(self, hall: str, after: int, limit: int) -> Sequence[Record]:
        return self._seen(await super().read(hall, after, limit))


def _token(ticket: str) -> str:
    return ticket


async def two_days() -> Changed:
    """Yesterday, and today's first six people."""
    journal, clock = Changed(), SetClock(MONDAY_9)
    hall = HallService(journal, rules(), Presentation("厅", "Hall", ()), clock, _token)
    await hall.start()
    for n in range(8):
        await hall.execute(c.IssueTicket(f"t{n}", "A"), request_id=f"r{n}", by="test")
        clock.at_ms += MINUTE if n != 1 else DAY_MS
    return journal


def load(journal: Changed, how: Loading = AS_USUAL) -> LoadedDay:
    return asyncio.run(load_day(journal, "t", _token, how))


def test_any_record_of_today_that_was_changed_is_found_by_the_start() -> None:
    journal = asyncio.run(two_days())
    sound = load(journal)
    records = asyncio.run(journal.load("t"))
    today = [r for r in records if r.seq >= sound.state.day_seq]
    assert len(today) > 6
    for record in today:
        for put in (
            record._replace(data=record.data.replace("t", "u", 1)),
            record._replace(at=record.at.replace("2026", "2025")),
            record._replace(hash="0" * 64),
            None,
        ):
            journal.at, journal.put = record.seq, put
            with pytest.raises(JournalBroken, match="seq"):
                load(journal)


def test_the_configuration_that_today_works_by_is_looked_at_too() -> None:
    journal = asyncio.run(two_days())
    first = asyncio.run(journal.load("t"))[0]
    assert first.event == "hall_configured"
    journal.at, journal.put = first.seq, first._replace(data=first.data.replace("A", "X"))
    with pytest.raises(JournalBroken, match=f"seq {first.seq}: its hash does not fit"):
        load(journal)


def test_yesterday_is_not_looked_at() -> None:
    """A year of days would take too long; verify-journal does that."""
    journal = asyncio.run(two_days())
    journal.at = 4
    assert load(journal).state.today["issued"] == 6


def test_who_wants_to_serve_all_the_same_is_told_what_is_wrong() -> None:
    journal = asyncio.run(two_days())
    last = asyncio.run(journal.load("t"))[-1]
    journal.at, journal.put = last.seq, last._replace(hash="0" * 64)
    with capture_logs() as told:
        day = load(journal, Loading(even_if_broken=True))
    assert day.state.today["issued"] == 6
    lines = [line for line in told if line["event"] == "journal_broken"]
    assert f"seq {last.seq}" in lines[0]["error"]


def test_what_cannot_have_happened_is_refused_whatever_anybody_wants() -> None:
    """State cannot be made of it."""
    journal = asyncio.run(two_days())
    last = asyncio.run(journal.load("t"))[-1]
    journal.at, journal.put = last.seq, last._replace(event="ticket_vanished")
    with pytest.raises(JournalBroken, match="not understood"):
        load(journal, Loading(even_if_broken=True))
