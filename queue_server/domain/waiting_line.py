"""Who waits, indexed so that the next one is found without looking at everybody.

Within one service and one priority class the earliest arrival always has the highest score, so
only the head of each such queue can be next. Tickets that came back after a miss, and tickets
kept for one window, stand in queues of their own, because other people's order there differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from queue_server.domain.pool import Arrival, Place, Pool, QueueKey

__all__ = ["Arrival", "Place", "QueueKey", "WaitingLine"]


@dataclass(slots=True)
class WaitingLine:
    """All tickets of a hall that may be called now, and how often later arrivals went ahead."""

    _services: dict[str, Pool] = field(default_factory=dict)
    _windows: dict[str, Pool] = field(default_factory=dict)
    _where: dict[str, tuple[QueueKey, Place]] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._where)

    def __contains__(self, ticket: str) -> bool:
        return ticket in self._where

    def add(self, key: QueueKey, place: Place, overtaken: int = 0) -> None:
        """overtaken: how often it was, over its whole visit so far."""
        self._pool(key).add(key, place, overtaken)
        self._where[place.ticket] = (key, place)
        self._counts[key.service] = self._counts.get(key.service, 0) + 1

    def remove(self, ticket: str) -> int:
        """How often it has been overtaken, over its whole visit so far."""
        key, place = self._where.pop(ticket)
        self._counts[key.service] -= 1
        return self._pool(key).remove(key, place)

    def copy(self) -> WaitingLine:
        """One of its own, for a simulation."""
        return WaitingLine(
            {service: pool.copy() for service, pool in self._services.items()},
            {window: pool.copy() for window, pool in self._windows.items()},
            dict(self._where),
            dict(self._counts),
        )

    def _pool(self, key: QueueKey) -> Pool:
        if key.for_window is None:
            return self._services.setdefault(key.service, Pool())
        return self._windows.setdefault(key.for_window, Pool())

    # --- who there is -----------------------------------------------------------------------

    def tickets(self) -> Iterable[str]:
        """Everybody in it, in no order that means anything."""
        return self._where.keys()

    def place(self, ticket: str) -> tuple[QueueKey, Place]:
        return self._where[ticket]

    def overtaken(self, ticket: str) -> int:
        key, place = self._where[ticket]
        return self._pool(key).overtaken(place)

    def pool_of(self, service: str) -> Pool | None:
        """Everybody of a service who is not kept for one window."""
        return self._services.get(service)

    def pool_kept(self, window: str) -> Pool | None:
        """Everybody kept for a window, of whatever service."""
        return self._windows.get(window)

    def queue(self, key: QueueKey) -> list[Place]:
        """One queue, in order; not to be changed by the caller."""
        return self._pool(key).queues.get(key, [])

    def queues(self, service: str) -> dict[QueueKey, list[Place]]:
        """The non-empty queues of a service, without those kept for one window; not to be changed
        by the caller."""
        pool = self._services.get(service)
        return pool.queues if pool else {}

    def count(self, service: str) -> int:
        """How many of a service there are, with those kept for one window."""
        return self._counts.get(service, 0)

    def count_free(self, service: str) -> int:
        """How many of a service any window with the skill may call."""
        pool = self._services.get(service)
        return pool.size if pool else 0

    def count_kept(self, window: str) -> int:
        """How many are kept for a window."""
        pool = self._windows.get(window)
        return pool.size if pool else 0

    def kept_for(self, window: str) -> list[Place]:
        """Everybody kept for a window."""
        pool = self._windows.get(window)
        return [place for queue in pool.queues.values() for place in queue] if pool else []

    def pools(self, services: Iterable[str], windows: Iterable[str]) -> Iterator[Pool]:
        for service in services:
            if found := self._services.get(service):
                yield found
        for window in windows:
            if found := self._windows.get(window):
                yield found

    # --- calls ------------------------------------------------------------------------------

    def calls(self, service: str, for_window: str | None) -> int:
        """How many calls the service has had this day; of somebody kept for a window: how many that
        window has made since the first was kept for it."""
        pool = self._windows.get(for_window) if for_window else self._services.get(service)
        return pool.calls if pool else 0

    def note_call(self, service: str, window: str) -> None:
        """`window` called somebody of `service` who waited."""
        for pool in self.pools([service], [window]):
            pool.note_call()

    def note_overtaking(
        self, services: Iterable[str], windows: Iterable[str], arrived_ms: int
    ) -> None:
        """The dispatcher called somebody who arrived at `arrived_ms` for a window that could have
        called anybody of `services` and anybody kept for `windows`."""
        for pool in self.pools(services, windows):
            pool.note_overtaking(arrived_ms)
