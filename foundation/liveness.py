"""Whether everything that a program needs is at work: each worker promises when it will be heard of
again, and the watchdog is fed only while none is late.

A device or a server that never answers makes nobody late: drivers and requests have time limits,
and the promise counts them in. A worker that is stuck for good – a lock, a disk that hangs – is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from foundation.service_manager import ServiceManager

_log = structlog.get_logger()

FEEDS_PER_LIMIT = 4  # systemd advises two at least


class Pulse:
    """One worker's. Until its first beat nothing is expected of it."""

    def __init__(self, name: str, patience_s: float, clock: Callable[[], float]) -> None:
        self.name = name
        self._patience_s, self._clock = patience_s, clock
        self._due_s = float("inf")

    def beat(self, within_s: float = 0.0) -> None:
        """At work; the next beat comes `within_s`, or a little later."""
        self._due_s = self._clock() + within_s + self._patience_s

    def rest(self) -> None:
        """Nothing to do: nothing is expected until the next beat."""
        self._due_s = float("inf")

    def late(self, now_s: float) -> bool:
        return now_s > self._due_s


class ThreadPulse(Pulse):
    """Of a thread that runs as long as the kiosk: one that ended is late at once."""

    def __init__(
        self, thread: threading.Thread, patience_s: float, clock: Callable[[], float]
    ) -> None:
        super().__init__(thread.name, patience_s, clock)
        self._thread = thread

    def late(self, now_s: float) -> bool:
        begun = self._thread.ident is not None
        return (begun and not self._thread.is_alive()) or super().late(now_s)


class ErrandsPulse(Pulse):
    """Of a worker with a thread for each errand: late when any of them is."""

    def __init__(self, name: str, patience_s: float, clock: Callable[[], float]) -> None:
        super().__init__(name, patience_s, clock)
        self._lock = threading.Lock()
        self._dues_s: dict[int, float] = {}  # by thread

    def beat(self, within_s: float = 0.0) -> None:
        with self._lock:
            self._dues_s[threading.get_ident()] = self._clock() + within_s + self._patience_s

    def rest(self) -> None:
        with self._lock:
            self._dues_s.pop(threading.get_ident(), None)

    def late(self, now_s: float) -> bool:
        with self._lock:
            return any(now_s > due_s for due_s in self._dues_s.values())


class Quiet(Pulse):
    """Of a worker that nobody watches, as in most tests."""

    def __init__(self) -> None:
        super().__init__("", 0.0, lambda: float("inf"))


class BeatingStop(threading.Event):
    """A wish to stop, whose being looked at shows that the one who looks is at work."""

    def __init__(self, pulse: Callable[[], Pulse], within_s: float) -> None:
        super().__init__()
        self._pulse, self._within_s = pulse, within_s

    def is_set(self) -> bool:
        self._pulse().beat(self._within_s)
        return super().is_set()

    def wait(self, timeout: float | None = None) -> bool:
        self._pulse().beat((timeout or 0.0) + self._within_s)
        return super().wait(timeout)


class HeardStop(threading.Event):
    """Another wish to stop, seen by one worker: its looking shows that it is at work."""

    def __init__(self, stop: threading.Event, pulse: Pulse, within_s: float) -> None:
        super().__init__()
        self._stop, self._pulse, self._within_s = stop, pulse, within_s

    def is_set(self) -> bool:
        self._pulse.beat(self._within_s)
        return self._stop.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        self._pulse.beat((timeout or 0.0) + self._within_s)
        return self._stop.wait(timeout)


class Liveness:
    """patience_s: how much later than promised is late."""

    def __init__(self, patience_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience_s, self._clock = patience_s, clock
        self._pulses: list[Pulse] = []

    def pulse(self, name: str) -> Pulse:
        return self._kept(Pulse(name, self._patience_s, self._clock))

    def thread(self, thread: threading.Thread) -> Pulse:
        """Of one that runs as long as the kiosk does."""
        return self._kept(ThreadPulse(thread, self._patience_s, self._clock))

    def errands(self, name: str) -> Pulse:
        return self._kept(ErrandsPulse(name, self._patience_s, self._clock))

    def _kept(self, pulse: Pulse) -> Pulse:
        self._pulses.append(pulse)
        return pulse

    def late(self) -> tuple[str, ...]:
        now_s = self._clock()
        return tuple(pulse.name for pulse in self._pulses if pulse.late(now_s))


class Watchdog:
    """`tick` is called from the screen's own loop, so that a loop that stands still feeds nobody;
    so does a worker that is late, and the service manager is asked for a fresh start."""

    def __init__(
        self,
        liveness: Liveness,
        manager: ServiceManager,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._liveness, self._manager, self._clock = liveness, manager, clock
        self._every_s = (manager.watchdog_s or 10.0) / FEEDS_PER_LIMIT
        self._next_s = float("-inf")
        self._hung: tuple[str, ...] = ()

    def tick(self) -> None:
        now_s, late = self._clock(), self._liveness.late()
        if late and late != self._hung:
            _log.error("worker_hung", workers=list(late))
            self._manager.hung(", ".join(late))
        self._hung = late
        if not late and now_s >= self._next_s:
            self._next_s = now_s + self._every_s
            self._manager.alive()
