"""Finds the days asked for in a hall's journal and folds them, each closed day once.

Folding runs beside the event loop, one day at a time, so that calls are not held up by a year's
figures.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar

import orjson

from queue_server.journal.chain import Record
from queue_server.statistics.facts import DayFacts, fold_day
from queue_server.statistics.ledger import DayLedger, fold_ledger
from queue_server.statistics.measures import Facts, of_days

PAGE = 1000
LOOKED_BACK = 400
REMEMBERED_AT_MOST = 800
LEDGERS_AT_MOST = 400
# Numbers may be handed in so many days after their own; settings allow a month at the most.
HANDED_IN_WITHIN_DAYS = 31
_END = 2**53

T = TypeVar("T")
# (day, the rules it began with, its records)
Fold = Callable[[str, Record | None, Iterable[Record]], T]


class Source(Protocol):
    """What is needed of a hall."""

    @property
    def id(self) -> str: ...

    async def rare(self, before: int, limit: int) -> Sequence[Record]: ...

    async def journal_page(self, after: int, limit: int) -> Sequence[Record]: ...


@dataclass(frozen=True, slots=True)
class _Segment:
    """One day's records: from seq `opened` on, before seq `ends`."""

    day: str
    opened: int
    ends: int
    configured: Record | None


class DayReader:
    """One for all halls of a process."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int], DayFacts] = OrderedDict()
        self._ledgers: OrderedDict[tuple[str, int], DayLedger] = OrderedDict()
        self._one = asyncio.Semaphore(1)

    async def ledgers(self, hall: Source, first: date, last: date) -> list[DayLedger]:
        """What was registered on each of those days, and settled."""
        segments = await _segments(hall, first.isoformat(), last.isoformat())
        async with self._one:
            return [await self._ledger(hall, segment) for segment in segments]

    async def _ledger(self, hall: Source, segment: _Segment) -> DayLedger:
        key = hall.id, segment.opened
        if key in self._ledgers:
            self._ledgers.move_to_end(key)
            return self._ledgers[key]
        records = await _records(hall, segment)
        told = await asyncio.to_thread(fold_ledger, segment.day, records)
        if told.closed:
            self._ledgers[key] = told
            while len(self._ledgers) > LEDGERS_AT_MOST:
                self._ledgers.popitem(last=False)
        return told

    async def facts(self, hall: Source, first: date, last: date) -> Facts:
        """first and last: business days, both included."""
        until = last + timedelta(days=HANDED_IN_WITHIN_DAYS)
        segments = await _segments(hall, first.isoformat(), until.isoformat())
        async with self._one:
            days = [await self._day(hall, segment) for segment in segments]
        return of_days(days, first.isoformat(), last.isoformat())

    async def folded(self, hall: Source, first: date, last: date, fold: Fold[T]) -> list[T]:
        """What `fold` makes of each business day from `first` to `last`; nothing is kept of it."""
        segments = await _segments(hall, first.isoformat(), last.isoformat())
        found = []
        async with self._one:
            for segment in segments:
                records = await _records(hall, segment)
                found.append(
                    await asyncio.to_thread(fold, segment.day, segment.configured, records)
                )
        return found

    async def _day(self, hall: Source, segment: _Segment) -> DayFacts:
        key = hall.id, segment.opened
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        records = await _records(hall, segment)
        told = await asyncio.to_thread(fold_day, segment.day, segment.configured, records)
        if told.closed:
            self._known[key] = told
            while len(self._known) > REMEMBERED_AT_MOST:
                self._known.popitem(last=False)
        return told


async def _records(hall: Source, segment: _Segment) -> list[Record]:
    found: list[Record] = []
    after = segment.opened - 1
    while page := await hall.journal_page(after, min(PAGE, segment.ends - after - 1)):
        found += page
        after = page[-1].seq
        if after >= segment.ends - 1:
            break
        await asyncio.sleep(0)  # others go first
    return found


async def _segments(hall: Source, first: str, until: str) -> list[_Segment]:
    """The days from `first` to `until`, the oldest first, each with the rules it began with."""
    newest_first: list[Record] = []
    before = _END
    while page := await hall.rare(before, LOOKED_BACK):
        newest_first += page
        before = page[-1].seq
        if _reaches_back(page, first):
            break
    found: list[_Segment] = []
    configured: Record | None = None
    openings: list[tuple[Record, Record | None]] = []
    for record in reversed(newest_first):
        if record.event == "hall_configured":
            configured = record
        elif record.event == "day_opened":
            openings.append((record, configured))
    for index, (opened, rules) in enumerate(openings):
        day = str(orjson.loads(opened.data)["day"])
        ends = openings[index + 1][0].seq if index + 1 < len(openings) else _END
        if first <= day <= until:
            found.append(_Segment(day, opened.seq, ends, rules))
    return found


def _reaches_back(page: Sequence[Record], first: str) -> bool:
    """Whether the days before `first` are in it, and the rules that `first` began with."""
    earlier = False
    for record in page:
        if record.event == "day_opened":
            earlier = earlier or str(orjson.loads(record.data)["day"]) < first
        elif record.event == "hall_configured" and earlier:
            return True
    return False
