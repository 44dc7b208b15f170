"""People whom the same windows may call, and how often later arrivals were called before them.

One pool holds everybody who waits for a service; each window has another for those kept for it by
name. Whoever a call may have overtaken stands in the same pool, so counts are kept per pool.

Finding everybody who reached a bound must not mean looking at everybody. A *chain* is a list by
arrival in which nobody was overtaken more often than the person before. A later call raises the
counts of an early part of it by one, so a chain stays one, and its first is the most overtaken.
Who comes as usual, at the end and never overtaken, always fits the first chain; those who come
back with an early arrival (parked, transferred, the next step) may open a second one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Arrival(NamedTuple):
    """Earlier first; the same instant is settled by the lower number."""

    arrived_ms: int
    prefix: str
    serial: int
    ticket: str


class Place(NamedTuple):
    """Orders a queue: those who rejoined by the count of calls they let pass (`after_calls`, 0 for
    others), then by arrival."""

    after_calls: int
    arrival: Arrival

    @property
    def arrived_ms(self) -> int:
        return self.arrival.arrived_ms

    @property
    def ticket(self) -> str:
        return self.arrival.ticket


class QueueKey(NamedTuple):
    service: str
    priority_class: str
    rejoined: bool = False
    for_window: str | None = None


Chain = list[Arrival]


@dataclass(slots=True)
class _Counted:
    """before: how often it had been overtaken, less the later calls there had been by then. The
    chain is one of the pool's: two pools are compared by theirs, not once more for each person."""

    chain: Chain = field(compare=False)
    before: int


@dataclass(slots=True)
class Pool:
    """calls: how many calls this day; a person who rejoined lets some of them pass."""

    queues: dict[QueueKey, list[Place]] = field(default_factory=dict)
    calls: int = 0
    size: int = 0
    rejoined: int = 0
    _chains: list[Chain] = field(default_factory=list)
    _counted: dict[str, _Counted] = field(default_factory=dict)
    _unripe: list[tuple[Place, int]] = field(default_factory=list)
    _called: list[int] = field(default_factory=list)  # arrivals of those who were called, sorted

    def add(self, key: QueueKey, place: Place, overtaken: int) -> None:
        insort(self.queues.setdefault(key, []), place)
        self.size += 1
        self.rejoined += key.rejoined
        if place.after_calls > self.calls:
            insort(self._unripe, (place, overtaken))
        else:
            self._count(place.arrival, overtaken)

    def remove(self, key: QueueKey, place: Place) -> int:
        """How often it has been overtaken."""
        queue = self.queues[key]
        del queue[bisect_left(queue, place)]
        if not queue:
            del self.queues[key]
        self.size -= 1
        self.rejoined -= key.rejoined
        overtaken = self.overtaken(place)
        if counted := self._counted.pop(place.ticket, None):
            del counted.chain[bisect_left(counted.chain, place.arrival)]
            if not counted.chain:
                self._chains.remove(counted.chain)
        else:
            del self._unripe[bisect_left(self._unripe, (place, overtaken))]
        return overtaken

    def copy(self) -> Pool:
        """One of its own, for a simulation."""
        chains = [list(chain) for chain in self._chains]
        same = {id(old): new for old, new in zip(self._chains, chains, strict=True)}
        return Pool(
            {key: list(queue) for key, queue in self.queues.items()},
            self.calls,
            self.size,
            self.rejoined,
            chains,
            {t: _Counted(same[id(c.chain)], c.before) for t, c in self._counted.items()},
            list(self._unripe),
            list(self._called),
        )

    def overtaken(self, place: Place) -> int:
        if counted := self._counted.get(place.ticket):
            return counted.before + self._later_calls(place.arrived_ms)
        return next((n for unripe, n in self._unripe if unripe == place), 0)

    def note_overtaking(self, arrived_ms: int) -> None:
        """Somebody who arrived then was called, and everybody here could have been."""
        insort(self._called, arrived_ms)

    def note_call(self) -> None:
        """One more call: those who rejoined may have let enough people pass."""
        self.calls += 1
        while self._unripe and self._unripe[0][0].after_calls <= self.calls:
            place, overtaken = self._unripe.pop(0)
            self._count(place.arrival, overtaken)

    def earliest(self) -> Iterator[tuple[Arrival, int]]:
        """The first of each chain and how often it was overtaken. If anybody has reached a bound,
        the earliest arrival of all who have is among them."""
        for chain in self._chains:
            first = chain[0]
            before = self._counted[first.ticket].before
            yield first, before + self._later_calls(first.arrived_ms)

    def _later_calls(self, arrived_ms: int) -> int:
        called = self._called
        return len(called) - bisect_right(called, arrived_ms)

    def _count(self, arrival: Arrival, overtaken: int) -> None:
        chain = self._chain_for(arrival, overtaken)
        insort(chain, arrival)
        before = overtaken - self._later_calls(arrival.arrived_ms)
        self._counted[arrival.ticket] = _Counted(chain, before)

    def _chain_for(self, arrival: Arrival, overtaken: int) -> Chain:
        for chain in self._chains:
            at = bisect_left(chain, arrival)
            if at > 0 and self._count_of(chain[at - 1]) < overtaken:
                continue
            if at < len(chain) and self._count_of(chain[at]) > overtaken:
                continue
            return chain
        self._chains.append([])
        return self._chains[-1]

    def _count_of(self, arrival: Arrival) -> int:
        return self._counted[arrival.ticket].before + self._later_calls(arrival.arrived_ms)
