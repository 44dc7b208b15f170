"""Live streams: what was committed goes to everybody who listens, in order, encoded once.

A listener that cannot keep up is cut off; it reconnects and says where it was.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

BACKLOG_AT_MOST = 2048


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


class Broadcaster:
    """All listeners of one hall; `seq` is the last event that was pushed."""

    def __init__(self, seq: int = 0) -> None:
        self.seq = seq
        self._listeners: set[Subscription] = set()

    def __len__(self) -> int:
        return len(self._listeners)

    def subscribe(self, events: frozenset[str] | None) -> Subscription:
        subscription = Subscription(events)
        self._listeners.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        self._listeners.discard(subscription)

    def push(self, pushed: Pushed) -> None:
        self.seq = pushed.seq
        for listener in self._listeners:
            listener.put(pushed)

    def end_all(self) -> None:
        for listener in self._listeners:
            listener.end()
