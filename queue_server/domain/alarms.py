"""What becomes due by the clock alone: one instant per ticket and kind, the next one known."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

NEVER_MS = 2**62


class Alarm(StrEnum):
    PARKED = "parked"  # parked until then
    DEFERRED = "deferred"  # asked not to be called before then
    UNANSWERED = "unanswered"  # its print failed, and nobody has said whether to keep it


@dataclass(slots=True)
class Alarms:
    """Sorted by instant; instants are UTC milliseconds."""

    _order: list[tuple[int, str, Alarm]] = field(default_factory=list)
    _set: dict[tuple[str, Alarm], int] = field(default_factory=dict)

    @property
    def next_ms(self) -> int:
        return self._order[0][0] if self._order else NEVER_MS

    def set(self, ticket: str, kind: Alarm, at_ms: int) -> None:
        """Instead of an earlier one of the same kind."""
        self.clear(ticket, kind)
        self._set[ticket, kind] = at_ms
        insort(self._order, (at_ms, ticket, kind))

    def clear(self, ticket: str, kind: Alarm) -> None:
        """Nothing happens when there is none."""
        at_ms = self._set.pop((ticket, kind), None)
        if at_ms is not None:
            del self._order[bisect_left(self._order, (at_ms, ticket, kind))]

    def clear_all(self, ticket: str) -> None:
        for kind in Alarm:
            self.clear(ticket, kind)

    def of(self, kind: Alarm) -> list[str]:
        """The tickets for which one of this kind is set."""
        return [ticket for ticket, other in self._set if other is kind]

    def due(self, now_ms: int) -> Iterator[tuple[str, Alarm]]:
        """Earliest first."""
        for at_ms, ticket, kind in self._order:
            if at_ms > now_ms:
                return
            yield ticket, kind
