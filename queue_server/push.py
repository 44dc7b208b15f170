"""Live streams: what was committed goes to everybody who listens, in order, encoded once.

A listener that cannot keep up is cut off; it reconnects and says where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import orjson

from queue_server.clock import Clock
from queue_server.domain import events as e
from queue_server.domain.rules import HallRules
from queue_server.journal.chain import Record
from queue_server.journal.port import Journal
from queue_server.views import is_told, pushed_data

BACKLOG_AT_MOST = 2048
PAGE = 500


class Pushed(NamedTuple):
    """One committed event as a Server-Sent Events frame."""

    seq: int
    event: str
    frame: bytes


def frame(seq: int | None, event: str, data: bytes) -> bytes:
    """A Server-Sent Events frame (WHATWG HTML, section 9.2); `data` is JSON without line breaks."""
    head = b"" if seq is None else b"id: %d\n" % seq
    return b"%sevent: %s\ndata: %s\n\n" % (head, event.encode(), data)


class Subscription:
    """One listener. events: the names it wants, or None for all."""

    def __init__(self, events: frozenset[str] | None) -> None:
        self._events = events
        self._queue: asyncio.Queue[Pushed | None] = asyncio.Queue()
        self.cut_off = False

    def wants(self, event: str) -> bool:
        return self._events is None or event in self._events

    def put(self, pushed: Pushed) -> None:
        if self.cut_off or not self.wants(pushed.event):
            return
        if self._queue.qsize() >= BACKLOG_AT_MOST:
            self.end()
            return
        self._queue.put_nowait(pushed)

    def end(self) -> None:
        self.cut_off = True
        self._queue.put_nowait(None)

    async def next(self, timeout_s: float) -> Pushed | None:
        """The next event; None when `timeout_s` passed quietly or the stream has ended."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._queue.get()
        except TimeoutError:
            return None


class HallStreams:
    """All listeners of one hall; `seq` is the last event that was published."""

    def __init__(self, hall: str, journal: Journal, clock: Clock) -> None:
        self.seq = 0
        self._hall, self._journal, self._clock = hall, journal, clock
        self._listeners: set[Subscription] = set()

    def __len__(self) -> int:
        return len(self._listeners)

    def begin_at(self, seq: int) -> None:
        """After the first loading: what is older is only sent to who asks for it."""
        self.seq = self.seq or seq

    def publish(
        self, rules: HallRules, records: Sequence[Record], events: Sequence[e.Event]
    ) -> None:
        """Sends committed events, in order, once; encoded only when somebody listens."""
        for record, event in zip(records, events, strict=True):
            if record.seq <= self.seq:
                continue
            self.seq = record.seq
            if self._listeners and is_told(event):
                pushed = self._pushed(rules, record, event)
                for listener in self._listeners:
                    listener.put(pushed)

    async def catch_up(self, rules: HallRules) -> None:
        """Publishes what is stored and was not published by this process."""
        records = await self._journal.read(self._hall, self.seq, -1)
        self.publish(rules, records, [record.to_event() for record in records])

    def end_all(self) -> None:
        for listener in self._listeners:
            listener.end()

    async def frames(
        self,
        rules: HallRules,
        after: int | None,
        events: frozenset[str] | None,
        heartbeat_s: float,
    ) -> AsyncIterator[bytes]:
        """Frames after seq `after` (None: from now), with heartbeats, until the listener leaves.

        A listener that is ahead of the journal (it was restored, or another one) starts from now.
        """
        listener = Subscription(events)
        self._listeners.add(listener)
        try:
            sent = self.seq if after is None else min(after, self.seq)
            yield self._heartbeat()
            async for record in self._stored(sent, self.seq):
                sent = record.seq
                if not listener.wants(record.event):
                    continue
                event = record.to_event()
                if is_told(event):
                    yield self._pushed(rules, record, event).frame
            while not listener.cut_off:
                pushed = await listener.next(heartbeat_s)
                if pushed is None:
                    yield self._heartbeat()
                elif pushed.seq > sent:
                    sent = pushed.seq
                    yield pushed.frame
        finally:
            self._listeners.discard(listener)

    async def _stored(self, after: int, upto: int) -> AsyncIterator[Record]:
        while after < upto:
            page = await self._journal.read(self._hall, after, min(PAGE, upto - after))
            if not page:
                return
            for record in page:
                yield record
            after = page[-1].seq

    def _pushed(self, rules: HallRules, record: Record, event: e.Event) -> Pushed:
        data = orjson.loads(record.data)
        shown = pushed_data(rules, self._hall, record.seq, event, record.at_ms(), data)
        return Pushed(
            record.seq, record.event, frame(record.seq, record.event, orjson.dumps(shown))
        )

    def _heartbeat(self) -> bytes:
        now = e.instant_text(self._clock.now_ms())
        return frame(None, "heartbeat", orjson.dumps({"seq": self.seq, "now": now}))
