"""Live streams: what was committed goes to everybody who listens, in order, encoded once.

A listener that cannot keep up is cut off; it reconnects and says where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import NamedTuple

import orjson

from queue_server.clock import Clock
from queue_server.domain import events as e
from queue_server.domain.rules import HallRules
from queue_server.journal.chain import Record
from queue_server.journal.port import Journal
from queue_server.views.told import is_told, pushed_data
from queue_server.wire.stream import HEARTBEAT, SKIPPED, Skipped

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


def _skipped(after: int, sent: int) -> bytes:
    """Its id is where the stream goes on, so that a listener who comes again is not told again."""
    told: Skipped = {"after": after, "next": sent + 1}
    return frame(sent, SKIPPED, orjson.dumps(told))


class Subscription:
    """One listener. events: the names it wants, or None for all. Signs of life are due on a clock
    of its own: a timer for each event would cost more than the event."""

    def __init__(self, events: frozenset[str] | None, heartbeat_s: float) -> None:
        self._events, self._heartbeat_s = events, heartbeat_s
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Pushed] = []
        self._wake: asyncio.Future[None] | None = None
        self._due = False
        self._beat = self._loop.call_later(heartbeat_s, self._beats)
        self.cut_off = False

    def wants(self, event: str) -> bool:
        return self._events is None or event in self._events

    def put(self, pushed: Pushed) -> None:
        if self.cut_off or not self.wants(pushed.event):
            return
        if len(self._waiting) >= BACKLOG_AT_MOST:
            self.end()
            return
        self._waiting.append(pushed)
        self._stir()

    def end(self) -> None:
        """Whoever listens is told no more."""
        self.cut_off = True
        self._beat.cancel()
        self._stir()

    async def next(self) -> list[Pushed]:
        """What has come since, in order; waits for it. Empty when a sign of life is due, or the
        stream has ended."""
        if not (self._waiting or self._due or self.cut_off):
            self._wake = self._loop.create_future()
            await self._wake
        found, self._waiting, self._due = self._waiting, [], False
        return found

    def _beats(self) -> None:
        self._due = True
        self._beat = self._loop.call_later(self._heartbeat_s, self._beats)
        self._stir()

    def _stir(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)


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
        earliest: int = 0,
    ) -> AsyncGenerator[bytes]:
        """Frames after seq `after` (None: from now), with heartbeats, until the listener leaves.
        earliest: nothing up to this seq may be told to this listener.

        A listener that is ahead of the journal (it was restored, or another one) starts from now.
        Whoever was somewhere (0: nowhere yet) and cannot go on from there is told so first.
        """
        listener = Subscription(events, heartbeat_s)
        self._listeners.add(listener)
        try:
            sent = self.seq if after is None else min(max(after, earliest), self.seq)
            yield self._heartbeat()
            if after and sent != after:
                yield _skipped(after, sent)
            async for record in self._stored(sent, self.seq):
                sent = record.seq
                if not listener.wants(record.event):
                    continue
                event = record.to_event()
                if is_told(event):
                    yield self._pushed(rules, record, event).frame
            while not listener.cut_off:
                came = await listener.next()
                frames = [pushed.frame for pushed in came if pushed.seq > sent]
                sent = max(sent, came[-1].seq) if came else sent
                if frames:
                    yield b"".join(frames)
                elif not came:
                    yield self._heartbeat()
        finally:
            listener.end()
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
        return frame(None, HEARTBEAT, orjson.dumps({"seq": self.seq, "now": now}))
