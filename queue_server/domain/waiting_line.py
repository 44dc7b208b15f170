"""Who waits, indexed so that the next one is found without looking at everybody.

Within one service and one priority class the earliest arrival always has the highest score, so
only the head of each such queue can be next. Tickets that came back after a miss, and tickets
kept for one window, stand in queues of their own, because other people's order there differs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import NamedTuple


class Place(NamedTuple):
    """Orders a queue: earlier arrival, then lower number. overtaken_before: see `overtaken`;
    after_calls: who rejoined waits until its service has had so many calls."""

    arrived_ms: int
    serial: int
    prefix: str
    ticket: str
    overtaken_before: int = 0
    after_calls: int = 0


class QueueKey(NamedTuple):
    service: str
    priority_class: str
    rejoined: bool = False
    for_window: str | None = None


class WaitingLine:
    """All waiting tickets of a hall, and how often later arrivals went ahead, per service."""

    def __init__(self, services: Iterator[str] | tuple[str, ...] = ()) -> None:
        self._queues: dict[str, dict[QueueKey, list[Place]]] = {s: {} for s in services}
        self._where: dict[str, tuple[QueueKey, Place]] = {}
        self._counts: dict[str, int] = {}
        self._kept: dict[tuple[str | None, str], int] = {}
        self._called_arrivals: dict[str, list[int]] = {}
        self._calls: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._where)

    def __contains__(self, ticket: str) -> bool:
        return ticket in self._where

    def add(self, key: QueueKey, place: Place) -> None:
        insort(self._queues.setdefault(key.service, {}).setdefault(key, []), place)
        self._where[place.ticket] = (key, place)
        self._counts[key.service] = self._counts.get(key.service, 0) + 1
        kept = (key.for_window, key.service)
        self._kept[kept] = self._kept.get(kept, 0) + 1

    def remove(self, ticket: str) -> None:
        key, place = self._where.pop(ticket)
        self._counts[key.service] -= 1
        self._kept[key.for_window, key.service] -= 1
        queue = self._queues[key.service][key]
        del queue[bisect_left(queue, place)]
        if not queue:
            del self._queues[key.service][key]

    def place(self, ticket: str) -> tuple[QueueKey, Place]:
        return self._where[ticket]

    def queues(self, service: str) -> dict[QueueKey, list[Place]]:
        """The non-empty queues of a service; not to be changed by the caller."""
        return self._queues.get(service, {})

    def count(self, service: str) -> int:
        return self._counts.get(service, 0)

    def count_for(self, window: str | None, service: str) -> int:
        """How many of a service wait for any window (None), or are kept for one."""
        return self._kept.get((window, service), 0)

    def kept_for(self, window: str) -> list[Place]:
        """Everybody whom only that window may call."""
        return [
            place
            for queues in self._queues.values()
            for key, queue in queues.items()
            if key.for_window == window
            for place in queue
        ]

    def calls(self, service: str) -> int:
        """How many calls the service has had this day."""
        return self._calls.get(service, 0)

    def services(self) -> Iterator[str]:
        return iter(self._queues)

    def note_call(self, service: str, served: list[str], arrived_ms: int) -> None:
        """Somebody of `service` who arrived at `arrived_ms` was called by a window that serves
        `served`."""
        self._calls[service] = self._calls.get(service, 0) + 1
        for service in served:
            insort(self._called_arrivals.setdefault(service, []), arrived_ms)

    def calls_of_later(self, service: str, arrived_ms: int) -> int:
        """How many calls went to later arrivals while `service` could have been served instead."""
        called = self._called_arrivals.get(service)
        return len(called) - bisect_right(called, arrived_ms) if called else 0

    def overtaken(self, service: str, place: Place) -> int:
        """By how many later arrivals this place has been overtaken since it was taken."""
        return self.calls_of_later(service, place.arrived_ms) - place.overtaken_before
