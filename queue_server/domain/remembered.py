"""What a hall's day remembers for screens and the manager: calls, calls out of turn, devices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

# Of what a device tells of itself, what changes so seldom that it is worth an event.
LASTING_FIGURES = frozenset({"tickets_left", "firmware"})


@dataclass(slots=True)
class Device:
    id: str
    kind: str
    state: str
    detail: str
    at_ms: int
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecentCall:
    seq: int
    number: str
    service: str
    window: str
    at_ms: int
    again: bool


@dataclass(frozen=True, slots=True)
class OutOfTurn:
    """What the manager's board shows of calls that were not earned by waiting: somebody chosen
    (特呼) or skipped, with the clerk's reason if there is one."""

    number: str
    service: str
    window: str
    clerk: str | None
    at_ms: int
    what: Literal["chosen", "skipped"]
    reason: str | None
