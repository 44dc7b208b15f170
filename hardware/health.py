"""What a device says of itself over time: state, last success, errors, paper, firmware. No I/O.

Drivers keep a HealthLog; whoever tells others asks it for a DeviceHealth, and a Debounce says which
changes are worth telling.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

Figure = str | int  # as the wire takes them


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """state: a PrinterState of a printer, else `ok`, `offline` or `unknown`. since: when it began.
    errors: how often each code, since the start. tickets_left: of this roll, None when not known.
    firmware: "" when the device does not tell. Times are UTC."""

    state: str
    detail: str
    since: datetime
    last_success_at: datetime | None = None
    last_error: str = ""
    last_error_at: datetime | None = None
    successes: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    tickets_left: int | None = None
    firmware: str = ""

    def figures(self) -> dict[str, Figure]:
        """For the wire, without what is not known: times in ISO 8601, counts as they are."""
        told: dict[str, Figure | None] = {
            "since": _iso(self.since),
            "last_success_at": _iso(self.last_success_at),
            "last_error": self.last_error or None,
            "last_error_at": _iso(self.last_error_at),
            "successes": self.successes,
            "errors": sum(self.errors.values()),
            "tickets_left": self.tickets_left,
            "firmware": self.firmware or None,
        }
        return {name: value for name, value in told.items() if value is not None}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


@runtime_checkable
class TellsHealth(Protocol):
    """A driver that keeps a HealthLog. Any thread may ask."""

    def health(self) -> DeviceHealth: ...


class HealthLog:
    """What one driver noted. Any thread may write and read."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._state, self._detail = "unknown", ""
        self._since = now()
        self._last_success_at: datetime | None = None
        self._last_error = ""
        self._last_error_at: datetime | None = None
        self._successes = 0
        self._errors: Counter[str] = Counter()
        self._firmware = ""

    def state(self, state: str, detail: str = "") -> None:
        """Poll after poll of the same state changes nothing but the detail."""
        with self._lock:
            if state != self._state:
                self._state, self._since = state, self._now()
            self._detail = detail

    def succeeded(self) -> None:
        with self._lock:
            self._successes += 1
            self._last_success_at = self._now()

    def failed(self, code: str) -> None:
        with self._lock:
            self._errors[code] += 1
            self._last_error, self._last_error_at = code, self._now()

    def firmware(self, words: str) -> None:
        with self._lock:
            self._firmware = words

    def snapshot(self, tickets_left: int | None = None) -> DeviceHealth:
        with self._lock:
            return DeviceHealth(
                self._state,
                self._detail,
                self._since,
                self._last_success_at,
                self._last_error,
                self._last_error_at,
                self._successes,
                dict(self._errors),
                tickets_left,
                self._firmware,
            )


class Debounce:
    """Which states of one device are worth telling: one that has held for `settle_s`, or the first.
    What came and went within that time was never told of. `now_s`: any steady clock."""

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._told: str | None = None
        self._newest: str | None = None
        self._newest_at_s = 0.0

    @property
    def told(self) -> str | None:
        return self._told

    def saw(self, state: str, now_s: float) -> float | None:
        """Seconds until the state is to be told unless it changes; None: nothing to tell."""
        if state != self._newest:
            self._newest, self._newest_at_s = state, now_s
        if state == self._told:
            return None
        if self._told is None:
            return 0.0
        return max(0.0, self._newest_at_s + self._settle_s - now_s)

    def tell(self, state: str) -> None:
        self._told = state
